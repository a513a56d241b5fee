package policy

import (
	"fmt"
	"testing"
)

// workload is what a decision's speed is measured on: half of the requests are
// allowed.
type workload struct {
	set      *Set
	requests []Request
	allowed  int
}

// run decides the requests in turn.
func (w *workload) run(b *testing.B) {
	allowed := 0
	for i := range w.requests {
		if Decide(&w.requests[i], w.set).Outcome == Allowed {
			allowed++
		}
	}
	if allowed != w.allowed {
		b.Fatalf("%d of %d allowed, want %d", allowed, len(w.requests), w.allowed)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		Decide(&w.requests[i%len(w.requests)], w.set)
	}
}

func speedContext(t testing.TB) Context {
	return contextOf(t, m{
		"aws:username": "ana", "aws:PrincipalTag/team": "blue", "aws:SourceIp": "203.0.113.9",
		"aws:SecureTransport": "true", "aws:RequestedRegion": "eu-west-1", "aws:PrincipalArn": anaARN,
		"aws:PrincipalAccount": accountC, "aws:CurrentTime": "2026-11-24T10:00:00Z", "aws:MultiFactorAuthAge": "300",
		"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:topic",
	})
}

func (w *workload) ask(t testing.TB, p *Principal, action, resource string) {
	w.requests = append(w.requests, Request{Principal: p, Action: action, Resource: resource,
		ResourceAccount: accountC, Context: speedContext(t)})
}

// speedServices have resources of several forms of ARN.
var speedServices = []struct{ name, prefix string }{
	{"s3", "arn:aws:s3:::"}, {"dynamodb", "arn:aws:dynamodb:eu-west-1:111122223333:table/"},
	{"sqs", "arn:aws:sqs:*:111122223333:"}, {"sns", "arn:aws:sns:eu-west-1:111122223333:"},
	{"lambda", "arn:aws:lambda:*:111122223333:function:"}, {"ec2", "arn:aws:ec2:eu-west-1:111122223333:instance/"},
	{"kms", "arn:aws:kms:eu-west-1:111122223333:key/"}, {"logs", "arn:aws:logs:eu-west-1:111122223333:log-group:"},
	{"secretsmanager", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:"},
	{"cloudwatch", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:"},
}

// speedConditions are met by speedContext: seven operators.
var speedConditions = []m{
	{"StringEquals": m{"aws:PrincipalTag/team": []string{"red", "blue"}}},
	{"IpAddress": m{"aws:SourceIp": []string{"198.51.100.0/24", "203.0.113.0/24"}}},
	{"Bool": m{"aws:SecureTransport": "true"}},
	{"StringLike": m{"aws:RequestedRegion": "eu-*"}},
	{"DateLessThan": m{"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
	{"NumericLessThan": m{"aws:MultiFactorAuthAge": "3600"}},
	{"ArnLike": m{"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}},
}

// speedStatement is one about things of a service; every third has a condition.
func speedStatement(service, number int) m {
	s := speedServices[service]
	resource := fmt.Sprintf("%steam%02d-*", s.prefix, number)
	if number%10 == 5 {
		resource = fmt.Sprintf("%shome%02d/${aws:username}/*", s.prefix, number)
	}
	c := allows([]string{s.name + ":Get*", s.name + ":List*", s.name + ":PutThing"}, resource,
		"Sid", fmt.Sprintf("S%dx%d", service, number))
	if number%3 == 0 {
		c["Condition"] = speedConditions[number%len(speedConditions)]
	}
	return c
}

// speedPolicies is so many policies of so many statements, the services
// mixed in each.
func speedPolicies(t testing.TB, policies, statementsEach int) (all []*Policy) {
	var numbers [10]int // of each service's statements so far
	for i := range policies {
		var list []m
		for j := range statementsEach {
			service := (i + j) % len(speedServices)
			list = append(list, speedStatement(service, numbers[service]))
			numbers[service]++
		}
		all = append(all, compiled(t, Identity, statements(list...)))
	}
	return all
}

func smallWorkload(t testing.TB) *workload {
	w := &workload{allowed: 2, set: &Set{Identity: []*Policy{compiled(t, Identity, statements(
		allows([]string{"s3:ListAllMyBuckets", "s3:GetBucketLocation"}, "arn:aws:s3:::*"),
		allows([]string{"s3:GetObject", "s3:PutObject"}, "arn:aws:s3:::team-files/*"),
		allows("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"),
	))}}}
	w.ask(t, ana, "s3:GetObject", "arn:aws:s3:::team-files/a/b")
	w.ask(t, ana, "s3:GetObject", "arn:aws:s3:::other-files/a/b")
	w.ask(t, ana, "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders")
	w.ask(t, ana, "dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders")
	return w
}

func (w *workload) askMany(t testing.TB, p *Principal) {
	for i, q := range []struct{ action, resource string }{
		{"s3:GetObject", "arn:aws:s3:::team02-files/a/b"},
		{"dynamodb:PutThing", "arn:aws:dynamodb:eu-west-1:111122223333:table/team00-orders"},
		{"sqs:GetQueueUrl", "arn:aws:sqs:eu-west-1:111122223333:team01-jobs"},
		{"lambda:ListTags", "arn:aws:lambda:eu-west-1:111122223333:function:team04-worker"},
		{"s3:PutThing", "arn:aws:s3:::home05/ana/notes"},
		{"s3:DeleteObject", "arn:aws:s3:::team02-files/a/b"},
		{"sns:GetTopic", "arn:aws:sns:eu-west-1:111122223333:other"},
		{"kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/team01-k"},
		{"glue:GetTable", "arn:aws:glue:eu-west-1:111122223333:table/a/b"},
		{"s3:GetObject", "arn:aws:s3:::home05/bob/notes"},
	} {
		w.ask(t, p, q.action, q.resource)
		if i < 5 {
			w.allowed++
		}
	}
}

func typicalWorkload(t testing.TB) *workload {
	w := &workload{set: &Set{Identity: speedPolicies(t, 10, 6)}}
	w.askMany(t, ana)
	return w
}

// largeWorkload is 301 statements: 10 policies of 29, a boundary, a session
// policy and a resource policy of 11 together.
func largeWorkload(t testing.TB) *workload {
	var wide []string
	for _, s := range speedServices {
		wide = append(wide, s.name+":*")
	}
	w := &workload{set: &Set{
		Identity: speedPolicies(t, 10, 29),
		Boundary: []*Policy{compiled(t, Boundary, statements(
			allows(wide, "*"), allows("iam:Get*", "*"), denyOf("organizations:*", "*"),
			denyOf("*", "*", "Condition", m{"StringNotEquals": m{"aws:RequestedRegion": []string{"eu-west-1", "us-east-1"}}})))},
		Session: []*Policy{compiled(t, Session, statements(
			allows([]string{"s3:*", "dynamodb:*", "sqs:*", "sns:*"}, "*"), allows([]string{"lambda:*", "kms:*"}, "*"),
			denyOf("s3:Delete*", "*")))},
		Resource: compiled(t, Resource, statements(
			allows("s3:Get*", "arn:aws:s3:::team02-files/*", "Principal", m{"AWS": roleARN}),
			allows("s3:Put*", "arn:aws:s3:::team02-files/in/*", "Principal", m{"AWS": anaARN}),
			denyOf("s3:*", "arn:aws:s3:::team02-files/*", "Principal", "*", "Condition", m{"Bool": m{"aws:SecureTransport": "false"}}),
			allows("s3:List*", "arn:aws:s3:::team02-files", "Principal", m{"AWS": accountC})))}}
	w.askMany(t, worker)
	return w
}

// BenchmarkDecision is the three sizes of a caller's policies.
func BenchmarkDecision(b *testing.B) {
	b.Run("small", func(b *testing.B) { smallWorkload(b).run(b) })
	b.Run("typical", func(b *testing.B) { typicalWorkload(b).run(b) })
	b.Run("large", func(b *testing.B) { largeWorkload(b).run(b) })
}

// growing is one policy of statements of one service that differ in their
// resources.
func growing(t testing.TB, count int) *workload {
	var list []m
	for i := range count {
		list = append(list, speedStatement(1, i))
	}
	w := &workload{set: &Set{Identity: []*Policy{compiled(t, Identity, statements(list...))}}, allowed: 1}
	w.ask(t, ana, "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/team07-orders")
	w.ask(t, ana, "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/zeta-orders")
	return w
}

// BenchmarkGrowth: statements of one service that all can match by action.
func BenchmarkGrowth(b *testing.B) {
	for _, count := range []int{10, 50, 1000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) { growing(b, count).run(b) })
	}
}

// among is 5 statements of one service among so many of others.
func among(t testing.TB, others int) *workload {
	var list []m
	for i := range 5 {
		list = append(list, speedStatement(0, i))
	}
	for i := range others {
		service := fmt.Sprintf("service%d", i%100)
		list = append(list, allows([]string{service + ":Get*", service + ":Put*"}, "*"))
	}
	w := &workload{set: &Set{Identity: []*Policy{compiled(t, Identity, statements(list...))}}, allowed: 1}
	w.ask(t, ana, "s3:GetObject", "arn:aws:s3:::team02-files/a/b")
	w.ask(t, ana, "s3:GetObject", "arn:aws:s3:::other-files/a/b")
	return w
}

// BenchmarkAmong: statements of other services beside those that can match.
func BenchmarkAmong(b *testing.B) {
	for _, others := range []int{0, 1000} {
		b.Run(fmt.Sprint(others), func(b *testing.B) { among(b, others).run(b) })
	}
}
