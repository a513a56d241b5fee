package seal

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// KeyringKey is where the store has the keyring, wrapped by the master key:
//
//	1 byte   format, 1
//	12 bytes nonce, random
//	…        AES-256-GCM under HKDF-SHA256(master key, no salt, "gatehouse/keyring/1"), aad
//	         the key it is stored under, of: 4 bytes current data key's id; for each
//	         data key 4 bytes id and 32 bytes key
//	16 bytes its tag
const KeyringKey = "seal/keyring"

const (
	dataKeySize = 4 + keySize
	keyringInfo = "gatehouse/keyring/1"
)

// Keyring has the data keys of a store.
type Keyring struct {
	store  store.Store
	master Master
	keys   atomic.Pointer[keys]
}

// keys is a state of the keyring; it does not change.
type keys struct {
	revision int64  // the store's, that wrote it
	current  uint32 // the data key that seals
	data     []dataKey
}

type dataKey struct {
	id  uint32
	key [keySize]byte
}

// OpenKeyring reads the store's keyring, or makes its first. Several nodes may
// do so at once: one makes it and all use it.
func OpenKeyring(ctx context.Context, s store.Store, master Master) (*Keyring, error) {
	r := &Keyring{store: s, master: master}
	err := r.Reload(ctx)
	if !errors.Is(err, errNoKeyring) {
		return r, err
	}
	err = r.write(ctx, (&keys{}).rotated())
	if errors.Is(err, store.ErrConflict) {
		err = r.Reload(ctx)
	}
	return r, err
}

var errNoKeyring = errors.New("seal: the store has no keyring")

// For is the sealer of a purpose; the purpose's name is part of what is stored.
func (r *Keyring) For(purpose string) *Sealer {
	return &Sealer{ring: r, purpose: purpose}
}

// Reload takes over what another node has changed.
func (r *Keyring) Reload(ctx context.Context) error {
	e, ok, err := r.store.Get(ctx, KeyringKey)
	if err != nil {
		return fmt.Errorf("seal: read the keyring: %w", err)
	}
	if !ok {
		return errNoKeyring
	}
	k, err := unwrap(r.master, e.Value)
	if err != nil {
		return err
	}
	k.revision = e.Revision
	r.keys.Store(k)
	return nil
}

// Rotate makes a new data key, which seals from now on; the old ones still
// open. Other nodes learn of it with Reload. ErrConflict where another node
// rotates at the same time: its key serves as well.
func (r *Keyring) Rotate(ctx context.Context) error {
	return r.write(ctx, r.keys.Load().rotated())
}

// ChangeMaster wraps the keyring with another master key; what is sealed stays as it is.
func (r *Keyring) ChangeMaster(ctx context.Context, master Master) (*Keyring, error) {
	changed := &Keyring{store: r.store, master: master}
	return changed, changed.write(ctx, *r.keys.Load())
}

func (r *Keyring) write(ctx context.Context, k keys) error {
	revision, err := r.store.Commit(ctx,
		[]store.Precondition{{Key: KeyringKey, Revision: k.revision}},
		[]store.Change{{Key: KeyringKey, Value: k.wrap(r.master)}})
	if err != nil {
		return fmt.Errorf("seal: write the keyring: %w", err)
	}
	k.revision = revision
	r.keys.Store(&k)
	return nil
}

// rotated is the state with one more data key, the current one.
func (k *keys) rotated() keys {
	next := dataKey{id: k.current + 1}
	rand.Read(next.key[:]) // never fails
	return keys{
		revision: k.revision,
		current:  next.id,
		data:     append(append([]dataKey(nil), k.data...), next),
	}
}

func (k *keys) wrap(master Master) []byte {
	plain := binary.BigEndian.AppendUint32(nil, k.current)
	for _, d := range k.data {
		plain = binary.BigEndian.AppendUint32(plain, d.id)
		plain = append(plain, d.key[:]...)
	}
	wrapped := make([]byte, 1+nonceSize)
	wrapped[0] = format
	rand.Read(wrapped[1:]) // never fails
	return newAEAD(master.key[:], keyringInfo).Seal(wrapped, wrapped[1:], plain, []byte(KeyringKey))
}

func unwrap(master Master, wrapped []byte) (*keys, error) {
	if len(wrapped) < 1+nonceSize || wrapped[0] != format {
		return nil, errors.New("seal: the keyring has a format that this gatehouse does not read: run the one that wrote it, or a later one")
	}
	nonce, text := wrapped[1:1+nonceSize], wrapped[1+nonceSize:]
	plain, err := newAEAD(master.key[:], keyringInfo).Open(nil, nonce, text, []byte(KeyringKey))
	if err != nil {
		return nil, ErrMasterWrong
	}
	if len(plain) < 4+dataKeySize || (len(plain)-4)%dataKeySize != 0 {
		return nil, errors.New("seal: the keyring is malformed")
	}
	k := &keys{current: binary.BigEndian.Uint32(plain)}
	for rest := plain[4:]; len(rest) > 0; rest = rest[dataKeySize:] {
		k.data = append(k.data, dataKey{id: binary.BigEndian.Uint32(rest), key: [keySize]byte(rest[4:dataKeySize])})
	}
	return k, k.check()
}

// check holds what Seal relies on.
func (k *keys) check() error {
	for _, d := range k.data {
		if d.id == k.current {
			return nil
		}
	}
	return errors.New("seal: the keyring has no current key")
}
