// Command policy measures package policy against cedar-go and OPA on one
// workload, and how its decisions grow. It is a module of its own, so that who
// uses Gatehouse inherits neither. Every decision is compared before it is
// timed; what is counted is CPU time in one run, as ratios.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// effort is how long things are measured.
type effort struct {
	rounds int
	about  time.Duration // one measurement of a round
}

var (
	full  = effort{rounds: 11, about: 120 * time.Millisecond}
	quick = effort{rounds: 3, about: 30 * time.Millisecond}
)

// bar is one line of the table.
type bar struct {
	name     string
	measured float64
	unit     string
	limit    float64 // 0: none, the figure is only shown
	reach    float64 // 0: none
	atLeast  bool
	zero     bool // the limit is 0
	note     string
}

func (b bar) sign() string {
	if b.atLeast {
		return "≥"
	}
	return "≤"
}

// within says whether the figure keeps to the limit, where there is one.
func (b bar) within(limit float64) bool {
	switch {
	case b.zero:
		return b.measured == 0
	case limit == 0:
		return true
	case b.atLeast:
		return b.measured >= limit
	}
	return b.measured <= limit
}

func (b bar) result() string {
	switch {
	case b.limit == 0 && !b.zero:
		return "shown"
	case !b.within(b.limit):
		return "MISSED"
	case b.reach != 0 && b.within(b.reach):
		return "reached"
	}
	return "met"
}

func main() {
	isQuick := flag.Bool("quick", false, "fewer rounds: for trying the benchmark itself")
	flag.Parse()
	e := full
	if *isQuick {
		e = quick
	}
	if err := runAll(e); err != nil {
		fmt.Fprintln(os.Stderr, "bench/policy:", err)
		os.Exit(1)
	}
}

func runAll(e effort) error {
	sizes, err := measureSizes(e)
	if err != nil {
		return err
	}
	if err := printSizes(sizes); err != nil {
		return err
	}
	var bars []bar
	for _, s := range sizes {
		bars = append(bars, s.bars()...)
	}
	for _, measure := range []func(effort) ([]bar, error){measureGrowth, measureMemory} {
		more, err := measure(e)
		if err != nil {
			return err
		}
		bars = append(bars, more...)
	}
	return printBars(os.Stdout, bars)
}

func printBars(to io.Writer, bars []bar) error {
	fmt.Fprintln(to)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WHAT\tMEASURED\tBAR\tREACH\tRESULT\tNOTE")
	var missed []string
	for _, b := range bars {
		if b.result() == "MISSED" {
			missed = append(missed, b.name)
		}
		fmt.Fprintf(w, "%s\t%.3g %s\t%s\t%s\t%s\t%s\n", b.name, b.measured, b.unit, b.bound(b.limit), bar{atLeast: b.atLeast}.bound(b.reach), b.result(), b.note)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(missed) > 0 {
		return fmt.Errorf("%d of %d bars missed: %s", len(missed), len(bars), strings.Join(missed, "; "))
	}
	return nil
}

func (b bar) bound(limit float64) string {
	if limit == 0 && !b.zero {
		return "-"
	}
	return fmt.Sprintf("%s %.4g", b.sign(), limit)
}
