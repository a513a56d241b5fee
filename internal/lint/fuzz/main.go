// Command fuzz runs every fuzz target of the repository for a while each, one
// after another, and adds up their executions:
//
//	go run ./internal/lint/fuzz [-for 60s] [-only NAME]
//
// A failing input is kept by go test under the package's testdata/fuzz, to be
// checked in with the fix.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

func main() {
	each := flag.Duration("for", time.Minute, "how long each target runs")
	only := flag.String("only", "", "only the target of this name")
	flag.Parse()
	failed, err := run(os.Stdout, ".", *each, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
	}
	if err != nil || failed > 0 {
		os.Exit(1)
	}
}

// target is a fuzz function and its package's folder.
type target struct{ folder, name string }

func run(to io.Writer, root string, each time.Duration, only string) (failed int, err error) {
	files, err := source.Read(root)
	if err != nil {
		return 0, err
	}
	var executions int64
	found := targets(files, only)
	for _, t := range found {
		n, err := t.fuzz(to, root, each)
		executions += n
		if err != nil {
			failed++
			fmt.Fprintf(to, "FAIL %s in %s: %v\n", t.name, t.folder, err)
			continue
		}
		fmt.Fprintf(to, "ok   %s in %s: %d executions\n", t.name, t.folder, n)
	}
	fmt.Fprintf(to, "%d fuzz targets, %d failed, %d executions\n", len(found), failed, executions)
	return failed, nil
}

func targets(files []*source.File, only string) []target {
	var found []target
	for _, file := range files {
		if !strings.HasSuffix(file.Path, "_test.go") {
			continue
		}
		for _, decl := range file.Syntax.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if ok && isTarget(fn) && (only == "" || only == fn.Name.Name) {
				found = append(found, target{file.Folder(), fn.Name.Name})
			}
		}
	}
	return found
}

// isTarget tells func FuzzX(f *testing.F) from other functions of such names.
func isTarget(fn *ast.FuncDecl) bool {
	if fn.Recv != nil || !strings.HasPrefix(fn.Name.Name, "Fuzz") || len(fn.Type.Params.List) != 1 {
		return false
	}
	pointer, ok := fn.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	kind, ok := pointer.X.(*ast.SelectorExpr)
	return ok && kind.Sel.Name == "F"
}

// ranOut says that the fuzzer's own end, and no input, is what failed: at times
// go test reports its time limit as a failure.
func ranOut(said string) bool {
	return strings.Contains(said, "context deadline exceeded") && !strings.Contains(said, "Failing input")
}

var execs = regexp.MustCompile(`execs: ([0-9]+)`)

// fuzz runs the target and gives the executions that go test last told of. A
// target that executed nothing has failed.
func (t target) fuzz(to io.Writer, root string, each time.Duration) (int64, error) {
	cmd := exec.Command("go", "test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", each.String(), ".")
	cmd.Dir = filepath.Join(root, t.folder)
	output, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var n int64
	var said strings.Builder
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if m := execs.FindStringSubmatch(lines.Text()); m != nil {
			n, _ = strconv.ParseInt(m[1], 10, 64) // the pattern has digits only
			continue
		}
		fmt.Fprintln(&said, lines.Text())
	}
	err = cmd.Wait()
	if err != nil && ranOut(said.String()) {
		err = nil
	}
	if err == nil && n == 0 {
		err = errors.New("nothing was executed")
	}
	if err != nil {
		fmt.Fprint(to, said.String())
	}
	return n, err
}
