package catalog

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	regionName = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	zoneName   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	zoneID     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)
)

const (
	maxRegions = 100
	maxZones   = 50 // of a region
)

// ParseRegions reads the regions of a configuration file: a list of
//
//   - name: us-east-1
//     opt-in-status: opt-in-not-required
//     endpoint: https://gatehouse.example.com
//     zones: [us-east-1a, {name: us-east-1b, id: use1-az4, state: impaired}]
//
// of which only the name and the zones are needed. An error names the line, what stands
// there, and what is accepted.
func ParseRegions(n *yaml.Node) ([]Region, error) {
	if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
		n = n.Content[0]
	}
	items, err := list(n, "regions", "a list of regions, each with its name and zones", maxRegions)
	if err != nil {
		return nil, err
	}
	var regions []Region
	for _, item := range items {
		region, err := parseRegion(item)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(regions, func(r Region) bool { return r.Name == region.Name }) {
			return nil, lineError(item, "region %q stands twice", region.Name)
		}
		regions = append(regions, region)
	}
	return regions, sameZones(n, regions)
}

// sameZones refuses a zone's name or id that two zones have.
func sameZones(n *yaml.Node, regions []Region) error {
	seen := map[string]bool{}
	for _, r := range regions {
		for _, z := range r.Zones {
			for _, word := range []string{"name " + z.Name, "id " + z.ID} {
				if seen[word] {
					return lineError(n, "two zones have the %s", word)
				}
				seen[word] = true
			}
		}
	}
	return nil
}

func parseRegion(n *yaml.Node) (Region, error) {
	r := Region{OptInStatus: OptInNotRequired}
	var zones *yaml.Node
	err := members(n, "a region", map[string]func(*yaml.Node) error{
		"name": func(v *yaml.Node) error {
			return text(v, &r.Name, "the name of a region, as us-east-1", regionName.MatchString)
		},
		"endpoint": func(v *yaml.Node) error {
			return text(v, &r.Endpoint, "an address, as https://gatehouse.example.com", isEndpoint)
		},
		"opt-in-status": func(v *yaml.Node) error { return oneOf(v, &r.OptInStatus, OptInNotRequired, OptedIn, NotOptedIn) },
		"zones":         func(v *yaml.Node) error { zones = v; return nil },
	})
	switch {
	case err != nil:
		return Region{}, err
	case r.Name == "":
		return Region{}, lineError(n, "a region has no name")
	case zones == nil:
		return Region{}, lineError(n, "region %s has no zones: give at least one, as zones: [%sa]", r.Name, r.Name)
	}
	r.Zones, err = parseZones(zones, r.Name)
	return r, err
}

func isEndpoint(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

func parseZones(n *yaml.Node, region string) ([]Zone, error) {
	items, err := list(n, "zones", "a list of zones, as ["+region+"a, "+region+"b]", maxZones)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, lineError(n, "region %s has no zones: give at least one, as zones: [%sa]", region, region)
	}
	var zones []Zone
	for i, item := range items {
		zone, err := parseZone(item, region, i+1)
		if err != nil {
			return nil, err
		}
		zones = append(zones, zone)
	}
	slices.SortFunc(zones, func(a, b Zone) int { return strings.Compare(a.Name, b.Name) })
	return zones, nil
}

// parseZone reads the nth zone of a region: its name, or a mapping.
func parseZone(n *yaml.Node, region string, number int) (Zone, error) {
	zone := defaultZone(region, "", number)
	accepted := "a zone's name that begins with its region's, as " + region + "a"
	name := func(v *yaml.Node) error {
		return text(v, &zone.Name, accepted, func(s string) bool {
			return zoneName.MatchString(s) && strings.HasPrefix(s, region) && s != region
		})
	}
	if n.Kind == yaml.ScalarNode {
		return zone, name(n)
	}
	err := members(n, "a zone", map[string]func(*yaml.Node) error{
		"name": name,
		"id":   func(v *yaml.Node) error { return text(v, &zone.ID, "a zone's id, as use1-az1", zoneID.MatchString) },
		"state": func(v *yaml.Node) error {
			return oneOf(v, &zone.State, "available", "information", "impaired", "unavailable", "constrained")
		},
		"group-name": func(v *yaml.Node) error {
			return text(v, &zone.GroupName, "a zone group's name, as us-east-1-zg-1", zoneName.MatchString)
		},
		"network-border-group": func(v *yaml.Node) error {
			return text(v, &zone.NetworkBorderGroup, "a network border group's name, as us-east-1", zoneName.MatchString)
		},
	})
	if err == nil && zone.Name == "" {
		err = lineError(n, "a zone has no name: %s is accepted", accepted)
	}
	return zone, err
}

func lineError(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", n.Line, fmt.Sprintf(format, args...))
}

func list(n *yaml.Node, what, accepted string, most int) ([]*yaml.Node, error) {
	switch {
	case n.Kind != yaml.SequenceNode:
		return nil, lineError(n, "%s: %s is accepted", what, accepted)
	case len(n.Content) > most:
		return nil, lineError(n, "%s: %d of them, at most %d are accepted", what, len(n.Content), most)
	}
	return n.Content, nil
}

// members gives each member of a mapping to its reader, and refuses others.
func members(n *yaml.Node, what string, readers map[string]func(*yaml.Node) error) error {
	var names []string
	for name := range readers {
		names = append(names, name)
	}
	slices.Sort(names)
	accepted := strings.Join(names, ", ")
	if n.Kind != yaml.MappingNode {
		return lineError(n, "%s: settings are accepted: %s", what, accepted)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		read := readers[key.Value]
		switch {
		case read == nil:
			return lineError(key, "%s: setting %q is not known: %s are accepted", what, key.Value, accepted)
		case seen[key.Value]:
			return lineError(key, "%s: setting %q stands twice", what, key.Value)
		}
		seen[key.Value] = true
		if err := read(n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func text(n *yaml.Node, into *string, accepted string, fits func(string) bool) error {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || !fits(n.Value) {
		return lineError(n, "%q is not accepted: %s", n.Value, accepted)
	}
	*into = n.Value
	return nil
}

func oneOf(n *yaml.Node, into *string, words ...string) error {
	return text(n, into, "one of "+strings.Join(words, ", "), func(s string) bool { return slices.Contains(words, s) })
}
