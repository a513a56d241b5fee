// Package source reads the repository's Go files for the checks of `make lint`.
package source

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is one parsed Go file.
type File struct {
	Path      string // from the repository's root, with slashes
	Lines     int
	Test      bool // compiled by `go test` only, or a package of tests
	Generated bool // *_gen.go: checked in, never edited
	Syntax    *ast.File
	Positions *token.FileSet
}

// Folder is the file's folder from the repository's root: "internal/store".
func (f *File) Folder() string {
	if i := strings.LastIndexByte(f.Path, '/'); i >= 0 {
		return f.Path[:i]
	}
	return ""
}

// At names a place in a file as compilers do: "policy/parse.go:12:3".
func (f *File) At(pos token.Pos) string {
	p := f.Positions.Position(pos)
	return fmt.Sprintf("%s:%d:%d", f.Path, p.Line, p.Column)
}

// Read parses every Go file under root. Folders that hold no code of ours
// (testdata, node_modules, hidden ones) are left out, as the go command does.
func Read(root string) ([]*File, error) {
	var files []*File
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && leftOut(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := Parse(filepath.ToSlash(name), text)
		if err != nil {
			return err
		}
		files = append(files, file)
		return nil
	})
	return files, err
}

// Parse reads one file as if it lay at path.
func Parse(path string, text []byte) (*File, error) {
	positions := token.NewFileSet()
	syntax, err := parser.ParseFile(positions, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &File{
		Path:      path,
		Lines:     bytes.Count(text, []byte("\n")),
		Test:      isTest(path),
		Generated: strings.HasSuffix(path, "_gen.go"),
		Syntax:    syntax,
		Positions: positions,
	}, nil
}

func leftOut(folder string) bool {
	return folder == "testdata" || folder == "node_modules" || folder == "bin" || strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_")
}

// isTest counts with the tests also what exists for them alone: the module of
// end-to-end tests, and suites that several packages run (storetest).
// gatehousetest is a library for users and is not among them.
func isTest(path string) bool {
	folders := strings.Split(path, "/")
	name := folders[len(folders)-1]
	folders = folders[:len(folders)-1]
	return strings.HasSuffix(name, "_test.go") || slices.ContainsFunc(folders, func(f string) bool {
		return f == "test" || f == "storetest" || f == "testsuite"
	})
}
