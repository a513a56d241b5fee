package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestFirstWalk is a newcomer's first quarter of an hour with the AWS CLI, from
// the first start to a second account.
func TestFirstWalk(t *testing.T) {
	home := t.TempDir()
	server := process.Serve(t, []string{"XDG_DATA_HOME=" + home}, "--bootstrap-admin")
	profile := filepath.Join(home, "gatehouse", "admin.env")
	t.Run("the profile works as pasted", func(t *testing.T) { pasteProfile(t, server, profile) })

	admin := newCLI(t, server, process.AdminOf(t, profile))
	w := &walk{server: server, admin: admin, account: server.Account}
	w.makeReader(t)
	t.Run("one call is allowed and others are denied, with the reason", w.readerIsLimited)
	t.Run("a policy taken away or given back counts at the next call", w.policyComesAndGoes)
	t.Run("a role is assumed", w.assumeRole)
	t.Run("a deleted key stops working at once", w.deleteKey)
	t.Run("a second account", w.secondAccount)
}

// pasteProfile runs the line that the first start prints.
func pasteProfile(t *testing.T, server *process.Server, profile string) {
	info, err := os.Stat(profile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	if !strings.Contains(server.Log(), `. `+profile) {
		t.Errorf("the first start does not name %s:\n%s", profile, server.Log())
	}
	aws := program(t, "aws", "awscli")
	line := `. "$0" && "$1" --endpoint-url "$AWS_ENDPOINT_URL" --output text sts get-caller-identity --query Arn`
	r := process.Output(t, process.Environment(t), "/bin/sh", "-c", line, profile, aws)
	if want := "arn:aws:iam::" + server.Account + ":user/admin\n"; r.Stdout != want {
		t.Errorf("got %q, %s; want %q", r.Stdout, r.Stderr, want)
	}
}

// walk is how far the walk has come.
type walk struct {
	server     *process.Server
	admin      *cli
	account    string
	reader     *cli
	readerKey  process.Credentials
	policy     string // its ARN
	readerARN  string
	readerRole string // the one role that the reader may read
}

const readerName = "rosa"

// makeReader makes a user who, by a group, may read one role.
func (w *walk) makeReader(t *testing.T) {
	w.admin.t = t
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + w.account + `:root"},"Action":"sts:AssumeRole"}]}`
	for _, name := range []string{"readable", "other"} {
		w.admin.do("iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust)
	}
	w.readerRole = "arn:aws:iam::" + w.account + ":role/readable"
	w.readerARN = w.admin.do("iam", "create-user", "--user-name", readerName, "--query", "User.Arn")
	w.admin.do("iam", "create-group", "--group-name", "readers")
	w.policy = w.admin.do("iam", "create-policy", "--policy-name", "read-one-role", "--query", "Policy.Arn", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetRole","Resource":"`+w.readerRole+`"}]}`)
	w.admin.do("iam", "attach-group-policy", "--group-name", "readers", "--policy-arn", w.policy)
	w.admin.do("iam", "add-user-to-group", "--group-name", "readers", "--user-name", readerName)
	w.readerKey = w.admin.credentials("AccessKey", "iam", "create-access-key", "--user-name", readerName)
	w.reader = newCLI(t, w.server, w.readerKey)
}

// denied is AWS's sentence for a call that nothing allows [troubleshoot_access-denied].
func denied(principal, action, resource string) string {
	return "User: " + principal + " is not authorized to perform: " + action + " on resource: " + resource +
		" because no identity-based policy allows the " + action + " action"
}

func (w *walk) readerIsLimited(t *testing.T) {
	w.reader.t = t
	if got := w.reader.do("iam", "get-role", "--role-name", "readable", "--query", "Role.Arn"); got != w.readerRole {
		t.Errorf("get-role: %q", got)
	}
	w.reader.refused("AccessDenied", denied(w.readerARN, "iam:GetRole", "role other"), "iam", "get-role", "--role-name", "other")
	w.reader.refused("AccessDenied", denied(w.readerARN, "iam:ListUsers", "arn:aws:iam::"+w.account+":user/"), "iam", "list-users")
	w.reader.refused("AccessDenied", denied(w.readerARN, "iam:CreateUser", "arn:aws:iam::"+w.account+":user/eve"), "iam", "create-user", "--user-name", "eve")
}

func (w *walk) policyComesAndGoes(t *testing.T) {
	w.admin.t, w.reader.t = t, t
	get := []string{"iam", "get-role", "--role-name", "readable", "--query", "Role.Arn"}
	for range 2 {
		w.admin.do("iam", "detach-group-policy", "--group-name", "readers", "--policy-arn", w.policy)
		w.reader.refused("AccessDenied", denied(w.readerARN, "iam:GetRole", "role readable"), get...)
		w.admin.do("iam", "attach-group-policy", "--group-name", "readers", "--policy-arn", w.policy)
		w.reader.do(get...)
	}
	w.admin.do("iam", "remove-user-from-group", "--group-name", "readers", "--user-name", readerName)
	w.reader.refused("AccessDenied", denied(w.readerARN, "iam:GetRole", "role readable"), get...)
	w.admin.do("iam", "add-user-to-group", "--group-name", "readers", "--user-name", readerName)
	w.reader.do(get...)
}

func (w *walk) assumeRole(t *testing.T) {
	w.admin.t, w.reader.t = t, t
	role := "arn:aws:iam::" + w.account + ":role/readable"
	assume := []string{"sts", "assume-role", "--role-arn", role, "--role-session-name", "walk"}
	w.reader.refused("AccessDenied", denied(w.readerARN, "sts:AssumeRole", role), assume...)

	w.admin.do("iam", "put-user-policy", "--user-name", readerName, "--policy-name", "assume", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"`+role+`"}]}`)
	w.admin.do("iam", "put-role-policy", "--role-name", "readable", "--policy-name", "list", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}]}`)
	session := newCLI(t, w.server, w.reader.credentials("Credentials", assume...))
	sessionARN := "arn:aws:sts::" + w.account + ":assumed-role/readable/walk"
	if got := session.do("sts", "get-caller-identity", "--query", "Arn"); got != sessionARN {
		t.Errorf("the session is %q", got)
	}
	if got := session.do("iam", "list-users", "--query", "Users[].UserName"); got != "admin\t"+readerName {
		t.Errorf("list-users: %q", got)
	}
	session.refused("AccessDenied", denied(sessionARN, "iam:GetRole", "role readable"), "iam", "get-role", "--role-name", "readable")
}

// noSuchToken is how IAM words it; STS ends it with a dot.
const noSuchToken = "The security token included in the request is invalid"

func (w *walk) deleteKey(t *testing.T) {
	w.admin.t, w.reader.t = t, t
	w.reader.do("sts", "get-caller-identity")
	w.admin.do("iam", "delete-access-key", "--user-name", readerName, "--access-key-id", w.readerKey.AccessKeyID)
	w.reader.refused("InvalidClientTokenId", noSuchToken+".", "sts", "get-caller-identity")
	w.reader.refused("InvalidClientTokenId", noSuchToken, "iam", "get-role", "--role-name", "readable")
}

func (w *walk) secondAccount(t *testing.T) {
	w.admin.t = t
	if got := w.admin.do("organizations", "create-organization", "--query", "Organization.MasterAccountId"); got != w.account {
		t.Errorf("the organization's management account is %q", got)
	}
	status := w.admin.do("organizations", "create-account", "--email", "second@example.com", "--account-name", "second", "--query", "CreateAccountStatus.Id")
	var state, second string
	text := w.admin.do("organizations", "describe-create-account-status", "--create-account-request-id", status, "--query", "CreateAccountStatus.[State,AccountId]")
	if !fields(text, &state, &second) || state != "SUCCEEDED" {
		t.Fatalf("create-account: %q", text)
	}
	inside := newCLI(t, w.server, w.admin.credentials("Credentials", "sts", "assume-role", "--role-session-name", "walk",
		"--role-arn", "arn:aws:iam::"+second+":role/OrganizationAccountAccessRole"))
	if got := inside.do("sts", "get-caller-identity", "--query", "Account"); got != second {
		t.Fatalf("the session is in %q", got)
	}
	w.sameAgain(t, inside, second)
	w.nothingOfTheOther(t, inside, second)
}

// sameAgain makes a user of the second account, with a key that is limited and
// that stops when it is deleted.
func (w *walk) sameAgain(t *testing.T, inside *cli, second string) {
	if got := inside.do("iam", "list-users", "--query", "Users[].UserName"); got != "" {
		t.Errorf("the new account has the users %q", got)
	}
	carl := inside.do("iam", "create-user", "--user-name", "carl", "--query", "User.Arn")
	inside.do("iam", "put-user-policy", "--user-name", "carl", "--policy-name", "own", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"`+carl+`"}]}`)
	key := inside.credentials("AccessKey", "iam", "create-access-key", "--user-name", "carl")
	user := newCLI(t, w.server, key)
	if got := user.do("iam", "get-user", "--query", "User.Arn"); got != "arn:aws:iam::"+second+":user/carl" {
		t.Errorf("get-user: %q", got)
	}
	user.refused("AccessDenied", denied(carl, "iam:ListUsers", "arn:aws:iam::"+second+":user/"), "iam", "list-users")
	inside.do("iam", "delete-access-key", "--user-name", "carl", "--access-key-id", key.AccessKeyID)
	user.refused("InvalidClientTokenId", noSuchToken+".", "sts", "get-caller-identity")
}

// nothingOfTheOther looks from each account for what the other has.
func (w *walk) nothingOfTheOther(t *testing.T, inside *cli, second string) {
	inside.refused("NoSuchEntity", "The user with name "+readerName+" cannot be found.", "iam", "get-user", "--user-name", readerName)
	inside.refused("NoSuchEntity", "The group with name readers cannot be found.", "iam", "get-group", "--group-name", "readers")
	// D-04: in the organization the sentence says why.
	inside.refused("AccessDenied", "User: arn:aws:sts::"+second+":assumed-role/OrganizationAccountAccessRole/walk is not authorized to perform: "+
		"iam:GetPolicy on resource: policy "+w.policy+" because no resource-based policy allows the iam:GetPolicy action", "iam", "get-policy", "--policy-arn", w.policy)
	if got := inside.do("iam", "list-policies", "--scope", "Local", "--query", "Policies[].Arn"); got != "" {
		t.Errorf("the second account lists %q", got)
	}
	w.admin.refused("NoSuchEntity", "The user with name carl cannot be found.", "iam", "get-user", "--user-name", "carl")
	if got := w.admin.do("iam", "list-users", "--query", "Users[].UserName"); got != "admin\t"+readerName {
		t.Errorf("the first account lists %q", got)
	}
}
