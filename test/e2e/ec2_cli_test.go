package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// The AWS CLI launches, finds, changes and ends instances; what there is not is refused
// by name.
func TestEC2CLI(t *testing.T) {
	server, admin, _ := adminServer(t)
	c := newCLI(t, server, admin)
	if got := c.do("ec2", "describe-availability-zones", "--query", "AvailabilityZones[].[ZoneName,ZoneId]"); strings.Join(strings.Fields(got), " ") != "us-east-1a use1-az1 us-east-1b use1-az2 us-east-1c use1-az3" {
		t.Error(got)
	}
	if got := c.do("ec2", "describe-regions", "--query", "Regions[].RegionName"); got != "us-east-1" {
		t.Error(got)
	}
	const image = "ami-00000000000000001"
	id := c.do("ec2", "run-instances", "--image-id", image, "--tag-specifications", "ResourceType=instance,Tags=[{Key=env,Value=prod}]", "--query", "Instances[0].InstanceId")
	if !regexp.MustCompile(`^i-[0-9a-f]{17}$`).MatchString(id) {
		t.Fatal(id)
	}
	c.do("iam", "create-role", "--role-name", "web", "--assume-role-policy-document", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`)
	c.do("iam", "create-instance-profile", "--instance-profile-name", "web")
	c.do("iam", "add-role-to-instance-profile", "--instance-profile-name", "web", "--role-name", "web")
	c.do("ec2", "associate-iam-instance-profile", "--instance-id", id, "--iam-instance-profile", "Name=web")
	c.do("ec2", "create-tags", "--resources", id, "--tags", "Key=team,Value=blue")
	c.do("ec2", "modify-instance-metadata-options", "--instance-id", id, "--http-tokens", "optional")
	got := c.do("ec2", "describe-instances", "--filters", "Name=tag:env,Values=prod", "Name=tag:team,Values=b*", "--query", "Reservations[].Instances[].[InstanceId,State.Name,MetadataOptions.HttpTokens,IamInstanceProfile.Arn]")
	if f := strings.Fields(got); len(f) != 4 || f[0] != id || f[1] != "pending" || f[2] != "optional" || !strings.HasSuffix(f[3], ":instance-profile/web") {
		t.Error(got)
	}
	refusedEC2(c, "UnsupportedOperation", "The parameter SubnetId is not supported: an instance here is a program, or a machine with an address of its own.",
		"ec2", "run-instances", "--image-id", image, "--subnet-id", "subnet-1")
	refusedEC2(c, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", "ec2", "terminate-instances", "--instance-ids", id, "--dry-run")
	c.do("ec2", "terminate-instances", "--instance-ids", id)
	c.do("ec2", "wait", "instance-terminated", "--instance-ids", id)
	if got := c.do("ec2", "describe-iam-instance-profile-associations", "--query", "IamInstanceProfileAssociations[].State"); got != "" && got != "None" {
		t.Error(got)
	}
}

// refusedEC2 is cli.refused for EC2, at whose errors the CLI ends with 255.
func refusedEC2(c *cli, code, message string, arguments ...string) {
	c.t.Helper()
	r := c.call(arguments...)
	m := cliError.FindStringSubmatch(strings.TrimSpace(r.Stderr))
	if r.Code == 0 || m == nil || m[1] != code || m[3] != message {
		c.t.Errorf("aws %s: exit %d, %s%s\nwant %s: %s", strings.Join(arguments, " "), r.Code, r.Stdout, r.Stderr, code, message)
	}
}
