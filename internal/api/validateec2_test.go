package api_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	ec2api "github.com/gatehouse-iam/gatehouse/internal/api/ec2"
)

// EC2 words what breaks its model in its own way, and never with all of its instance
// types.
func TestValidateEC2(t *testing.T) {
	for want, c := range map[string]struct {
		operation string
		in        any
	}{
		"MissingParameter: The request must contain the parameter MaxCount": {"RunInstances", &ec2api.RunInstancesInput{}},
		"MissingParameter: The request must contain the parameter IamInstanceProfile": {"AssociateIamInstanceProfile", &ec2api.AssociateIamInstanceProfileInput{
			InstanceId: ptr("i-1"),
		}},
		"MissingParameter: The request must contain the parameter ResourceId": {"CreateTags", &ec2api.CreateTagsInput{}},
		"InvalidParameterValue: Invalid value 'huge' for InstanceType.": {"RunInstances", &ec2api.RunInstancesInput{
			MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), InstanceType: ptr("huge"),
		}},
		"InvalidParameterValue: Invalid value 'maybe' for MetadataOptions.HttpTokens.": {"RunInstances", &ec2api.RunInstancesInput{
			MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), MetadataOptions: &ec2api.InstanceMetadataOptionsRequest{HttpTokens: ptr("maybe")},
		}},
		"InvalidParameterValue: Invalid value 'cat' for TagSpecification.1.ResourceType.": {"RunInstances", &ec2api.RunInstancesInput{
			MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), TagSpecifications: []ec2api.TagSpecification{{ResourceType: ptr("cat")}},
		}},
	} {
		e := api.Validate(ec2api.API, ec2api.API.Operation(c.operation), c.in)
		if e == nil || e.Error() != want || e.Status != 400 {
			t.Errorf("%v\nwant %s", e, want)
		}
	}
	long := api.Validate(ec2api.API, ec2api.API.Operation("RunInstances"), &ec2api.RunInstancesInput{
		MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), InstanceType: ptr(strings.Repeat("x", 1<<20)),
	})
	if long == nil || len(long.Message) > 5000 {
		t.Errorf("a message of %d bytes", len(long.Message))
	}
}
