package policytest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

// folderOf writes files: pairs of name and text.
func folderOf(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func options() Options {
	return Options{Clock: func() time.Time { return time.Unix(0, 0) }}
}

func run(t testing.TB, files ...string) *Run {
	t.Helper()
	r, err := Test([]string{folderOf(t, files...)}, options())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	request = `"request":{"principal":"arn:aws:iam::111122223333:user/ana","action":"s3:GetObject","resource":"arn:aws:s3:::b/k"}`
	reading = `{"Version":"2012-10-17","Statement":[{"Sid":"Get","Effect":"Allow","Action":"s3:Get*","Resource":"*"},{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`
	byFile  = `{"id":"c",` + request + `,"policies":{"identity":[{"file":"p.json"}]},"expect":{"decision":"allowed"}}`
	denied  = `{"id":"d",` + request + `,"expect":{"decision":"allowed"}}`
)

func inline(name string) string {
	return `{` + request + `,"policies":{"identity":[{"name":"` + name + `","document":` + reading + `}]},"expect":{"decision":"allowed"}}`
}

// unmatched is the statements that the run found uncovered.
func unmatched(r *Run) string {
	var parts []string
	for _, s := range r.Coverage.Unmatched {
		parts = append(parts, filepath.Base(s.File)+" "+s.describe())
	}
	return strings.Join(parts, "; ")
}

func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		name       string
		files      []string
		statements int
		unmatched  string
	}{
		{"of a file", []string{"c.jsonl", byFile, "p.json", reading}, 2, "p.json statement 2 is never matched"},
		{"of a file that no case names", []string{"c.jsonl", denied, "p.json", reading}, 2,
			"p.json Get is never matched; p.json statement 2 is never matched"},
		{"of what stands in cases, once", []string{"c.jsonl", inline("P") + "\n" + inline("P") + "\n" + inline("Q")}, 2,
			"c.jsonl P statement 2 is never matched"},
		{"of the same text in a case and a file", []string{"a.jsonl", inline("P"), "c.jsonl", byFile, "p.json", reading}, 2,
			"p.json statement 2 is never matched"},
		{"of an unreadable policy", []string{"c.jsonl", `{` + request + `,"policies":{"identity":[{"unreadable":true}]}}`}, 0, ""},
		{"by a case that fails", []string{"c.jsonl", strings.Replace(byFile, "allowed", "explicitDeny", 1), "p.json", reading}, 2,
			"p.json statement 2 is never matched"},
		{"of what takes no part", []string{"c.jsonl", strings.Replace(byFile, "user/ana", "root", 1), "p.json", reading}, 2,
			"p.json Get is never matched; p.json statement 2 is never matched"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, c.files...)
			n := strings.Count(c.unmatched, "never matched")
			if r.Coverage.Statements != c.statements || r.Coverage.Matched != c.statements-n || unmatched(r) != c.unmatched {
				t.Errorf("%d of %d: %s", r.Coverage.Matched, r.Coverage.Statements, unmatched(r))
			}
		})
	}
}

func TestCounts(t *testing.T) {
	r := run(t, "a.jsonl", byFile+"\n"+denied+"\n{}\n{"+request+"}\n", "b.yaml", "- [\n", "p.json", reading, "q.json", `{"Statement":[`)
	if got, want := r.Counts(), (Counts{Cases: 4, Passed: 2, Failed: 1, Errors: 3, Uncompared: 1}); got != want {
		t.Errorf("%+v", got)
	}
	if r.Files[0].Cases[3].Name != "case 4" || r.Files[0].Cases[3].Line != 4 {
		t.Errorf("%+v", r.Files[0].Cases[3])
	}
	// Only of what failed is the trace kept.
	if c := r.Files[0].Cases[0]; c.Explanation != nil || c.Result.Explanation != nil {
		t.Error("the trace of a case that passed is kept")
	}
	if c := r.Files[0].Cases[1]; c.Explanation == nil || c.Result.Explanation == nil {
		t.Error("the trace of a case that failed is lost")
	}
}

func TestFolders(t *testing.T) {
	dir := folderOf(t, "a.jsonl", denied, "sub/b.jsonl", `{`+request+`,"policies":{"identity":[{"file":"../p.json"}]},"expect":{"decision":"allowed"}}`,
		"p.json", reading, ".git/c.jsonl", "x", "node_modules/d.jsonl", "x", "e.txt", "x")
	r, err := Test([]string{dir}, options())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range r.Files {
		name, _ := filepath.Rel(dir, f.Name)
		names = append(names, name)
	}
	if got := strings.Join(names, " "); got != "a.jsonl sub/b.jsonl" {
		t.Error(got)
	}
	if n := r.Counts(); n.Passed != 1 || n.Failed != 1 {
		t.Errorf("%+v", n)
	}
	// A folder within the working folder may use what lies beside it; any other may not.
	t.Chdir(dir)
	r, err = Test([]string{"sub"}, options())
	if err != nil || r.Counts().Passed != 1 || r.Files[0].Name != "sub/b.jsonl" {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = Test([]string{filepath.Join(dir, "sub", "b.jsonl")}, options())
	if err != nil || !strings.Contains(r.Files[0].Cases[0].Result.Error, `"../p.json" lies outside the folder`) {
		t.Errorf("%+v, %v", r, err)
	}
}

// Nothing outside the folder is read, by whatever way.
func TestFoldersEnd(t *testing.T) {
	secret := filepath.Join(folderOf(t, "p.json", reading), "p.json")
	dir := folderOf(t, "a.jsonl", byFile)
	if err := os.Symlink(secret, filepath.Join(dir, "p.json")); err != nil {
		t.Fatal(err)
	}
	linked, err := Test([]string{dir}, options())
	if err != nil || len(linked.Problems) != 1 || linked.Problems[0].File != filepath.Join(dir, "p.json") || !strings.Contains(linked.Problems[0].Detail, "escapes") || linked.Files[0].Cases[0].Result.Error == "" {
		t.Errorf("a link out of the folder was followed: %+v, %v", linked, err)
	}
	dir = folderOf(t, "a.jsonl", strings.Replace(byFile, "p.json", secret, 1))
	r, err := Test([]string{dir}, options())
	if err != nil || !strings.Contains(r.Files[0].Cases[0].Result.Error, "is not accepted: the path of a file from this one") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestNothingToRun(t *testing.T) {
	if _, err := Test([]string{folderOf(t, "p.json", reading, "x.yaml", "a: b\n")}, options()); !errors.Is(err, ErrNoCases) {
		t.Error(err)
	}
	if _, err := Test([]string{"nowhere"}, options()); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Test([]string{filepath.Join(folderOf(t, "p.json", reading), "p.json")}, options()); err == nil || !strings.Contains(err.Error(), "neither a folder nor a case file") {
		t.Error(err)
	}
}

func TestLargeFilesAreRefused(t *testing.T) {
	dir := folderOf(t, "a.yaml", "")
	if err := os.Truncate(filepath.Join(dir, "a.yaml"), maxFile+1); err != nil {
		t.Fatal(err)
	}
	r, err := Test([]string{dir}, options())
	if err != nil || r.Files[0].Error == nil || !strings.Contains(r.Files[0].Error.Detail, "is larger than a policy or a list of cases may be") {
		t.Errorf("%+v, %v", r, err)
	}
}

// Policy files that cannot be read are told of, other JSON is let alone.
func TestPolicyFiles(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"policy", reading, ""},
		{"something else", `{"a":1}`, ""},
		{"something broken", `{"a":`, ""},
		{"another's statement", `{"a":{"Statement":1}}`, ""},
		{"a deep template", strings.Repeat(`{"a":`, 20) + `{"Statement":[]}` + strings.Repeat("}", 20), ""},
		{"a list", `[{"Statement":[]}]`, ""},
		{"a deep policy", `{"Statement":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "1:21: nested deeper than a policy can be"},
		{"broken", "{\n \"Statement\": [}", "2:16: a value is expected here"},
		{"no policy", `{"Statement":[{"Effect":"Allow","Actions":"*"}]}`, `1:33: a statement has no member "Actions"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, "c.jsonl", denied, "p.json", c.text)
			got := ""
			if len(r.Problems) > 0 {
				_, got, _ = strings.Cut(colons("", r.Problems[0]), "p.json:")
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// A pipe, or a link to a device, is a problem of that file: nothing waits for it,
// and the rest of the run goes on.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := folderOf(t, "c.jsonl", denied)
	for _, name := range []string{"p.json", "q.yaml", "r.jsonl"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Test([]string{dir}, options())
	if err != nil || len(r.Problems) != 1 || len(r.Files) != 3 || len(r.Files[0].Cases) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	const want = "cannot be read: is no regular file"
	if r.Problems[0].Detail != want || r.Files[1].Error.Detail != want || r.Files[2].Error.Detail != want || r.Counts().Errors != 3 {
		t.Errorf("%+v %+v", r.Problems[0], r.Files)
	}
}

func TestGuess(t *testing.T) {
	for text, want := range map[string]policy.Type{
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`:                     policy.Identity,
		`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`:   policy.Resource,
		`{"Statement":[{"Effect":"Deny","NotPrincipal":"*","Action":"*","Resource":"*"}]}`: policy.Resource,
		`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`:     policy.Trust,
	} {
		root, err := policy.ParseJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := guess(root); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestProgress(t *testing.T) {
	var told []int
	o := options()
	o.Progress = func(decided int, file string) {
		if filepath.Base(file) != "a.jsonl" {
			t.Error(file)
		}
		told = append(told, decided)
	}
	if _, err := Test([]string{folderOf(t, "a.jsonl", strings.Repeat(denied+"\n", 130))}, o); err != nil {
		t.Fatal(err)
	}
	if len(told) != 2 || told[0] != 64 || told[1] != 128 {
		t.Error(told)
	}
}

// mixed is a run in which everything happens.
func mixed(t *testing.T) *Run {
	r := run(t, "a.jsonl", byFile+"\n"+denied+"\n{}\n", "b.yaml", "- [\n", "p.json", reading, "q.json", `{"Statement":[`)
	r.Findings = []Findings{{File: "f.json", Findings: []validate.Finding{{Type: validate.Warning, Code: "CODE", Details: "details"}}}}
	return r
}

func TestText(t *testing.T) {
	var b strings.Builder
	r := mixed(t)
	if err := r.Text(&b, true); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(b.String(), filepath.Dir(r.Files[0].Name)+"/", "")
	for _, want := range []string{
		"ERROR q.json:1:15: the text ends where a value is expected\n",
		"FAIL  a.jsonl  2 of 3 cases\n  d (a.jsonl:2:1)\n    decision is implicitDeny, expected allowed\n    User: arn:aws:iam::111122223333:user/ana is not",
		"    no policy applies\n    to allow it: ",
		"  case 3 (a.jsonl:3:1)\n    cannot be read: line 3, column 1: the case has no request\n",
		"ERROR b.yaml:1:1: did not find expected node content\n",
		"f.json: warning CODE: details\n",
		"coverage: cases matched 1 of 2 statements (50 %)\n  p.json:1:", "statement 2 is never matched\n",
		"ERROR: 3 cases, 1 passed, 1 failed, 3 errors\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nis missing in\n%s", want, text)
		}
	}
	for n := range 20 {
		w := &shortWriter{left: n * 40}
		if err := r.Text(w, true); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: %v", n*40, err)
		}
	}
}

var errFull = errors.New("full")

// shortWriter takes so many bytes.
type shortWriter struct{ left int }

func (w *shortWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		return 0, errFull
	}
	w.left -= len(p)
	return len(p), nil
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := mixed(t).JSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Summary struct{ Cases, Passed, Failed, Errors int }
		Files   []struct {
			File, Error string
			Cases       []struct {
				Name        string
				Line        int
				OK          bool
				Differences []struct{ Member, Expected, Got string }
				Result      struct {
					Error       string
					Explanation *struct{ Changes []any }
				}
			}
		}
		Problems []struct{ Detail string }
		Findings []struct {
			Findings []struct{ IssueCode string }
		}
		Coverage struct {
			Unmatched []struct{ Statement int }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	c := got.Files[0].Cases
	switch {
	case got.Summary.Cases != 3, got.Summary.Errors != 3, len(got.Problems) != 1, len(got.Files) != 2, got.Files[1].Error == "",
		!c[0].OK, c[0].Result.Explanation != nil, c[1].OK, c[1].Line != 2, c[1].Differences[0].Expected != "allowed",
		len(c[1].Result.Explanation.Changes) == 0, c[2].Result.Error == "", got.Findings[0].Findings[0].IssueCode != "CODE",
		got.Coverage.Unmatched[0].Statement != 1:
		t.Error(b.String())
	}
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	if err := mixed(t).JUnit(&b, validate.Warning); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 6 || got.Failures != 2 || got.Errors != 3 || len(got.Suites) != 4 || !strings.Contains(got.Suites[1].Cases[1].Failure, "to allow it: ") {
		t.Error(b.String())
	}
}

func TestSARIF(t *testing.T) {
	var b bytes.Buffer
	if err := mixed(t).SARIF(&b); err != nil {
		t.Fatal(err)
	}
	for rule, n := range map[string]int{"unreadable": 3, "expectation": 1, "CODE": 1, "unmatched-statement": 1} {
		if got := strings.Count(b.String(), `"ruleId": "`+rule+`"`); got != n {
			t.Errorf("%s: %d\n%s", rule, got, b.String())
		}
	}
}

func TestInvalid(t *testing.T) {
	r := mixed(t)
	if r.Invalid(validate.SecurityWarning) || !r.Invalid(validate.Warning) || (&Run{}).Invalid(validate.Suggestion) {
		t.Error("wrong")
	}
}

// The summary's word is that of the gravest.
func TestSummary(t *testing.T) {
	for want, files := range map[string][]string{
		"ok: 1 case, 1 passed, 0 failed, 0 errors":                         {"c.jsonl", byFile, "p.json", reading},
		"FAIL: 1 case, 0 passed, 1 failed, 0 errors":                       {"c.jsonl", denied},
		"ERROR: 2 cases, 0 passed, 1 failed, 1 error":                      {"c.jsonl", denied + "\nx"},
		"ok: 1 case, 1 passed, 0 failed, 0 errors; 1 case expects nothing": {"c.jsonl", "{" + request + "}"},
	} {
		if got := run(t, files...).summary(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// With Validate, each policy is validated once, as the type that the cases use it
// for.
func TestValidate(t *testing.T) {
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ana"},"Action":"sts:AssumeRole"}}`
	o := options()
	o.Validate = true
	assume := `{"request":{"principal":"arn:aws:iam::111122223333:user/ana","action":"sts:AssumeRole","resource":"arn:aws:iam::111122223333:role/r"},"policies":{"resource":{"file":"t.json"}}}`
	dir := folderOf(t, "c.jsonl", assume+"\n"+assume+"\n"+byFile, "t.json", trust, "p.json", strings.Replace(reading, "s3:Get*", "s3:GetObjekt", 1))
	r, err := Test([]string{dir}, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		for _, found := range f.Findings {
			if found.Type == validate.Error && filepath.Base(f.File) != "p.json" {
				t.Errorf("%s as a %s: %+v", f.File, f.Type, found)
			}
		}
	}
	if !r.Invalid(validate.Error) || len(r.Findings) == 0 || filepath.Base(r.Findings[0].File) != "p.json" {
		t.Errorf("%+v", r.Findings)
	}
}

// A trace says where its statements stand: in the policy's file, or in the case.
func TestPlaces(t *testing.T) {
	failing := strings.NewReplacer("allowed", "explicitDeny").Replace(byFile) + "\n" + strings.NewReplacer(`"allowed"`, `"explicitDeny"`, "ec2:*", "sqs:*").Replace(inline("P"))
	r := run(t, "c.jsonl", failing, "p.json", strings.Replace(reading, `"Statement":`, "\n \"Statement\":", 1))
	var b strings.Builder
	if err := r.Text(&b, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"+ statement 1 Get (Allow, ", "p.json:2:15) applies", "c.jsonl:2:"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is missing in\n%s", want, b.String())
		}
	}
	unknown, err := policy.Compile(policy.Identity, "x", `{"Statement":[]}`)
	if err == nil {
		t.Fatal(unknown)
	}
	other, err := policy.Compile(policy.Identity, "x", `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.place(other, 1, 14); got != "" {
		t.Error(got)
	}
}

// No name, id, Sid, key or expectation ends a line or reaches the terminal.
func TestTextEscapes(t *testing.T) {
	const evil = `x\nok    all\u001b[2J\u0007\u007f\u009b\u202e\u2066`
	c := `{"id":"` + evil + `","request":{"principal":"arn:aws:iam::111122223333:user/ana","action":"s3:GetObject","resource":"arn:aws:s3:::b/` + evil + `","context":{"aws:UserAgent":"` + evil + `"}},` +
		`"policies":{"identity":[{"name":"` + evil + `","document":{"Statement":[{"Sid":"` + evil + `","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:UserAgent":"` + evil + `y"}}}]}}]},` +
		`"expect":{"decision":"allowed","matched":[{"policy":"` + evil + `","sid":"` + evil + `"}]}}`
	var b strings.Builder
	r := run(t, "a\n\x1b[2J.jsonl", c, "p\n.json", `{"Statement":7,"x":"`+evil+`"}`)
	r.Findings = []Findings{{File: "f\n\u009b"}}
	if err := r.Text(&b, true); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimSuffix(line, "\n"); policy.Hidden(line) || strings.HasPrefix(line, "ok") {
			t.Errorf("%q", line)
		}
	}
	if !strings.Contains(b.String(), `x\nok    all\x1b[2J\a\x7f\u009b\u202e\u2066 (`) {
		t.Error(b.String())
	}
}
