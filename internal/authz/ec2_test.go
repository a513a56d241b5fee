package authz

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

var ec2Regions = catalog.NewRegions("us-east-1", nil)

// instances is a directory with the profile web, which holds a role, and one instance
// that has it.
func instances(t *testing.T) (d *directory.Directory, i *directory.Instance) {
	t.Helper()
	d = openDirectory(t)
	change(t, d, func(tx *directory.Tx) error {
		r, err := tx.CreateRole(directory.NewRole{
			Name: "web-role", Path: "/", Tags: []api.Tag{{Key: "tier", Value: "gold"}},
			Trust: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`,
		})
		if err != nil {
			return err
		}
		p, err := tx.CreateProfile(directory.Entity{Name: "web", Path: "/team/"})
		if err != nil {
			return err
		}
		if err := tx.AddRole(p, r); err != nil {
			return err
		}
		i = &directory.Instance{Image: ImageID, Type: "t3.micro", Zone: "us-east-1a", Tags: []api.Tag{{Key: "env", Value: "prod"}}, Metadata: directory.MetadataOptions{HopLimit: 2}}
		tx.SetProfile(i, p)
		return tx.CreateInstance(i)
	})
	return d, i
}

func ec2Call(caller *api.Principal, operation string) *api.Call {
	return &api.Call{Service: ec2.API, Operation: ec2.API.Operation(operation), Principal: caller, Account: accountID, Region: "us-east-1"}
}

// ec2Asked is what the row of an EC2 operation asks: documented actions, with documented
// keys.
func ec2Asked(t *testing.T, d *directory.Directory, operation string, in any) []Ask {
	t.Helper()
	q := Question{Call: ec2Call(rootCaller(), operation), View: d.View(accountID)}
	if err := EC2(ec2Regions)[operation](&q, in); err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	for n := range q.Asks {
		documented(t, &q.Asks[n])
	}
	return q.Asks
}

func pointer[T any](v T) *T { return &v }

func spec(name string) *ec2.IamInstanceProfileSpecification {
	return &ec2.IamInstanceProfileSpecification{Name: &name}
}

const (
	anyInstance = "arn:aws:ec2:us-east-1:111122223333:instance/*"
	webRole     = "arn:aws:iam::111122223333:role/web-role"
	webProfile  = "arn:aws:iam::111122223333:instance-profile/team/web"
	passed      = " iam:PassedToService=ec2.amazonaws.com iam:AssociatedResourceArn=%s aws:ResourceTag/tier=gold iam:ResourceTag/tier=gold"
)

// instanceKeys are the keys of an instance in the order of its row.
func instanceKeys(profile, id string) string {
	keys := " ec2:Region=us-east-1 ec2:InstanceType=t3.micro ec2:AvailabilityZone=us-east-1a ec2:AvailabilityZoneId=use1-az1 ec2:EbsOptimized=false ec2:Tenancy=default" +
		" ec2:InstanceMarketType=on-demand ec2:MetadataHttpTokens=required ec2:MetadataHttpEndpoint=enabled ec2:MetadataHttpPutResponseHopLimit=%s ec2:InstanceMetadataTags=disabled"
	hops := "1"
	if id != "" {
		hops = "2"
	}
	keys = fmt.Sprintf(keys, hops)
	if profile != "" {
		keys += " ec2:InstanceProfile=" + profile
	}
	if id != "" {
		keys += " ec2:InstanceID=" + id
	}
	return keys
}

// printedAsks is a line an ask.
func printedAsks(all []Ask) string {
	var lines []string
	for n := range all {
		lines = append(lines, strings.TrimSpace(all[n].Action+" "+all[n].Resource+" "+keysOf(&all[n])))
	}
	return strings.Join(lines, "\n")
}

// RunInstances is asked for on the instances and on the image; with tags CreateTags, and
// with a profile PassRole as well.
func TestRunInstancesAsks(t *testing.T) {
	d, _ := instances(t)
	image := "ec2:RunInstances arn:aws:ec2:us-east-1::image/" + ImageID + " ec2:Region=us-east-1 ec2:ImageID=" + ImageID + " ec2:Owner=amazon ec2:Public=true ec2:ImageType=machine"
	tags := " aws:RequestTag/env=prod aws:TagKeys=[env]"
	for name, c := range map[string]struct {
		in   ec2.RunInstancesInput
		want []string
	}{
		"plain": {ec2.RunInstancesInput{}, []string{"ec2:RunInstances " + anyInstance + instanceKeys("", "") + " aws:TagKeys=[]", image}},
		"a profile": {ec2.RunInstancesInput{IamInstanceProfile: spec("web")}, []string{
			"ec2:RunInstances " + anyInstance + instanceKeys(webProfile, "") + " aws:TagKeys=[]", image,
			"iam:PassRole " + webRole + fmt.Sprintf(passed, anyInstance),
		}},
		"a profile by ARN": {ec2.RunInstancesInput{IamInstanceProfile: &ec2.IamInstanceProfileSpecification{Arn: pointer(webProfile)}}, []string{
			"ec2:RunInstances " + anyInstance + instanceKeys(webProfile, "") + " aws:TagKeys=[]", image,
			"iam:PassRole " + webRole + fmt.Sprintf(passed, anyInstance),
		}},
		"tags": {ec2.RunInstancesInput{TagSpecifications: []ec2.TagSpecification{{ResourceType: pointer("instance"), Tags: []ec2.Tag{{Key: pointer("env"), Value: pointer("prod")}}}}}, []string{
			"ec2:RunInstances " + anyInstance + instanceKeys("", "") + tags, image,
			"ec2:CreateTags " + anyInstance + " ec2:Region=us-east-1 ec2:CreateAction=RunInstances" + strings.TrimPrefix(instanceKeys("", ""), " ec2:Region=us-east-1") + tags,
		}},
	} {
		if got := printedAsks(ec2Asked(t, d, "RunInstances", &c.in)); got != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, strings.Join(c.want, "\n"))
		}
	}
}

// What the keys say is what is launched.
func TestRunInstancesKeysFollow(t *testing.T) {
	d, _ := instances(t)
	keys := keysOf(&ec2Asked(t, d, "RunInstances", &ec2.RunInstancesInput{
		InstanceType: pointer("m5.large"), Placement: &ec2.Placement{AvailabilityZone: pointer("us-east-1c")},
		MetadataOptions: &ec2.InstanceMetadataOptionsRequest{HttpTokens: pointer("optional"), HttpEndpoint: pointer("disabled"), HttpPutResponseHopLimit: pointer(int32(5)), InstanceMetadataTags: pointer("enabled")},
	})[0])
	for _, want := range []string{
		"ec2:InstanceType=m5.large", "ec2:AvailabilityZone=us-east-1c", "ec2:AvailabilityZoneId=use1-az3", "ec2:MetadataHttpTokens=optional",
		"ec2:MetadataHttpEndpoint=disabled", "ec2:MetadataHttpPutResponseHopLimit=5", "ec2:InstanceMetadataTags=enabled",
	} {
		if !strings.Contains(keys, want) {
			t.Errorf("%s is not in %s", want, keys)
		}
	}
}

// What is asked for about an instance that is there.
func TestInstanceAsks(t *testing.T) {
	d, i := instances(t)
	arn := i.ARN("us-east-1", accountID)
	own, tags := instanceKeys(webProfile, i.ID), " aws:ResourceTag/env=prod ec2:ResourceTag/env=prod"
	pass := "\niam:PassRole " + webRole + fmt.Sprintf(passed, arn)
	requested := " aws:RequestTag/env=test aws:TagKeys=[env]"
	for _, c := range []struct {
		operation string
		in        any
		want      string
	}{
		{"TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{i.ID}}, arn + own + tags},
		{"ModifyInstanceMetadataOptions", &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: &i.ID}, arn + own + tags},
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: &i.ID, IamInstanceProfile: spec("web")}, arn + own + tags + " ec2:NewInstanceProfile=" + webProfile + pass},
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: &i.ID, IamInstanceProfile: spec("nobody")}, arn + own + tags},
		{"ReplaceIamInstanceProfileAssociation", &ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: &i.Association, IamInstanceProfile: spec("web")}, arn + own + tags + " ec2:NewInstanceProfile=" + webProfile + pass},
		{"DisassociateIamInstanceProfile", &ec2.DisassociateIamInstanceProfileInput{AssociationId: &i.Association}, arn + own + tags},
		{"DisassociateIamInstanceProfile", &ec2.DisassociateIamInstanceProfileInput{AssociationId: pointer("iip-assoc-0123456789abcdef0")}, anyInstance + " ec2:Region=us-east-1"},
		{"CreateTags", &ec2.CreateTagsInput{Resources: []string{i.ID}, Tags: []ec2.Tag{{Key: pointer("env"), Value: pointer("test")}}}, arn + own + tags + requested},
		{"DeleteTags", &ec2.DeleteTagsInput{Resources: []string{i.ID}, Tags: []ec2.Tag{{Key: pointer("env"), Value: pointer("test")}}}, arn + " ec2:Region=us-east-1" + tags + requested},
		{"TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0123456789abcdef0"}}, "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0 ec2:Region=us-east-1"},
		{"DescribeInstances", &ec2.DescribeInstancesInput{}, "* ec2:Region=us-east-1"},
		{"DescribeTags", &ec2.DescribeTagsInput{}, "* ec2:Region=us-east-1"},
		{"DescribeRegions", &ec2.DescribeRegionsInput{}, "* ec2:Region=us-east-1"},
		{"DescribeAvailabilityZones", &ec2.DescribeAvailabilityZonesInput{}, "* ec2:Region=us-east-1"},
		{"DescribeIamInstanceProfileAssociations", &ec2.DescribeIamInstanceProfileAssociationsInput{}, "* ec2:Region=us-east-1"},
	} {
		want := "ec2:" + c.operation + " " + c.want
		if got := printedAsks(ec2Asked(t, d, c.operation, c.in)); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", c.operation, got, want)
		}
	}
}

// decideEC2 is the outcome of a call of a user with one policy: "" for allowed, else the
// action that is refused.
func decideEC2(t *testing.T, d *directory.Directory, document, operation string, in any) string {
	t.Helper()
	change(t, d, func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			if u, err = tx.CreateUser(directory.NewUser{Name: "ana", Path: "/"}); err != nil {
				return err
			}
		}
		return tx.PutUserPolicy(u, "only", document)
	})
	err := Authorize(d.View(accountID), ec2Call(userCaller(t, d, "ana"), operation), EC2(ec2Regions)[operation], in)
	var denial *Denial
	switch {
	case err == nil:
		return ""
	case errors.As(err, &denial):
		return denial.Ask.Action
	}
	t.Fatal(err)
	return ""
}

// Policies of AWS's documentation, as they decide here [ExamplePolicies_EC2],
// [id_roles_use_passrole].
func TestEC2Policies(t *testing.T) {
	d, i := instances(t)
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }
	run := `{"Effect":"Allow","Action":"ec2:RunInstances","Resource":["arn:aws:ec2:*:*:instance/*","arn:aws:ec2:*::image/*","arn:aws:ec2:*:*:subnet/*","arn:aws:ec2:*:*:network-interface/*","arn:aws:ec2:*:*:volume/*","arn:aws:ec2:*:*:security-group/*"]}`
	pass := `{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/web-*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"},"StringLike":{"iam:AssociatedResourceArn":"arn:aws:ec2:us-*:111122223333:instance/*"}}}`
	withTags := &ec2.RunInstancesInput{TagSpecifications: []ec2.TagSpecification{{ResourceType: pointer("instance"), Tags: []ec2.Tag{{Key: pointer("env"), Value: pointer("prod")}}}}}
	v1 := &ec2.RunInstancesInput{MetadataOptions: &ec2.InstanceMetadataOptionsRequest{HttpTokens: pointer("optional")}}
	web := &ec2.RunInstancesInput{IamInstanceProfile: spec("web")}
	requireV2 := `{"Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringNotEquals":{"ec2:MetadataHttpTokens":"required"}}}`
	createTags := `{"Effect":"Allow","Action":"ec2:CreateTags","Resource":"*","Condition":{"StringEquals":{"ec2:CreateAction":"RunInstances"}}}`
	own := `{"Effect":"Allow","Action":"ec2:TerminateInstances","Resource":"*","Condition":{"StringEquals":{"ec2:ResourceTag/env":"%s"}}}`
	terminate := &ec2.TerminateInstancesInput{InstanceIds: []string{i.ID}}
	tag := &ec2.CreateTagsInput{Resources: []string{i.ID}, Tags: []ec2.Tag{{Key: pointer("a")}}}
	associate := &ec2.AssociateIamInstanceProfileInput{InstanceId: &i.ID, IamInstanceProfile: spec("web")}
	for name, c := range map[string]struct {
		document, operation string
		in                  any
		want                string
	}{
		"the documented resources":          {statement(run), "RunInstances", &ec2.RunInstancesInput{}, ""},
		"without the image":                 {statement(`{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*"}`), "RunInstances", &ec2.RunInstancesInput{}, "ec2:RunInstances"},
		"a profile without PassRole":        {statement(run), "RunInstances", web, "iam:PassRole"},
		"a profile with PassRole":           {statement(run + "," + pass), "RunInstances", web, ""},
		"PassRole to another service":       {statement(run + "," + strings.Replace(pass, "ec2.amazonaws.com", "lambda.amazonaws.com", 1)), "RunInstances", web, "iam:PassRole"},
		"PassRole of another role":          {statement(run + "," + strings.Replace(pass, "role/web-*", "role/db-*", 1)), "RunInstances", web, "iam:PassRole"},
		"PassRole to instances elsewhere":   {statement(run + "," + strings.Replace(pass, "us-*", "eu-*", 1)), "RunInstances", web, "iam:PassRole"},
		"IMDSv1 where v2 is required":       {statement(run + "," + requireV2), "RunInstances", v1, "ec2:RunInstances"},
		"IMDSv2 where v2 is required":       {statement(run + "," + requireV2), "RunInstances", &ec2.RunInstancesInput{}, ""},
		"tags without CreateTags":           {statement(run), "RunInstances", withTags, "ec2:CreateTags"},
		"tags at launch":                    {statement(run + "," + createTags), "RunInstances", withTags, ""},
		"tags later":                        {statement(run + "," + createTags), "CreateTags", tag, "ec2:CreateTags"},
		"terminate by tag":                  {statement(fmt.Sprintf(own, "prod")), "TerminateInstances", terminate, ""},
		"terminate by another tag":          {statement(fmt.Sprintf(own, "test")), "TerminateInstances", terminate, "ec2:TerminateInstances"},
		"associate without PassRole":        {statement(`{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`), "AssociateIamInstanceProfile", associate, "iam:PassRole"},
		"associate":                         {statement(`{"Effect":"Allow","Action":"ec2:*","Resource":"*"},` + pass), "AssociateIamInstanceProfile", associate, ""},
		"describe on an instance":           {statement(`{"Effect":"Allow","Action":"ec2:DescribeInstances","Resource":"arn:aws:ec2:*:*:instance/*"}`), "DescribeInstances", &ec2.DescribeInstancesInput{}, "ec2:DescribeInstances"},
		"describe in the region":            {statement(`{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*","Condition":{"StringEquals":{"ec2:Region":"us-east-1"}}}`), "DescribeInstances", &ec2.DescribeInstancesInput{}, ""},
		"an unknown association, one's own": {statement(`{"Effect":"Allow","Action":"ec2:*","Resource":"` + i.ARN("us-east-1", accountID) + `"}`), "DisassociateIamInstanceProfile", &ec2.DisassociateIamInstanceProfileInput{AssociationId: pointer("iip-assoc-0123456789abcdef0")}, "ec2:DisassociateIamInstanceProfile"},
	} {
		if got := decideEC2(t, d, c.document, c.operation, c.in); got != c.want {
			t.Errorf("%s: %q is refused, want %q", name, got, c.want)
		}
	}
}

// What is malformed has no resource to decide on.
func TestEC2RowsRefuse(t *testing.T) {
	d, i := instances(t)
	for _, c := range []struct {
		operation string
		in        any
		want      string
	}{
		{"TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{i.ID, "*"}}, "InvalidInstanceID.Malformed"},
		{"TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: make([]string, maxNamed+1)}, "InvalidParameterValue"},
		{"ModifyInstanceMetadataOptions", &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: pointer("i-1/../x")}, "InvalidInstanceID.Malformed"},
		{"AssociateIamInstanceProfile", &ec2.AssociateIamInstanceProfileInput{InstanceId: pointer("")}, "InvalidInstanceID.Malformed"},
		{"ReplaceIamInstanceProfileAssociation", &ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: &i.ID}, "InvalidParameterValue"},
		{"DisassociateIamInstanceProfile", &ec2.DisassociateIamInstanceProfileInput{AssociationId: pointer("")}, "InvalidParameterValue"},
		{"CreateTags", &ec2.CreateTagsInput{Resources: []string{"sg-0123456789abcdef0"}}, "InvalidID"},
		{"DeleteTags", &ec2.DeleteTagsInput{Resources: []string{"i-" + strings.Repeat("0", 1000)}}, "InvalidInstanceID.Malformed"},
	} {
		q := Question{Call: ec2Call(rootCaller(), c.operation), View: d.View(accountID)}
		err := EC2(ec2Regions)[c.operation](&q, c.in)
		var e *api.Error
		if !errors.As(err, &e) || e.Code != c.want || len(e.Message) > 200 {
			t.Errorf("%s: %v, want %s", c.operation, err, c.want)
		}
	}
}
