package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// certificate writes a certificate for loopback and its key to the files, and
// returns a client that trusts this one only.
func certificate(t *testing.T, serial int64, certFile, keyFile string) *http.Client {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, certFile, "CERTIFICATE", der)
	writePEM(t, keyFile, "PRIVATE KEY", private)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
}

// writePEM replaces a file at once, as certificate renewals do.
func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	next := path + ".next"
	if err := os.WriteFile(next, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
}

// listUsers calls over TLS, as a client that trusts some certificate.
func listUsers(t *testing.T, s *process.Server, client *http.Client) error {
	t.Helper()
	c := connection(s, process.Root)
	c.HTTPClient = client
	_, err := iam.NewFromConfig(c).ListUsers(t.Context(), nil)
	return err
}

func isUntrusted(err error) bool {
	var unknown x509.UnknownAuthorityError
	return errors.As(err, &unknown)
}

// TestTLS: both listeners speak TLS, and a renewed certificate counts at the next
// connection; one that cannot be read leaves the old one in force.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	old := certificate(t, 1, cert, key)
	server := rootServer(t, "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(server.URL, "https://127.0.0.1:") || !strings.HasPrefix(server.Console, "https://localhost:") {
		t.Fatal(server.Line)
	}
	if err := listUsers(t, server, old); err != nil {
		t.Error(err)
	}
	if answer, err := old.Get(server.Console + "/healthz"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("console: %v %v", answer, err)
	}
	t.Run("plaintext is not answered", func(t *testing.T) { plaintext(t, server) })

	t.Run("unreadable", func(t *testing.T) {
		writePEM(t, cert, "NOT A CERTIFICATE", []byte("noise"))
		if err := listUsers(t, server, old); err != nil {
			t.Error(err)
		}
		if !strings.Contains(server.Log(), "the old one stays in force") {
			t.Errorf("no warning:\n%s", server.Log())
		}
	})
	t.Run("renewed", func(t *testing.T) {
		renewed := certificate(t, 2, cert, key)
		if err := listUsers(t, server, renewed); err != nil {
			t.Error(err)
		}
		if err := listUsers(t, server, old); !isUntrusted(err) {
			t.Errorf("the old certificate is still served: %v", err)
		}
	})
}

// plaintext sends a signed call in plaintext to a TLS port: it says so, and does
// nothing.
func plaintext(t *testing.T, s *process.Server) {
	plain := *s
	plain.URL = strings.Replace(s.URL, "https", "http", 1)
	answer, err := http.DefaultClient.Do(newWireCall(&plain, createUserBody).request(t))
	if err != nil {
		return // the connection was ended
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}
