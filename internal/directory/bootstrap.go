package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// BootstrapOptions are the settings of the first start; a later start ignores them.
type BootstrapOptions struct {
	AccountID string // random where empty
	RootEmail string
	// RootHash is the argon2id hash of the root password; "" where it is set
	// later, off the start-up path, with SetRootPassword.
	RootHash string
	// RootKeyID and RootSecret are a fixed access key of the root user, for
	// tests. Without them the root user has none, as AWS recommends.
	RootKeyID, RootSecret string
	// Admin also makes the user admin, in the group Administrators with
	// AdministratorAccess, with one access key.
	Admin bool
}

// Bootstrapped is what the first start made.
type Bootstrapped struct {
	Account string
	// AdminKeyID and AdminSecret are the access key of the user admin, shown once.
	AdminKeyID, AdminSecret string
}

// GoString keeps the secret out of logs.
func (b Bootstrapped) GoString() string { return b.String() }

func (b Bootstrapped) String() string { return "[bootstrap of account " + b.Account + "]" }

// ErrBootstrap: the options cannot make an account.
var ErrBootstrap = errors.New("directory: first start")

// AdministratorAccess is the ARN of AWS's policy that allows everything.
const AdministratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess"

// FirstAccount is the account that the first start made, or "".
func (d *Directory) FirstAccount() string { return d.snapshot.Load().first.Account }

// firstAccount is FirstAccount, asserted when the transaction commits.
func (tx *Tx) firstAccount() string {
	first := tx.snapshot.first
	tx.tx.read("first", first.revision)
	return first.Account
}

// Bootstrap makes the first account and its root user, where there is none yet,
// in one transaction. created is false where it was there: another node may have
// made it a moment ago.
func (d *Directory) Bootstrap(ctx context.Context, o BootstrapOptions) (b Bootstrapped, created bool, err error) {
	if first := d.FirstAccount(); first != "" {
		return Bootstrapped{Account: first}, false, nil
	}
	if o.AccountID == "" {
		o.AccountID = NewAccountID()
	}
	if err := o.check(); err != nil {
		return Bootstrapped{}, false, err
	}
	err = d.Update(ctx, o.AccountID, func(tx *Tx) error {
		if first := tx.firstAccount(); first != "" {
			b, created = Bootstrapped{Account: first}, false
			return nil
		}
		b, created = tx.bootstrap(&o), true
		return nil
	})
	if err != nil {
		return Bootstrapped{}, false, fmt.Errorf("%w: %w", ErrBootstrap, err)
	}
	return b, created, nil
}

func (o *BootstrapOptions) check() error {
	switch {
	case !IsAccountID(o.AccountID):
		return fmt.Errorf("%w: account id %q: it must be 12 digits", ErrBootstrap, o.AccountID)
	case o.RootEmail == "":
		return fmt.Errorf("%w: the root user needs an e-mail", ErrBootstrap)
	case (o.RootKeyID == "") != (o.RootSecret == ""):
		return fmt.Errorf("%w: a fixed root key needs both its id and its secret", ErrBootstrap)
	case o.RootKeyID != "" && !isKeyID(o.RootKeyID):
		return fmt.Errorf("%w: the root access key id must be 16 to 128 letters, digits and _", ErrBootstrap)
	}
	return nil
}

// isKeyID holds AWS's constraint of access key ids [API_AccessKey]: they are keys
// of the store, too.
func isKeyID(id string) bool {
	return len(id) >= 16 && len(id) <= 128 && strings.IndexFunc(id, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// IsAccountID says whether a text is 12 digits.
func IsAccountID(id string) bool {
	return len(id) == 12 && strings.IndexFunc(id, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func (tx *Tx) bootstrap(o *BootstrapOptions) Bootstrapped {
	tx.stage("first", &reference{Version: recordVersion, Account: o.AccountID})
	return tx.stageAccount(o)
}

// stageAccount stages an account and its root user, and the administrator if asked.
func (tx *Tx) stageAccount(o *BootstrapOptions) Bootstrapped {
	now := tx.Now()
	account := &Account{ID: o.AccountID, Name: o.RootEmail, Email: o.RootEmail, Created: now}
	if o.RootHash != "" {
		account.Root.Login = &LoginProfile{Hash: o.RootHash, Created: now}
	}
	if o.RootKeyID != "" {
		tx.PutAccessKey(tx.FixedAccessKey(o.RootKeyID, "", o.RootSecret))
		account.Root.Keys = []string{o.RootKeyID}
	}
	tx.newAccount(account)
	b := Bootstrapped{Account: o.AccountID}
	if o.Admin {
		b.AdminKeyID, b.AdminSecret = tx.newAdministrator(now)
	}
	return b
}

// newAccount stages an account and its root user's e-mail, and asserts that both
// are new.
func (tx *Tx) newAccount(a *Account) {
	tx.AccountRecord()
	tx.PutAccount(a)
	tx.AccountByEmail(a.Email)
	tx.SetEmail(a.Email, a.ID)
}

// newAdministrator stages the user admin in the group Administrators, and returns
// its access key.
func (tx *Tx) newAdministrator(now time.Time) (keyID, secret string) {
	group := &Group{
		Entity:  Entity{ID: NewID("AGPA"), Name: "Administrators", Path: "/", Created: now},
		Grants:  Grants{Attached: []string{AdministratorAccess}},
		Members: 1,
	}
	tx.group(group.Name)
	tx.PutGroup(group)
	user := &User{Entity: Entity{ID: NewID("AIDA"), Name: "admin", Path: "/", Created: now}, Groups: []string{group.ID}}
	key, secret := tx.NewAccessKey(user.ID)
	tx.PutAccessKey(key)
	user.Keys = []string{key.ID}
	tx.user(user.Name)
	tx.PutUser(user)
	return key.ID, secret
}

// Now is the directory's clock, as records keep times: in UTC, to the second, as
// AWS shows them.
func (tx *Tx) Now() time.Time { return tx.directory.Now().UTC().Truncate(time.Second) }

// Hasher makes the text to store of a password: seal.Passwords.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
}

// SetRootPassword hashes a password and makes it the root user's. It ends the
// root user's sessions where there was another password before. Hashing takes
// long: the first start does it while it serves.
func (d *Directory) SetRootPassword(ctx context.Context, account, password string, h Hasher) error {
	hash, err := h.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("directory: root password: %w", err)
	}
	return d.Update(ctx, account, func(tx *Tx) error {
		a := tx.AccountRecord()
		if a == nil {
			return fmt.Errorf("directory: root password: there is no account %s", account)
		}
		a = a.Clone()
		if a.Root.Login != nil {
			a.Root.Generation++
		}
		a.Root.Login = &LoginProfile{Hash: hash, Created: tx.Now()}
		tx.PutAccount(a)
		return nil
	})
}
