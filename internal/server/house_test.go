package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	s3api "github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/metadata"
	"github.com/gatehouse-iam/gatehouse/internal/node"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/server"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

const region = "us-east-1"

// recorder is a journal that keeps what it takes in as text.
type recorder struct {
	mu      sync.Mutex
	entries []string
}

func (r *recorder) Record(e *journal.Entry) {
	text := fmt.Sprintf("%s %s", e.Call.RequestID, string(journal.AppendEvent(nil, e)))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = append(r.entries, text)
}

// texts are what was recorded so far.
func (r *recorder) texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.entries)
}

// logText is a log that can be read while it is written.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// lines are those that hold a word.
func (l *logText) lines(word string) []string {
	var found []string
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, word) {
			found = append(found, line)
		}
	}
	return found
}

// house is a server over a real directory, with two accounts.
type house struct {
	url      string
	server   *server.Server
	services []services.Implementation
	dir      *directory.Directory
	journal  *recorder
	store    *embedded.Store
	log      *logText
	a, b     directory.TestAccount
	backend  *backend // of S3
}

func newHouse(t testing.TB, extra ...services.Implementation) *house {
	t.Helper()
	ctx := context.Background()
	path := t.TempDir()
	s, err := embedded.Open(filepath.Join(path, "gatehouse.db"), embedded.Options{Ephemeral: true})
	ok(t, err)
	master, err := seal.LoadMaster(filepath.Join(path, "master.key"), "", false)
	ok(t, err)
	ring, err := seal.OpenKeyring(ctx, s, master)
	ok(t, err)
	d, err := directory.Open(ctx, s, directory.Options{Sealer: ring.For("secret-access-key")})
	ok(t, err)
	tokens := authn.NewTokens(ring.For("session-token"), 64)
	log, err := journal.Open(filepath.Join(path, "journal"), journal.Options{})
	ok(t, err)
	regions := catalog.NewRegions(region, nil)
	h := &house{dir: d, journal: &recorder{}, store: s, log: &logText{}, backend: newBackend(t)}
	h.services = append(without(extra, node.Implementations(node.Rooms{
		S3: h.backend.gateway(t), Log: slog.New(slog.DiscardHandler),
		Directory: d, Tokens: tokens, Journal: log, Keyring: ring, Regions: regions, Started: d.Now(),
		Metadata: metadata.NewService(metadata.Options{Directory: d, Tokens: tokens, Sealer: ring.For("instance-identity"), Region: region, ZoneID: regions.ZoneID, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}),
	})), extra...)
	h.server, err = server.New(server.Options{
		Region: region, ConsoleURL: "http://localhost:4781", Directory: d, Tokens: tokens, Journal: h.journal, Messages: journal.NewMessages(ring.For(journal.MessagePurpose)),
		Implementations: h.services, Log: slog.New(slog.NewTextHandler(h.log, nil)),
	})
	ok(t, err)
	ts := httptest.NewUnstartedServer(nil)
	ts.Config = h.server.HTTP()
	ts.Start()
	h.url = ts.URL
	h.a, err = d.NewTestAccount(ctx)
	ok(t, err)
	h.b, err = d.NewTestAccount(ctx)
	ok(t, err)
	t.Cleanup(func() {
		ts.Close()
		ok(t, log.Close())
		ok(t, d.Close(ctx))
		ok(t, s.Close())
	})
	return h
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func admin(a directory.TestAccount) sigv4.Credentials {
	return sigv4.Credentials{AccessKeyID: a.AdminKeyID, SecretAccessKey: a.AdminSecret}
}

func root(a directory.TestAccount) sigv4.Credentials {
	return sigv4.Credentials{AccessKeyID: a.RootKeyID, SecretAccessKey: a.RootSecret}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// code is the error code, in either protocol.
func (a answer) code() string {
	if _, rest, found := strings.Cut(a.body, "<Code>"); found {
		code, _, _ := strings.Cut(rest, "</Code>")
		return code
	}
	var e struct {
		Type string `json:"__type"`
	}
	if code := a.header.Get("x-amzn-ErrorType"); code != "" {
		return code
	}
	if json.Unmarshal([]byte(a.body), &e) == nil {
		return e.Type[strings.LastIndexByte(e.Type, '#')+1:]
	}
	return ""
}

// field is the text of the first XML element of the name.
func (a answer) field(name string) string {
	_, rest, _ := strings.Cut(a.body, "<"+name+">")
	text, _, _ := strings.Cut(rest, "</"+name+">")
	return text
}

// request makes an unsigned request of an operation from member names and values.
func (h *house) request(t testing.TB, svc *api.Service, op *api.Operation, in map[string]any) (*http.Request, []byte) {
	t.Helper()
	if svc == s3api.API {
		return h.s3Request(t, op)
	}
	if svc.IsREST() {
		return h.restRequest(t, svc, op, in)
	}
	var body []byte
	contentType, target := "application/x-www-form-urlencoded; charset=utf-8", ""
	if svc.Protocol == api.JSON {
		var err error
		body, err = json.Marshal(in)
		ok(t, err)
		contentType, target = "application/x-amz-json-"+svc.JSONVersion, svc.TargetPrefix+"."+op.Name
	} else {
		form := url.Values{"Action": {op.Name}, "Version": {svc.Version}}
		if svc.Protocol == api.EC2Query {
			in = ec2Names(op, in)
		}
		flatten(form, "", in)
		if svc.Protocol == api.EC2Query {
			form = withoutMember(form)
		}
		body = []byte(form.Encode())
	}
	r, err := http.NewRequest(http.MethodPost, h.url+"/", bytes.NewReader(body))
	ok(t, err)
	r.Header.Set("Content-Type", contentType)
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	return r, body
}

// label is a part of a path that a member fills.
var label = regexp.MustCompile(`\{(\w+)\+?\}`)

// restRequest makes a request of a REST operation: what is no label or query parameter
// stands in the body of a JSON service. A label that has no value gets one.
func (h *house) restRequest(t testing.TB, svc *api.Service, op *api.Operation, in map[string]any) (*http.Request, []byte) {
	t.Helper()
	labels, query, rest := map[string]string{}, url.Values{}, map[string]any{}
	for name, v := range in {
		member := op.Input.Members[slices.IndexFunc(op.Input.Members, func(m api.MemberShape) bool { return m.Name == name })]
		switch member.Location {
		case "uri":
			labels[member.Wire] = fmt.Sprint(v)
		case "querystring":
			query.Set(member.Wire, fmt.Sprint(v))
		default:
			rest[member.Wire] = v
		}
	}
	path := label.ReplaceAllStringFunc(op.URI, func(text string) string {
		if v := labels[label.FindStringSubmatch(text)[1]]; v != "" {
			return v
		}
		return "x"
	})
	var body []byte
	if svc.Protocol == api.RESTJSON && len(rest) > 0 {
		var err error
		body, err = json.Marshal(rest)
		ok(t, err)
	}
	target := h.url + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	r, err := http.NewRequest(op.Method, target, bytes.NewReader(body))
	ok(t, err)
	return r, body
}

// ec2Names are the members of an input under the names of EC2's requests.
func ec2Names(op *api.Operation, in map[string]any) map[string]any {
	named := map[string]any{}
	for name, v := range in {
		member := op.Input.Members[slices.IndexFunc(op.Input.Members, func(m api.MemberShape) bool { return m.Name == name })]
		wire := member.Query
		if wire == "" {
			wire = strings.ToUpper(member.Wire[:1]) + member.Wire[1:]
		}
		named[wire] = v
	}
	return named
}

// withoutMember: EC2's lists are Name.N.
func withoutMember(form url.Values) url.Values {
	flat := url.Values{}
	for name, values := range form {
		flat[strings.ReplaceAll(name, ".member.", ".")] = values
	}
	return flat
}

// flatten writes a value as the query protocol does.
func flatten(form url.Values, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if path != "" {
				name = path + "." + name
			}
			flatten(form, name, member)
		}
	case []any:
		for i, member := range v {
			flatten(form, fmt.Sprintf("%s.member.%d", path, i+1), member)
		}
	default:
		form.Set(path, fmt.Sprint(v))
	}
}

func sign(t testing.TB, r *http.Request, body []byte, service string, c sigv4.Credentials) {
	t.Helper()
	sum := sha256.Sum256(body)
	signer := sigv4.Signer{Region: region, Service: service, RawPath: service == "s3"}
	if service == "files" || service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	}
	ok(t, signer.Sign(r, c, hex.EncodeToString(sum[:]), time.Now()))
}

func do(t *testing.T, r *http.Request) answer {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	ok(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ok(t, err)
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// call makes a signed call.
func (h *house) call(t *testing.T, c sigv4.Credentials, service, operation string, in map[string]any) answer {
	t.Helper()
	svc, op := h.find(t, service, operation)
	r, body := h.request(t, svc, op, in)
	sign(t, r, body, svc.SigningName(), c)
	return do(t, r)
}

func (h *house) find(t testing.TB, service, operation string) (*api.Service, *api.Operation) {
	t.Helper()
	for _, i := range h.services {
		if i.API.Name == service {
			return i.API, i.API.Operation(operation)
		}
	}
	t.Fatalf("no service %s", service)
	return nil, nil
}

// must is call, and it must go well.
func (h *house) must(t *testing.T, c sigv4.Credentials, service, operation string, in map[string]any) answer {
	t.Helper()
	a := h.call(t, c, service, operation, in)
	if a.status != http.StatusOK {
		t.Fatalf("%s: %d %s", operation, a.status, a.body)
	}
	return a
}

// sample is an input that passes validation: required members only, from samples
// by member name.
func sample(t *testing.T, svc *api.Service, op *api.Operation, samples map[string]any) map[string]any {
	t.Helper()
	in := map[string]any{}
	if op.Input == nil || svc == s3api.API { // s3Request fills those
		return in
	}
	value := reflect.ValueOf(op.NewInput()).Elem()
	for i := range op.Input.Members {
		m := &op.Input.Members[i]
		if !m.Required && !alwaysGiven[m.Name] {
			continue
		}
		v, known := samples[m.Name]
		if !known {
			t.Fatalf("%s:%s needs a sample of its member %s (%s): add one", svc.Name, op.Name, m.Name, value.Field(i).Type())
		}
		in[m.Name] = v
	}
	return in
}

// alwaysGiven are optional members that name whom the call is about.
var alwaysGiven = map[string]bool{"UserName": true}
