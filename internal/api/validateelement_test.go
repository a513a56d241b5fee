package api_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

type elements struct {
	Names    []string
	Ports    []int32
	Words    map[string]string
	Groups   [][]string
	Members  map[string]member
	Secrets  []string
	Keyed    map[string]string
	Optional []member
}

type member struct{ ID *string }

// elementsOperation has lists and maps of every kind of element.
func elementsOperation() *api.Operation {
	short := &api.Shape{Kind: api.String, Min: 1, Max: 3, Pattern: &api.Pattern{Text: `[a-z]*`}}
	port := &api.Shape{Kind: api.Integer, Min: 1, Max: 99}
	color := &api.Shape{Kind: api.String, Min: -1, Max: -1, Enum: []string{"Red", "Blue"}}
	secret := &api.Shape{Kind: api.String, Min: 8, Max: -1, Sensitive: true}
	one := &api.Shape{Name: "Member", Kind: api.Structure, Members: []api.MemberShape{{Name: "ID", Wire: "ID", Required: true, Shape: short}}}
	list := func(of *api.Shape) *api.Shape {
		return &api.Shape{Kind: api.List, Element: of, Min: -1, Max: -1}
	}
	mapping := func(key, of *api.Shape) *api.Shape {
		return &api.Shape{Kind: api.Map, KeyShape: key, Element: of, Min: -1, Max: -1}
	}
	shape := &api.Shape{Kind: api.Structure, Members: []api.MemberShape{
		{Name: "Names", Shape: list(short)},
		{Name: "Ports", Shape: list(port)},
		{Name: "Words", Shape: mapping(short, color)},
		{Name: "Groups", Shape: list(list(short))},
		{Name: "Members", Shape: mapping(short, one)},
		{Name: "Secrets", Shape: list(secret)},
		{Name: "Keyed", Shape: mapping(color, short)},
		{Name: "Optional", Shape: list(one)},
	}}
	return &api.Operation{Name: "Op", Input: shape}
}

// TestValidateElements: a scalar of a list or map has no path of its own. The
// forms are those that AWS's services print (SWO-GS/auto-tag#77 for a map's
// values; CreateFunctionUrlConfig's answer for a list).
func TestValidateElements(t *testing.T) {
	const short = "[Member must have length less than or equal to 3, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [a-z]*]"
	const id = "failed to satisfy constraint: Member must have length less than or equal to 3"
	for _, c := range []struct {
		rule string
		in   elements
		want []string
	}{
		{"nothing wrong", elements{Names: []string{"a", "b"}, Ports: []int32{1, 99}, Words: map[string]string{"a": "Red"}}, nil},
		{"empty", elements{Names: []string{}, Words: map[string]string{}, Members: map[string]member{}}, nil},
		{"one element is too long", elements{Names: []string{"a", "long"}},
			[]string{"Value '[a, long]' at 'names' failed to satisfy constraint: Member must satisfy constraint: " + short}},
		{"all elements are wrong: one violation", elements{Names: []string{"", "A", "long"}},
			[]string{"Value '[, A, long]' at 'names' failed to satisfy constraint: Member must satisfy constraint: " + short}},
		{"a number", elements{Ports: []int32{5, 100}},
			[]string{"Value '[5, 100]' at 'ports' failed to satisfy constraint: Member must satisfy constraint: [Member must have value less than or equal to 99, Member must have value greater than or equal to 1]"}},
		{"a map's key", elements{Words: map[string]string{"LONG": "Red"}},
			[]string{"Value '{LONG=Red}' at 'words' failed to satisfy constraint: Map keys must satisfy constraint: " + short}},
		{"a map's value", elements{Words: map[string]string{"b": "Green", "a": "Red"}},
			[]string{"Value '{a=Red, b=Green}' at 'words' failed to satisfy constraint: Map value must satisfy constraint: [Member must satisfy enum value set: [Red, Blue]]"}},
		{"a map's key and value", elements{Keyed: map[string]string{"Green": "LONG"}}, []string{
			"Value '{Green=LONG}' at 'keyed' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy enum value set: [Red, Blue]]",
			"Value '{Green=LONG}' at 'keyed' failed to satisfy constraint: Map value must satisfy constraint: " + short}},
		{"a list in a list has a path", elements{Groups: [][]string{{"a"}, {"long", "b"}}},
			[]string{"Value '[long, b]' at 'groups.2.member' failed to satisfy constraint: Member must satisfy constraint: " + short}},
		{"a structure in a list has a path", elements{Optional: []member{{ptr("a")}, {ptr("long")}, {}}},
			[]string{"Value 'long' at 'optional.2.member.iD' " + id, "Value null at 'optional.3.member.iD' failed to satisfy constraint: Member must not be null"}},
		{"a structure in a map has a path, the key as it was sent", elements{Members: map[string]member{"Key": {ptr("a")}, "b": {ptr("long")}}}, []string{
			"Value '{Key=Member(iD=a), b=Member(iD=long)}' at 'members' failed to satisfy constraint: Map keys must satisfy constraint: " + short,
			"Value 'long' at 'members.b.member.iD' " + id}},
		{"secrets are not shown", elements{Secrets: []string{"hunter2"}},
			[]string{"Value '[***]' at 'secrets' failed to satisfy constraint: Member must satisfy constraint: [Member must have length greater than or equal to 8]"}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			e := api.Validate(everything, elementsOperation(), &c.in)
			if len(c.want) == 0 {
				if e != nil {
					t.Errorf("%v", e)
				}
				return
			}
			words := map[bool]string{true: "1 validation error detected: ", false: itoa(len(c.want)) + " validation errors detected: "}[len(c.want) == 1]
			if want := words + strings.Join(c.want, "; "); e == nil || e.Message != want {
				t.Errorf("\n got %v\nwant %s", e, want)
			}
		})
	}
}

// A key that the caller chose does not make the message long.
func TestValidateLongKey(t *testing.T) {
	key := strings.Repeat("é", 50_000)
	e := api.Validate(everything, elementsOperation(), &elements{Members: map[string]member{key: {}}})
	if e == nil || len(e.Message) > 6000 || !strings.Contains(e.Message, "at 'members."+strings.Repeat("é", 128)+"….member.iD'") {
		t.Errorf("%d bytes: %.200s", len(e.Message), e.Message)
	}
}

// A name in a list of IAM's is a constraint of the list too: its own words are for
// a member that is a name.
func TestValidateNamesInList(t *testing.T) {
	name := &api.Shape{Kind: api.String, Min: -1, Max: -1, Pattern: &api.Pattern{Text: `[\w+=,.@-]+`}}
	op := &api.Operation{Name: "Op", Input: &api.Shape{Kind: api.Structure, Members: []api.MemberShape{
		{Name: "UserNames", Shape: &api.Shape{Kind: api.List, Element: name, Min: -1, Max: -1}},
	}}}
	iam := &api.Service{Name: "iam", ID: "IAM", Protocol: api.Query}
	e := api.Validate(iam, op, &struct{ UserNames []string }{[]string{"kim", "a b"}})
	const want = "1 validation error detected: Value '[kim, a b]' at 'userNames' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy regular expression pattern: [\\w+=,.@-]+]"
	if e == nil || e.Code != "ValidationError" || e.Message != want {
		t.Errorf("%v", e)
	}
}
