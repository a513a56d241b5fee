package validate

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

func TestPassedRoles(t *testing.T) {
	allow := func(rest string) string { return of(`{"Effect":"Allow",` + rest + `}`) }
	const star = "PASS_ROLE_WITH_STAR_IN_RESOURCE"
	for _, c := range []ruleCase{
		{
			"one role", policy.Identity,
			allow(`"Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/app"`),
			nil,
		},
		{
			"roles of a service's naming", policy.Identity,
			allow(`"Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/Service*"`),
			nil,
		},
		{
			"every role of an account", policy.Identity,
			allow(`"Action":"iam:PassRole","Resource":["arn:aws:iam::111122223333:role/*"]`),
			[]string{star},
		},
		{
			"every role of a path", policy.Identity,
			allow(`"Action":"iam:PassRole","Resource":["arn:aws:iam::111122223333:role/*/*"]`),
			[]string{star},
		},
		{
			"everything of an account", policy.Identity,
			allow(`"Action":"iam:passrole","Resource":["arn:aws:iam::111122223333:*"]`),
			[]string{star},
		},
		{
			"by name and by wildcard", policy.Identity,
			allow(`"Action":["iam:Pass*","iam:PassRole"],"Resource":"*"`),
			[]string{star, "REDUNDANT_ACTION"},
		},
		{
			"to one service", policy.Identity,
			allow(`"Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:passedtoservice":"ec2.amazonaws.com"}}`),
			nil,
		},
		{"by another action", policy.Identity, allow(`"Action":"iam:Get*","Resource":"*"`), nil},
		{
			"by all actions of all services", policy.Identity,
			allow(`"Action":"*:*","Resource":"*"`),
			[]string{"PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE"},
		},
		{
			"by what is not listed", policy.Identity,
			allow(`"NotAction":"iam:PassRole","Resource":"*"`),
			[]string{"CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"},
		},
		{
			"what is not listed is listed", policy.Identity,
			allow(`"NotAction":["iam:*"],"Resource":"*"`),
			nil,
		},
		{"denied", policy.Identity, of(`{"Effect":"Deny","Action":"iam:PassRole","Resource":"*"}`), nil},
		{
			"a service-linked role of one service", policy.Identity,
			allow(`"Action":"iam:CreateServiceLinkedRole","Resource":"arn:aws:iam::*:role/aws-service-role/x.amazonaws.com/*"`),
			nil,
		},
		{
			"service-linked roles of every service", policy.Identity,
			allow(`"Action":"iam:CreateServiceLinkedRole","Resource":"arn:aws:iam::*:role/aws-service-role/*"`),
			[]string{"CREATE_SLR_WITH_STAR_IN_RESOURCE"},
		},
		{"not in an SCP", policy.ServiceControl, allow(`"Action":"*","Resource":"*"`), nil},
	} {
		c.run(t)
	}
}

func TestServiceTables(t *testing.T) {
	allow := func(actions, resources, condition string) string {
		return of(`{"Effect":"Deny","Action":` + actions + `,"Resource":` + resources + `,"Condition":` + condition + `}`)
	}
	const secure = `{"Bool":{"aws:SecureTransport":"true"}}`
	const no = "GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION"
	const key = "UNSUPPORTED_ACTION_FOR_CONDITION_KEY"
	for _, c := range []ruleCase{
		{
			"a bucket's and its objects' actions", policy.Identity,
			allow(`["s3:GetObject","s3:ListBucket"]`, `["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, secure),
			nil,
		},
		{
			"a bucket for an object's action", policy.Identity,
			allow(`["dynamodb:GetItem"]`, `["arn:aws:dynamodb:*:*:table/t","arn:aws:s3:::b"]`, secure),
			[]string{no},
		},
		{
			"an unknown action makes no certainty", policy.Identity,
			allow(`["s3:Nothing"]`, `["arn:aws:s3:::b"]`, secure),
			[]string{"INVALID_ACTION"},
		},
		{
			"every service's action makes none", policy.Identity,
			allow(`["*:Get*"]`, `["arn:aws:s3:::b"]`, secure),
			nil,
		},
		{
			"lists that are decided on an ARN (M-05)", policy.Identity,
			allow(`["s3:ListAllMyBuckets","iam:ListUsers"]`, `["arn:aws:s3:::*","arn:aws:iam::111122223333:user/"]`, secure),
			nil,
		},
		{"a pattern of actions", policy.Identity, allow(`["s3:*"]`, `["arn:aws:s3:::b"]`, secure), nil},
		{
			"documents of AWS's", policy.Identity,
			allow(`["ssm:SendCommand"]`, `["arn:aws:ssm:*::document/AWS-RunShellScript","arn:aws:ec2:*:*:instance/*"]`, secure),
			nil,
		},
		{
			"a resource that no table has", policy.Identity,
			allow(`["s3:GetObject"]`, `["arn:aws:s3:::b/*","arn:aws:a2c:*:*:x"]`, secure),
			nil,
		},
		{
			"an action without the key", policy.Identity,
			allow(`["s3:ListBucket","s3:GetObject"]`, `"*"`, `{"StringEquals":{"s3:prefix":"a"}}`),
			[]string{key},
		},
		{
			"another service's action", policy.Identity,
			allow(`["s3:ListBucket","iam:GetUser"]`, `"*"`, `{"StringEquals":{"s3:prefix":"a"}}`),
			[]string{key},
		},
		{
			"a pattern of which one has the key", policy.Identity,
			allow(`["s3:*"]`, `"*"`, `{"StringEquals":{"s3:prefix":"a"}}`),
			nil,
		},
		{
			"a key that comes with the resource", policy.Identity,
			allow(`["ec2:StartInstances"]`, `"*"`, `{"StringEquals":{"ec2:ResourceTag/a":"b"}}`),
			nil,
		},
		{
			"a key that comes with the resource type of the action", policy.Identity,
			allow(`["iam:GetUser"]`, `"*"`, `{"StringEquals":{"iam:ResourceTag/a":"b"}}`),
			nil,
		},
		{
			"a key that may be absent", policy.Identity,
			allow(`["s3:GetObject"]`, `"*"`, `{"StringEqualsIfExists":{"s3:prefix":"a"},"Null":{"s3:delimiter":"true"}}`),
			nil,
		},
		{
			"an action that is not", policy.Identity,
			allow(`["s3:Nothing","nosuch:X"]`, `"*"`, `{"StringEquals":{"s3:prefix":"a","aws:ResourceTag/a":"b"}}`),
			[]string{"INVALID_ACTION", "INVALID_SERVICE_IN_ACTION"},
		},
		{
			"tags of a service without, twice", policy.Identity,
			allow(`["a2c:*","a2c:GetContainerizationJobDetails"]`, `"*"`, `{"StringEquals":{"aws:RequestTag/a":"b"}}`),
			[]string{"DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", "REDUNDANT_ACTION"},
		},
		{
			"no effect, no tags", policy.Identity,
			of(`{"Action":"a2c:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/a":"b"}}}`),
			[]string{"MISSING_EFFECT"},
		},
		{
			"an RCP that says enough", policy.ResourceControl,
			of(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a","aws:SourceOrgID":"o-a"},"StringEquals":{"aws:PrincipalAccount":"111122223333"},"Null":{"aws:SourceAccount":"false"},"Bool":{"aws:PrincipalIsAWSService":"true"}}}`),
			nil,
		},
		{
			"equal statements in other order", policy.Identity,
			of(`{"Effect":"Deny","Action":["s3:GetObject"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"},"Null":{"aws:username":"true"}}},{"Condition":{"Null":{"aws:username":["true"]},"Bool":{"aws:SecureTransport":"true"}},"Resource":["*"],"Action":"s3:getobject","Effect":"Deny","Sid":"b"}`),
			[]string{"REDUNDANT_STATEMENT"},
		},
		{
			"resources in another case are others", policy.Identity,
			of(`{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::B"}`),
			nil,
		},
	} {
		c.run(t)
	}
}

func TestAttachments(t *testing.T) {
	on := func(action, resource string) string {
		return of(`{"Effect":"Deny","Principal":"*","Action":"` + action + `","Resource":"` + resource + `"}`)
	}
	tests := []struct{ to, text, want string }{
		{"AWS::S3::Bucket", on("s3:GetObject", "arn:aws:s3:::b/*"), ""},
		{"AWS::S3::Bucket", on("*", "*"), ""},
		{
			"AWS::S3::Bucket",
			on("s3:GetObject", "arn:aws:s3:eu-west-1:111122223333:accesspoint/a"),
			"UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
		},
		{"AWS::S3::Bucket", on("sqs:SendMessage", "*"), "UNSUPPORTED_ACTION_IN_POLICY"},
		{
			"AWS::S3::AccessPoint",
			on("s3:GetObject", "arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/*"),
			"",
		},
		{
			"AWS::S3::AccessPoint",
			on("s3:GetObject", "arn:aws:s3:::b/*"),
			"UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
		},
		{
			"AWS::S3::MultiRegionAccessPoint",
			on("s3:GetObject", "arn:aws:s3::111122223333:accesspoint/m.mrap/object/*"),
			"",
		},
		{
			"AWS::S3ObjectLambda::AccessPoint",
			on("s3-object-lambda:GetObject", "arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/a"),
			"",
		},
		{"AWS::S3ObjectLambda::AccessPoint", on("s3:GetObject", "*"), "UNSUPPORTED_ACTION_IN_POLICY"},
		{
			"AWS::DynamoDB::Table",
			on("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i"),
			"",
		},
		{
			"AWS::DynamoDB::Table",
			on("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:backup/t"),
			"UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
		},
		{"AWS::SNS::Topic", on("sqs:SendMessage", "*"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.to+" "+tt.text, func(t *testing.T) {
			found := Policy(policy.Resource, tt.text, Options{ResourceType: tt.to})
			for _, code := range []string{"UNSUPPORTED_RESOURCE_ARN_IN_POLICY", "UNSUPPORTED_ACTION_IN_POLICY"} {
				if hasCode(found, code) != (code == tt.want) {
					t.Errorf("got %s, want %q", codesOf(found), tt.want)
				}
			}
		})
	}
	if found := Policy(policy.Endpoint, on("sqs:SendMessage", "*"), Options{ResourceType: "AWS::S3::Bucket"}); len(found) > 0 {
		t.Errorf("an endpoint policy is attached to no bucket: %s", codesOf(found))
	}
}

// An entry of Action stands for an action by its name or by a wildcard, in any
// case (M-01).
func TestNames(t *testing.T) {
	tests := []struct {
		entry, action string
		named, wild   bool
	}{
		{"iam:PassRole", "iam:PassRole", true, false},
		{"IAM:passrole", "iam:PassRole", true, false},
		{"*", "iam:PassRole", true, true},
		{"*:*", "iam:PassRole", true, true},
		{"iam:*", "iam:PassRole", true, true},
		{"iam:Pass*", "iam:PassRole", true, true},
		{"*:PassRole", "iam:PassRole", true, true},
		{"iam:P?ssRole", "iam:PassRole", true, true},
		{"iam:PassRol", "iam:PassRole", false, false},
		{"iam:PassRole*", "iam:PassRole", true, true},
		{"iam:PassRole?", "iam:PassRole", false, false},
		{"s3:*", "iam:PassRole", false, false},
		{"i*:PassRole", "iam:PassRole", false, false},
		{"PassRole", "iam:PassRole", false, false},
		{"", "iam:PassRole", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.entry, func(t *testing.T) {
			named, wild := names(tt.entry, tt.action)
			if named != tt.named || wild != tt.wild {
				t.Errorf("got %v, %v; want %v, %v", named, wild, tt.named, tt.wild)
			}
		})
	}
}
