package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// Query says which events are looked for; an empty field asks for nothing.
type Query struct {
	RequestID, EventID, EventName string
	AccessKeyID                   string
	PrincipalARN                  string // the caller's own
	ErrorCode                     string
	AuthorizationID               string // of a denial
	ErrorsOnly                    bool   // calls that failed
	Denials                       bool   // calls that authorization refused
	Since, Until                  time.Time
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
		Type        string `json:"type"`
		ARN         string `json:"arn"`
		AccessKeyID string `json:"accessKeyId"`
	} `json:"userIdentity"`
}

// Search looks through a journal's folder from the newest line backwards, a block
// at a time. It reads beside a running server, where the last second may not be
// there yet.
func Search(dir string, q Query) ([]Found, error) {
	if q.Limit == 0 {
		q.Limit = 100
	}
	numbers, err := segmentNumbers(dir)
	if err != nil {
		return nil, err
	}
	s := search{query: q, needles: q.needles()}
	for _, n := range slices.Backward(numbers) {
		done, err := s.segment(segmentPath(dir, n))
		if err != nil {
			return nil, err
		}
		if done {
			break
		}
	}
	return s.found, nil
}

type search struct {
	query    Query
	needles  [][]byte // what every line has that can match
	found    []Found
	decision []byte // the last line, where it was a decision: the next may be its event
}

// needles are the texts of a query as they stand in a line.
func (q *Query) needles() [][]byte {
	var list [][]byte
	for _, text := range []string{q.RequestID, q.EventID, q.EventName, q.AccessKeyID, q.PrincipalARN, q.ErrorCode} {
		if text != "" {
			list = append(list, api.AppendJSONString(nil, text))
		}
	}
	return list
}

// segment looks through one segment; done says that no other need be read.
func (s *search) segment(path string) (done bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) { // removed since, being the oldest
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, fmt.Errorf("journal: %w", err)
	}
	if info.ModTime().Before(s.query.Since) { // and so is everything in front of it
		return true, nil
	}
	lines := newBackward(f, info.Size())
	for lines.next() {
		if s.line(lines.line) {
			return true, nil
		}
	}
	if errors.Is(lines.err, io.EOF) { // the server cut a line off that it could not write
		return false, nil
	}
	return false, lines.err
}

var decisionStart = []byte(`{"decisionOf":"`)

func (s *search) line(line []byte) (done bool) {
	if bytes.HasPrefix(line, decisionStart) {
		s.decision = append(s.decision[:0], line...)
		return false
	}
	if isPolicyText(line) { // between the two where a write failed
		return false
	}
	decision := s.decision
	s.decision = s.decision[:0]
	for _, needle := range s.needles {
		if !bytes.Contains(line, needle) {
			return false
		}
	}
	var e Summary
	if json.Unmarshal(line, &e) != nil || e.EventID == "" { // a note, or a line that is being written
		return false
	}
	if textBehind(decision, 0, decisionStart) != e.EventID {
		decision = nil
	}
	if id := s.query.AuthorizationID; id != "" && (decision == nil || idsOf(decision).authorization != id) {
		return false
	}
	if s.query.matches(&e, decision != nil) {
		s.found = append(s.found, Found{Event: slices.Clone(line), Decision: slices.Clone(decision), Summary: e})
	}
	return len(s.found) == s.query.Limit
}

func (q *Query) matches(e *Summary, denied bool) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return is(q.RequestID, e.RequestID) && is(q.EventID, e.EventID) && is(q.EventName, e.Name) &&
		is(q.AccessKeyID, e.Identity.AccessKeyID) && is(q.PrincipalARN, e.Identity.ARN) && is(q.ErrorCode, e.ErrorCode) &&
		(!q.ErrorsOnly || e.ErrorCode != "") && (!q.Denials || denied) &&
		!e.Time.Before(q.Since) && (q.Until.IsZero() || e.Time.Before(q.Until))
}
