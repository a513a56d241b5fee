package ec2

import (
	"context"
	"net/url"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) regionMethods() methods {
	return methods{
		"DescribeRegions":           services.Read(s.describeRegions),
		"DescribeAvailabilityZones": services.Read(s.describeZones),
	}
}

// describeRegions lists the regions that the account may use, or all
// [API_DescribeRegions].
func (s *Service) describeRegions(_ context.Context, call *api.Call, _ *directory.View, in *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, error) {
	for _, name := range in.RegionNames {
		if s.regions.Find(name) == nil {
			return nil, invalidValue("Invalid region: '%s'", name)
		}
	}
	wanted, err := s.regionFilters(call).of(in.Filters)
	if err != nil {
		return nil, err
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	out := &ec2.DescribeRegionsOutput{Regions: []ec2.Region{}}
	for _, r := range s.regions.All() {
		named := slices.Contains(in.RegionNames, r.Name)
		if len(in.RegionNames) > 0 && !named || !named && !isTrue(in.AllRegions) && r.OptInStatus == catalog.NotOptedIn || !wanted(r) {
			continue
		}
		out.Regions = append(out.Regions, ec2.Region{RegionName: &r.Name, OptInStatus: &r.OptInStatus, Endpoint: unlessEmpty(s.endpoint(call, r))})
	}
	return out, nil
}

func isTrue(b *bool) bool { return b != nil && *b }

// endpoint is a region's, without the scheme, as AWS has it. That of the home region is
// the address that the caller used, where none is declared; another region's is not
// known then.
func (s *Service) endpoint(call *api.Call, r catalog.Region) string {
	switch {
	case r.Endpoint != "":
		return hostOf(r.Endpoint)
	case r.Name == s.regions.Home().Name:
		return call.Host
	}
	return ""
}

func (s *Service) regionFilters(call *api.Call) filters[catalog.Region] {
	return filters[catalog.Region]{
		"region-name":   func(r catalog.Region) []string { return []string{r.Name} },
		"endpoint":      func(r catalog.Region) []string { return []string{s.endpoint(call, r)} },
		"opt-in-status": func(r catalog.Region) []string { return []string{r.OptInStatus} },
	}
}

var zoneFilters = filters[catalog.Zone]{
	"zone-name":     func(z catalog.Zone) []string { return []string{z.Name} },
	"zone-id":       func(z catalog.Zone) []string { return []string{z.ID} },
	"state":         func(z catalog.Zone) []string { return []string{z.State} },
	"group-name":    func(z catalog.Zone) []string { return []string{z.GroupName} },
	"opt-in-status": func(catalog.Zone) []string { return []string{catalog.OptInNotRequired} },
	"zone-type":     func(catalog.Zone) []string { return []string{zoneType} },
}

// zoneType is the type of all zones here: there are no Local and no Wavelength Zones.
const zoneType = "availability-zone"

// describeZones lists the zones of the home region [API_DescribeAvailabilityZones].
func (s *Service) describeZones(_ context.Context, _ *api.Call, _ *directory.View, in *ec2.DescribeAvailabilityZonesInput) (*ec2.DescribeAvailabilityZonesOutput, error) {
	home := s.regions.Home()
	named, err := namedZones(home, in.ZoneNames, in.ZoneIds)
	if err != nil {
		return nil, err
	}
	filters := filters[catalog.Zone]{"region-name": func(catalog.Zone) []string { return []string{home.Name} }}
	for name, values := range zoneFilters {
		filters[name] = values
	}
	wanted, err := filters.of(in.Filters)
	if err != nil {
		return nil, err
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	out := &ec2.DescribeAvailabilityZonesOutput{AvailabilityZones: []ec2.AvailabilityZone{}}
	for _, z := range home.Zones {
		if named(z) && wanted(z) {
			out.AvailabilityZones = append(out.AvailabilityZones, zoneOut(home.Name, z))
		}
	}
	return out, nil
}

// namedZones are the zones that a call names, by name or by id.
func namedZones(home *catalog.Region, names, ids []string) (func(catalog.Zone) bool, error) {
	if len(names) > 0 && len(ids) > 0 {
		return nil, fault("InvalidParameterCombination", "The parameters zoneName and zoneId cannot be used together")
	}
	for _, name := range names {
		if !slices.ContainsFunc(home.Zones, func(z catalog.Zone) bool { return z.Name == name }) {
			return nil, invalidValue("Invalid availability zone: [%s]", name)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(home.Zones, func(z catalog.Zone) bool { return z.ID == id }) {
			return nil, invalidValue("Invalid availability zone-id: [%s]", id)
		}
	}
	return func(z catalog.Zone) bool {
		return len(names)+len(ids) == 0 || slices.Contains(names, z.Name) || slices.Contains(ids, z.ID)
	}, nil
}

func zoneOut(region string, z catalog.Zone) ec2.AvailabilityZone {
	optIn, kind := catalog.OptInNotRequired, zoneType
	return ec2.AvailabilityZone{
		State: &z.State, OptInStatus: &optIn, Messages: []ec2.AvailabilityZoneMessage{}, RegionName: &region,
		ZoneName: &z.Name, ZoneId: &z.ID, GroupName: &z.GroupName, NetworkBorderGroup: &z.NetworkBorderGroup, ZoneType: &kind,
	}
}

// hostOf is the host and port of an address.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
