package directory

import (
	"context"
)

// TestAccount is an account made for a test: its root user has an access key.
type TestAccount struct {
	Bootstrapped
	RootKeyID, RootSecret string
}

// NewTestAccount makes an account with a root key and an administrator. No API
// leads here: it is for tests in the same process.
func (d *Directory) NewTestAccount(ctx context.Context) (TestAccount, error) {
	id := NewAccountID()
	made := TestAccount{RootKeyID: NewAccessKeyID("AKIA", id), RootSecret: NewSecret()}
	o := BootstrapOptions{AccountID: id, RootEmail: "root@" + id + ".test", RootKeyID: made.RootKeyID, RootSecret: made.RootSecret, Admin: true}
	err := d.Update(ctx, id, func(tx *Tx) error {
		made.Bootstrapped = tx.stageAccount(&o)
		return nil
	})
	return made, err
}
