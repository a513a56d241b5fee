package ec2

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
)

func (f *fixture) tagsOf(id string) string {
	return fmt.Sprint(f.directory.View(accountID).Instance(id).Tags)
}

func tags(pairs ...string) []ec2.Tag {
	var out []ec2.Tag
	for _, p := range pairs {
		key, value, given := strings.Cut(p, "=")
		t := ec2.Tag{Key: &key}
		if given {
			t.Value = &value
		}
		out = append(out, t)
	}
	return out
}

// [API_CreateTags], [API_DeleteTags]: what is added, overwritten, and taken away with
// its value or whatever that is.
func TestTags(t *testing.T) {
	f := newFixture(t)
	a, b := *f.run(tagged("env", "prod")).InstanceId, *f.run().InstanceId
	must[ec2.CreateTagsOutput](f, "CreateTags", &ec2.CreateTagsInput{Resources: []string{a, b}, Tags: tags("owner=ana", "ENV=test", "note")})
	if got := f.tagsOf(a); got != "[{ENV test} {note } {owner ana}]" || f.tagsOf(b) != got {
		t.Errorf("%s, %s", got, f.tagsOf(b))
	}
	must[ec2.DeleteTagsOutput](f, "DeleteTags", &ec2.DeleteTagsInput{Resources: []string{a}, Tags: tags("owner=bob", "env", "note=", "none")})
	if got := f.tagsOf(a); got != "[{ENV test} {owner ana}]" {
		t.Errorf("%s", got)
	}
	must[ec2.DeleteTagsOutput](f, "DeleteTags", &ec2.DeleteTagsInput{Resources: []string{a}, Tags: tags("ENV", "owner=ana")})
	must[ec2.DeleteTagsOutput](f, "DeleteTags", &ec2.DeleteTagsInput{Resources: []string{b}})
	if f.tagsOf(a) != "[]" || f.tagsOf(b) != "[]" {
		t.Errorf("%s, %s", f.tagsOf(a), f.tagsOf(b))
	}
}

// Tags that no instance can be given change none.
func TestTagsRefuse(t *testing.T) {
	f := newFixture(t)
	id := *f.run(tagged("env", "prod")).InstanceId
	var many []string
	for n := range 50 {
		many = append(many, fmt.Sprintf("k%d=v", n))
	}
	for want, in := range map[string]*ec2.CreateTagsInput{
		"InvalidParameterValue: Tag keys starting with 'aws:' are reserved":  {Resources: []string{id}, Tags: tags("aws:x=y")},
		"InvalidParameterValue: Tag key cannot be empty.":                    {Resources: []string{id}, Tags: tags("=y")},
		"InvalidParameterValue: Tag key exceeds the maximum length of 128":   {Resources: []string{id}, Tags: tags(strings.Repeat("k", 129))},
		"InvalidParameterValue: Tag value exceeds the maximum length of 256": {Resources: []string{id}, Tags: tags("k=" + strings.Repeat("v", 257))},
		"InvalidParameterValue: Duplicate tag key 'K' specified.":            {Resources: []string{id}, Tags: tags("k=1", "K=2")},
		"TagLimitExceeded: ": {Resources: []string{id}, Tags: tags(many...)},
		"InvalidID: The ID 'vol-0123456789abcdef0' is not valid":              {Resources: []string{id, "vol-0123456789abcdef0"}, Tags: tags("k=1")},
		"InvalidInstanceID.NotFound: ":                                        {Resources: []string{id, "i-0123456789abcdef0"}, Tags: tags("k=1")},
		"InvalidInstanceID.Malformed: ":                                       {Resources: []string{"i-x"}, Tags: tags("k=1")},
		"MissingParameter: The request must contain the parameter ResourceId": {Tags: tags("k=1")},
		"MissingParameter: The request must contain the parameter Tag":        {Resources: []string{id}},
		"DryRunOperation: ":                                                   {Resources: []string{id}, Tags: tags("k=1"), DryRun: ptr(true)},
	} {
		if got := f.refused("CreateTags", in); !strings.HasPrefix(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if got := f.tagsOf(id); got != "[{env prod}]" {
		t.Error(got)
	}
}

// [API_DescribeTags]: filtered, and in pages.
func TestDescribeTags(t *testing.T) {
	f := newFixture(t)
	a, b := *f.run(tagged("env", "prod"), tagged("team", "x")).InstanceId, *f.run(tagged("env", "test")).InstanceId
	describe := func(filters ...ec2.Filter) string {
		var all []string
		for _, d := range must[ec2.DescribeTagsOutput](f, "DescribeTags", &ec2.DescribeTagsInput{Filters: filters}).Tags {
			all = append(all, *d.ResourceType+" "+*d.Key+"="+*d.Value)
			if *d.ResourceId != a && *d.ResourceId != b {
				t.Errorf("%s", *d.ResourceId)
			}
		}
		return strings.Join(all, ", ")
	}
	for want, filter := range map[string]ec2.Filter{
		"instance env=prod, instance team=x": {Name: ptr("resource-id"), Values: []string{a}},
		"instance team=x":                    {Name: ptr("key"), Values: []string{"team"}},
		"instance env=test":                  {Name: ptr("value"), Values: []string{"t*"}},
		"":                                   {Name: ptr("resource-type"), Values: []string{"volume"}},
	} {
		if got := describe(filter); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	must[ec2.CreateTagsOutput](f, "CreateTags", &ec2.CreateTagsInput{Resources: []string{b}, Tags: tags("a=1", "b=2", "c=3", "d=4", "e=5")})
	seen, page := map[string]bool{}, &ec2.DescribeTagsInput{MaxResults: ptr(int32(5))}
	for range 2 {
		out := must[ec2.DescribeTagsOutput](f, "DescribeTags", page)
		for _, d := range out.Tags {
			seen[*d.ResourceId+*d.Key] = true
		}
		page.NextToken = out.NextToken
	}
	if len(seen) != 8 || page.NextToken != nil {
		t.Errorf("%d tags", len(seen))
	}
	if got := f.refused("DescribeTags", &ec2.DescribeTagsInput{Filters: []ec2.Filter{{Name: ptr("tag:env"), Values: []string{"x"}}}}); !strings.HasPrefix(got, "InvalidParameterValue: The filter 'tag:env' is invalid") {
		t.Error(got)
	}
}

// [Using_Filtering]: wildcards, and what escapes them.
func TestFits(t *testing.T) {
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"", "", true}, {"", "a", false}, {"a", "a", true}, {"a", "A", false}, {"a", "", false},
		{"*", "", true}, {"*", "anything", true}, {"**", "x", true}, {"a*", "abc", true}, {"*c", "abc", true}, {"*b*", "abc", true},
		{"a*c", "ab", false}, {"a*b*c", "aXbYc", true}, {"a*b*c", "aXcYb", false}, {"*aab", "aaaab", true},
		{"?", "a", true}, {"?", "", false}, {"?", "é", true}, {"??", "é", false}, {"a?c", "abc", true},
		{`\*`, "*", true}, {`\*`, "x", false}, {`\?`, "?", true}, {`\\`, `\`, true}, {`a\b`, "ab", true}, {`*\*`, "ab*", true}, {`*\*`, "ab", false},
	} {
		if got := fits(c.pattern, c.value); got != c.want {
			t.Errorf("%q, %q: %t", c.pattern, c.value, got)
		}
	}
}

// FuzzFits: a value fits itself with its wildcards escaped, and everything fits *.
func FuzzFits(f *testing.F) {
	f.Add("a*b?c", "aXbYc")
	f.Fuzz(func(t *testing.T, pattern, value string) {
		fits(pattern, value)
		escaped := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`).Replace(value)
		if !fits(escaped, value) || !fits("*", value) {
			t.Errorf("%q does not fit itself", value)
		}
	})
}
