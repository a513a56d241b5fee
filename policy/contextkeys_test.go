package policy

import (
	"slices"
	"testing"
)

// API_GetContextKeysForCustomPolicy: every key that the policy refers to.
func TestContextKeys(t *testing.T) {
	for _, c := range []struct {
		name, statement string
		old             bool
		want            []string
	}{
		{name: "none", statement: `"Effect":"Allow","Action":"s3:*","Resource":"*"`},
		{name: "conditions", want: []string{"aws:SourceIp", "s3:prefix"},
			statement: `"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"s3:prefix":"a"},"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}`},
		{name: "a key is one key whatever its case", want: []string{"AWS:sourceip"},
			statement: `"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"AWS:sourceip":"192.0.2.0/24"},"Null":{"aws:SourceIp":"false"}}`},
		{name: "variables in resources, with defaults", want: []string{"aws:PrincipalTag/team", "aws:username"},
			statement: `"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b/${aws:username}/*","arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}/*","arn:aws:s3:::b/${*}"]`},
		{name: "variables of NotResource", want: []string{"aws:userid"},
			statement: `"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::b/${aws:userid}"`},
		{name: "M-07: no variable stands before the last part",
			statement: `"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:${aws:PrincipalAccount}:q"`},
		{name: "variables in values, by operators that take them (C-17)", want: []string{"aws:username", "s3:max-keys", "s3:prefix"},
			statement: `"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"s3:prefix":["${aws:username}/*"]},"NumericEquals":{"s3:max-keys":"${aws:userid}"}}`},
		{name: "an operator that nobody knows asks for its key (E-25)", want: []string{"aws:SourceIp"},
			statement: `"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringResembles":{"aws:SourceIp":"${aws:username}"}}`},
		{name: "G-02: version 2008 has no variables", old: true, want: []string{"s3:prefix"},
			statement: `"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}","Condition":{"StringLike":{"s3:prefix":"${aws:userid}"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			version := `"Version":"2012-10-17",`
			if c.old {
				version = ""
			}
			d, err := Parse(Identity, `{`+version+`"Statement":[{`+c.statement+`}]}`)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.ContextKeys(); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
