package api_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// secretMembers are all members of IAM, STS and Organizations whose values no
// message or record may hold: what proves who somebody is, and what AWS itself hides of
// people (CloudTrail's events of CreateAccount).
var secretMembers = strings.Fields(`
	Password OldPassword NewPassword SecretAccessKey SessionToken
	PrivateKey AddPrivateKey ServicePassword ServiceCredentialSecret Base32StringSeed QRCodePNG
	TokenCode AuthenticationCode1 AuthenticationCode2
	WebIdentityToken SAMLAssertion TradeInToken ContextAssertion
	AccountName Email MasterAccountEmail ManagementAccountEmail`)

// personal are the paths of Organizations' further members that its model marks:
// names of accounts and transfers, who is invited, and what is written to them.
var personal = regexp.MustCompile(`^organizations:\S+ (` +
	`(Account|Accounts\.\[\]|DelegatedAdministrators\.\[\]|ResponsibilityTransfers?(\.\[\])?)\.Name|` +
	`\S*Parties\.\[\]\.Id|\S*Resources\.\[\]\.Value|Target\.Id|Notes|SourceName)$|` +
	`:UpdateResponsibilityTransferInput Name$`)

func isSecret(name string, l leaf) bool {
	return slices.Contains(secretMembers, l.member) || personal.MatchString(name+" "+l.path)
}

// openMembers have a name like a secret's and are none, for the pattern below.
var openMembers = strings.Fields(`
	AccessKeyId ServiceSpecificCredentialId ServiceCredentialAlias SSHPublicKeyId SSHPublicKeyBody KeyId RemovePrivateKey
	Key SortKey TagKeys TransitiveTagKeys ContextKeyName ContextKeyType ContextKeyValues ContextKeyNames MissingContextValues
	NextToken GlobalEndpointTokenVersion SubjectFromWebIdentityToken AssertionEncryptionMode ErrorCode Code
	EncodedMessage DecodedMessage Certificates`)

var looksSecret = regexp.MustCompile(`(?i)password|secret|token|code|key|assertion|credential|seed|email`)

// TestSecretsAreNamed: a member of any operation whose name looks like a secret's
// is said to be one, or not to be one; the models mark those that are.
func TestSecretsAreNamed(t *testing.T) {
	seen, n := map[string]bool{}, 0
	eachStruct(func(name string, s *api.Shape, value any) {
		f := canaries()
		f.structure(reflect.ValueOf(value).Elem(), s)
		for _, l := range f.leaves {
			if l.text == "" {
				continue
			}
			n++
			seen[l.member] = true
			if looksSecret.MatchString(l.member) && !slices.Contains(secretMembers, l.member) && !slices.Contains(openMembers, l.member) {
				t.Errorf("%s %s: nobody said whether it is secret", name, l.path)
			}
		}
	})
	for _, member := range secretMembers {
		if !seen[member] {
			t.Errorf("no operation has %s", member)
		}
	}
	if n < 1000 {
		t.Errorf("only %d texts", n)
	}
}

// The same members are not shown by messages, which reach the caller, the log and
// the journal.
func TestValidationHidesSecrets(t *testing.T) {
	shown := map[string]bool{}
	for _, svc := range services {
		for _, op := range svc.Operations {
			if op.Input == nil {
				continue
			}
			in := op.NewInput()
			f := canaries()
			long := strings.Repeat("\x00", 3000) // breaks lengths and patterns
			f.text = func(f *filler) string { return "canary-" + itoa(len(f.leaves)) + "-" + long }
			f.structure(reflect.ValueOf(in).Elem(), op.Input)
			e := api.Validate(svc, op, in)
			if e == nil {
				continue
			}
			for _, l := range f.leaves {
				if l.text == "" || !strings.Contains(e.Message, l.text[:len(l.text)-len(long)]) {
					continue
				}
				shown[l.member] = true
				if isSecret(svc.Name+":"+op.Name+"Input", l) {
					t.Errorf("%s %s is in the message", op.Name, l.path)
				}
			}
		}
	}
	if len(shown) < 50 {
		t.Errorf("only %d members are shown: %v", len(shown), slices.Sorted(maps.Keys(shown)))
	}
}

// FuzzJSONString: what is quoted is what encoding/json reads, whatever the bytes.
func FuzzJSONString(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x7f", "é€🐢", "\xff\xc3", "\u2028</script>", "\uFFFD"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := api.AppendJSONString([]byte("x"), s)
		var got string
		if err := json.Unmarshal(quoted[1:], &got); err != nil {
			t.Fatalf("%q: %v", quoted, err)
		}
		plain, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(plain, &want); err != nil || got != want {
			t.Fatalf("%q became %q, encoding/json has %q", s, got, want)
		}
	})
}
