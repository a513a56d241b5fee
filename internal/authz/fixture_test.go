package authz

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

const accountID = "111122223333"

// openDirectory is a real directory over a store, with one account.
func openDirectory(t *testing.T) *directory.Directory {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := directory.Open(t.Context(), s, directory.Options{Sealer: ring.For("secret-access-key")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(d.Close(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, _, err := d.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: accountID, RootEmail: "root@example.com"}); err != nil {
		t.Fatal(err)
	}
	return d
}

func change(t *testing.T, d *directory.Directory, fn func(tx *directory.Tx) error) {
	t.Helper()
	if err := d.Update(t.Context(), accountID, fn); err != nil {
		t.Fatal(err)
	}
}

// rootCaller is the account's root user.
func rootCaller() *api.Principal {
	arn := directory.RootARN(accountID)
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.Root, Account: accountID, ARN: arn, EntityARN: arn, EntityID: accountID},
		UserID:    accountID,
	}
}

// userCaller signs with a key of the user.
func userCaller(t *testing.T, d *directory.Directory, name string) *api.Principal {
	t.Helper()
	u, err := d.View(accountID).User(name)
	if err != nil {
		t.Fatal(err)
	}
	arn := u.ARN(accountID)
	return &api.Principal{
		Principal: policy.Principal{Kind: policy.User, Account: accountID, ARN: arn, EntityARN: arn, EntityID: u.ID},
		UserName:  u.Name, UserID: u.ID,
	}
}

// sessionCaller is a session of a role.
func sessionCaller(name string) *api.Principal {
	return &api.Principal{
		Principal: policy.Principal{
			Kind: policy.RoleSession, Account: accountID, ARN: "arn:aws:sts::" + accountID + ":assumed-role/r/" + name,
			EntityARN: "arn:aws:iam::" + accountID + ":role/r", EntityID: "AROAEXAMPLE",
		},
		UserID: "AROAEXAMPLE:" + name, Session: &api.Session{Name: name, Kind: "role"},
	}
}

func iamCall(caller *api.Principal, operation string) *api.Call {
	return &api.Call{
		Service: iam.API, Operation: iam.API.Operation(operation), Principal: caller, Account: accountID,
		Region: "us-east-1", Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

// asked is what the row of an IAM operation asks. Every ask must be of an action
// that AWS documents, on one of its resource types, with its condition keys.
func asked(t *testing.T, d *directory.Directory, caller *api.Principal, operation string, in any) []Ask {
	t.Helper()
	row := IAM()[operation]
	if row == nil {
		t.Fatalf("%s has no row", operation)
	}
	q := Question{Call: iamCall(caller, operation), View: d.View(accountID)}
	if err := row(&q, in); err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	for i := range q.Asks {
		documented(t, &q.Asks[i])
	}
	return q.Asks
}

func documented(t *testing.T, ask *Ask) {
	t.Helper()
	prefix, name, _ := strings.Cut(ask.Action, ":")
	service, ok := services.Service(prefix)
	if !ok {
		t.Fatalf("%s: no such service", ask.Action)
	}
	action, ok := service.Action(name)
	if !ok || action.Name != name {
		t.Fatalf("%s: no such action", ask.Action)
	}
	keys := slices.Clone(action.ConditionKeys)
	for _, r := range action.Resources {
		kind, _ := service.ResourceType(r.Type)
		keys = append(append(keys, r.ConditionKeys...), kind.ConditionKeys...)
	}
	for _, k := range ask.Keys {
		if !slices.ContainsFunc(keys, func(documented string) bool { return sameKey(documented, k.Name) }) {
			t.Errorf("%s: the key %s is none of %v", ask.Action, k.Name, keys)
		}
	}
}

// sameKey: aws:RequestTag/${TagKey} stands for every tag.
func sameKey(documented, key string) bool {
	prefix, any := strings.CutSuffix(documented, "${TagKey}")
	return any && strings.HasPrefix(key, prefix) || documented == key
}

// keysOf are the keys of an ask and their values, in order.
func keysOf(ask *Ask) string {
	var out []string
	for _, k := range ask.Keys {
		value := k.Value.One
		if k.Value.IsMany {
			value = "[" + strings.Join(k.Value.Many, " ") + "]"
		}
		out = append(out, k.Name+"="+value)
	}
	return strings.Join(out, " ")
}
