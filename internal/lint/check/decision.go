package check

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

// Undecided finds imports of modules that no page of docs/decisions names. The
// modules of tests and generators answer for themselves.
func Undecided(root string, files []*source.File) ([]Finding, error) {
	decided, err := decidedModules(filepath.Join(root, "docs", "decisions"))
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, file := range files {
		if within(file.Folder(), "internal/api/gen") || within(file.Folder(), "test") {
			continue
		}
		for _, spec := range file.Syntax.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if isForeign(path) && !anyWithin(path, decided) {
				findings = append(findings, Finding{file, spec.Pos(), "decision", path + " has no page in docs/decisions"})
			}
		}
	}
	return findings, nil
}

var quotedModule = regexp.MustCompile("`([a-z0-9.-]+\\.[a-z]+/[^` ]+)`")

// decidedModules are the module paths that the pages name between backquotes;
// what a page names as second choice
// ("Instead") is not decided for.
func decidedModules(folder string) ([]string, error) {
	pages, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return nil, err
	}
	var modules []string
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return nil, err
		}
		chosen, _, _ := strings.Cut(string(text), "**Instead**")
		for _, m := range quotedModule.FindAllStringSubmatch(chosen, -1) {
			modules = append(modules, m[1])
		}
	}
	return modules, nil
}

// isForeign says whether an import is neither the standard library's nor ours:
// only a host's name has a dot.
func isForeign(path string) bool {
	host, _, _ := strings.Cut(path, "/")
	return strings.Contains(host, ".") && !within(path, module)
}

func anyWithin(path string, modules []string) bool {
	for _, m := range modules {
		if within(path, m) {
			return true
		}
	}
	return false
}
