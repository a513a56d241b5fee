package node

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
)

// first is what the first start made and shows once.
type first struct {
	directory.Bootstrapped
	email     string
	password  string
	generated bool // the environment gave no password
}

// bootstrap makes the first account, where there is none. The root password comes
// last: an account without one shows that its first start was cut off.
func (n *Node) bootstrap(ctx context.Context) error {
	f := n.config.First
	made, created, err := n.directory.Bootstrap(ctx, directory.BootstrapOptions{
		AccountID: n.config.AccountID, RootEmail: n.config.RootEmail,
		RootKeyID: f.RootAccessKeyID, RootSecret: f.RootSecretAccessKey, Admin: n.config.BootstrapAdmin,
	})
	if err != nil {
		return err
	}
	if !created {
		if n.account(made.Account).Root.Login != nil {
			n.warnIgnored(made.Account)
			return nil
		}
		if made, err = n.resumeFirstStart(ctx, made); err != nil {
			return err
		}
	}
	n.first = &first{Bootstrapped: made, email: n.account(made.Account).Email, password: f.RootPassword}
	if n.first.password == "" {
		n.first.password, n.first.generated = generatedPassword(), true
	}
	return nil
}

func (n *Node) account(id string) *directory.Account { return n.directory.View(id).AccountRecord() }

// resumeFirstStart takes up a first start that was cut off. Where it had made the
// administrator, but not left admin.env, the administrator's access key is lost,
// and gets a successor.
func (n *Node) resumeFirstStart(ctx context.Context, made directory.Bootstrapped) (directory.Bootstrapped, error) {
	if !n.config.BootstrapAdmin {
		return made, nil
	}
	if _, err := os.Stat(filepath.Join(n.data, adminFile)); !errors.Is(err, os.ErrNotExist) {
		return made, err
	}
	err := n.directory.Update(ctx, made.Account, func(tx *directory.Tx) error {
		found, err := tx.User(adminName)
		if err != nil {
			return nil // there is none: nothing is lost
		}
		user := found.Clone()
		for _, id := range user.Keys {
			tx.RemoveAccessKey(tx.AccessKey(id))
		}
		key, secret := tx.NewAccessKey(user.ID)
		tx.PutAccessKey(key)
		user.Keys = []string{key.ID}
		tx.PutUser(user)
		made.AdminKeyID, made.AdminSecret = key.ID, secret
		return nil
	})
	return made, err
}

// adminName is the user that directory.Bootstrap makes.
const adminName = "admin"

// finishFirstStart leaves the administrator's key, now that the address is known,
// and stores the root password, while the node serves already: hashing takes
// long, by design. A node that is closed meanwhile waits for it.
func (n *Node) finishFirstStart(context.Context) error {
	if n.first == nil {
		return n.renewAdmin()
	}
	if err := n.writeAdmin(); err != nil {
		return err
	}
	n.inBackground(func() error {
		return n.directory.SetRootPassword(context.WithoutCancel(n.background), n.first.Account, n.first.password, seal.NewPasswords(seal.DefaultCost))
	})
	return nil
}

// warnIgnored says which settings of the first start do not count any more, and
// that a root key is there.
func (n *Node) warnIgnored(account string) {
	if id := n.config.AccountID; id != "" && id != account {
		n.config.Log.Warn("--account-id counts at the first start only", "account", account, "ignored", id)
	}
	if n.config.First != (FirstStart{}) {
		n.config.Log.Warn("GATEHOUSE_ROOT_PASSWORD, GATEHOUSE_ROOT_ACCESS_KEY_ID and GATEHOUSE_ROOT_SECRET_ACCESS_KEY count at the first start only, and one of them is set", "account", account)
	}
	if keys := n.account(account).Root.Keys; len(keys) > 0 {
		n.config.Log.Warn("the root user has an access key; AWS recommends none: create an administrator and delete it", "keys", len(keys))
	}
}

// generatedPassword has 130 bits, in groups that can be read out, and the kinds of
// characters that password policies ask for.
func generatedPassword() string {
	var b [17]byte
	rand.Read(b[:])
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
	return "Gh1-" + text[0:9] + "-" + text[9:18] + "-" + text[18:26]
}

// adminFile is where the first start leaves the administrator's access key.
const adminFile = "admin.env"

// writeAdmin writes DATA/admin.env for the bootstrapped administrator.
func (n *Node) writeAdmin() error {
	if n.first.AdminKeyID == "" {
		return nil
	}
	text := fmt.Sprintf("export AWS_ENDPOINT_URL=%s\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\nexport AWS_REGION=%s\nexport AWS_DEFAULT_REGION=%s\n",
		n.URL(), n.first.AdminKeyID, n.first.AdminSecret, n.config.Region, n.config.Region)
	path := filepath.Join(n.data, adminFile)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("the administrator's access key: %w", err)
	}
	return os.Chmod(path, 0o600)
}

// Welcome tells the first start's user how to sign in; later starts tell where
// the administrator's profile is.
func (n *Node) Welcome(w io.Writer) {
	if n.first == nil {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nGatehouse made the account %s in %s.\n\n", n.first.Account, n.data)
	fmt.Fprintf(&b, "Root user   %s\n", n.first.email)
	if n.first.generated {
		fmt.Fprintf(&b, "Password    %s   (shown once: keep it safe)\n", n.first.password)
	} else {
		fmt.Fprintf(&b, "Password    as GATEHOUSE_ROOT_PASSWORD says\n")
	}
	fmt.Fprintf(&b, "Console     %s\n", n.ConsoleURL())
	if n.config.First.RootAccessKeyID != "" {
		fmt.Fprintf(&b, "\nWarning: the root user has the access key %s. It is for tests; AWS recommends none.\n", n.config.First.RootAccessKeyID)
	}
	n.welcomeAdmin(&b)
	fmt.Fprintln(&b)
	io.WriteString(w, b.String())
}

// renewAdmin writes this start's address into admin.env, where the first start
// left it and it is another.
func (n *Node) renewAdmin() error {
	path := filepath.Join(n.data, adminFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the administrator's access key: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "export AWS_ENDPOINT_URL=") {
			lines[i] = "export AWS_ENDPOINT_URL=" + n.URL()
		}
	}
	renewed := strings.Join(lines, "\n")
	if renewed == string(text) {
		return nil
	}
	return replaceFile(path, renewed)
}

// replaceFile puts a file in another's place, whole or not at all.
func replaceFile(path, text string) error {
	next := path + ".new"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return fmt.Errorf("the administrator's access key: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("the administrator's access key: %w", err)
	}
	return nil
}

// credentialProcess is a command that reads admin.env for AWS clients, so that
// the secret stands in that file alone.
func credentialProcess(path string) string {
	return `sh -c '. "$1" && printf "{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\"}" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"' sh ` + shellQuoted(path)
}

func (n *Node) welcomeAdmin(b *strings.Builder) {
	if n.first.AdminKeyID == "" {
		fmt.Fprintf(b, "\nTo begin with an administrator instead of the root user, start a new data folder with --bootstrap-admin.\n")
		return
	}
	path := shellQuoted(filepath.Join(n.data, adminFile))
	fmt.Fprintf(b, `
The user admin has an access key; it is a static administrator key, so delete it when you have better.
Use it in this shell:

  . %[1]s
  aws --endpoint-url "$AWS_ENDPOINT_URL" sts get-caller-identity

or as a profile in ~/.aws/config (AWS CLI 2.13 and later):

  [profile gatehouse]
  endpoint_url = %[2]s
  region = %[3]s
  credential_process = %[4]s
`, path, n.URL(), n.config.Region, credentialProcess(filepath.Join(n.data, adminFile)))
}

// shellQuoted is a word as a shell reads it, quoted where it must be.
func shellQuoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+,:@%", r)
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
