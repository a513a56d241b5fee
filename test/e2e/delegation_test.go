package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// delegated is an organization with a member, whose administrator may do all that
// its own account can allow.
type delegated struct {
	admin, member  *cli
	server         *process.Server
	account, other string // the management account and the member
	memberKey      process.Credentials
	listed         []string
}

// TestDelegation has the AWS CLI in a member account ask for the organization's
// accounts: denied because no resource-based policy allows, allowed once the
// management account delegates, denied again when that ends
// [orgs_delegate_policies].
func TestDelegation(t *testing.T) {
	server, key, _ := adminServer(t)
	d := &delegated{server: server, admin: newCLI(t, server, key), account: server.Account, listed: []string{"organizations", "list-accounts", "--query", "Accounts[].Id"}}
	d.organize(t)
	t.Run("the proposed policy delegates", d.propose)
	t.Run("a policy that delegates", d.delegate)
	t.Run("a policy that denies", d.deny)
	t.Run("the policy is deleted", d.end)
}

func (d *delegated) organize(t *testing.T) {
	d.admin.do("organizations", "create-organization")
	status := d.admin.do("organizations", "create-account", "--email", "member@example.com", "--account-name", "member", "--query", "CreateAccountStatus.AccountId")
	d.other = status
	inside := newCLI(t, d.server, d.admin.credentials("Credentials", "sts", "assume-role", "--role-session-name", "walk",
		"--role-arn", "arn:aws:iam::"+d.other+":role/OrganizationAccountAccessRole"))
	inside.do("iam", "create-user", "--user-name", "delegate")
	inside.do("iam", "attach-user-policy", "--user-name", "delegate", "--policy-arn", "arn:aws:iam::aws:policy/AdministratorAccess")
	d.memberKey = inside.credentials("AccessKey", "iam", "create-access-key", "--user-name", "delegate")
	d.member = newCLI(t, d.server, d.memberKey)
	if got := d.member.do("organizations", "describe-organization", "--query", "Organization.MasterAccountId"); got != d.account { // every account may
		t.Errorf("the management account is %q", got)
	}
}

// reason is what the member may know of a denial: of the management account's policy
// no more than that it does not allow, whether it is there or denies (D-09).
const reason = " is not authorized to perform: organizations:ListAccounts on resource: * because no resource-based policy allows the organizations:ListAccounts action"

// denied has the member denied, in AWS's one sentence, and asks why. The answer is the
// policy that is proposed.
func (d *delegated) denied(t *testing.T) (proposed string) {
	t.Helper()
	d.member.t = t
	r := d.member.call(d.listed...)
	m := cliError.FindStringSubmatch(strings.TrimSpace(r.Stderr))
	if r.Code != 254 || m == nil || m[1] != "AccessDeniedException" {
		t.Fatalf("exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
	message := authztest.Read(t, m[3])
	if want := "You don't have permissions to access this resource"; strings.TrimSuffix(message.Sentence, ".") != want {
		t.Errorf("%q", message.Sentence)
	}
	answer := process.Gatehouse(t, d.server.Environment(d.memberKey), "why", "--endpoint", d.server.URL, "--output", "json", message.ID)
	var why struct {
		Result struct {
			DeniedBy    string `json:"denied_by"`
			Message     string
			Explanation struct {
				Changes []struct{ Document json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal([]byte(answer.Stdout), &why); err != nil || answer.Code != 0 {
		t.Fatalf("gatehouse why: exit %d, %v\n%s%s", answer.Code, err, answer.Stdout, answer.Stderr)
	}
	if want := "User: arn:aws:iam::" + d.other + ":user/delegate" + reason; why.Result.DeniedBy != "resource" || why.Result.Message != want {
		t.Errorf("denied by %s: %s", why.Result.DeniedBy, why.Result.Message)
	}
	if len(why.Result.Explanation.Changes) != 1 {
		t.Fatalf("%s", answer.Stdout)
	}
	return string(why.Result.Explanation.Changes[0].Document)
}

// listsAll has the member list both accounts.
func (d *delegated) listsAll(t *testing.T) {
	t.Helper()
	d.member.t = t
	if got := strings.Fields(d.member.do(d.listed...)); len(got) != 2 {
		t.Errorf("the member lists %q", got)
	}
}

// propose saves the policy that a denial proposes, and takes it away again.
func (d *delegated) propose(t *testing.T) {
	d.admin.t = t
	d.admin.do("organizations", "put-resource-policy", "--content", d.denied(t))
	d.listsAll(t)
	d.admin.do("organizations", "delete-resource-policy")
}

func (d *delegated) put(t *testing.T, effect string) {
	t.Helper()
	d.admin.t = t
	content, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Sid": "Delegation", "Effect": effect, "Principal": map[string]string{"AWS": "arn:aws:iam::" + d.other + ":root"},
		"Action": []string{"organizations:List*", "organizations:Describe*"}, "Resource": "*",
	}}})
	if err != nil {
		t.Fatal(err)
	}
	arn := d.admin.do("organizations", "put-resource-policy", "--content", string(content), "--query", "ResourcePolicy.ResourcePolicySummary.Arn")
	if !strings.HasPrefix(arn, "arn:aws:organizations::"+d.account+":resourcepolicy/o-") {
		t.Errorf("the policy's ARN is %s", arn)
	}
	if got := d.admin.do("organizations", "describe-resource-policy", "--query", "ResourcePolicy.Content"); got != string(content) {
		t.Errorf("the policy is %s", got)
	}
}

func (d *delegated) delegate(t *testing.T) {
	d.put(t, "Allow")
	d.member.t = t
	d.listsAll(t)
	if got := d.member.do("organizations", "describe-account", "--account-id", d.account, "--query", "Account.Name"); got == "" {
		t.Error("the management account has no name")
	}
	d.member.do("organizations", "list-roots")
	d.member.do("organizations", "describe-resource-policy")
	d.member.refused("AccessDeniedException", "You don't have permissions to access this resource.", "organizations", "delete-resource-policy")
}

func (d *delegated) deny(t *testing.T) {
	d.put(t, "Deny")
	d.denied(t)
	d.member.do("organizations", "describe-organization")
}

func (d *delegated) end(t *testing.T) {
	d.admin.t = t
	d.admin.do("organizations", "delete-resource-policy")
	d.denied(t)
	d.admin.refused("ResourcePolicyNotFoundException", "We can't find a resource policy request with the parameter that you specified.",
		"organizations", "describe-resource-policy")
}
