package metadata

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// IdentityPurpose is the seal purpose of the identity key.
const IdentityPurpose = "instance-identity"

// identityAAD binds the sealed key to where it is kept.
var identityAAD = []byte("identitykey")

const (
	identityBits = 2048
	// identityYears is how long the certificate holds: whoever verifies has it for long,
	// as AWS's [regions-certs], which hold for over a hundred.
	identityYears = 100
)

// signingKey is the identity key, opened.
type signingKey struct {
	private *rsa.PrivateKey
	pem     []byte // its certificate
}

// identity has the service's key, which is made when it is first wanted.
type identity struct {
	directory *directory.Directory
	sealer    directory.Sealer
	clock     func() time.Time
	generate  func() (*rsa.PrivateKey, error)
	published func(certificate []byte)

	opened  atomic.Pointer[signingKey]
	opening sync.Mutex
}

// key is the service's identity key.
func (n *identity) key(ctx context.Context) (*signingKey, error) {
	if k := n.opened.Load(); k != nil {
		return k, nil
	}
	n.opening.Lock()
	defer n.opening.Unlock()
	if k := n.opened.Load(); k != nil {
		return k, nil
	}
	kept := n.directory.IdentityKey()
	if kept == nil {
		made, err := n.make()
		if err != nil {
			return nil, err
		}
		if kept, err = n.directory.NewIdentityKey(ctx, made); err != nil {
			return nil, err
		}
	}
	k, err := n.open(kept)
	if err != nil {
		return nil, err
	}
	n.opened.Store(k)
	if n.published != nil {
		n.published(k.pem)
	}
	return k, nil
}

func generateKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, identityBits) }

// make makes a key and its certificate.
func (n *identity) make() (*directory.IdentityKey, error) {
	private, err := n.generate()
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)) // RFC 5280, 4.1.2.2
	if err != nil {
		return nil, err
	}
	now := n.clock().UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"Gatehouse"}, CommonName: "Instance identity documents"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(identityYears, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	return &directory.IdentityKey{Certificate: certificate, Key: n.sealer.Seal(plain, identityAAD)}, nil
}

func (n *identity) open(kept *directory.IdentityKey) (*signingKey, error) {
	plain, err := n.sealer.Open(kept.Key, identityAAD)
	if err != nil {
		return nil, fmt.Errorf("metadata: the identity key: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, errors.New("metadata: the identity key is no PKCS #8") // what it is instead stays out of the log
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("metadata: the identity key is no RSA key")
	}
	return &signingKey{private, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: kept.Certificate})}, nil
}

// sign is the base64 signature of an identity document: RSA with SHA-256, PKCS #1 v1.5
// [verify-iid, option 2: openssl dgst -sha256 -verify].
func (k *signingKey) sign(document string) (string, error) {
	sum := sha256.Sum256([]byte(document))
	signature, err := rsa.SignPKCS1v15(rand.Reader, k.private, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

// Certificate is what identity documents are verified with.
func (s *Service) Certificate(ctx context.Context) (certificate []byte, err error) {
	k, err := s.identity.key(ctx)
	if err != nil {
		return nil, err
	}
	return k.pem, nil
}

// signedDocument is an identity document with its signature.
type signedDocument struct{ document, signature string }

// addIdentity tells the instance's identity document, signed once.
func (s *Service) addIdentity(ctx context.Context, kept *state, told *Instance) error {
	signed := kept.signed.Load()
	if signed == nil {
		k, err := s.identity.key(ctx)
		if err != nil {
			told.Document = told.identityDocument()
			return err
		}
		signed = &signedDocument{document: told.identityDocument()}
		if signed.signature, err = k.sign(signed.document); err != nil {
			return err
		}
		kept.signed.Store(signed) // all that is in it stays the same while the instance lives
	}
	told.Document, told.Signature = signed.document, signed.signature
	return nil
}

// identityDocument is the instance identity document [instance-identity-documents]:
// AWS's members in its order, null for what there is none of here.
func (i *Instance) identityDocument() string {
	return string(indented(struct {
		AccountID        string   `json:"accountId"`
		Architecture     string   `json:"architecture"`
		Zone             string   `json:"availabilityZone"`
		BillingProducts  []string `json:"billingProducts"`
		DevpayCodes      []string `json:"devpayProductCodes"`
		MarketplaceCodes []string `json:"marketplaceProductCodes"`
		Image            string   `json:"imageId"`
		ID               string   `json:"instanceId"`
		Type             string   `json:"instanceType"`
		Kernel           *string  `json:"kernelId"`
		Pending          string   `json:"pendingTime"`
		PrivateIP        *string  `json:"privateIp"`
		Ramdisk          *string  `json:"ramdiskId"`
		Region           string   `json:"region"`
		Version          string   `json:"version"`
	}{
		AccountID: i.Account, Architecture: architecture, Zone: i.Zone, Image: i.Image, ID: i.ID, Type: i.Type,
		Pending: i.Launched.UTC().Format(iso), PrivateIP: unlessEmpty(i.PrivateIP), Region: i.Region, Version: "2017-09-30",
	}))
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
