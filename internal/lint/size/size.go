// Package size measures how large the repository's files and functions are,
// and holds them to the figures that the project promises itself.
package size

import (
	"cmp"
	"fmt"
	"go/ast"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

// Bar is what the project promises: the habits of codebases that are good to
// read, see docs/ARCHITECTURE.md.
type Bar struct {
	FileLines95     int     // 95 % of files have at most as many lines
	FunctionMedian  int     // half of the functions of the code, tests apart
	FunctionLines95 int     // 95 % of them
	FunctionLongest int     // all of them
	TestsToCode     float64 // lines of tests to lines of code, at least
}

// Ours is the bar `make lint` holds.
var Ours = Bar{FileLines95: 600, FunctionMedian: 10, FunctionLines95: 60, FunctionLongest: 150, TestsToCode: 1.2}

// Figures are the measured sizes. Generated files are counted in none.
type Figures struct {
	Files, CodeLines, TestLines int
	FileLines95                 int
	Functions                   int
	FunctionMedian              int
	FunctionLines95             int
	FunctionLongest             Function
	LongFiles                   []*source.File // longest first, those over the bar's 95 %
	LongFunctions               []Function     // longest first, those over the bar's 95 %
}

// Function is a function with a body, and its lines from "func" to "}".
type Function struct {
	At, Name string
	Lines    int
}

// Measure takes the figures of a repository's files. Functions are those of
// the code: a table test is as long as its table.
func Measure(files []*source.File) Figures {
	var f Figures
	var fileLines []int
	var functions []Function
	for _, file := range files {
		if file.Generated {
			continue
		}
		fileLines = append(fileLines, file.Lines)
		if file.Lines > Ours.FileLines95 {
			f.LongFiles = append(f.LongFiles, file)
		}
		if file.Test {
			f.TestLines += file.Lines
			continue
		}
		f.CodeLines += file.Lines
		functions = append(functions, functionsOf(file)...)
	}
	f.Files, f.Functions = len(fileLines), len(functions)
	slices.Sort(fileLines)
	f.FileLines95 = percentile(fileLines, 95)
	f.measureFunctions(functions)
	slices.SortFunc(f.LongFiles, func(a, b *source.File) int { return cmp.Compare(b.Lines, a.Lines) })
	return f
}

func (f *Figures) measureFunctions(functions []Function) {
	slices.SortStableFunc(functions, func(a, b Function) int { return cmp.Compare(a.Lines, b.Lines) })
	lines := make([]int, len(functions))
	for i, fn := range functions {
		lines[i] = fn.Lines
		if fn.Lines > Ours.FunctionLines95 {
			f.LongFunctions = append(f.LongFunctions, fn)
		}
		f.FunctionLongest = fn
	}
	slices.Reverse(f.LongFunctions)
	f.FunctionMedian, f.FunctionLines95 = percentile(lines, 50), percentile(lines, 95)
}

func functionsOf(file *source.File) []Function {
	var functions []Function
	for _, decl := range file.Syntax.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		lines := file.Positions.Position(fn.End()).Line - file.Positions.Position(fn.Pos()).Line + 1
		functions = append(functions, Function{At: file.At(fn.Pos()), Name: fn.Name.Name, Lines: lines})
	}
	return functions
}

// percentile is the smallest of the sorted values that p % of them do not
// exceed; 0 of none.
func percentile(sorted []int, p int) int {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*p+99)/100-1]
}

// TestsToCode is the ratio of lines; 0 where there is no code.
func (f Figures) TestsToCode() float64 {
	if f.CodeLines == 0 {
		return 0
	}
	return float64(f.TestLines) / float64(f.CodeLines)
}

// Worse names each figure that does not hold the bar.
func (f Figures) Worse(bar Bar) []string {
	var worse []string
	check := func(what string, got, most int) {
		if got > most {
			worse = append(worse, fmt.Sprintf("%s: %d lines, at most %d", what, got, most))
		}
	}
	check("95 % of files", f.FileLines95, bar.FileLines95)
	check("median function", f.FunctionMedian, bar.FunctionMedian)
	check("95 % of functions", f.FunctionLines95, bar.FunctionLines95)
	check("longest function "+f.FunctionLongest.Name+" at "+f.FunctionLongest.At, f.FunctionLongest.Lines, bar.FunctionLongest)
	if f.TestsToCode() < bar.TestsToCode {
		worse = append(worse, fmt.Sprintf("test lines to code lines: %.2f, at least %.2f", f.TestsToCode(), bar.TestsToCode))
	}
	return worse
}

// Print writes the figures beside the bar, and the largest files and functions.
func (f Figures) Print(to io.Writer, bar Bar) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "size\tmeasured\tbar\n")
	fmt.Fprintf(w, "files, without generated ones\t%d\t\n", f.Files)
	fmt.Fprintf(w, "95 %% of files, lines\t%d\t<= %d\n", f.FileLines95, bar.FileLines95)
	fmt.Fprintf(w, "functions of the code\t%d\t\n", f.Functions)
	fmt.Fprintf(w, "function median, lines\t%d\t<= %d\n", f.FunctionMedian, bar.FunctionMedian)
	fmt.Fprintf(w, "95 %% of functions, lines\t%d\t<= %d\n", f.FunctionLines95, bar.FunctionLines95)
	fmt.Fprintf(w, "longest function, lines\t%d\t<= %d\n", f.FunctionLongest.Lines, bar.FunctionLongest)
	fmt.Fprintf(w, "lines of code, of tests\t%d, %d\t\n", f.CodeLines, f.TestLines)
	fmt.Fprintf(w, "tests to code\t%.2f\t>= %.2f\n", f.TestsToCode(), bar.TestsToCode)
	for _, file := range f.LongFiles {
		fmt.Fprintf(w, "long file %s\t%d\t\n", file.Path, file.Lines)
	}
	for _, fn := range f.LongFunctions {
		fmt.Fprintf(w, "long function %s at %s\t%d\t\n", fn.Name, fn.At, fn.Lines)
	}
	return w.Flush()
}
