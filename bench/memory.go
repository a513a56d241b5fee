package main

import (
	"context"
	"runtime"
	"strings"
)

// measureMemory measures the live heap a user.
func measureMemory() ([]bar, error) {
	plain, err := heapPerUser("")
	if err != nil {
		return nil, err
	}
	inline, err := heapPerUser(strings.Repeat("x", 1300))
	if err != nil {
		return nil, err
	}
	return []bar{
		{name: "live heap a user with tags and three shared policies", measured: plain, unit: "B", limit: 1.5 * 1024},
		{name: "live heap a user with an own inline policy of 1.3 KB", measured: inline, unit: "B", limit: 4 * 1024},
	}, nil
}

func heapPerUser(inline string) (float64, error) {
	ctx := context.Background()
	n, err := startNode(ctx)
	if err != nil {
		return 0, err
	}
	defer n.Close(ctx)
	before := liveHeap()
	if err := populate(ctx, n.Directory(), sizes.users, inline); err != nil {
		return 0, err
	}
	after := liveHeap()
	runtime.KeepAlive(n)
	return float64(after-before) / float64(sizes.users), nil
}

func liveHeap() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
