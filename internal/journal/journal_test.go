package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestFormat holds the stored format: what is in a segment is a contract.
func TestFormat(t *testing.T) {
	dir := t.TempDir()
	o := Options{Clock: func() time.Time { return at }}
	j, err := Open(dir, o)
	ok(t, err)
	record(j, "first")
	house := openHouse(t)
	denial := house.denials(t)["explicit"]
	denial.EventID = "denied"
	j.Record(&denial)
	ok(t, j.Flush())
	j.pending.missed = missed{entries: 3, texts: 2}
	ok(t, j.Close())
	j, err = Open(dir, o)
	ok(t, err)
	ok(t, j.segments.file.Close()) // as a crash would
	close(j.stop)
	<-j.done
	appendTo(t, dir, `{"eventVersion":"1.`)
	j, err = Open(dir, o)
	ok(t, err)
	ok(t, j.Close())
	got, err := os.ReadFile(filepath.Join(dir, "journal-0000000000000001.jsonl"))
	ok(t, err)
	got = fixedIDs(got, denial.Call.Principal)
	path := filepath.Join("testdata", "segment.jsonl")
	if *update {
		ok(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	ok(t, err)
	if string(got) != string(want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// TestFormatIsRead: what the format's version promises to a later version.
func TestFormatIsRead(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join("testdata", "segment.jsonl"))
	ok(t, err)
	ok(t, os.WriteFile(segmentPath(dir, 7), text, 0o600))
	j, err := Open(dir, Options{})
	ok(t, err)
	record(j, "second")
	ok(t, j.Close())
	want := []string{"[opened]", "first", "denied", "[dropped]", "[policies dropped]", "[closed]", "[opened]", "[not closed]", "[closed]", "[opened]", "second", "[closed]"}
	if got := logged(t, dir); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestFormerFormat: a journal of the former version is read as it is, nothing is
// added to its segments, and what its denials lack is said.
func TestFormerFormat(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join("testdata", "segment-1.jsonl"))
	ok(t, err)
	ok(t, os.WriteFile(segmentPath(dir, 7), text, 0o600))
	j, err := Open(dir, Options{})
	ok(t, err)
	record(j, "second")
	ok(t, j.Flush())
	d, err := j.Denial(t.Context(), "denied")
	ok(t, err)
	if d.AuthorizationID != "" || d.Account != accountID || d.Request.Action != "iam:CreateUser" || !d.Policies.Identity[0].Missing || !d.Missing() {
		t.Errorf("%+v", d)
	}
	want := Caller{Type: "IAMUser", Account: accountID, EntityARN: "arn:aws:iam::111122223333:user/ana", EntityID: "AIDAEXAMPLE", UserID: "AIDAEXAMPLE"}
	if d.Caller != want {
		t.Errorf("caller %+v", d.Caller)
	}
	if _, err := j.Denial(t.Context(), ""); !errors.Is(err, ErrNoDenial) {
		t.Errorf("a denial without an id: %v", err)
	}
	ok(t, j.Close())
	if got, err := os.ReadFile(segmentPath(dir, 7)); err != nil || string(got) != string(text) {
		t.Errorf("the former segment has changed: %v\n%s", err, got)
	}
	if got := logged(t, dir); !slices.Equal(got[len(got)-3:], []string{"[opened]", "second", "[closed]"}) {
		t.Errorf("%v", got)
	}
	if numbers, err := segmentNumbers(dir); err != nil || !slices.Equal(numbers, []int{7, 8}) {
		t.Errorf("segments %v, %v", numbers, err)
	}
}

func TestForeignFormatIsRefused(t *testing.T) {
	for name, text := range map[string]string{"of a later version": `{"journal":3}` + "\n", "no journal": "hello\nworld\n", "short": "x"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := segmentPath(dir, 1)
			ok(t, os.WriteFile(path, []byte(text), 0o600))
			_, err := Open(dir, Options{})
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v", err)
			}
			if now, _ := os.ReadFile(path); string(now) != text {
				t.Errorf("the file was changed to %q", now)
			}
		})
	}
}

func TestFolderIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "journal")
	j, err := Open(dir, Options{})
	ok(t, err)
	ok(t, j.Close())
	for path, want := range map[string]os.FileMode{dir: 0o700, segmentPath(dir, 1): 0o600} {
		info, err := os.Stat(path)
		ok(t, err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: %o, want %o", path, got, want)
		}
	}
	if _, err := Open(segmentPath(dir, 1), Options{}); err == nil {
		t.Error("a file was taken for a folder")
	}
}

// TestWrittenWithinASecond: without anybody asking, and synced.
func TestWrittenWithinASecond(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		j, err := Open(dir, Options{})
		ok(t, err)
		record(j, "a")
		if got := logged(t, dir); len(got) > 1 {
			t.Errorf("%v is written already: one write a call", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := logged(t, dir); !slices.Equal(got, []string{"[opened]", "a"}) {
			t.Errorf("%v", got)
		}
		j.write.Lock()
		if j.segments.unsynced {
			t.Error("it is not on the disk")
		}
		j.write.Unlock()
		ok(t, j.Close())
	})
}

// TestMuchIsWrittenAtOnce: memory is not filled up to the next tick.
func TestMuchIsWrittenAtOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		j, err := Open(dir, Options{})
		ok(t, err)
		for i := range 1000 {
			record(j, fmt.Sprint(i))
		}
		synctest.Wait() // no time passes
		if got := logged(t, dir); len(got) < 2 {
			t.Error("nothing is written")
		}
		ok(t, j.Close())
		if got := logged(t, dir); len(got) != 1002 {
			t.Errorf("%d lines", len(got))
		}
	})
}

// TestSyncFails: it is logged once, and tried again.
func TestSyncFails(t *testing.T) {
	d, log := &disk{}, &logLines{}
	j := openOn(t, t.TempDir(), d, Options{Log: log.logger()})
	d.set(func(d *disk) { d.sync = errors.New("broken") })
	record(j, "a")
	for range 3 {
		ok(t, j.Flush())
		j.sync()
	}
	d.set(func(d *disk) { d.sync = nil })
	j.sync()
	for _, text := range []string{"cannot be synced", "is synced to its disk again"} {
		if n := log.count(text); n != 1 {
			t.Errorf("the log says %q %d times", text, n)
		}
	}
	if j.segments.unsynced {
		t.Error("it is not synced")
	}
	ok(t, j.Close())
}

// TestFullDisk: calls are kept while there is room, then dropped and counted, and
// the journal says so when it can.
func TestFullDisk(t *testing.T) {
	dir, d, log := t.TempDir(), &disk{}, &logLines{}
	j := openOn(t, dir, d, Options{Log: log.logger()})
	record(j, "before")
	ok(t, j.Flush())
	d.set(func(d *disk) { d.limited, d.room = true, 1000 })
	record(j, "half", "kept") // a line is about 700 bytes
	for range 3 {
		if err := j.Flush(); err == nil {
			t.Error("no error from a full disk")
		}
	}
	if got := logged(t, dir); !slices.Equal(got, []string{"[opened]", "before", "half"}) {
		t.Errorf("%v: a torn line, or a line too few", got)
	}
	big := make([]byte, 1<<20)
	for range maxPending>>20 + 5 {
		j.pending.add(big)
	}
	dropped := j.pending.missing().entries
	if dropped != 6 { // what is being written counts, too
		t.Errorf("%d dropped", dropped)
	}
	j.pending.lines = j.pending.lines[:0] // the big lines are no JSON
	d.set(func(d *disk) { d.limited = false })
	record(j, "after")
	ok(t, j.Flush())
	if j.pending.missing().entries != 0 {
		t.Error("dropped calls would be noted twice")
	}
	ok(t, j.Close())
	if got, want := logged(t, dir), []string{"[opened]", "before", "half", "kept", "after", "[dropped]", "[closed]"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if text, _ := os.ReadFile(segmentPath(dir, 1)); !strings.Contains(string(text), `{"note":"dropped","calls":6,`) {
		t.Errorf("the note does not say how many: %s", text)
	}
	for text, want := range map[string]int{"the journal cannot be written": 1, "the journal is written again": 1, "calls are missing from the journal": 1} {
		if n := log.count(text); n != want {
			t.Errorf("the log says %q %d times", text, n)
		}
	}
}

// TestDiskWithoutRoomForANote: the count waits for the disk.
func TestDiskWithoutRoomForANote(t *testing.T) {
	dir, d := t.TempDir(), &disk{}
	j := openOn(t, dir, d, Options{})
	j.pending.missed.entries = 2
	d.set(func(d *disk) { d.limited, d.room = true, 10 })
	if j.Flush() == nil || j.pending.missing().entries != 2 {
		t.Errorf("%d missing", j.pending.missing().entries)
	}
	d.set(func(d *disk) { d.limited = false })
	ok(t, j.Close())
	if got := logged(t, dir); !slices.Equal(got, []string{"[opened]", "[dropped]", "[closed]"}) {
		t.Errorf("%v", got)
	}
}

// TestSlowDisk: Record returns while a write hangs.
func TestSlowDisk(t *testing.T) {
	dir, d := t.TempDir(), &disk{}
	j := openOn(t, dir, d, Options{})
	slow := make(chan struct{})
	d.set(func(d *disk) { d.slow = slow })
	record(j, "a")
	flushed := make(chan error)
	go func() { flushed <- j.Flush() }()
	for i := range 100 { // would never return
		record(j, fmt.Sprint(i))
	}
	select {
	case err := <-flushed:
		t.Fatalf("the write did not wait: %v", err)
	default:
	}
	d.set(func(d *disk) { d.slow = nil })
	close(slow)
	ok(t, <-flushed)
	ok(t, j.Close())
	if got := logged(t, dir); len(got) != 103 {
		t.Errorf("%d lines", len(got))
	}
}

// TestUnclean: a journal that was not closed says what may be missing.
func TestUnclean(t *testing.T) {
	for name, tail := range map[string]string{
		"whole": "", "torn": `{"eventVersion":"1.11","userId`, "zeros": strings.Repeat("\x00", 5000), "torn with a line feed": "{\"eventVer\x00\x00\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir, log := t.TempDir(), &logLines{}
			j, err := Open(dir, Options{})
			ok(t, err)
			record(j, "a")
			ok(t, j.Flush())
			abandon(j)
			appendTo(t, dir, tail)
			j, err = Open(dir, Options{Log: log.logger()})
			ok(t, err)
			ok(t, j.Close())
			if got := logged(t, dir); !slices.Equal(got, []string{"[opened]", "a", "[not closed]", "[closed]"}) {
				t.Errorf("%v", got)
			}
			text, _ := os.ReadFile(segmentPath(dir, 1))
			if want := fmt.Sprintf(`"tornBytes":%d,`, len(tail)); !strings.Contains(string(text), want) {
				t.Errorf("no %s in %s", want, text)
			}
			if log.count("the journal was not closed") != 1 {
				t.Error("the log does not say so")
			}
		})
	}
	t.Run("closed journals say nothing", func(t *testing.T) {
		dir := t.TempDir()
		for range 2 {
			j, err := Open(dir, Options{})
			ok(t, err)
			ok(t, j.Close())
		}
		if got := logged(t, dir); !slices.Equal(got, []string{"[opened]", "[closed]", "[opened]", "[closed]"}) {
			t.Errorf("%v", got)
		}
	})
	t.Run("nor is one closed that could not write", func(t *testing.T) {
		dir, d := t.TempDir(), &disk{limited: true, room: len(formatLine)}
		j := openOn(t, dir, d, Options{})
		record(j, "lost")
		if err := j.Close(); err == nil {
			t.Error("no error")
		}
		j, err := Open(dir, Options{})
		ok(t, err)
		ok(t, j.Close())
		if got := logged(t, dir); !slices.Equal(got, []string{"[not closed]", "[closed]"}) {
			t.Errorf("%v", got)
		}
	})
}

// abandon leaves a journal as a killed process does.
func abandon(j *Journal) {
	close(j.stop)
	<-j.done
	j.segments.file.Close()
}

// TestRecordFromMany: lines of concurrent calls are whole and there once.
func TestRecordFromMany(t *testing.T) {
	dir := t.TempDir()
	j, err := Open(dir, Options{SegmentBytes: 20_000, Segments: 1000})
	ok(t, err)
	var tasks sync.WaitGroup
	for i := range 8 {
		tasks.Go(func() {
			for k := range 100 {
				record(j, fmt.Sprintf("%d-%d", i, k))
				if k%30 == 0 {
					if err := j.Flush(); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	tasks.Wait()
	ok(t, j.Close())
	got := logged(t, dir)
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != 802 {
		t.Errorf("%d different lines", n)
	}
}
