package directory

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// NewPassword is a password that is to be set. The hashing is done before the
// transaction: it takes long.
type NewPassword struct {
	Text string
	Hash string
	// Same are the user's stored hashes that were compared with the text, and
	// whether it is the same password.
	Same map[string]bool
}

// String and GoString keep a password out of logs.
func (NewPassword) String() string   { return "[password]" }
func (NewPassword) GoString() string { return "[password]" }

// LoginProfile is the user's, or AWS's error where the user has no password.
func (u *User) LoginProfile() (*LoginProfile, error) {
	if u.Login == nil {
		return nil, NoSuchEntity("Login Profile for User %s cannot be found.", u.Name)
	}
	return u.Login, nil
}

// CreateLoginProfile gives a user a password.
func (tx *Tx) CreateLoginProfile(u *User, p NewPassword, resetRequired bool) (*LoginProfile, error) {
	if u.Login != nil {
		return nil, alreadyExists("Login Profile for user %s already exists.", u.Name)
	}
	if err := tx.CheckPassword(p.Text); err != nil {
		return nil, err
	}
	c := u.Clone()
	c.Login = &LoginProfile{Hash: p.Hash, Created: tx.Now(), ResetRequired: resetRequired}
	tx.PutUser(c)
	return c.Login, nil
}

// UpdateLoginProfile changes what is given of a login profile: the password, and
// whether it must be changed at the next sign-in.
func (tx *Tx) UpdateLoginProfile(u *User, p *NewPassword, resetRequired *bool) error {
	old, err := u.LoginProfile()
	if err != nil {
		return err
	}
	login := *old
	if p != nil {
		if err := tx.changePassword(&login, p); err != nil {
			return err
		}
	}
	if resetRequired != nil {
		login.ResetRequired = *resetRequired
	}
	c := u.Clone()
	c.Login = &login
	tx.PutUser(c)
	return nil
}

// changePassword puts a new password in the place of the old one, which becomes
// the newest of the previous ones.
func (tx *Tx) changePassword(login *LoginProfile, p *NewPassword) error {
	if err := tx.CheckPassword(p.Text); err != nil {
		return err
	}
	used := append([]string{login.Hash}, login.Previous...)
	used = used[:min(len(used), tx.reuse())]
	for _, hash := range used {
		same, compared := p.Same[hash]
		if !compared { // the password was changed meanwhile
			return errConcurrent
		}
		if same {
			return passwordViolation("Password should not be one of the " + strconv.Itoa(tx.reuse()) + " previous passwords")
		}
	}
	login.Hash, login.Changed, login.Previous = p.Hash, tx.Now(), used
	return nil
}

// DeleteLoginProfile takes the password from a user.
func (tx *Tx) DeleteLoginProfile(u *User) error {
	if _, err := u.LoginProfile(); err != nil {
		return err
	}
	c := u.Clone()
	c.Login = nil
	tx.PutUser(c)
	return nil
}

func (v *View) reuse() int {
	if a := v.AccountRecord(); a != nil && a.Passwords != nil {
		return a.Passwords.Reuse
	}
	return 0
}

// CheckPassword refuses a password that the account's policy does not allow, in
// AWS's words (aws-errors 1.8).
func (v *View) CheckPassword(password string) error {
	a := v.AccountRecord()
	needed, missing := a.missing(password)
	switch {
	case needed == 0:
		return nil
	case len(missing) == 1:
		return passwordViolation(missing[0])
	}
	return api.Errorf(http.StatusBadRequest, "PasswordPolicyViolation",
		"Password should meet %d more of the following requirements: %s", needed, strings.Join(missing, ", "))
}

func passwordViolation(words string) *api.Error {
	return api.Errorf(http.StatusBadRequest, "PasswordPolicyViolation", "%s", words)
}

// missing are the requirements that a password does not meet, and how many of
// them it must.
func (a *Account) missing(password string) (needed int, missing []string) {
	if a.Passwords == nil {
		return a.missingByDefault(password)
	}
	p := a.Passwords
	missing = tooShort(password, p.MinimumLength)
	for i, required := range [...]bool{p.Uppercase, p.Lowercase, p.Numbers, p.Symbols} {
		if required && !strings.ContainsAny(password, characterKinds[i].characters) {
			missing = append(missing, characterKinds[i].words)
		}
	}
	return len(missing), missing
}

// AWS's default policy: 8 characters of three of the four kinds, not the account's
// name or e-mail [id_credentials_passwords_account-policy].
const (
	defaultPasswordLength = 8
	defaultPasswordKinds  = 3
)

func (a *Account) missingByDefault(password string) (needed int, missing []string) {
	if identical(password, a.Name) || identical(password, a.Email) {
		return 1, []string{"Password should not be identical to the account name or email address"}
	}
	if missing = tooShort(password, defaultPasswordLength); missing != nil {
		return 1, missing
	}
	for _, kind := range characterKinds {
		if !strings.ContainsAny(password, kind.characters) {
			missing = append(missing, kind.words)
		}
	}
	return max(0, defaultPasswordKinds-(len(characterKinds)-len(missing))), missing
}

func identical(password, name string) bool {
	return subtle.ConstantTimeCompare([]byte(strings.ToLower(password)), []byte(strings.ToLower(name))) == 1
}

// characterKinds in the order in which AWS names what is missing. The symbols are
// those of API_UpdateAccountPasswordPolicy.
var characterKinds = [...]struct{ characters, words string }{
	{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "Password should have at least one uppercase letter"},
	{"abcdefghijklmnopqrstuvwxyz", "Password should have at least one lowercase letter"},
	{"0123456789", "Password should have at least one number"},
	{"!@#$%^&*()_+-=[]{}|'", "Password should have at least one symbol"},
}

func tooShort(password string, minimum int) []string {
	if utf8.RuneCountInString(password) >= minimum {
		return nil
	}
	return []string{"Password should have a minimum length of " + strconv.Itoa(minimum)}
}

// PasswordHashes are the hashes that a new password of the user must be compared
// with before it is set.
func (v *View) PasswordHashes(u *User) []string {
	if u.Login == nil {
		return nil
	}
	used := slices.Concat([]string{u.Login.Hash}, u.Login.Previous)
	return used[:min(len(used), v.reuse())]
}
