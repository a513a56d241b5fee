package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

// Query says which events are looked for; an empty field asks for nothing.
type Query struct {
	RequestID, EventID, EventName string
	Caller                        string // the caller's ARN
	ErrorsOnly                    bool
	Since                         time.Time
	Limit                         int // 0: 100
}

// Found is an event, with its decision where it was denied.
type Found struct {
	Event    json.RawMessage `json:"event"`
	Decision json.RawMessage `json:"decision,omitempty"`
	Summary  Summary         `json:"-"`
}

// Summary is what a table shows of an event.
type Summary struct {
	Time      time.Time `json:"eventTime"`
	EventID   string    `json:"eventID"`
	RequestID string    `json:"requestID"`
	Source    string    `json:"eventSource"`
	Name      string    `json:"eventName"`
	Address   string    `json:"sourceIPAddress"`
	ErrorCode string    `json:"errorCode"`
	Message   string    `json:"errorMessage"`
	Identity  struct {
		ARN string `json:"arn"`
	} `json:"userIdentity"`
	DecisionOf string `json:"decisionOf"`
}

// Search looks through a journal's folder from the newest event backwards. It
// reads beside a running server; the last half second may not be there yet.
func Search(dir string, q Query) ([]Found, error) {
	if q.Limit == 0 {
		q.Limit = 100
	}
	numbers, err := segmentNumbers(dir)
	if err != nil {
		return nil, err
	}
	s := search{query: q, decisions: map[string]json.RawMessage{}}
	for _, n := range slices.Backward(numbers) {
		text, err := os.ReadFile(segmentPath(dir, n))
		if err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
		if s.segment(text) {
			break
		}
	}
	return s.found, nil
}

type search struct {
	query     Query
	found     []Found
	decisions map[string]json.RawMessage // of events further up, by event id
}

// segment looks through one segment; done says that no other need be read.
func (s *search) segment(text []byte) (done bool) {
	for len(text) > 0 {
		end := bytes.LastIndexByte(text, '\n')
		if end < 0 {
			return false
		}
		start := bytes.LastIndexByte(text[:end], '\n') + 1
		if s.line(text[start:end]) {
			return true
		}
		text = text[:start]
	}
	return false
}

func (s *search) line(line []byte) (done bool) {
	if !s.mayMatch(line) {
		return false
	}
	var e Summary
	if json.Unmarshal(line, &e) != nil {
		return false
	}
	if e.DecisionOf != "" {
		s.decisions[e.DecisionOf] = slices.Clone(line)
		return false
	}
	if e.EventID == "" {
		return false
	}
	decision := s.decisions[e.EventID]
	delete(s.decisions, e.EventID)
	if !s.query.Since.IsZero() && e.Time.Before(s.query.Since) {
		return true
	}
	if s.query.matches(&e) {
		s.found = append(s.found, Found{Event: slices.Clone(line), Decision: decision, Summary: e})
	}
	return len(s.found) == s.query.Limit
}

// mayMatch passes over lines that cannot match, without reading them.
func (s *search) mayMatch(line []byte) bool {
	return bytes.Contains(line, []byte(s.query.RequestID)) && (s.query.RequestID != "" || bytes.Contains(line, []byte(s.query.EventID)))
}

func (q *Query) matches(e *Summary) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return is(q.RequestID, e.RequestID) && is(q.EventID, e.EventID) && is(q.EventName, e.Name) &&
		is(q.Caller, e.Identity.ARN) && (!q.ErrorsOnly || e.ErrorCode != "")
}
