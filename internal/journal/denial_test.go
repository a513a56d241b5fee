package journal

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// numbered is a denial with ids of its own.
func numbered(e Entry, n int) Entry {
	call, denial := *e.Call, *e.Denial
	call.RequestID = fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	denial.ID = fmt.Sprintf("%025d", n)
	e.Call, e.Denial, e.EventID = &call, &denial, fmt.Sprintf("11111111-0000-4000-8000-%012d", n)
	return e
}

// whole finds a denial that must be there with all its policies.
func whole(t *testing.T, j *Journal, id string) *Denial {
	t.Helper()
	d, err := j.Denial(t.Context(), id)
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	if d.Missing() {
		t.Errorf("%s: policies are missing: %+v", id, d.Policies)
	}
	return d
}

func missingDenial(t *testing.T, j *Journal, id string) {
	t.Helper()
	if d, err := j.Denial(t.Context(), id); !errors.Is(err, ErrNoDenial) {
		t.Errorf("%s: %+v, %v", id, d, err)
	}
}

// TestDenialIsFoundAtOnce: by each of its ids, with nothing written before; and
// again after a restart, beside the server, and when its policies are gone.
func TestDenialIsFoundAtOnce(t *testing.T) {
	h, dir := openHouse(t), t.TempDir()
	j, err := Open(dir, Options{})
	ok(t, err)
	n := 0
	for name, e := range h.denials(t) {
		n++
		e := numbered(e, n)
		j.Record(&e)
		for _, id := range []string{e.Denial.ID, e.Call.RequestID, e.EventID} {
			if d := whole(t, j, id); d.AuthorizationID != e.Denial.ID || d.EventID != e.EventID || d.RequestID != e.Call.RequestID || d.Account != accountID {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
	missingDenial(t, j, "0000000000000000000000000")
	missingDenial(t, j, "")
	ok(t, h.Update(t.Context(), accountID, func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		return tx.DeleteUserPolicy(u, "NoUsers")
	}))
	ok(t, j.Close())
	j, err = Open(dir, Options{})
	ok(t, err)
	for i := range n {
		id := fmt.Sprintf("%025d", i+1)
		d := whole(t, j, id)
		beside, err := ReadDenial(t.Context(), dir, d.RequestID)
		ok(t, err)
		if beside.AuthorizationID != id || beside.Policies.Identity[0].Text != d.Policies.Identity[0].Text {
			t.Errorf("%+v", beside)
		}
	}
	if _, err := ReadDenial(t.Context(), dir, "none"); !errors.Is(err, ErrNoDenial) {
		t.Error(err)
	}
	ok(t, j.Close())
}

// TestCase: a record, with the texts beside it, is decided as it was.
func TestCase(t *testing.T) {
	h := openHouse(t)
	j, err := Open(t.TempDir(), Options{})
	ok(t, err)
	defer func() { ok(t, j.Close()) }()
	n := 0
	for name, e := range h.denials(t) {
		t.Run(name, func(t *testing.T) {
			n++
			e := numbered(e, n)
			j.Record(&e)
			d := whole(t, j, e.Denial.ID)
			r, s, err := d.Case()
			ok(t, err)
			if got := policy.Decide(r, s); got.Outcome != e.Denial.Decision.Outcome || got.By != e.Denial.Decision.By || got.Statement != e.Denial.Decision.Statement {
				t.Errorf("%+v, recorded %+v", got, e.Denial.Decision)
			}
			if *r.Principal != e.Call.Principal.Principal {
				t.Errorf("%+v", r.Principal)
			}
		})
	}
}

// TestCaseWithoutATrustPolicy: a role that was not there trusts nobody (T-10), for
// every action that is asked with sts:AssumeRole.
func TestCaseWithoutATrustPolicy(t *testing.T) {
	for _, action := range []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"} {
		d := Denial{
			Account: accountID, NoTrust: true, Caller: Caller{Type: "IAMUser", Account: accountID, EntityID: "AIDAEXAMPLE"},
			Request:  Request{Principal: "arn:aws:iam::111122223333:user/ana", Action: action, Resource: "arn:aws:iam::111122223333:role/gone"},
			Policies: Policies{Identity: []Policy{{Name: "All", Text: allowAll}}},
		}
		r, s, err := d.Case()
		ok(t, err)
		if got := policy.Decide(r, s); got.Outcome != policy.ImplicitDeny || got.By != policy.Trust || !IsNobody(s.Trust) {
			t.Errorf("%s: %+v", action, got)
		}
	}
}

// TestCaseOfEveryKindOfPolicy: each comes back in its place.
func TestCaseOfEveryKindOfPolicy(t *testing.T) {
	named := func(name string) Policy { return Policy{Name: name, Text: allowAll} }
	d := Denial{Request: Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, Policies: Policies{
		Identity: []Policy{named("i"), {Name: "bad", Unreadable: true}}, Boundary: []Policy{named("b")}, Session: []Policy{},
		Resource: &Policy{Name: "r", Text: strings.Replace(allowAll, `"Action"`, `"Principal":"*","Action"`, 1)},
		Endpoint: []Policy{named("e")}, SCP: [][]Policy{{named("s1"), named("s2")}, {named("s3")}}, RCP: [][]Policy{{named("c")}},
	}}
	r, s, err := d.Case()
	ok(t, err)
	if r.Principal.Kind != policy.Anonymous || !s.SessionRequired || len(s.Session) != 0 || s.Trust != nil || s.Resource.Name() != "r" {
		t.Errorf("%+v %+v", r.Principal, s)
	}
	got := fmt.Sprint(len(s.Identity), len(s.Boundary), len(s.Endpoint), len(s.ServiceControl), len(s.ServiceControl[0]), len(s.ServiceControl[1]), len(s.ResourceControl[0]))
	if got != "2 1 1 2 2 1 1" || s.Identity[1].Text() != "" || s.ServiceControl[1][0].Type() != policy.ServiceControl {
		t.Error(got)
	}
	d.Request.Context = map[string]any{"k": 1.5}
	if _, _, err := d.Case(); err == nil {
		t.Error("a context of numbers is read")
	}
}

// TestSegmentsHoldTheirTexts: each has the texts that its own decisions name, once.
func TestSegmentsHoldTheirTexts(t *testing.T) {
	h, dir := openHouse(t), t.TempDir()
	j, err := Open(dir, Options{SegmentBytes: 8_000})
	ok(t, err)
	e := h.denials(t)["explicit"]
	const n = 20
	for i := range n {
		e := numbered(e, i)
		j.Record(&e)
		ok(t, j.Flush())
	}
	numbers, err := segmentNumbers(dir)
	ok(t, err)
	if len(numbers) < 3 {
		t.Fatalf("segments %v", numbers)
	}
	for _, number := range numbers {
		text, err := os.ReadFile(segmentPath(dir, number))
		ok(t, err)
		texts, decisions := strings.Count(string(text), "\n"+string(textStart)), strings.Count(string(text), "\n"+string(decisionStart))
		if texts > 1 || decisions > 0 && texts == 0 {
			t.Errorf("segment %d: %d texts for %d decisions", number, texts, decisions)
		}
	}
	for i := range n {
		whole(t, j, fmt.Sprintf("%025d", i))
	}
	ok(t, j.Close())
	ok(t, os.Remove(segmentPath(dir, numbers[0])))
	j, err = Open(dir, Options{})
	ok(t, err)
	whole(t, j, fmt.Sprintf("%025d", n-1))
	missingDenial(t, j, fmt.Sprintf("%025d", 0))
	ok(t, j.Close())
}

// TestDenialOnAFullDisk: what cannot be written is told from memory, and from the
// log when there is room again; a write that broke off costs neither.
func TestDenialOnAFullDisk(t *testing.T) {
	h := openHouse(t)
	e := h.denials(t)["explicit"]
	event := len(AppendEvent(nil, &e)) + 1
	text := len(appendText(nil, e.Denial.Set.Identity[0].Sum(), e.Denial.Set.Identity[0].Text()))
	for name, room := range map[string]int{
		"nothing fits": 0, "half a text": text / 2, "the text": text, "the event, too": text + event, "half a decision": text + event + 100,
	} {
		t.Run(name, func(t *testing.T) {
			dir, d := t.TempDir(), &disk{}
			j := openOn(t, dir, d, Options{})
			d.set(func(d *disk) { d.limited, d.room = true, room })
			for i := range 3 {
				e := numbered(e, i)
				j.Record(&e)
			}
			for i := range 3 {
				whole(t, j, fmt.Sprintf("%025d", i))
			}
			d.set(func(d *disk) { d.limited = false })
			for i := range 3 {
				whole(t, j, fmt.Sprintf("%025d", i))
			}
			ok(t, j.Close())
			for i := range 3 {
				d, err := ReadDenial(t.Context(), dir, fmt.Sprintf("%025d", i))
				if err != nil || d.Missing() {
					t.Errorf("%d: %+v, %v", i, d, err)
				}
			}
			if got, err := Search(dir, Query{AuthorizationID: fmt.Sprintf("%025d", 1)}); err != nil || len(got) != 1 || got[0].Decision == nil {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// TestTextsWithoutRoom: they are dropped before their denials are, and counted; the
// record says which are missing.
func TestTextsWithoutRoom(t *testing.T) {
	h, dir, log := openHouse(t), t.TempDir(), &logLines{}
	j, err := Open(dir, Options{Log: log.logger()})
	ok(t, err)
	e := h.denials(t)["explicit"]
	j.write.Lock() // the disk does not follow
	line := append([]byte(`{"note":"`+strings.Repeat("x", maxPending-4500)+`"}`), '\n')
	j.pending.add(line)
	kept := numbered(e, 1)
	j.Record(&kept)
	big := numbered(e, 2)
	p, err := policy.Compile(policy.Identity, "Big", strings.Replace(allowAll, `"*"}`, `["`+strings.Repeat("a", 2000)+`"]}`, 1))
	ok(t, err)
	big.Denial.Set.Identity = []*policy.Policy{p}
	j.pending.mu.Lock()
	j.pending.lines = j.pending.lines[:maxPending-4000] // room for a record, not for the text
	j.pending.mu.Unlock()
	j.Record(&big)
	if m := j.pending.missing(); m.texts != 1 || m.entries != 0 {
		t.Errorf("%+v", m)
	}
	j.pending.mu.Lock() // the cut line is no JSON
	n := copy(j.pending.lines, j.pending.lines[maxPending-4000:])
	j.pending.lines = j.pending.lines[:n]
	j.pending.denials = j.pending.denials[1:]
	j.pending.denials[0].offset -= maxPending - 4000
	j.pending.mu.Unlock()
	j.write.Unlock()
	d, err := j.Denial(t.Context(), big.Denial.ID)
	ok(t, err)
	if !d.Missing() || !d.Policies.Identity[0].Missing || d.Policies.Identity[0].Name != "Big" {
		t.Errorf("%+v", d.Policies)
	}
	ok(t, j.Close())
	if log.count("policies of denials are missing") != 1 {
		t.Error("the log does not say so")
	}
	if got := logged(t, dir); !strings.Contains(strings.Join(got, " "), "[policies dropped]") {
		t.Errorf("%v", got)
	}
}

// TestRetention: segments within the retention are not removed by their number, but
// by the disk's bound.
func TestRetention(t *testing.T) {
	now := time.Now()
	log := &logLines{}
	age := func(t *testing.T, dir string, number int, by time.Duration) {
		t.Helper()
		ok(t, os.Chtimes(segmentPath(dir, number), time.Time{}, now.Add(-by)))
	}
	fill := func(t *testing.T, j *Journal, n int) {
		t.Helper()
		for range n {
			record(j, strings.Repeat("x", 2000))
			ok(t, j.Flush())
		}
	}
	dir := t.TempDir()
	j, err := Open(dir, Options{SegmentBytes: 1000, Segments: 2, MostSegments: 6, Retention: time.Hour, Log: log.logger(), Clock: func() time.Time { return now }})
	ok(t, err)
	fill(t, j, 5)
	if numbers, err := segmentNumbers(dir); err != nil || len(numbers) != 5 {
		t.Errorf("young segments are removed: %v, %v", numbers, err)
	}
	age(t, dir, 1, 61*time.Minute)
	age(t, dir, 2, 59*time.Minute)
	fill(t, j, 1)
	if numbers, err := segmentNumbers(dir); err != nil || numbers[0] != 2 || len(numbers) != 5 {
		t.Errorf("segments %v, %v", numbers, err)
	}
	if log.count("before their time") != 0 {
		t.Error("a denial is said to be forgotten")
	}
	fill(t, j, 4)
	if numbers, err := segmentNumbers(dir); err != nil || len(numbers) != 6 {
		t.Errorf("more than the disk's bound: %v, %v", numbers, err)
	}
	if log.count("before their time") != 3 {
		t.Errorf("said %d times", log.count("before their time"))
	}
	ok(t, j.Close())
}

// TestIndexIsBounded: the oldest denials are forgotten and found by reading; after a
// restart, too.
func TestIndexIsBounded(t *testing.T) {
	h, dir := openHouse(t), t.TempDir()
	j, err := Open(dir, Options{})
	ok(t, err)
	<-j.index.built
	j.index.limit = 3
	e := h.denials(t)["explicit"]
	for i := range 8 {
		e := numbered(e, i)
		j.Record(&e)
	}
	ok(t, j.Flush())
	if n := len(j.index.denials); n != 9 || !j.index.incomplete() {
		t.Errorf("%d ids in the index", n)
	}
	for i := range 8 {
		whole(t, j, fmt.Sprintf("%025d", i))
	}
	missingDenial(t, j, fmt.Sprintf("%025d", 8))
	number, size := j.segments.number, j.segments.size
	ok(t, j.Close())
	x := newIndex()
	x.limit = 3
	x.build(dir, number, size, time.Time{}, make(chan struct{}))
	if len(x.denials) != 9 || !x.incomplete() {
		t.Errorf("%d ids in the index", len(x.denials))
	}
	for i, want := range map[int]bool{7: true, 5: true, 4: false} {
		if _, ok := x.find(fmt.Sprintf("%025d", i)); ok != want {
			t.Errorf("%d: %v", i, ok)
		}
	}
	for i := range 2 { // what came after the start stays longest
		x.add([]mention{x.mention(fmt.Sprint("new", i), "r", "e", 0)}, number, size, 1)
	}
	if _, ok := x.find(fmt.Sprintf("%025d", 7)); !ok || len(x.former) != 1 {
		t.Errorf("%d of before", len(x.former))
	}
}

// TestIndexedPlacesAreChecked: an id of the same hash, or a segment that is gone, is
// no denial; a text whose place is wrong is looked for.
func TestIndexedPlacesAreChecked(t *testing.T) {
	h, dir := openHouse(t), t.TempDir()
	j, err := Open(dir, Options{})
	ok(t, err)
	e := numbered(h.denials(t)["explicit"], 1)
	j.Record(&e)
	whole(t, j, e.Denial.ID)
	at, _ := j.index.find(e.Denial.ID)
	j.index.put([3]uint64{j.index.key("other")}, at)
	missingDenial(t, j, "other")
	j.index.put([3]uint64{j.index.key("gone")}, place{99, 0})
	missingDenial(t, j, "gone")
	for _, wrong := range []int64{at.offset, 1 << 40} {
		j.index.addText(at.segment, e.Denial.Set.Identity[0].Sum(), wrong)
		whole(t, j, e.Denial.ID)
	}
	ok(t, j.Close())
}
