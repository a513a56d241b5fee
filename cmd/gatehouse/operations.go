package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/gatehouse-iam/gatehouse/internal/node"
)

type operationsCommand struct {
	Service string `placeholder:"NAME" help:"Only this service, as iam."`
	Output  string `default:"table" enum:"table,json" help:"table or json."`
}

// Help is the long help.
func (*operationsCommand) Help() string {
	return `Read from the table that serves. An operation that is not implemented answers
501 NotImplemented.

Example:
  gatehouse operations --service iam --output json`
}

// Run prints the operations.
func (c *operationsCommand) Run(s *streams) error {
	list, err := node.Operations(c.Service)
	if err != nil {
		return err
	}
	if c.Output == "json" {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		return e.Encode(list)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SERVICE\tOPERATION\tIMPLEMENTED\tACTION")
	counts := map[string][2]int{}
	var order []string
	for _, o := range list {
		n, seen := counts[o.Service]
		if !seen {
			order = append(order, o.Service)
		}
		n[1]++
		yes := "no"
		if o.Implemented {
			yes = "yes"
			n[0]++
		}
		counts[o.Service] = n
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", o.Service, o.Operation, yes, o.Authorization)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, name := range order {
		fmt.Fprintf(s.out, "%s: %d of %d implemented\n", name, counts[name][0], counts[name][1])
	}
	return nil
}
