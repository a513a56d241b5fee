package journal

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// aJournal has a few calls over several segments, a minute apart:
//
//	1 ana GetCallerIdentity · 2 ana CreateUser, denied · 3 root CreateUser
//	4 root CreateUser, which failed · 5 a role's session, GetUser
func aJournal(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	j, err := Open(dir, Options{SegmentBytes: 900})
	ok(t, err)
	failed := api.Errorf(409, "EntityAlreadyExists", "User with name tom already exists.")
	denied := openHouse(t).denials(t)["explicit"]
	for i, e := range []Entry{
		{Call: call(sts.API, "GetCallerIdentity", userCaller())},
		{Call: call(iam.API, "CreateUser", userCaller()), Failure: denied.Failure, Denial: denied.Denial},
		{Call: call(iam.API, "CreateUser", rootCaller())},
		{Call: call(iam.API, "CreateUser", rootCaller()), Failure: failed},
		{Call: call(iam.API, "GetUser", roleCaller())},
	} {
		e.EventID, e.Call.RequestID = fmt.Sprint("event-", i+1), fmt.Sprint("request-", i+1)
		e.Call.Time = at.Add(time.Duration(i) * time.Minute)
		j.Record(&e)
		ok(t, j.Flush())
	}
	ok(t, j.Close())
	return dir
}

func found(list []Found) (ids []string) {
	for _, f := range list {
		ids = append(ids, strings.TrimPrefix(f.Summary.EventID, "event-"))
	}
	return ids
}

func TestSearch(t *testing.T) {
	dir := aJournal(t)
	if numbers, err := segmentNumbers(dir); err != nil || len(numbers) < 3 {
		t.Fatalf("segments %v, %v: too few to search over", numbers, err)
	}
	minute := func(n int) time.Time { return at.Truncate(time.Second).Add(time.Duration(n-1) * time.Minute) }
	for name, one := range map[string]struct {
		query Query
		want  []string
	}{
		"everything, newest first": {Query{}, []string{"5", "4", "3", "2", "1"}},
		"limit":                    {Query{Limit: 2}, []string{"5", "4"}},
		"request id":               {Query{RequestID: "request-2"}, []string{"2"}},
		"event id":                 {Query{EventID: "event-4"}, []string{"4"}},
		"name":                     {Query{EventName: "CreateUser"}, []string{"4", "3", "2"}},
		"name and limit":           {Query{EventName: "CreateUser", Limit: 1}, []string{"4"}},
		"access key":               {Query{AccessKeyID: "AKIAEXAMPLEANA"}, []string{"2", "1"}},
		"caller":                   {Query{PrincipalARN: "arn:aws:sts::111122223333:assumed-role/Reader/ana-at-work"}, []string{"5"}},
		"a role is not its caller": {Query{PrincipalARN: "arn:aws:iam::111122223333:role/teams/Reader"}, nil},
		"error code":               {Query{ErrorCode: "EntityAlreadyExists"}, []string{"4"}},
		"errors":                   {Query{ErrorsOnly: true}, []string{"4", "2"}},
		"denials":                  {Query{Denials: true}, []string{"2"}},
		"since":                    {Query{Since: minute(4)}, []string{"5", "4"}},
		"until":                    {Query{Until: minute(2)}, []string{"1"}},
		"both":                     {Query{EventName: "CreateUser", ErrorsOnly: true, Since: minute(3), Until: minute(5)}, []string{"4"}},
		"part of a value":          {Query{RequestID: "request"}, nil},
		"another field's value":    {Query{EventName: "AKIAEXAMPLEANA"}, nil},
		"nothing":                  {Query{RequestID: "none"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Search(dir, one.query)
			ok(t, err)
			if !slices.Equal(found(got), one.want) {
				t.Errorf("%v, want %v", found(got), one.want)
			}
			for _, f := range got {
				if (f.Decision != nil) != (f.Summary.EventID == "event-2") {
					t.Errorf("%s has decision %s", f.Summary.EventID, f.Decision)
				}
				if !json.Valid(f.Event) || f.Decision != nil && !json.Valid(f.Decision) {
					t.Errorf("%s: no JSON", f.Summary.EventID)
				}
			}
		})
	}
}

// TestSearchPassesOver what is no event: a line that is being written, or damaged.
func TestSearchPassesOver(t *testing.T) {
	dir := aJournal(t)
	appendTo(t, dir, "damaged\n{\"eventID\":3}\n"+`{"eventVersion":"1.11","eventID":"event-6`)
	got, err := Search(dir, Query{})
	ok(t, err)
	if len(got) != 5 {
		t.Errorf("%v", found(got))
	}
}

// TestSearchOfOldSegments: a segment that was written last before what is looked
// for is not read, nor any in front of it.
func TestSearchOfOldSegments(t *testing.T) {
	dir := aJournal(t)
	since := time.Now().Add(time.Hour)
	numbers, err := segmentNumbers(dir)
	ok(t, err)
	ok(t, os.WriteFile(segmentPath(dir, numbers[0]), []byte("not read"), 0o600))
	if got, err := Search(dir, Query{Since: since}); err != nil || len(got) > 0 {
		t.Errorf("%v, %v", found(got), err)
	}
}

func TestSearchFails(t *testing.T) {
	t.Run("no folder", func(t *testing.T) {
		if _, err := Search(t.TempDir()+"/none", Query{}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("a segment that cannot be read", func(t *testing.T) {
		dir := t.TempDir()
		ok(t, os.Mkdir(segmentPath(dir, 1), 0o700))
		ok(t, os.WriteFile(segmentPath(dir, 1)+"/x", make([]byte, 10), 0o600))
		if _, err := Search(dir, Query{}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("one that was removed meanwhile is none", func(t *testing.T) {
		s := search{}
		if done, err := s.segment(segmentPath(t.TempDir(), 1)); done || err != nil {
			t.Errorf("%v, %v", done, err)
		}
	})
}

// TestSearchBesideAServer: while it writes and rotates.
func TestSearchBesideAServer(t *testing.T) {
	dir := t.TempDir()
	j, err := Open(dir, Options{SegmentBytes: 3000, Segments: 3})
	ok(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 300 {
			record(j, fmt.Sprint(i))
			if err := j.Flush(); err != nil {
				t.Error(err)
			}
		}
	}()
	for searching := true; searching; {
		select {
		case <-done:
			searching = false
		default:
		}
		if _, err := Search(dir, Query{EventName: "GetCallerIdentity"}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Search(dir, Query{EventID: "299"})
	ok(t, err)
	if len(got) != 1 {
		t.Errorf("%v", found(got))
	}
	ok(t, j.Close())
}
