package ec2

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func profile(name string) *ec2.IamInstanceProfileSpecification {
	return &ec2.IamInstanceProfileSpecification{Name: &name}
}

// associations are all that the account has.
func (f *fixture) associations() []ec2.IamInstanceProfileAssociation {
	f.t.Helper()
	return must[ec2.DescribeIamInstanceProfileAssociationsOutput](f, "DescribeIamInstanceProfileAssociations", &ec2.DescribeIamInstanceProfileAssociationsInput{}).IamInstanceProfileAssociations
}

// The profile of an instance through its life: associated, replaced, taken away.
func TestAssociations(t *testing.T) {
	f := newFixture(t)
	id := *f.run().InstanceId
	if len(f.associations()) != 0 {
		t.Error("an association that nobody made")
	}
	a := must[ec2.AssociateIamInstanceProfileOutput](f, "AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: &id, IamInstanceProfile: profile("readers")}).IamInstanceProfileAssociation
	if *a.State != "associating" || *a.InstanceId != id || *a.IamInstanceProfile.Arn != "arn:aws:iam::111122223333:instance-profile/team/readers" {
		t.Errorf("%+v", a)
	}
	if got := f.associations(); len(got) != 1 || *got[0].State != "associated" || *got[0].AssociationId != *a.AssociationId {
		t.Errorf("%+v", got)
	}
	if got := f.refused("AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: &id, IamInstanceProfile: profile("writers")}); got != "IncorrectState: There is an existing association for instance "+id {
		t.Error(got)
	}
	b := must[ec2.ReplaceIamInstanceProfileAssociationOutput](f, "ReplaceIamInstanceProfileAssociation", &ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: a.AssociationId, IamInstanceProfile: profile("writers")}).IamInstanceProfileAssociation
	if *b.AssociationId == *a.AssociationId || *b.IamInstanceProfile.Arn != "arn:aws:iam::111122223333:instance-profile/team/writers" {
		t.Errorf("%+v", b)
	}
	if got := f.describe(id); *got.IamInstanceProfile.Arn != *b.IamInstanceProfile.Arn {
		t.Errorf("%+v", got)
	}
	c := must[ec2.DisassociateIamInstanceProfileOutput](f, "DisassociateIamInstanceProfile", &ec2.DisassociateIamInstanceProfileInput{AssociationId: b.AssociationId}).IamInstanceProfileAssociation
	if *c.State != "disassociating" || *c.AssociationId != *b.AssociationId || *c.IamInstanceProfile.Arn != *b.IamInstanceProfile.Arn {
		t.Errorf("%+v", c)
	}
	if got := f.describe(id); got.IamInstanceProfile != nil || len(f.associations()) != 0 {
		t.Errorf("%+v", got)
	}
}

// What names no association, or nothing that can be associated.
func TestAssociationsRefuse(t *testing.T) {
	f := newFixture(t)
	id, gone := *f.run().InstanceId, *f.run(withProfile("readers")).InstanceId
	old := f.directory.View(accountID).Instance(gone).Association
	must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{gone}})
	unknown := "iip-assoc-0123456789abcdef0"
	for _, x := range []struct {
		operation string
		in        any
		want      string
	}{
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: ptr("i-0123456789abcdef0"), IamInstanceProfile: profile("readers")}, "InvalidInstanceID.NotFound: "},
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: &gone, IamInstanceProfile: profile("readers")}, "IncorrectInstanceState: "},
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: ptr("*"), IamInstanceProfile: profile("readers")}, "InvalidInstanceID.Malformed: "},
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: &id, IamInstanceProfile: profile("nobody")}, "InvalidParameterValue: Value (nobody) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"},
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: &id, IamInstanceProfile: profile("empty")}, "InvalidParameterValue: IAM Instance Profile "},
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: &id}, "MissingParameter: The request must contain the parameter IamInstanceProfile"},
		{"ReplaceIamInstanceProfileAssociation", &ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: &unknown, IamInstanceProfile: profile("readers")}, "InvalidAssociationID.NotFound: The association ID '" + unknown},
		{"ReplaceIamInstanceProfileAssociation", &ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: &old, IamInstanceProfile: profile("readers")}, "InvalidAssociationID.NotFound: "},
		{"ReplaceIamInstanceProfileAssociation", &ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: &id, IamInstanceProfile: profile("readers")}, "InvalidParameterValue: Invalid value for associationId."},
		{"DisassociateIamInstanceProfile", &ec2.DisassociateIamInstanceProfileInput{AssociationId: &unknown}, "InvalidAssociationID.NotFound: "},
		{"DisassociateIamInstanceProfile", &ec2.DisassociateIamInstanceProfileInput{AssociationId: ptr("")}, "InvalidParameterValue: Invalid value for associationId."},
		{"DescribeIamInstanceProfileAssociations", &ec2.DescribeIamInstanceProfileAssociationsInput{AssociationIds: []string{unknown}}, "InvalidAssociationID.NotFound: "},
		{"DescribeIamInstanceProfileAssociations", &ec2.DescribeIamInstanceProfileAssociationsInput{AssociationIds: []string{"x"}}, "InvalidParameterValue: Invalid value for associationId."},
		{"DescribeIamInstanceProfileAssociations", &ec2.DescribeIamInstanceProfileAssociationsInput{AssociationIds: []string{unknown}, MaxResults: ptr(int32(5))}, "InvalidParameterCombination: "},
	} {
		if got := f.refused(x.operation, x.in); !strings.HasPrefix(got, x.want) {
			t.Errorf("%s: %s\nwant %s", x.operation, got, x.want)
		}
	}
}

// [API_DescribeIamInstanceProfileAssociations]: by id and by filter.
func TestDescribeAssociations(t *testing.T) {
	f := newFixture(t)
	a, b := *f.run(withProfile("readers")).InstanceId, *f.run(withProfile("writers")).InstanceId
	ofA := f.directory.View(accountID).Instance(a).Association
	for name, x := range map[string]struct {
		in   ec2.DescribeIamInstanceProfileAssociationsInput
		want int
	}{
		"all":             {ec2.DescribeIamInstanceProfileAssociationsInput{}, 2},
		"an id":           {ec2.DescribeIamInstanceProfileAssociationsInput{AssociationIds: []string{ofA}}, 1},
		"an instance":     {ec2.DescribeIamInstanceProfileAssociationsInput{Filters: []ec2.Filter{{Name: ptr("instance-id"), Values: []string{b}}}}, 1},
		"a state":         {ec2.DescribeIamInstanceProfileAssociationsInput{Filters: []ec2.Filter{{Name: ptr("state"), Values: []string{"associated"}}}}, 2},
		"another state":   {ec2.DescribeIamInstanceProfileAssociationsInput{Filters: []ec2.Filter{{Name: ptr("state"), Values: []string{"disassociated"}}}}, 0},
		"another's by id": {ec2.DescribeIamInstanceProfileAssociationsInput{AssociationIds: []string{ofA}, Filters: []ec2.Filter{{Name: ptr("instance-id"), Values: []string{b}}}}, 0},
	} {
		if out := must[ec2.DescribeIamInstanceProfileAssociationsOutput](f, "DescribeIamInstanceProfileAssociations", &x.in); len(out.IamInstanceProfileAssociations) != x.want {
			t.Errorf("%s: %d, want %d", name, len(out.IamInstanceProfileAssociations), x.want)
		}
	}
}

// A profile that is deleted stays to be seen at its instance: AWS breaks the instance's
// credentials, not its record [id_roles_manage_delete].
func TestDeletedProfile(t *testing.T) {
	f := newFixture(t)
	id := *f.run(withProfile("readers")).InstanceId
	f.change(func(tx *directory.Tx) error {
		p, err := tx.Profile("readers")
		ok(t, err)
		r, err := tx.Role("readers")
		ok(t, err)
		ok(t, tx.TakeRole(p, r))
		p, err = tx.Profile("readers")
		ok(t, err)
		return tx.DeleteProfile(p)
	})
	if got := f.describe(id).IamInstanceProfile; got == nil || *got.Arn != "arn:aws:iam::111122223333:instance-profile/team/readers" {
		t.Errorf("%+v", got)
	}
}
