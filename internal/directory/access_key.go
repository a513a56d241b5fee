package directory

import (
	"fmt"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// NewAccessKey returns a key of the view's account with a fresh id and secret;
// userID is "" for the root user. The secret is returned once.
func (tx *Tx) NewAccessKey(userID string) (*AccessKey, string) {
	secret := NewSecret()
	return tx.accessKey(NewAccessKeyID("AKIA", tx.account), userID, secret), secret
}

// FixedAccessKey is NewAccessKey with an id and secret from outside: the root key
// that tests may set at the first start.
func (tx *Tx) FixedAccessKey(id, userID, secret string) *AccessKey {
	return tx.accessKey(id, userID, secret)
}

func (tx *Tx) accessKey(id, userID, secret string) *AccessKey {
	tx.AccessKey(id) // asserts that it is new
	return &AccessKey{
		ID: id, User: userID, Active: true, Created: tx.Now(),
		Secret: tx.directory.secrets.Seal([]byte(secret), []byte(id)),
	}
}

// Secret opens the secret access key.
func (v *View) Secret(k *AccessKey) (string, error) {
	secret, err := v.directory.secrets.Open(k.Secret, []byte(k.ID))
	if err != nil {
		return "", fmt.Errorf("directory: the secret of access key %s cannot be opened with this master key: %w", k.ID, err)
	}
	return string(secret), nil
}

const maxAccessKeys = 2 // a user and a root user: S-05

// KeyIDs are the ids of the access keys of a user, or of the root user where u is
// nil.
func (v *View) KeyIDs(u *User) []string {
	if u != nil {
		return u.Keys
	}
	if a := v.AccountRecord(); a != nil {
		return a.Root.Keys
	}
	return nil
}

// CreateAccessKey gives a user an access key, or the root user where u is nil.
func (tx *Tx) CreateAccessKey(u *User) (*AccessKey, string, error) {
	ids := tx.KeyIDs(u)
	if len(ids) >= maxAccessKeys {
		return nil, "", limitExceeded("Cannot exceed quota for AccessKeysPerUser: %d", maxAccessKeys)
	}
	owner := ""
	if u != nil {
		owner = u.ID
	}
	key, secret := tx.NewAccessKey(owner)
	tx.PutAccessKey(key)
	tx.setKeyIDs(u, append(slices.Clone(ids), key.ID))
	return key, secret, nil
}

// KeyOf is the access key with the id, of a user or of the root user. Another's is
// not found.
func (v *View) KeyOf(u *User, id string) (*AccessKey, error) {
	if slices.Contains(v.KeyIDs(u), id) {
		if key := v.AccessKey(id); key != nil {
			return key, nil
		}
	}
	return nil, NoSuchAccessKey(id)
}

// NoSuchAccessKey is AWS's error for a key that is not there, or is another's.
func NoSuchAccessKey(id string) *api.Error {
	return NoSuchEntity("The Access Key with id %s cannot be found.", id)
}

// ActivateAccessKey turns an access key on or off.
func (tx *Tx) ActivateAccessKey(k *AccessKey, active bool) {
	c := k.Clone()
	c.Active = active
	tx.PutAccessKey(c)
}

// DeleteAccessKey removes an access key of a user, or of the root user where u is
// nil, and what is known of its use.
func (tx *Tx) DeleteAccessKey(u *User, k *AccessKey) {
	tx.setKeyIDs(u, slices.DeleteFunc(slices.Clone(tx.KeyIDs(u)), func(id string) bool { return id == k.ID }))
	tx.RemoveAccessKey(k)
	tx.forgetUse(k.ID)
}

func (tx *Tx) setKeyIDs(u *User, ids []string) {
	if u != nil {
		c := u.Clone()
		c.Keys = ids
		tx.PutUser(c)
		return
	}
	a := tx.AccountRecord().Clone()
	a.Root.Keys = ids
	tx.PutAccount(a)
}
