package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/journal"
)

type eventsCommand struct {
	Data      string        `placeholder:"DIR" help:"The data folder (default: as serve)."`
	RequestID string        `placeholder:"ID" help:"Only the call with this request id."`
	EventName string        `placeholder:"NAME" help:"Only calls of this operation, as CreateUser."`
	Caller    string        `placeholder:"ARN" help:"Only calls by this caller."`
	AccessKey string        `placeholder:"ID" help:"Only calls with this access key."`
	Errors    bool          `help:"Only calls that failed."`
	Denied    bool          `help:"Only calls that authorization refused."`
	Since     time.Duration `placeholder:"1h" help:"Only calls of this last time."`
	Limit     int           `default:"20" help:"At most so many, the newest first."`
	Output    string        `default:"table" enum:"table,json" help:"table or json."`
}

// Help is the long help.
func (*eventsCommand) Help() string {
	return `Reads the data folder's journal, beside a running server too. With --output json
each line is an event in CloudTrail's form and, for a denied call, its decision. Exit code 1:
nothing was found.

Example:
  gatehouse events --errors --since 1h
  gatehouse events --request-id 6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01 --output json`
}

// Run prints the events found.
func (c *eventsCommand) Run(s *streams) error {
	found, err := c.search(s)
	if err != nil {
		return err
	}
	if c.Output == "json" {
		err = printJSON(s.out, found)
	} else {
		err = printEvents(s.out, found)
	}
	if err == nil && len(found) == 0 {
		return errNo
	}
	return err
}

func (c *eventsCommand) search(s *streams) ([]journal.Found, error) {
	if c.Since < 0 {
		return nil, fmt.Errorf("--since: %v is not accepted: a time that has passed, as 1h", c.Since)
	}
	if c.Limit < 1 {
		return nil, fmt.Errorf("--limit: %d is not accepted: 1 or more", c.Limit)
	}
	if c.Since < 0 {
		return nil, fmt.Errorf("--since: %v is not accepted: as long as you look back, as 1h", c.Since)
	}
	data := c.Data
	if data == "" {
		data = defaultData(s.env)
	}
	dir := filepath.Join(data, "journal")
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is no data folder of Gatehouse; name it with --data", data)
	}
	q := journal.Query{
		RequestID: c.RequestID, EventName: c.EventName, PrincipalARN: c.Caller, AccessKeyID: c.AccessKey,
		ErrorsOnly: c.Errors, Denials: c.Denied, Limit: c.Limit,
	}
	if c.Since > 0 {
		q.Since = time.Now().Add(-c.Since)
	}
	return journal.Search(dir, q)
}

func printJSON(w io.Writer, found []journal.Found) error {
	e := json.NewEncoder(w)
	for _, f := range found {
		if err := e.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

func printEvents(out io.Writer, found []journal.Found) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TIME\tCALL\tCALLER\tFROM\tRESULT\tREQUEST ID")
	for _, f := range found {
		e := f.Summary
		result := "ok"
		if e.ErrorCode != "" {
			result = e.ErrorCode
		}
		caller := e.Identity.ARN
		if caller == "" {
			caller = "-"
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s\t%s\t%s\t%s\n", e.Time.Format(time.RFC3339), e.Source, e.Name, caller, e.Address, result, e.RequestID)
	}
	return w.Flush()
}
