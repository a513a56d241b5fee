package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// program is a package with all its mutants in it.
type program struct {
	folder  string
	mutants []mutant
	files   map[string][]byte // by path: what the build reads in its place
}

// rewrite reads a package and puts every mutant into it.
func rewrite(folder string) (*program, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	files := token.NewFileSet()
	var syntax []*ast.File
	paths = slices.DeleteFunc(paths, func(path string) bool { return strings.HasSuffix(path, "_test.go") })
	for _, path := range paths {
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		syntax = append(syntax, f)
	}
	if len(syntax) == 0 {
		return nil, fmt.Errorf("%s has no Go files", folder)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(files, "source", nil)}
	if _, err := config.Check(folder, files, syntax, info); err != nil {
		return nil, err
	}
	p := &program{folder: folder, files: map[string][]byte{}}
	for i, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		m := &mutator{files: files, info: info, source: source, name: filepath.Base(path), function: "var",
			first: len(p.mutants) + 1, seen: map[string]int{}}
		m.walk(syntax[i])
		p.mutants = append(p.mutants, m.mutants...)
		p.files[path] = m.apply()
	}
	p.files[filepath.Join(folder, "mutants.go")] = fmt.Appendf(nil, switches, syntax[0].Name.Name)
	return p, nil
}

// apply is the source with the edits in it.
func (m *mutator) apply() []byte {
	slices.SortFunc(m.edits, func(a, b edit) int {
		switch {
		case a.at != b.at:
			return a.at - b.at
		case a.ends && b.ends:
			return b.order - a.order // what is inside ends first
		case a.ends != b.ends:
			if a.ends {
				return -1
			}
			return 1
		}
		return a.order - b.order
	})
	var out bytes.Buffer
	at := 0
	for _, e := range m.edits {
		out.Write(m.source[at:e.at])
		out.WriteString(e.text)
		at = e.at + e.removed
	}
	out.Write(m.source[at:])
	return out.Bytes()
}

// switches is what the mutants need: which of them is to run, and operators that
// know a mutant or two.
const switches = `package %s

import (
	"cmp"
	"os"
	"strconv"
)

var mutantNow = func() int {
	n, _ := strconv.Atoi(os.Getenv("MUTANT"))
	return n
}()

type mutantNumber interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

func mutantMore[T mutantNumber](n int, x T) T {
	if mutantNow == n {
		x++
	}
	return x
}

func mutantAdd[T mutantNumber](n int, x, y T) T {
	if mutantNow == n {
		return x - y
	}
	return x + y
}

func mutantSubtract[T mutantNumber](n int, x, y T) T {
	if mutantNow == n {
		return x + y
	}
	return x - y
}

func mutantAnd[T mutantNumber](n int, x, y T) T {
	if mutantNow == n {
		return x | y
	}
	return x & y
}

func mutantOr[T mutantNumber](n int, x, y T) T {
	if mutantNow == n {
		return x & y
	}
	return x | y
}

func mutantLess[T cmp.Ordered](n int, x, y T) bool {
	switch mutantNow {
	case n:
		return x <= y
	case n + 1:
		return x >= y
	}
	return x < y
}

func mutantLessEqual[T cmp.Ordered](n int, x, y T) bool {
	switch mutantNow {
	case n:
		return x < y
	case n + 1:
		return x > y
	}
	return x <= y
}

func mutantGreater[T cmp.Ordered](n int, x, y T) bool {
	switch mutantNow {
	case n:
		return x >= y
	case n + 1:
		return x <= y
	}
	return x > y
}

func mutantGreaterEqual[T cmp.Ordered](n int, x, y T) bool {
	switch mutantNow {
	case n:
		return x > y
	case n + 1:
		return x < y
	}
	return x >= y
}
`
