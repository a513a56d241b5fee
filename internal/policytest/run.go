package policytest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/findings"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// Options are how a run goes.
type Options struct {
	Clock    func() time.Time
	Validate bool // the documents as well
	// Progress is told, now and then, how many cases have been decided and in
	// which file the run is; nil: nobody is.
	Progress func(decided int, file string)
}

// Run is what came of the tests of some folders.
type Run struct {
	Files    []File
	Problems []*cases.Error // policy files that cannot be read
	Findings []Findings     // with Options.Validate
	Coverage Coverage

	ledger *ledger
}

// File is a case file.
type File struct {
	Name  string
	Error *cases.Error // the file, or the rest of it, cannot be read
	Cases []Case
}

// Case is one case and what came of it.
type Case struct {
	Name         string // its id, or which one in the file it is
	Line, Column int
	Result       cases.Result
	Differences  []cases.Difference
	Compared     bool                // it says what must come out
	Explanation  *policy.Explanation // of a case that failed
}

// OK: nothing came out otherwise than expected.
func (c *Case) OK() bool { return c.Result.Error == "" && len(c.Differences) == 0 }

// Findings are what the validator says of a file.
type Findings struct {
	File     string
	Type     policy.Type
	Findings []validate.Finding
}

// ErrNoCases: there is nothing to run.
var ErrNoCases = errors.New("no cases: *.jsonl, *.yaml or *.yml")

// Test runs the cases of folders, in the order of the names given and of the
// files in them. An error is what keeps it from running at all.
func Test(names []string, o Options) (*Run, error) {
	r := &runner{
		options: o, decider: cases.Decider{Clock: o.Clock},
		run: &Run{ledger: &ledger{map[string]*document{}}},
	}
	for _, name := range names {
		if err := r.folder(name); err != nil {
			return nil, err
		}
	}
	if len(r.run.Files) == 0 {
		return nil, ErrNoCases
	}
	r.run.Coverage = r.run.ledger.coverage()
	if o.Validate {
		r.validate()
	}
	return r.run, nil
}

type runner struct {
	options Options
	decider cases.Decider
	run     *Run
	decided int
}

func (r *runner) folder(name string) error {
	f, err := openFolder(name)
	if err != nil {
		return err
	}
	defer f.root.Close()
	for _, name := range f.json {
		switch d, err := f.policyFile(name); {
		case err != nil:
			r.run.Problems = append(r.run.Problems, f.problem(name, err))
		case d != nil:
			r.run.ledger.add(d)
		}
	}
	r.run.Problems = append(r.run.Problems, f.bad...)
	for _, name := range f.cases {
		r.file(f, name)
	}
	return nil
}

// file runs one file's cases. What keeps one from being read is its problem alone.
func (r *runner) file(f *folder, name string) {
	t := fileTest{runner: r, folder: f, within: name, file: File{Name: f.shown(name)}}
	var err error
	if filepath.Ext(name) == ".jsonl" {
		err = t.lines()
	} else {
		err = t.yaml()
	}
	switch {
	case err == errNoList: // some other YAML
		return
	case err != nil:
		t.file.Error = f.problem(name, err)
	}
	r.run.Files = append(r.run.Files, t.file)
}

// fileTest is one file under way.
type fileTest struct {
	*runner
	folder *folder
	within string // path in the folder
	file   File
}

func (t *fileTest) lines() error {
	in, err := t.folder.open(t.within)
	if err != nil {
		return err
	}
	defer in.Close()
	return t.all(in)
}

func (t *fileTest) all(in io.Reader) error {
	for c, err := range cases.NewLines(in).All() {
		if c == nil {
			return err
		}
		t.add(c, err)
	}
	return nil
}

func (t *fileTest) yaml() error {
	text, err := t.folder.file(t.within)
	if err != nil {
		return err
	}
	list, err := readYAML(bytes.TrimPrefix(text, []byte("\ufeff")))
	if err != nil {
		return err
	}
	for _, l := range list {
		c, err := cases.Parse(l.text, l.place)
		t.add(c, err)
	}
	return nil
}

// add decides a case and compares.
func (t *fileTest) add(c *cases.Case, err error) {
	done := Case{Name: c.ID, Compared: c.Expect != nil}
	done.Line, done.Column = c.Start()
	if done.Name == "" {
		done.Name = fmt.Sprintf("case %d", len(t.file.Cases)+1)
	}
	var e *policy.Explanation
	if err == nil {
		done.Result, e, err = t.decide(c)
	}
	if err != nil {
		done.Result = cases.Failed(c, err)
	} else {
		t.run.ledger.count(e)
		done.Differences = c.Compare(&done.Result)
	}
	if len(done.Differences) > 0 { // only who reads of a failure wants its explanation
		done.Result, done.Explanation, _ = t.decider.Explain(c)
	}
	t.file.Cases = append(t.file.Cases, done)
	if t.decided++; t.options.Progress != nil && t.decided%64 == 0 {
		t.options.Progress(t.decided, t.file.Name)
	}
}

func (t *fileTest) decide(c *cases.Case) (cases.Result, *policy.Explanation, error) {
	err := c.Resolve(func(file string) (string, error) { return t.folder.read(t.within, file) })
	if err != nil {
		return cases.Result{}, nil, err
	}
	t.run.ledger.enter(t.within, t.folder, c)
	result, e, err := t.decider.Trace(c)
	var fault *cases.Error
	if errors.As(err, &fault) && fault.File != "" {
		fault.File = t.folder.shown(path.Join(path.Dir(t.within), fault.File))
	}
	return result, e, err
}

// validate asks the validator about every policy under test, each once.
func (r *runner) validate() {
	for _, d := range r.run.ledger.documents {
		found := validate.Policy(d.kind, d.text, validate.Options{})
		if len(found) > 0 {
			r.run.Findings = append(r.run.Findings, Findings{d.file, d.kind, found})
		}
	}
	slices.SortFunc(r.run.Findings, func(a, b Findings) int {
		return strings.Compare(a.File, b.File)
	})
}

// Counts are the cases of a run, by what came of them.
type Counts struct {
	Cases      int `json:"cases"`
	Passed     int `json:"passed"`
	Failed     int `json:"failed"`
	Errors     int `json:"errors"`     // cases and files that cannot be read
	Uncompared int `json:"uncompared"` // of those passed: they say nothing of what must come out
}

// Counts counts.
func (r *Run) Counts() (n Counts) {
	n.Errors = len(r.Problems)
	for i := range r.Files {
		if r.Files[i].Error != nil {
			n.Errors++
		}
		for j := range r.Files[i].Cases {
			c := &r.Files[i].Cases[j]
			n.Cases++
			switch {
			case c.Result.Error != "":
				n.Errors++
			case !c.OK():
				n.Failed++
			default:
				n.Passed++
				if !c.Compared {
					n.Uncompared++
				}
			}
		}
	}
	return n
}

// Invalid says whether the validator found something as grave as t.
func (r *Run) Invalid(t validate.FindingType) bool {
	for i := range r.Findings {
		if r.Findings[i].file().AtLeast(t) {
			return true
		}
	}
	return false
}

func (f *Findings) file() *findings.File {
	return &findings.File{Name: f.File, Findings: f.Findings}
}
