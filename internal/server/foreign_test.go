package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Another service's client that was pointed here is told so, in its own protocol.
func TestForeignService(t *testing.T) {
	h := newHouse(t)
	const notHere = ", which is not served here."
	for _, c := range []struct {
		name, service, contentType, body string
		answerType, text                 string
	}{
		{"JSON 1.0", "dynamodb", "application/x-amz-json-1.0", "{}", "application/x-amz-json-1.0",
			`{"__type":"com.amazon.coral.service#UnknownOperationException","message":"The request is signed for the service dynamodb` + notHere + `"}`},
		{"JSON 1.1", "ssm", "application/x-amz-json-1.1", "{}", "application/x-amz-json-1.1",
			`{"__type":"UnknownOperationException","message":"The request is signed for the service ssm` + notHere + `"}`},
		{"query", "sqs", "application/x-www-form-urlencoded", "Action=ListQueues&Version=2012-11-05", "text/xml", "<Code>InvalidAction</Code>"},
		{"REST", "lambda", "", "", "text/xml", "<Message>The request is signed for the service lambda" + notHere + "</Message>"},
		{"no name of a service", "A<b>", "", "", "text/xml", "<Message>The request names no operation of a service that is served here.</Message>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPost, h.url+"/", strings.NewReader(c.body))
			ok(t, err)
			if c.contentType != "" {
				r.Header.Set("Content-Type", c.contentType)
			}
			hash := sha256.Sum256([]byte(c.body))
			signer := &sigv4.Signer{Region: region, Service: c.service}
			ok(t, signer.Sign(r, admin(h.a), hex.EncodeToString(hash[:]), time.Now()))
			a := do(t, r)
			if a.status != http.StatusBadRequest || a.header.Get("Content-Type") != c.answerType || !strings.Contains(a.body, c.text) {
				t.Errorf("%d %s\n%s\nwant %s", a.status, a.header.Get("Content-Type"), a.body, c.text)
			}
		})
	}
}

// An unsigned call of an unknown JSON service is refused in JSON, too.
func TestForeignUnsigned(t *testing.T) {
	h := newHouse(t)
	r, err := http.NewRequest(http.MethodPost, h.url+"/", strings.NewReader("{}"))
	ok(t, err)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	if a := do(t, r); a.status != http.StatusBadRequest || !strings.Contains(a.body, `#MissingAuthenticationTokenException"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// The log names the key and the region of a caller who is not known: whose client
// it is, and what it is set to. What only stands where a key belongs is not named.
func TestPresentedInLog(t *testing.T) {
	h := newHouse(t)
	const hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // of no body
	for _, c := range []struct{ name, key, region, want string }{
		{"unknown key", "AKIAIOSFODNN7EXAMPLE", region, " key=AKIAIOSFODNN7EXAMPLE signed_for=" + region + " "},
		{"known key, another region", h.a.AdminKeyID, "eu-west-9", " key=" + h.a.AdminKeyID + " signed_for=eu-west-9 "},
		{"a secret in the key's place", "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY", region, " source=127.0.0.1 operation=sts:GetCallerIdentity signed_for=" + region + " "},
		{"no name of a region", "AKIAIOSFODNN7EXAMPLE", "A_B", " key=AKIAIOSFODNN7EXAMPLE code="},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodGet, h.url+"/?Action=GetCallerIdentity&Version=2011-06-15", nil)
			ok(t, err)
			signer := &sigv4.Signer{Region: c.region, Service: "sts"}
			ok(t, signer.Sign(r, sigv4.Credentials{AccessKeyID: c.key, SecretAccessKey: "secret"}, hash, time.Now()))
			before := len(h.log.lines("refused"))
			if a := do(t, r); a.status/100 != 4 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if lines := h.log.lines("refused")[before:]; len(lines) != 1 || !strings.Contains(lines[0], c.want) {
				t.Errorf("%q\nwant %q", lines, c.want)
			}
		})
	}
}
