package embedded_test

import (
	"path/filepath"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

func open(t *testing.T, path string, o embedded.Options) *embedded.Store {
	t.Helper()
	s, err := embedded.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestCommitAndReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gatehouse.db")
	s := open(t, path, embedded.Options{})
	revision, err := s.Commit(t.Context(), []store.Precondition{{Key: "a"}}, []store.Change{{Key: "a", Value: []byte("1")}})
	if err != nil || revision != 1 {
		t.Fatal(revision, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, embedded.Options{})
	e, ok, err := s.Get(t.Context(), "a")
	if err != nil || !ok || string(e.Value) != "1" || e.Revision != 1 {
		t.Fatal(e, ok, err)
	}
}
