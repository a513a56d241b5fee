package main

import (
	"fmt"
	"runtime"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// measureMemory measures the live bytes of compiled policies of full size: the
// ten of the large description, again and again.
func measureMemory(effort) ([]bar, error) {
	const copies = 50
	documents := large().identity
	texts := make([]string, len(documents))
	characters := 0
	for i := range documents {
		texts[i] = documents[i].aws()
		characters += len(texts[i])
	}
	kept := make([]*policy.Policy, 0, copies*len(texts))
	before := liveHeap()
	for range copies {
		for i, text := range texts {
			p, err := policy.Compile(policy.Identity, documents[i].name, text)
			if err != nil {
				return nil, err
			}
			kept = append(kept, p)
		}
	}
	each := float64(liveHeap()-before) / float64(len(kept))
	runtime.KeepAlive(kept)
	note := fmt.Sprintf("a document of %d characters and %d statements, its text not counted", characters/len(texts), statementsOfLarge)
	return []bar{{name: "live bytes of a compiled policy of full size", measured: each, unit: "B", note: note}}, nil
}

func liveHeap() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
