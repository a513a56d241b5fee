package source

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReadLeavesOutWhatIsNotOurs(t *testing.T) {
	root := t.TempDir()
	for _, path := range []string{
		"policy/parse.go", "policy/parse_test.go", "policy/testdata/bad.go", "web/node_modules/x/x.go", ".git/x.go",
		"_old/x.go", "bin/x.go", "internal/api/iam/shapes_gen.go", "internal/store/storetest/suite.go", "test/e2e/cli.go", "notes.txt",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("package p\n\nvar X = 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	type kind struct{ test, generated bool }
	want := map[string]kind{
		"policy/parse.go":                   {},
		"policy/parse_test.go":              {test: true},
		"internal/api/iam/shapes_gen.go":    {generated: true},
		"internal/store/storetest/suite.go": {test: true},
		"test/e2e/cli.go":                   {test: true},
	}
	for _, f := range files {
		k, ok := want[f.Path]
		if !ok || k != (kind{f.Test, f.Generated}) || f.Lines != 3 {
			t.Errorf("%s: test %v, generated %v, %d lines", f.Path, f.Test, f.Generated, f.Lines)
		}
		delete(want, f.Path)
	}
	if len(want) > 0 {
		t.Errorf("not read: %v", want)
	}
}

func TestReadReportsWhatDoesNotParse(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "bad.go"), []byte("packag p"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(root); err == nil {
		t.Error("a file that does not parse is passed over")
	}
	if _, err := Read(filepath.Join(root, "missing")); err == nil {
		t.Error("a folder that is not there is passed over")
	}
}

func TestPlaces(t *testing.T) {
	f, err := Parse("internal/store/key.go", []byte("package store\n\nvar X = 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.At(f.Syntax.Decls[0].Pos()); got != "internal/store/key.go:3:1" {
		t.Errorf("got %s", got)
	}
	if f.Folder() != "internal/store" {
		t.Errorf("folder %q", f.Folder())
	}
	if top := (&File{Path: "doc.go"}); top.Folder() != "" {
		t.Errorf("folder of a file at the root %q", top.Folder())
	}
}
