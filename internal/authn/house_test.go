package authn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

const (
	homeRegion = "eu-west-1"
	fixedKey   = "fixed_root_key_of_tests" // encodes no account
	fixedPass  = "fixed-secret"
)

// house is an account with a fixed root key, a user ana with a key, and a role, and
// an authenticator over it. Everything in it is real.
type house struct {
	*testing.T
	store    store.Store
	ring     *seal.Keyring
	d        *directory.Directory
	tokens   *Tokens
	a        *Authenticator
	ana, app string // ids of the user and the role
	key      sigv4.Credentials
	root     sigv4.Credentials
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "store"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, store: s, ring: ring, root: sigv4.Credentials{AccessKeyID: fixedKey, SecretAccessKey: fixedPass}}
	h.d = h.node()
	if _, _, err := h.d.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: tokenAccount, RootEmail: "root@example.com", RootKeyID: fixedKey, RootSecret: fixedPass}); err != nil {
		t.Fatal(err)
	}
	h.tokens = NewTokens(ring.For(TokenPurpose), 16)
	h.a = New(h.d, h.tokens, homeRegion, []*api.Service{iam.API, sts.API, organizations.API, s3API})
	h.change(func(tx *directory.Tx) error {
		u, err := tx.CreateUser(directory.NewUser{Name: "ana", Path: "/team/"})
		if err != nil {
			return err
		}
		k, secret, err := tx.CreateAccessKey(u)
		if err != nil {
			return err
		}
		r, err := tx.CreateRole(directory.NewRole{Name: "app", Path: "/", Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`})
		h.ana, h.app, h.key = u.ID, r.ID, sigv4.Credentials{AccessKeyID: k.ID, SecretAccessKey: secret}
		return err
	})
	return h
}

// node is a directory over the house's store: more than one are nodes.
func (h *house) node() *directory.Directory {
	h.Helper()
	d, err := directory.Open(h.Context(), h.store, directory.Options{Sealer: h.ring.For("secret-access-key"), Clock: func() time.Time { return tokenTime }})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { d.Close(context.Background()) })
	return d
}

func (h *house) change(fn func(tx *directory.Tx) error) { h.Helper(); h.changeOn(h.d, fn) }

func (h *house) changeOn(d *directory.Directory, fn func(tx *directory.Tx) error) {
	h.Helper()
	if err := d.Update(h.Context(), tokenAccount, fn); err != nil {
		h.Fatal(err)
	}
}

// session issues credentials of a kind for who they usually are for.
func (h *house) session(kind string, change func(*Grant)) sigv4.Credentials {
	h.Helper()
	g := tokenGrants()[kind]
	switch {
	case g.Principal.Kind == policy.RoleSession:
		g.Principal.EntityID, g.Generation = h.app, 0
	case g.Principal.EntityID == tokenAccount:
		g.Issuer = fixedKey
	default:
		g.Principal.EntityID, g.Principal.EntityARN = h.ana, "arn:aws:iam::"+tokenAccount+":user/team/ana"
		g.Issuer = h.key.AccessKeyID
	}
	if change != nil {
		change(g)
	}
	c, err := h.tokens.Issue(g)
	if err != nil {
		h.Fatal(err)
	}
	return sigv4.Credentials(c)
}

// everyone are credentials of every kind that the house knows.
func (h *house) everyone() map[string]sigv4.Credentials {
	all := map[string]sigv4.Credentials{"user's key": h.key, "root key": h.root}
	for kind := range tokenGrants() {
		all[kind] = h.session(kind, nil)
	}
	return all
}

// ask authenticates a request of the service that is signed for a region.
func (h *house) ask(c sigv4.Credentials, svc *api.Service, region string, at time.Time) (*Caller, error) {
	r, s, err := signedRequest(c, svc.Name, region)
	if err != nil {
		return nil, err
	}
	return h.a.Authenticate(r, s, []byte(requestBody), svc, at)
}

const requestBody = "Action=GetCallerIdentity"

func signedRequest(c sigv4.Credentials, service, region string) (*http.Request, *sigv4.Signature, error) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(requestBody))
	sum := sha256.Sum256([]byte(requestBody))
	signer := &sigv4.Signer{Region: region, Service: service, RawPath: service == "s3"}
	if err := signer.Sign(r, c, hex.EncodeToString(sum[:]), tokenTime); err != nil {
		return nil, nil, err
	}
	s := new(sigv4.Signature)
	return r, s, sigv4.Parse(r, s)
}

func (h *house) knows(c sigv4.Credentials) error {
	_, err := h.ask(c, sts.API, homeRegion, tokenTime)
	return err
}

func (h *house) expectFault(err error, kind Kind) {
	h.Helper()
	var f *Fault
	if !errors.As(err, &f) || f.Kind != kind {
		h.Errorf("error %v, want a fault of kind %d", err, kind)
	}
}
