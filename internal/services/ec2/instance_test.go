package ec2

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func tagged(key, value string) func(*ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		in.TagSpecifications = append(in.TagSpecifications, ec2.TagSpecification{ResourceType: ptr("instance"), Tags: []ec2.Tag{{Key: &key, Value: &value}}})
	}
}

// found are the ids that DescribeInstances finds, in their order.
func found(out *ec2.DescribeInstancesOutput) (ids []string) {
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			ids = append(ids, *i.InstanceId)
		}
	}
	slices.Sort(ids)
	return ids
}

// [API_DescribeInstances]: each filter, alone and with others.
func TestDescribeInstancesFilters(t *testing.T) {
	f := newFixture(t)
	a := *f.run(tagged("env", "prod"), withProfile("readers"), func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("10.0.0.5") }).InstanceId
	b := *f.run(tagged("env", "test"), tagged("team", "x*y"), func(in *ec2.RunInstancesInput) {
		in.ClientToken, in.Placement = runnerToken("b"), &ec2.Placement{AvailabilityZone: ptr("us-east-1b")}
	}).InstanceId
	c := *f.run(func(in *ec2.RunInstancesInput) { in.InstanceType = ptr("m5.large") }).InstanceId
	must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{c}})
	f.seen[b] = f.now
	f.seen[a] = f.now.Add(-time.Hour)
	sorted := func(ids ...string) []string { slices.Sort(ids); return ids }
	type filter map[string][]string
	for _, x := range []struct {
		filters filter
		want    []string
	}{
		{nil, sorted(a, b, c)},
		{filter{"instance-state-name": {"running"}}, sorted(a, b)},
		{filter{"instance-state-name": {"terminated"}}, sorted(c)},
		{filter{"instance-state-name": {"run*", "termin?ted"}}, sorted(a, b, c)},
		{filter{"instance-state-code": {"48"}}, sorted(c)},
		{filter{"tag:env": {"prod"}}, sorted(a)},
		{filter{"tag:env": {"prod", "test"}, "availability-zone": {"us-east-1b"}}, sorted(b)},
		{filter{"tag:env": {"PROD"}}, nil},
		{filter{"tag:Env": {"prod"}}, nil},
		{filter{"tag:team": {`x\*y`}}, sorted(b)},
		{filter{"tag:team": {`x\?y`}}, nil},
		{filter{"tag-key": {"env"}}, sorted(a, b)},
		{filter{"instance-id": {a, c}}, sorted(a, c)},
		{filter{"iam-instance-profile.arn": {"*/readers"}}, sorted(a)},
		{filter{"private-ip-address": {"10.0.0.5"}}, sorted(a)},
		{filter{"instance-type": {"m5.*"}}, sorted(c)},
		{filter{"image-id": {"ami-1"}}, nil},
		{filter{"owner-id": {accountID}, "client-token": {"gatehouse-run:*"}}, sorted(b)},
	} {
		in := &ec2.DescribeInstancesInput{}
		for name, values := range x.filters {
			in.Filters = append(in.Filters, ec2.Filter{Name: &name, Values: values})
		}
		if got := found(must[ec2.DescribeInstancesOutput](f, "DescribeInstances", in)); !slices.Equal(got, x.want) {
			t.Errorf("%v: %v, want %v", x.filters, got, x.want)
		}
	}
}

// What cannot be listed, and why.
func TestDescribeInstancesRefuses(t *testing.T) {
	f := newFixture(t)
	i := *f.run().InstanceId
	many := func(n int, value string) []string { return slices.Repeat([]string{value}, n) }
	for want, in := range map[string]*ec2.DescribeInstancesInput{
		"InvalidInstanceID.Malformed: Invalid id: \"web\"":                                                       {InstanceIds: []string{"web"}},
		"InvalidInstanceID.NotFound: The instance ID 'i-0123456789abcdef0' does not exist":                       {InstanceIds: []string{i, "i-0123456789abcdef0"}},
		"InvalidParameterCombination: The parameter instancesSet cannot be used with the parameter maxResults":   {InstanceIds: []string{i}, MaxResults: ptr(int32(5))},
		"InvalidParameterValue: Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than": {MaxResults: ptr(int32(4))},
		"InvalidPaginationToken: The pagination token is not valid.":                                             {NextToken: ptr("aW52ZW50ZWQ")},
		"InvalidParameterValue: The filter 'color' is invalid":                                                   {Filters: []ec2.Filter{{Name: ptr("color"), Values: []string{"red"}}}},
		"InvalidParameterValue: The filter 'tag-key' has no values":                                              {Filters: []ec2.Filter{{Name: ptr("tag-key")}}},
		"MissingParameter: The request must contain the parameter Filter.Name":                                   {Filters: []ec2.Filter{{Values: []string{"red"}}}},
		"FilterLimitExceeded: The maximum number of values of a filter is 200.":                                  {Filters: []ec2.Filter{{Name: ptr("tag-key"), Values: many(201, "x")}}},
		"FilterLimitExceeded: The maximum number of filters is 50.":                                              {Filters: slices.Repeat([]ec2.Filter{{Name: ptr("tag-key"), Values: many(1, "x")}}, 51)},
		"DryRunOperation: ": {DryRun: ptr(true)},
	} {
		if got := f.refused("DescribeInstances", in); !strings.HasPrefix(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// Pages hold each instance once, and the token of one list is none of another's.
func TestDescribeInstancesPages(t *testing.T) {
	f := newFixture(t)
	in := runInput()
	in.MinCount, in.MaxCount = ptr(int32(12)), ptr(int32(12))
	must[ec2.RunInstancesOutput](f, "RunInstances", in)
	var all []string
	page := &ec2.DescribeInstancesInput{MaxResults: ptr(int32(5))}
	for n, want := range []int{5, 5, 2} {
		out := must[ec2.DescribeInstancesOutput](f, "DescribeInstances", page)
		got := found(out)
		if len(got) != want || (out.NextToken == nil) != (n == 2) {
			t.Fatalf("page %d: %d, %v", n, len(got), out.NextToken)
		}
		all, page.NextToken = append(all, got...), out.NextToken
		if out.NextToken != nil {
			if got := f.refused("DescribeTags", &ec2.DescribeTagsInput{NextToken: out.NextToken}); !strings.HasPrefix(got, "InvalidPaginationToken") {
				t.Error(got)
			}
		}
	}
	if slices.Sort(all); len(slices.Compact(all)) != 12 {
		t.Errorf("%v", all)
	}
}

// [API_TerminateInstances]: terminated at once, seen for a while, and again without
// effect.
func TestTerminateInstances(t *testing.T) {
	f := newFixture(t)
	a, b := *f.run(withProfile("readers")).InstanceId, *f.run().InstanceId
	f.seen[a] = f.now
	out := must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{a, b, a}})
	if len(out.TerminatingInstances) != 2 {
		t.Fatalf("%+v", out)
	}
	if c := out.TerminatingInstances[0]; *c.InstanceId != a || *c.PreviousState.Name != "running" || *c.CurrentState.Name != "shutting-down" {
		t.Errorf("%s, %s", *c.PreviousState.Name, *c.CurrentState.Name)
	}
	if c := out.TerminatingInstances[1]; *c.PreviousState.Name != "pending" || *c.CurrentState.Name != "terminated" {
		t.Errorf("%s, %s", *c.PreviousState.Name, *c.CurrentState.Name)
	}
	i := f.describe(a)
	if *i.State.Name != "terminated" || *i.State.Code != 48 || *i.StateReason.Code != "Client.UserInitiatedShutdown" || i.IamInstanceProfile != nil || *i.StateTransitionReason != "User initiated (2026-03-01 12:00:00 GMT)" {
		t.Errorf("%+v", i)
	}
	ended := f.directory.View(accountID).Instance(a).Ended
	f.now = f.now.Add(time.Minute)
	again := must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{a}})
	if *again.TerminatingInstances[0].PreviousState.Name != "terminated" || !f.directory.View(accountID).Instance(a).Ended.Equal(ended) {
		t.Errorf("%+v", again)
	}
}

// All are terminated or none.
func TestTerminateInstancesRefuses(t *testing.T) {
	f := newFixture(t)
	a := *f.run().InstanceId
	for want, in := range map[string]*ec2.TerminateInstancesInput{
		"InvalidInstanceID.NotFound: The instance ID 'i-0123456789abcdef0' does not exist": {InstanceIds: []string{a, "i-0123456789abcdef0"}},
		"InvalidInstanceID.Malformed: Invalid id: \"i-1\"":                                 {InstanceIds: []string{"i-1"}},
		"MissingParameter: The request must contain the parameter InstanceId":              {},
		"InvalidParameterValue: 31 resources are named.":                                   {InstanceIds: slices.Repeat([]string{a}, 31)},
		"DryRunOperation: ": {InstanceIds: []string{a}, DryRun: ptr(true)},
	} {
		if got := f.refused("TerminateInstances", in); !strings.HasPrefix(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// [API_StateReason]: a program that ended by itself.
func TestEndedByProgram(t *testing.T) {
	f := newFixture(t)
	id := *f.run().InstanceId
	f.change(func(tx *directory.Tx) error { tx.EndInstance(tx.Instance(id), true); return nil })
	i := f.describe(id)
	if *i.StateReason.Code != "Client.InstanceInitiatedShutdown" || *i.StateTransitionReason != "Instance initiated (2026-03-01 12:00:00 GMT)" {
		t.Errorf("%s", *i.StateReason.Code)
	}
}

// [API_ModifyInstanceMetadataOptions]: what is left out stays.
func TestModifyInstanceMetadataOptions(t *testing.T) {
	f := newFixture(t)
	id := *f.run().InstanceId
	out := must[ec2.ModifyInstanceMetadataOptionsOutput](f, "ModifyInstanceMetadataOptions", &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: &id, HttpTokens: ptr("optional"), HttpPutResponseHopLimit: ptr(int32(3))})
	if o := out.InstanceMetadataOptions; *out.InstanceId != id || *o.HttpTokens != "optional" || *o.HttpPutResponseHopLimit != 3 || *o.HttpEndpoint != "enabled" {
		t.Errorf("%+v", o)
	}
	must[ec2.ModifyInstanceMetadataOptionsOutput](f, "ModifyInstanceMetadataOptions", &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: &id, HttpEndpoint: ptr("disabled"), InstanceMetadataTags: ptr("enabled")})
	if got := f.directory.View(accountID).Instance(id).Metadata; got != (directory.MetadataOptions{Disabled: true, V1: true, HopLimit: 3, Tags: true}) {
		t.Errorf("%+v", got)
	}
	gone := *f.run().InstanceId
	must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{gone}})
	for want, in := range map[string]*ec2.ModifyInstanceMetadataOptionsInput{
		"InvalidParameterValue: Value (65) for parameter HttpPutResponseHopLimit":    {InstanceId: &id, HttpPutResponseHopLimit: ptr(int32(65))},
		"InvalidParameterValue: Invalid value 'maybe' for HttpTokens.":               {InstanceId: &id, HttpTokens: ptr("maybe")},
		"UnsupportedOperation: The parameter HttpProtocolIpv6, but disabled, is not": {InstanceId: &id, HttpProtocolIpv6: ptr("enabled")},
		"MissingParameter: The request must contain at least one of":                 {InstanceId: &id},
		"InvalidInstanceID.NotFound: ":                                               {InstanceId: ptr("i-0123456789abcdef0"), HttpTokens: ptr("required")},
		"InvalidInstanceID.Malformed: ":                                              {InstanceId: ptr("x"), HttpTokens: ptr("required")},
		"IncorrectInstanceState: ":                                                   {InstanceId: &gone, HttpTokens: ptr("required")},
		"DryRunOperation: ":                                                          {InstanceId: &id, HttpTokens: ptr("required"), DryRun: ptr(true)},
	} {
		if got := f.refused("ModifyInstanceMetadataOptions", in); !strings.HasPrefix(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
