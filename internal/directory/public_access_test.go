package directory

import "testing"

// [access-control-block-public-access], "The meaning of public": a policy is public
// unless all that it allows is allowed to fixed values.
func TestIsPublicPolicy(t *testing.T) {
	const put = `"Effect":"Allow","Resource":"*","Action":"s3:PutObject"`
	everyone := func(condition string) string {
		return `{"Statement":{` + put + `,"Principal":"*","Condition":{` + condition + `}}}`
	}
	to := func(principal string) string { return `{"Statement":{` + put + `,"Principal":` + principal + `}}` }
	tests := map[string]struct {
		policy string
		public bool
	}{
		// The page's own examples.
		"federated":     {to(`{"Federated":"graph.facebook.com"}`), true},
		"everyone":      {to(`"*"`), true},
		"any VPC":       {everyone(`"StringLike":{"aws:SourceVpc":"vpc-*"}`), true},
		"one VPC":       {everyone(`"StringEquals":{"aws:SourceVpc":"vpc-91237329"}`), false},
		"CloudTrail":    {to(`{"Service":"cloudtrail.amazonaws.com"}`), false},
		"another":       {to(`{"AWS":"444455556666"}`), false},
		"all the three": {`{"Statement":[{` + put + `,"Principal":{"Service":"cloudtrail.amazonaws.com"}},{` + put + `,"Principal":{"AWS":"444455556666"}},{` + put + `,"Principal":"*"}]}`, true},
		"broad range":   {everyone(`"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}`), true},

		"any AWS principal":    {to(`{"AWS":"*"}`), true},
		"one of two is any":    {to(`{"AWS":["444455556666","*"]}`), true},
		"user":                 {to(`{"AWS":"arn:aws:iam::444455556666:user/ana"}`), false},
		"unique id":            {to(`{"AWS":"AIDACKCEVSQ6C2EXAMPLE"}`), false},
		"canonical user":       {to(`{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`), false},
		"all but one":          {`{"Statement":{` + put + `,"NotPrincipal":{"AWS":"444455556666"}}}`, true},
		"denies":               {`{"Statement":{"Effect":"Deny","Resource":"*","Action":"s3:*","Principal":"*"}}`, false},
		"nothing to read":      {`{`, true},
		"without a condition":  {everyone(``), true},
		"another key":          {everyone(`"StringEquals":{"aws:Referer":"https://example.com"}`), true},
		"another key as well":  {everyone(`"StringEquals":{"aws:Referer":"https://example.com","aws:SourceVpce":"vpce-1a2b3c4d"}`), false},
		"key in another case":  {everyone(`"stringequals":{"AWS:sourcevpce":"vpce-1a2b3c4d"}`), false},
		"one of two VPCs":      {everyone(`"StringLike":{"aws:SourceVpc":["vpc-91237329","vpc-9*"]}`), true},
		"no VPC":               {everyone(`"StringEquals":{"aws:SourceVpc":[]}`), true},
		"not that VPC":         {everyone(`"StringNotEquals":{"aws:SourceVpc":"vpc-91237329"}`), true},
		"that VPC, or none":    {everyone(`"StringEqualsIfExists":{"aws:SourceVpc":"vpc-91237329"}`), true},
		"all of none":          {everyone(`"ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-a/r-b/"}`), true},
		"some":                 {everyone(`"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"o-a/r-b/"}`), false},
		"present":              {everyone(`"Null":{"aws:SourceVpc":"false"}`), true},
		"organization":         {everyone(`"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}`), false},
		"variable":             {everyone(`"StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}`), true},
		"role":                 {everyone(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/r"}`), false},
		"roles":                {everyone(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/r"}`), true},
		"topic":                {everyone(`"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:444455556666:t"}`), false},
		"account":              {everyone(`"StringEquals":{"aws:SourceAccount":"444455556666"}`), false},
		"user id":              {everyone(`"StringEquals":{"aws:userid":"AIDACKCEVSQ6C2EXAMPLE"}`), false},
		"sessions of a role":   {everyone(`"StringLike":{"aws:userid":"AROACKCEVSQ6C2EXAMPLE:*"}`), true},
		"KMS key":              {everyone(`"StringEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:eu-west-1:444455556666:key/k"}`), false},
		"access points":        {everyone(`"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:123456789012:accesspoint/*"}`), false},
		"access points of any": {everyone(`"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:*:accesspoint/p"}`), true},
		"all that is S3's":     {everyone(`"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:123456789012:*"}`), true},
		"access point account": {everyone(`"StringEquals":{"s3:DataAccessPointAccount":"123456789012"}`), false},
		"address":              {everyone(`"IpAddress":{"aws:SourceIp":"203.0.113.7"}`), false},
		"range of 8":           {everyone(`"IpAddress":{"aws:SourceIp":"54.0.0.0/8"}`), false},
		"range of 7":           {everyone(`"IpAddress":{"aws:SourceIp":"54.0.0.0/7"}`), true},
		"private range":        {everyone(`"IpAddress":{"aws:SourceIp":["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16"]}`), false},
		"more than private":    {everyone(`"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}`), true},
		"range of IPv6":        {everyone(`"IpAddress":{"aws:SourceIp":"2001:db8::/32"}`), false},
		"broad range of IPv6":  {everyone(`"IpAddress":{"aws:SourceIp":"2000::/3"}`), true},
		"one of two is broad":  {everyone(`"IpAddress":{"aws:SourceIp":["203.0.113.7","0.0.0.0/0"]}`), true},
		"all but a range":      {everyone(`"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`), true},
		"no address":           {everyone(`"IpAddress":{"aws:SourceIp":"here"}`), true},
		"address by its text":  {everyone(`"StringEquals":{"aws:SourceIp":"203.0.113.7"}`), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := IsPublicPolicy(tt.policy); got != tt.public {
				t.Errorf("public: %v\n%s", got, tt.policy)
			}
			b := &Bucket{Policy: NewDocument(tt.policy)}
			for range 2 { // worked out, and remembered
				if got := b.HasPublicPolicy(); got != tt.public {
					t.Errorf("HasPublicPolicy is %v", got)
				}
			}
		})
	}
	if (&Bucket{}).HasPublicPolicy() {
		t.Error("a bucket without a policy has a public one")
	}
}
