package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// wireCall is a signed call in its parts, so that a test can break one of them. It
// is signed by AWS's signer, not by ours.
type wireCall struct {
	server      *process.Server
	credentials process.Credentials
	service     string
	region      string
	body        string
	contentType string
	at          time.Time
	sign        bool
	header      http.Header           // more headers, signed
	alter       func(r *http.Request) // after signing
	sent        string                // another body than the signed one
}

// newWireCall is a call of IAM by the root user.
func newWireCall(s *process.Server, body string) *wireCall {
	return &wireCall{
		server: s, credentials: process.Root, service: "iam", region: "us-east-1", body: body, at: time.Now(), sign: true,
		contentType: "application/x-www-form-urlencoded; charset=utf-8", header: http.Header{},
	}
}

func (c *wireCall) request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.server.URL+"/", strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = c.header.Clone()
	if c.contentType != "" {
		r.Header.Set("Content-Type", c.contentType)
	}
	if c.sign {
		hash := sha256.Sum256([]byte(c.body))
		key := aws.Credentials{AccessKeyID: c.credentials.AccessKeyID, SecretAccessKey: c.credentials.SecretAccessKey, SessionToken: c.credentials.SessionToken}
		if err := v4.NewSigner().SignHTTP(context.Background(), key, r, hex.EncodeToString(hash[:]), c.service, c.region, c.at); err != nil {
			t.Fatal(err)
		}
	}
	if c.sent != "" {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(c.sent)), int64(len(c.sent))
	}
	if c.alter != nil {
		c.alter(r)
	}
	return r
}

// bytes is the request as it goes over the wire.
func (c *wireCall) bytes(t *testing.T) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := c.request(t).Write(&text); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func dial(t *testing.T, s *process.Server) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

// exchange sends bytes on a connection of their own and reads the answer. Where
// the bytes are not a whole request, it says that no more are coming.
func exchange(t *testing.T, s *process.Server, text []byte) (status int, body string) {
	t.Helper()
	connection := dial(t, s)
	go func() { // a server may answer before it has read all
		connection.Write(text)
		connection.(*net.TCPConn).CloseWrite()
	}()
	return readAnswer(t, connection)
}

func readAnswer(t *testing.T, connection net.Conn) (status int, body string) {
	t.Helper()
	if err := connection.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("the answer breaks off: %v", err)
	}
	return answer.StatusCode, string(text)
}

// wireError is an error answer of a query service, or of a JSON one.
type wireError struct {
	Type    string `xml:"Error>Type"`
	Code    string `xml:"Error>Code" json:"__type"`
	Message string `xml:"Error>Message" json:"message"`
	Request string `xml:"RequestId"`
}

// parseError reads an error answer, strictly.
func parseError(t *testing.T, body string) (e wireError) {
	t.Helper()
	var err error
	if strings.HasPrefix(body, "{") {
		err = json.Unmarshal([]byte(body), &e)
	} else {
		err = xml.Unmarshal([]byte(body), &e)
	}
	if err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return e
}
