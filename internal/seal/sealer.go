// Package seal keeps secrets unreadable to who has only the data: it seals
// bytes under keys that the master key wraps, and hashes passwords.
//
// Three layers of keys. The master key is the operator's: a file or a variable
// of the environment, never in the store. Data keys are random, live in the
// store in a Keyring that the master key wraps, and rotate. A purpose ("session
// token", "secret-access-key") has a key of its own under each data key, so
// that what is sealed for one purpose never opens as another.
//
// What is sealed looks like this, all of it fixed by a golden test:
//
//	1 byte   format, 1
//	4 bytes  data key's id, big endian
//	12 bytes nonce, random
//	…        AES-256-GCM of the plain text, the caller's aad authenticated
//	16 bytes its tag
//
// The purpose's key is HKDF-SHA256(data key, no salt, "gatehouse/seal/1/" +
// purpose). Header and nonce need no authentication of their own: another key
// or nonce does not open the text.
//
// Nonces are random: under one data key a purpose may seal 2^32 messages (the
// bound of NIST SP 800-38D, section 8.3). At 1,000 a second that is 49 days;
// rotate well before. Sealing 200 bytes takes well under a microsecond and
// allocates the output only; BenchmarkSeal measures it.
//
// Not here: secrets in memory are not locked or wiped, since Go moves and
// copies them; who reads the process's memory has won.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
)

const (
	// Overhead is the bytes that sealing adds.
	Overhead = header + tagSize

	format    = 1
	keySize   = 32
	nonceSize = 12
	tagSize   = 16
	prefix    = 1 + 4 // format and key id
	header    = prefix + nonceSize
)

var (
	// ErrOpen: the text was not sealed for this purpose and aad, or has been
	// changed since. It does not say which.
	ErrOpen = errors.New("seal: not authentic")
	// ErrUnknownKey: the text names a data key that the keyring does not have.
	// Another node may have made it: Keyring.Reload, and try again once.
	ErrUnknownKey = errors.New("seal: unknown data key")
)

// Sealer seals and opens for one purpose. It is safe for concurrent use, and
// follows its keyring's rotation.
type Sealer struct {
	ring    *Keyring
	purpose string
	keys    atomic.Pointer[purposeKeys]
}

// purposeKeys are the purpose's keys under every data key of a keyring's state.
type purposeKeys struct {
	of      *keys
	current cipher.AEAD
	byID    map[uint32]cipher.AEAD
}

// Seal encrypts plain and binds it to aad, which must be given again to open it:
// the key under which the sealed text is stored, say, so that it cannot be moved.
func (s *Sealer) Seal(plain, aad []byte) []byte {
	return s.AppendSeal(make([]byte, 0, len(plain)+Overhead), plain, aad)
}

// AppendSeal is Seal into memory of the caller's; dst and plain must not overlap.
func (s *Sealer) AppendSeal(dst, plain, aad []byte) []byte {
	keys := s.current()
	dst = append(dst, format)
	dst = binary.BigEndian.AppendUint32(dst, keys.of.current)
	var zero [nonceSize]byte
	dst = append(dst, zero[:]...)
	nonce := dst[len(dst)-nonceSize:]
	rand.Read(nonce) // never fails
	return keys.current.Seal(dst, nonce, plain, aad)
}

// Open decrypts what Seal made with the same purpose and aad.
func (s *Sealer) Open(sealed, aad []byte) ([]byte, error) {
	return s.AppendOpen(make([]byte, 0, max(0, len(sealed)-Overhead)), sealed, aad)
}

// AppendOpen is Open into memory of the caller's; dst and sealed must not overlap.
func (s *Sealer) AppendOpen(dst, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != format {
		return nil, ErrOpen
	}
	key, ok := s.current().byID[binary.BigEndian.Uint32(sealed[1:prefix])]
	if !ok {
		return nil, ErrUnknownKey
	}
	plain, err := key.Open(dst, sealed[prefix:header], sealed[header:], aad)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// current derives the purpose's keys anew when the keyring has changed.
func (s *Sealer) current() *purposeKeys {
	state := s.ring.keys.Load()
	if k := s.keys.Load(); k != nil && k.of == state {
		return k
	}
	k := &purposeKeys{of: state, byID: make(map[uint32]cipher.AEAD, len(state.data))}
	for _, d := range state.data {
		k.byID[d.id] = newAEAD(d.key[:], "gatehouse/seal/1/"+s.purpose)
	}
	k.current = k.byID[state.current]
	s.keys.Store(k)
	return k
}

// newAEAD is AES-256-GCM under a key derived from another.
func newAEAD(key []byte, info string) cipher.AEAD {
	derived, err := hkdf.Key(sha256.New, key, nil, info, keySize)
	if err != nil {
		panic(fmt.Sprintf("seal: derive a key: %v", err)) // lengths are constants
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		panic(fmt.Sprintf("seal: %v", err))
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(fmt.Sprintf("seal: %v", err))
	}
	return aead
}
