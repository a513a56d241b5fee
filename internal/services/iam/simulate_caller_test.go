package iam

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

const otherAccount = "444455556666"

// principalPolicy is a resource-based policy that allows everything to a principal.
func principalPolicy(effect, principal string) *string {
	return ptr(`{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":` + principal + `,"Action":"*","Resource":"*"}]}`)
}

func trustDocument(effect, principal, condition string) *string {
	return ptr(`{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"` + condition + `}]}`)
}

// T-01, T-03, T-13: a role's trust policy is evaluated, which AWS's simulator does
// not (aws/aws-cli issue 10314).
func TestSimulateAssumeRole(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana", "bob", "eve")
	f.allow("ana", allowAll)
	f.addRole("worker")
	f.change(func(tx *directory.Tx) error {
		r, err := tx.Role("worker")
		if err != nil {
			return err
		}
		return tx.PutRolePolicy(r, "assume", allowDocument("sts:AssumeRole", "*", ""))
	})
	const mfa = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	ana, role, account := accountNo+":user/ana", accountNo+":role/worker", accountNo+":root"
	session := "arn:aws:sts::" + accountID + ":assumed-role/worker/one"
	for _, c := range []struct {
		name, source string
		caller       *string
		trust        *string
		want         string
		matched      string
	}{
		{"T-01: names the user", "user/bob", nil, trustDocument("Allow", accountNo+":user/bob", ""), "allowed", "ResourcePolicy (Resource Policy)"},
		{"T-01: names the account, the user may", "user/ana", nil, trustDocument("Allow", account, ""), "allowed", "ResourcePolicy (Resource Policy), user_ana_allowed (IAM Policy)"},
		{"T-01: names the account, the user may not", "user/bob", nil, trustDocument("Allow", account, ""), "implicitDeny", "ResourcePolicy (Resource Policy)"},
		{"T-01: names another", "user/ana", nil, trustDocument("Allow", accountNo+":user/eve", ""), "implicitDeny", "user_ana_allowed (IAM Policy)"},
		{"T-03: denies an administrator", "user/ana", nil, trustDocument("Deny", ana, ""), "explicitDeny", "ResourcePolicy (Resource Policy)"},
		{"asks for MFA", "user/ana", nil, trustDocument("Allow", ana, mfa), "implicitDeny", "user_ana_allowed (IAM Policy)"},
		{"no trust policy is given", "user/ana", nil, nil, "implicitDeny", "user_ana_allowed (IAM Policy)"},
		{"a role as the source", "role/worker", nil, trustDocument("Allow", role, ""), "allowed", "ResourcePolicy (Resource Policy), role_worker_assume (IAM Policy)"},
		{"a session of the role as the caller", "role/worker", &session, trustDocument("Allow", session, ""), "allowed", "ResourcePolicy (Resource Policy), role_worker_assume (IAM Policy)"},
		{"another session", "role/worker", ptr(session + "2"), trustDocument("Allow", session, ""), "implicitDeny", "role_worker_assume (IAM Policy)"},
		{"as if bob had ana's policies", "user/ana", ptr(accountNo + ":user/bob"), trustDocument("Allow", ana, ""), "implicitDeny", "user_ana_allowed (IAM Policy)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			results := on(f, t).principal(c.source, &iam.SimulatePrincipalPolicyInput{
				ActionNames: []string{"sts:AssumeRole"}, ResourceArns: []string{accountNo + ":role/target"}, ResourcePolicy: c.trust, CallerArn: c.caller,
			})
			same(t, "decision", decisions(results), c.want)
			same(t, "matched", sourcesOf(results[0].MatchedStatements), c.matched)
		})
	}
	t.Run("a trust policy has no resource", func(t *testing.T) {
		on(f, t).refused("SimulateCustomPolicy", &iam.SimulateCustomPolicyInput{
			PolicyInputList: []string{allowAll}, ActionNames: []string{"sts:AssumeRole"}, CallerArn: &ana, ResourcePolicy: trustDocument("Allow", ana, `,"Resource":"*"`),
		}, 400, "InvalidInput", "Has prohibited field Resource")
	})
	t.Run("P-04: the trust policy as it is stored names the user by id", func(t *testing.T) {
		u, err := f.directory.View(accountID).User("bob")
		if err != nil {
			t.Fatal(err)
		}
		results := on(f, t).principal("user/bob", &iam.SimulatePrincipalPolicyInput{ActionNames: []string{"sts:AssumeRole"}, ResourcePolicy: trustDocument("Allow", u.ID, "")})
		same(t, "decision", decisions(results), "allowed")
	})
}

// A service takes a role (T-09): AWS's simulator has no such caller.
func TestSimulateService(t *testing.T) {
	f := newFixture(t)
	in := &iam.SimulateCustomPolicyInput{
		PolicyInputList: []string{denyS3}, ActionNames: []string{"sts:AssumeRole"}, ResourceArns: []string{accountNo + ":role/target"},
		CallerArn: ptr("ec2.amazonaws.com"), ResourcePolicy: ptr(trustEC2),
	}
	same(t, "ec2", decisions(f.custom(in)), "allowed")
	in.CallerArn = ptr("lambda.amazonaws.com")
	same(t, "lambda", decisions(f.custom(in)), "implicitDeny")
}

// E-13: across accounts both sides must allow, and EvalDecisionDetails says which
// does [API_EvaluationResult].
func TestSimulateAcrossAccounts(t *testing.T) {
	f := newFixture(t)
	ana := accountNo + ":user/ana"
	names := principalPolicy("Allow", `{"AWS":"`+ana+`"}`)
	for _, c := range []struct {
		name               string
		owner              *string
		identity           string
		resource, boundary *string
		want, details      string
	}{
		{"same account", nil, denyS3, nil, nil, "explicitDeny", `{}`},
		{"same account, direct grant", ptr(accountID), allowDocument("sqs:*", "*", ""), names, nil, "allowed", `{}`},
		{"both", ptr(otherAccount), allowS3, names, nil, "allowed", `{"IAM Policy":"allowed","Resource Policy":"allowed"}`},
		{"identity alone", ptr(otherAccount), allowS3, nil, nil, "implicitDeny", `{"IAM Policy":"allowed","Resource Policy":"implicitDeny"}`},
		{"resource alone, the owner as its root user's ARN", ptr("arn:aws:iam::" + otherAccount + ":root"), allowDocument("sqs:*", "*", ""), names, nil, "implicitDeny", `{"IAM Policy":"implicitDeny","Resource Policy":"allowed"}`},
		{"resource denies", ptr(otherAccount), allowS3, principalPolicy("Deny", `"*"`), nil, "explicitDeny", `{"IAM Policy":"allowed","Resource Policy":"explicitDeny"}`},
		{"boundary does not allow", ptr(otherAccount), allowS3, names, ptr(allowDocument("sqs:*", "*", "")), "implicitDeny",
			`{"IAM Policy":"allowed","Permissions Boundary Policy":"implicitDeny","Resource Policy":"allowed"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &iam.SimulateCustomPolicyInput{
				PolicyInputList: []string{c.identity}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{object},
				CallerArn: &ana, ResourceOwner: c.owner, ResourcePolicy: c.resource,
			}
			if c.boundary != nil {
				in.PermissionsBoundaryPolicyInputList = []string{*c.boundary}
			}
			r := on(f, t).custom(in)[0]
			same(t, "decision", *r.EvalDecision, c.want)
			same(t, "details", asText(r.EvalDecisionDetails), c.details)
			same(t, "details of the part", asText(r.ResourceSpecificResults[0].EvalDecisionDetails), c.details)
		})
	}
	t.Run("the ARN's account is the owner", func(t *testing.T) {
		r := on(f, t).custom(&iam.SimulateCustomPolicyInput{
			PolicyInputList: []string{allowAll}, ActionNames: []string{"sqs:SendMessage"}, ResourceArns: []string{"arn:aws:sqs:eu-west-1:" + otherAccount + ":q"},
			CallerArn: &ana, ResourceOwner: ptr(accountID),
		})
		same(t, "decision", decisions(r), "implicitDeny")
	})
}

// E-04, O-03: levels of SCPs, from the root down [API_SimulateCustomPolicy].
func TestSimulateServiceControlPolicies(t *testing.T) {
	f := newFixture(t)
	const denyGet = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}]}`
	level := func(texts ...string) iam.OrderedOrganizationPolicyType {
		return iam.OrderedOrganizationPolicyType{ServiceControlPolicyInputList: texts}
	}
	for _, c := range []struct {
		name   string
		levels []iam.OrderedOrganizationPolicyType
		want   string
		detail string
	}{
		{"none", nil, "allowed", "null"},
		{"each level allows", []iam.OrderedOrganizationPolicyType{level(allowAll), level(allowDocument("sqs:*", "*", ""), allowS3)}, "allowed", `{"AllowedByOrganizations":true}`},
		{"one level does not", []iam.OrderedOrganizationPolicyType{level(allowAll), level(allowDocument("sqs:*", "*", ""))}, "implicitDeny", `{"AllowedByOrganizations":false}`},
		{"one denies", []iam.OrderedOrganizationPolicyType{level(allowAll, denyGet), level(allowAll)}, "explicitDeny", `{"AllowedByOrganizations":false}`},
		{"O-03: an empty level allows nothing", []iam.OrderedOrganizationPolicyType{level(allowAll), level()}, "implicitDeny", `{"AllowedByOrganizations":false}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := on(f, t).custom(&iam.SimulateCustomPolicyInput{
				PolicyInputList: []string{allowAll}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{object}, OrderedOrganizationPolicyInputList: c.levels,
			})[0]
			same(t, "decision", *r.EvalDecision, c.want)
			same(t, "detail", asText(r.OrganizationsDecisionDetail), c.detail)
		})
	}
	t.Run("across accounts nothing else is told where SCPs deny", func(t *testing.T) {
		r := on(f, t).custom(&iam.SimulateCustomPolicyInput{
			PolicyInputList: []string{allowAll}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{object},
			ResourceOwner: ptr(otherAccount), OrderedOrganizationPolicyInputList: []iam.OrderedOrganizationPolicyType{level(denyGet)},
		})[0]
		if r.EvalDecisionDetails != nil {
			t.Errorf("%v", r.EvalDecisionDetails)
		}
	})
	t.Run("O-01: names nobody", func(t *testing.T) {
		on(f, t).refused("SimulateCustomPolicy", &iam.SimulateCustomPolicyInput{
			PolicyInputList: []string{allowAll}, ActionNames: []string{"s3:GetObject"},
			OrderedOrganizationPolicyInputList: []iam.OrderedOrganizationPolicyType{level(*principalPolicy("Allow", `"*"`))},
		}, 400, "InvalidInput", "The provided policy document does not meet the requirements of the specified policy type.")
	})
}

// An account of an organization: none of its SCPs denies, for it has none yet.
func TestSimulateInOrganization(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.allow("ana", allowAll)
	in := &iam.SimulatePrincipalPolicyInput{ActionNames: []string{"s3:GetObject"}}
	if d := f.principal("user/ana", in)[0].OrganizationsDecisionDetail; d != nil {
		t.Errorf("%+v", d)
	}
	var id string
	f.change(func(tx *directory.Tx) error {
		o, err := tx.CreateOrganization(directory.AllFeatures)
		if err == nil {
			id = o.ID
		}
		return err
	})
	in.PolicyInputList = []string{strings.ReplaceAll(denyS3, `"Resource":"*"`, `"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"`+id+`"}}`)}
	r := f.principal("user/ana", in)[0]
	same(t, "K-09", *r.EvalDecision, "explicitDeny")
	same(t, "detail", asText(r.OrganizationsDecisionDetail), `{"AllowedByOrganizations":true}`)
	t.Run("the operation for given policies tells nothing of the account", func(t *testing.T) {
		r := on(f, t).custom(&iam.SimulateCustomPolicyInput{
			PolicyInputList: []string{allowAll, in.PolicyInputList[0]}, ActionNames: in.ActionNames, CallerArn: ptr(accountNo + ":user/ana"),
		})[0]
		same(t, "decision", *r.EvalDecision, "allowed")
		same(t, "missing", asText(r.MissingContextValues), `["aws:PrincipalOrgID"]`)
	})
}

// Callers that cannot be simulated, and resources and owners that are none.
func TestSimulateErrors(t *testing.T) {
	f := newFixture(t)
	f.addGroup("team")
	f.addUser("ana")
	custom := func(change func(*iam.SimulateCustomPolicyInput)) *iam.SimulateCustomPolicyInput {
		in := &iam.SimulateCustomPolicyInput{PolicyInputList: []string{allowAll}, ActionNames: []string{"s3:GetObject"}}
		change(in)
		return in
	}
	for _, c := range []struct {
		name, message string
		change        func(*iam.SimulateCustomPolicyInput)
	}{
		{"a caller is needed where a resource names principals", "Invalid caller - Caller must be an IAM user in this context.", // live
			func(in *iam.SimulateCustomPolicyInput) { in.ResourcePolicy = principalPolicy("Allow", `"*"`) }},
		{"a group is no caller", "Invalid Entity Arn: " + accountNo + ":group/team", // live, of other ARNs
			func(in *iam.SimulateCustomPolicyInput) { in.CallerArn = ptr(accountNo + ":group/team") }},
		{"an owner", "'nobody' is not a valid as a Resource Owner.", // live
			func(in *iam.SimulateCustomPolicyInput) { in.ResourceOwner = ptr("nobody") }},
		{"an owner's ARN", "'arn:aws:iam::1:root' is not a valid as a Resource Owner.",
			func(in *iam.SimulateCustomPolicyInput) { in.ResourceOwner = ptr("arn:aws:iam::1:root") }},
		{"an owner's user", "'" + accountNo + ":user/ana' is not a valid as a Resource Owner.",
			func(in *iam.SimulateCustomPolicyInput) { in.ResourceOwner = ptr(accountNo + ":user/ana") }},
		{"half an ARN of an owner", "'" + accountID + ":root' is not a valid as a Resource Owner.",
			func(in *iam.SimulateCustomPolicyInput) { in.ResourceOwner = ptr(accountID + ":root") }},
		{"a resource that is no ARN", "ResourceNames are not in a valid ARN format: 14a050d4.", // live
			func(in *iam.SimulateCustomPolicyInput) { in.ResourceArns = []string{"*", "14a050d4"} }},
		{"patterns of actions", `Invalid Input Actions: "s3:*", "GetObject", "s3:a:b"`,
			func(in *iam.SimulateCustomPolicyInput) {
				in.ActionNames = []string{"s3:*", "s3:GetObject", "GetObject", "s3:a:b"}
			}},
		{"two boundaries", "Only one permissions boundary policy can be given.",
			func(in *iam.SimulateCustomPolicyInput) {
				in.PermissionsBoundaryPolicyInputList = []string{allowAll, allowAll}
			}},
		{"V-01", "Syntax errors in policy.",
			func(in *iam.SimulateCustomPolicyInput) { in.PolicyInputList = []string{allowAll, "{"} }},
		{"V-00", "Policy document should not specify a principal.",
			func(in *iam.SimulateCustomPolicyInput) {
				in.PolicyInputList = []string{*principalPolicy("Allow", `"*"`)}
			}},
		{"V-06", `Resource photos must be in ARN format or "*".`,
			func(in *iam.SimulateCustomPolicyInput) {
				in.PermissionsBoundaryPolicyInputList = []string{allowDocument("s3:*", "photos", "")}
			}},
		{"a resource-based policy without principal", "Missing required field Principal",
			func(in *iam.SimulateCustomPolicyInput) {
				in.ResourcePolicy, in.CallerArn = ptr(allowAll), ptr(accountNo+":user/ana")
			}},
		{"a scenario", "The resource handling option EC2 is not valid.",
			func(in *iam.SimulateCustomPolicyInput) { in.ResourceHandlingOption = ptr("EC2") }},
		{"a scenario's resources", "The resource handling option EC2-VPC-EBS requires a resource of type volume.",
			func(in *iam.SimulateCustomPolicyInput) {
				in.ResourceHandlingOption = ptr("EC2-VPC-EBS")
				for _, kind := range []string{"instance", "image", "security-group", "network-interface", "volumes"} {
					in.ResourceArns = append(in.ResourceArns, "arn:aws:ec2:eu-west-1:"+accountID+":"+kind+"/1")
				}
			}},
		{"a context key without a name", "A context entry must have a ContextKeyName.",
			func(in *iam.SimulateCustomPolicyInput) {
				in.ContextEntries = []iam.ContextEntry{{ContextKeyValues: []string{"a"}}}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			on(f, t).refused("SimulateCustomPolicy", custom(c.change), 400, "InvalidInput", c.message)
		})
	}
	t.Run("EC2-VPC-EBS with its resources", func(t *testing.T) {
		in := custom(func(in *iam.SimulateCustomPolicyInput) { in.ResourceHandlingOption = ptr("EC2-VPC-EBS") })
		for _, kind := range []string{"instance", "image", "security-group", "network-interface", "volume"} {
			in.ResourceArns = append(in.ResourceArns, "arn:aws:ec2:eu-west-1:"+accountID+":"+kind+"/*")
		}
		same(t, "decision", decisions(on(f, t).custom(in)), "allowed")
	})
	t.Run("a group's policies need a caller, too", func(t *testing.T) {
		on(f, t).refused("SimulatePrincipalPolicy", &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: ptr(accountNo + ":group/team"), ActionNames: []string{"s3:GetObject"}, ResourcePolicy: principalPolicy("Allow", `"*"`),
		}, 400, "InvalidInput", "Invalid caller - Caller must be an IAM user in this context.")
	})
}

// aws-errors 1.2, 1.8: sources that are not there, and that are none. One of
// another account is not told from one that is not there.
func TestSimulatedSourceErrors(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addGroup("team")
	f.addRole("worker")
	other := f.addAccount()
	for operation, in := range map[string]func(arn string) any{
		"SimulatePrincipalPolicy": func(arn string) any {
			return &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &arn, ActionNames: []string{"s3:GetObject"}}
		},
		"GetContextKeysForPrincipalPolicy": func(arn string) any { return &iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: &arn} },
	} {
		f := on(f, t)
		for _, entity := range []string{"user/bob", "group/bob", "role/bob", "user/path/ana", "user/Ana", "group/Team", "role/path/worker"} {
			f.refused(operation, in(accountNo+":"+entity), 404, "NoSuchEntity", "Unable to retrieve specified IAM entity.")
		}
		for _, arn := range []string{
			"arn:aws:sts::" + accountID + ":assumed-role/worker/one", accountNo + ":root", accountNo + ":policy/p", accountNo + ":user/",
			"arn:aws:iam::1:user/ana-of-one", "arn:aws:iam:eu-west-1:" + accountID + ":user/ana", "arn:aws-cn:iam::" + accountID + ":user/ana", "no-arn-of-any-kind-is-this",
		} {
			f.refused(operation, in(arn), 400, "InvalidInput", "Invalid ARN provided in the request: "+arn)
		}
		for _, entity := range []string{"user/admin", "user/nobody"} {
			arn := "arn:aws:iam::" + other + ":" + entity
			f.refused(operation, in(arn), 403, "AccessDenied",
				"User: "+accountNo+":root is not authorized to perform: iam:"+operation+" on resource: "+arn)
		}
		f.refusedAs(authn.RootPrincipal(other), operation, in(accountNo+":user/ana"), 403, "AccessDenied",
			"User: arn:aws:iam::"+other+":root is not authorized to perform: iam:"+operation+" on resource: "+accountNo+":user/ana")
	}
}
