package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// zoo has a piece of code for every kind of mutant.
const zoo = `package zoo

import "strings"

type kind uint8

const (
	none kind = iota
	small
	large
)

var sizes = [...]string{none: "none", small: "small", large: "large"}

var known = map[kind]bool{small: true}

// Of is a kind by a length.
func Of(s string, strict bool) kind {
	n := len(s)
	if strict && n == 0 {
		return none
	}
	switch {
	case n < 3, strings.HasPrefix(s, "!"):
		return small
	}
	return large
}

// Count counts even digits up to the first star.
func Count(s string) (n int) {
	for i := 0; i < len(s); i++ {
		if s[i] == '*' {
			break
		}
		if !digit(s[i]) {
			continue
		}
		if s[i]&1 == 0 {
			n += 1
		}
	}
	return n
}

func digit(c byte) bool { return '0' <= c && c <= '9' || c|0x20 == 'x' }

// Name is unsure of unknown kinds.
func Name(k kind) string {
	if known[k] {
		return sizes[k]
	}
	return "?" + sizes[k]
}

// Idle does nothing that anybody sees.
func Idle() int {
	x := 0
	x = x + 0
	return 0
}
`

const zooTest = `package zoo

import "testing"

func TestOf(t *testing.T) {
	for _, c := range []struct {
		s      string
		strict bool
		want   kind
	}{{"", true, none}, {"", false, small}, {"ab", true, small}, {"abc", true, large}, {"!abc", false, small}} {
		if got := Of(c.s, c.strict); got != c.want {
			t.Errorf("%q: %d", c.s, got)
		}
	}
}

func TestCount(t *testing.T) {
	for s, want := range map[string]int{"": 0, "0248": 4, "13": 0, "2*2": 1, "a2b": 1, "x2X": 3, "/:09": 1} {
		if got := Count(s); got != want {
			t.Errorf("%q: %d", s, got)
		}
	}
}

func TestName(t *testing.T) {
	if Name(none)+Name(small)+Name(large) != "?nonesmall?large" {
		t.Error(Name(none), Name(small), Name(large))
	}
}

func TestDigit(t *testing.T) {
	if digit('/') || !digit('0') || !digit('9') || digit(':') || !digit('X') {
		t.Error("digits")
	}
}

func TestIdle(t *testing.T) { Idle() }
`

// zooOf writes the zoo and its tests into a module of their own.
func zooOf(t *testing.T, tests string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module zoo\n\ngo 1.26\n", "zoo.go": zoo, "zoo_test.go": tests} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOFLAGS", "-mod=mod")
	return dir
}

func TestMutants(t *testing.T) {
	p, err := rewrite(zooOf(t, zooTest))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i, m := range p.mutants {
		if m.number != i+1 {
			t.Errorf("%s has number %d in place %d", &m, m.number, i+1)
		}
		names = append(names, m.String())
	}
	for _, want := range []string{
		"zoo.go var: true => the other",
		"zoo.go Of: strict && n == 0 => not that", "zoo.go Of: strict && n == 0 => ||", "zoo.go Of: n == 0 => !=",
		"zoo.go Of: n < 3 => <=", "zoo.go Of: n < 3 => >=", `zoo.go Of: strings.HasPrefix(s, "!") => not that`,
		"zoo.go Of: none => +1", "zoo.go Of: small => +1",
		"zoo.go Count: break => continue", "zoo.go Count: continue => break", "zoo.go Count: !digit(s[i]) => without !",
		"zoo.go Count: s[i]&1 => |", "zoo.go Count: n += 1 => -=", "zoo.go Count: n += 1 => nothing", "zoo.go Count: '*' => +1",
		"zoo.go digit: '0' <= c => <", "zoo.go digit: '0' <= c => >", "zoo.go digit: c|0x20 => &",
		"zoo.go Idle: x + 0 => -", "zoo.go Idle: x = x + 0 => nothing", "zoo.go Idle: 0 => +1", "zoo.go Idle: 0 => +1 #2",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no mutant %s", want)
		}
	}
	for _, name := range names {
		if strings.Contains(name, "iota") || strings.Contains(name, `"`) && !strings.Contains(name, "HasPrefix") {
			t.Errorf("%s: what need be constant, or is text, has no mutant", name)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Error("two mutants have one name")
	}
}

// mutated runs the whole command on the zoo.
func mutated(t *testing.T, dir string, change func(*options)) (string, error) {
	t.Helper()
	o := &options{folder: dir, least: 50, only: regexp.MustCompile(""), workers: 2}
	if change != nil {
		change(o)
	}
	var out bytes.Buffer
	err := o.mutate(&out)
	return out.String(), err
}

func TestMutate(t *testing.T) {
	dir := zooOf(t, zooTest)
	out, err := mutated(t, dir, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	survivors := regexp.MustCompile(`(?m)^survived: zoo\.go:\d+ (.*)$`).FindAllStringSubmatch(out, -1)
	var names []string
	for _, s := range survivors {
		names = append(names, s[1])
		if !strings.HasPrefix(s[1], "zoo.go Idle: ") {
			t.Errorf("the tests miss %s", s[1])
		}
	}
	if len(names) < 4 || !regexp.MustCompile(fmt.Sprintf(`\d\d mutants: \d\d noticed \(\d+ by running on\), %d survive, 0 of them explained: [89]\d\.\d %%`, len(names))).MatchString(out) {
		t.Errorf("%q in\n%s", names, out)
	}
	if _, err := mutated(t, dir, func(o *options) { o.least = 100 }); err == nil || !strings.Contains(err.Error(), "100.0 % are wanted") {
		t.Errorf("the score counts for nothing: %v", err)
	}

	explain := func(lines ...string) {
		if err := os.MkdirAll(filepath.Join(dir, "testdata"), 0o700); err != nil {
			t.Fatal(err)
		}
		text := "# For people.\n\n" + strings.Join(lines, "\n") + "\n"
		if err := os.WriteFile(filepath.Join(dir, "testdata", "mutation-survivors.txt"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	for _, name := range names {
		lines = append(lines, name+" -- nobody reads x")
	}
	explain(lines...)
	if out, err := mutated(t, dir, nil); err != nil || strings.Contains(out, "survived:") || !strings.Contains(out, fmt.Sprintf("%d of them explained", len(names))) {
		t.Errorf("%v\n%s", err, out)
	}
	explain(append(lines, "zoo.go Count: break => continue -- wrong")...)
	if _, err := mutated(t, dir, nil); err == nil || !strings.Contains(err.Error(), "noticed or gone:\n  zoo.go Count: break => continue") {
		t.Errorf("a stale explanation: %v", err)
	}
	explain("zoo.go Idle: 0 => +1")
	if _, err := mutated(t, dir, nil); err == nil || !strings.Contains(err.Error(), "mutation-survivors.txt:3: ") {
		t.Errorf("an explanation without a reason: %v", err)
	}
	explain(lines[0], lines[0])
	if _, err := mutated(t, dir, nil); err == nil || !strings.Contains(err.Error(), "stands twice") {
		t.Errorf("an explanation twice: %v", err)
	}
}

func TestMutateSome(t *testing.T) {
	dir := zooOf(t, zooTest)
	out, err := mutated(t, dir, func(o *options) { o.only, o.list = regexp.MustCompile("digit"), true })
	if err != nil || strings.Count(out, "\n") < 8 || strings.Contains(out, "zoo.go Of") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = mutated(t, dir, func(o *options) { o.only, o.verbose, o.skip = regexp.MustCompile("'0' <= c => >"), true, "Digit" })
	if err != nil || !strings.Contains(out, "killed: zoo.go:46 zoo.go digit: '0' <= c => > by TestCount\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := mutated(t, dir, func(o *options) { o.only = regexp.MustCompile("nothing of the kind") }); err == nil {
		t.Error("no mutant is a success")
	}
}

// The quick tests come first, and every test comes.
func TestStages(t *testing.T) {
	got := stages(`=== RUN   TestA
--- PASS: TestA (0.50s)
    --- PASS: TestA/sub (0.50s)
--- PASS: TestB (0.00s)
--- PASS: FuzzC (0.02s)
--- PASS: TestD (0.20s)
--- PASS: TestE (0.01s)
PASS
`)
	want := []string{"^(TestB|TestE|FuzzC)$", "^(TestD)$", "^(TestA)$"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A mutant that never ends has been noticed; tests that fail anyway notice
// nothing.
func TestMutateEndless(t *testing.T) {
	out, err := mutated(t, zooOf(t, zooTest), func(o *options) { o.only = regexp.MustCompile("i < len") })
	if err != nil || !strings.Contains(out, "2 mutants: 2 noticed") {
		t.Errorf("%v\n%s", err, out)
	}
	broken := strings.Replace(zooTest, `"13": 0`, `"13": 1`, 1)
	if _, err := mutated(t, zooOf(t, broken), nil); err == nil || !strings.Contains(err.Error(), "the tests fail without a mutant") {
		t.Errorf("%v", err)
	}
	if _, err := rewrite(t.TempDir()); err == nil {
		t.Error("a folder without Go files")
	}
}
