package main

import (
	"fmt"
	"slices"
	"strings"
)

// The three sizes.
func descriptions() []*description {
	all := []*description{small(), typical(), large()}
	for _, d := range all {
		d.ask(requestsPerSize)
	}
	return all
}

// service is what the descriptions know of a service of AWS: actions of it, and
// what its ARNs look like before and after a name.
type service struct {
	prefix  string
	actions []string
	before  string
	after   string
}

var services = []service{
	{"s3", words("GetObject PutObject DeleteObject GetObjectTagging PutObjectTagging GetObjectVersion AbortMultipartUpload ListMultipartUploadParts"), "arn:aws:s3:::", "/data/*"},
	{"dynamodb", words("GetItem PutItem Query Scan UpdateItem DeleteItem BatchGetItem DescribeTable"), "arn:aws:dynamodb:eu-west-1:" + account + ":table/", "*"},
	{"sqs", words("SendMessage ReceiveMessage DeleteMessage GetQueueAttributes GetQueueUrl ChangeMessageVisibility PurgeQueue ListQueueTags"), "arn:aws:sqs:eu-west-1:" + account + ":", ""},
	{"sns", words("Publish Subscribe GetTopicAttributes SetTopicAttributes ListSubscriptionsByTopic ConfirmSubscription TagResource DeleteTopic"), "arn:aws:sns:eu-west-1:" + account + ":", ""},
	{"lambda", words("InvokeFunction GetFunction GetFunctionConfiguration UpdateFunctionCode ListVersionsByFunction PublishVersion DeleteFunction GetPolicy"), "arn:aws:lambda:eu-west-1:" + account + ":function:", "*"},
	{"logs", words("PutLogEvents CreateLogStream GetLogEvents DescribeLogStreams FilterLogEvents PutRetentionPolicy DeleteLogStream ListTagsForResource"), "arn:aws:logs:eu-west-1:" + account + ":log-group:/app/", ":*"},
	{"secretsmanager", words("GetSecretValue DescribeSecret PutSecretValue ListSecretVersionIds UpdateSecret TagResource RotateSecret GetResourcePolicy"), "arn:aws:secretsmanager:eu-west-1:" + account + ":secret:", "-*"},
	{"ec2", words("StartInstances StopInstances RebootInstances TerminateInstances GetConsoleOutput CreateTags AttachVolume ModifyInstanceAttribute"), "arn:aws:ec2:eu-west-1:" + account + ":instance/i-", "*"},
	{"ecr", words("BatchGetImage GetDownloadUrlForLayer PutImage BatchCheckLayerAvailability InitiateLayerUpload UploadLayerPart DescribeImages ListImages"), "arn:aws:ecr:eu-west-1:" + account + ":repository/", "/*"},
	{"events", words("PutEvents PutRule DescribeRule EnableRule DisableRule ListTargetsByRule PutTargets RemoveTargets"), "arn:aws:events:eu-west-1:" + account + ":rule/", "*"},
}

func words(s string) []string { return strings.Fields(s) }

// pattern is an ARN pattern for what has the name.
func (s service) pattern(name string) string { return s.before + name + s.after }

// anywhere is the pattern in whatever region.
func (s service) anywhere(name string) string {
	return strings.Replace(s.pattern(name), ":eu-west-1:", ":*:", 1)
}

// named are some of the service's actions, from the one at the place on.
func (s service) named(at, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s.prefix + ":" + s.actions[(at+i)%len(s.actions)]
	}
	return out
}

// small is one policy with three statements.
func small() *description {
	return &description{name: "small", identity: []document{{name: "files", statements: []statement{
		{sid: "Read", actions: []string{"s3:Get*"}, resources: []string{"arn:aws:s3:::team-files/*"}},
		{sid: "Write", actions: []string{"s3:PutObject", "s3:PutObjectTagging"}, resources: []string{"arn:aws:s3:::team-files/home/" + "*"},
			conditions: []condition{{"StringEquals", "aws:PrincipalTag/team", []string{"platform"}}}},
		{sid: "Keep", deny: true, actions: []string{"s3:*"}, resources: []string{"arn:aws:s3:::team-files/archive/*"}},
	}}}}
}

// typical is a user's: ten policies, as three groups and the user itself have
// them, of six statements each over ten services.
func typical() *description {
	d := &description{name: "typical"}
	for i := range 10 {
		p := document{name: fmt.Sprintf("policy-%d", i)}
		for j := range 6 {
			svc := services[(i+3*(j/2))%len(services)]
			p.statements = append(p.statements, mixed(svc, i, j, fmt.Sprintf("app%d-%c", i, 'a'+j)))
		}
		d.identity = append(d.identity, p)
	}
	guard(&d.identity[0].statements[5])
	d.identity[3].statements[4] = own(3)
	protect(&d.identity[6].statements[2])
	return d
}

// mixed is a statement as policies have them: a list of actions or a star, one
// resource or two, none to two conditions.
func mixed(svc service, i, j int, name string) statement {
	s := statement{sid: fmt.Sprintf("P%dS%d", i, j)}
	n := i*7 + j
	switch n % 4 {
	case 0:
		s.actions = svc.named(n, 1)
	case 1:
		s.actions = svc.named(n, 3)
	case 2:
		s.actions = []string{svc.prefix + ":Get*"}
		if svc.prefix == "events" || svc.prefix == "sqs" || svc.prefix == "dynamodb" || svc.prefix == "ecr" {
			s.actions = svc.named(n, 2)
		}
	case 3:
		s.actions = []string{svc.prefix + ":*"}
	}
	switch n % 5 {
	case 0, 1, 2:
		s.resources = []string{svc.pattern(name)}
	case 3:
		s.resources = []string{svc.pattern(name), svc.pattern(name + "-next")}
	case 4:
		s.resources = []string{svc.anywhere(name)}
		if svc.prefix == "s3" {
			s.resources = []string{"arn:aws:s3:::" + name + "-*/reports/*"}
		}
	}
	s.conditions = asked(n)
	return s
}

// asked are the conditions of the statement with the number: every operator in
// turn, and every fourth statement without one.
func asked(n int) []condition {
	team := condition{"StringEquals", "aws:PrincipalTag/team", []string{"platform", "data"}}
	switch n % 12 {
	case 0:
		return []condition{team}
	case 1:
		return []condition{{"IpAddress", "aws:SourceIp", []string{"203.0.113.0/24", "198.51.100.0/22"}}}
	case 2:
		return []condition{{"StringLike", "aws:RequestTag/project", []string{"web-*"}}}
	case 4:
		return []condition{{"NumericLessThan", "aws:MultiFactorAuthAge", []string{"3600"}}}
	case 5:
		return []condition{{"DateLessThan", "aws:CurrentTime", []string{"2027-01-01T00:00:00Z"}}}
	case 6:
		return []condition{{"Bool", "aws:SecureTransport", []string{"true"}}, team}
	case 8:
		return []condition{{"ArnLike", "aws:PrincipalArn", []string{"arn:aws:iam::" + account + ":*"}}, team}
	case 9:
		return []condition{{"StringEquals", "aws:RequestedRegion", []string{"eu-west-1", "eu-central-1"}},
			{"IpAddress", "aws:SourceIp", []string{"203.0.113.0/24"}}}
	case 10:
		return []condition{{"ArnLike", "aws:SourceArn", []string{"arn:aws:sns:*:" + account + ":feed-*"}}}
	}
	return nil
}

// guard denies all that comes without TLS.
func guard(s *statement) {
	*s = statement{sid: "OnlyTLS", deny: true, actions: []string{"*"}, resources: []string{"*"},
		conditions: []condition{{"Bool", "aws:SecureTransport", []string{"false"}}}}
}

// own allows in a folder of the user's name.
func own(i int) statement {
	return statement{sid: fmt.Sprintf("Own%d", i), actions: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
		resources: []string{"arn:aws:s3:::home/" + variable + "/*"}}
}

// protect denies deleting from elsewhere.
func protect(s *statement) {
	*s = statement{sid: "Protect", deny: true, actions: []string{"s3:DeleteObject", "s3:DeleteObjectVersion"}, resources: []string{"arn:aws:s3:::*/data/*"},
		conditions: []condition{{"NotIpAddress", "aws:SourceIp", []string{"203.0.113.0/24", "198.51.100.0/22"}}}}
}

// large is a role session's: ten policies of the size that AWS allows, a
// boundary, a session policy and the policy of the resource.
func large() *description {
	d := &description{name: "large", role: roleARN}
	for i := range 10 {
		d.identity = append(d.identity, fullSize(i))
	}
	d.boundary = &document{name: "boundary", statements: []statement{
		{sid: "B0", actions: []string{"s3:*"}, resources: []string{"*"}},
		{sid: "B1", actions: []string{"dynamodb:*", "sqs:*"}, resources: []string{"*"}},
		{sid: "B2", actions: []string{"sns:*"}, resources: []string{"*"}},
		{sid: "B3", actions: []string{"lambda:*"}, resources: []string{"*"}},
		{sid: "B4", actions: []string{"logs:*"}, resources: []string{"*"}},
		{sid: "B5", actions: []string{"ecr:*", "events:*"}, resources: []string{"*"}},
		{sid: "B6", actions: []string{"secretsmanager:Get*", "secretsmanager:Describe*"}, resources: []string{"*"}},
		{sid: "B7", actions: []string{"ec2:St*"}, resources: []string{"*"}},
		{sid: "B8", deny: true, actions: []string{"sns:DeleteTopic", "sqs:PurgeQueue"}, resources: []string{"*"}},
	}}
	d.session = &document{name: "session", statements: []statement{
		{sid: "S0", actions: []string{"s3:*", "dynamodb:*"}, resources: []string{"*"}},
		{sid: "S1", actions: []string{"sqs:*", "sns:*"}, resources: []string{"*"}},
		{sid: "S2", actions: []string{"lambda:*", "logs:*"}, resources: []string{"*"}},
		{sid: "S3", actions: []string{"ecr:*", "secretsmanager:*"}, resources: []string{"*"}},
		{sid: "S4", actions: []string{"ec2:*", "events:*"}, resources: []string{"*"}},
		{sid: "S5", deny: true, actions: []string{"*"}, resources: []string{"*"},
			conditions: []condition{{"DateGreaterThan", "aws:CurrentTime", []string{"2027-06-01T00:00:00Z"}}}},
	}}
	d.resource = &document{name: "bucket", statements: []statement{
		{sid: "R0", roles: []string{roleARN}, actions: []string{"s3:GetObject"}, resources: []string{"arn:aws:s3:::shared/data/*"}},
		{sid: "R1", roles: []string{roleARN}, actions: []string{"s3:PutObject"}, resources: []string{"arn:aws:s3:::shared/inbox/*"}, conditions: asked(0)},
		{sid: "R2", roles: []string{otherARN}, actions: []string{"s3:*"}, resources: []string{"arn:aws:s3:::shared/*"}},
		{sid: "R3", roles: []string{roleARN}, actions: []string{"s3:GetObjectVersion"}, resources: []string{"arn:aws:s3:::shared/history/*"}, conditions: asked(1)},
		{sid: "R4", deny: true, roles: []string{"*"}, actions: []string{"s3:DeleteObject"}, resources: []string{"arn:aws:s3:::shared/*"}},
		{sid: "R5", deny: true, roles: []string{"*"}, actions: []string{"s3:*"}, resources: []string{"arn:aws:s3:::shared/*"},
			conditions: []condition{{"Bool", "aws:SecureTransport", []string{"false"}}}},
	}}
	return d
}

// statementsOfLarge a policy: ten times that, and 21 in the other three, is 301.
const statementsOfLarge = 28

// fullSize is a policy as long as AWS lets a managed policy be, or a few
// characters less: actions and resources are added to it while there is room.
func fullSize(i int) document {
	p := document{name: fmt.Sprintf("policy-%d", i)}
	for j := range statementsOfLarge {
		svc := services[(i+j)%len(services)]
		p.statements = append(p.statements, mixed(svc, i, j, fmt.Sprintf("s%d-%d", i, j)))
	}
	switch i {
	case 0:
		guard(&p.statements[5])
	case 6:
		protect(&p.statements[2])
	}
	const quota = 6144
	for j := range 4 * statementsOfLarge {
		s := &p.statements[j%statementsOfLarge]
		if s.deny {
			continue
		}
		before := *s
		s.more(services[(i+j%statementsOfLarge)%len(services)], i*7+j)
		if len(p.aws()) > quota {
			*s = before
		}
	}
	return p
}

// more adds an action, or a resource where the statement has all actions.
func (s *statement) more(svc service, n int) {
	if strings.HasSuffix(s.actions[0], "*") || len(s.actions) > 4 {
		s.resources = append(slices.Clone(s.resources), svc.pattern(fmt.Sprintf("x%d", n)))
		return
	}
	for _, a := range svc.named(n, len(svc.actions)) {
		if !slices.Contains(s.actions, a) {
			s.actions = append(slices.Clone(s.actions), a)
			return
		}
	}
}
