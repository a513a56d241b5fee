// Package policytest runs policy tests: folders of policy documents and of
// decision cases that say what must come out. It reads the folders, decides the
// cases with package policy, compares, counts the statements that no case ever
// matched, and reports.
package policytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// maxFile bounds a policy document or a YAML file, in bytes.
const maxFile = 64 << 20

// folder is one that is tested, or one file. What its cases name is read from
// within the working folder, where the folder lies in that, else from within
// itself; nothing outside is.
type folder struct {
	root  *os.Root
	name  string   // of root, as it was given
	start string   // what is tested, within root
	cases []string // paths of the case files within root, in order
	json  []string
	bad   []*cases.Error // folders that cannot be read
}

// openFolder finds the files of a folder.
func openFolder(name string) (*folder, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir() && !isCaseFile(name):
		return nil, fmt.Errorf("%s is neither a folder nor a case file: .jsonl, .yaml or .yml", name)
	}
	f := &folder{name: ".", start: filepath.ToSlash(filepath.Clean(name))}
	if !filepath.IsLocal(name) {
		f.name, f.start = filepath.Clean(name), "."
		if !info.IsDir() {
			f.name, f.start = filepath.Dir(name), filepath.Base(name)
		}
	}
	if f.root, err = os.OpenRoot(f.name); err != nil {
		return nil, err
	}
	if err := fs.WalkDir(f.root.FS(), f.start, f.visit); err != nil {
		f.root.Close()
		return nil, err
	}
	return f, nil
}

// visit sorts a file in. Hidden folders are other programs'.
func (f *folder) visit(name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil && name == f.start:
		return err
	case err != nil:
		f.bad = append(f.bad, f.problem(name, err))
		return fs.SkipDir
	case entry.IsDir() && name != f.start && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
		return fs.SkipDir
	case entry.IsDir():
	case isCaseFile(name):
		f.cases = append(f.cases, name)
	case path.Ext(name) == ".json":
		f.json = append(f.json, name)
	}
	return nil
}

func isCaseFile(name string) bool {
	switch path.Ext(name) {
	case ".jsonl", ".yaml", ".yml":
		return true
	}
	return false
}

// shown is a file's path as the person who named the folder finds it.
func (f *folder) shown(name string) string { return filepath.Join(f.name, filepath.FromSlash(name)) }

// read reads a file that a case names, by its path from the case's own folder.
func (f *folder) read(caseFile, name string) (string, error) {
	if path.IsAbs(name) || filepath.IsAbs(name) {
		return "", fmt.Errorf("%q is not accepted: the path of a file from this one", name)
	}
	within := path.Join(path.Dir(caseFile), name)
	if within == ".." || strings.HasPrefix(within, "../") {
		return "", fmt.Errorf("%q lies outside the folder %s; test from one that holds both", name, f.name)
	}
	content, err := f.file(within)
	return string(content), err
}

func (f *folder) file(name string) ([]byte, error) {
	in, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	content, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s is larger than a policy or a list of cases may be", f.shown(name))
	}
	return content, err
}

// open opens a regular file: a pipe would be waited for, and to open a device may
// do something.
func (f *folder) open(name string) (*os.File, error) {
	info, err := f.root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", f.shown(name))
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", f.shown(name))
	}
	in, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err = in.Stat(); err == nil && !info.Mode().IsRegular() { // another one by now
		err = fmt.Errorf("%s is no regular file", f.shown(name))
	}
	if err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// problem is a file that cannot be read, with its reason: which line is unknown.
func (f *folder) problem(name string, err error) *cases.Error {
	var e *cases.Error
	if errors.As(err, &e) {
		return e
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &cases.Error{File: f.shown(name), Detail: "cannot be read: " + strings.TrimPrefix(err.Error(), f.shown(name)+" ")}
}

// policyFile is a *.json file that is a policy, of whatever type.
func (f *folder) policyFile(name string) (*document, error) {
	content, err := f.file(name)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(content, []byte(`"Statement"`)) || !holdsStatement(content) {
		return nil, nil // some other JSON
	}
	root, err := policy.ParseJSON(string(content))
	var e *policy.Error
	switch {
	case errors.As(err, &e):
		return nil, &cases.Error{File: f.shown(name), Line: e.Line, Column: e.Column, Detail: e.Detail}
	case err != nil:
		return nil, err
	case root.Get("Statement") == nil:
		return nil, nil
	}
	d := &document{file: f.shown(name), text: string(content), kind: guess(root)}
	if _, err := policy.Parse(d.kind, d.text); errors.As(err, &e) {
		return nil, &cases.Error{File: d.file, Line: e.Line, Column: e.Column, Detail: e.Detail}
	}
	return d, nil
}

// holdsStatement says whether the outermost object of a text has a "Statement". It
// reads as deep as other JSON goes, which a policy may not. Broken JSON may be a
// policy: it is told.
func holdsStatement(content []byte) bool {
	var members map[string]json.RawMessage
	err := json.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &members)
	var broken *json.SyntaxError
	if err != nil {
		return errors.As(err, &broken)
	}
	_, ok := members["Statement"]
	return ok
}

// guess is the type of a document that no case refers to: one with principals is
// a resource's, or a role's trust policy.
func guess(root *policy.Node) policy.Type {
	kind := policy.Identity
	for _, s := range root.Get("Statement").List() {
		if s.Get("Principal") == nil && s.Get("NotPrincipal") == nil {
			continue
		}
		kind = policy.Resource
		if s.Get("Resource") == nil && s.Get("NotResource") == nil {
			return policy.Trust
		}
	}
	return kind
}
