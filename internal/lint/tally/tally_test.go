package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sampleEvents = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"words of a passing test\n"}
{"Action":"pass","Package":"p","Test":"TestA/row","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"skip","Package":"p","Test":"TestS","Elapsed":0}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"pass","Package":"p","Elapsed":1.25}
{"Action":"output","Package":"q","Test":"TestB","Output":"words of a failing test\n"}
{"Action":"fail","Package":"q","Test":"TestB","Elapsed":0}
{"Action":"pass","Package":"q","Test":"TestC","Elapsed":0}
{"Action":"fail","Package":"q","Elapsed":0.5}
{"ImportPath":"r","Action":"build-output","Output":"r/x.go:1:1: it does not build\n"}
{"ImportPath":"r","Action":"build-fail"}
{"Action":"output","Package":"r","Output":"FAIL\tr [build failed]\n"}
{"Action":"fail","Package":"r","Elapsed":0,"FailedBuild":"r"}
{"Action":"output","Package":"s","Test":"TestD","Output":"panic: half way\n"}
{"Action":"fail","Package":"s","Elapsed":0}
go: a plain line
{"Action":"output","Package":"n","Output":"?   \tn\t[no test files]\n"}
{"Action":"skip","Package":"n","Elapsed":0}
`

func TestReadCounts(t *testing.T) {
	var out bytes.Buffer
	got, err := read(&out, strings.NewReader(sampleEvents))
	if err != nil {
		t.Fatal(err)
	}
	if want := (count{passed: 3, failed: 3, skipped: 1, packages: 5}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, want := range []string{
		"ok   p: 2 passed, 1.2s\n", "words of a failing test\n", "FAIL q: 1 passed, 1 failed, 0.5s\n",
		"r/x.go:1:1: it does not build\n", "FAIL r: 0 passed, 1 failed", "panic: half way\n", "go: a plain line\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	for _, not := range []string{"words of a passing test", "no test files"} {
		if strings.Contains(out.String(), not) {
			t.Errorf("%q is in\n%s", not, out.String())
		}
	}
}

func TestReadTakesALastLineWithoutItsEnd(t *testing.T) {
	got, err := read(&bytes.Buffer{}, strings.NewReader(`{"Action":"pass","Package":"p","Test":"T"}`+"\n"+`{"Action":"pass","Package":"p"}`))
	if err != nil || got.passed != 1 || got.packages != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// module makes a module of one package with one test file.
func module(t *testing.T, test string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module m\n\ngo 1.26\n", "m_test.go": "package m\n\nimport \"testing\"\n\n" + test + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestModulesAreAddedUp(t *testing.T) {
	good := module(t, `func TestA(t *testing.T) { t.Run("row", func(t *testing.T) {}) }`)
	bad := module(t, `func TestB(t *testing.T) { t.Error("wrong") }`)
	broken := module(t, `func TestC(t *testing.T) { undefined() }`)
	var out bytes.Buffer
	total, err := testModules(&out, []string{good, bad, broken}, []string{"test", "-json", "./..."})
	if err != nil || total != (count{passed: 2, failed: 2, packages: 3}) {
		t.Errorf("got %+v, %v\n%s", total, err, out.String())
	}
	for _, want := range []string{"module " + good + ": 2 passed, 0 failed, 0 skipped in 1 packages", "wrong", "undefined"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// That nothing was counted as failed does not make a go test that fails good.
func TestGoTestMustEndWell(t *testing.T) {
	good := module(t, `func TestA(t *testing.T) {}`)
	if _, err := testModules(&bytes.Buffer{}, []string{good}, []string{"test", "-json", "-count=many"}); err == nil {
		t.Error("a flag that go test refuses passes")
	}
	if _, err := testModules(&bytes.Buffer{}, []string{filepath.Join(good, "missing")}, []string{"test", "-json"}); err == nil {
		t.Error("a module that is not there passes")
	}
}
