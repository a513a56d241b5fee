package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// disk is a real folder on a disk that can be full, slow or broken.
type disk struct {
	mu       sync.Mutex
	limited  bool
	room     int // bytes that can be written, where limited
	sync     error
	truncate error
	create   error
	slow     chan struct{} // where it is set, a write waits for it
	writes   int
}

func (d *disk) open(path string, flags int) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if flags != 0 && d.create != nil {
		return nil, d.create
	}
	f, err := openFile(path, flags)
	return &diskFile{disk: d, file: f}, err
}

type diskFile struct {
	disk *disk
	file
}

func (f *diskFile) Write(p []byte) (int, error) {
	d := f.disk
	d.mu.Lock()
	slow := d.slow
	d.writes++
	d.mu.Unlock()
	if slow != nil {
		<-slow
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.limited && len(p) > d.room {
		n, err := f.file.Write(p[:d.room])
		d.room = 0
		return n, errors.Join(err, syscall.ENOSPC)
	}
	d.room -= len(p)
	return f.file.Write(p)
}

func (f *diskFile) Sync() error {
	if err := f.disk.fault(func(d *disk) error { return d.sync }); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f *diskFile) Truncate(size int64) error {
	if err := f.disk.fault(func(d *disk) error { return d.truncate }); err != nil {
		return err
	}
	return f.file.Truncate(size)
}

func (d *disk) fault(of func(d *disk) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return of(d)
}

func (d *disk) written() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.writes
}

// set changes the disk.
func (d *disk) set(change func(d *disk)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func openOn(t *testing.T, dir string, d *disk, o Options) *Journal {
	t.Helper()
	j, err := open(dir, o, d.open)
	ok(t, err)
	return j
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// record records a call by its event id.
func record(j *Journal, ids ...string) {
	for _, id := range ids {
		e := entryOf(call(sts.API, "GetCallerIdentity", userCaller()))
		e.EventID = id
		j.Record(&e)
	}
}

// logged is what a journal's folder holds, in order: event ids, and notes in
// brackets. Every line must be JSON, and every segment have its format.
func logged(t *testing.T, dir string) []string {
	t.Helper()
	numbers, err := segmentNumbers(dir)
	ok(t, err)
	var list []string
	for _, n := range numbers {
		text, err := os.ReadFile(segmentPath(dir, n))
		ok(t, err)
		lines := strings.Split(string(text), "\n")
		if first := lines[0] + "\n"; first != formatLine && first != formerLine || lines[len(lines)-1] != "" {
			t.Fatalf("segment %d is not whole: %q", n, text)
		}
		for _, line := range lines[1 : len(lines)-1] {
			var l struct {
				EventID, Note, DecisionOf, Policy string
				Calls                             int
			}
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if l.Note != "" {
				l.EventID = "[" + l.Note + "]"
			}
			if l.DecisionOf == "" && l.Policy == "" {
				list = append(list, l.EventID)
			}
		}
	}
	return list
}

// logLines is a log for tests.
type logLines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logLines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

func (l *logLines) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func appendTo(t *testing.T, dir string, text string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "journal-*.jsonl"))
	ok(t, err)
	f, err := os.OpenFile(paths[len(paths)-1], os.O_APPEND|os.O_WRONLY, 0)
	ok(t, err)
	_, err = f.WriteString(text)
	ok(t, errors.Join(err, f.Close()))
}
