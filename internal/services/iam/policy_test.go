package iam

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// API_CreatePolicy, API_Policy.
func TestCreatePolicy(t *testing.T) {
	f := newFixture(t)
	p := did[iam.CreatePolicyOutput](f, "CreatePolicy", &iam.CreatePolicyInput{
		PolicyName: ptr("Readers"), Path: ptr("/team/a/"), PolicyDocument: ptr(allowS3), Description: ptr("who reads"), Tags: tags("team", "a"),
	}).Policy
	same(t, "name", *p.PolicyName, "Readers")
	same(t, "ARN", *p.Arn, accountNo+":policy/team/a/Readers")
	same(t, "path", *p.Path, "/team/a/")
	same(t, "default version", *p.DefaultVersionId, "v1")
	same(t, "attachments", *p.AttachmentCount, 0)
	same(t, "boundaries", *p.PermissionsBoundaryUsageCount, 0)
	same(t, "attachable", *p.IsAttachable, true)
	same(t, "created", *p.CreateDate, start)
	same(t, "updated", *p.UpdateDate, start)
	same(t, "tags", len(p.Tags), 1)
	if !regexp.MustCompile(`^ANPA[A-Z2-7]{17}$`).MatchString(*p.PolicyId) {
		t.Errorf("id %s", *p.PolicyId)
	}
	got := did[iam.GetPolicyOutput](f, "GetPolicy", &iam.GetPolicyInput{PolicyArn: p.Arn}).Policy
	same(t, "id", *got.PolicyId, *p.PolicyId)
	same(t, "description", *got.Description, "who reads")
	same(t, "tag", *got.Tags[0].Key+"="+*got.Tags[0].Value, "team=a")
}

// G-16: kept exactly as sent, returned percent-encoded after RFC 3986.
func TestPolicyDocumentIsKeptAsSent(t *testing.T) {
	f := newFixture(t)
	text := "{ \"Version\":\"2012-10-17\",\r\n\t\"Statement\" : {\"Sid\":\"\",\"Resource\":\"arn:aws:s3:::b\u00e9/*\",\"Effect\":\"Allow\",\"Action\":\"s3:\\u0047et*\"}} "
	arn := f.addPolicy("exact", text)
	v := did[iam.GetPolicyVersionOutput](f, "GetPolicyVersion", &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: ptr("v1")}).PolicyVersion
	same(t, "document", decoded(t, v.Document), text)
	if strings.ContainsAny(*v.Document, " +{}\"\r\n:*/") || !strings.HasPrefix(*v.Document, "%7B%20%22Version%22%3A%222012-10-17%22%2C%0D%0A%09") {
		t.Errorf("encoded as %s", *v.Document)
	}
	if !strings.Contains(*v.Document, "b%C3%A9%2F%2A") {
		t.Errorf("not RFC 3986 of UTF-8: %s", *v.Document)
	}
}

// The versions' walk-through of access_policies_managed-versioning: five at most,
// numbers never used again, the default changed and kept from deletion.
func TestPolicyVersions(t *testing.T) {
	f := newFixture(t)
	arn := f.addPolicy("versioned", allowS3)
	for n := 2; n <= 5; n++ {
		v := did[iam.CreatePolicyVersionOutput](f, "CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: ptr(allowAll)}).PolicyVersion
		same(t, "version", *v.VersionId, fmt.Sprintf("v%d", n))
		same(t, "default", *v.IsDefaultVersion, false)
	}
	f.refused("CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: ptr(allowAll)},
		409, "LimitExceeded", "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
	f.refused("DeletePolicyVersion", &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: ptr("v1")},
		409, "DeleteConflict", "Cannot delete the default version of a policy.")
	f.refused("DeletePolicy", &iam.DeletePolicyInput{PolicyArn: &arn}, 409, "DeleteConflict",
		"This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")

	did[iam.DeletePolicyVersionOutput](f, "DeletePolicyVersion", &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: ptr("v5")})
	v := did[iam.CreatePolicyVersionOutput](f, "CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: ptr(allowAll), SetAsDefault: ptr(true)}).PolicyVersion
	same(t, "after a deletion", *v.VersionId, "v6")
	same(t, "default in force", *did[iam.GetPolicyOutput](f, "GetPolicy", &iam.GetPolicyInput{PolicyArn: &arn}).Policy.DefaultVersionId, "v6")
	did[iam.SetDefaultPolicyVersionOutput](f, "SetDefaultPolicyVersion", &iam.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: ptr("v3")})

	list := did[iam.ListPolicyVersionsOutput](f, "ListPolicyVersions", &iam.ListPolicyVersionsInput{PolicyArn: &arn})
	var ids []string
	for _, v := range list.Versions {
		id := *v.VersionId
		if *v.IsDefaultVersion {
			id += "*"
		}
		if v.Document != nil {
			t.Errorf("%s: a list shows no documents", id)
		}
		ids = append(ids, id)
	}
	same(t, "versions", strings.Join(ids, " "), "v6 v4 v3* v2 v1")
}

func TestNoSuchPolicyVersion(t *testing.T) {
	f := newFixture(t)
	arn := f.addPolicy("p", allowS3)
	for _, id := range []string{"v2", "v01", "v1.x", "v18446744073709551617"} {
		if id == "v01" { // outside the model's pattern
			continue
		}
		message := "Policy " + arn + " version " + id + " does not exist or is not attachable."
		f.refused("GetPolicyVersion", &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: &id}, 404, "NoSuchEntity", message)
		f.refused("DeletePolicyVersion", &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: &id}, 404, "NoSuchEntity", message)
		f.refused("SetDefaultPolicyVersion", &iam.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: &id}, 404, "NoSuchEntity", message)
	}
}

// A new default version counts for the next request (E-24).
func TestDefaultVersionDecides(t *testing.T) {
	f := newFixture(t)
	arn := f.addPolicy("p", allowS3)
	f.addUser("ana")
	f.attachToUser("ana", arn)
	list := &iam.ListUsersInput{}
	denied := func() {
		t.Helper()
		f.refusedAs(f.user("ana"), "ListUsers", list, 403, "AccessDenied",
			"User: "+accountNo+":user/ana is not authorized to perform: iam:ListUsers on resource: "+accountNo+":user/ because no identity-based policy allows the iam:ListUsers action")
	}
	denied()
	did[iam.CreatePolicyVersionOutput](f, "CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: ptr(allowAll)})
	denied() // not the default
	did[iam.SetDefaultPolicyVersionOutput](f, "SetDefaultPolicyVersion", &iam.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: ptr("v2")})
	didAs[iam.ListUsersOutput](f, f.user("ana"), "ListUsers", list)
	did[iam.SetDefaultPolicyVersionOutput](f, "SetDefaultPolicyVersion", &iam.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: ptr("v1")})
	denied()
}

// aws-errors 1.2, 1.3, 1.6, 1.8 and V-16, as far as CreatePolicy and its kind answer them.
func TestPolicyFaults(t *testing.T) {
	f := newFixture(t)
	f.addPolicy("taken", allowS3)
	create := func(document string) *iam.CreatePolicyInput {
		return &iam.CreatePolicyInput{PolicyName: ptr("new"), PolicyDocument: &document}
	}
	statement := func(s string) *iam.CreatePolicyInput {
		return create(`{"Version":"2012-10-17","Statement":[{` + s + `}]}`)
	}
	gone := accountNo + ":policy/gone"
	tests := []struct {
		row, operation string
		in             any
		status         int
		code, message  string
	}{
		{"1.3 CreatePolicy", "CreatePolicy", &iam.CreatePolicyInput{PolicyName: ptr("TAKEN"), PolicyDocument: ptr(allowS3)}, 409, "EntityAlreadyExists", "A policy called TAKEN already exists. Duplicate names are not allowed."},
		{"1.2 GetPolicy customer", "GetPolicy", &iam.GetPolicyInput{PolicyArn: &gone}, 404, "NoSuchEntity", "Policy " + gone + " does not exist or is not attachable."},
		{"1.2 GetPolicy other case", "GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(accountNo + ":policy/Taken")}, 404, "NoSuchEntity", "Policy " + accountNo + ":policy/Taken does not exist or is not attachable."},
		{"1.2 GetPolicy other path", "GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(accountNo + ":policy/x/taken")}, 404, "NoSuchEntity", "Policy " + accountNo + ":policy/x/taken does not exist or is not attachable."},
		{"1.2 GetPolicy AWS", "GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr("arn:aws:iam::aws:policy/Gone")}, 404, "NoSuchEntity", "Policy arn:aws:iam::aws:policy/Gone was not found."},
		{"1.2 DeletePolicy", "DeletePolicy", &iam.DeletePolicyInput{PolicyArn: &gone}, 404, "NoSuchEntity", "Policy " + gone + " was not found."},
		{"1.2 ListEntitiesForPolicy", "ListEntitiesForPolicy", &iam.ListEntitiesForPolicyInput{PolicyArn: &gone}, 404, "NoSuchEntity", "Policy " + gone + " was not found."},
		{"1.2 TagPolicy", "TagPolicy", &iam.TagPolicyInput{PolicyArn: &gone, Tags: tags("a", "b")}, 404, "NoSuchEntity", "Policy " + gone + " was not found."},
		{"1.8 ARN", "GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(`{"arn": "none of the kind"}`)}, 400, "InvalidInput", `ARN {"arn": "none of the kind"} is not valid.`},
		{"1.8 ARN of a user", "GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(accountNo + ":user/ana")}, 400, "InvalidInput", "ARN " + accountNo + ":user/ana is not valid."},
		{"1.8 ARN of a bucket", "CreatePolicyVersion", &iam.CreatePolicyVersionInput{PolicyArn: ptr("arn:aws:s3:::a-bucket-of-mine"), PolicyDocument: ptr(allowS3)}, 400, "InvalidInput", "ARN arn:aws:s3:::a-bucket-of-mine is not valid."},
		{"1.8 ARN without a name", "DeletePolicy", &iam.DeletePolicyInput{PolicyArn: ptr(accountNo + ":policy/path/")}, 400, "InvalidInput", "ARN " + accountNo + ":policy/path/ is not valid."},
		{"1.7 partition", "GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr("arn:aws-cn:iam::aws:policy/ReadOnlyAccess")}, 400, "ValidationError", "Invalid ARN partition"},
		{"1.6 no JSON", "CreatePolicy", create("file://policy.json"), 400, "MalformedPolicyDocument", "Syntax errors in policy."},
		{"1.6 principal", "CreatePolicy", statement(`"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"`), 400, "MalformedPolicyDocument", "Policy document should not specify a principal."},
		{"1.6 no Version", "CreatePolicy", create(`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`), 400, "MalformedPolicyDocument", "Policy document must be version 2012-10-17 or greater."},
		{"1.6 allow", "CreatePolicy", statement(`"Effect":"allow","Action":"s3:*","Resource":"*"`), 400, "MalformedPolicyDocument", "The policy failed legacy parsing"},
		{"1.6 no Resource", "CreatePolicy", statement(`"Effect":"Allow","Action":"s3:*"`), 400, "MalformedPolicyDocument", "Policy statement must contain resources."},
		{"1.6 no Action", "CreatePolicy", statement(`"Effect":"Allow","Resource":"*"`), 400, "MalformedPolicyDocument", "Policy statement must contain actions."},
		{"1.6 vendor", "CreatePolicy", statement(`"Effect":"Allow","Action":"GetObject","Resource":"*"`), 400, "MalformedPolicyDocument", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"1.6 resource", "CreatePolicy", statement(`"Effect":"Allow","Action":"s3:*","Resource":"bucket"`), 400, "MalformedPolicyDocument", `Resource bucket must be in ARN format or "*".`},
		{"V-16 document of 131,073", "CreatePolicy", create(strings.Repeat(" ", 131073)), 400, "ValidationError", ""},
	}
	for _, tt := range tests {
		t.Run(tt.row, func(t *testing.T) {
			if tt.message == "" {
				e := f.fault(t, tt.operation, tt.in)
				same(t, "code", e.Code, tt.code)
				return
			}
			on(f, t).refused(tt.operation, tt.in, tt.status, tt.code, tt.message)
		})
	}
	same(t, "policies", len(did[iam.ListPoliciesOutput](f, "ListPolicies", &iam.ListPoliciesInput{Scope: ptr("Local")}).Policies), 1)
}

// Where the fault stands goes to the log, not to the caller (section V).
func TestFaultsPositionIsLogged(t *testing.T) {
	f := newFixture(t)
	e := f.fault(t, "CreatePolicy", &iam.CreatePolicyInput{PolicyName: ptr("p"), PolicyDocument: ptr("{\"Version\":\"2012-10-17\",\n \"Statement\":[{\"Effect\":\"Permit\",\"Action\":\"*\",\"Resource\":\"*\"}]}")})
	same(t, "message", e.Message, "Syntax errors in policy.")
	if !strings.Contains(e.Log, "line 2") || !strings.Contains(e.Log, "Statement[0].Effect") {
		t.Errorf("the log has %q", e.Log)
	}
}

// G-12, aws-errors 1.5: 6,144 characters, white space outside strings not counted.
func TestPolicySize(t *testing.T) {
	f := newFixture(t)
	fits := padded(6144)
	arn := f.addPolicy("fits", strings.Replace(fits, ",", ",\n\t  ", 1))
	over := &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: ptr(padded(6145))}
	f.refused("CreatePolicyVersion", over, 409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
	f.refused("CreatePolicy", &iam.CreatePolicyInput{PolicyName: ptr("over"), PolicyDocument: over.PolicyDocument},
		409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
}

// padded is a valid identity policy of a size.
func padded(size int) string {
	const head, tail = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::`, `"}}`
	return head + strings.Repeat("x", size-len(head)-len(tail)) + tail
}

// E-23: what AWS manages is read by all and changed by nobody, the root user and
// administrators included.
func TestAWSManagedPolicies(t *testing.T) {
	f := newFixture(t)
	p := did[iam.GetPolicyOutput](f, "GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(readOnly)}).Policy
	same(t, "name", *p.PolicyName, "ReadOnlyAccess")
	v := did[iam.GetPolicyVersionOutput](f, "GetPolicyVersion", &iam.GetPolicyVersionInput{PolicyArn: ptr(readOnly), VersionId: p.DefaultVersionId}).PolicyVersion
	if text := decoded(t, v.Document); !strings.Contains(text, `"iam:Get*"`) {
		t.Errorf("document %.100s…", text)
	}
	versions := did[iam.ListPolicyVersionsOutput](f, "ListPolicyVersions", &iam.ListPolicyVersionsInput{PolicyArn: ptr(readOnly)}).Versions
	same(t, "versions", len(versions), 1)
	same(t, "tags", len(did[iam.ListPolicyTagsOutput](f, "ListPolicyTags", &iam.ListPolicyTagsInput{PolicyArn: ptr(readOnly)}).Tags), 0)
	f.refused("GetPolicyVersion", &iam.GetPolicyVersionInput{PolicyArn: ptr(readOnly), VersionId: ptr("v1")}, 404, "NoSuchEntity", "Policy "+readOnly+" version v1 does not exist or is not attachable.")

	f.addUser("admin")
	f.attachToUser("admin", "arn:aws:iam::aws:policy/AdministratorAccess")
	changes := map[string]any{
		"DeletePolicy":            &iam.DeletePolicyInput{PolicyArn: ptr(readOnly)},
		"CreatePolicyVersion":     &iam.CreatePolicyVersionInput{PolicyArn: ptr(readOnly), PolicyDocument: ptr(allowAll), SetAsDefault: ptr(true)},
		"SetDefaultPolicyVersion": &iam.SetDefaultPolicyVersionInput{PolicyArn: ptr(readOnly), VersionId: ptr("v1")},
		"DeletePolicyVersion":     &iam.DeletePolicyVersionInput{PolicyArn: ptr(readOnly), VersionId: ptr("v1")},
		"TagPolicy":               &iam.TagPolicyInput{PolicyArn: ptr(readOnly), Tags: tags("a", "b")},
		"UntagPolicy":             &iam.UntagPolicyInput{PolicyArn: ptr(readOnly), TagKeys: []string{"a"}},
	}
	for operation, in := range changes {
		t.Run(operation, func(t *testing.T) {
			f := on(f, t)
			didAs[iam.GetPolicyOutput](f, f.user("admin"), "GetPolicy", &iam.GetPolicyInput{PolicyArn: ptr(readOnly)})
			refusal := " is not authorized to perform: iam:" + operation + " on resource: policy " + readOnly
			f.refusedAs(f.user("admin"), operation, in, 403, "AccessDenied", "User: "+accountNo+":user/admin"+refusal)
			f.refusedAs(root(), operation, in, 403, "AccessDenied", "User: "+accountNo+":root"+refusal)
		})
	}
}

// API_ListPolicies: scope, path prefix, OnlyAttached, PolicyUsageFilter.
func TestListPolicies(t *testing.T) {
	f := newFixture(t)
	f.addUser("ana")
	f.addPolicy("unused", allowS3)
	attached, bounding := f.addPolicy("attached", allowS3), f.addPolicy("bounding", allowS3)
	did[iam.CreatePolicyOutput](f, "CreatePolicy", &iam.CreatePolicyInput{PolicyName: ptr("nested"), Path: ptr("/a/b/"), PolicyDocument: ptr(allowS3), Tags: tags("k", "v"), Description: ptr("d")})
	f.attachToUser("ana", attached, readOnly)
	did[iam.PutUserPermissionsBoundaryOutput](f, "PutUserPermissionsBoundary", &iam.PutUserPermissionsBoundaryInput{UserName: ptr("ana"), PermissionsBoundary: &bounding})
	tests := []struct {
		name string
		in   iam.ListPoliciesInput
		want string
	}{
		{"Local", iam.ListPoliciesInput{Scope: ptr("Local")}, "attached bounding nested unused"},
		{"Local under a path", iam.ListPoliciesInput{Scope: ptr("Local"), PathPrefix: ptr("/a/")}, "nested"},
		{"attached", iam.ListPoliciesInput{OnlyAttached: ptr(true), PolicyUsageFilter: ptr("PermissionsPolicy")}, "attached ReadOnlyAccess"},
		{"attached, any use", iam.ListPoliciesInput{OnlyAttached: ptr(true)}, "attached bounding ReadOnlyAccess"},
		{"AWS attached", iam.ListPoliciesInput{Scope: ptr("AWS"), OnlyAttached: ptr(true)}, "ReadOnlyAccess"},
		{"boundaries", iam.ListPoliciesInput{PolicyUsageFilter: ptr("PermissionsBoundary")}, "bounding"},
		{"permissions", iam.ListPoliciesInput{PolicyUsageFilter: ptr("PermissionsPolicy"), Scope: ptr("All")}, "attached ReadOnlyAccess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := on(f, t)
			out := did[iam.ListPoliciesOutput](f, "ListPolicies", &tt.in)
			var names []string
			for _, p := range out.Policies {
				names = append(names, *p.PolicyName)
				if p.Description != nil || p.Tags != nil {
					t.Errorf("%s: lists show neither description nor tags", *p.PolicyName)
				}
			}
			same(t, "policies", strings.Join(names, " "), tt.want)
			same(t, "truncated", *out.IsTruncated, false)
		})
	}
}

// Page after page, every policy of the account and of AWS comes once.
func TestListPoliciesPages(t *testing.T) {
	f := newFixture(t)
	for i := range 5 {
		f.addPolicy(fmt.Sprintf("p%d", i), allowS3)
	}
	whole := did[iam.ListPoliciesOutput](f, "ListPolicies", &iam.ListPoliciesInput{MaxItems: ptr[int32](1000)})
	rest := did[iam.ListPoliciesOutput](f, "ListPolicies", &iam.ListPoliciesInput{MaxItems: ptr[int32](1000), Marker: whole.Marker})
	want := append(whole.Policies, rest.Policies...)
	var got []iam.Policy
	in := &iam.ListPoliciesInput{MaxItems: ptr[int32](3)}
	for {
		out := did[iam.ListPoliciesOutput](f, "ListPolicies", in)
		got = append(got, out.Policies...)
		if !*out.IsTruncated {
			break
		}
		in.Marker = out.Marker
	}
	arn := func(p iam.Policy) string { return *p.Arn }
	same(t, "policies", len(got), len(want))
	if !slices.EqualFunc(got, want, func(a, b iam.Policy) bool { return arn(a) == arn(b) }) {
		t.Error("pages of 3 and of 1000 list differently")
	}
	seen := map[string]bool{}
	for _, p := range got {
		if seen[arn(p)] {
			t.Errorf("%s twice", arn(p))
		}
		seen[arn(p)] = true
	}
	f.refused("ListPolicies", &iam.ListPoliciesInput{Marker: in.Marker, Scope: ptr("Local")}, 400, "ValidationError", "Invalid Marker.")
}

func TestPolicyTags(t *testing.T) {
	f := newFixture(t)
	arn := f.addPolicy("p", allowS3)
	did[iam.TagPolicyOutput](f, "TagPolicy", &iam.TagPolicyInput{PolicyArn: &arn, Tags: tags("b", "1", "a", "2")})
	did[iam.TagPolicyOutput](f, "TagPolicy", &iam.TagPolicyInput{PolicyArn: &arn, Tags: tags("B", "3")})
	did[iam.UntagPolicyOutput](f, "UntagPolicy", &iam.UntagPolicyInput{PolicyArn: &arn, TagKeys: []string{"a", "none"}})
	list := did[iam.ListPolicyTagsOutput](f, "ListPolicyTags", &iam.ListPolicyTagsInput{PolicyArn: &arn}).Tags
	same(t, "tags", len(list), 1)
	same(t, "tag", *list[0].Key+"="+*list[0].Value, "B=3")
	duplicates := "Duplicate tag keys found. Please note that Tag keys are case insensitive."
	f.refused("TagPolicy", &iam.TagPolicyInput{PolicyArn: &arn, Tags: tags("k", "1", "K", "2")}, 400, "InvalidInput", duplicates)
	f.refused("CreatePolicy", &iam.CreatePolicyInput{PolicyName: ptr("q"), PolicyDocument: ptr(allowS3), Tags: tags("k", "1", "K", "2")}, 400, "InvalidInput", duplicates)
}

// A policy of another account is neither shown nor told of (D-09).
func TestPoliciesOfAnotherAccount(t *testing.T) {
	f := newFixture(t)
	other := f.addAccount()
	for _, arn := range []string{f.addPolicy("mine", allowS3), accountNo + ":policy/none"} {
		f.refusedAs(rootOf(other), "GetPolicy", &iam.GetPolicyInput{PolicyArn: &arn}, 403, "AccessDenied",
			"User: arn:aws:iam::"+other+":root is not authorized to perform: iam:GetPolicy on resource: policy "+arn)
		f.refusedAs(rootOf(other), "AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: ptr("admin"), PolicyArn: &arn}, 404, "NoSuchEntity",
			"Policy "+arn+" does not exist or is not attachable.")
	}
}
