// Command bench measures what Gatehouse costs against baselines in the same run:
// CPU time (user and system) of the serving process, since clocks are shared. It
// prints a ratio a bar, and fails where one is missed.
package main

import (
	"flag"
	"fmt"
	"os"
	"text/tabwriter"
)

// bar is one line of the table.
type bar struct {
	name     string
	measured float64
	unit     string
	limit    float64
	reach    float64 // 0: none
	atLeast  bool
	note     string
}

func (b bar) met() bool {
	if b.atLeast {
		return b.measured >= b.limit
	}
	return b.measured <= b.limit
}

func main() {
	child := flag.String("child", "", "")
	users := flag.Int("users", 0, "")
	only := flag.String("only", "", "measure only one of decision, calls, s3, metadata, change, start, memory")
	quick := flag.Bool("quick", false, "fewer requests: for trying the benchmark itself")
	flag.Parse()
	if *child != "" {
		exit(runChild(*child, *users))
	}
	sizes = fullSizes
	if *quick {
		sizes = quickSizes
	}
	exit(runAll(*only))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runAll measures everything and prints the table.
func runAll(only string) error {
	var bars []bar
	for _, measure := range measures(only) {
		b, err := measure()
		if err != nil {
			return err
		}
		bars = append(bars, b...)
	}
	return table(bars)
}

type measure func() ([]bar, error)

// measures are all measurements, or the one that is asked for.
func measures(only string) []measure {
	all := map[string]measure{"decision": measureDecision, "calls": measureCalls, "s3": measureS3, "metadata": measureMetadata, "change": measureChange, "start": measureStart, "memory": measureMemory}
	if m, ok := all[only]; ok {
		return []measure{m}
	}
	return []measure{measureDecision, measureCalls, measureS3, measureMetadata, measureChange, measureStart, measureMemory}
}

func table(bars []bar) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WHAT\tMEASURED\tBAR\tREACH\tRESULT\tNOTE")
	missed := 0
	for _, b := range bars {
		result := "met"
		if !b.met() {
			result = "MISSED"
			missed++
		}
		sign, reach := "≤", "-"
		if b.atLeast {
			sign = "≥"
		}
		if b.reach != 0 {
			reach = fmt.Sprintf("%s %.4g", sign, b.reach)
		}
		fmt.Fprintf(w, "%s\t%.4g %s\t%s %.4g\t%s\t%s\t%s\n", b.name, b.measured, b.unit, sign, b.limit, reach, result, b.note)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if missed > 0 {
		return fmt.Errorf("%d of %d bars missed", missed, len(bars))
	}
	return nil
}
