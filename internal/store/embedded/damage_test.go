package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

// filled makes a file of 40 commits and returns its content.
func filled(t *testing.T) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "gatehouse.db")
	s := open(t, path, embedded.Options{})
	for i := range 40 {
		changes := []store.Change{{Key: fmt.Sprintf("k/%02d", i), Value: bytes.Repeat([]byte{byte('a' + i%26)}, 100*i)}}
		if i >= 20 {
			changes = append(changes, store.Change{Key: fmt.Sprintf("k/%02d", i-20), Delete: true})
		}
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
	return path, content
}

// edit changes a file as bbolt would.
func edit(t *testing.T, path string, fn func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	overwrite := func(change func(content []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, change(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	inBolt := func(fn func(*bbolt.Tx) error) func(*testing.T, string) {
		return func(t *testing.T, path string) { edit(t, path, fn) }
	}
	meta := func(tx *bbolt.Tx) *bbolt.Bucket { return tx.Bucket([]byte("meta")) }
	table := []struct {
		name   string
		damage func(t *testing.T, path string)
		want   error
		words  string
	}{
		{"cut off in the middle", overwrite(func(b []byte) []byte { return b[:len(b)/2] }), embedded.ErrDamaged, "copy your last backup"},
		{"cut off after the head", overwrite(func(b []byte) []byte { return b[:3*os.Getpagesize()] }), embedded.ErrDamaged, "copy your last backup"},
		{"cut off within the head", overwrite(func(b []byte) []byte { return b[:100] }), embedded.ErrDamaged, "copy your last backup"},
		{"another kind of file", overwrite(func(b []byte) []byte { return bytes.Repeat([]byte("text\n"), len(b)/5) }), embedded.ErrDamaged, "copy your last backup"},
		{"zeros", overwrite(func(b []byte) []byte { return make([]byte, len(b)) }), embedded.ErrDamaged, "copy your last backup"},
		{"both heads damaged", overwrite(func(b []byte) []byte {
			b = bytes.Clone(b)
			b[40] ^= 1
			b[os.Getpagesize()+40] ^= 1
			return b
		}), embedded.ErrDamaged, "copy your last backup"},
		{"zeros but for the head", overwrite(func(b []byte) []byte {
			return append(bytes.Clone(b[:2*os.Getpagesize()]), make([]byte, len(b)-2*os.Getpagesize())...)
		}), embedded.ErrDamaged, "copy your last backup"},
		{"another program's bbolt file", inBolt(func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte("other"))
			return errors.Join(err, tx.DeleteBucket([]byte("meta")))
		}), embedded.ErrDamaged, "not a store of Gatehouse"},
		{"a later format", inBolt(func(tx *bbolt.Tx) error {
			return meta(tx).Put([]byte("format"), []byte("2"))
		}), embedded.ErrFormat, "run the gatehouse that wrote it or a later one"},
		{"no format", inBolt(func(tx *bbolt.Tx) error {
			return meta(tx).Delete([]byte("format"))
		}), embedded.ErrDamaged, "format"},
		{"no revision", inBolt(func(tx *bbolt.Tx) error {
			return meta(tx).Delete([]byte("revision"))
		}), embedded.ErrDamaged, "revision"},
		{"no log", inBolt(func(tx *bbolt.Tx) error {
			return tx.DeleteBucket([]byte("log"))
		}), embedded.ErrDamaged, "bucket"},
		{"a log that ends early", inBolt(func(tx *bbolt.Tx) error {
			k, _ := tx.Bucket([]byte("log")).Cursor().Last()
			return tx.Bucket([]byte("log")).Delete(k)
		}), embedded.ErrDamaged, "does not end"},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			path, _ := filled(t)
			c.damage(t, path)
			before, _ := os.ReadFile(path)
			s, err := embedded.Open(path, embedded.Options{})
			if err == nil {
				s.Close()
				t.Fatal("it opens")
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%v; want %v, the path and %q", err, c.want, c.words)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestOpenAFileInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gatehouse.db")
	s := open(t, path, embedded.Options{})
	_, err := embedded.Open(path, embedded.Options{})
	if !errors.Is(err, embedded.ErrInUse) || !strings.Contains(err.Error(), "data folder is in use by another gatehouse: "+filepath.Dir(path)) {
		t.Errorf("%v", err)
	}
	if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "a"}}); err != nil {
		t.Errorf("the first one: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path, embedded.Options{})
}

func TestOpenWhereItCannot(t *testing.T) {
	folder := t.TempDir()
	if _, err := embedded.Open(filepath.Join(folder, "none", "gatehouse.db"), embedded.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if _, err := embedded.Open(folder, embedded.Options{}); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("a folder: %v", err)
	}
}

func TestFileIsForItsOwner(t *testing.T) {
	path, _ := filled(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want 0600", info.Mode(), err)
	}
}

// TestFlippedBits damages a file in one place, many times: what is read is
// then an error or right, never something else. Where the damage is in the
// newest of bbolt's two heads, right is the state before the last commit.
func TestFlippedBits(t *testing.T) {
	path, content := filled(t)
	last, before := contents(t, path, 40), contents(t, path, 39)
	random := rand.New(rand.NewPCG(1, 2))
	refused, unread := 0, 0
	for range 400 {
		at := random.IntN(len(content))
		damagedContent := bytes.Clone(content)
		damagedContent[at] ^= 1 << random.IntN(8)
		path := filepath.Join(t.TempDir(), "gatehouse.db")
		if err := os.WriteFile(path, damagedContent, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readAll(t.Context(), path)
		switch {
		case err != nil:
			refused++
			if !errors.Is(err, embedded.ErrDamaged) && !errors.Is(err, embedded.ErrFormat) || !strings.Contains(err.Error(), path) {
				t.Errorf("byte %d: %v", at, err)
			}
		case got == last:
			unread++
		case got == before && at < 2*os.Getpagesize():
		default:
			t.Errorf("byte %d: something else was read", at)
		}
	}
	if refused == 0 || unread == 0 {
		t.Errorf("%d refused and %d unread show nothing", refused, unread)
	}
	t.Logf("%d refused, %d in places that hold nothing", refused, unread)
}

// readAll opens a file and describes all that it holds, its history too.
func readAll(ctx context.Context, path string) (string, error) {
	s, err := embedded.Open(path, embedded.Options{})
	if err != nil {
		return "", err
	}
	defer s.Close()
	page, err := s.List(ctx, "", store.ListOptions{})
	if err != nil {
		return "", err
	}
	text := describe(page)
	stop := errors.New("stop")
	err = s.Watch(ctx, 0, func(c store.Commit) error {
		for _, change := range c.Changes {
			text += fmt.Sprintf("%d %s %q %v\n", c.Revision, change.Key, change.Value, change.Delete)
		}
		if c.Revision == page.Revision {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		return "", err
	}
	return text, nil
}

func describe(page store.Page) string {
	text := fmt.Sprintln(page.Revision)
	for _, e := range page.Entries {
		text += fmt.Sprintf("%s %d %q\n", e.Key, e.Revision, e.Value)
	}
	return text
}

// contents is what readAll gives for a sound file that ends at a revision.
func contents(t *testing.T, path string, revision int64) string {
	t.Helper()
	s := open(t, path, embedded.Options{})
	defer s.Close()
	page, err := s.List(t.Context(), "", store.ListOptions{Revision: revision})
	if err != nil {
		t.Fatal(err)
	}
	text := describe(page)
	stop := errors.New("stop")
	err = s.Watch(t.Context(), 0, func(c store.Commit) error {
		for _, change := range c.Changes {
			text += fmt.Sprintf("%d %s %q %v\n", c.Revision, change.Key, change.Value, change.Delete)
		}
		if c.Revision == revision {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	return text
}

func TestVerify(t *testing.T) {
	path, _ := filled(t)
	s := open(t, path, embedded.Options{})
	if err := s.Verify(t.Context()); err != nil {
		t.Errorf("a sound file: %v", err)
	}
	if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "a"}}); err != nil {
		t.Errorf("after it: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Verify(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("closed: %v", err)
	}

	bucket := func(name string, fn func(*bbolt.Bucket) error) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error { return fn(tx.Bucket([]byte(name))) }
	}
	first := func(b *bbolt.Bucket) []byte { k, _ := b.Cursor().First(); return bytes.Clone(k) }
	table := map[string]func(*bbolt.Tx) error{
		"a value of another key": bucket("keys", func(b *bbolt.Bucket) error {
			return b.Put(first(b), b.Get([]byte("k/30")))
		}),
		"a lost key":        bucket("keys", func(b *bbolt.Bucket) error { return b.Delete(first(b)) }),
		"a key too many":    bucket("keys", func(b *bbolt.Bucket) error { return b.Put([]byte("x"), make([]byte, 12)) }),
		"a gap in the log":  bucket("log", func(b *bbolt.Bucket) error { return b.Delete([]byte{7: 30}) }),
		"an exchanged log":  bucket("log", func(b *bbolt.Bucket) error { return b.Put([]byte{7: 30}, b.Get([]byte{7: 29})) }),
		"a cut off log":     bucket("log", func(b *bbolt.Bucket) error { return b.Put([]byte{7: 30}, b.Get([]byte{7: 30})[:20]) }),
		"a strange log key": bucket("log", func(b *bbolt.Bucket) error { return b.Put([]byte{0}, nil) }),
	}
	for name, damage := range table {
		t.Run(name, func(t *testing.T) {
			path, _ := filled(t)
			edit(t, path, damage)
			s := open(t, path, embedded.Options{})
			if err := s.Verify(t.Context()); !errors.Is(err, embedded.ErrDamaged) || !strings.Contains(err.Error(), path) {
				t.Errorf("Verify: %v", err)
			}
		})
	}
}

func TestBackup(t *testing.T) {
	path, _ := filled(t)
	s := open(t, path, embedded.Options{})
	folder := t.TempDir()
	revision, err := s.Backup(t.Context(), filepath.Join(folder, "backup.db"))
	if err != nil || revision != 40 {
		t.Fatal(revision, err)
	}
	if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "later"}}); err != nil {
		t.Fatal(err)
	}
	restored := open(t, filepath.Join(folder, "backup.db"), embedded.Options{})
	if err := restored.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	got, err := restored.List(t.Context(), "", store.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.List(t.Context(), "", store.ListOptions{Revision: 40})
	if err != nil || describe(got) != describe(want) {
		t.Errorf("%d entries at %d, want %d at %d, %v", len(got.Entries), got.Revision, len(want.Entries), want.Revision, err)
	}
	if restored.ID() != s.ID() || len(s.ID()) != 32 {
		t.Errorf("ids %q and %q", restored.ID(), s.ID())
	}
	if _, err := s.Backup(t.Context(), filepath.Join(folder, "backup.db")); !errors.Is(err, os.ErrExist) {
		t.Errorf("over an old one: %v", err)
	}
	if _, err := s.Backup(t.Context(), filepath.Join(folder, "none", "backup.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into no folder: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Backup(t.Context(), filepath.Join(folder, "second.db")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "second.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty backup is left: %v", err)
	}
}
