package embedded_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/internal/store/storetest"
)

// TestSuite runs storetest over both ways to keep a file.
func TestSuite(t *testing.T) {
	for name, o := range map[string]embedded.Options{
		"durable":   {HistoryRevisions: 600},
		"ephemeral": {HistoryRevisions: 600, Ephemeral: true},
	} {
		t.Run(name, func(t *testing.T) { storetest.Run(t, engine(o)) })
	}
}

func engine(o embedded.Options) storetest.Engine {
	var paths sync.Map
	openAt := func(t *testing.T, path string) store.Store {
		s := open(t, path, o)
		paths.Store(s, path)
		return s
	}
	return storetest.Engine{
		Open: func(t *testing.T) store.Store {
			return openAt(t, filepath.Join(t.TempDir(), "gatehouse.db"))
		},
		Forget: func(t *testing.T, s store.Store, revision int64) { forget(t, s, revision) },
		Reopen: func(t *testing.T, s store.Store) store.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			path, _ := paths.Load(s)
			return openAt(t, path.(string))
		},
	}
}

// forget commits until the history no longer has what came before the revision.
func forget(t *testing.T, s store.Store, revision int64) {
	t.Helper()
	for {
		_, err := s.List(t.Context(), "", store.ListOptions{Revision: revision, Limit: 1})
		if errors.Is(err, store.ErrCompacted) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Commit(t.Context(), nil, []store.Change{{Key: "filler", Value: []byte("x")}}); err != nil {
			t.Fatal(err)
		}
	}
}
