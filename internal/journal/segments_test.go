package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func startOn(t *testing.T, dir string, d *disk, limit int64, keep int) *segments {
	t.Helper()
	s := &segments{dir: dir, limit: limit, keep: keep, most: keep, clock: time.Now, log: slog.New(slog.DiscardHandler), open: d.open}
	_, err := s.start()
	ok(t, err)
	return s
}

func eventLine(id string) []byte { return []byte(`{"eventID":"` + id + `"}` + "\n") }

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	s := startOn(t, dir, &disk{}, 40, 3)
	for i := range 10 {
		_, err := s.append(append(eventLine(fmt.Sprint(i, "a")), eventLine(fmt.Sprint(i, "b"))...))
		ok(t, err)
	}
	ok(t, s.close())
	numbers, err := segmentNumbers(dir)
	ok(t, err)
	if !slices.Equal(numbers, []int{8, 9, 10}) {
		t.Errorf("segments %v", numbers)
	}
	if got, want := logged(t, dir), []string{"7a", "7b", "8a", "8b", "9a", "9b"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	s = startOn(t, dir, &disk{}, 1<<20, 3) // goes on in the last one
	_, err = s.append(eventLine("10"))
	ok(t, errors.Join(err, s.close()))
	if got := logged(t, dir); len(got) != 7 || s.number != 10 {
		t.Errorf("%v in segment %d", got, s.number)
	}
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	others := []string{"journal-x.jsonl", "journal-1.jsonl.gz", "notes.txt"}
	for _, name := range others {
		ok(t, os.WriteFile(dir+"/"+name, nil, 0o600))
	}
	s := startOn(t, dir, &disk{}, 10, 1)
	for i := range 3 {
		_, err := s.append(eventLine(fmt.Sprint(i)))
		ok(t, err)
	}
	ok(t, s.close())
	entries, err := os.ReadDir(dir)
	ok(t, err)
	if len(entries) != len(others)+1 {
		t.Errorf("%v", entries)
	}
}

// TestRotationFails: lines are not lost where no new segment can begin.
func TestRotationFails(t *testing.T) {
	broken := errors.New("broken")
	for name, change := range map[string]func(d *disk){
		"it cannot be created":          func(d *disk) { d.create = broken },
		"it has no room":                func(d *disk) { d.limited, d.room = true, 5 },
		"the full one cannot be synced": func(d *disk) { d.sync = broken },
	} {
		t.Run(name, func(t *testing.T) {
			dir, d := t.TempDir(), &disk{}
			s := startOn(t, dir, d, 20, 3)
			_, err := s.append(eventLine("a"))
			ok(t, err)
			d.set(change)
			for range 2 {
				if n, err := s.append(eventLine("b")); err == nil || n != 0 {
					t.Errorf("%d bytes, error %v", n, err)
				}
			}
			d.set(func(d *disk) { d.create, d.limited, d.sync = nil, false, nil })
			_, err = s.append(eventLine("b"))
			ok(t, errors.Join(err, s.close()))
			if got := logged(t, dir); !slices.Equal(got, []string{"a", "b"}) {
				t.Errorf("%v", got)
			}
		})
	}
	t.Run("a beginning was left", func(t *testing.T) {
		dir := t.TempDir()
		s := startOn(t, dir, &disk{}, 20, 3)
		_, err := s.append(eventLine("a"))
		ok(t, err)
		ok(t, os.WriteFile(segmentPath(dir, 2), []byte(formatLine), 0o600))
		_, err = s.append(eventLine("b"))
		ok(t, errors.Join(err, s.close()))
		if s.number != 3 {
			t.Errorf("segment %d", s.number)
		}
	})
}

// TestOldestCannotBeRemoved: it costs room, not events.
func TestOldestCannotBeRemoved(t *testing.T) {
	dir, log := t.TempDir(), &logLines{}
	s := startOn(t, dir, &disk{}, 20, 1)
	s.log = log.logger()
	ok(t, os.Mkdir(segmentPath(dir, 0), 0o700))
	ok(t, os.WriteFile(segmentPath(dir, 0)+"/in-it", nil, 0o600))
	for _, id := range []string{"a", "b"} {
		_, err := s.append(eventLine(id))
		ok(t, err)
	}
	ok(t, s.close())
	if log.count("cannot be removed") != 1 {
		t.Error("the log says nothing")
	}
}

// TestTornWrite: what a failed write left is cut off, at once or before the next.
func TestTornWrite(t *testing.T) {
	for name, truncate := range map[string]error{"cut at once": nil, "cut later": errors.New("broken")} {
		t.Run(name, func(t *testing.T) {
			dir, d := t.TempDir(), &disk{}
			s := startOn(t, dir, d, 1<<20, 3)
			lines := append(eventLine("a"), eventLine("b")...)
			d.set(func(d *disk) { d.limited, d.room, d.truncate = true, len(lines)-3, truncate })
			n, err := s.append(lines)
			if n != len(eventLine("a")) || err == nil {
				t.Errorf("%d bytes written, error %v", n, err)
			}
			d.set(func(d *disk) { d.limited = false })
			if _, err := s.append(lines[n:]); (err != nil) != (truncate != nil) {
				t.Errorf("error %v", err)
			}
			if truncate != nil {
				d.set(func(d *disk) { d.truncate = nil })
				_, err := s.append(lines[n:])
				ok(t, err)
			}
			ok(t, s.close())
			if got := logged(t, dir); !slices.Equal(got, []string{"a", "b"}) {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestAppendSynced: all of the lines, or none.
func TestAppendSynced(t *testing.T) {
	lines := append(eventLine("b"), eventLine("c")...)
	for name, change := range map[string]func(d *disk){
		"no room for all": func(d *disk) { d.limited, d.room = true, len(lines)-3 },
		"no sync":         func(d *disk) { d.sync = errors.New("broken") },
	} {
		t.Run(name, func(t *testing.T) {
			dir, d := t.TempDir(), &disk{}
			s := startOn(t, dir, d, 1<<20, 3)
			ok(t, s.appendSynced(eventLine("a")))
			d.set(change)
			if err := s.appendSynced(lines); err == nil {
				t.Error("no error")
			}
			if got := logged(t, dir); !slices.Equal(got, []string{"a"}) {
				t.Errorf("%v", got)
			}
			d.set(func(d *disk) { d.limited, d.sync = false, nil })
			ok(t, s.appendSynced(lines))
			ok(t, s.close())
			if got := logged(t, dir); !slices.Equal(got, []string{"a", "b", "c"}) {
				t.Errorf("%v", got)
			}
		})
	}
	t.Run("rotation is part of it", func(t *testing.T) {
		dir, d := t.TempDir(), &disk{}
		s := startOn(t, dir, d, 20, 3)
		ok(t, s.appendSynced(eventLine("a")))
		d.set(func(d *disk) { d.create = errors.New("broken") })
		if err := s.appendSynced(lines); err == nil {
			t.Error("no error")
		}
		d.set(func(d *disk) { d.create = nil })
		ok(t, s.appendSynced(lines))
		ok(t, s.close())
		if got := logged(t, dir); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("%v", got)
		}
	})
}

// TestCrashAtEveryByte: a segment cut off anywhere is continued with its whole
// lines.
func TestCrashAtEveryByte(t *testing.T) {
	whole := formatLine + string(eventLine("a")) + string(eventLine("b"))
	for size := range len(whole) + 1 {
		for _, zeros := range []int{0, 3} {
			dir := t.TempDir()
			ok(t, os.WriteFile(segmentPath(dir, 1), []byte(whole[:size]+strings.Repeat("\x00", zeros)), 0o600))
			s := startOn(t, dir, &disk{}, 1<<20, 3)
			_, err := s.append(eventLine("c"))
			ok(t, errors.Join(err, s.close()))
			want := []string{"c"}
			if size >= len(formatLine)+len(eventLine("a")) {
				want = []string{"a", "c"}
			}
			if size == len(whole) {
				want = []string{"a", "b", "c"}
			}
			if got := logged(t, dir); !slices.Equal(got, want) {
				t.Errorf("cut at %d, %d zeros: %v, want %v", size, zeros, got, want)
			}
		}
	}
}

func TestStartFails(t *testing.T) {
	t.Run("no folder", func(t *testing.T) {
		s := &segments{dir: t.TempDir() + "/none", open: openFile}
		if _, err := s.start(); err == nil {
			t.Error("no error")
		}
	})
	t.Run("the last segment cannot be opened", func(t *testing.T) {
		dir := t.TempDir()
		ok(t, os.Mkdir(segmentPath(dir, 1), 0o700))
		if _, err := Open(dir, Options{}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("no room for the first line", func(t *testing.T) {
		dir := t.TempDir()
		d := &disk{limited: true, room: 3}
		if _, err := open(dir, Options{}, d.open); err == nil {
			t.Error("no error")
		}
		if numbers, err := segmentNumbers(dir); err != nil || len(numbers) > 0 {
			t.Errorf("%v is left, %v", numbers, err)
		}
	})
}
