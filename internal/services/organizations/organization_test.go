package organizations

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
)

func TestCreateOrganization(t *testing.T) {
	f := newFixture(t)
	made := did[organizations.CreateOrganizationOutput](f, root(), "CreateOrganization", &organizations.CreateOrganizationInput{}).Organization
	id := *made.Id
	want := &organizations.Organization{
		Id: &id, Arn: ptr("arn:aws:organizations::111122223333:organization/" + id), FeatureSet: ptr("ALL"),
		MasterAccountId: ptr(manager), MasterAccountEmail: ptr("root@example.com"),
		MasterAccountArn:     ptr("arn:aws:organizations::111122223333:account/" + id + "/111122223333"),
		AvailablePolicyTypes: []organizations.PolicyTypeSummary{},
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Error(diff)
	}
	described := did[organizations.DescribeOrganizationOutput](f, root(), "DescribeOrganization", &organizations.DescribeOrganizationInput{}).Organization
	if diff := cmp.Diff(made, described); diff != "" {
		t.Error(diff)
	}
	f.refused(root(), "CreateOrganization", &organizations.CreateOrganizationInput{}, "AlreadyInOrganizationException",
		"The AWS account is already a member of an organization.")
}

func TestCreateOrganizationFeatureSet(t *testing.T) {
	f := newFixture(t)
	in := &organizations.CreateOrganizationInput{FeatureSet: ptr("EVERYTHING")}
	if e := f.refused(root(), "CreateOrganization", in, "InvalidInputException", "You specified an invalid value."); len(e.Members) != 1 || e.Members[0].Name != "Reason" {
		t.Errorf("%v", e.Members)
	}
	in.FeatureSet = ptr("CONSOLIDATED_BILLING")
	if o := did[organizations.CreateOrganizationOutput](f, root(), "CreateOrganization", in).Organization; *o.FeatureSet != "CONSOLIDATED_BILLING" {
		t.Error(*o.FeatureSet)
	}
}

// Any account of the organization may ask for it [API_DescribeOrganization].
func TestDescribeOrganizationFromAMember(t *testing.T) {
	f := organized(t)
	member := f.create("data")
	ofManager := did[organizations.DescribeOrganizationOutput](f, root(), "DescribeOrganization", &organizations.DescribeOrganizationInput{})
	ofMember := did[organizations.DescribeOrganizationOutput](f, authn.RootPrincipal(member), "DescribeOrganization", &organizations.DescribeOrganizationInput{})
	if diff := cmp.Diff(ofManager, ofMember); diff != "" {
		t.Error(diff)
	}
}

func TestListRoots(t *testing.T) {
	f := organized(t)
	out := did[organizations.ListRootsOutput](f, root(), "ListRoots", &organizations.ListRootsInput{})
	if len(out.Roots) != 1 || out.NextToken != nil {
		t.Fatalf("%+v", out)
	}
	o, err := f.directory.View(manager).ManagedOrganization()
	if err != nil {
		t.Fatal(err)
	}
	r := out.Roots[0]
	if *r.Name != "Root" || *r.Id != o.Root || *r.Arn != "arn:aws:organizations::111122223333:root/"+o.ID+"/"+o.Root || len(r.PolicyTypes) != 0 {
		t.Errorf("%+v", r)
	}
	f.refused(root(), "ListRoots", &organizations.ListRootsInput{NextToken: ptr("more")}, "InvalidInputException", errNextToken().Message)
}

// aws-errors 2.1: an account that is in no organization.
func TestNotInUse(t *testing.T) {
	f := newFixture(t)
	for operation, in := range inputs() {
		if operation != "CreateOrganization" {
			f.refused(root(), operation, in, "AWSOrganizationsNotInUseException", notInUse)
		}
	}
}

// aws-errors 2.1: only the management account may, the root user of a member
// neither.
func TestMembersMayNotManage(t *testing.T) {
	f := organized(t)
	member := authn.RootPrincipal(f.create("data"))
	for operation, in := range inputs() {
		switch operation {
		case "DescribeOrganization":
			did[organizations.DescribeOrganizationOutput](f, member, operation, in)
		case "CreateOrganization":
			f.refused(member, operation, in, "AlreadyInOrganizationException", "The AWS account is already a member of an organization.")
		default:
			f.refused(member, operation, in, "AccessDeniedException", noAccess)
		}
	}
}

// aws-errors 2.1: the short form, whatever the operation; nothing is made.
func TestNeedsPermission(t *testing.T) {
	f := newFixture(t)
	nobody := f.user("nobody", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}`)
	for operation := range f.served.Methods {
		in, given := inputs()[operation]
		if !given {
			t.Fatalf("%s has no input here", operation)
		}
		f.refused(nobody, operation, in, "AccessDeniedException", noAccess)
	}
	if f.directory.View(manager).Manager() != "" {
		t.Error("there is an organization")
	}
	able := f.user("able", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:*","Resource":"*"}]}`)
	did[organizations.CreateOrganizationOutput](f, able, "CreateOrganization", &organizations.CreateOrganizationInput{})
}

// A method without a row would be refused, and a row without a method is dead.
func TestEveryMethodHasARow(t *testing.T) {
	f := newFixture(t)
	for operation := range f.served.Methods {
		if f.served.Rows[operation] == nil {
			t.Errorf("%s has no row", operation)
		}
	}
	if len(f.served.Rows) != len(f.served.Methods) {
		t.Errorf("%d rows, %d methods", len(f.served.Rows), len(f.served.Methods))
	}
}
