package authz

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// rowDirectory is a directory with an account that has, under the path /p/ and with
// the tag k=v, a user, a group, a role, a policy and an instance profile, each of
// the name x. Policy x is the boundary of the user and the role.
func rowDirectory(t *testing.T) *directory.Directory {
	t.Helper()
	d := openDirectory(t)
	change(t, d, fillRowAccount)
	return d
}

func fillRowAccount(tx *directory.Tx) error {
	tags := []api.Tag{{Key: "k", Value: "v"}}
	e := directory.Entity{Name: "x", Path: "/p/", Tags: tags}
	p, err := tx.CreatePolicy(e, "", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	if err != nil {
		return err
	}
	if _, err = tx.CreateUser(directory.NewUser{Name: "x", Path: "/p/", Boundary: p.ARN(accountID), Tags: tags}); err != nil {
		return err
	}
	if _, err = tx.CreateGroup("x", "/p/"); err != nil {
		return err
	}
	if _, err = tx.CreateProfile(e); err != nil {
		return err
	}
	_, err = tx.CreateRole(directory.NewRole{
		Name: "x", Path: "/p/", Boundary: p.ARN(accountID), Tags: tags,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
	})
	return err
}

// asks are what a row asks, as text: action, resource, [account], "printed", and the keys,
// which AWS must document for the action.
func asks(t *testing.T, d *directory.Directory, operation string, in any) []string {
	t.Helper()
	q := &Question{View: d.View(accountID), Call: iamCall(rootCaller(), operation)}
	if err := IAM()[operation](q, in); err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, ask := range q.Asks {
		documented(t, &ask)
		words := []string{ask.Action, ask.Resource}
		if ask.Account != "" {
			words = append(words, "["+ask.Account+"]")
		}
		words = append(words, `"`+printed(&ask)+`"`)
		for _, key := range ask.Keys {
			words = append(words, key.Name+"="+key.Value.One+strings.Join(key.Value.Many, ","))
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

const (
	arnX    = "arn:aws:iam::" + accountID + ":"
	policyX = arnX + "policy/p/x"
	awsRead = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	userTag = " aws:ResourceTag/k=v iam:ResourceTag/k=v"
	roleTag = userTag
	ownTag  = " aws:ResourceTag/k=v"
	bounded = " iam:PermissionsBoundary=" + policyX
)

var requestTags = []iam.Tag{{Key: ptr("t"), Value: ptr("w")}}

type policyRow struct {
	operation string
	in        any
	want      []string
}

// oneAsk is a row with one ask.
func oneAsk(operation string, in any, want string) policyRow {
	return policyRow{operation, in, []string{"iam:" + operation + " " + want}}
}

// M-05, K-22, K-23, K-27 and aws-errors 4.1: what each operation is decided on and
// what its refusal prints. What exists has its real ARN, what does not the path /.
func policyRowTests() []policyRow {
	x, no := ptr("x"), ptr("no")
	onUser, onUserMissing := arnX+`user/p/x "user x"`+userTag, arnX+`user/no "user no"`
	onGroup, onGroupMissing := arnX+`group/p/x "group x"`, arnX+`group/no "group no"`
	onRole, onRoleMissing := arnX+`role/p/x "role x"`+roleTag, arnX+`role/no "role no"`
	onPolicy := policyX + ` "policy ` + policyX + `"` + ownTag
	onProfile := arnX + `instance-profile/p/x "instance profile x"` + ownTag
	attached := " iam:PolicyARN=" + awsRead
	return []policyRow{
		oneAsk("GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(awsRead)}, awsRead+" ["+accountID+`] "policy `+awsRead+`"`),
		oneAsk("GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(arnX + "policy/no")}, arnX+`policy/no "policy `+arnX+`policy/no"`),
		oneAsk("GetPolicyVersion", &iam.GetPolicyVersionInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("ListPolicyVersions", &iam.ListPolicyVersionsInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("ListPolicyTags", &iam.ListPolicyTagsInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("ListEntitiesForPolicy", &iam.ListEntitiesForPolicyInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("DeletePolicy", &iam.DeletePolicyInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("DeletePolicy", &iam.DeletePolicyInput{PolicyArn: ptr(awsRead)}, awsRead+` [aws] "policy `+awsRead+`"`), // E-23
		oneAsk("CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("DeletePolicyVersion", &iam.DeletePolicyVersionInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("SetDefaultPolicyVersion", &iam.SetDefaultPolicyVersionInput{PolicyArn: ptr(policyX)}, onPolicy),
		oneAsk("TagPolicy", &iam.TagPolicyInput{PolicyArn: ptr(policyX), Tags: requestTags}, onPolicy+" aws:RequestTag/t=w aws:TagKeys=t"),
		oneAsk("UntagPolicy", &iam.UntagPolicyInput{PolicyArn: ptr(policyX), TagKeys: []string{"a", "b"}}, onPolicy+" aws:TagKeys=a,b"),
		oneAsk("CreatePolicy", &iam.CreatePolicyInput{PolicyName: no, Path: ptr("/q/")}, arnX+`policy/q/no "policy no" aws:TagKeys=`),
		{"CreatePolicy", &iam.CreatePolicyInput{PolicyName: no, Tags: requestTags}, []string{
			"iam:CreatePolicy " + arnX + `policy/no "policy no" aws:RequestTag/t=w aws:TagKeys=t aws:ResourceTag/t=w`,
			"iam:TagPolicy " + arnX + `policy/no "policy no" aws:RequestTag/t=w aws:TagKeys=t aws:ResourceTag/t=w`}},
		oneAsk("ListPolicies", &iam.ListPoliciesInput{}, arnX+`policy/ "policy path /"`),
		oneAsk("ListPolicies", &iam.ListPoliciesInput{PathPrefix: ptr("/p/")}, arnX+`policy/p/ "policy path /p/"`),

		oneAsk("AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: x, PolicyArn: ptr(awsRead)}, onUser+bounded+attached),
		oneAsk("AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: no, PolicyArn: ptr(awsRead)}, onUserMissing+attached),
		oneAsk("DetachUserPolicy", &iam.DetachUserPolicyInput{UserName: x, PolicyArn: ptr(awsRead)}, onUser+bounded+attached),
		oneAsk("AttachGroupPolicy", &iam.AttachGroupPolicyInput{GroupName: x, PolicyArn: ptr(awsRead)}, onGroup+attached),
		oneAsk("DetachGroupPolicy", &iam.DetachGroupPolicyInput{GroupName: no, PolicyArn: ptr(awsRead)}, onGroupMissing+attached),
		oneAsk("AttachRolePolicy", &iam.AttachRolePolicyInput{RoleName: x, PolicyArn: ptr(awsRead)}, onRole+bounded+attached),
		oneAsk("DetachRolePolicy", &iam.DetachRolePolicyInput{RoleName: x, PolicyArn: ptr(awsRead)}, onRole+bounded+attached),
		oneAsk("ListAttachedUserPolicies", &iam.ListAttachedUserPoliciesInput{UserName: x}, onUser),
		oneAsk("ListAttachedGroupPolicies", &iam.ListAttachedGroupPoliciesInput{GroupName: x}, onGroup),
		oneAsk("ListAttachedRolePolicies", &iam.ListAttachedRolePoliciesInput{RoleName: no}, onRoleMissing),

		oneAsk("PutUserPolicy", &iam.PutUserPolicyInput{UserName: x}, onUser+bounded),
		oneAsk("DeleteUserPolicy", &iam.DeleteUserPolicyInput{UserName: x}, onUser+bounded),
		oneAsk("GetUserPolicy", &iam.GetUserPolicyInput{UserName: x}, onUser),
		oneAsk("ListUserPolicies", &iam.ListUserPoliciesInput{UserName: x}, onUser),
		oneAsk("PutGroupPolicy", &iam.PutGroupPolicyInput{GroupName: x}, onGroup),
		oneAsk("DeleteGroupPolicy", &iam.DeleteGroupPolicyInput{GroupName: x}, onGroup),
		oneAsk("GetGroupPolicy", &iam.GetGroupPolicyInput{GroupName: x}, onGroup),
		oneAsk("ListGroupPolicies", &iam.ListGroupPoliciesInput{GroupName: x}, onGroup),
		oneAsk("PutRolePolicy", &iam.PutRolePolicyInput{RoleName: x}, onRole+bounded),
		oneAsk("DeleteRolePolicy", &iam.DeleteRolePolicyInput{RoleName: x}, onRole+bounded),
		oneAsk("GetRolePolicy", &iam.GetRolePolicyInput{RoleName: x}, onRole),
		oneAsk("ListRolePolicies", &iam.ListRolePoliciesInput{RoleName: x}, onRole),

		oneAsk("PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: x, PermissionsBoundary: ptr(awsRead)}, onUser+" iam:PermissionsBoundary="+awsRead),
		oneAsk("PutRolePermissionsBoundary", &iam.PutRolePermissionsBoundaryInput{RoleName: x, PermissionsBoundary: ptr(awsRead)}, onRole+" iam:PermissionsBoundary="+awsRead),
		oneAsk("DeleteUserPermissionsBoundary", &iam.DeleteUserPermissionsBoundaryInput{UserName: x}, onUser+bounded),
		oneAsk("DeleteRolePermissionsBoundary", &iam.DeleteRolePermissionsBoundaryInput{RoleName: x}, onRole+bounded),

		oneAsk("CreateRole", &iam.CreateRoleInput{RoleName: no, PermissionsBoundary: ptr(awsRead)}, arnX+`role/no "`+arnX+`role/no" iam:PermissionsBoundary=`+awsRead+" aws:TagKeys="),
		{"CreateRole", &iam.CreateRoleInput{RoleName: no, Path: ptr("/q/"), Tags: requestTags}, []string{
			"iam:CreateRole " + arnX + `role/q/no "` + arnX + `role/q/no" aws:RequestTag/t=w aws:TagKeys=t aws:ResourceTag/t=w iam:ResourceTag/t=w`,
			"iam:TagRole " + arnX + `role/q/no "` + arnX + `role/q/no" aws:RequestTag/t=w aws:TagKeys=t aws:ResourceTag/t=w iam:ResourceTag/t=w`}},
		oneAsk("GetRole", &iam.GetRoleInput{RoleName: x}, onRole+bounded),
		oneAsk("GetRole", &iam.GetRoleInput{RoleName: no}, onRoleMissing),
		oneAsk("UpdateRole", &iam.UpdateRoleInput{RoleName: x}, onRole+bounded),
		oneAsk("UpdateRoleDescription", &iam.UpdateRoleDescriptionInput{RoleName: x}, onRole+bounded),
		oneAsk("UpdateAssumeRolePolicy", &iam.UpdateAssumeRolePolicyInput{RoleName: x}, onRole+bounded),
		oneAsk("DeleteRole", &iam.DeleteRoleInput{RoleName: x}, onRole+bounded),
		oneAsk("ListRoles", &iam.ListRolesInput{}, arnX+`role/ "`+arnX+`role/"`),
		oneAsk("ListRoles", &iam.ListRolesInput{PathPrefix: ptr("/p/")}, arnX+`role/p/ "`+arnX+`role/p/"`),
		oneAsk("TagRole", &iam.TagRoleInput{RoleName: x, Tags: requestTags}, onRole+" aws:RequestTag/t=w aws:TagKeys=t"),
		oneAsk("UntagRole", &iam.UntagRoleInput{RoleName: x, TagKeys: []string{"a"}}, onRole+" aws:TagKeys=a"),
		oneAsk("ListRoleTags", &iam.ListRoleTagsInput{RoleName: x}, onRole),

		oneAsk("CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: no}, arnX+`instance-profile/no "`+arnX+`instance-profile/no" aws:TagKeys=`),
		{"CreateInstanceProfile", &iam.CreateInstanceProfileInput{InstanceProfileName: no, Tags: requestTags}, []string{
			"iam:CreateInstanceProfile " + arnX + `instance-profile/no "` + arnX + `instance-profile/no" aws:RequestTag/t=w aws:TagKeys=t aws:ResourceTag/t=w`,
			"iam:TagInstanceProfile " + arnX + `instance-profile/no "` + arnX + `instance-profile/no" aws:RequestTag/t=w aws:TagKeys=t aws:ResourceTag/t=w`}},
		oneAsk("GetInstanceProfile", &iam.GetInstanceProfileInput{InstanceProfileName: x}, onProfile),
		oneAsk("GetInstanceProfile", &iam.GetInstanceProfileInput{InstanceProfileName: no}, arnX+`instance-profile/no "instance profile no"`),
		oneAsk("DeleteInstanceProfile", &iam.DeleteInstanceProfileInput{InstanceProfileName: x}, onProfile),
		oneAsk("ListInstanceProfiles", &iam.ListInstanceProfilesInput{}, arnX+`instance-profile/ "`+arnX+`instance-profile/"`),
		oneAsk("ListInstanceProfilesForRole", &iam.ListInstanceProfilesForRoleInput{RoleName: x}, onRole),
		{"AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: x, RoleName: x}, []string{
			"iam:AddRoleToInstanceProfile " + onProfile,
			"iam:PassRole " + arnX + `role/p/x "` + arnX + `role/p/x" iam:PassedToService=ec2.amazonaws.com` + roleTag}},
		{"AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: x, RoleName: no}, []string{
			"iam:AddRoleToInstanceProfile " + onProfile,
			"iam:PassRole " + arnX + `role/no "` + arnX + `role/no" iam:PassedToService=ec2.amazonaws.com`}},
		oneAsk("RemoveRoleFromInstanceProfile", &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: x, RoleName: x}, onProfile),
		oneAsk("TagInstanceProfile", &iam.TagInstanceProfileInput{InstanceProfileName: x, Tags: requestTags}, onProfile+" aws:RequestTag/t=w aws:TagKeys=t"),
		oneAsk("UntagInstanceProfile", &iam.UntagInstanceProfileInput{InstanceProfileName: x, TagKeys: []string{"a"}}, onProfile+" aws:TagKeys=a"),
		oneAsk("ListInstanceProfileTags", &iam.ListInstanceProfileTagsInput{InstanceProfileName: x}, onProfile),
		oneAsk("GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsInput{}, `* "*"`),
	}
}

func TestPolicyRows(t *testing.T) {
	d := rowDirectory(t)
	for _, c := range policyRowTests() {
		t.Run(c.operation, func(t *testing.T) {
			if got := asks(t, d, c.operation, c.in); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// What is no ARN is answered before any decision, and tells nothing.
func TestPolicyRowsRefuseWhatIsNoARN(t *testing.T) {
	d := rowDirectory(t)
	bad, invalid := ptr("none of the kind of an ARN"), "InvalidInput: ARN none of the kind of an ARN is not valid."
	for operation, in := range map[string]any{
		"GetPolicy": &iam.GetPolicyInput{PolicyArn: bad}, "DeletePolicy": &iam.DeletePolicyInput{PolicyArn: bad},
		"TagPolicy": &iam.TagPolicyInput{PolicyArn: bad}, "UntagPolicy": &iam.UntagPolicyInput{PolicyArn: bad},
		"AttachUserPolicy":  &iam.AttachUserPolicyInput{UserName: ptr("x"), PolicyArn: bad},
		"DetachRolePolicy":  &iam.DetachRolePolicyInput{RoleName: ptr("no"), PolicyArn: bad},
		"AttachGroupPolicy": &iam.AttachGroupPolicyInput{GroupName: ptr("no"), PolicyArn: bad},
	} {
		if got := asks(t, d, operation, in); !slices.Equal(got, []string{invalid}) {
			t.Errorf("%s: %v", operation, got)
		}
	}
}

// No operation of these tables goes without a case above.
func TestEveryPolicyRowIsTested(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range policyRowTests() {
		tested[c.operation] = true
	}
	for operation := range merge(
		policyRows(), attachmentRows(), inlinePolicyRows(), roleRows(), instanceProfileRows(), boundaryRows(), authorizationDetailsRows(),
	) {
		if !tested[operation] {
			t.Errorf("%s has no case", operation)
		}
	}
}
