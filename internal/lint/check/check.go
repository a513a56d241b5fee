// Package check holds the vet checks of our own: each is a class of bug that
// this project is not to have twice. They read syntax alone, so they go by
// names; what a check cannot know is settled by a comment on the line or the
// one above it, with the reason:
//
//	if in.Token == previous { //lint:allow secret-compare a paging token is no secret
package check

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

// Finding is a place where a check does not hold.
type Finding struct {
	File  *source.File
	Pos   token.Pos
	Check string
	Text  string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s (%s)", f.File.At(f.Pos), f.Text, f.Check)
}

// A rule looks at one file and reports each place that breaks it.
type rule struct {
	name  string
	check func(f *source.File, report func(pos token.Pos, text string))
}

// The names are what "//lint:allow" takes.
var rules = []rule{
	{"secret-log", secretInLog},
	{"secret-compare", secretCompared},
	{"policy-clock", clockInPolicy},
	{"imports", importsOutOfOrder},
	{"pipeline", handlerOutsidePipeline},
}

// All runs every check over the files, tests of ours apart: they compare and
// print what they made up themselves.
func All(files []*source.File) []Finding {
	var findings []Finding
	for _, file := range files {
		if !file.Test {
			findings = append(findings, checkFile(file)...)
		}
	}
	return findings
}

func checkFile(file *source.File) []Finding {
	allowed := allowances(file)
	var findings []Finding
	for _, r := range rules {
		r.check(file, func(pos token.Pos, text string) {
			if !allowed.use(file.Positions.Position(pos).Line, r.name) {
				findings = append(findings, Finding{file, pos, r.name, text})
			}
		})
	}
	findings = append(findings, allowed.idle(file)...)
	slices.SortStableFunc(findings, func(a, b Finding) int { return cmp.Compare(a.Pos, b.Pos) })
	return findings
}

const allowMark = "//lint:allow "

// allowance is a comment that lets one check pass on one line.
type allowance struct {
	pos           token.Pos
	line          int
	check, reason string
	used          bool
}

type allowanceList []*allowance

func allowances(file *source.File) allowanceList {
	var list allowanceList
	for _, group := range file.Syntax.Comments {
		for _, comment := range group.List {
			rest, ok := strings.CutPrefix(comment.Text, allowMark)
			if !ok {
				continue
			}
			name, reason, _ := strings.Cut(rest, " ")
			list = append(list, &allowance{
				pos: comment.Pos(), line: file.Positions.Position(comment.Pos()).Line,
				check: name, reason: strings.TrimSpace(reason),
			})
		}
	}
	return list
}

func (l allowanceList) use(line int, check string) bool {
	for _, a := range l {
		if a.check == check && a.reason != "" && (a.line == line || a.line == line-1) {
			a.used = true
			return true
		}
	}
	return false
}

// idle reports allowances that allow nothing: the code moved on, the check's
// name is misspelt, or the reason is missing.
func (l allowanceList) idle(file *source.File) []Finding {
	var findings []Finding
	for _, a := range l {
		if !a.used {
			findings = append(findings, Finding{file, a.pos, "allow", "allows nothing: no such finding here, or no reason given"})
		}
	}
	return findings
}

// importName is the name by which a file calls a package of the standard
// library, "" where it does not import it.
func importName(file *ast.File, path string) string {
	for _, spec := range file.Imports {
		if strings.Trim(spec.Path.Value, `"`) != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path[strings.LastIndexByte(path, '/')+1:]
	}
	return ""
}

// isSelector says whether an expression is pkg.name for one of the names.
func isSelector(e ast.Expr, pkg string, names ...string) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok || pkg == "" {
		return false
	}
	left, ok := selector.X.(*ast.Ident)
	return ok && left.Name == pkg && slices.Contains(names, selector.Sel.Name)
}
