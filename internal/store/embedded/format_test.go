package embedded

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// writeGolden makes the file that testdata keeps: three keys, one deleted, five commits.
func writeGolden(t *testing.T, golden string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gatehouse.db")
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, changes := range goldenCommits {
		if _, err := s.Commit(t.Context(), nil, changes); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(content)
	if err := errors.Join(z.Close(), os.WriteFile(golden, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

var goldenCommits = [][]store.Change{
	{{Key: "a/1/user/alice", Value: []byte(`{"v":1}`)}},
	{{Key: "a/1/user/bob", Value: []byte{0, 255}}, {Key: "empty"}},
	{{Key: "a/1/user/alice", Value: []byte(`{"v":2}`)}},
	{{Key: "a/1/user/bob", Delete: true}},
	{{Key: "a/1/user/alice", Value: []byte(`{"v":3}`)}},
}

// TestFormat1 opens a file that an earlier version wrote: it must open for
// ever, with all it holds, and take commits.
func TestFormat1(t *testing.T) {
	golden := filepath.Join("testdata", "format1.db.gz")
	if *update {
		writeGolden(t, golden)
	}
	s := openGolden(t, golden)
	page, err := s.List(t.Context(), "", store.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := showEntries(page), `a/1/user/alice 5 "{\"v\":3}"; empty 2 ""; `; got != want || page.Revision != 5 {
		t.Errorf("now: %s at %d, want %s", got, page.Revision, want)
	}
	page, err = s.List(t.Context(), "", store.ListOptions{Revision: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := showEntries(page), `a/1/user/alice 3 "{\"v\":2}"; a/1/user/bob 2 "\x00\xff"; empty 2 ""; `; got != want {
		t.Errorf("at 3: %s, want %s", got, want)
	}
	stop := errors.New("stop")
	err = s.Watch(t.Context(), 0, func(c store.Commit) error {
		if got, want := fmt.Sprintf("%+v", c.Changes), fmt.Sprintf("%+v", goldenCommits[c.Revision-1]); got != want {
			t.Errorf("commit %d: %s, want %s", c.Revision, got, want)
		}
		if c.Revision == 5 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if r, err := s.Commit(t.Context(), []store.Precondition{{Key: "empty", Revision: 2}}, []store.Change{{Key: "new"}}); r != 6 || err != nil {
		t.Errorf("a commit: %d, %v", r, err)
	}
}

func showEntries(page store.Page) (text string) {
	for _, e := range page.Entries {
		text += fmt.Sprintf("%s %d %q; ", e.Key, e.Revision, e.Value)
	}
	return text
}

func openGolden(t *testing.T, golden string) *Store {
	t.Helper()
	compressed, err := os.Open(golden)
	if err != nil {
		t.Fatal(err)
	}
	defer compressed.Close()
	z, err := gzip.NewReader(compressed)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "gatehouse.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// FuzzOpenLog: a log record that is not ours is an error, never a panic, and
// what opens is what was written.
func FuzzOpenLog(f *testing.F) {
	record := make([]byte, logHeader)
	for i, c := range []logged{
		{Change: store.Change{Key: "a", Value: []byte("1")}},
		{Change: store.Change{Key: "b", Value: []byte("2")}, previous: []byte("1"), previousRevision: 300},
		{Change: store.Change{Key: "c", Delete: true}, previous: nil, previousRevision: 7},
	} {
		record = appendLogged(record, c)
		f.Add(record[logHeader:], int64(i))
	}
	f.Add([]byte("\x02\x01b\x012\x00\x011"), int64(9)) // replaces revision 0
	f.Add([]byte("\x04\x01b\x012"), int64(9))          // an unknown flag
	f.Fuzz(func(t *testing.T, body []byte, revision int64) {
		record := append(make([]byte, logHeader), body...)
		stampLog(record, revision)
		again := make([]byte, logHeader)
		err := openLog(revision, record, func(c logged) error {
			again = appendLogged(again, c)
			return nil
		})
		if err != nil && !errors.Is(err, errRecord) {
			t.Errorf("%v", err)
		}
		if openLog(revision+1, record, func(logged) error { return nil }) == nil {
			t.Error("opens as another revision's")
		}
		if err != nil {
			return
		}
		var first, second []logged
		collect := func(to *[]logged) func(logged) error {
			return func(c logged) error { *to = append(*to, c); return nil }
		}
		stampLog(again, revision)
		if err := errors.Join(openLog(revision, record, collect(&first)), openLog(revision, again, collect(&second))); err != nil {
			t.Error(err)
		}
		if fmt.Sprintf("%+v", first) != fmt.Sprintf("%+v", second) {
			t.Errorf("%+v became %+v", first, second)
		}
	})
}
