// Command lint runs the checks that are our own: the vet checks of
// internal/lint/check, and the size figures with the bar they are held to. It
// prints what it finds and fails when there is something.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gatehouse-iam/gatehouse/internal/lint/check"
	"github.com/gatehouse-iam/gatehouse/internal/lint/size"
	"github.com/gatehouse-iam/gatehouse/internal/lint/source"
)

func main() {
	root := flag.String("root", ".", "the repository's root")
	flag.Parse()
	failed, err := run(os.Stdout, *root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(1)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// run prints findings and figures, and says how many there are to mend.
func run(to io.Writer, root string) (failed int, err error) {
	files, err := source.Read(root)
	if err != nil {
		return 0, err
	}
	undecided, err := check.Undecided(root, files)
	if err != nil {
		return 0, err
	}
	findings := append(check.All(files), undecided...)
	for _, f := range findings {
		fmt.Fprintln(to, f)
	}
	figures := size.Measure(files)
	if err := figures.Print(to, size.Ours); err != nil {
		return 0, err
	}
	worse := figures.Worse(size.Ours)
	for _, w := range worse {
		fmt.Fprintln(to, "worse than the bar:", w)
	}
	return len(findings) + len(worse), nil
}
