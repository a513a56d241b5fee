package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/server"
)

// certificateFiles are a certificate and its key for localhost.
type certificateFiles struct {
	cert, key string
	changed   time.Time
}

// write makes a new certificate; its files are younger than those before.
func (f *certificateFiles) write(t *testing.T, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ok(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ok(t, err)
	f.put(t, f.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	f.put(t, f.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

func (f *certificateFiles) put(t *testing.T, path string, content []byte) {
	t.Helper()
	f.changed = f.changed.Add(time.Second)
	ok(t, os.WriteFile(path, content, 0o600))
	ok(t, os.Chtimes(path, f.changed, f.changed))
}

func newCertificateFiles(t *testing.T) *certificateFiles {
	t.Helper()
	dir := t.TempDir()
	f := &certificateFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), time.Unix(1_000_000_000, 0)}
	f.write(t, 1)
	return f
}

// serial is the number of the certificate that a handshake gets.
func serial(t *testing.T, c *server.Certificate) int64 {
	t.Helper()
	given, err := c.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "localhost"})
	ok(t, err)
	leaf, err := x509.ParseCertificate(given.Certificate[0])
	ok(t, err)
	return leaf.SerialNumber.Int64()
}

// A certificate that changes is in force with the next handshake; one that cannot
// be read leaves the old one in force, and is logged once.
func TestCertificateReload(t *testing.T) {
	f, log := newCertificateFiles(t), &logText{}
	c, err := server.LoadCertificate(f.cert, f.key, slog.New(slog.NewTextHandler(log, nil)))
	ok(t, err)
	expect := func(step string, want int64, lines int) {
		t.Helper()
		for range 3 {
			if got := serial(t, c); got != want {
				t.Errorf("%s: certificate %d, want %d", step, got, want)
			}
		}
		if got := strings.Count(log.String(), "\n"); got != lines {
			t.Errorf("%s: %d lines: %s", step, got, log)
		}
	}
	expect("at first", 1, 0)
	f.write(t, 2)
	expect("renewed", 2, 1)
	f.put(t, f.key, []byte("not a key"))
	expect("a broken key", 2, 2)
	ok(t, os.Remove(f.cert))
	expect("a missing certificate", 2, 3)
	f.write(t, 3)
	expect("renewed again", 3, 4)
	if strings.Contains(log.String(), "PRIVATE") {
		t.Error("the log has the key")
	}
}

// A certificate that cannot be read at the start is an error that names its files.
func TestCertificateErrors(t *testing.T) {
	f := newCertificateFiles(t)
	other := newCertificateFiles(t)
	for name, files := range map[string][2]string{
		"no certificate":     {f.cert + "x", f.key},
		"no key":             {f.cert, f.key + "x"},
		"another's key":      {f.cert, other.key},
		"exchanged":          {f.key, f.cert},
		"a folder for a key": {f.cert, filepath.Dir(f.key)},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := server.LoadCertificate(files[0], files[1], slog.New(slog.DiscardHandler)); err == nil || !strings.HasPrefix(err.Error(), "tls: ") {
				t.Error(err)
			}
		})
	}
}

// Over TLS a call is secure (K-03), and the limits hold over HTTP/2 too: a body
// without a length is refused, as a chunked one is.
func TestHTTP2(t *testing.T) {
	h := newHouse(t)
	f := newCertificateFiles(t)
	c, err := server.LoadCertificate(f.cert, f.key, slog.New(slog.DiscardHandler))
	ok(t, err)
	ts := httptest.NewUnstartedServer(nil)
	ts.Config, ts.TLS, ts.EnableHTTP2 = h.server.HTTP(), c.Config(), true
	ts.StartTLS()
	defer ts.Close()
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS13}}}
	send := func(unknownLength bool) answer {
		r, body := h.identity(t, admin(h.a), 0)
		r = r.WithContext(context.Background())
		r.URL.Scheme, r.URL.Host, r.Host = "https", strings.TrimPrefix(ts.URL, "https://"), strings.TrimPrefix(ts.URL, "https://")
		sign(t, r, []byte(body), "sts", admin(h.a))
		if unknownLength {
			r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(body))
		}
		resp, err := client.Do(r)
		ok(t, err)
		defer resp.Body.Close()
		if resp.ProtoMajor != 2 {
			t.Fatal(resp.Proto)
		}
		text, err := io.ReadAll(resp.Body)
		ok(t, err)
		return answer{resp.StatusCode, resp.Header, string(text)}
	}
	if a := send(false); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := send(true); a.status != http.StatusLengthRequired || a.code() != "MissingContentLength" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if event := h.journal.texts()[0]; !strings.Contains(event, "tlsDetails") {
		t.Error(event)
	}
}

// Nothing older than TLS 1.2 is spoken.
func TestTLSVersion(t *testing.T) {
	f := newCertificateFiles(t)
	c, err := server.LoadCertificate(f.cert, f.key, slog.New(slog.DiscardHandler))
	ok(t, err)
	l, err := tls.Listen("tcp", "127.0.0.1:0", c.Config())
	ok(t, err)
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.(*tls.Conn).Handshake()
			conn.Close()
		}
	}()
	for version, want := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		conn, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		if (err == nil) != want {
			t.Errorf("%x: %v", version, err)
		}
		if err == nil {
			conn.Close()
		}
	}
}
