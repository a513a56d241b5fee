package iam

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// The policies of the walk-through in access_policies_boundaries, "Delegating
// responsibility to others using permissions boundaries": María may create users,
// but only within XCompanyBoundaries; DelegatedUserBoundary limits her to that.
const (
	xCompanyBoundaries = `{"Version":"2012-10-17","Statement":[
 {"Sid":"ServiceBoundaries","Effect":"Allow","Action":["s3:*","cloudwatch:*","ec2:*","dynamodb:*"],"Resource":"*"},
 {"Sid":"AllowIAMConsoleForCredentials","Effect":"Allow","Action":["iam:ListUsers","iam:GetAccountPasswordPolicy"],"Resource":"*"},
 {"Sid":"AllowManageOwnPasswordAndAccessKeys","Effect":"Allow",
  "Action":["iam:*AccessKey*","iam:ChangePassword","iam:GetUser","iam:*ServiceSpecificCredential*","iam:*SigningCertificate*"],
  "Resource":["arn:aws:iam::*:user/${aws:username}"]},
 {"Sid":"DenyS3Logs","Effect":"Deny","Action":"s3:*","Resource":["arn:aws:s3:::logs","arn:aws:s3:::logs/*"]},
 {"Sid":"DenyEC2Production","Effect":"Deny","Action":"ec2:*","Resource":"arn:aws:ec2:*:*:instance/i-1234567890abcdef0"}]}`

	delegatedUserBoundary = `{"Version":"2012-10-17","Statement":[
 {"Sid":"CreateOrChangeOnlyWithBoundary","Effect":"Allow",
  "Action":["iam:AttachUserPolicy","iam:CreateUser","iam:DeleteUserPolicy","iam:DetachUserPolicy","iam:PutUserPermissionsBoundary","iam:PutUserPolicy"],
  "Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/XCompanyBoundaries"}}},
 {"Sid":"CloudWatchAndOtherIAMTasks","Effect":"Allow",
  "Action":["cloudwatch:*","iam:CreateAccessKey","iam:CreateGroup","iam:CreateLoginProfile","iam:CreatePolicy","iam:DeleteGroup","iam:DeletePolicy",
   "iam:DeletePolicyVersion","iam:DeleteUser","iam:GetAccountPasswordPolicy","iam:GetGroup","iam:GetLoginProfile","iam:GetPolicy","iam:GetPolicyVersion",
   "iam:GetRolePolicy","iam:GetUser","iam:GetUserPolicy","iam:ListAccessKeys","iam:ListAttachedRolePolicies","iam:ListAttachedUserPolicies",
   "iam:ListEntitiesForPolicy","iam:ListGroups","iam:ListGroupsForUser","iam:ListMFADevices","iam:ListPolicies","iam:ListPolicyVersions",
   "iam:ListRolePolicies","iam:ListSSHPublicKeys","iam:ListServiceSpecificCredentials","iam:ListSigningCertificates","iam:ListUserPolicies",
   "iam:ListUsers","iam:SetDefaultPolicyVersion","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy","iam:UpdateGroup","iam:UpdateUser"],
  "NotResource":"arn:aws:iam::111122223333:user/Maria"},
 {"Sid":"NoBoundaryPolicyEdit","Effect":"Deny",
  "Action":["iam:CreatePolicyVersion","iam:DeletePolicy","iam:DeletePolicyVersion","iam:SetDefaultPolicyVersion"],
  "Resource":["arn:aws:iam::111122223333:policy/XCompanyBoundaries","arn:aws:iam::111122223333:policy/DelegatedUserBoundary"]},
 {"Sid":"NoBoundaryUserDelete","Effect":"Deny","Action":"iam:DeleteUserPermissionsBoundary","Resource":"*"}]}`

	delegatedUserPermissions = `{"Version":"2012-10-17","Statement":[
 {"Sid":"IAM","Effect":"Allow","Action":"iam:*","Resource":"*"},
 {"Sid":"CloudWatchLimited","Effect":"Allow","Action":["cloudwatch:GetDashboard","cloudwatch:GetMetricData","cloudwatch:ListDashboards"],"Resource":"*"},
 {"Sid":"S3BucketContents","Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::ZhangBucket"}]}`

	companyBoundary   = accountNo + ":policy/XCompanyBoundaries"
	delegatedBoundary = accountNo + ":policy/DelegatedUserBoundary"
	administrator     = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// delegated is the account as the walk-through's administrator leaves it, and María.
func delegated(t *testing.T) (*fixture, *api.Principal) {
	f := newFixture(t)
	f.addPolicy("XCompanyBoundaries", xCompanyBoundaries)
	f.addPolicy("DelegatedUserBoundary", delegatedUserBoundary)
	f.addPolicy("DelegatedUserPermissions", delegatedUserPermissions)
	f.addUser("Maria", "unbounded")
	f.attachToUser("Maria", accountNo+":policy/DelegatedUserPermissions")
	f.ok("PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("Maria"), PermissionsBoundary: ptr(delegatedBoundary)})
	return f, f.user("Maria")
}

// What the walk-through says María can do.
func TestDelegatedAdministrator(t *testing.T) {
	f, maria := delegated(t)
	steps := []struct {
		operation string
		in        any
	}{
		{"CreateUser", &iam.CreateUserInput{UserName: ptr("Zhang"), PermissionsBoundary: ptr(companyBoundary)}},
		{"CreateLoginProfile", &iam.CreateLoginProfileInput{UserName: ptr("Zhang"), Password: ptr("correct horse Battery 1!")}},
		{"CreatePolicy", &iam.CreatePolicyInput{PolicyName: ptr("ZhangPermissions"), PolicyDocument: ptr(allowAll)}},
		{"AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: ptr("Zhang"), PolicyArn: ptr(accountNo + ":policy/ZhangPermissions")}},
		{"PutUserPolicy", &iam.PutUserPolicyInput{UserName: ptr("Zhang"), PolicyName: ptr("more"), PolicyDocument: ptr(allowS3)}},
		{"DeleteUserPolicy", &iam.DeleteUserPolicyInput{UserName: ptr("Zhang"), PolicyName: ptr("more")}},
		{"PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("Zhang"), PermissionsBoundary: ptr(companyBoundary)}},
		{"PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("unbounded"), PermissionsBoundary: ptr(companyBoundary)}},
		{"CreateAccessKey", &iam.CreateAccessKeyInput{UserName: ptr("Zhang")}},
		{"GetUser", &iam.GetUserInput{UserName: ptr("Zhang")}},
		{"ListUsers", &iam.ListUsersInput{}},
		{"ListPolicies", &iam.ListPoliciesInput{MaxItems: ptr[int32](1)}},
		{"DetachUserPolicy", &iam.DetachUserPolicyInput{UserName: ptr("Zhang"), PolicyArn: ptr(accountNo + ":policy/ZhangPermissions")}},
		{"DeletePolicy", &iam.DeletePolicyInput{PolicyArn: ptr(accountNo + ":policy/ZhangPermissions")}},
	}
	for _, s := range steps {
		t.Run(s.operation, func(t *testing.T) {
			if _, err := f.as(maria, s.operation, s.in); err != nil {
				t.Error(err)
			}
		})
	}
}

// Zhang, whom María made, is kept within the boundary whatever he is given.
func TestDelegatedUserIsBounded(t *testing.T) {
	f, maria := delegated(t)
	didAs[iam.CreateUserOutput](f, maria, "CreateUser", &iam.CreateUserInput{UserName: ptr("Zhang"), PermissionsBoundary: ptr(companyBoundary)})
	didAs[iam.AttachUserPolicyOutput](f, maria, "AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: ptr("Zhang"), PolicyArn: ptr(administrator)})
	zhang := f.user("Zhang")
	didAs[iam.ListUsersOutput](f, zhang, "ListUsers", &iam.ListUsersInput{})
	didAs[iam.GetUserOutput](f, zhang, "GetUser", &iam.GetUserInput{})
	f.refusedAs(zhang, "CreateUser", &iam.CreateUserInput{UserName: ptr("second")}, 403, "AccessDenied",
		"User: "+accountNo+":user/Zhang is not authorized to perform: iam:CreateUser on resource: "+accountNo+":user/second because no permissions boundary allows the iam:CreateUser action")
	f.refusedAs(zhang, "DeleteUserPermissionsBoundary", &iam.DeleteUserPermissionsBoundaryInput{UserName: ptr("Zhang")}, 403, "AccessDenied",
		"User: "+accountNo+":user/Zhang is not authorized to perform: iam:DeleteUserPermissionsBoundary on resource: user Zhang because no permissions boundary allows the iam:DeleteUserPermissionsBoundary action")
}

// Every way out that the walk-through closes, and the ones around it, is closed;
// a refused step changes nothing.
func TestDelegationCannotBeEscaped(t *testing.T) {
	f, maria := delegated(t)
	didAs[iam.CreateUserOutput](f, maria, "CreateUser", &iam.CreateUserInput{UserName: ptr("Zhang"), PermissionsBoundary: ptr(companyBoundary)})
	f.addRole("power")
	f.addGroup("admins")
	f.addProfile("hosts")
	f.ok("AttachGroupPolicy", &iam.AttachGroupPolicyInput{GroupName: ptr("admins"), PolicyArn: ptr(administrator)})
	const implicit, explicit = "because no permissions boundary allows", "with an explicit deny in a permissions boundary"
	escapes := []struct {
		name, operation string
		in              any
		reason          string
	}{
		{"a user without a boundary", "CreateUser", &iam.CreateUserInput{UserName: ptr("free")}, implicit},
		{"a user within another boundary", "CreateUser", &iam.CreateUserInput{UserName: ptr("free"), PermissionsBoundary: ptr(administrator)}, implicit},
		{"a user within her own boundary", "CreateUser", &iam.CreateUserInput{UserName: ptr("free"), PermissionsBoundary: ptr(delegatedBoundary)}, implicit},
		{"the boundary in another case", "CreateUser", &iam.CreateUserInput{UserName: ptr("free"), PermissionsBoundary: ptr(accountNo + ":policy/xcompanyboundaries")}, implicit},
		{"a tag in the boundary's name", "CreateUser", &iam.CreateUserInput{UserName: ptr("free"), Tags: tags("iam:PermissionsBoundary", companyBoundary)}, implicit},
		{"another boundary for Zhang", "PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("Zhang"), PermissionsBoundary: ptr(administrator)}, implicit},
		{"another boundary for herself", "PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("Maria"), PermissionsBoundary: ptr(administrator)}, implicit},
		{"no boundary for herself", "DeleteUserPermissionsBoundary", &iam.DeleteUserPermissionsBoundaryInput{UserName: ptr("Maria")}, explicit},
		{"no boundary for Zhang", "DeleteUserPermissionsBoundary", &iam.DeleteUserPermissionsBoundaryInput{UserName: ptr("Zhang")}, explicit},
		{"a policy for who has no boundary", "AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: ptr("unbounded"), PolicyArn: ptr(administrator)}, implicit},
		{"an inline policy for who has none", "PutUserPolicy", &iam.PutUserPolicyInput{UserName: ptr("unbounded"), PolicyName: ptr("p"), PolicyDocument: ptr(allowAll)}, implicit},
		{"a policy for herself", "AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: ptr("Maria"), PolicyArn: ptr(administrator)}, implicit},
		{"her policy off", "DetachUserPolicy", &iam.DetachUserPolicyInput{UserName: ptr("Maria"), PolicyArn: ptr(accountNo + ":policy/DelegatedUserPermissions")}, implicit},
		{"the boundary edited", "CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: ptr(companyBoundary), PolicyDocument: ptr(allowAll), SetAsDefault: ptr(true)}, explicit},
		{"her boundary edited", "CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: ptr(delegatedBoundary), PolicyDocument: ptr(allowAll), SetAsDefault: ptr(true)}, explicit},
		{"a version put in force", "SetDefaultPolicyVersion", &iam.SetDefaultPolicyVersionInput{PolicyArn: ptr(companyBoundary), VersionId: ptr("v1")}, explicit},
		{"a version deleted", "DeletePolicyVersion", &iam.DeletePolicyVersionInput{PolicyArn: ptr(delegatedBoundary), VersionId: ptr("v1")}, explicit},
		{"the boundary deleted", "DeletePolicy", &iam.DeletePolicyInput{PolicyArn: ptr(companyBoundary)}, explicit},
		{"her permissions edited", "CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: ptr(accountNo + ":policy/DelegatedUserPermissions"), PolicyDocument: ptr(allowAll)}, implicit},
		{"a group's policy", "AttachGroupPolicy", &iam.AttachGroupPolicyInput{GroupName: ptr("admins"), PolicyArn: ptr(administrator)}, implicit},
		{"a group's inline policy", "PutGroupPolicy", &iam.PutGroupPolicyInput{GroupName: ptr("admins"), PolicyName: ptr("p"), PolicyDocument: ptr(allowAll)}, implicit},
		{"a group that may more", "AddUserToGroup", &iam.AddUserToGroupInput{GroupName: ptr("admins"), UserName: ptr("unbounded")}, implicit},
		{"a role", "CreateRole", &iam.CreateRoleInput{RoleName: ptr("free"), AssumeRolePolicyDocument: ptr(trusting(accountNo + ":user/Maria")), PermissionsBoundary: ptr(companyBoundary)}, implicit},
		{"a role's trust", "UpdateAssumeRolePolicy", &iam.UpdateAssumeRolePolicyInput{RoleName: ptr("power"), PolicyDocument: ptr(trusting(accountNo + ":user/Maria"))}, implicit},
		{"a role's policy", "AttachRolePolicy", &iam.AttachRolePolicyInput{RoleName: ptr("power"), PolicyArn: ptr(administrator)}, implicit},
		{"a role for her hosts", "AddRoleToInstanceProfile", &iam.AddRoleToInstanceProfileInput{InstanceProfileName: ptr("hosts"), RoleName: ptr("power")}, implicit},
		{"herself under another name", "UpdateUser", &iam.UpdateUserInput{UserName: ptr("Maria"), NewUserName: ptr("Other")}, implicit},
		{"herself gone", "DeleteUser", &iam.DeleteUserInput{UserName: ptr("Maria")}, implicit},
		{"a second key of her own", "CreateAccessKey", &iam.CreateAccessKeyInput{UserName: ptr("Maria")}, implicit},
	}
	before := asText(did[iam.GetAccountAuthorizationDetailsOutput](f, "GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsInput{}))
	for _, e := range escapes {
		t.Run(e.name, func(t *testing.T) {
			f := on(f, t)
			_, err := f.as(maria, e.operation, e.in)
			if err == nil || !strings.HasPrefix(err.Error(), "AccessDenied: User: "+accountNo+":user/Maria is not authorized to perform: iam:"+e.operation+" on resource: ") ||
				!strings.Contains(err.Error(), e.reason) {
				t.Errorf("got %v, want a refusal %s", err, e.reason)
			}
			after := asText(did[iam.GetAccountAuthorizationDetailsOutput](f, "GetAccountAuthorizationDetails", &iam.GetAccountAuthorizationDetailsInput{}))
			same(t, "the account", after, before)
		})
	}
}

// Renaming another user to the name that her boundary spares is no way to hers.
func TestDelegationAndRenaming(t *testing.T) {
	f, maria := delegated(t)
	if _, err := f.as(maria, "UpdateUser", &iam.UpdateUserInput{UserName: ptr("unbounded"), NewUserName: ptr("Maria")}); err == nil {
		t.Error("she took her own ARN for another user")
	}
}
