package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// repository makes a module with the given test file.
func repository(t *testing.T, test string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module m\n\ngo 1.26\n", "m_test.go": "package m\n\nimport \"testing\"\n\n" + test + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEveryTargetRuns(t *testing.T) {
	root := repository(t, `
func FuzzGood(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) {}) }
func FuzzBad(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) { t.Error("wrong") }) }
func Fuzzy(t *testing.T) {}
func TestA(t *testing.T) { t.Error("fuzzing runs no test") }`)
	var out bytes.Buffer
	failed, err := run(&out, root, time.Second, "")
	if err != nil || failed != 1 {
		t.Errorf("%d failed, %v\n%s", failed, err, out.String())
	}
	for _, want := range []string{"ok   FuzzGood in ", "FAIL FuzzBad in ", "wrong", "2 fuzz targets, 1 failed, "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "fuzzing runs no test") {
		t.Errorf("a test ran:\n%s", out.String())
	}
}

func TestOneTargetAndItsExecutions(t *testing.T) {
	root := repository(t, `
func FuzzGood(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) {}) }
func FuzzBad(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) { t.Error("wrong") }) }`)
	var out bytes.Buffer
	failed, err := run(&out, root, time.Second, "FuzzGood")
	if err != nil || failed != 0 || strings.Contains(out.String(), "FuzzBad") || strings.Contains(out.String(), ": 0 executions") {
		t.Errorf("%d failed, %v\n%s", failed, err, out.String())
	}
}

func TestATargetThatExecutesNothingFails(t *testing.T) {
	root := repository(t, `func FuzzNone(f *testing.F) { f.Skip("not today") }`)
	var out bytes.Buffer
	failed, err := run(&out, root, time.Second, "")
	if err != nil || failed != 1 {
		t.Errorf("%d failed, %v\n%s", failed, err, out.String())
	}
}

func TestRanOut(t *testing.T) {
	for said, want := range map[string]bool{
		"--- FAIL: FuzzX (10.13s)\n    context deadline exceeded\nFAIL\n":                                            true,
		"--- FAIL: FuzzX (2.00s)\n    x_test.go:9: bad\n    Failing input written to testdata/fuzz/FuzzX/5c\nFAIL\n": false,
		"context deadline exceeded\nFailing input written to testdata/fuzz/FuzzX/5c\n":                               false,
		"": false,
	} {
		if ranOut(said) != want {
			t.Errorf("%q", said)
		}
	}
}
