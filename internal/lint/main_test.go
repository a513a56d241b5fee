package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The house itself: whoever breaks a check of ours sees it in `go test` too.
// The size figures are for `make lint`, which sees the whole house.
func TestRepositoryHoldsTheChecks(t *testing.T) {
	var out bytes.Buffer
	if _, err := run(&out, filepath.Join("..", "..")); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, ".go:") && !strings.HasPrefix(line, "long ") && !strings.HasPrefix(line, "worse ") {
			t.Error(strings.TrimSpace(line))
		}
	}
	if !strings.Contains(out.String(), "tests to code") {
		t.Errorf("no figures in\n%s", out.String())
	}
}

func TestRunCountsWhatIsToMend(t *testing.T) {
	tests := []struct {
		name, file, text, want string
		failed                 int
	}{
		{"finding and no tests", "x.go", "package p\n\nvar x = secret == given\n", "x.go:3:9: secret is compared", 2},
		{"a module without a page", "x_test.go", "package p\n\nimport _ \"example.com/m\"\n", "example.com/m has no page", 2},
		{"no code", "x_test.go", "package p\n", "tests to code", 1}, // no code to hold tests against
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.WriteFile(filepath.Join(root, tt.file), []byte(tt.text), 0o644); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			failed, err := run(&out, root)
			if err != nil || failed != tt.failed || !strings.Contains(out.String(), tt.want) {
				t.Errorf("%d failed, %v:\n%s", failed, err, out.String())
			}
		})
	}
	if _, err := run(&bytes.Buffer{}, filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a folder that is not there passes")
	}
}
