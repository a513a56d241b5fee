package findings

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/junit"
	"github.com/gatehouse-iam/gatehouse/internal/sarif"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

// two findings of a file: one somewhere, one nowhere.
func two() *File {
	return &File{"p.json", []validate.Finding{
		{Type: validate.SecurityWarning, Code: "PASS_ROLE", Details: "passes <all>", Learn: "https://example.com", Locations: []validate.Location{{
			Path: []validate.PathElement{
				{Name: "Statement", Index: -1}, {Index: 0}, {Name: "Action", Key: true, Index: -1}, {Index: 3, Length: 4},
			},
			Start: validate.Position{Line: 2, Column: 4, Offset: 9}, End: validate.Position{Line: 2, Column: 8, Offset: 13},
		}}},
		{Type: validate.Suggestion, Code: "EMPTY", Details: "d"},
	}}
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := two().Text(&b, "  "); err != nil {
		t.Fatal(err)
	}
	if b.String() != "  p.json:2:5: security warning PASS_ROLE: passes <all>\n  p.json: suggestion EMPTY: d\n" {
		t.Error(b.String())
	}
}

// API_ValidatePolicyFinding, API_Location, API_PathElement, API_Span.
func TestAnswer(t *testing.T) {
	got, err := json.Marshal(two().Answer())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"file":"p.json","findings":[{"findingDetails":"passes \u003call\u003e","findingType":"SECURITY_WARNING","issueCode":"PASS_ROLE",` +
		`"learnMoreLink":"https://example.com","locations":[{"path":[{"value":"Statement"},{"index":0},{"key":"Action"},{"substring":{"start":3,"length":4}}],` +
		`"span":{"start":{"line":2,"column":4,"offset":9},"end":{"line":2,"column":8,"offset":13}}}]},` +
		`{"findingDetails":"d","findingType":"SUGGESTION","issueCode":"EMPTY","learnMoreLink":"","locations":[]}]}`
	if string(got) != want {
		t.Errorf("%s", got)
	}
	if got, err := json.Marshal((&File{Name: "x"}).Answer()); err != nil || string(got) != `{"file":"x","findings":[]}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestSARIF(t *testing.T) {
	want := []sarif.Result{
		{Rule: "PASS_ROLE", Level: sarif.Error, Message: "passes <all>", Help: "https://example.com", File: "p.json", Region: sarif.Region{StartLine: 2, StartColumn: 5, EndLine: 2, EndColumn: 9}},
		{Rule: "EMPTY", Level: sarif.Note, Message: "d", File: "p.json"},
	}
	if got := two().SARIF(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	for kind, want := range map[validate.FindingType]sarif.Level{validate.Error: sarif.Error, validate.Warning: sarif.Warning} {
		if got := level(kind); got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

func TestJUnit(t *testing.T) {
	want := junit.Suite{Name: "p.json", Cases: []junit.Case{
		{Name: "PASS_ROLE", File: "p.json", Line: 2, Failure: &junit.Problem{Message: "security warning: passes <all>", Text: "https://example.com"}},
		{Name: "EMPTY", File: "p.json"},
	}}
	if got := two().JUnit(validate.SecurityWarning); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	none := two().JUnit("NEVER")
	if none.Cases[0].Failure != nil || none.Cases[1].Failure != nil {
		t.Errorf("fails at nothing: %+v", none)
	}
	if got := (&File{Name: "x"}).JUnit(validate.Error); len(got.Cases) != 1 || got.Cases[0].Name != "valid" {
		t.Errorf("%+v", got)
	}
}

func TestAtLeast(t *testing.T) {
	for kind, want := range map[validate.FindingType]bool{
		validate.Error: false, validate.SecurityWarning: true, validate.Warning: true, validate.Suggestion: true, "NEVER": false,
	} {
		if got := two().AtLeast(kind); got != want {
			t.Errorf("%s: %v", kind, got)
		}
	}
	if (&File{}).AtLeast(validate.Suggestion) {
		t.Error("nothing is something")
	}
}

// Neither a file's name nor what stands in it ends a line or reaches the terminal.
func TestTextIsOneLineAFinding(t *testing.T) {
	f := &File{"p\n\x1b[2J.json", []validate.Finding{{Type: validate.Error, Code: "C", Details: "d\nok\u009b\u202e"}}}
	var b strings.Builder
	if err := f.Text(&b, ""); err != nil || b.String() != `p\n\x1b[2J.json: error C: d\nok\u009b\u202e`+"\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}
