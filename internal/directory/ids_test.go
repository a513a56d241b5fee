package directory

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// accountAsOthersDecode is the published scheme: base32 of what follows the prefix,
// the first 6 bytes as a number, masked and shifted.
func accountAsOthersDecode(t *testing.T, id string) string {
	t.Helper()
	b, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	number := binary.BigEndian.Uint64(append([]byte{0, 0}, b[:6]...))
	return fmt.Sprintf("%012d", number&0x7fffffffff80>>7)
}

// Issue 4, item 7: access key ids encode their account as AWS's do, whatever the
// account, with the zeros that lead it.
func TestAccessKeyIDEncodesTheAccount(t *testing.T) {
	accounts := []string{"000000000000", "000000000001", "012345678901", "100000000000", "999999999999", testAccount}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		accounts = append(accounts, fmt.Sprintf("%012d", random.Uint64N(1e12)), fmt.Sprintf("%012d", random.Uint64N(1e6)))
	}
	shape := regexp.MustCompile(`^(AKIA|ASIA)[A-Z2-7]{16}$`)
	for i, account := range accounts {
		id := NewAccessKeyID([]string{"AKIA", "ASIA"}[i%2], account)
		if !shape.MatchString(id) {
			t.Fatalf("%s is no access key id", id)
		}
		if got := accountAsOthersDecode(t, id); got != account {
			t.Fatalf("%s is of %s, decoded as %s", id, account, got)
		}
		if got := AccessKeyAccount(id); got != account {
			t.Fatalf("%s is of %s, read as %s", id, account, got)
		}
	}
}

// A documented id: ASIAQNZGKIQY56JQ7WML belongs to 029608264753, in public
// write-ups of the scheme.
func TestAccessKeyAccountOfADocumentedID(t *testing.T) {
	const id, account = "ASIAQNZGKIQY56JQ7WML", "029608264753"
	if got := AccessKeyAccount(id); got != account {
		t.Errorf("%s is read as %s", id, got)
	}
	if got := accountAsOthersDecode(t, id); got != account {
		t.Errorf("the reference reads %s", got)
	}
}

// What encodes no account is no one's: old ids, ids from elsewhere, broken ones.
func TestAccessKeyAccountOfForeignIDs(t *testing.T) {
	good := NewAccessKeyID("AKIA", testAccount)
	for name, id := range map[string]string{
		"empty":                      "",
		"of AWS's documentation":     "AKIAIOSFODNN7EXAMPLE",
		"short":                      good[:19],
		"long":                       good + "A",
		"lower case":                 strings.ToLower(good),
		"not base32":                 good[:19] + "1",
		"with a line break":          good[:19] + "\n",
		"with padding":               good[:19] + "=",
		"of before the account":      "AKIAABCDEFGHIJKLMNOP",
		"more than 12 digits":        "AKIA" + base32.StdEncoding.EncodeToString([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}),
		"a fixed key of some tests":  "ROOTKEYFORTESTS_1",
		"20 characters, not letters": strings.Repeat("_", 20),
	} {
		t.Run(name, func(t *testing.T) {
			if got := AccessKeyAccount(id); got != "" {
				t.Errorf("%q is read as %s", id, got)
			}
		})
	}
}

func TestNewAccessKeyIDOfNoAccount(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an id was made for an account that is no number")
		}
	}()
	NewAccessKeyID("AKIA", "main")
}

// [IAM user guide, reference_identifiers]: the shape of ids, and none twice.
func TestNewIDs(t *testing.T) {
	for name, c := range map[string]struct {
		make  func() string
		shape string
	}{
		"user":    {func() string { return NewID("AIDA") }, `^AIDA[A-Z2-7]{17}$`},
		"role":    {func() string { return NewID("AROA") }, `^AROA[A-Z2-7]{17}$`},
		"secret":  {NewSecret, `^[A-Za-z0-9+/]{40}$`},
		"account": {NewAccountID, `^[1-9][0-9]{11}$`},
		"key":     {func() string { return NewAccessKeyID("AKIA", testAccount) }, `^AKIA[A-Z2-7]{16}$`},
	} {
		t.Run(name, func(t *testing.T) {
			shape, seen := regexp.MustCompile(c.shape), map[string]bool{}
			for range 2000 {
				id := c.make()
				if !shape.MatchString(id) || seen[id] {
					t.Fatalf("%s has another shape, or came twice", id)
				}
				seen[id] = true
			}
		})
	}
}
