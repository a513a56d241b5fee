// Command mutate finds out what the tests of a package notice:
//
//	go run ./internal/lint/mutate [flags] [folder]
//
// It changes the package in many small ways, one at a time - an operator, a
// condition, a number, a statement left out - and runs the quick tests on each:
// a change that they do not notice has survived. All changes are compiled into
// one test binary, each behind a number (mutant schemata), so that a change costs
// one run of the tests and no build.
//
// It prints the survivors and the score, and exits 1 when fewer than -least per
// cent were noticed, or when the list of explained survivors, the folder's
// testdata/mutation-survivors.txt, names one that does not survive or is not
// there any more.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	folder  string
	least   float64
	only    *regexp.Regexp
	list    bool
	verbose bool
	workers int
	skip    string
}

func main() {
	var o options
	only := flag.String("only", "", "only mutants whose name this pattern matches")
	flag.Float64Var(&o.least, "least", 95, "the per cent of mutants that the tests must notice")
	flag.BoolVar(&o.list, "list", false, "list the mutants and run nothing")
	flag.BoolVar(&o.verbose, "v", false, "say of each mutant which test noticed it")
	flag.IntVar(&o.workers, "workers", runtime.NumCPU(), "how many run at once")
	flag.StringVar(&o.skip, "skip", "", "tests not to run, as in go test -skip")
	flag.Parse()
	o.folder = "policy"
	if flag.NArg() > 0 {
		o.folder = flag.Arg(0)
	}
	var err error
	if o.only, err = regexp.Compile(*only); err == nil {
		err = o.mutate(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func (o *options) mutate(to io.Writer) error {
	known, err := readExplanations(filepath.Join(o.folder, "testdata", "mutation-survivors.txt"))
	if err != nil {
		return err
	}
	p, err := rewrite(o.folder)
	if err != nil {
		return err
	}
	mutants := slices.DeleteFunc(slices.Clone(p.mutants), func(m mutant) bool { return !o.only.MatchString(m.String()) })
	if o.list {
		for i := range mutants {
			fmt.Fprintf(to, "%d %s:%d %s\n", mutants[i].number, mutants[i].file, mutants[i].line, &mutants[i])
		}
		return nil
	}
	dir, err := os.MkdirTemp("", "gatehouse-mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := p.build(dir, o.arguments())
	if err != nil {
		return err
	}
	took, err := t.measure()
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "%d mutants; the tests take %v without one\n", len(mutants), took.Round(10*time.Millisecond))
	c := &count{to: to, verbose: o.verbose, known: known, of: len(mutants)}
	if err := t.each(mutants, o.workers, c.tell); err != nil {
		return err
	}
	return c.verdict(o.least, o.only.String() == "")
}

// arguments are the test binary's: the quick tests, up to the first failure.
func (o *options) arguments() []string {
	args := []string{"-test.short", "-test.failfast", "-test.count=1"}
	if o.skip != "" {
		args = append(args, "-test.skip", o.skip)
	}
	return args
}

// count is how the mutants ended.
type count struct {
	to        io.Writer
	verbose   bool
	known     explanations
	of        int
	killed    int
	late      int
	survivors []string
	explained int
}

func (c *count) tell(m *mutant, r result, output string) {
	switch r {
	case survived:
		name := m.String()
		if _, ok := c.known[name]; ok {
			c.explained++
			delete(c.known, name)
			break
		}
		c.survivors = append(c.survivors, fmt.Sprintf("%s:%d %s", m.file, m.line, name))
		fmt.Fprintf(c.to, "survived: %s:%d %s\n", m.file, m.line, name)
	case outOfTime:
		c.late++
		c.killed++
	default:
		c.killed++
	}
	if c.verbose && r != survived {
		fmt.Fprintf(c.to, "killed: %s:%d %s by %s\n", m.file, m.line, m, firstFailure(output))
	}
	const every = 500
	if done := c.killed + c.explained + len(c.survivors); done%every == 0 {
		fmt.Fprintf(c.to, "%d of %d mutants, %d survived\n", done, c.of, len(c.survivors)+c.explained)
	}
}

// verdict prints the score. whole: all mutants ran, so what is left in the list
// of the explained ones does not survive.
func (c *count) verdict(least float64, whole bool) error {
	slices.Sort(c.survivors)
	all := c.killed + c.explained + len(c.survivors)
	if all == 0 {
		return fmt.Errorf("no mutant")
	}
	score := 100 * float64(c.killed) / float64(all)
	fmt.Fprintf(c.to, "%d mutants: %d noticed (%d by running on), %d survive, %d of them explained: %.1f %%\n",
		all, c.killed, c.late, c.explained+len(c.survivors), c.explained, score)
	if whole && len(c.known) > 0 {
		var stale []string
		for name := range c.known {
			stale = append(stale, "  "+name)
		}
		slices.Sort(stale)
		return fmt.Errorf("explained as survivors, but noticed or gone:\n%s", strings.Join(stale, "\n"))
	}
	if score < least {
		return fmt.Errorf("%.1f %% of the mutants were noticed, %.1f %% are wanted", score, least)
	}
	return nil
}
