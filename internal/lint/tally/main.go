// Command tally runs `go test` over the repository's modules and counts tests:
//
//	go run ./internal/lint/tally [-modules .,test] [flags of go test] [packages]
//
// It prints a line a package, all output of what failed, a line a module, and
// last the plain line "N passed, N failed", in which a package that does not
// build, or fails without a failing test, counts as one failure. Subtests are
// tests: each row of a table counts. It exits 1 when something failed.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	modules := flag.String("modules", ".", "the modules' folders, with commas between")
	race := flag.Bool("race", false, "find data races")
	timeout := flag.Duration("timeout", 20*time.Minute, "the longest that a package's tests may run")
	run := flag.String("run", "", "only tests that this pattern matches")
	flag.Parse()
	args := []string{"test", "-json", "-timeout", timeout.String()}
	if *race {
		args = append(args, "-race")
	}
	if *run != "" {
		args = append(args, "-run", *run)
	}
	packages := flag.Args()
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	total, err := testModules(os.Stdout, strings.Split(*modules, ","), slices.Concat(args, packages))
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	fmt.Printf("%d passed, %d failed\n", total.passed, total.failed)
	if total.failed > 0 {
		os.Exit(1)
	}
}

func testModules(to io.Writer, modules, args []string) (total count, err error) {
	type line struct {
		module string
		count
		took time.Duration
	}
	var lines []line
	for _, module := range modules {
		start := time.Now()
		c, err := testModule(to, module, args)
		if err != nil {
			return total, fmt.Errorf("module %s: %w", module, err)
		}
		total.add(c)
		lines = append(lines, line{module, c, time.Since(start)})
	}
	for _, l := range lines {
		fmt.Fprintf(to, "module %s: %d passed, %d failed, %d skipped in %d packages, %s\n",
			l.module, l.passed, l.failed, l.skipped, l.packages, l.took.Round(time.Second))
	}
	return total, nil
}

// testModule runs go test in a module's folder. That go test exits with a
// failure although nothing is reported as failed is a failure of its own.
func testModule(to io.Writer, module string, args []string) (count, error) {
	folder, err := filepath.Abs(module)
	if err != nil {
		return count{}, err
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Stderr = folder, os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return count{}, err
	}
	if err := cmd.Start(); err != nil {
		return count{}, err
	}
	c, readErr := read(to, events)
	if readErr != nil {
		io.Copy(io.Discard, events) // so that go test can end
	}
	if waitErr := cmd.Wait(); waitErr != nil && c.failed == 0 {
		return c, fmt.Errorf("go test: %w", waitErr)
	}
	return c, readErr
}
