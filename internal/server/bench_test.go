package server_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// BenchmarkGetCallerIdentity is a whole call over a kept connection, its client
// included.
func BenchmarkGetCallerIdentity(b *testing.B) {
	h := newHouse(b)
	svc, op := h.find(b, "sts", "GetCallerIdentity")
	r, body := h.request(b, svc, op, nil)
	sign(b, r, body, "sts", sigv4.Credentials{AccessKeyID: h.a.AdminKeyID, SecretAccessKey: h.a.AdminSecret})
	r.Body = io.NopCloser(bytes.NewReader(body))
	var raw bytes.Buffer
	ok(b, r.Write(&raw))
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	ok(b, err)
	defer conn.Close()
	reader := bufio.NewReader(conn)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(raw.Bytes()); err != nil {
			b.Fatal(err)
		}
		answer, err := http.ReadResponse(reader, nil)
		ok(b, err)
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status, err)
		}
	}
}
