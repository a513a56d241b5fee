package metadata

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"sync"
	"time"
)

// tokens makes and checks the session tokens of the metadata service. A token says until
// when it holds, and has a MAC over that and the instance: nothing is kept of one. The
// key is the handler's own and random, so a restart ends all tokens; SDKs ask for
// another when they get a 401.
type tokens struct{ macs sync.Pool }

const (
	tokenHead = 16 // expiry in Unix seconds, and random bytes
	tokenSize = tokenHead + sha256.Size
)

// tokenText is the text form of a token. Strict: one token, one text.
var tokenText = base64.URLEncoding.Strict()

func newTokens() *tokens {
	var key [32]byte
	rand.Read(key[:]) // never fails
	return &tokens{sync.Pool{New: func() any { return hmac.New(sha256.New, key[:]) }}}
}

// issue makes a token for an instance.
func (t *tokens) issue(instance string, until time.Time) string {
	var token [tokenSize]byte
	binary.BigEndian.PutUint64(token[:], uint64(until.Unix()))
	rand.Read(token[8:tokenHead])
	t.mac(token[:tokenHead], instance, token[tokenHead:tokenHead])
	return tokenText.EncodeToString(token[:])
}

// valid says whether a text is a token of the instance that still holds.
func (t *tokens) valid(text, instance string, now time.Time) bool {
	var token [tokenSize]byte
	if len(text) != tokenText.EncodedLen(tokenSize) {
		return false
	}
	if n, err := tokenText.Decode(token[:], []byte(text)); err != nil || n != tokenSize {
		return false
	}
	var want [sha256.Size]byte
	if !hmac.Equal(t.mac(token[:tokenHead], instance, want[:0]), token[tokenHead:]) {
		return false
	}
	return uint64(now.Unix()) < binary.BigEndian.Uint64(token[:])
}

func (t *tokens) mac(head []byte, instance string, into []byte) []byte {
	h := t.macs.Get().(hash.Hash)
	defer t.macs.Put(h)
	h.Reset()
	h.Write(head)
	h.Write([]byte(instance))
	return h.Sum(into)
}
