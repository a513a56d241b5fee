package main

import (
	"context"
	"github.com/gatehouse-iam/gatehouse/internal/node"
	"net/url"
	"strconv"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// BenchmarkChange puts another version of a policy of many users in force.
func BenchmarkChange(b *testing.B) {
	ctx := context.Background()
	n, err := startNode(ctx, node.S3Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close(ctx)
	root := sigv4.Credentials{AccessKeyID: rootKeyID, SecretAccessKey: rootSecret}
	setup := &builder{w: &world{endpoint: n.URL(), root: root}}
	setup.iam("CreatePolicy", "PolicyName", "shared", "PolicyDocument", sharedDocument(1))
	if setup.err != nil {
		b.Fatal(setup.err)
	}
	if err := share(ctx, n.Directory(), 10_000, 0); err != nil {
		b.Fatal(err)
	}
	v := 1
	for b.Loop() {
		if v >= 5 {
			if _, err := call(n.URL(), "iam", "DeletePolicyVersion", url.Values{"PolicyArn": {sharedPolicy}, "VersionId": {"v" + strconv.Itoa(v-4)}}, root); err != nil {
				b.Fatal(err)
			}
		}
		v++
		version := url.Values{"PolicyArn": {sharedPolicy}, "PolicyDocument": {sharedDocument(v)}, "SetAsDefault": {"true"}}
		if _, err := call(n.URL(), "iam", "CreatePolicyVersion", version, root); err != nil {
			b.Fatal(err)
		}
	}
}

// TestSharedDocument: the versions are saved by AWS's rules, differ, and turn
// GetGroup on and off.
func TestSharedDocument(t *testing.T) {
	request := func(action string) *policy.Request {
		return &policy.Request{Principal: &policy.Principal{Kind: policy.User, Account: benchAccount}, Action: action, Resource: "arn:aws:iam::" + benchAccount + ":group/seen"}
	}
	seen := map[string]bool{}
	for version := 1; version < 300; version++ {
		text := sharedDocument(version)
		if err := policy.Check(policy.Identity, text); err != nil {
			t.Fatal(err)
		}
		if size := policy.Size(policy.Identity, text); size > 6144 || size < 4000 {
			t.Errorf("version %d has %d characters", version, size)
		}
		if seen[text] {
			t.Errorf("version %d is as one before", version)
		}
		seen[text] = true
		p, err := policy.Compile(policy.Identity, "shared", text)
		if err != nil {
			t.Fatal(err)
		}
		set := &policy.Set{Identity: []*policy.Policy{p}}
		if !(policy.Decide(request("iam:GetUser"), set).Outcome == policy.Allowed) {
			t.Errorf("version %d does not allow GetUser", version)
		}
		if allowed := policy.Decide(request("iam:GetGroup"), set).Outcome == policy.Allowed; allowed != (version%2 == 1) {
			t.Errorf("version %d allows GetGroup: %v", version, allowed)
		}
	}
}

// TestShare: the users have the policy, which counts them, and the keys are theirs.
func TestShare(t *testing.T) {
	n, err := startNode(t.Context(), node.S3Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close(context.Background())
	setup := &builder{w: &world{endpoint: n.URL(), root: sigv4.Credentials{AccessKeyID: rootKeyID, SecretAccessKey: rootSecret}}}
	setup.iam("CreatePolicy", "PolicyName", "shared", "PolicyDocument", sharedDocument(1))
	if setup.err != nil {
		t.Fatal(setup.err)
	}
	const users = 50
	if err := share(t.Context(), n.Directory(), users, 0); err != nil {
		t.Fatal(err)
	}
	v := n.Directory().View(benchAccount)
	attached := 0
	for range v.Attached(sharedPolicy) {
		attached++
	}
	m, err := v.Policy(sharedPolicy)
	if err != nil || attached != users || m.Attachments != users {
		t.Errorf("%d attached, %d counted, %v", attached, m.Attachments, err)
	}
}

func TestPercentile99(t *testing.T) {
	var v []float64
	for i := range 1000 {
		v = append(v, float64(999-i))
	}
	if got := percentile99(v); got != 990 {
		t.Errorf("of 0 to 999 it is %v", got)
	}
	if got := percentile99([]float64{3}); got != 3 {
		t.Errorf("of one value it is %v", got)
	}
}
