package authz

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// TestGroupRows: M-05 and aws-errors 4.1. A membership is decided on the group.
func TestGroupRows(t *testing.T) {
	d := people(t)
	const readers, none = arn + "group/ops/Readers | group readers |", arn + "group/none | group none |"
	for _, c := range []rowCase{
		{"CreateGroup", &iam.CreateGroupInput{GroupName: ptr("g")}, []string{arn + "group/g | " + arn + "group/g |"}},
		{"CreateGroup", &iam.CreateGroupInput{GroupName: ptr("g"), Path: ptr("/x/")}, []string{arn + "group/x/g | " + arn + "group/x/g |"}},
		{"GetGroup", &iam.GetGroupInput{GroupName: ptr("readers")}, []string{readers}},
		{"GetGroup", &iam.GetGroupInput{GroupName: ptr("none")}, []string{none}},
		{"UpdateGroup", &iam.UpdateGroupInput{GroupName: ptr("readers")}, []string{readers}},
		{"UpdateGroup", &iam.UpdateGroupInput{GroupName: ptr("readers"), NewGroupName: ptr("g")}, []string{readers, arn + "group/ops/g | group g |"}},
		{"UpdateGroup", &iam.UpdateGroupInput{GroupName: ptr("none"), NewPath: ptr("/x/")}, []string{none, arn + "group/x/none | group none |"}},
		{"DeleteGroup", &iam.DeleteGroupInput{GroupName: ptr("readers")}, []string{readers}},
		{"ListGroups", &iam.ListGroupsInput{}, []string{arn + "group/ | " + arn + "group/ |"}},
		{"ListGroups", &iam.ListGroupsInput{PathPrefix: ptr("/ops")}, []string{arn + "group/ops | " + arn + "group/ops |"}},
		{"ListGroupsForUser", &iam.ListGroupsForUserInput{UserName: ptr("ana")}, []string{ana}},
		{"AddUserToGroup", &iam.AddUserToGroupInput{GroupName: ptr("readers"), UserName: ptr("ana")}, []string{readers}},
		{"RemoveUserFromGroup", &iam.RemoveUserFromGroupInput{GroupName: ptr("none"), UserName: ptr("ana")}, []string{none}},
	} {
		t.Run(c.operation, func(t *testing.T) { c.run(t, d, rootCaller()) })
	}
}
