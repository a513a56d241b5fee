package sarif

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	var b strings.Builder
	err := Write(&b, []Result{
		{Rule: "one", Level: Error, Message: "a < b", Help: "https://example.com/one", File: "dir/a.json", Region: Region{1, 2, 3, 4}},
		{Rule: "one", Level: Note, Message: "again", File: "b.json", Region: Region{StartLine: 7}},
		{Rule: "two", Level: Warning, Message: "whole file", File: "c.json"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	compact, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{"columnKind":"unicodeCodePoints","results":[` +
		`{"level":"error","locations":[{"physicalLocation":{"artifactLocation":{"uri":"dir/a.json"},"region":{"endColumn":4,"endLine":3,"startColumn":2,"startLine":1}}}],"message":{"text":"a \u003c b"},"ruleId":"one"},` +
		`{"level":"note","locations":[{"physicalLocation":{"artifactLocation":{"uri":"b.json"},"region":{"startLine":7}}}],"message":{"text":"again"},"ruleId":"one"},` +
		`{"level":"warning","locations":[{"physicalLocation":{"artifactLocation":{"uri":"c.json"}}}],"message":{"text":"whole file"},"ruleId":"two"}],` +
		`"tool":{"driver":{"name":"gatehouse","rules":[{"helpUri":"https://example.com/one","id":"one"},{"id":"two"}]}}}],"version":"2.1.0"}`
	if string(compact) != want {
		t.Errorf("%s", compact)
	}
}

// Without results there are lists all the same: null is none.
func TestWriteNothing(t *testing.T) {
	var b strings.Builder
	if err := Write(&b, nil); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") || !strings.Contains(b.String(), `"results": []`) {
		t.Error(b.String())
	}
}
