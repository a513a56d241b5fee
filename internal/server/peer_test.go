package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/server"
)

// K-02, K-03: the source is the nearest address that no trusted proxy has, and
// forwarded headers of anyone else do not count.
func TestSource(t *testing.T) {
	loopback, inner := "127.0.0.0/8", "10.0.0.0/8"
	table := []struct {
		name    string
		trusted []string
		headers http.Header
		source  string
		secure  bool
	}{
		{"nobody is trusted", nil, http.Header{"X-Forwarded-For": {"1.2.3.4"}, "X-Forwarded-Proto": {"https"}}, "127.0.0.1", false},
		{"the peer is not trusted", []string{inner}, http.Header{"X-Forwarded-For": {"1.2.3.4"}, "X-Forwarded-Proto": {"https"}}, "127.0.0.1", false},
		{"one proxy", []string{loopback}, http.Header{"X-Forwarded-For": {"1.2.3.4"}, "X-Forwarded-Proto": {"https"}}, "1.2.3.4", true},
		{"the client wrote a header of its own", []string{loopback}, http.Header{"X-Forwarded-For": {"9.9.9.9, 1.2.3.4"}}, "1.2.3.4", false},
		{"in another line", []string{loopback}, http.Header{"X-Forwarded-For": {"9.9.9.9", "1.2.3.4"}}, "1.2.3.4", false},
		{"two proxies", []string{loopback, inner}, http.Header{"X-Forwarded-For": {"9.9.9.9, 1.2.3.4, 10.0.0.7"}}, "1.2.3.4", false},
		{"proxies only", []string{loopback, inner}, http.Header{"X-Forwarded-For": {"10.0.0.8,10.0.0.7"}}, "10.0.0.8", false},
		{"IPv6", []string{loopback}, http.Header{"X-Forwarded-For": {"2001:DB8::1"}}, "2001:db8::1", false},
		{"IPv6 proxy", []string{loopback, "2001:db8::/32"}, http.Header{"X-Forwarded-For": {"1.2.3.4, 2001:db8::7"}}, "1.2.3.4", false},
		{"IPv6 with a zone", []string{loopback}, http.Header{"X-Forwarded-For": {"fe80::1%eth0"}}, "fe80::1", false},
		{"IPv4 within IPv6", []string{loopback, inner}, http.Header{"X-Forwarded-For": {"1.2.3.4, ::ffff:10.0.0.7"}}, "1.2.3.4", false},
		{"with a port", []string{loopback}, http.Header{"X-Forwarded-For": {"1.2.3.4:5678"}}, "1.2.3.4", false},
		{"IPv6 with a port", []string{loopback}, http.Header{"X-Forwarded-For": {"[2001:db8::1]:5678"}}, "2001:db8::1", false},
		{"garbage", []string{loopback}, http.Header{"X-Forwarded-For": {"unknown"}}, "127.0.0.1", false},
		{"garbage before a proxy", []string{loopback, inner}, http.Header{"X-Forwarded-For": {"1.2.3.4, \x00, 10.0.0.7"}}, "10.0.0.7", false},
		{"no header", []string{loopback}, nil, "127.0.0.1", false},
		{"an empty header", []string{loopback}, http.Header{"X-Forwarded-For": {""}}, "127.0.0.1", false},
		{"the last proxy saw no TLS", []string{loopback}, http.Header{"X-Forwarded-Proto": {"https, http"}}, "127.0.0.1", false},
		{"the last proxy saw TLS", []string{loopback}, http.Header{"X-Forwarded-Proto": {"http", "HTTPS"}}, "127.0.0.1", true},
		{"no scheme", []string{loopback}, http.Header{"X-Forwarded-Proto": {"wss"}}, "127.0.0.1", false},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			j := &recorder{}
			s, err := server.New(server.Options{Region: region, Journal: j, Directory: emptyDirectory(t), TrustedProxies: prefixes(t, c.trusted)})
			ok(t, err)
			ts := httptest.NewUnstartedServer(nil)
			ts.Config = s.HTTP()
			ts.Start()
			defer ts.Close()
			r, err := http.NewRequest(http.MethodGet, ts.URL, nil)
			ok(t, err)
			for name, values := range c.headers {
				for _, v := range values {
					r.Header.Add(name, strings.ReplaceAll(v, "\x00", "?"))
				}
			}
			do(t, r)
			event := j.texts()[0]
			if !strings.Contains(event, `"sourceIPAddress":"`+c.source+`"`) || strings.Contains(event, "tlsDetails") != c.secure {
				t.Error(event)
			}
		})
	}
}

func prefixes(t *testing.T, texts []string) (list []netip.Prefix) {
	t.Helper()
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		ok(t, err)
		list = append(list, p)
	}
	return list
}

// emptyDirectory is one that no account is in.
func emptyDirectory(t *testing.T) *directory.Directory {
	t.Helper()
	return newHouse(t).dir
}
