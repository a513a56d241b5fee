package node

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// The certificate in the data folder verifies identity documents [verify-iid].
func TestInstanceIdentityCertificate(t *testing.T) {
	n, err := Start(t.Context(), Config{Listen: "127.0.0.1:0", ConsoleListen: "off", Data: t.TempDir(), Region: "us-east-1", RootEmail: "root@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close(context.Background())
	path := filepath.Join(n.Data(), certificateFile)
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a certificate before there is an instance")
	}
	i := &directory.Instance{Type: "t3.micro", Zone: "us-east-1a", Metadata: directory.MetadataOptions{HopLimit: 1}}
	if err := n.Directory().Update(t.Context(), n.Account(), func(tx *directory.Tx) error { return tx.CreateInstance(i) }); err != nil {
		t.Fatal(err)
	}
	v := n.Directory().View(n.Account())
	told, err := n.Metadata().Describe(t.Context(), v, v.Instance(i.ID))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.StdEncoding.DecodeString(told.Signature)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(told.Document))
	if err := rsa.VerifyPKCS1v15(certificate.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], signature); err != nil {
		t.Error(err)
	}
}
