package e2e

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestSimulate asks the AWS CLI's simulator what a user and a role may do, and then
// has them do it.
func TestSimulate(t *testing.T) {
	server, key, _ := adminServer(t)
	s := &simulated{admin: newCLI(t, server, key), server: server, account: server.Account}
	s.makeUser(t)
	t.Run("the examples of the CLI's own reference", s.examples)
	t.Run("a user, then its calls", s.user)
	t.Run("a boundary is tried before it is set", s.boundary)
	t.Run("a trust policy is tried before it is set (T-13)", s.trust)
	t.Run("who may simulate", s.permissions)
}

type simulated struct {
	admin   *cli
	own     *cli // the user's
	server  *process.Server
	account string
	arn     string
}

const simulatedName = "simon"

func (s *simulated) makeUser(t *testing.T) {
	s.arn = s.admin.do("iam", "create-user", "--user-name", simulatedName, "--query", "User.Arn")
	s.admin.do("iam", "put-user-policy", "--user-name", simulatedName, "--policy-name", "own", "--policy-document", `{
 "Version": "2012-10-17",
 "Statement": [
  {"Effect": "Allow", "Action": ["iam:ListUsers", "iam:GetUser"], "Resource": "*"},
  {"Effect": "Deny", "Action": "iam:GetUser", "NotResource": "arn:aws:iam::*:user/${aws:username}"}
 ]
}`)
	s.own = newCLI(t, s.server, s.admin.credentials("AccessKey", "iam", "create-access-key", "--user-name", simulatedName))
}

// simulate gives ACTION DECISION STATEMENTS for each action.
func (s *simulated) simulate(arguments ...string) string {
	arguments = append([]string{"iam"}, arguments...)
	query := "EvaluationResults[].[EvalActionName, EvalDecision, join(',', MatchedStatements[].SourcePolicyId)]"
	return s.admin.do(append(arguments, "--query", query)...)
}

func (s *simulated) examples(t *testing.T) {
	s.admin.t = t
	example := []string{"iam", "simulate-custom-policy", "--action-names", "dynamodb:CreateBackup", "--query",
		"EvaluationResults[].[EvalActionName, EvalResourceName, EvalDecision, MatchedStatements[].[SourcePolicyId, StartPosition.Line, StartPosition.Column, EndPosition.Line, EndPosition.Column]][][]",
		"--policy-input-list", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}`}
	for date, want := range map[string]string{
		"2019-04-25T11:00:00Z": "dynamodb:CreateBackup * allowed PolicyInputList.1 1 38 1 167",
		"2014-04-25T11:00:00Z": "dynamodb:CreateBackup * implicitDeny",
	} {
		got := s.admin.do(append(example, "--context-entries", "ContextKeyName='aws:CurrentTime',ContextKeyValues='"+date+"',ContextKeyType=date")...)
		if strings.Join(strings.Fields(got), " ") != want {
			t.Errorf("%s: got %q, want %q", date, got, want)
		}
	}
}

func (s *simulated) user(t *testing.T) {
	s.admin.t, s.own.t = t, t
	admin := "arn:aws:iam::" + s.account + ":user/admin"
	for _, c := range []struct{ resource, want string }{
		{s.arn, "iam:GetUser\tallowed\tuser_simon_own\niam:DeleteUser\timplicitDeny\t"},
		{admin, "iam:GetUser\texplicitDeny\tuser_simon_own\niam:DeleteUser\timplicitDeny\t"},
	} {
		got := s.simulate("simulate-principal-policy", "--policy-source-arn", s.arn, "--action-names", "iam:GetUser", "iam:DeleteUser", "--resource-arns", c.resource)
		if got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.resource, got, c.want)
		}
	}
	s.own.do("iam", "get-user")
	s.own.refused("AccessDenied", "User: "+s.arn+" is not authorized to perform: iam:GetUser on resource: user admin with an explicit deny in an identity-based policy",
		"iam", "get-user", "--user-name", "admin")
	s.own.refused("AccessDenied", denied(s.arn, "iam:DeleteUser", "user "+simulatedName), "iam", "delete-user", "--user-name", simulatedName)
	keys := s.admin.do("iam", "get-context-keys-for-principal-policy", "--policy-source-arn", s.arn, "--query", "ContextKeyNames")
	if keys != "aws:username" {
		t.Errorf("the policies ask for %q", keys)
	}
}

func (s *simulated) boundary(t *testing.T) {
	s.admin.t, s.own.t = t, t
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}]}`
	arguments := []string{"iam", "simulate-principal-policy", "--policy-source-arn", s.arn, "--action-names", "iam:ListUsers",
		"--permissions-boundary-policy-input-list", document, "--query", "EvaluationResults[].[EvalDecision, PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary]"}
	if got := s.admin.do(arguments...); got != "implicitDeny\tFalse" {
		t.Errorf("%q", got)
	}
	s.own.do("iam", "list-users")
	arn := s.admin.do("iam", "create-policy", "--policy-name", "limit", "--policy-document", document, "--query", "Policy.Arn")
	s.admin.do("iam", "put-user-permissions-boundary", "--user-name", simulatedName, "--permissions-boundary", arn)
	s.own.refused("AccessDenied", strings.Replace(denied(s.arn, "iam:ListUsers", "arn:aws:iam::"+s.account+":user/"), "identity-based policy", "permissions boundary", 1), "iam", "list-users")
	s.admin.do("iam", "delete-user-permissions-boundary", "--user-name", simulatedName)
}

func (s *simulated) trust(t *testing.T) {
	s.admin.t, s.own.t = t, t
	role := "arn:aws:iam::" + s.account + ":role/trusting"
	document := func(effect string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":{"AWS":"` + s.arn + `"},"Action":"sts:AssumeRole"}]}`
	}
	try := func(effect string) string {
		return s.simulate("simulate-principal-policy", "--policy-source-arn", s.arn, "--action-names", "sts:AssumeRole", "--resource-arns", role, "--resource-policy", document(effect))
	}
	assume := []string{"sts", "assume-role", "--role-arn", role, "--role-session-name", "walk"}
	if got := try("Allow"); got != "sts:AssumeRole\tallowed\tResourcePolicy" {
		t.Errorf("%q", got)
	}
	s.admin.do("iam", "create-role", "--role-name", "trusting", "--assume-role-policy-document", document("Allow"))
	s.own.do(assume...)
	if got := try("Deny"); got != "sts:AssumeRole\texplicitDeny\tResourcePolicy" {
		t.Errorf("%q", got)
	}
	s.admin.do("iam", "update-assume-role-policy", "--role-name", "trusting", "--policy-document", document("Deny"))
	s.own.refused("AccessDenied", "User: "+s.arn+" is not authorized to perform: sts:AssumeRole on resource: "+role+" with an explicit deny in the role trust policy", assume...)
}

func (s *simulated) permissions(t *testing.T) {
	s.own.t = t
	s.own.refused("AccessDenied", denied(s.arn, "iam:SimulatePrincipalPolicy", s.arn),
		"iam", "simulate-principal-policy", "--policy-source-arn", s.arn, "--action-names", "iam:GetUser")
	s.own.refused("AccessDenied", denied(s.arn, "iam:SimulateCustomPolicy", "*"),
		"iam", "simulate-custom-policy", "--policy-input-list", `{}`, "--action-names", "iam:GetUser")
	s.admin.t = t
	s.admin.refused("NoSuchEntity", "Unable to retrieve specified IAM entity.",
		"iam", "simulate-principal-policy", "--policy-source-arn", s.arn+"2", "--action-names", "iam:GetUser")
	s.admin.refused("InvalidInput", "Syntax errors in policy.", "iam", "get-context-keys-for-custom-policy", "--policy-input-list", `{}`)
}
