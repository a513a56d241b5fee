package validate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

func TestConditions(t *testing.T) {
	when := func(condition string) string {
		return of(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":` + condition + `}`)
	}
	old := func(value string) string {
		return `{"Version":"2008-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/` + value + `"}}`
	}
	for _, c := range []ruleCase{
		{
			"a key of a service", policy.Identity,
			when(`{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}`),
			nil,
		},
		{
			"a key in another service's table", policy.Identity,
			when(`{"StringEquals":{"catalog:ChangeType":"x"}}`),
			nil,
		},
		{
			"a key that is global and has a service's prefix", policy.Identity,
			when(`{"ArnEquals":{"ec2:SourceInstanceArn":"arn:aws:ec2:*:*:instance/i-1"}}`),
			nil,
		},
		{
			"a key that only the guide has", policy.Identity,
			when(`{"ArnEquals":{"aws:SignInSessionArn":"arn:aws:x:::y"}}`),
			nil,
		},
		{
			"a claim of a known issuer", policy.Identity,
			when(`{"StringEquals":{"accounts.google.com:aud":"x"}}`),
			nil,
		},
		{
			"a claim of another issuer", policy.Identity,
			when(`{"StringEquals":{"id.example.com/path:sub":"x"}}`),
			nil,
		},
		{"a claim of SAML", policy.Identity, when(`{"StringEquals":{"saml:aud":"x"}}`), nil},
		{
			"no claim of SAML", policy.Identity,
			when(`{"StringEquals":{"saml:nothing":"x"}}`),
			[]string{"INVALID_SERVICE_CONDITION_KEY"},
		},
		{
			"far from every key of the service", policy.Identity,
			when(`{"StringEquals":{"sts:xyzzy":"x"}}`),
			[]string{"INVALID_SERVICE_CONDITION_KEY"},
		},
		{
			"no such service", policy.Identity,
			when(`{"StringEquals":{"nosuch:key":"x"}}`),
			[]string{"INVALID_SERVICE"},
		},
		{
			"no prefix", policy.Identity,
			when(`{"StringEquals":{":key":"x"}}`),
			[]string{"INVALID_CONDITION_KEY_FORMAT"},
		},
		{
			"no name", policy.Identity,
			when(`{"StringEquals":{"aws:":"x"}}`),
			[]string{"INVALID_CONDITION_KEY_FORMAT"},
		},
		{
			"a tag without its key", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalTag/":"x"}}`),
			[]string{"MISSING_TAG_KEY_IN_CONDITION"},
		},
		{
			"a key in three cases", policy.Identity,
			when(`{"StringEquals":{"aws:username":"a","aws:UserName":"b","AWS:username":"c"}}`),
			[]string{"DUPLICATE_KEYS_WITH_DIFFERENT_CASE", "DUPLICATE_KEYS_WITH_DIFFERENT_CASE"},
		},
		{
			"the same key under two operators", policy.Identity,
			when(`{"StringLike":{"aws:username":"a*"},"StringNotEquals":{"aws:username":"ab"}}`),
			nil,
		},
		{
			"ARN keys under string operators", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalArn":"a"}}`),
			nil,
		},
		{
			"string keys under ARN operators", policy.Identity,
			when(`{"ArnLike":{"aws:SourceVpcArn":"arn:aws:ec2:*:*:vpc/vpc-1"}}`),
			nil,
		},
		{
			"the epoch under numeric operators", policy.Identity,
			when(`{"NumericLessThan":{"aws:EpochTime":"1"}}`),
			nil,
		},
		{
			"numbers under string operators", policy.Identity,
			when(`{"StringEquals":{"aws:MultiFactorAuthAge":"1"}}`),
			[]string{"TYPE_MISMATCH"},
		},
		{
			"a wildcard that is written as a character", policy.Identity,
			when(`{"StringEquals":{"aws:username":"a${*}"}}`),
			nil,
		},
		{
			"a wildcard under an operator that ignores case", policy.Identity,
			when(`{"StringEqualsIgnoreCase":{"aws:username":"a*"}}`),
			[]string{"WILDCARD_WITHOUT_LIKE_OPERATOR"},
		},
		{
			"wildcards of ARNs", policy.Identity,
			when(`{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::*:role/a*"}}`),
			nil,
		},
		{
			"a good variable", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalTag/a":"${aws:PrincipalTag/b}"}}`),
			nil,
		},
		{
			"a default with a brace", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalTag/a":"${aws:username, 'a}b'}-${$}"}}`),
			nil,
		},
		{
			"two bad variables", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalTag/a":"${} and ${a b}"}}`),
			[]string{"EMPTY_VARIABLE", "UNSUPPORTED_SPACE_IN_VARIABLE"},
		},
		{
			"a default without a space", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalTag/a":"${aws:username,'x'}"}}`),
			[]string{"MISSING_QUOTE_IN_VARIABLE"},
		},
		{
			"a default of nothing", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalTag/a":"${aws:username, ''}"}}`),
			nil,
		},
		{
			"a default that does not end", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalTag/a":"${aws:username, 'x}"}}`),
			[]string{"MISSING_QUOTE_IN_VARIABLE"},
		},
		{
			"a variable that is never there", policy.Identity,
			when(`{"StringEquals":{"aws:PrincipalTag/a":"${aws:usernam}"}}`),
			[]string{"INVALID_GLOBAL_CONDITION_KEY"},
		},
		{
			"a variable under Bool", policy.Identity,
			when(`{"Bool":{"aws:SecureTransport":"${aws:SecureTransport}"}}`),
			[]string{"INVALID_VARIABLE_FOR_OPERATOR"},
		},
		{
			"a variable in the old version", policy.Resource,
			old("${aws:username}"),
			[]string{"VARIABLE_UNSUPPORTED_IN_VERSION"},
		},
		{"no variable in the old version", policy.Resource, old("${aws:username"), nil},
		{
			"numbers", policy.Identity,
			when(`{"NumericEquals":{"aws:MultiFactorAuthAge":["1","-1","+1.50","0"]}}`),
			nil,
		},
		{
			"no numbers", policy.Identity,
			when(`{"NumericEquals":{"aws:MultiFactorAuthAge":["","1e3","1.","0x1"," 1"]}}`),
			[]string{"TYPE_MISMATCH_NUMBER", "TYPE_MISMATCH_NUMBER", "TYPE_MISMATCH_NUMBER", "TYPE_MISMATCH_NUMBER", "TYPE_MISMATCH_NUMBER"},
		},
		{
			"several least values", policy.Identity,
			when(`{"NumericGreaterThanEquals":{"aws:MultiFactorAuthAge":["5","3","4"]}}`),
			[]string{"REDUNDANT_CONDITION_VALUE_NUM"},
		},
		{
			"dates", policy.Identity,
			when(`{"DateEquals":{"aws:CurrentTime":["2030-01","2030-01-31","2030-01-31T10:00Z","2030-01-31T10:00:00.5+01:00"]}}`),
			nil,
		},
		{
			"no dates", policy.Identity,
			when(`{"DateEquals":{"aws:CurrentTime":["","2030-13-01","2030-1-1"]}}`),
			[]string{"TYPE_MISMATCH_DATE", "TYPE_MISMATCH_DATE", "TYPE_MISMATCH_DATE", refused},
		},
		{
			"the thirtieth of February", policy.Identity,
			when(`{"DateEquals":{"aws:CurrentTime":"2030-02-30"}}`),
			[]string{refused},
		},
		{
			"seconds", policy.Identity,
			when(`{"DateEquals":{"aws:CurrentTime":1900000000}}`),
			[]string{"INVALID_DATE_VALUE"},
		},
		{
			"one boolean, twice", policy.Identity,
			when(`{"Bool":{"aws:SecureTransport":["true","TRUE"]}}`),
			nil,
		},
		{"bytes", policy.Identity, when(`{"BinaryEquals":{"aws:username":"AAEC"}}`), nil},
		{
			"private and public", policy.Identity,
			when(`{"NotIpAddress":{"aws:SourceIp":["10.1.0.0/16","2001:db8::/32"]}}`),
			[]string{"PRIVATE_NOT_IP_ADDRESS_SUBSET"},
		},
		{
			"everything is not private", policy.Identity,
			when(`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`),
			nil,
		},
		{
			"wider than a private range", policy.Identity,
			when(`{"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}}`),
			nil,
		},
		{
			"private, of a VPC", policy.Identity,
			when(`{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"},"StringEquals":{"aws:SourceVpc":"vpc-12345678"}}`),
			nil,
		},
		{
			"regions", policy.Identity,
			when(`{"StringLike":{"aws:RequestedRegion":["eu-*","us-gov-????-1"]}}`),
			nil,
		},
		{
			"endpoints by a pattern", policy.Identity,
			when(`{"StringLike":{"aws:SourceVpce":"vpce-*"}}`),
			nil,
		},
		{
			"values of other kinds", policy.Identity,
			when(`{"StringEquals":{"aws:username":[{},[],null,"a"]}}`),
			[]string{"DATA_TYPE_MISMATCH", "DATA_TYPE_MISMATCH", "DATA_TYPE_MISMATCH"},
		},
		{
			"no values for any", policy.Identity,
			when(`{"ForAnyValue:StringNotEquals":{"aws:TagKeys":[]},"ForAllValues:StringNotEquals":{"aws:TagKeys":[]}}`),
			[]string{"EMPTY_ARRAY_CONDITION_FORANYVALUE", "EMPTY_ARRAY_CONDITION", "GATEHOUSE_EMPTY_CONDITION_VALUES", "GATEHOUSE_EMPTY_CONDITION_VALUES"},
		},
	} {
		c.run(t)
	}
}

// The details say what is near, and what an operator makes of nothing.
func TestDetails(t *testing.T) {
	tests := []struct{ code, statement, want string }{
		{
			"INVALID_ACTION",
			`{"Effect":"Deny","Action":"s3:GetObjekt","Resource":"*"}`,
			`s3 has no action "GetObjekt". Did you mean s3:GetObject?`,
		},
		{
			"INVALID_ACTION",
			`{"Effect":"Deny","Action":"s3:Xyzzy","Resource":"*"}`,
			`s3 has no action "Xyzzy".`,
		},
		{
			"INVALID_SERVICE_IN_ACTION",
			`{"Effect":"Deny","Action":"dynamdb:GetItem","Resource":"*"}`,
			`There is no service "dynamdb". Did you mean dynamodb?`,
		},
		{
			"INVALID_POLICY_ELEMENT",
			`{"Effect":"Deny","Actoin":"*","Action":"*","Resource":"*"}`,
			`A statement has no element "Actoin". Did you mean Action? Element names are compared with their case.`,
		},
		{
			"INVALID_CONDITION_OPERATOR",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEqual":{"aws:username":"a"}}}`,
			`There is no condition operator "StringEqual". Did you mean StringEquals?`,
		},
		{
			"INVALID_GLOBAL_CONDITION_KEY",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVCP":"a"}}}`,
			`There is no global condition key "aws:SourceVCP". Did you mean aws:SourceVpc?`,
		},
		{
			"INVALID_SERVICE_CONDITION_KEY",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"iam:PassToService":"a"}}}`,
			`iam has no condition key "iam:PassToService". Did you mean iam:PassedToService?`,
		},
		{
			"INVALID_REGION",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-wset-1"}}}`,
			`There is no region "eu-wset-1". Did you mean eu-west-1?`,
		},
		{
			"WILDCARD_WITHOUT_LIKE_OPERATOR",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringNotEquals":{"aws:TagKeys":"a*"}}}`,
			"Under ForAnyValue:StringNotEquals a * or ? is a character like any other. Use StringNotLike if it is meant as a wildcard.",
		},
		{
			"IMPROVE_IP_RANGE",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.7/24"}}}`,
			"Bits after the prefix are not looked at. Write 203.0.113.0/24.",
		},
		{
			"REDUNDANT_CONDITION_VALUE_NUM",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":["9","10.5"]}}}`,
			"One value is enough, so of several bounds only the greatest counts. Keep 10.5.",
		},
		{
			"REDUNDANT_CONDITION_VALUE_NUM",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericGreaterThan":{"aws:MultiFactorAuthAge":["9","10.5","-1"]}}}`,
			"One value is enough, so of several bounds only the least counts. Keep -1.",
		},
		{
			"GATEHOUSE_EMPTY_CONDITION_VALUES",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":[]}}}`,
			"Without values StringEquals on aws:username never holds (G-06), which is hardly what is meant.",
		},
		{
			"GATEHOUSE_EMPTY_CONDITION_VALUES",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:username":[]}}}`,
			"Without values StringNotEquals on aws:username always holds (G-06), which is hardly what is meant.",
		},
		{
			"GATEHOUSE_EMPTY_CONDITION_VALUES",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":[]}}}`,
			"Without values ForAllValues:StringEquals on aws:TagKeys holds when the request has no such key (G-06), which is hardly what is meant.",
		},
		{
			"GATEHOUSE_EMPTY_CONDITION_VALUES",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEqualsIfExists":{"aws:username":[]}}}`,
			"Without values StringEqualsIfExists on aws:username holds when the request has no such key (G-06), which is hardly what is meant.",
		},
		{
			"GATEHOUSE_EMPTY_CONDITION_VALUES",
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringNotEquals":{"aws:TagKeys":[]}}}`,
			"Without values ForAnyValue:StringNotEquals on aws:TagKeys holds whenever the key has a value (G-06), which is hardly what is meant.",
		},
		{
			"REDUNDANT_ACTION",
			`{"Effect":"Deny","Action":["s3:*","s3:A*","s3:C*","s3:D*","s3:G*","s3:P*","s3:R*"],"Resource":"*"}`,
			`Other entries of the list take in s3:A*, s3:C*, s3:D*, s3:G*, s3:P* and 1 more. Remove what is not needed.`,
		},
		{refused, `{"Effect":"Deny","Action":[],"Resource":"*"}`, "Saving refuses this document, in the words “Policy statement must contain actions.”: the statement names no action."},
		{
			"GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION",
			`{"Effect":"Deny","Action":"sts:GetCallerIdentity","Resource":"arn:aws:s3:::b"}`,
			`None of the statement's actions can be on "arn:aws:s3:::b". Remove it, or add the action that is meant.`,
		},
		{
			"GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION",
			`{"Effect":"Deny","Action":"ec2:DescribeInstances","Resource":"arn:aws:ec2:*:*:instance/*"}`,
			`ec2:DescribeInstances is on no resource, so only "*" lets it in. Move it to a statement with "Resource": "*".`,
		},
		{
			"GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION",
			`{"Effect":"Deny","Action":"dynamodb:GetItem","Resource":"arn:aws:iam::*:user/a"}`,
			`None of the statement's resources can be one of dynamodb:GetItem. It is on arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}.`,
		},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, " ", tt.code), func(t *testing.T) {
			found := Policy(policy.Identity, of(tt.statement), Options{})
			for _, f := range found {
				if f.Code == tt.code && f.Details == tt.want {
					return
				}
			}
			t.Errorf("no %s with %q:\n%+v", tt.code, tt.want, found)
		})
	}
}

// The operators here are those of the engine: it saves each with every prefix
// and suffix that it may have, and what is not read here it refuses.
func TestOperatorsAreTheEnginesOwn(t *testing.T) {
	for _, base := range append(spellings(), "StringResembles", "IfExists", "", "Arn", "NotNull") {
		for _, prefix := range []string{"", "ForAllValues:", "ForAnyValue:", "ForSome:"} {
			for _, suffix := range []string{"", "IfExists"} {
				name := prefix + base + suffix
				quoted, err := json.Marshal(name)
				if err != nil {
					t.Fatal(err)
				}
				saved := policy.Check(policy.Identity, of(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{`+string(quoted)+`:{"aws:CurrentTime":"2030-01-01"}}}`)) == nil
				o, read := readOperator(strings.ToUpper(name))
				read = read && (o.family != familyNull || o.qualifier == "" && !o.ifExists)
				if saved != read {
					t.Errorf("%q is saved: %v, read: %v", name, saved, read)
				}
				if read && o.name != name {
					t.Errorf("%q is spelt %q", name, o.name)
				}
			}
		}
	}
}

func TestCompareDecimals(t *testing.T) {
	long := strings.Repeat("9", 101)
	tests := []struct {
		a, b string
		want int
	}{{"1", "2", -1}, {"10", "9", 1}, {"1.50", "1.5", 0}, {"-1", "+1", -1}, {long, "1", 0}, {"1", long, 0}, {"x", "1", 0}, {"1", "x", 0}}
	for _, tt := range tests {
		if got := compareDecimals(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
