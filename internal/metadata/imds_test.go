package metadata

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// only is the metadata service of one instance of the house.
func (h *house) only(id string) *imds {
	return newIMDS(func(r *http.Request) (*Instance, error) { return source{h, id}.Describe(r.Context()) }, h.clock.now)
}

// [instancedata-data-retrieval], the status codes of PUT.
func TestToken(t *testing.T) {
	h := newHouse(t)
	service := h.only(h.launch(nil))
	for name, c := range map[string]struct {
		call
		status int
	}{
		"a second":             {call{header: map[string]string{headerTTL: "1"}}, 200},
		"six hours":            {call{header: map[string]string{headerTTL: "21600"}}, 200},
		"of a dated version":   {call{path: "/2021-03-23/api/token", header: map[string]string{headerTTL: "60"}}, 200},
		"no time to live":      {call{}, 400},
		"nothing":              {call{header: map[string]string{headerTTL: ""}}, 400},
		"zero":                 {call{header: map[string]string{headerTTL: "0"}}, 400},
		"too long":             {call{header: map[string]string{headerTTL: "21601"}}, 400},
		"negative":             {call{header: map[string]string{headerTTL: "-1"}}, 400},
		"no number":            {call{header: map[string]string{headerTTL: "6h"}}, 400},
		"a fraction":           {call{header: map[string]string{headerTTL: "1.5"}}, 400},
		"larger than a number": {call{header: map[string]string{headerTTL: "99999999999999999999"}}, 400},
		"forwarded":            {call{header: map[string]string{headerTTL: "60", "X-Forwarded-For": "10.0.0.1"}}, 403},
		"forwarded, empty":     {call{header: map[string]string{headerTTL: "60", "X-Forwarded-For": ""}}, 403},
		"another path":         {call{path: "/latest/meta-data/instance-id", header: map[string]string{headerTTL: "60"}}, 405},
		"below the path":       {call{path: "/latest/api/token/x", header: map[string]string{headerTTL: "60"}}, 405},
		"no version":           {call{path: "/api/token", header: map[string]string{headerTTL: "60"}}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			c.method = "PUT"
			if c.path == "" {
				c.path = "/latest/api/token"
			}
			w := c.of(service)
			if w.Code != c.status {
				t.Fatalf("%d %s, want %d", w.Code, w.Body, c.status)
			}
			if w.Code == 200 && (w.Header().Get(headerTTL) != c.header[headerTTL] || len(w.Body.String()) < 40) {
				t.Errorf("%v %s", w.Header(), w.Body)
			}
		})
	}
	r := httptest.NewRequest("PUT", "http://169.254.169.254/latest/api/token", nil)
	r.Header[headerTTL] = []string{"60", "60"}
	w := httptest.NewRecorder()
	if service.ServeHTTP(w, r); w.Code != 400 {
		t.Errorf("two times to live: %d", w.Code)
	}
}

// TestRefusedCalls: without a token, with one that is not of this instance or has
// expired, from a proxy, for a name that was pointed here.
func TestRefusedCalls(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	service := h.only(id)
	good := token(t, service)
	foreign := token(t, h.only(h.launch(nil)))
	restarted := token(t, h.only(id))
	const path = "/latest/meta-data/instance-id"
	with := func(value string) map[string]string { return map[string]string{headerToken: value} }
	for name, c := range map[string]struct {
		call
		status int
	}{
		"a token":                     {call{header: with(good)}, 200},
		"no token":                    {call{}, 401},
		"an empty token":              {call{header: with("")}, 401},
		"a made-up token":             {call{header: with(strings.Repeat("A", 64))}, 401},
		"a changed token":             {call{header: with(flipText(good, 40))}, 401},
		"a token with another expiry": {call{header: with(flipText(good, 9))}, 401},
		"a token and a blank":         {call{header: with(good + "=")}, 401},
		"a token, cut":                {call{header: with(good[:60])}, 401},
		"another instance's token":    {call{header: with(foreign)}, 401},
		"another service's token":     {call{header: with(restarted)}, 401},
		"a forwarded request":         {call{header: map[string]string{headerToken: good, "X-Forwarded-For": "10.0.0.1"}}, 403},
		"a name pointed here":         {call{host: "attacker.example", header: with(good)}, 403},
		"a name like an address":      {call{host: "169.254.169.254.example", header: with(good)}, 403},
		"another address":             {call{host: "10.1.2.3", header: with(good)}, 403},
		"a name with a port":          {call{host: "attacker.example:80", header: with(good)}, 403},
		"POST":                        {call{method: "POST", header: with(good)}, 405},
		"HEAD":                        {call{method: "HEAD", header: with(good)}, 405},
		"DELETE":                      {call{method: "DELETE", header: with(good)}, 405},
		"a browser's preflight":       {call{method: "OPTIONS", header: map[string]string{"Origin": "http://attacker.example"}}, 405},
		"localhost":                   {call{host: "localhost:1234", header: with(good)}, 200},
		"loopback":                    {call{host: "127.0.0.1:1234", header: with(good)}, 200},
		"loopback of version 6":       {call{host: "[::1]:1234", header: with(good)}, 200},
		"loopback of version 6, bare": {call{host: "[::1]", header: with(good)}, 200},
		"address of version 6":        {call{host: "[fd00:ec2::254]", header: with(good)}, 200},
		"address with a port":         {call{host: "169.254.169.254:80", header: with(good)}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			c.path = path
			if c.method == "" {
				c.method = "GET"
			}
			w := c.of(service)
			if w.Code != c.status {
				t.Fatalf("%d %s, want %d", w.Code, w.Body, c.status)
			}
			if w.Code != 200 && strings.Contains(w.Body.String(), id) {
				t.Error("a refusal tells the instance's id")
			}
			for key := range w.Header() {
				if strings.HasPrefix(key, "Access-Control-") {
					t.Errorf("a header for browsers: %s", key)
				}
			}
			if w.Header().Get("Server") != "EC2ws" || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// flipText changes a character.
func flipText(s string, at int) string {
	other := "A"
	if s[at] == 'A' {
		other = "B"
	}
	return s[:at] + other + s[at+1:]
}

func TestTokenExpires(t *testing.T) {
	h := newHouse(t)
	service := h.only(h.launch(nil))
	short := call{method: "PUT", path: "/latest/api/token", header: map[string]string{headerTTL: "10"}}.of(service).Body.String()
	h.clock.pass(9 * time.Second)
	get(t, service, short, "/latest/meta-data/instance-id", 200)
	h.clock.pass(time.Second)
	get(t, service, short, "/latest/meta-data/instance-id", 401)
}

func TestTwoTokensInOneRequest(t *testing.T) {
	h := newHouse(t)
	service := h.only(h.launch(func(i *directory.Instance) { i.Metadata.V1 = true }))
	good := token(t, service)
	r := httptest.NewRequest("GET", "http://169.254.169.254/latest/meta-data/instance-id", nil)
	r.Header[headerToken] = []string{good, good}
	w := httptest.NewRecorder()
	if service.ServeHTTP(w, r); w.Code != 401 {
		t.Errorf("%d", w.Code)
	}
}

// [configuring-instance-metadata-options] HttpTokens optional: requests without a token are
// answered, those with a bad one are not.
func TestVersion1(t *testing.T) {
	h := newHouse(t)
	id := h.launch(func(i *directory.Instance) { i.Metadata.V1 = true })
	service := h.only(id)
	const path = "/latest/meta-data/iam/security-credentials/reader"
	bare := call{method: "GET", path: path}.of(service)
	if bare.Code != 200 {
		t.Fatalf("%d %s", bare.Code, bare.Body)
	}
	get(t, service, "bad", path, 401)
	if told := h.told(id); bare.Body.String() != string(told.CredentialsV1.text()) || get(t, service, token(t, service), path, 200) != string(told.Credentials.text()) {
		t.Error("credentials of the other version")
	}
}

// [configuring-instance-metadata-options] HttpEndpoint disabled: 403, as for an instance
// that has ended.
func TestServiceThatIsOff(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	service := h.only(id)
	good := token(t, service)
	h.update(id, func(tx *directory.Tx, i *directory.Instance) {
		c := i.Clone()
		c.Metadata.Disabled = true
		tx.PutInstance(c)
	})
	get(t, service, good, "/latest/meta-data/instance-id", 403)
	if w := (call{method: "PUT", path: "/latest/api/token", header: map[string]string{headerTTL: "60"}}).of(service); w.Code != 403 {
		t.Errorf("token of a service that is off: %d", w.Code)
	}
	h.update(id, func(tx *directory.Tx, i *directory.Instance) {
		c := i.Clone()
		c.Metadata.Disabled = false
		tx.PutInstance(c)
	})
	get(t, service, good, "/latest/meta-data/instance-id", 200)
	h.update(id, func(tx *directory.Tx, i *directory.Instance) { tx.EndInstance(i, false) })
	get(t, service, good, "/latest/meta-data/instance-id", 403)
}

func TestSourceThatFails(t *testing.T) {
	for _, s := range []fixed{{err: errors.New("no route to host")}, {}} {
		w := call{method: "GET", path: "/latest/meta-data/"}.of(NewIMDS(s))
		if w.Code != 503 || strings.Contains(w.Body.String(), "route") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if w := (call{method: "GET", path: "/latest/meta-data/"}).of(NewIMDS(fixed{err: ErrUnknown})); w.Code != 403 {
		t.Errorf("unknown: %d", w.Code)
	}
}

// withLocal is the context of a connection that came to an address.
func withLocal(r *http.Request, a net.Addr) context.Context {
	return context.WithValue(r.Context(), http.LocalAddrContextKey, a)
}

// TestHostOfTheListener: a listener's own address is a name for it.
func TestHostOfTheListener(t *testing.T) {
	r := httptest.NewRequest("GET", "http://10.0.0.1:8111/latest/", nil)
	if localHost(r) {
		t.Error("an address that the connection did not come to")
	}
	r = r.WithContext(withLocal(r, &net.TCPAddr{IP: net.ParseIP("10.0.0.1"), Port: 8111}))
	if !localHost(r) {
		t.Error("the address that the connection came to")
	}
	r.Host = ""
	if localHost(r) {
		t.Error("no host")
	}
}
