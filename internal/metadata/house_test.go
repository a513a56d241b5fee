package metadata

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

const (
	account  = "111122223333"
	region   = "us-east-1"
	trustEC2 = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is one that a test moves.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(start.UnixNano())
	return c
}

func (c *clock) now() time.Time       { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }

// house is the service over a real directory with one account, whose role reader is in
// the profile hosts.
type house struct {
	*Service
	t     testing.TB
	clock *clock
	store store.Store
	ring  *seal.Keyring
}

func newHouse(t testing.TB) *house {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clock: newClock(), store: s, ring: ring}
	h.Service = h.node()
	if _, _, err := h.Directory.Bootstrap(t.Context(), directory.BootstrapOptions{AccountID: account, RootEmail: "root@example.com"}); err != nil {
		t.Fatal(err)
	}
	h.change(func(tx *directory.Tx) error {
		r, err := tx.CreateRole(directory.NewRole{Name: "reader", Path: "/team/", Trust: trustEC2})
		if err != nil {
			return err
		}
		p, err := tx.CreateProfile(directory.Entity{Name: "hosts", Path: "/"})
		if err != nil {
			return err
		}
		return tx.AddRole(p, r)
	})
	return h
}

// node is another server on the same store.
func (h *house) node() *Service {
	h.t.Helper()
	d, err := directory.Open(h.t.Context(), h.store, directory.Options{Sealer: h.ring.For("secret-access-key"), Clock: h.clock.now})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { d.Close(context.Background()) })
	s := NewService(Options{
		Directory: d, Tokens: authn.NewTokens(h.ring.For(authn.TokenPurpose), 64), Sealer: h.ring.For(IdentityPurpose),
		Region: region, ZoneID: func(zone string) string { return "id-of-" + zone }, Clock: h.clock.now,
	})
	s.identity.generate = sharedKey // making one takes longer than most tests
	return s
}

var sharedKey = sync.OnceValues(generateKey)

func (h *house) change(fn func(tx *directory.Tx) error) {
	h.t.Helper()
	if err := h.Directory.Update(h.t.Context(), account, fn); err != nil {
		h.t.Fatal(err)
	}
}

// launch makes an instance with the profile hosts, changed as edit says.
func (h *house) launch(edit func(i *directory.Instance)) string {
	h.t.Helper()
	i := &directory.Instance{
		Reservation: "r-0123456789abcdef0", Image: "ami-00000000000000000", Type: "t3.micro", Zone: "us-east-1a",
		Metadata: directory.MetadataOptions{HopLimit: 1},
	}
	h.change(func(tx *directory.Tx) error {
		p, err := tx.Profile("hosts")
		if err != nil {
			return err
		}
		tx.SetProfile(i, p)
		if edit != nil {
			edit(i)
		}
		return tx.CreateInstance(i)
	})
	return i.ID
}

// update changes an instance.
func (h *house) update(id string, fn func(tx *directory.Tx, i *directory.Instance)) {
	h.t.Helper()
	h.change(func(tx *directory.Tx) error { fn(tx, tx.Instance(id)); return nil })
}

// onRole changes the role reader.
func (h *house) onRole(fn func(tx *directory.Tx, r *directory.Role) error) {
	h.t.Helper()
	h.change(func(tx *directory.Tx) error {
		r, err := tx.Role("reader")
		if err != nil {
			return err
		}
		return fn(tx, r)
	})
}

// told is what the service tells of an instance now.
func (h *house) told(id string) *Instance {
	h.t.Helper()
	v := h.Directory.View(account)
	told, err := h.Describe(h.t.Context(), v, v.Instance(id))
	if err != nil {
		h.t.Fatal(err)
	}
	return told
}

// caller is whom credentials stand for; nil where they do not hold any more.
func (h *house) caller(c *Credentials) *api.Principal {
	h.t.Helper()
	opened, err := h.Tokens.Open(c.SessionToken, c.AccessKeyID)
	if err != nil {
		h.t.Fatal(err)
	}
	if opened.Secret != c.SecretAccessKey {
		h.t.Fatal("the secret is another than the token's")
	}
	p := opened.Principal
	if !h.Directory.View(account).SessionAlive(p, opened.Generation) || !h.clock.now().Before(p.Session.Expires) {
		return nil
	}
	return p
}

// fixed is a source that tells what it has.
type fixed struct {
	instance *Instance
	err      error
}

func (f fixed) Describe(context.Context) (*Instance, error) { return f.instance, f.err }

// source is an instance of the house, as its own metadata service has it.
type source struct {
	h  *house
	id string
}

func (s source) Describe(ctx context.Context) (*Instance, error) {
	v := s.h.Directory.View(account)
	return s.h.Service.Describe(ctx, v, v.Instance(s.id))
}

// call is a request that a handler is asked.
type call struct {
	method, path, host, peer string
	header                   map[string]string
}

func (c call) of(h http.Handler) *httptest.ResponseRecorder {
	r := httptest.NewRequest(c.method, "http://169.254.169.254"+c.path, nil)
	if c.host != "" {
		r.Host = c.host
	}
	if c.peer != "" {
		r.RemoteAddr = c.peer
	}
	for key, value := range c.header {
		r.Header.Set(key, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// token asks for a token.
func token(t testing.TB, h http.Handler) string {
	t.Helper()
	w := call{method: "PUT", path: "/latest/api/token", header: map[string]string{headerTTL: "21600"}}.of(h)
	if w.Code != http.StatusOK {
		t.Fatalf("token: %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// get asks with a token, and wants the status.
func get(t testing.TB, h http.Handler, token, path string, status int) string {
	t.Helper()
	w := call{method: "GET", path: path, header: map[string]string{headerToken: token}}.of(h)
	if w.Code != status {
		t.Errorf("GET %s: %d %s, want %d", path, w.Code, w.Body, status)
	}
	return w.Body.String()
}

// lines are sorted as they come.
func lines(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// ed25519Key is a key that signs no identity documents.
func ed25519Key(t testing.TB) []byte {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
