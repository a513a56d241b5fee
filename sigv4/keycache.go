package sigv4

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"sync/atomic"
)

// ways is how many keys share a place in the cache.
const ways = 4

// keyCache keeps signing keys in bounded memory. Readers take no lock: an entry
// never changes once it is stored, and a lost race costs one derivation.
type keyCache struct {
	seed    maphash.Seed
	sets    [][ways]atomic.Pointer[cachedKey]
	replace atomic.Uint32
}

// cachedKey is a signing key and what it was derived from.
type cachedKey struct {
	accessKeyID, scope string
	secret             []byte
	key                signingKey
}

func newKeyCache(keys int) keyCache {
	return keyCache{seed: maphash.MakeSeed(), sets: make([][ways]atomic.Pointer[cachedKey], max(1, keys/ways))}
}

// set is the place of an access key's signing keys. Those of its days, regions
// and services share it: there are seldom more than a few.
func (k *keyCache) set(accessKeyID string) *[ways]atomic.Pointer[cachedKey] {
	at, _ := bits.Mul64(maphash.String(k.seed, accessKeyID), uint64(len(k.sets)))
	return &k.sets[at]
}

// find is the key that was derived from the same secret, nil where there is none.
func (k *keyCache) find(s *Signature, secret string) *cachedKey {
	set := k.set(s.AccessKeyID)
	for i := range set {
		if e := set[i].Load(); e != nil && e.matches(s) && equal(e.secret, secret) {
			return e
		}
	}
	return nil
}

func (e *cachedKey) matches(s *Signature) bool {
	return e.accessKeyID == s.AccessKeyID && e.scope == s.scope
}

// add keeps a key in the place of one that it supersedes, of an empty one, of an
// earlier day's, or of any.
func (k *keyCache) add(s *Signature, secret string, key signingKey) {
	// The strings of s hold the whole of a request's headers in memory.
	e := &cachedKey{accessKeyID: strings.Clone(s.AccessKeyID), scope: strings.Clone(s.scope), secret: []byte(secret), key: key}
	set := k.set(s.AccessKeyID)
	victim := &set[k.replace.Add(1)%ways]
	for i := range set {
		old := set[i].Load()
		if old != nil && old.matches(s) {
			set[i].Store(e)
			return
		}
		if old == nil || old.scope[:8] < e.scope[:8] {
			victim = &set[i]
		}
	}
	victim.Store(e)
}
