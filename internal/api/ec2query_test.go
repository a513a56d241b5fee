package api_test

import (
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// ec2 is a small service in EC2's protocol, with its three ways of naming.
var ec2 = func() *api.Service {
	text := &api.Shape{Kind: api.String, Min: -1, Max: -1}
	spec := &api.Shape{Name: "Spec", Kind: api.Structure, Members: []api.MemberShape{
		{Name: "GroupId", Wire: "groupId", Shape: text},
		{Name: "Tags", Wire: "tagSet", Query: "Tag", Shape: &api.Shape{Kind: api.List, Element: text, ElementName: "item", Min: -1, Max: -1}},
	}}
	shape := &api.Shape{Name: "RunRequest", Kind: api.Structure, Members: []api.MemberShape{
		{Name: "InstanceIds", Wire: "InstanceId", Shape: &api.Shape{Kind: api.List, Element: text, ElementName: "InstanceId", Min: -1, Max: -1}},
		{Name: "DryRun", Wire: "dryRun", Shape: &api.Shape{Kind: api.Boolean}},
		{Name: "Specs", Wire: "specSet", Query: "Spec", Shape: &api.Shape{Kind: api.List, Element: spec, ElementName: "item", Min: -1, Max: -1}},
		{Name: "When", Wire: "launchTime", Shape: &api.Shape{Kind: api.Timestamp}},
	}}
	return &api.Service{Name: "ec2", ID: "EC2", Version: "2016-11-15", Protocol: api.EC2Query, Namespace: "http://ec2.amazonaws.com/doc/2016-11-15",
		Operations: []*api.Operation{{Name: "RunInstances", Method: "POST", URI: "/", Input: shape, Output: shape, NewInput: func() any { return new(runInput) }}}}
}()

type runInput struct {
	InstanceIds []string
	DryRun      *bool
	Specs       []ec2Spec
	When        *time.Time
}

type ec2Spec struct {
	GroupId *string
	Tags    []string
}

func TestEC2Decode(t *testing.T) {
	in, err := api.DecodeInput(ec2, ec2.Operations[0], httptest.NewRequest("GET",
		"/?Action=RunInstances&InstanceId.2=i-2&InstanceId.1=i-1&DryRun=true&Spec.1.GroupId=sg&Spec.1.Tag.1=t&LaunchTime=2026-11-24T14:00:00.000Z", nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := in.(*runInput)
	want := &runInput{InstanceIds: []string{"i-1", "i-2"}, DryRun: ptr(true), Specs: []ec2Spec{{GroupId: ptr("sg"), Tags: []string{"t"}}}, When: got.When}
	if !reflect.DeepEqual(got, want) || got.When.Unix() != when.Unix() {
		t.Errorf("%+v", got)
	}
	if _, err := api.DecodeInput(ec2, ec2.Operations[0], httptest.NewRequest("GET", "/?InstanceId.x=i", nil), nil); err == nil {
		t.Error("an index that is no number is taken")
	}
}

func TestEC2Envelopes(t *testing.T) {
	out := &runInput{InstanceIds: []string{"i-1"}, DryRun: ptr(false), Specs: []ec2Spec{{GroupId: ptr("sg"), Tags: []string{}}}, When: &when}
	golden(t, "ec2.xml", encode(t, ec2, "RunInstances", out, api.Native))
	golden(t, "ec2-error.xml", api.EncodeError(nil, ec2, api.Errorf(403, "UnauthorizedOperation", "You are not authorized to perform this operation."), requestID, api.Native))
}
