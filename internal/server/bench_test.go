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

// sink is a response writer that keeps nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

// BenchmarkServeHTTP is what the pipeline adds to net/http: a GetCallerIdentity
// without its connection.
func BenchmarkServeHTTP(b *testing.B) {
	h := newHouse(b)
	svc, op := h.find(b, "sts", "GetCallerIdentity")
	r, body := h.request(b, svc, op, nil)
	sign(b, r, body, "sts", sigv4.Credentials{AccessKeyID: h.a.AdminKeyID, SecretAccessKey: h.a.AdminSecret})
	var raw bytes.Buffer
	r.Body = io.NopCloser(bytes.NewReader(body))
	ok(b, r.Write(&raw))
	received, err := http.ReadRequest(bufio.NewReader(&raw))
	ok(b, err)
	reader := bytes.NewReader(body)
	received.Body = io.NopCloser(reader)
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(body)
		clear(w.header)
		h.server.ServeHTTP(w, received)
	}
}
