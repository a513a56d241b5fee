package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

const (
	hostile = `x\nok\u001b[2J\u0007\u007f\u009b\u202e\u2066`
	escaped = `x\nok\x1b[2J\a\x7f\u009b\u202e\u2066`
)

// oneLine fails where a line of a text has what a terminal obeys, or is a value's.
func oneLine(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(text, escaped) {
		t.Errorf("%q", text)
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); policy.Hidden(line) || strings.HasPrefix(line, "ok") {
			t.Errorf("%q", line)
		}
	}
}

// What cases hold stays in its line, on standard output and standard error.
func TestDecideEscapes(t *testing.T) {
	c := `{"id":"` + hostile + `","request":{"principal":"arn:aws:iam::111122223333:user/ana","action":"s3:GetObject","resource":"arn:aws:s3:::b/` + hostile + `"},"expect":{"decision":"allowed"}}`
	var out, errs bytes.Buffer
	d := decision{command: &decideCommand{Explain: true, Output: "table"}, out: &out, err: &errs, decider: cases.Decider{Clock: time.Now}}
	if err := d.all(cases.NewLines(strings.NewReader(c))); err != nil {
		t.Fatal(err)
	}
	oneLine(t, out.String())
	oneLine(t, errs.String())
}

// A file's name and what stands in it stay in their line, and so does an error.
func TestValidateEscapes(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x\nok\x1b[2J\a\x7f\u009b\u202e\u2066.json")
	var out, errs bytes.Buffer
	if code := run([]string{"policy", "validate", name}, nil, &out, &errs); code != exitFailure {
		t.Errorf("exit code %d", code)
	}
	oneLine(t, errs.String())
	if err := os.WriteFile(name, []byte(`{"Statement":{"Sid":"`+hostile+`","Effect":"Allow","Action":"`+hostile+`","Resource":"*"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	run([]string{"policy", "validate", name}, nil, &out, &errs)
	oneLine(t, out.String())
	errs.Reset()
	fail(&errs, fmt.Errorf("of %s", "x\nok\x1b[2J\a\x7f\u009b\u202e\u2066"))
	oneLine(t, errs.String())
}
