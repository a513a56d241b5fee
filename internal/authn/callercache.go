package authn

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// callerCache keeps callers by access key id or session token, in bounded memory
// and without locks: a newer caller takes the slot of an older one.
type callerCache struct {
	seed  maphash.Seed
	slots [callerSlots]atomic.Pointer[callerEntry]
}

const callerSlots = 1 << 14

type callerEntry struct {
	key    string
	caller *Caller
}

func newCallerCache() *callerCache { return &callerCache{seed: maphash.MakeSeed()} }

func (c *callerCache) slot(key string) *atomic.Pointer[callerEntry] {
	return &c.slots[maphash.String(c.seed, key)%callerSlots]
}

func (c *callerCache) load(key string) *Caller {
	if e := c.slot(key).Load(); e != nil && e.key == key {
		return e.caller
	}
	return nil
}

// store keeps a copy of the key: a request's text is a part of its headers, which
// would stay in memory whole.
func (c *callerCache) store(key string, caller *Caller) {
	c.slot(key).Store(&callerEntry{strings.Clone(key), caller})
}
