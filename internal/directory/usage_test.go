package directory

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

const usedKey = "AKIA0000000000000000"

func expectLastUsed(t *testing.T, d *Directory, service, region string, at time.Time) {
	t.Helper()
	last, ok := d.LastUsed(usedKey)
	if !ok || last.Service != service || last.Region != region || !last.At.Equal(at) {
		t.Errorf("last used %+v (%v), want %s %s %s", last, ok, service, region, at)
	}
}

func flush(t *testing.T, d *Directory) {
	t.Helper()
	if err := d.FlushUsage(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// What a second note of a use changes [API_AccessKeyLastUsed].
func TestNote(t *testing.T) {
	for name, c := range map[string]struct {
		service, region string
		after           time.Duration
		noted           bool
	}{
		"the same at once":             {"iam", "us-east-1", 0, false},
		"the same within a second":     {"iam", "us-east-1", time.Second - 1, false},
		"the same after a second":      {"iam", "us-east-1", time.Second, true},
		"another service":              {"sts", "us-east-1", time.Millisecond, true},
		"another region":               {"iam", "eu-west-1", time.Millisecond, true},
		"earlier":                      {"iam", "us-east-1", -time.Hour, false},
		"another service, but earlier": {"sts", "us-east-1", -time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDirectory(t)
			use := d.Use(testAccount, usedKey)
			if _, ok := d.LastUsed(usedKey); ok {
				t.Error("it is used before a use was noted")
			}
			use.Note("iam", "us-east-1", testStart)
			use.Note(c.service, c.region, testStart.Add(c.after))
			if c.noted {
				expectLastUsed(t, d, c.service, c.region, testStart.Add(c.after))
			} else {
				expectLastUsed(t, d, "iam", "us-east-1", testStart)
			}
		})
	}
	if _, ok := openDirectory(t).LastUsed("AKIANOBODY"); ok {
		t.Error("a key that nobody used was used")
	}
}

// A use is written once, whether the store reports it before or after the flush
// has ended; a later use is written again.
func TestFlushWritesOnce(t *testing.T) {
	d := openDirectory(t)
	const uses = 250 // more than a commit holds
	for i := range uses {
		d.Use(testAccount, fmt.Sprintf("AKIA%016d", i)).Note("iam", "us-east-1", testStart.Add(time.Duration(i)))
	}
	revision := func() int64 { return must(d.store.Revision(t.Context())) }
	before := revision()
	flush(t, d)
	written := revision()
	if written < before+3 {
		t.Errorf("250 uses took %d commits", written-before)
	}
	for range 3 {
		if err := d.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		flush(t, d)
	}
	if after := revision(); after != written {
		t.Errorf("%d commits for uses that were written", after-written)
	}
	d.Use(testAccount, fmt.Sprintf("AKIA%016d", 7)).Note("s3", "us-east-1", testStart.Add(time.Hour))
	flush(t, d)
	if after := revision(); after != written+1 {
		t.Errorf("%d commits for one use", after-written)
	}
}

// Two nodes: the later use wins on both, and each node writes only what is news.
func TestUseOfTwoNodes(t *testing.T) {
	s := openStore(t)
	a, b := openNode(t, s), openNode(t, s)
	bootstrap(t, a)
	early, late := testStart.Add(time.Minute), testStart.Add(time.Hour)
	a.Use(testAccount, usedKey).Note("iam", "us-east-1", early)
	b.Use(testAccount, usedKey).Note("sts", "us-east-1", late)
	flush(t, b)
	if err := a.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	expectLastUsed(t, a, "sts", "us-east-1", late)
	before := must(s.Revision(t.Context()))
	flush(t, a)
	flush(t, b)
	if after := must(s.Revision(t.Context())); after != before {
		t.Errorf("%d commits of what the other node wrote", after-before)
	}
	expectLastUsed(t, openNode(t, s), "sts", "us-east-1", late)
}

// A node that flushes an older use over a newer one is put right by the other.
func TestOlderUseIsOverwritten(t *testing.T) {
	s := openStore(t)
	d := openNode(t, s)
	bootstrap(t, d)
	d.Use(testAccount, usedKey).Note("sts", "us-east-1", testStart.Add(time.Hour))
	flush(t, d)
	older := fmt.Sprintf(`{"v":1,"at":%q,"service":"iam"}`, testStart.Format(time.RFC3339))
	if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "a/" + testAccount + "/used/" + usedKey, Value: []byte(older)}}); err != nil {
		t.Fatal(err)
	}
	if err := d.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	expectLastUsed(t, d, "sts", "us-east-1", testStart.Add(time.Hour))
	flush(t, d)
	expectLastUsed(t, openNode(t, s), "sts", "us-east-1", testStart.Add(time.Hour))
}

// A use changes no account's state: callers and decisions that are cached stay.
func TestUseKeepsTheMark(t *testing.T) {
	d := openDirectory(t)
	mark := d.Mark(testAccount)
	d.Use(testAccount, usedKey).Note("iam", "us-east-1", testStart)
	flush(t, d)
	if err := d.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d.Mark(testAccount) != mark || mark == (Mark{}) {
		t.Errorf("mark %v, was %v", d.Mark(testAccount), mark)
	}
}

// What is not written yet is written at the end; a store that refuses is told of,
// and the use stays to be written.
func TestUseIsWrittenAtClose(t *testing.T) {
	s := openStore(t)
	refuse := true
	failing := &refusing{Store: s, refuse: &refuse}
	d := must(Open(t.Context(), failing, Options{}))
	d.Use(testAccount, usedKey).Note("iam", "us-east-1", testStart)
	if err := d.FlushUsage(t.Context()); !errors.Is(err, errRefused) {
		t.Errorf("error %v", err)
	}
	refuse = false
	if err := d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, ok, err := s.Get(t.Context(), "a/"+testAccount+"/used/"+usedKey)
	if err != nil || !ok || !strings.Contains(string(e.Value), `"service":"iam"`) {
		t.Errorf("stored %s (%v, %v)", e.Value, ok, err)
	}
}
