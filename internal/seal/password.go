package seal

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

const (
	// MaxPassword is the bytes of a password: 128 characters, as IAM's
	// CreateLoginProfile takes, of 4 bytes.
	MaxPassword = 512

	saltSize   = 16
	digestSize = 32
	atOnce     = 2 // hashes: each fills its memory and a core
)

var (
	// ErrPasswordTooLong: a password passes MaxPassword.
	ErrPasswordTooLong = errors.New("seal: password is too long")
	// ErrPasswordHash: a stored hash is not one of ours.
	ErrPasswordHash = errors.New("seal: password hash is malformed")
)

// Cost is what a password hash takes.
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// DefaultCost is argon2id's first configuration in OWASP's Password Storage
// Cheat Sheet that needs less than 20 MiB: about 25 ms of one core.
var DefaultCost = Cost{Memory: 19 << 10, Passes: 2, Threads: 1}

// maxCost bounds what a stored hash can make Verify spend.
var maxCost = Cost{Memory: 256 << 10, Passes: 16, Threads: 8}

// Passwords hashes passwords with argon2id (RFC 9106), in the PHC string format:
//
//	$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>, both base64 without padding
//
// At most two hashes are made at once; others wait, as long as their context.
type Passwords struct {
	cost  Cost
	slots chan struct{}
}

// NewPasswords hashes at a cost; hashes of any other cost are verified too.
func NewPasswords(cost Cost) *Passwords {
	return &Passwords{cost: cost, slots: make(chan struct{}, atOnce)}
}

// Hash makes the text to store for a password.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	digest, err := p.digest(ctx, password, salt, p.cost, digestSize)
	if err != nil {
		return "", err
	}
	return encodeHash(p.cost, salt, digest), nil
}

// Verify says whether a password is the one that was hashed. The comparison
// takes the same time wherever it fails. The error is the context's, or says
// that the hash cannot be used; a wrong password is not one.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (bool, error) {
	cost, salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	if len(password) > MaxPassword {
		return false, nil
	}
	got, err := p.digest(ctx, password, salt, cost, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// VerifyAbsent takes as long as Verify does, for a user who does not exist or
// has no password, so that time does not tell who exists.
func (p *Passwords) VerifyAbsent(ctx context.Context, password string) error {
	if len(password) > MaxPassword {
		return nil
	}
	_, err := p.digest(ctx, password, make([]byte, saltSize), p.cost, digestSize)
	return err
}

// Outdated says whether a hash should be made anew at the next sign-in, since
// the cost has changed.
func (p *Passwords) Outdated(hash string) bool {
	cost, _, _, err := decodeHash(hash)
	return err == nil && cost != p.cost
}

func (p *Passwords) digest(ctx context.Context, password string, salt []byte, c Cost, size uint32) ([]byte, error) {
	if len(password) > MaxPassword {
		return nil, ErrPasswordTooLong
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.slots }()
	return argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, size), nil
}

func encodeHash(c Cost, salt, digest []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(digest))
}

func decodeHash(hash string) (c Cost, salt, digest []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return c, nil, nil, ErrPasswordHash
	}
	_, scanErr := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Threads)
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	digest, digestErr := base64.RawStdEncoding.DecodeString(parts[5])
	if errors.Join(scanErr, saltErr, digestErr) != nil || len(salt) < 8 || len(digest) < 16 || !c.valid() ||
		encodeHash(c, salt, digest) != hash { // the whole text, version and variant too, in our form
		return Cost{}, nil, nil, ErrPasswordHash
	}
	return c, salt, digest, nil
}

// valid keeps a record that somebody wrote from taking the server's memory or
// panicking in argon2.
func (c Cost) valid() bool {
	return c.Memory >= 8*uint32(c.Threads) && c.Memory <= maxCost.Memory &&
		c.Passes >= 1 && c.Passes <= maxCost.Passes &&
		c.Threads >= 1 && c.Threads <= maxCost.Threads
}
