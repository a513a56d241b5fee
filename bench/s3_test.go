package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// verified reads a request of the benchmark and verifies its signature.
func verified(t *testing.T, head raw) (*http.Request, sigv4.Signature) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil {
		t.Fatal(err)
	}
	var s sigv4.Signature
	if err := sigv4.Parse(r, &s); err != nil {
		t.Fatal(err)
	}
	rules := sigv4.Rules{Region: benchRegion, Service: []string{"s3"}, RawPath: true, AllAmzHeaders: true, UnsignedPayload: true}
	if err := sigv4.NewVerifier(4).Verify(r, &s, nil, storeKeys.SecretAccessKey, time.Now(), &rules); err != nil {
		t.Fatal(err)
	}
	return r, s
}

// What is sent verifies, with the payload hash that is measured.
func TestObjectRequests(t *testing.T) {
	s := &served{address: "127.0.0.1:1"}
	zeros := sha256.Sum256(make([]byte, smallSize))
	for _, c := range []struct {
		name         string
		object       object
		path, length string
		hash         string
	}{
		{"a bucket", object{method: "PUT"}, "/" + benchBucket, "0", sigv4.EmptyPayload},
		{"get", object{method: "GET", key: smallKey}, "/" + benchBucket + "/small", "", sigv4.EmptyPayload},
		{"put unsigned", object{method: "PUT", key: smallKey, size: smallSize}, "/" + benchBucket + "/small", "1024", sigv4.UnsignedPayload},
		{"put signed", object{method: "PUT", key: smallKey, size: smallSize, signed: true}, "/" + benchBucket + "/small", "1024", hex.EncodeToString(zeros[:])},
		{"through P", object{method: "GET", key: bigKey, host: "127.0.0.1:2"}, "/" + benchBucket + "/big", "", sigv4.EmptyPayload},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.object.as = storeKeys
			head, err := s.head(c.object)
			if err != nil {
				t.Fatal(err)
			}
			r, signature := verified(t, head)
			if r.URL.Path != c.path || r.Header.Get("Content-Length") != c.length || signature.PayloadHash != c.hash {
				t.Errorf("%s %q %s", r.URL.Path, r.Header.Get("Content-Length"), signature.PayloadHash)
			}
			if c.object.host != "" && r.Host != c.object.host {
				t.Errorf("host %s", r.Host)
			}
		})
	}
}

// The policy that is measured has ten statements, and allows what is measured.
func TestTenStatements(t *testing.T) {
	text := tenStatements()
	if n := strings.Count(text, `"Effect"`); n != 10 {
		t.Errorf("%d statements", n)
	}
	compiled, err := policy.Compile(policy.Identity, "ten", text)
	if err != nil {
		t.Fatal(err)
	}
	user := policy.Principal{Kind: policy.User, Account: benchAccount, ARN: "arn:aws:iam::" + benchAccount + ":user/objects"}
	for action, want := range map[string]policy.Outcome{"s3:GetObject": policy.Allowed, "s3:PutObject": policy.Allowed, "s3:GetObjectVersion": policy.ImplicitDeny} {
		r := policy.Request{Principal: &user, Action: action, Resource: "arn:aws:s3:::" + benchBucket + "/small", ResourceAccount: benchAccount}
		if d := policy.Decide(&r, &policy.Set{Identity: []*policy.Policy{compiled}}); d.Outcome != want {
			t.Errorf("%s: %v", action, d.Outcome)
		}
	}
}

// The peak never sinks.
func TestPeakMemory(t *testing.T) {
	before, err := peakMemory(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 32<<20)
	for i := range block {
		block[i] = byte(i)
	}
	after, err := peakMemory(os.Getpid())
	if err != nil || before <= 0 || after < before || block[1] != 1 {
		t.Errorf("%d then %d, %v", before, after, err)
	}
	if _, err := peakMemory(-1); err == nil {
		t.Error("a process that is not there has a peak")
	}
}

// Where nothing serves there is no token to ask with.
func TestNoToken(t *testing.T) {
	if _, err := (&served{address: "127.0.0.1:1"}).token(); err == nil {
		t.Error("a token of nobody's")
	}
}
