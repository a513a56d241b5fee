package size

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

// file makes a file of functions with the given lines each.
func file(t *testing.T, path string, functions ...int) *source.File {
	t.Helper()
	text := "package p\n"
	for i, lines := range functions {
		text += fmt.Sprintf("func f%d() {\n%s}\n", i, strings.Repeat("\n", lines-2))
	}
	f, err := source.Parse(path, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestMeasure(t *testing.T) {
	got := Measure([]*source.File{
		file(t, "a.go", 2, 3, 4),
		file(t, "b.go", 100),
		file(t, "c_test.go", 700),
		file(t, "d_gen.go", 5000),
	})
	if got.Files != 3 || got.CodeLines != 10+101 || got.TestLines != 701 || got.FileLines95 != 701 {
		t.Errorf("files: %+v", got)
	}
	if got.Functions != 4 || got.FunctionMedian != 3 || got.FunctionLines95 != 100 || got.FunctionLongest.Lines != 100 {
		t.Errorf("functions: %+v", got)
	}
	if got.FunctionLongest.At != "b.go:2:1" || got.FunctionLongest.Name != "f0" {
		t.Errorf("longest function: %+v", got.FunctionLongest)
	}
	if len(got.LongFiles) != 1 || got.LongFiles[0].Path != "c_test.go" || len(got.LongFunctions) != 1 {
		t.Errorf("long: %v, %v", got.LongFiles, got.LongFunctions)
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = i + 1
	}
	tests := []struct {
		sorted  []int
		p, want int
	}{
		{nil, 95, 0}, {[]int{7}, 50, 7}, {[]int{7}, 95, 7}, {[]int{1, 2}, 50, 1}, {[]int{1, 2, 3}, 50, 2},
		{hundred, 95, 95}, {hundred, 50, 50}, {hundred[:20], 95, 19}, {hundred[:19], 95, 19},
	}
	for _, tt := range tests {
		if got := percentile(tt.sorted, tt.p); got != tt.want {
			t.Errorf("%d %% of %d values: %d, want %d", tt.p, len(tt.sorted), got, tt.want)
		}
	}
}

func TestWorse(t *testing.T) {
	good := Figures{CodeLines: 100, TestLines: 120, FileLines95: 600, FunctionMedian: 10, FunctionLines95: 60, FunctionLongest: Function{Lines: 150}}
	if worse := good.Worse(Ours); len(worse) > 0 {
		t.Errorf("figures at the bar are worse than it: %v", worse)
	}
	tests := []struct {
		want   string
		change func(*Figures)
	}{
		{"95 % of files", func(f *Figures) { f.FileLines95++ }},
		{"median function", func(f *Figures) { f.FunctionMedian++ }},
		{"95 % of functions", func(f *Figures) { f.FunctionLines95++ }},
		{"longest function", func(f *Figures) { f.FunctionLongest.Lines++ }},
		{"test lines to code lines", func(f *Figures) { f.TestLines-- }},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			bad := good
			tt.change(&bad)
			worse := bad.Worse(Ours)
			if len(worse) != 1 || !strings.HasPrefix(worse[0], tt.want) {
				t.Errorf("got %v", worse)
			}
		})
	}
}

func TestNoCodeIsWorse(t *testing.T) {
	if worse := (Figures{}).Worse(Ours); !slices.ContainsFunc(worse, func(s string) bool { return strings.Contains(s, "test lines") }) {
		t.Errorf("got %v", worse)
	}
}

func TestPrint(t *testing.T) {
	var out bytes.Buffer
	figures := Measure([]*source.File{file(t, "a.go", 2, 90), file(t, "a_test.go", 800)})
	if err := figures.Print(&out, Ours); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"95 % of files, lines           801       <= 600", "longest function, lines        90",
		"tests to code                  8.61      >= 1.20", "long file a_test.go", "long function f1 at a.go:4:1   90",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
