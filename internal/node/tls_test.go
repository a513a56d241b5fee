package node_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeCertificate writes a certificate for localhost, with files of that time.
func writeCertificate(t *testing.T, dir string, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"localhost"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	ok(t, err)
	text, err := x509.MarshalPKCS8PrivateKey(private)
	ok(t, err)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	ok(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	ok(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text}), 0o600))
	at := time.Unix(1_000_000_000+serial, 0)
	ok(t, os.Chtimes(cert, at, at))
	ok(t, os.Chtimes(key, at, at))
	return cert, key
}

// With a certificate both listeners speak TLS, off loopback too, and take a new
// certificate without a restart.
func TestTLS(t *testing.T) {
	cfg, dir := config(t), t.TempDir()
	cfg.TLSCert, cfg.TLSKey = writeCertificate(t, dir, 1)
	cfg.Listen, cfg.BootstrapAdmin = "0.0.0.0:0", true
	log := logged(&cfg)
	n := start(t, cfg)
	if !strings.HasPrefix(n.URL(), "https://") || !strings.HasPrefix(n.ConsoleURL(), "https://localhost:") {
		t.Fatal(n.URL(), n.ConsoleURL())
	}
	port := n.Address()[strings.LastIndexByte(n.Address(), ':'):]
	serial := func(address string) int64 {
		conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
		ok(t, err)
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	console := strings.TrimPrefix(n.ConsoleURL(), "https://")
	for _, address := range []string{"localhost" + port, console} {
		if got := serial(address); got != 1 {
			t.Errorf("%s: certificate %d", address, got)
		}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	if status, body := call(t, client, "https://localhost"+port, "sts", identity, adminKeys(t, n)); status != 200 {
		t.Error(status, body)
	}
	if status, _ := get(t, "http://localhost"+port); status != http.StatusBadRequest {
		t.Errorf("plaintext: %d", status)
	}
	writeCertificate(t, dir, 2)
	for _, address := range []string{"localhost" + port, console} {
		if got := serial(address); got != 2 {
			t.Errorf("%s: certificate %d", address, got)
		}
	}
	if strings.Contains(log.String(), "PRIVATE") || !strings.Contains(log.String(), "read anew") {
		t.Error(log)
	}
}
