package organizations

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

const (
	everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	noPolicy   = "We can't find a resource policy request with the parameter that you specified."
)

// delegation is a delegation policy of one statement that allows.
func delegation(principal string, actions ...string) string {
	return statement("Allow", principal, "*", actions...)
}

func statement(effect, principal, resource string, actions ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":{"AWS":"` + principal + `"},"Action":["` +
		strings.Join(actions, `","`) + `"],"Resource":"` + resource + `"}]}`
}

// put sets the delegation policy as the management account's root user.
func (f *fixture) put(content string) *organizations.ResourcePolicy {
	f.t.Helper()
	return did[organizations.PutResourcePolicyOutput](f, root(), "PutResourcePolicy", &organizations.PutResourcePolicyInput{Content: &content}).ResourcePolicy
}

// inMember makes a user of a member account, with an inline policy.
func (f *fixture) inMember(account, name, document string) *api.Principal {
	f.t.Helper()
	var p *api.Principal
	err := f.directory.Update(f.t.Context(), account, func(tx *directory.Tx) error {
		u, err := tx.CreateUser(directory.NewUser{Name: name, Path: "/"})
		if err != nil {
			return err
		}
		if err := tx.PutUserPolicy(u, "inline", document); err != nil {
			return err
		}
		p = authn.UserPrincipal(account, u)
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

// The operations whose pages say: the management account, or a member account that
// is a delegated administrator.
var delegable = []string{
	"DescribeAccount", "DescribeCreateAccountStatus", "DescribeResourcePolicy", "ListAccounts", "ListCreateAccountStatus", "ListRoots",
}

// API_PutResourcePolicy, API_DescribeResourcePolicy, API_DeleteResourcePolicy.
func TestResourcePolicyLife(t *testing.T) {
	f := organized(t)
	f.refused(root(), "DescribeResourcePolicy", &organizations.DescribeResourcePolicyInput{}, "ResourcePolicyNotFoundException", noPolicy)
	f.refused(root(), "DeleteResourcePolicy", &organizations.DeleteResourcePolicyInput{}, "ResourcePolicyNotFoundException", noPolicy)
	o, err := f.directory.View(manager).Organization()
	if err != nil {
		t.Fatal(err)
	}
	content := delegation("*", "organizations:List*")
	made := did[organizations.PutResourcePolicyOutput](f, root(), "PutResourcePolicy", &organizations.PutResourcePolicyInput{
		Content: &content, Tags: []organizations.Tag{{Key: ptr("k"), Value: ptr("v")}},
	}).ResourcePolicy
	if want := "arn:aws:organizations::" + manager + ":resourcepolicy/" + o.ID + "/" + *made.ResourcePolicySummary.Id; *made.ResourcePolicySummary.Arn != want || *made.Content != content {
		t.Errorf("%s %s", *made.ResourcePolicySummary.Arn, *made.Content)
	}
	changed := f.put(strings.Replace(content, "List", "Describe", 1))
	got := did[organizations.DescribeResourcePolicyOutput](f, root(), "DescribeResourcePolicy", &organizations.DescribeResourcePolicyInput{}).ResourcePolicy
	if *got.Content != *changed.Content || *got.ResourcePolicySummary.Id != *made.ResourcePolicySummary.Id {
		t.Errorf("%s %s", *got.Content, *got.ResourcePolicySummary.Id)
	}
	did[organizations.DeleteResourcePolicyOutput](f, root(), "DeleteResourcePolicy", &organizations.DeleteResourcePolicyInput{})
	f.refused(root(), "DescribeResourcePolicy", &organizations.DescribeResourcePolicyInput{}, "ResourcePolicyNotFoundException", noPolicy)
}

func TestResourcePolicyErrors(t *testing.T) {
	f := organized(t)
	e := f.refused(root(), "PutResourcePolicy", &organizations.PutResourcePolicyInput{Content: ptr("{")}, "InvalidInputException",
		"The provided resource policy is not valid: Syntax errors in policy.")
	if e.Members[0].Value != "INVALID_RESOURCE_POLICY_JSON" || !strings.Contains(e.Log, "line 1, column 2") {
		t.Errorf("%v %s", e.Members, e.Log)
	}
	f.refused(root(), "PutResourcePolicy", &organizations.PutResourcePolicyInput{
		Content: ptr(delegation("*", "organizations:List*")), Tags: []organizations.Tag{{Key: ptr("aws:k"), Value: ptr("v")}},
	}, "InvalidInputException", "You specified a tag key that is a system tag: keys cannot begin with aws:.")
	f.refused(root(), "PutResourcePolicy", &organizations.PutResourcePolicyInput{Content: ptr(strings.Repeat(" ", 40_001))},
		"InvalidInputException", "You provided a string parameter that is longer than allowed.")
}

// E-13: a member's caller needs both its own policies and the delegation policy; what
// is not delegated stays the management account's [orgs_delegate_policies].
func TestDelegation(t *testing.T) {
	f := organized(t)
	member := f.create("data")
	other := f.create("other")
	full := f.inMember(member, "full", everything)
	silent := f.inMember(member, "silent", strings.Replace(everything, `"Action":"*"`, `"Action":"iam:*"`, 1))
	status := did[organizations.ListCreateAccountStatusOutput](f, root(), "ListCreateAccountStatus", &organizations.ListCreateAccountStatusInput{}).CreateAccountStatuses[0]
	in := inputs()
	in["DescribeCreateAccountStatus"] = &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: status.Id}
	account := "arn:aws:iam::" + member + ":root"
	for _, c := range []struct {
		name    string
		policy  string
		caller  *api.Principal
		allowed bool
	}{
		{"without a policy", "", full, false},
		{"to the account", delegation(account, "organizations:List*", "organizations:Describe*"), full, true},
		{"to the user", delegation(full.ARN, "organizations:List*", "organizations:Describe*"), full, true},
		{"the identity side is silent", delegation(silent.ARN, "organizations:List*", "organizations:Describe*"), silent, false},
		{"the root user of the account", delegation(account, "organizations:List*", "organizations:Describe*"), authn.RootPrincipal(member), true},
		{"to another account", delegation("arn:aws:iam::"+other+":root", "organizations:List*", "organizations:Describe*"), full, false},
		{"other actions", delegation(account, "organizations:ListPolicies"), full, false},
		{"denied to the account", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":["organizations:List*","organizations:Describe*"],"Resource":"*"},
			{"Effect":"Deny","Principal":{"AWS":"` + member + `"},"Action":["organizations:List*","organizations:Describe*"],"Resource":"*"}]}`, full, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := on(f, t)
			if c.policy != "" {
				f.put(c.policy)
			}
			for _, operation := range delegable {
				if !c.allowed {
					f.refused(c.caller, operation, in[operation], "AccessDeniedException", noAccess)
				} else if _, err := f.as(c.caller, operation, in[operation]); err != nil {
					t.Errorf("%s: %v", operation, err)
				}
			}
			did[organizations.DescribeOrganizationOutput](f, full, "DescribeOrganization", in["DescribeOrganization"])
			for _, operation := range []string{"CreateAccount", "PutResourcePolicy", "DeleteResourcePolicy"} {
				f.refused(c.caller, operation, in[operation], "AccessDeniedException", noAccess)
			}
		})
	}
	t.Run("the same is shown as to the management account", func(t *testing.T) {
		f := on(f, t)
		f.put(delegation(account, "organizations:List*", "organizations:Describe*"))
		for _, operation := range delegable {
			own, err := f.as(root(), operation, in[operation])
			if err != nil {
				t.Fatal(err)
			}
			delegated, err := f.as(full, operation, in[operation])
			if err != nil {
				t.Fatal(err)
			}
			same(t, operation, delegated, own)
		}
	})
	t.Run("one account alone", func(t *testing.T) {
		f := on(f, t)
		o, err := f.directory.View(manager).Organization()
		if err != nil {
			t.Fatal(err)
		}
		f.put(statement("Allow", account, o.AccountARN(manager, other), "organizations:DescribeAccount"))
		did[organizations.DescribeAccountOutput](f, full, "DescribeAccount", &organizations.DescribeAccountInput{AccountId: &other})
		f.refused(full, "DescribeAccount", &organizations.DescribeAccountInput{AccountId: &member}, "AccessDeniedException", noAccess)
	})
	t.Run("the management account cannot bar itself", func(t *testing.T) {
		f := on(f, t)
		f.put(statement("Deny", "*", "*", "organizations:List*"))
		did[organizations.ListAccountsOutput](f, root(), "ListAccounts", &organizations.ListAccountsInput{})
	})
}

// What decided is told to whom may know: the decision names the resource-based policy.
func TestDelegationDenial(t *testing.T) {
	f := organized(t)
	member := f.create("data")
	full := f.inMember(member, "full", everything)
	denied := func() *authz.Denial {
		t.Helper()
		_, err := f.as(full, "ListAccounts", &organizations.ListAccountsInput{})
		var denial *authz.Denial
		if !errors.As(err, &denial) {
			t.Fatalf("%v", err)
		}
		return denial
	}
	if d := denied(); d.Decision.By != policy.Resource || d.Decision.Outcome != policy.ImplicitDeny || d.Ask.Account != manager || d.ID == "" {
		t.Errorf("%+v", d)
	}
	arn := *f.put(statement("Deny", member, "*", "organizations:List*")).ResourcePolicySummary.Arn
	if d := denied(); d.Decision.By != policy.Resource || d.Decision.Outcome != policy.ExplicitDeny || d.Decision.Policy.Name() != arn || d.Set.Resource == nil {
		t.Errorf("%+v", d)
	}
}

// Tags at creation need the permission to tag, too.
func TestTaggedResourcePolicyNeedsPermission(t *testing.T) {
	f := organized(t)
	put := f.user("put", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:PutResourcePolicy","Resource":"arn:aws:organizations::*:resourcepolicy/*"}]}`)
	in := &organizations.PutResourcePolicyInput{Content: ptr(delegation("*", "organizations:List*")), Tags: []organizations.Tag{{Key: ptr("k"), Value: ptr("v")}}}
	f.refused(put, "PutResourcePolicy", in, "AccessDeniedException", noAccess)
	in.Tags = nil
	did[organizations.PutResourcePolicyOutput](f, put, "PutResourcePolicy", in)
	f.refused(put, "DeleteResourcePolicy", &organizations.DeleteResourcePolicyInput{}, "AccessDeniedException", noAccess)
}

// D-09: a member that is delegated nothing is told the same of a policy and an account
// with tags as where there is none: in the answer and in what is recorded.
func TestMembersAreToldNothing(t *testing.T) {
	f := organized(t)
	full := f.inMember(f.create("data"), "full", everything)
	toldOf := func(operation string, in any) string {
		t.Helper()
		_, err := f.as(full, operation, in)
		var d *authz.Denial
		if !errors.As(err, &d) {
			t.Fatalf("%s: %v", operation, err)
		}
		context := maps.Collect(d.Context(&api.Call{Service: organizations.API, Principal: full, Account: full.Account, Time: start}))
		return fmt.Sprint(strings.ReplaceAll(d.Answer.Message, d.ID, "ID"), d.Ask.Resource, context)
	}
	put := &organizations.PutResourcePolicyInput{Content: ptr(delegation("*", "organizations:List*")), Tags: []organizations.Tag{{Key: ptr("k"), Value: ptr("v")}}}
	before := toldOf("PutResourcePolicy", put)
	did[organizations.PutResourcePolicyOutput](f, root(), "PutResourcePolicy", put)
	if after := toldOf("PutResourcePolicy", put); after != before || !strings.Contains(after, "/*map[") {
		t.Errorf("%s\nwithout a policy %s", after, before)
	}
	tagged := accountInput("tagged")
	tagged.Tags = []organizations.Tag{{Key: ptr("tier"), Value: ptr("gold")}}
	there := *did[organizations.CreateAccountOutput](f, root(), "CreateAccount", tagged).CreateAccountStatus.AccountId
	gone := "999999999999"
	got := toldOf("DescribeAccount", &organizations.DescribeAccountInput{AccountId: &there})
	want := toldOf("DescribeAccount", &organizations.DescribeAccountInput{AccountId: &gone})
	if strings.ReplaceAll(got, there, gone) != want || strings.Contains(got, "gold") {
		t.Errorf("%s\nof one that is not there %s", got, want)
	}
}
