package crash

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// written is an event of a write to one user.
type written struct{ operation, user string }

// checkJournal: every write that took place has its event exactly once, with the
// request id that its client was told, and no other write has one.
func (c *crash) checkJournal() {
	events := c.events()
	writes := 0
	for _, e := range c.ledger {
		for _, s := range e.steps {
			writes++
			ids := events[written{s.operation, e.name}]
			if len(ids) != 1 || s.request != "" && ids[0] != s.request {
				c.failed("%s of %s has the events %v; its request was %q", s.operation, e.name, ids, s.request)
			}
		}
	}
	found := 0
	for w, ids := range events {
		found += len(ids)
		if e := c.ledger[w.user]; e == nil || !slices.ContainsFunc(e.steps, func(s step) bool { return s.operation == w.operation }) {
			c.failed("%s of %s has the events %v, and did not take place", w.operation, w.user, ids)
		}
	}
	c.Logf("%d writes took place, %d events of them are in the journal", writes, found)
}

// events are the request ids of the events of successful writes to users.
func (c *crash) events() map[written][]string {
	r := process.Gatehouse(c.T, nil, "events", "--data", c.data, "--limit", "1000000", "--output", "json")
	if r.Code != 0 {
		c.Fatalf("events: exit %d, %s", r.Code, r.Stderr)
	}
	found := map[written][]string{}
	for line := range strings.Lines(r.Stdout) {
		var e struct {
			Event struct {
				EventName, ErrorCode, RequestID string
				ReadOnly                        bool
				RequestParameters               struct{ UserName string }
			}
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			c.Fatalf("%v in %s", err, line)
		}
		if user := e.Event.RequestParameters.UserName; user != "" && !e.Event.ReadOnly && e.Event.ErrorCode == "" {
			w := written{e.Event.EventName, user}
			found[w] = append(found[w], e.Event.RequestID)
		}
	}
	return found
}
