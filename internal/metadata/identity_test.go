package metadata

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// [instance-identity-documents]: AWS's members in its order.
func TestIdentityDocument(t *testing.T) {
	h := newHouse(t)
	id := h.launch(func(i *directory.Instance) { i.PrivateIP = "10.0.0.5" })
	want := `{
  "accountId": "111122223333",
  "architecture": "` + architecture + `",
  "availabilityZone": "us-east-1a",
  "billingProducts": null,
  "devpayProductCodes": null,
  "marketplaceProductCodes": null,
  "imageId": "ami-00000000000000000",
  "instanceId": "` + id + `",
  "instanceType": "t3.micro",
  "kernelId": null,
  "pendingTime": "2026-03-01T12:00:00Z",
  "privateIp": "10.0.0.5",
  "ramdiskId": null,
  "region": "us-east-1",
  "version": "2017-09-30"
}`
	if got := h.told(id).Document; got != want {
		t.Errorf("document\n%s\nwant\n%s", got, want)
	}
	var document map[string]any
	if err := json.Unmarshal([]byte(h.told(h.launch(nil)).Document), &document); err != nil || document["privateIp"] != nil {
		t.Errorf("without an address: %v %v", document["privateIp"], err)
	}
}

func TestArchitecture(t *testing.T) {
	for goarch, want := range map[string]string{"amd64": "x86_64", "arm64": "arm64", "386": "i386"} {
		if got := architectureOf(goarch); got != want {
			t.Errorf("%s is %s, want %s", goarch, got, want)
		}
	}
}

// TestSignatureVerifies with the commands of [verify-iid], option 2.
func TestSignatureVerifies(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("this test needs openssl: install Debian's package openssl")
	}
	h := newHouse(t)
	told := h.told(h.launch(nil))
	certificate, err := h.Certificate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.StdEncoding.DecodeString(told.Signature)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	in := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key, err := exec.Command(openssl, "x509", "-pubkey", "-noout", "-in", in("certificate", certificate)).Output()
	if err != nil {
		t.Fatal(err)
	}
	verify := func(document string) string {
		out, _ := exec.Command(openssl, "dgst", "-sha256", "-verify", in("key", key), "-signature", in("signature", signature), in("document", []byte(document))).CombinedOutput()
		return string(out)
	}
	if out := verify(told.Document); !strings.Contains(out, "Verified OK") {
		t.Errorf("openssl: %s", out)
	}
	if out := verify(strings.Replace(told.Document, account, "444455556666", 1)); strings.Contains(out, "Verified OK") {
		t.Error("a changed document verifies")
	}
}

func TestCertificate(t *testing.T) {
	h := newHouse(t)
	text, err := h.Certificate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Fatalf("%s", text)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); err != nil {
		t.Errorf("it did not sign itself: %v", err)
	}
	if c.NotBefore.After(start) || c.NotAfter.Before(start.AddDate(99, 0, 0)) {
		t.Errorf("from %v to %v", c.NotBefore, c.NotAfter)
	}
	key, err := generateKey()
	if err != nil || key.N.BitLen() != 2048 {
		t.Errorf("a key of %d bits (%v)", key.N.BitLen(), err)
	}
}

// TestIdentityKeyIsOne: all nodes sign with one key, whoever made it, and so does a node
// that starts later.
func TestIdentityKeyIsOne(t *testing.T) {
	h := newHouse(t)
	nodes := []*Service{h.Service, h.node()}
	certificates := make([][]byte, 8)
	var wait sync.WaitGroup
	for n := range certificates {
		wait.Go(func() {
			var err error
			if certificates[n], err = nodes[n%2].Certificate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	later, err := h.node().Certificate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range append(certificates, later) {
		if !bytes.Equal(c, certificates[0]) {
			t.Fatal("two certificates")
		}
	}
}

// TestIdentityKeyIsSealed: the store does not show it, and what is not ours is refused.
func TestIdentityKeyIsSealed(t *testing.T) {
	h := newHouse(t)
	made, err := h.identity.make()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x509.ParsePKCS8PrivateKey(made.Key); err == nil {
		t.Error("the key is in the open")
	}
	sealer := h.ring.For(IdentityPurpose)
	for name, key := range map[string][]byte{
		"not sealed":        {1, 2, 3},
		"another purpose":   h.ring.For("secret-access-key").Seal(made.Key, identityAAD),
		"bound elsewhere":   sealer.Seal(made.Key, []byte("elsewhere")),
		"no PKCS #8":        sealer.Seal([]byte{1, 2, 3}, identityAAD),
		"another algorithm": sealer.Seal(ed25519Key(t), identityAAD),
	} {
		if _, err := h.identity.open(&directory.IdentityKey{Certificate: made.Certificate, Key: key}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestWithoutIdentityKey: an instance has its credentials though no document is signed.
func TestWithoutIdentityKey(t *testing.T) {
	h := newHouse(t)
	if _, err := h.Directory.NewIdentityKey(t.Context(), &directory.IdentityKey{Certificate: []byte{1}, Key: []byte{1}}); err != nil {
		t.Fatal(err)
	}
	told := h.told(h.launch(nil))
	if told.Document == "" || told.Signature != "" || told.Credentials == nil {
		t.Errorf("%+v", told)
	}
	if _, err := h.Certificate(t.Context()); err == nil {
		t.Error("a certificate without a key")
	}
}
