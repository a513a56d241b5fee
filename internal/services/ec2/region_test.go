package ec2

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
)

// regional is a fixture of three declared regions.
func regional(t *testing.T) *fixture {
	f := newFixture(t)
	zone := func(name, id, state string) catalog.Zone {
		return catalog.Zone{Name: name, ID: id, State: state, GroupName: "us-east-1-zg-1", NetworkBorderGroup: "us-east-1"}
	}
	f.served = New(catalog.NewRegions(region, []catalog.Region{
		{Name: region, OptInStatus: catalog.OptInNotRequired, Zones: []catalog.Zone{zone("us-east-1a", "use1-az4", "available"), zone("us-east-1b", "use1-az2", "unavailable")}},
		{Name: "eu-west-1", OptInStatus: catalog.OptedIn, Endpoint: "https://gatehouse.example.com:4780", Zones: []catalog.Zone{zone("eu-west-1a", "euw1-az1", "available")}},
		{Name: "af-south-1", OptInStatus: catalog.NotOptedIn, Zones: []catalog.Zone{zone("af-south-1a", "afs1-az1", "available")}},
	}), f.seen, start).Implementation()
	return f
}

// [API_DescribeRegions]: those that the account may use, those that are named, or all.
func TestDescribeRegions(t *testing.T) {
	f := regional(t)
	filter := func(name string, values ...string) []ec2.Filter { return []ec2.Filter{{Name: &name, Values: values}} }
	for name, x := range map[string]struct {
		in   ec2.DescribeRegionsInput
		want []string
	}{
		"usable":          {ec2.DescribeRegionsInput{}, []string{"eu-west-1", "us-east-1"}},
		"all":             {ec2.DescribeRegionsInput{AllRegions: ptr(true)}, []string{"af-south-1", "eu-west-1", "us-east-1"}},
		"named":           {ec2.DescribeRegionsInput{RegionNames: []string{"af-south-1"}}, []string{"af-south-1"}},
		"by name":         {ec2.DescribeRegionsInput{Filters: filter("region-name", "us-*")}, []string{"us-east-1"}},
		"by endpoint":     {ec2.DescribeRegionsInput{Filters: filter("endpoint", "127.0.0.1:4780")}, []string{"us-east-1"}},
		"by status":       {ec2.DescribeRegionsInput{Filters: filter("opt-in-status", "opted-in", "not-opted-in")}, []string{"eu-west-1"}},
		"by status, all":  {ec2.DescribeRegionsInput{AllRegions: ptr(true), Filters: filter("opt-in-status", "not-opted-in")}, []string{"af-south-1"}},
		"another's named": {ec2.DescribeRegionsInput{RegionNames: []string{"us-east-1"}, Filters: filter("region-name", "eu-west-1")}, nil},
	} {
		var got []string
		out := must[ec2.DescribeRegionsOutput](f, "DescribeRegions", &x.in)
		for _, r := range out.Regions {
			got = append(got, *r.RegionName)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
	all := must[ec2.DescribeRegionsOutput](f, "DescribeRegions", &ec2.DescribeRegionsInput{AllRegions: ptr(true)}).Regions
	if all[0].Endpoint != nil || *all[1].Endpoint != "gatehouse.example.com:4780" || *all[2].Endpoint != "127.0.0.1:4780" || *all[2].OptInStatus != "opt-in-not-required" {
		t.Errorf("%+v", all)
	}
}

// [API_DescribeAvailabilityZones]: those of the home region.
func TestDescribeAvailabilityZones(t *testing.T) {
	f := regional(t)
	filter := func(name string, values ...string) []ec2.Filter { return []ec2.Filter{{Name: &name, Values: values}} }
	for name, x := range map[string]struct {
		in   ec2.DescribeAvailabilityZonesInput
		want []string
	}{
		"all":             {ec2.DescribeAvailabilityZonesInput{AllAvailabilityZones: ptr(true)}, []string{"us-east-1a", "us-east-1b"}},
		"named":           {ec2.DescribeAvailabilityZonesInput{ZoneNames: []string{"us-east-1b"}}, []string{"us-east-1b"}},
		"by id":           {ec2.DescribeAvailabilityZonesInput{ZoneIds: []string{"use1-az4"}}, []string{"us-east-1a"}},
		"state":           {ec2.DescribeAvailabilityZonesInput{Filters: filter("state", "available")}, []string{"us-east-1a"}},
		"region":          {ec2.DescribeAvailabilityZonesInput{Filters: filter("region-name", "us-east-1")}, []string{"us-east-1a", "us-east-1b"}},
		"another region":  {ec2.DescribeAvailabilityZonesInput{Filters: filter("region-name", "eu-west-1")}, nil},
		"zone-id":         {ec2.DescribeAvailabilityZonesInput{Filters: filter("zone-id", "use1-az2")}, []string{"us-east-1b"}},
		"group and type":  {ec2.DescribeAvailabilityZonesInput{Filters: append(filter("group-name", "us-east-1-zg-1"), filter("zone-type", "availability-zone")...)}, []string{"us-east-1a", "us-east-1b"}},
		"name and opt-in": {ec2.DescribeAvailabilityZonesInput{Filters: append(filter("zone-name", "*a"), filter("opt-in-status", "opt-in-not-required")...)}, []string{"us-east-1a"}},
	} {
		var got []string
		for _, z := range must[ec2.DescribeAvailabilityZonesOutput](f, "DescribeAvailabilityZones", &x.in).AvailabilityZones {
			got = append(got, *z.ZoneName)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
	z := must[ec2.DescribeAvailabilityZonesOutput](f, "DescribeAvailabilityZones", &ec2.DescribeAvailabilityZonesInput{}).AvailabilityZones[1]
	if *z.State != "unavailable" || *z.ZoneId != "use1-az2" || *z.RegionName != "us-east-1" || *z.GroupName != "us-east-1-zg-1" || *z.NetworkBorderGroup != "us-east-1" || *z.OptInStatus != "opt-in-not-required" || *z.ZoneType != "availability-zone" {
		t.Errorf("%+v", z)
	}
}

// What names no region or zone, in AWS's words.
func TestRegionsRefuse(t *testing.T) {
	f := regional(t)
	for _, x := range []struct {
		operation string
		in        any
		want      string
	}{
		{"DescribeRegions", &ec2.DescribeRegionsInput{RegionNames: []string{"us-east-1", "mars-north-1"}}, "InvalidParameterValue: Invalid region: 'mars-north-1'"},
		{"DescribeRegions", &ec2.DescribeRegionsInput{Filters: []ec2.Filter{{Name: ptr("name"), Values: []string{"x"}}}}, "InvalidParameterValue: The filter 'name' is invalid"},
		{"DescribeRegions", &ec2.DescribeRegionsInput{DryRun: ptr(true)}, "DryRunOperation: "},
		{"DescribeAvailabilityZones", &ec2.DescribeAvailabilityZonesInput{ZoneNames: []string{"eu-west-1a"}}, "InvalidParameterValue: Invalid availability zone: [eu-west-1a]"},
		{"DescribeAvailabilityZones", &ec2.DescribeAvailabilityZonesInput{ZoneIds: []string{"use1-az9"}}, "InvalidParameterValue: Invalid availability zone-id: [use1-az9]"},
		{"DescribeAvailabilityZones", &ec2.DescribeAvailabilityZonesInput{ZoneIds: []string{"use1-az4"}, ZoneNames: []string{"us-east-1a"}}, "InvalidParameterCombination: "},
		{"RunInstances", &ec2.RunInstancesInput{MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), Placement: &ec2.Placement{AvailabilityZone: ptr("us-east-1b")}}, "Unsupported: The requested Availability Zone is currently unavailable: [us-east-1b]"},
	} {
		if got := f.refused(x.operation, x.in); !strings.HasPrefix(got, x.want) {
			t.Errorf("%s: %s\nwant %s", x.operation, got, x.want)
		}
	}
}
