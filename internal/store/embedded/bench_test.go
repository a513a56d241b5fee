package embedded_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

func benchmarkStore(b *testing.B, o embedded.Options) *embedded.Store {
	b.Helper()
	s, err := embedded.Open(filepath.Join(b.TempDir(), "gatehouse.db"), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// BenchmarkCommit writes records of 500 bytes over 1,000 keys.
func BenchmarkCommit(b *testing.B) {
	value := make([]byte, 500)
	for _, o := range []embedded.Options{{}, {Ephemeral: true}} {
		for _, writers := range []int{1, 64, 512} {
			b.Run(fmt.Sprintf("ephemeral=%v/writers=%d", o.Ephemeral, writers), func(b *testing.B) {
				s := benchmarkStore(b, o)
				var n atomic.Int64
				b.SetParallelism(max(1, writers/2))
				one := func() {
					key := fmt.Sprintf("a/%06d", n.Add(1)%1000)
					if _, err := s.Commit(b.Context(), nil, []store.Change{{Key: key, Value: value}}); err != nil {
						b.Error(err)
					}
				}
				b.ReportAllocs()
				if writers == 1 {
					for b.Loop() {
						one()
					}
				} else {
					b.RunParallel(func(p *testing.PB) {
						for p.Next() {
							one()
						}
					})
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	s := benchmarkStore(b, embedded.Options{Ephemeral: true})
	const users = 100_000
	for i := 0; i < users; i += store.MaxOperations {
		var changes []store.Change
		for j := range store.MaxOperations {
			changes = append(changes, store.Change{Key: fmt.Sprintf("a/%06d", i+j), Value: make([]byte, 500)})
		}
		if _, err := s.Commit(b.Context(), nil, changes); err != nil {
			b.Fatal(err)
		}
	}
	past, err := s.Revision(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Commit(b.Context(), nil, []store.Change{{Key: "a/050000", Delete: true}}); err != nil {
		b.Fatal(err)
	}
	b.Run("Get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, ok, err := s.Get(b.Context(), "a/049999"); !ok || err != nil {
				b.Fatal(ok, err)
			}
		}
	})
	for name, o := range map[string]store.ListOptions{"now": {}, "past": {Revision: past}} {
		b.Run("List 1000 "+name, func(b *testing.B) {
			o.After = "a/049500"
			b.ReportAllocs()
			for b.Loop() {
				if p, err := s.List(b.Context(), "a/", o); len(p.Entries) != 1000 || err != nil {
					b.Fatal(len(p.Entries), err)
				}
			}
		})
	}
	b.Run("Verify", func(b *testing.B) {
		for b.Loop() {
			if err := s.Verify(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
