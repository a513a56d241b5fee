package validate

import (
	"slices"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// of is a document of the current version with these statements.
func of(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

// ruleCase is a document and the codes that it gives, in order.
type ruleCase struct {
	name string
	kind policy.Type
	text string
	want []string
}

func (c ruleCase) run(t *testing.T) {
	t.Run(c.name, func(t *testing.T) {
		got := Policy(c.kind, c.text, Options{ResourceType: "none in particular"})
		var names []string
		for _, f := range got {
			names = append(names, f.Code)
		}
		slices.Sort(names)
		want := slices.Sorted(slices.Values(c.want))
		if !slices.Equal(names, want) {
			t.Errorf("%s\ngot  %q\nwant %q\n%+v", clip(c.text), names, want, got)
		}
	})
}

const refused = "GATEHOUSE_REFUSED_WHEN_SAVED"

// What the rows of the semantics leave to the validator.
func TestRows(t *testing.T) {
	allow := func(rest string) string {
		return of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",` + rest + `}`)
	}
	trust := func(condition string) string {
		return of(`{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"},"Action":"sts:AssumeRoleWithWebIdentity"` + condition + `}`)
	}
	for _, c := range []ruleCase{
		{
			"G-03 Id in an identity policy", policy.Identity,
			`{"Id":"x","Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`,
			[]string{"GATEHOUSE_UNUSED_ID"},
		},
		{
			"G-03 Id in a resource policy", policy.Resource,
			`{"Id":"x","Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}`,
			nil,
		},
		{
			"G-03 Id in an SCP", policy.ServiceControl,
			`{"Id":"x","Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
			[]string{"INVALID_POLICY_ELEMENT"},
		},
		{
			"G-03 spaces in the Sid of a resource policy", policy.Resource,
			of(`{"Sid":"a b","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}`),
			nil,
		},
		{
			"G-03 spaces in the Sid of an identity policy", policy.Identity,
			allow(`"Sid":"a b"`),
			[]string{"UNSUPPORTED_SID"},
		},
		{
			"G-06 no values", policy.Identity,
			allow(`"Condition":{"StringEquals":{"aws:username":[]}}`),
			[]string{"EMPTY_ARRAY_CONDITION", "GATEHOUSE_EMPTY_CONDITION_VALUES"},
		},
		{
			"G-06 no values, and it allows", policy.Identity,
			allow(`"Condition":{"StringNotEquals":{"aws:username":[]}}`),
			[]string{"EMPTY_ARRAY_CONDITION", "GATEHOUSE_EMPTY_CONDITION_VALUES"},
		},
		{
			"G-06 null", policy.Identity,
			allow(`"Condition":{"StringEquals":{"aws:username":null}}`),
			[]string{"DATA_TYPE_MISMATCH"},
		},
		{
			"G-06 a number and a boolean", policy.Identity,
			allow(`"Condition":{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"aws:MultiFactorAuthAge":10}}`),
			nil,
		},
		{
			"G-08 an operator in another case", policy.Identity,
			allow(`"Condition":{"stringequals":{"aws:username":"a"}}`),
			[]string{"GATEHOUSE_CONDITION_OPERATOR_CASE"},
		},
		{
			"G-08 no such operator", policy.Identity,
			allow(`"Condition":{"StringResembles":{"aws:username":"a"}}`),
			[]string{"INVALID_CONDITION_OPERATOR"},
		},
		{
			"C-05 Null with another text", policy.Identity,
			allow(`"Condition":{"Null":{"aws:username":"maybe"}}`),
			[]string{"TYPE_MISMATCH_BOOLEAN"},
		},
		{
			"C-05 Null with TRUE", policy.Identity,
			allow(`"Condition":{"Null":{"aws:username":"TRUE"}}`),
			nil,
		},
		{
			"C-08 a list without a set operator", policy.Identity,
			allow(`"Condition":{"StringNotEquals":{"aws:PrincipalOrgPaths":"o-a/*"}}`),
			[]string{"MISSING_QUALIFIER", "WILDCARD_WITHOUT_LIKE_OPERATOR"},
		},
		{
			"C-08 Null needs none", policy.Identity,
			allow(`"Condition":{"Null":{"aws:PrincipalOrgPaths":"true"}}`),
			nil,
		},
		{
			"C-09 one value with ForAllValues", policy.Identity,
			of(`{"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:username":"a"}}}`),
			[]string{"FORALLVALUES_WITH_SINGLE_VALUED_KEY"},
		},
		{
			"C-09 one value with ForAnyValue", policy.Identity,
			allow(`"Condition":{"ForAnyValue:StringEquals":{"aws:username":"a"}}`),
			[]string{"GATEHOUSE_FORANYVALUE_WITH_SINGLE_VALUED_KEY"},
		},
		{
			"C-15 host bits", policy.Identity,
			allow(`"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.7/24"}}`),
			[]string{"IMPROVE_IP_RANGE"},
		},
		{
			"C-15 leading zeros", policy.Identity,
			allow(`"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.007"}}`),
			[]string{"TYPE_MISMATCH_IP_RANGE"},
		},
		{
			"C-15 a zone", policy.Identity,
			allow(`"Condition":{"IpAddress":{"aws:SourceIp":"fe80::1%eth0"}}`),
			[]string{"TYPE_MISMATCH_IP_RANGE"},
		},
		{
			"C-15 an address", policy.Identity,
			allow(`"Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.7","2001:db8::1"]}}`),
			nil,
		},
		{
			"C-20 ForAllValues opens", policy.Identity,
			allow(`"Condition":{"ForAllValues:StringEquals":{"aws:CalledVia":["a"]}}`),
			[]string{"GATEHOUSE_FORALLVALUES_WITHOUT_NULL_CHECK"},
		},
		{
			"C-20 with Null false beside", policy.Identity,
			allow(`"Condition":{"ForAllValues:StringEquals":{"aws:CalledVia":["a"]},"Null":{"AWS:calledvia":"false"}}`),
			nil,
		},
		{
			"C-20 with Null true beside", policy.Identity,
			allow(`"Condition":{"ForAllValues:StringEquals":{"aws:CalledVia":["a"]},"Null":{"aws:CalledVia":"true"}}`),
			[]string{"GATEHOUSE_FORALLVALUES_WITHOUT_NULL_CHECK"},
		},
		{
			"C-20 in a Deny", policy.Identity,
			of(`{"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:CalledVia":["a"]}}}`),
			nil,
		},
		{
			"M-11 no end", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username"}`),
			[]string{"MISSING_BRACE_IN_VARIABLE"},
		},
		{
			"M-11 no name", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${}"}`),
			[]string{"EMPTY_VARIABLE"},
		},
		{
			"P-06 Allow with NotPrincipal", policy.Resource,
			of(`{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"*"}`),
			[]string{"ALLOW_WITH_NOT_PRINCIPAL", "UNSUPPORTED_ELEMENT_COMBINATION"},
		},
		{
			"P-06 Deny with NotPrincipal", policy.Resource,
			of(`{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"*"}`),
			nil,
		},
		{
			"T-11 a shared issuer", policy.Trust,
			trust(`,"Condition":{"StringEquals":{"gitlab.com:sub":"project_path:g/p:ref_type:branch:ref:main"}}`),
			nil,
		},
		{
			"T-11 without the claim", policy.Trust,
			trust(`,"Condition":{"StringEquals":{"gitlab.com:aud":"x"}}`),
			[]string{"CONFIRM_AUDIENCE_CLAIM_TYPE", "GATEHOUSE_MISSING_CLAIM_FOR_SHARED_ISSUER"},
		},
		{
			"T-11 without a condition", policy.Trust,
			trust(``),
			[]string{"GATEHOUSE_MISSING_CLAIM_FOR_SHARED_ISSUER", "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL"},
		},
		{
			"T-11 negated", policy.Trust,
			trust(`,"Condition":{"StringNotLike":{"gitlab.com:sub":"a"}}`),
			[]string{"GATEHOUSE_MISSING_CLAIM_FOR_SHARED_ISSUER"},
		},
		{
			"X-29 Allow with NotResource", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::secret/*"}`),
			[]string{"GATEHOUSE_ALLOW_WITH_NOT_RESOURCE"},
		},
		{
			"X-29 Deny with NotResource", policy.Identity,
			of(`{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::secret/*"}`),
			nil,
		},
	} {
		c.run(t)
	}
}

func TestForm(t *testing.T) {
	const statement = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`
	for _, c := range []ruleCase{
		{"good", policy.Identity, of(statement), nil},
		{"no object", policy.Identity, `[]`, []string{"DATA_TYPE_MISMATCH"}},
		{
			"Id of another kind", policy.Identity,
			`{"Id":1,"Version":"2012-10-17","Statement":` + statement + `}`,
			[]string{"DATA_TYPE_MISMATCH"},
		},
		{
			"Version of another kind", policy.Identity,
			`{"Version":20121017,"Statement":` + statement + `}`,
			[]string{"DATA_TYPE_MISMATCH"},
		},
		{
			"the old version", policy.Resource,
			`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}`,
			nil,
		},
		{
			"the old version, which IAM does not save", policy.Identity,
			`{"Version":"2008-10-17","Statement":` + statement + `}`,
			[]string{refused},
		},
		{"no Statement", policy.Identity, `{"Version":"2012-10-17"}`, []string{"MISSING_STATEMENT"}},
		{
			"Statement of another kind", policy.Identity,
			`{"Version":"2012-10-17","Statement":"s"}`,
			[]string{"DATA_TYPE_MISMATCH"},
		},
		{
			"a statement of another kind", policy.Identity,
			of(statement + `,1,null,"a",[]`),
			[]string{"DATA_TYPE_MISMATCH", "DATA_TYPE_MISMATCH", "DATA_TYPE_MISMATCH", "DATA_TYPE_MISMATCH"},
		},
		{
			"nothing in a statement", policy.Identity,
			of(`{}`),
			[]string{"MISSING_ACTION", "MISSING_EFFECT", "MISSING_RESOURCE"},
		},
		{
			"Sid and Effect of another kind", policy.Identity,
			of(`{"Sid":1,"Effect":[],"Action":"s3:GetObject","Resource":"*"}`),
			[]string{"DATA_TYPE_MISMATCH", "DATA_TYPE_MISMATCH"},
		},
		{
			"a variable in a Sid", policy.Resource,
			of(`{"Sid":"${aws:username}","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}`),
			[]string{"VARIABLE_UNSUPPORTED_IN_ELEMENT"},
		},
		{
			"Condition of another kind", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":"x"}`),
			[]string{"DATA_TYPE_MISMATCH"},
		},
		{
			"an operator's value of another kind", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":"x"}}`),
			[]string{"DATA_TYPE_MISMATCH"},
		},
		{
			"an operator without keys", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{}}}`),
			[]string{"EMPTY_OBJECT_CONDITION"},
		},
		{
			"an unknown operator without keys", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Boolean":{}}}`),
			[]string{"INVALID_CONDITION_OPERATOR"},
		},
		{
			"an unknown prefix", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"ForSome:Bool":{"aws:SecureTransport":"true"}}}`),
			[]string{"INVALID_CONDITION_OPERATOR"},
		},
		{
			"elements that exclude each other", policy.Identity,
			of(`{"Effect":"Allow","Action":"s3:GetObject","NotAction":"s3:PutObject","Resource":"*","NotResource":"arn:aws:s3:::b"}`),
			[]string{"GATEHOUSE_ALLOW_WITH_NOT_RESOURCE", "UNSUPPORTED_ELEMENT_COMBINATION", "UNSUPPORTED_ELEMENT_COMBINATION", "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE", "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE"},
		},
		{
			"an endpoint policy needs no principal", policy.Endpoint,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`),
			nil,
		},
		{
			"an endpoint policy has no NotPrincipal", policy.Endpoint,
			of(`{"Effect":"Deny","NotPrincipal":"*","Action":"s3:GetObject","Resource":"*"}`),
			[]string{"UNSUPPORTED_PRINCIPAL"},
		},
		{
			"a resource policy may leave out the resource", policy.Resource,
			of(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}`),
			nil,
		},
		{
			"equal Sids, thrice", policy.Identity,
			of(`{"Sid":"a","Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"s3:GetObject","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"s3:PutObject","Resource":"*"}`),
			[]string{"UNIQUE_SIDS_REQUIRED", "UNIQUE_SIDS_REQUIRED"},
		},
		{
			"an RCP without a principal", policy.ResourceControl,
			of(`{"Effect":"Deny","Action":"s3:*","Resource":"*"}`),
			[]string{"RCP_SYNTAX_ERROR_PRINCIPAL"},
		},
		{
			"an RCP with NotPrincipal", policy.ResourceControl,
			of(`{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"}`),
			[]string{"RCP_SYNTAX_ERROR_PRINCIPAL"},
		},
		{
			"an RCP for everyone by the long form", policy.ResourceControl,
			of(`{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":"s3:*","Resource":"*"}`),
			nil,
		},
		{
			"an RCP for two", policy.ResourceControl,
			of(`{"Effect":"Deny","Principal":{"AWS":"*","Service":"ec2.amazonaws.com"},"Action":"s3:*","Resource":"*"}`),
			[]string{"RCP_SYNTAX_ERROR_PRINCIPAL"},
		},
		{
			"an SCP may do all of the language", policy.ServiceControl,
			of(`{"Effect":"Allow","NotAction":"iam:*User","NotResource":"arn:aws:s3:::b","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`),
			[]string{"GATEHOUSE_ALLOW_WITH_NOT_RESOURCE"},
		},
		{
			"a session policy", policy.Session,
			of(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`),
			nil,
		},
	} {
		c.run(t)
	}
}

func TestActions(t *testing.T) {
	act := func(actions string) string { return of(`{"Effect":"Deny","Action":` + actions + `,"Resource":"*"}`) }
	for _, c := range []ruleCase{
		{"everything", policy.Identity, act(`"*"`), nil},
		{"everything in two parts", policy.Identity, act(`"*:*"`), nil},
		{"of every service", policy.Identity, act(`"*:Get*"`), nil},
		{"another case", policy.Identity, act(`"S3:getobject"`), nil},
		{"a pattern", policy.Identity, act(`"s3:Get?bject*"`), nil},
		{"a pattern of nothing", policy.Identity, act(`"s3:Fly*"`), []string{"INVALID_ACTION"}},
		{"no colon", policy.Identity, act(`"GetObject"`), []string{"INVALID_ACTION"}},
		{"two colons", policy.Identity, act(`"s3:Get:Object"`), []string{"INVALID_ACTION"}},
		{"no name", policy.Identity, act(`"s3:"`), []string{"INVALID_ACTION"}},
		{"no service", policy.Identity, act(`":GetObject"`), []string{"INVALID_SERVICE_IN_ACTION"}},
		{
			"a wildcard in the service", policy.Identity,
			act(`"s*:GetObject"`),
			[]string{"INVALID_SERVICE_IN_ACTION"},
		},
		{"a variable", policy.Identity, act(`"s3:${*}"`), []string{"VARIABLE_UNSUPPORTED_IN_ELEMENT"}},
		{
			"of another kind", policy.Identity,
			act(`["s3:GetObject",null,{}]`),
			[]string{"DATA_TYPE_MISMATCH", "DATA_TYPE_MISMATCH"},
		},
		{"twice", policy.Identity, act(`["s3:GetObject","s3:getobject"]`), []string{"REDUNDANT_ACTION"}},
		{"taken in by all", policy.Identity, act(`["*","s3:GetObject"]`), []string{"REDUNDANT_ACTION"}},
		{
			"taken in by all in two parts", policy.Identity,
			act(`["*:*","s3:GetObject"]`),
			[]string{"REDUNDANT_ACTION"},
		},
		{
			"taken in by a pattern", policy.Identity,
			act(`["s3:Get*","s3:GetObject*","s3:PutObject"]`),
			[]string{"REDUNDANT_ACTION"},
		},
		{
			"taken in by every service's", policy.Identity,
			act(`["*:Get*","s3:GetObject"]`),
			[]string{"REDUNDANT_ACTION"},
		},
		{
			"AWS's example of what is not", policy.Identity,
			act(`["iam:Get*","iam:*CredentialReport"]`),
			nil,
		},
		{
			"a question mark does not take in a star", policy.Identity,
			act(`["s3:Get?bject","s3:Get*"]`),
			[]string{"REDUNDANT_ACTION"},
		},
		{"another service's", policy.Identity, act(`["s3:Get*","iam:GetUser"]`), nil},
		{
			"of NotAction", policy.Identity,
			of(`{"Effect":"Deny","NotAction":["s3:*","s3:GetObject"],"Resource":"*"}`),
			[]string{"REDUNDANT_ACTION"},
		},
		{
			"an empty NotAction", policy.Identity,
			of(`{"Effect":"Deny","NotAction":[],"Resource":"*"}`),
			[]string{"EMPTY_ARRAY_ACTION", refused},
		},
		{
			"one that is no action beside a pattern", policy.Identity,
			act(`["s3:*","GetObject"]`),
			[]string{"INVALID_ACTION"},
		},
	} {
		c.run(t)
	}
}

func TestResources(t *testing.T) {
	on := func(resources string) string {
		return of(`{"Effect":"Deny","Action":"*","Resource":` + resources + `}`)
	}
	for _, c := range []ruleCase{
		{"everything", policy.Identity, on(`["*"]`), nil},
		{"a bucket and its objects", policy.Identity, on(`["arn:aws:s3:::b","arn:*:s3:::b/*"]`), nil},
		{"two stars are no ARN", policy.Identity, on(`"**"`), []string{"INVALID_ARN_PREFIX"}},
		{"empty", policy.Identity, on(`""`), []string{"INVALID_ARN_PREFIX"}},
		{"the word alone", policy.Identity, on(`"arn"`), []string{"INVALID_ARN_PREFIX"}},
		{"two parts", policy.Identity, on(`"arn:aws"`), []string{"MISSING_ARN_FIELD", refused}[:1]},
		{"no service", policy.Identity, on(`"arn:aws::::b"`), []string{"INVALID_SERVICE"}},
		{"no such service", policy.Identity, on(`"arn:aws:nosuch:::b"`), []string{"INVALID_SERVICE"}},
		{
			"a service whose ARNs are not documented", policy.Identity,
			on(`"arn:aws:a2c:eu-west-1:111122223333:x"`),
			nil,
		},
		{"a service by another name", policy.Identity, on(`"arn:aws:catalog:*:*:portfolio/*"`), nil},
		{"of another kind", policy.Identity, on(`[1]`), []string{"DATA_TYPE_MISMATCH"}},
		{
			"a region of S3's access points", policy.Identity,
			on(`"arn:aws:s3:eu-west-1:111122223333:accesspoint/a"`),
			nil,
		},
		{
			"a region of a bucket", policy.Identity,
			on(`"arn:aws:s3:*::b"`),
			[]string{"ARN_REGION_NOT_ALLOWED"},
		},
		{
			"a star for a region of IAM", policy.Identity,
			on(`"arn:aws:iam:*:111122223333:user/a"`),
			[]string{"ARN_REGION_NOT_ALLOWED"},
		},
		{
			"a star for a region that is not", policy.Identity,
			on(`"arn:aws:cloudfront:*:*:distribution/*"`),
			nil,
		},
		{
			"a region that is not", policy.Identity,
			on(`"arn:aws:cloudfront:eu-west-1:*:distribution/*"`),
			[]string{"ARN_REGION_NOT_ALLOWED"},
		},
		{"regions by a pattern", policy.Identity, on(`"arn:aws:sqs:eu-*:111122223333:jobs"`), nil},
		{
			"regions by a pattern of nothing", policy.Identity,
			on(`"arn:aws:sqs:mars-*:111122223333:jobs"`),
			[]string{"INVALID_ARN_REGION"},
		},
		{"an account by a pattern", policy.Identity, on(`"arn:aws:iam::1111*:user/a"`), nil},
		{
			"a word that is no account", policy.Identity,
			on(`"arn:aws:iam::mine:user/a"`),
			[]string{"INVALID_ARN_ACCOUNT"},
		},
		{
			"an account of a service whose ARNs name none", policy.Identity,
			on(`"arn:aws:route53::111122223333:hostedzone/z"`),
			[]string{"ARN_ACCOUNT_NOT_ALLOWED"},
		},
		{"AWS's account", policy.Identity, on(`"arn:aws:iam::aws:policy/ReadOnlyAccess"`), nil},
		{
			"one of a few places", policy.Identity,
			on(`"arn:aws:s3::111122223333:b"`),
			[]string{"ARN_ACCOUNT_NOT_ALLOWED"},
		},
		{
			"the account of a service without", policy.Identity,
			on(`"arn:aws:apigateway:eu-west-1:111122223333:/restapis/*"`),
			[]string{"ARN_ACCOUNT_NOT_ALLOWED"},
		},
		{"a document of AWS's", policy.Identity, on(`"arn:aws:ssm:*::document/AWS-RunShellScript"`), nil},
		{
			"a macro of AWS's", policy.Identity,
			on(`"arn:aws:cloudformation:*:aws:transform/Serverless-2016-10-31"`),
			nil,
		},
		{
			"a star over several parts", policy.Identity,
			on(`"arn:aws:ec2:eu-*:*"`),
			[]string{"MISSING_ARN_FIELD"},
		},
		{
			"no such resource", policy.Identity,
			on(`"arn:aws:iam::111122223333:person/a"`),
			[]string{"INVALID_ARN_RESOURCE"},
		},
		{"a variable in its place", policy.Identity, on(`"arn:aws:iam::*:user/${aws:username}"`), nil},
		{
			"a variable before", policy.Identity,
			on(`"arn:aws:iam::${aws:PrincipalAccount}:user/a"`),
			[]string{"VARIABLE_UNSUPPORTED_IN_ELEMENT"},
		},
		{"an image that nobody owns", policy.Identity, on(`"arn:aws:ec2:eu-west-1::image/*"`), nil},
		{
			"an instance that nobody owns", policy.Identity,
			on(`"arn:aws:ec2:eu-west-1::instance/*"`),
			[]string{"MISSING_ARN_ACCOUNT"},
		},
		{
			"an image in no region", policy.Identity,
			on(`"arn:aws:ec2:::image/*"`),
			[]string{"MISSING_ARN_REGION"},
		},
		{"an access point in no region of S3", policy.Identity, on(`"arn:aws:s3:::accesspoint"`), nil},
		{
			"a bucket in a region and account", policy.Identity,
			on(`"arn:aws:s3:eu-west-1::job/1"`),
			[]string{"ARN_REGION_NOT_ALLOWED"},
		},
		{
			"taken in by all", policy.Identity,
			on(`["*","arn:aws:s3:::b"]`),
			[]string{"REDUNDANT_RESOURCE"},
		},
		{
			"taken in by a pattern, colons and all", policy.Identity,
			on(`["arn:aws:s3:::*","arn:aws:s3:::b/a:b"]`),
			[]string{"REDUNDANT_RESOURCE"},
		},
		{
			"not taken in across parts", policy.Identity,
			on(`["arn:aws:sqs:eu-west-1:*:a","arn:aws:sqs:*:111122223333:a"]`),
			nil,
		},
		{
			"twice", policy.Identity,
			on(`["arn:aws:s3:::b","arn:aws:s3:::b"]`),
			[]string{"REDUNDANT_RESOURCE"},
		},
		{
			"a variable takes in nothing", policy.Identity,
			on(`["arn:aws:s3:::b/${aws:username}*","arn:aws:s3:::b/${aws:username}1"]`),
			nil,
		},
		{
			"a question mark and a star", policy.Identity,
			on(`["arn:aws:s3:::b?","arn:aws:s3:::b*"]`),
			[]string{"REDUNDANT_RESOURCE"},
		},
		{
			"an empty NotResource", policy.Identity,
			of(`{"Effect":"Deny","Action":"*","NotResource":[]}`),
			[]string{"EMPTY_ARRAY_RESOURCE", refused},
		},
	} {
		c.run(t)
	}
}
