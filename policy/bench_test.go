package policy

import (
	"fmt"
	"runtime"
	"testing"
)

// bench is the measure of a decision: a user with ten policies of six
// statements, as three groups and the user itself would have.
func benchSet(t testing.TB) *Set {
	services := []string{"ec2", "sqs", "sns", "dynamodb", "lambda", "logs", "kms", "s3", "iam", "cloudwatch"}
	s := &Set{}
	for i, service := range services {
		var list []m
		for j := range 6 {
			list = append(list, allows(
				[]string{service + ":Get*", service + ":List*", service + fmt.Sprintf(":Put%d", j)},
				[]string{fmt.Sprintf("arn:aws:%s:eu-west-1:111122223333:thing-%d/*", service, j),
					fmt.Sprintf("arn:aws:%s:*:111122223333:other%d/${aws:username}/*", service, j)},
				"Sid", fmt.Sprintf("S%d", j), "Condition",
				m{"StringEquals": m{"aws:PrincipalTag/team": []string{"red", "blue"}},
					"IpAddress": m{"aws:SourceIp": []string{"203.0.113.0/24", "2001:db8::/32"}}},
			))
		}
		s.Identity = append(s.Identity, compiled(t, Identity, statements(list...)))
		_ = i
	}
	s.Identity[0] = compiled(t, Identity, statements(
		allows([]string{"ec2:Describe*", "ec2:RunInstances"}, "*"), allows("ec2:Start*", "*"), allows("ec2:Stop*", "*"),
		allows("autoscaling:*", "*"),
		allows("elasticloadbalancing:*", "*"), denyOf("organizations:*", "*")))
	return s
}

func benchContext(t testing.TB) Context {
	return contextOf(t, m{"aws:username": "ana", "aws:PrincipalTag/team": "blue", "aws:SourceIp": "203.0.113.9",
		"aws:SecureTransport": "true", "aws:RequestedRegion": "eu-west-1",
		"aws:PrincipalArn": anaARN, "aws:PrincipalAccount": accountC, "aws:CurrentTime": "2026-11-24T00:00:00Z",
		"aws:userid": "AIDA", "aws:TagKeys": []string{"a", "b"}})
}

var benchRequests = map[string]struct {
	action, resource string
	want             Outcome
}{
	"allowed":          {"s3:GetObject", "arn:aws:s3:eu-west-1:111122223333:thing-5/k", Allowed},
	"allowed variable": {"s3:GetObject", "arn:aws:s3:eu-west-2:111122223333:other5/ana/k", Allowed},
	"denied":           {"s3:GetObject", "arn:aws:s3:eu-west-2:111122223333:other9/ana/k", ImplicitDeny},
	"no such service":  {"glue:GetTable", "arn:aws:glue:eu-west-1:111122223333:table/a", ImplicitDeny},
}

func BenchmarkDecide(b *testing.B) {
	for name, c := range benchRequests {
		b.Run(name, func(b *testing.B) {
			s := benchSet(b)
			r := &Request{Principal: ana, Action: c.action, Resource: c.resource, Context: benchContext(b)}
			b.ReportAllocs()
			for b.Loop() {
				if d := Decide(r, s); d.Outcome != c.want {
					b.Fatal(d)
				}
			}
		})
	}
}

// TestDecideAllocatesNothing: every kind of operand, pattern and policy type
// decides without an allocation.
func TestDecideAllocatesNothing(t *testing.T) {
	everything := m{
		"StringLike": m{"aws:username": "a*"}, "StringEqualsIgnoreCase": m{"aws:username": "${aws:username}"},
		"NumericLessThan": m{"n": "10.5"},
		"DateLessThan":    m{"d": "2030-01-01"}, "Bool": m{"b": "true"}, "BinaryEquals": m{"x": "QUJD"},
		"IpAddress":               m{"ip": "2001:db8::/32"},
		"ArnLike":                 m{"a": "arn:aws:iam::*:user/${aws:username}"},
		"ForAllValues:StringLike": m{"t": []string{"a*", "b"}}, "ForAnyValue:StringEquals": m{"t": "b"},
		"Null": m{"none": "true"},
	}
	c := decisionCase{
		identity: one(allows("s3:G*t", "arn:aws:s3:::b/${aws:username}/?*", "Condition", everything)),
		boundary: one(allows(nil, "arn:aws:s3:*", "NotAction", "iam:*")), session: full,
		scp: [][]string{full, full}, rcp: [][]string{{rcpFull}}, endpoint: full,
		resourcePolicy: named1(m{"AWS": []string{accountC, roleARN}}), owner: accountC,
		action: "s3:GetObject", on: "arn:aws:s3:::b/ana/k", want: Allowed,
		context: m{"aws:username": "ana", "n": "10.25", "d": "2026-11-24T10:00:00Z", "b": "TRUE", "x": "QUJD",
			"ip": "2001:db8::1", "a": anaARN, "t": []string{"ab", "b"}},
	}
	c.identity = one(allows("s3:G*t", "arn:aws:s3:::b/${aws:username}/?*", "Condition", everything))
	c.check(t)
	r, s := c.request(t), c.set(t)
	if n := testing.AllocsPerRun(1000, func() { Decide(r, s) }); n != 0 {
		t.Errorf("%v allocations a decision", n)
	}
	b := benchSet(t)
	for name, q := range benchRequests {
		r := &Request{Principal: ana, Action: q.action, Resource: q.resource, Context: benchContext(t)}
		if n := testing.AllocsPerRun(1000, func() { Decide(r, b) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if n := testing.AllocsPerRun(1000, func() { // the request itself may live on the caller's stack
			r := Request{Principal: ana, Action: q.action, Resource: q.resource}
			Decide(&r, b)
		}); n != 0 {
			t.Errorf("%s: %v allocations with the request", name, n)
		}
	}
}

// typical is a document of 1.3 KB.
const typical = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ListOwnBuckets",
      "Effect": "Allow",
      "Action": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"],
      "Resource": "arn:aws:s3:::*"
    },
    {
      "Sid": "ReadAndWriteOwnFolder",
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"],
      "Resource": ["arn:aws:s3:::team-files", "arn:aws:s3:::team-files/home/${aws:username}/*"],
      "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    },
    {
      "Sid": "ReadTables",
      "Effect": "Allow",
      "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:DescribeTable"],
      "Resource": "arn:aws:dynamodb:*:111122223333:table/team-*"
    },
    {
      "Sid": "OwnKeys",
      "Effect": "Allow",
      "Action": ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
      "Resource": "arn:aws:iam::111122223333:user/${aws:username}"
    },
    {
      "Sid": "OnlyFromOffice",
      "Effect": "Deny",
      "NotAction": "iam:*",
      "Resource": "*",
      "Condition": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}
    }
  ]
}`

// TestCompiledSize holds the compiled form of a typical document under 2¼ times
// its text, the text not counted: policies live in memory by the thousand.
func TestCompiledSize(t *testing.T) {
	const copies = 2000
	kept := make([]*Policy, copies)
	live := func() uint64 {
		runtime.GC()
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	before := live()
	for i := range kept {
		kept[i] = compiled(t, Identity, typical)
	}
	each := (live() - before) / copies
	runtime.KeepAlive(kept)
	t.Logf("%d bytes for a document of %d", each, len(typical))
	if 4*each > 9*uint64(len(typical)) {
		t.Errorf("%d bytes compiled for a document of %d", each, len(typical))
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(typical)))
	for b.Loop() {
		if _, err := Compile(Identity, "p", typical); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := Check(Identity, typical); err != nil {
			b.Fatal(err)
		}
	}
}
