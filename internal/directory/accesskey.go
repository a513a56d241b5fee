package directory

import (
	"fmt"
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
		ID: id, User: userID, Active: true, Created: tx.directory.Now().UTC(),
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
