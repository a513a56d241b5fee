package directory

import (
	"sync"
	"testing"
)

func TestIdentityKeyIsMadeOnce(t *testing.T) {
	s := openStore(t)
	here, there := openNode(t, s), openNode(t, s)
	bootstrap(t, here)
	if here.IdentityKey() != nil {
		t.Fatal("a key that nobody made")
	}
	var wait sync.WaitGroup
	kept := make([]*IdentityKey, 4)
	for i := range kept {
		wait.Go(func() {
			node := []*Directory{here, there}[i%2]
			k, err := node.NewIdentityKey(t.Context(), &IdentityKey{Certificate: []byte{byte(i)}, Key: []byte{1}})
			if err != nil {
				t.Error(err)
			}
			kept[i] = k
		})
	}
	wait.Wait()
	for _, k := range kept {
		if k == nil || k.Certificate[0] != kept[0].Certificate[0] {
			t.Fatalf("keys %v", kept)
		}
	}
	later := openNode(t, s)
	if k := later.IdentityKey(); k == nil || k.Certificate[0] != kept[0].Certificate[0] {
		t.Error("another key after a restart")
	}
}
