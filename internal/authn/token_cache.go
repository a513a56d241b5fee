package authn

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// openedCache keeps opened tokens by their access key id, in bounded memory and
// without locks: a newer token takes the slot of an older one. Only tokens that
// opened are in it, so that garbage evicts nothing.
type openedCache struct {
	seed  maphash.Seed
	slots []atomic.Pointer[openedEntry]
}

type openedEntry struct {
	token  string
	opened *Opened
}

func newOpenedCache(entries int) *openedCache {
	return &openedCache{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[openedEntry], max(1, entries))}
}

func (c *openedCache) slot(accessKeyID string) *atomic.Pointer[openedEntry] {
	return &c.slots[maphash.String(c.seed, accessKeyID)%uint64(len(c.slots))]
}

// load compares the whole token. It need not do so in constant time: a token
// alone signs nothing.
func (c *openedCache) load(token, accessKeyID string) *Opened {
	e := c.slot(accessKeyID).Load()
	if e == nil || e.opened.Principal.AccessKeyID != accessKeyID || e.token != token {
		return nil
	}
	return e.opened
}

// store keeps a copy of the token, as callerCache does.
func (c *openedCache) store(token string, o *Opened) {
	c.slot(o.Principal.AccessKeyID).Store(&openedEntry{strings.Clone(token), o})
}
