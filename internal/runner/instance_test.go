package runner

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

const launched = `<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><ownerId>123456789012</ownerId><instancesSet><item>` +
	`<instanceId>i-0123456789abcdef0</instanceId><placement><availabilityZone>eu-west-1b</availabilityZone></placement></item></instancesSet></RunInstancesResponse>`

const instanceARN = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"

// The runner proves itself by what only the hash of is in the request of its instance;
// the calls that it proves itself in are not signed with the caller's credentials.
func TestRunInstance(t *testing.T) {
	c, got := answering(t, func(a asked) (int, string) {
		if a.target != "" {
			return 200, `{"instance":{"id":"i-0123456789abcdef0","role":"photos"}}`
		}
		return 200, launched
	})
	i, err := RunInstance(t.Context(), c.In("eu-west-1"), Launch{Profile: "p", Zone: "eu-west-1b", Tags: map[string]string{"b": "2", "a": "1,x"}})
	if err != nil || i.ARN != instanceARN || i.Region != "eu-west-1" {
		t.Fatal(i, err)
	}
	f := (*got)[0].form
	sum := sha256.Sum256([]byte(i.secret))
	for name, want := range map[string]string{
		"Action": "RunInstances", "ImageId": "ami-00000000000000001", "MinCount": "1", "MaxCount": "1", "IamInstanceProfile.Name": "p",
		"ClientToken": "gatehouse-run:" + base64.RawURLEncoding.EncodeToString(sum[:]), "Placement.AvailabilityZone": "eu-west-1b",
		"MetadataOptions.HttpTokens": "required", "MetadataOptions.InstanceMetadataTags": "enabled",
		"TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "a", "TagSpecification.1.Tag.1.Value": "1,x",
		"TagSpecification.1.Tag.2.Key": "b", "TagSpecification.1.Tag.2.Value": "2",
	} {
		if f.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, f.Get(name), want)
		}
	}
	if strings.Contains((*got)[0].body, i.secret) || !strings.Contains((*got)[0].signed, "/eu-west-1/ec2/") {
		t.Error((*got)[0])
	}
	state, err := i.Describe(t.Context())
	if err != nil || state.Role != "photos" {
		t.Fatal(state, err)
	}
	if err := i.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n, operation := range []string{"DescribeWorkload", "EndWorkload"} {
		a := (*got)[n+1]
		var in map[string]string
		json.Unmarshal([]byte(a.body), &in)
		if a.target != "GatehouseWorkload_20261130."+operation || a.signed != "" || in["instanceArn"] != instanceARN || in["secret"] != i.secret {
			t.Error(a)
		}
	}
}

func TestLaunchForm(t *testing.T) {
	f := (&Launch{Profile: "arn:aws:iam::1:instance-profile/p", V1: true}).form("s")
	if f.Get("IamInstanceProfile.Arn") == "" || f.Has("IamInstanceProfile.Name") || f.Get("MetadataOptions.HttpTokens") != "optional" ||
		f.Has("MetadataOptions.InstanceMetadataTags") || f.Has("TagSpecification.1.ResourceType") || f.Has("Placement.AvailabilityZone") {
		t.Error(f)
	}
}

func TestRunInstanceRefused(t *testing.T) {
	for code, want := range map[string]string{
		"UnauthorizedOperation": "UnauthorizedOperation: of iamInstanceProfile.name (you need ec2:RunInstances, and iam:PassRole",
		"InvalidParameterValue": "InvalidParameterValue: of iamInstanceProfile.name (aws iam list-instance-profiles",
		"Other":                 "Other: of iamInstanceProfile.name",
	} {
		c, _ := answering(t, func(asked) (int, string) {
			return 403, "<Response><Errors><Error><Code>" + code + "</Code><Message>of iamInstanceProfile.name</Message></Error></Errors></Response>"
		})
		if _, err := RunInstance(t.Context(), c, Launch{Profile: "p"}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for _, answer := range []string{"<R/>", strings.Replace(launched, "eu-west-1b", "", 1), strings.Replace(launched, "i-0123456789abcdef0", "", 1)} {
		c, _ := answering(t, func(asked) (int, string) { return 200, answer })
		if i, err := RunInstance(t.Context(), c, Launch{Profile: "p"}); err == nil {
			t.Error(i)
		}
	}
}

// A server that does not answer ends no program; one that knows no such instance, or
// says that it was terminated, does.
func TestGoesOn(t *testing.T) {
	status, answer := 200, launched
	c, _ := answering(t, func(asked) (int, string) { return status, answer })
	i, err := RunInstance(t.Context(), c, Launch{Profile: "p"})
	if err != nil {
		t.Fatal(err)
	}
	r := &run{instance: i}
	for _, s := range []struct {
		status int
		answer string
		want   bool
	}{
		{200, `{"instance":{"id":"i"}}`, true}, {200, `{"instance":{"id":"i","ended":true}}`, false},
		{503, `{"message":"later"}`, true}, {200, `{}`, true}, {200, `{`, true},
		{400, `<E><Error><Code>AccessDeniedException</Code></Error></E>`, false},
	} {
		if status, answer = s.status, s.answer; r.goesOn(t.Context()) != s.want {
			t.Errorf("%d %s: not %v", s.status, s.answer, s.want)
		}
	}
}
