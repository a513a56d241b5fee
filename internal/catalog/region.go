package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Region is a region that the configuration declares, or the home region with its
// zones by default.
type Region struct {
	Name     string
	Endpoint string // of EC2; "" is the server's own, for the home region
	// OptInStatus is "opt-in-not-required", "opted-in" or "not-opted-in" [API_Region].
	OptInStatus string
	Zones       []Zone // in the order of their names
}

// Zone is an Availability Zone [API_AvailabilityZone].
type Zone struct {
	Name               string // us-east-1a
	ID                 string // use1-az1: the same place in every account
	State              string // "available", "information", "impaired", "unavailable" or "constrained"
	GroupName          string
	NetworkBorderGroup string
}

// The statuses of regions [API_Region].
const (
	OptInNotRequired = "opt-in-not-required"
	OptedIn          = "opted-in"
	NotOptedIn       = "not-opted-in"
)

const zoneAvailable = "available"

// Regions is a region catalogue: the home region, and those declared besides, in the
// order of their names. The zero Regions is empty.
type Regions struct {
	home string
	all  []Region
}

// NewRegions is the catalogue of the declared regions. The home region has three zones
// where it is not declared.
func NewRegions(home string, declared []Region) *Regions {
	r := &Regions{home: home, all: slices.Clone(declared)}
	if r.Find(home) == nil {
		r.all = append(r.all, defaultRegion(home))
	}
	slices.SortFunc(r.all, func(a, b Region) int { return strings.Compare(a.Name, b.Name) })
	return r
}

// All are the regions, in the order of their names.
func (r *Regions) All() []Region { return r.all }

// Home is the region whose instances are here.
func (r *Regions) Home() *Region { return r.Find(r.home) }

// Find is the region of the name, or nil.
func (r *Regions) Find(name string) *Region {
	for i := range r.all {
		if r.all[i].Name == name {
			return &r.all[i]
		}
	}
	return nil
}

// Zone is the home region's zone of the name, or nil.
func (r *Regions) Zone(name string) *Zone {
	home := r.Home()
	for i := range home.Zones {
		if home.Zones[i].Name == name {
			return &home.Zones[i]
		}
	}
	return nil
}

// DefaultZone is where an instance is that asks for no zone: the first one that is
// available, else the first.
func (r *Regions) DefaultZone() *Zone {
	home := r.Home()
	for i := range home.Zones {
		if home.Zones[i].State == zoneAvailable {
			return &home.Zones[i]
		}
	}
	return &home.Zones[0]
}

// ZoneID is the id of the home region's zone of the name, or "".
func (r *Regions) ZoneID(name string) string {
	if z := r.Zone(name); z != nil {
		return z.ID
	}
	return ""
}

func defaultRegion(name string) Region {
	region := Region{Name: name, OptInStatus: OptInNotRequired}
	for i, letter := range "abc" {
		region.Zones = append(region.Zones, defaultZone(name, name+string(letter), i+1))
	}
	return region
}

// defaultZone is the zone of the name with what AWS would say of the nth of a region:
// the group us-east-1-zg-1 and the region as its border group [API_AvailabilityZone].
func defaultZone(region, name string, n int) Zone {
	return Zone{
		Name: name, ID: fmt.Sprintf("%s-az%d", shortForm(region), n), State: zoneAvailable,
		GroupName: region + "-zg-1", NetworkBorderGroup: region,
	}
}

// shortForm is how zone ids name a region: use1 for us-east-1, apne1 for
// ap-northeast-1, usgw1 for us-gov-west-1 [az-ids].
func shortForm(region string) string {
	parts := strings.Split(region, "-")
	short := parts[0]
	for _, part := range parts[1:] {
		switch part {
		case "northeast", "northwest", "southeast", "southwest":
			short += part[:1] + part[5:6]
		default:
			short += initial(part)
		}
	}
	return short
}

// initial is a direction's first letter, and a number as it is.
func initial(part string) string {
	if part == "" || part[0] >= '0' && part[0] <= '9' {
		return part
	}
	return part[:1]
}
