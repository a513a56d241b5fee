package catalog

import (
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The ids of AWS's zones begin with these [az-ids].
func TestShortForm(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "use1", "us-east-2": "use2", "us-west-1": "usw1", "us-west-2": "usw2",
		"af-south-1": "afs1", "ap-east-1": "ape1", "ap-south-1": "aps1", "ap-south-2": "aps2",
		"ap-northeast-1": "apne1", "ap-northeast-3": "apne3", "ap-southeast-1": "apse1", "ap-southeast-4": "apse4",
		"ca-central-1": "cac1", "ca-west-1": "caw1", "cn-north-1": "cnn1", "cn-northwest-1": "cnnw1",
		"eu-central-1": "euc1", "eu-central-2": "euc2", "eu-west-1": "euw1", "eu-north-1": "eun1", "eu-south-1": "eus1",
		"il-central-1": "ilc1", "me-central-1": "mec1", "me-south-1": "mes1", "mx-central-1": "mxc1",
		"sa-east-1": "sae1", "us-gov-east-1": "usge1", "us-gov-west-1": "usgw1", "home-lab-12": "homel12",
	} {
		if got := shortForm(region); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}

// Without a declaration there is the home region, with three zones.
func TestDefaultRegions(t *testing.T) {
	r := NewRegions("eu-west-1", nil)
	if len(r.All()) != 1 || r.Home() == nil || r.Home().OptInStatus != OptInNotRequired {
		t.Fatalf("%+v", r.All())
	}
	want := Zone{Name: "eu-west-1b", ID: "euw1-az2", State: "available", GroupName: "eu-west-1-zg-1", NetworkBorderGroup: "eu-west-1"}
	if zone := r.Zone("eu-west-1b"); zone == nil || *zone != want || len(r.Home().Zones) != 3 {
		t.Errorf("%+v", r.Home())
	}
	if r.DefaultZone().Name != "eu-west-1a" || r.ZoneID("eu-west-1c") != "euw1-az3" || r.ZoneID("eu-west-1d") != "" || r.Find("us-east-1") != nil {
		t.Errorf("%+v", r.Home())
	}
}

func parse(t testing.TB, text string) ([]Region, error) {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	return ParseRegions(&n)
}

// What is declared is what the catalogue has; what is left out is as in AWS.
func TestParseRegions(t *testing.T) {
	declared, err := parse(t, `
- name: us-east-1
  endpoint: https://gatehouse.example.com
  zones:
    - {name: us-east-1b, id: use1-az6, state: impaired, group-name: east, network-border-group: us-east-1-lab-1}
    - us-east-1a
- name: ap-east-1
  opt-in-status: not-opted-in
  zones: [ap-east-1a]
`)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRegions("us-east-1", declared)
	if names := []string{r.All()[0].Name, r.All()[1].Name}; !slices.Equal(names, []string{"ap-east-1", "us-east-1"}) {
		t.Errorf("%v", names)
	}
	home := r.Home()
	want := []Zone{
		{"us-east-1a", "use1-az2", "available", "us-east-1-zg-1", "us-east-1"},
		{"us-east-1b", "use1-az6", "impaired", "east", "us-east-1-lab-1"},
	}
	if !slices.Equal(home.Zones, want) || home.Endpoint != "https://gatehouse.example.com" || home.OptInStatus != OptInNotRequired {
		t.Errorf("%+v", home)
	}
	if other := r.Find("ap-east-1"); other.OptInStatus != NotOptedIn || other.Zones[0].ID != "ape1-az1" {
		t.Errorf("%+v", other)
	}
}

// The default zone is one that is available, where there is one.
func TestDefaultZone(t *testing.T) {
	for text, want := range map[string]string{
		"[{name: us-east-1, zones: [{name: us-east-1a, state: impaired}, us-east-1b]}]":                          "us-east-1b",
		"[{name: us-east-1, zones: [{name: us-east-1a, state: impaired}, {name: us-east-1b, state: impaired}]}]": "us-east-1a",
	} {
		declared, err := parse(t, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := NewRegions("us-east-1", declared).DefaultZone().Name; got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// Every fault names its line and what is accepted.
func TestParseRegionsRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"us-east-1":                                                                          "line 1: regions: a list of regions",
		"[us-east-1]":                                                                        "line 1: a region: settings are accepted: endpoint, name, opt-in-status, zones",
		"- zones: [us-east-1a]":                                                              "line 1: a region has no name",
		"\n- name: us-east-1":                                                                "line 2: region us-east-1 has no zones: give at least one, as zones: [us-east-1a]",
		"- {name: us-east-1, zones: []}":                                                     "has no zones",
		"- {name: us-east-1, zones: us-east-1a}":                                             "zones: a list of zones",
		"- name: US East\n  zones: [a]":                                                      `line 1: "US East" is not accepted: the name of a region, as us-east-1`,
		"- name: us-east-1\n  zone: [us-east-1a]":                                            `line 2: a region: setting "zone" is not known: endpoint, name, opt-in-status, zones are accepted`,
		"- name: us-east-1\n  name: us-east-1\n":                                             `line 2: a region: setting "name" stands twice`,
		"- name: us-east-1\n  zones: [eu-west-1a]":                                           `line 2: "eu-west-1a" is not accepted: a zone's name that begins with its region's`,
		"- name: us-east-1\n  zones: [us-east-1]":                                            `"us-east-1" is not accepted`,
		"- name: us-east-1\n  zones: [null]":                                                 "is not accepted",
		"- name: us-east-1\n  zones: [{id: use1-az1}]":                                       "a zone has no name",
		"- name: us-east-1\n  zones: [[us-east-1a]]":                                         "a zone: settings are accepted: group-name, id, name, network-border-group, state",
		"- name: us-east-1\n  zones: [{name: us-east-1a, state: up}]":                        `"up" is not accepted: one of available, information, impaired, unavailable, constrained`,
		"- name: us-east-1\n  zones: [{name: us-east-1a, id: AZ1}]":                          `"AZ1" is not accepted: a zone's id`,
		"- name: us-east-1\n  zones: [{name: us-east-1a, group-name: A}]":                    "a zone group's name",
		"- name: us-east-1\n  zones: [{name: us-east-1a, network-border-group: A}]":          "a network border group's name",
		"- name: us-east-1\n  zones: [us-east-1a, us-east-1a]":                               "two zones have the name us-east-1a",
		"- name: us-east-1\n  zones: [us-east-1a, {name: us-east-1b, id: use1-az1}]":         "two zones have the id use1-az1",
		"- name: us-east-1\n  opt-in-status: yes\n":                                          `"yes" is not accepted: one of opt-in-not-required, opted-in, not-opted-in`,
		"- name: us-east-1\n  endpoint: gatehouse.example.com\n":                             "an address, as https://gatehouse.example.com",
		"- name: us-east-1\n  endpoint: https://u:p@example.com\n":                           "an address",
		"- {name: us-east-1, zones: [us-east-1a]}\n- {name: us-east-1, zones: [us-east-1b]}": `line 2: region "us-east-1" stands twice`,
		strings.Repeat("- {name: us-east-1, zones: [us-east-1a]}\n", 101):                    "101 of them, at most 100 are accepted",
	} {
		if _, err := parse(t, text); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("%s\n%v\nwant %s", text, err, want)
		}
	}
}

// FuzzParseRegions: whatever stands there, every region that is taken has a zone.
func FuzzParseRegions(f *testing.F) {
	f.Add("- {name: us-east-1, zones: [us-east-1a, {name: us-east-1b, id: use1-az4}]}")
	f.Add("- &a {name: us-east-1, zones: [us-east-1a]}\n- *a")
	f.Fuzz(func(t *testing.T, text string) {
		var n yaml.Node
		if yaml.Unmarshal([]byte(text), &n) != nil {
			return
		}
		regions, err := ParseRegions(&n)
		if err != nil {
			return
		}
		for _, r := range regions {
			if r.Name == "" || len(r.Zones) == 0 || r.Zones[0].Name == "" || r.Zones[0].ID == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
