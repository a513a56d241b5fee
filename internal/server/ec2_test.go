package server_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// A refusal of EC2's has an encoded message that its account decodes, and another does
// not (aws-errors 4.2).
func TestEncodedRefusal(t *testing.T) {
	h := newHouse(t)
	h.must(t, admin(h.a), "iam", "CreateUser", map[string]any{"UserName": "nobody"})
	key := h.must(t, admin(h.a), "iam", "CreateAccessKey", map[string]any{"UserName": "nobody"})
	nobody := sigv4.Credentials{AccessKeyID: key.field("AccessKeyId"), SecretAccessKey: key.field("SecretAccessKey")}
	a := h.call(t, nobody, "ec2", "RunInstances", map[string]any{"MinCount": 1, "MaxCount": 1})
	m := authztest.Read(t, a.field("Message"))
	want := "You are not authorized to perform this operation. User: arn:aws:iam::" + h.a.Account + ":user/nobody is not authorized to perform: ec2:RunInstances" +
		" on resource: arn:aws:ec2:us-east-1:" + h.a.Account + ":instance/* because no identity-based policy allows the ec2:RunInstances action"
	if a.status != http.StatusForbidden || a.code() != "UnauthorizedOperation" || m.Sentence != want || m.Encoded == "" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if all := strings.Join(h.journal.texts(), "\n") + h.log.String(); strings.Contains(all, m.Encoded) {
		t.Error("the log or an event repeats the message")
	}
	decoded := h.must(t, admin(h.a), "sts", "DecodeAuthorizationMessage", map[string]any{"EncodedMessage": m.Encoded})
	if !strings.Contains(decoded.body, "ec2:RunInstances") || !strings.Contains(decoded.body, m.ID) {
		t.Errorf("%s", decoded.body)
	}
	if other := h.call(t, admin(h.b), "sts", "DecodeAuthorizationMessage", map[string]any{"EncodedMessage": m.Encoded}); other.code() != "InvalidAuthorizationMessageException" {
		t.Errorf("another account: %s", other.body)
	}
}

// A runner's calls are unsigned; its events are its instance's account's, and hold no
// secret.
func TestRunnerCalls(t *testing.T) {
	h := newHouse(t)
	const secret = "the secret of the runner"
	sum := sha256.Sum256([]byte(secret))
	run := h.must(t, admin(h.a), "ec2", "RunInstances", map[string]any{"MinCount": 1, "MaxCount": 1, "ClientToken": "gatehouse-run:" + base64.RawURLEncoding.EncodeToString(sum[:])})
	id := run.field("instanceId")
	for _, operation := range []string{"DescribeWorkload", "EndWorkload"} {
		var svc *api.Service
		for _, i := range h.services {
			if i.API.Name == "gatehouse-workload" {
				svc = i.API
			}
		}
		r, _ := h.request(t, svc, svc.Operation(operation), map[string]any{"instanceArn": directory.InstanceARN(region, h.a.Account, id), "secret": secret})
		if a := do(t, r); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", operation, a.status, a.body)
		}
	}
	if i := h.dir.View(h.a.Account).Instance(id); i == nil || i.Living() || !i.Stopped {
		t.Errorf("%+v", i)
	}
	all := strings.Join(h.journal.texts(), "\n")
	if strings.Contains(all+h.log.String(), secret) {
		t.Error("the log or an event holds the secret")
	}
	if !strings.Contains(all, `"eventName":"DescribeWorkload"`) || !strings.Contains(all, `"recipientAccountId":"`+h.a.Account+`"`) {
		t.Errorf("%s", all)
	}
}
