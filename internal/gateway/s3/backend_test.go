package s3

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/payload"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

var nothing = slog.New(slog.DiscardHandler)

// got is a request as a back end saw it.
type got struct {
	mu      sync.Mutex
	request *http.Request
	body    string
	err     error
}

func (g *got) take(r *http.Request) {
	text, err := io.ReadAll(r.Body)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.request, g.body, g.err = r, string(text), err
}

// A request to the back end has what the model has and we sign, and nothing that is
// decided here.
func TestWhatIsSent(t *testing.T) {
	var g got
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) {
		g.take(r)
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("X-Amz-Request-Id", "theirs")
		w.Header().Set("Set-Cookie", "a=b")
		w.Header().Set("X-Amz-Version-Id", "v")
	})
	f := newObjectFixture(t, b)
	own := ownerOf(firstAccount).ID
	a := f.must("PutObject", &s3.PutObjectInput{
		Bucket: ptr("photos"), Key: ptr("a b/é"), ACL: ptr("bucket-owner-full-control"), GrantFullControl: ptr(`id="` + *own + `"`),
		ExpectedBucketOwner: ptr(firstAccount), RequestPayer: ptr("requester"), ContentLength: ptr(int64(999)), ContentMD5: ptr("XrY7u+Ae7tCTyyK7j1rNww=="),
		ContentEncoding: ptr("aws-chunked"), ContentType: ptr("text/plain"), Metadata: map[string]string{"who": "ana"}, Tagging: ptr("b=2&a=1%202"),
		IfNoneMatch: ptr("*"), StorageClass: ptr("STANDARD_IA"), ServerSideEncryption: ptr("AES256"),
	}, "hello world")
	r := g.request
	if r.Method != "PUT" || r.RequestURI != "/photos/a%20b/%C3%A9" || g.body != "hello world" || r.ContentLength != 11 {
		t.Errorf("%s %s %q", r.Method, r.RequestURI, g.body)
	}
	var names []string
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	want := "Authorization,Content-Length,Content-Md5,Content-Type,If-None-Match,User-Agent,X-Amz-Content-Sha256,X-Amz-Date,X-Amz-Meta-Who,X-Amz-Server-Side-Encryption,X-Amz-Storage-Class,X-Amz-Tagging"
	if have := strings.Join(names, ","); have != want {
		t.Errorf("headers\n %s\nwant\n %s", have, want)
	}
	if r.Header.Get("X-Amz-Tagging") != "a=1+2&b=2" {
		t.Error(r.Header.Get("X-Amz-Tagging"))
	}
	if len(a.header) != 2 || a.header.Get("Etag") != `"e"` || a.header.Get("X-Amz-Version-Id") != "v" {
		t.Errorf("the client got %v", a.header)
	}
}

// What the back end is asked for is what the call was decided on, whatever is in a name.
func TestDecidedIsSent(t *testing.T) {
	var g got
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) {
		g.take(r)
		if r.Header.Get("X-Amz-Copy-Source") != "" {
			io.WriteString(w, "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>")
		}
	})
	f := newObjectFixture(t, b)
	pieces := []string{"a", "b", "/", "/", ".", "..", "%", "%2F", "%2e", "+", " ", "?", "#", "&", "=", "versionId", ";", "é", "e\u0301", "\\", "\x00", "\xff", ":", "photos", "\n", "\"", "<"}
	random := rand.New(rand.NewPCG(6, 1))
	text := func() (s string) {
		for range 1 + random.IntN(8) {
			s += pieces[random.IntN(len(pieces))]
		}
		return s
	}
	sent := 0
	for range 3000 {
		key, version := text(), text()
		if random.IntN(2) == 0 {
			version = "v1.2-3_4"
		}
		g.request = nil
		_, err := f.ask(rootOf(firstAccount), "GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: &key, VersionId: &version}, nil, 0)
		if err != nil {
			if g.request != nil {
				t.Fatalf("%v, and yet it was asked", err)
			}
			continue
		}
		sent++
		path, _ := url.PathUnescape(strings.TrimPrefix(g.request.URL.EscapedPath(), "/photos/"))
		if path != key || !strings.HasPrefix(g.request.RequestURI, "/photos/") || g.request.URL.Query().Get("versionId") != version || len(g.request.URL.Query()) != 1 {
			t.Fatalf("%q %q became %s", key, version, g.request.RequestURI)
		}
		copied(t, f, &g, key, version)
	}
	if sent < 300 {
		t.Errorf("only %d requests were sent", sent)
	}
}

// copied copies the version of the key: the header that is sent says just that.
func copied(t *testing.T, f *objectFixture, g *got, key, version string) {
	t.Helper()
	header := "photos/" + escapeKey(key) + "?versionId=" + url.QueryEscape(version)
	if _, err := f.ask(rootOf(firstAccount), "CopyObject", &s3.CopyObjectInput{Bucket: ptr("photos"), Key: ptr("to"), CopySource: &header}, nil, 0); err != nil {
		t.Fatalf("%q: %v", header, err)
	}
	sent := g.request.Header.Get("X-Amz-Copy-Source")
	source, query, _ := strings.Cut(sent, "?")
	source, _ = url.PathUnescape(source)
	query, _ = url.QueryUnescape(query)
	if source != "/photos/"+key || query != "versionId="+version {
		t.Fatalf("%q became %q", header, sent)
	}
}

// The back end's path goes before, and its region and key sign.
func TestBackendUnderAPath(t *testing.T) {
	var g got
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) { g.take(r) })
	at := *b.URL
	at.Path = "/s3/"
	o := b.BackendOptions
	o.URL = &at
	f := newObjectFixture(t, NewBackend(o))
	f.get("k")
	if g.request.RequestURI != "/s3/photos/k" || !strings.Contains(g.request.Header.Get("Authorization"), "/eu-west-1/s3/") {
		t.Error(g.request.RequestURI)
	}
}

func errorXML(code, more string) string {
	return "<Error><Code>" + code + "</Code><Message>secret of the back end</Message>" + more + "</Error>"
}

// Only errors that are the client's affair reach it; a back end that refuses us is one
// that is not there, and its words stay inside.
func TestRefusals(t *testing.T) {
	var status int
	var body string
	log := &syncBuffer{}
	b := fakeBackendWith(t, BackendOptions{Log: slog.New(slog.NewTextHandler(log, nil))}, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	})
	f := newObjectFixture(t, b)
	for _, c := range []struct {
		status int
		body   string
		want   int
		code   string
	}{
		{404, errorXML("NoSuchKey", ""), 404, "NoSuchKey"},
		{404, errorXML("NoSuchBucket", ""), 404, "NoSuchBucket"},
		{416, errorXML("InvalidRange", "<ActualObjectSize>5</ActualObjectSize>"), 416, "InvalidRange"},
		{412, errorXML("PreconditionFailed", ""), 412, "PreconditionFailed"},
		{400, errorXML("SomethingOfTheirs", ""), 400, "InvalidRequest"},
		{409, errorXML("ObjectParentIsFile", ""), 400, "InvalidRequest"},
		{403, errorXML("AccessDenied", ""), 503, "ServiceUnavailable"},
		{403, errorXML("SignatureDoesNotMatch", ""), 503, "ServiceUnavailable"},
		{403, errorXML("InvalidAccessKeyId", ""), 503, "ServiceUnavailable"},
		{403, errorXML("RequestTimeTooSkewed", ""), 503, "ServiceUnavailable"},
		{400, errorXML("ExpiredToken", ""), 503, "ServiceUnavailable"},
		{400, errorXML("AuthorizationHeaderMalformed", ""), 503, "ServiceUnavailable"},
		{301, errorXML("PermanentRedirect", ""), 503, "ServiceUnavailable"},
		{307, "", 503, "ServiceUnavailable"},
		{500, errorXML("InternalError", ""), 503, "ServiceUnavailable"},
		{500, errorXML("NoSuchKey", ""), 503, "ServiceUnavailable"},
		{503, errorXML("SlowDown", ""), 503, "SlowDown"},
		{429, "", 503, "SlowDown"},
		{502, "<html>", 503, "ServiceUnavailable"},
		{401, "", 503, "ServiceUnavailable"},
	} {
		status, body = c.status, c.body
		e := f.fails("GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k")}, c.want, c.code)
		if strings.Contains(e.Message, "secret") || (e.Status == 503) != e.Fault {
			t.Errorf("%d %s: %+v", c.status, c.body, e)
		}
	}
	if text := log.String(); !strings.Contains(text, "SignatureDoesNotMatch") || !strings.Contains(text, "AccessDenied") {
		t.Error("an operator is told nothing:", text)
	}
	status, body = 200, errorXML("NoSuchUpload", "")
	complete := &s3.CompleteMultipartUploadInput{Bucket: ptr("photos"), Key: ptr("k"), UploadId: ptr("u"), MultipartUpload: &s3.CompletedMultipartUpload{Parts: []s3.CompletedPart{{ETag: ptr("e"), PartNumber: ptr(int32(1))}}}}
	f.fails("CompleteMultipartUpload", complete, 404, "NoSuchUpload")
	body = errorXML("InternalError", "")
	f.fails("CopyObject", &s3.CopyObjectInput{Bucket: ptr("photos"), Key: ptr("k"), CopySource: ptr("photos/x")}, 503, "ServiceUnavailable")
	body = "<ListBucketResult><Contents>"
	f.fails("ListObjectsV2", &s3.ListObjectsV2Input{Bucket: ptr("photos")}, 503, "ServiceUnavailable")
}

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// A back end that is down, or breaks off, is 503 or a broken answer, never a whole one.
func TestBackendThatFails(t *testing.T) {
	down := httptest.NewServer(http.NotFoundHandler())
	at, _ := url.Parse(down.URL)
	down.Close()
	f := newObjectFixture(t, NewBackend(BackendOptions{URL: at, Region: "r", Log: slog.New(slog.DiscardHandler),
		Credentials: func(context.Context) (sigv4.Credentials, error) { return backendKey, nil }}))
	in := &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k")}
	f.fails("GetObject", in, 503, "ServiceUnavailable")
	f.fails("PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("k")}, 503, "ServiceUnavailable", "x")

	breaks := newObjectFixture(t, fakeBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	if a, err := breaks.ask(rootOf(firstAccount), "GetObject", in, nil, 0); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%+v %v", a, err)
	}
	breaks.fails("ListObjectsV2", &s3.ListObjectsV2Input{Bucket: ptr("photos")}, 503, "ServiceUnavailable")

	none := newObjectFixture(t, nil)
	none.fails("GetObject", in, 501, "NotImplemented")
}

// A back end that stalls is given up, before its answer and within it; a client that goes
// away ends the request.
func TestBackendThatStalls(t *testing.T) {
	release := make(chan struct{})
	began := make(chan struct{}, 4)
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "half")
			w.(http.Flusher).Flush()
		}
		began <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	b.stall = 20 * time.Millisecond
	b.quick.(*http.Transport).ResponseHeaderTimeout = 20 * time.Millisecond
	f := newObjectFixture(t, b)
	if _, err := f.ask(rootOf(firstAccount), "GetObject", &s3.GetObjectInput{Bucket: ptr("photos"), Key: ptr("k")}, nil, 0); err == nil {
		t.Error("half an object is whole")
	}
	<-began
	f.fails("PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("k")}, 503, "ServiceUnavailable", "x")
	<-began
	big := int64(64 << 20) // more than the buffers on the way hold
	_, err := f.ask(rootOf(firstAccount), "PutObject", &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("k")}, &brokenBody{int(big)}, big)
	isRefusal(t, "PutObject", err, 503, "ServiceUnavailable", "")
	<-began

	b.quick.(*http.Transport).ResponseHeaderTimeout = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	call := f.call(rootOf(firstAccount), "HeadObject")
	if _, err := f.run(ctx, call, &s3.HeadObjectInput{Bucket: ptr("photos"), Key: ptr("k")}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(b.slots) != 0 {
		t.Errorf("%d requests are under way", len(b.slots))
	}
}

// A back end that does not answer is given up before the AWS CLI and boto3 give up the
// call (botocore's read_timeout: 60 seconds), so that they read why.
func TestPatience(t *testing.T) {
	const readTimeout = time.Minute
	quick, slow := transports(NewTransport(nil))
	if got := quick.(*http.Transport).ResponseHeaderTimeout; got <= 0 || got > readTimeout-dialTime {
		t.Errorf("%v", got)
	}
	if got := slow.(*http.Transport).ResponseHeaderTimeout; got <= readTimeout {
		t.Errorf("%v for what copies", got)
	}
}

// A success that comes before the whole body is none, and what is wrong with the body
// goes before what the back end says of it.
func TestEarlyAnswers(t *testing.T) {
	status := 200
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
	f := newObjectFixture(t, b)
	in := &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("k")}
	size := int64(16 << 20)
	_, err := f.ask(rootOf(firstAccount), "PutObject", in, io.LimitReader(zeros{}, size), size)
	isRefusal(t, "PutObject", err, 503, "ServiceUnavailable", "")
	status = 412
	_, err = f.ask(rootOf(firstAccount), "PutObject", in, io.LimitReader(zeros{}, size), size)
	if code(err) != "PreconditionFailed" && code(err) != "ServiceUnavailable" { // the latter where the connection broke first
		t.Error(err)
	}
	f.fails("PutObject", in, 412, "PreconditionFailed", "small")
	_, err = f.ask(rootOf(firstAccount), "PutObject", in, strings.NewReader("x"), -1)
	isRefusal(t, "PutObject", err, 411, "MissingContentLength", "")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A trailer goes on as it came, in a frame that a verifier takes [sigv4-streaming-trailers].
func TestTrailerOnTheWay(t *testing.T) {
	var content, name, value string
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := payload.Open(payload.Options{Body: r.Body, Header: r.Header, ContentLength: r.ContentLength, PayloadHash: r.Header.Get("X-Amz-Content-Sha256")})
		if err != nil {
			t.Error(err)
			return
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Error(err)
		}
		content = string(text)
		name, value = body.Trailer()
		if encoding := r.Header.Get("Content-Encoding"); encoding != "aws-chunked,gzip" {
			t.Error(encoding)
		}
	})
	f := newObjectFixture(t, b)
	in := &s3.PutObjectInput{Bucket: ptr("photos"), Key: ptr("k"), ContentEncoding: ptr("gzip")}
	body := &trailedBody{strings.NewReader("123456789"), "x-amz-checksum-crc32", "y/Q5Jg=="}
	if _, err := f.ask(rootOf(firstAccount), "PutObject", in, body, 9); err != nil {
		t.Fatal(err, detailOf(err))
	}
	if content != "123456789" || name != "x-amz-checksum-crc32" || value != "y/Q5Jg==" {
		t.Errorf("%q %s %s", content, name, value)
	}
}

// A request that waits too long for a free slot is told to slow down.
func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		if err := s.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		isRefusal(t, "take", s.take(t.Context()), 503, "SlowDown", "")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.take(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		go func() { time.Sleep(slotTime / 2); s.give() }()
		if err := s.take(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Documents carry checksums of their own text, and not the client's [API_DeleteObjects].
func TestDocuments(t *testing.T) {
	var g got
	b := fakeBackend(t, func(w http.ResponseWriter, r *http.Request) { g.take(r) })
	f := newObjectFixture(t, b)
	f.must("PutObjectTagging", &s3.PutObjectTaggingInput{Bucket: ptr("photos"), Key: ptr("k"), ContentMD5: ptr("AAAAAAAAAAAAAAAAAAAAAA=="), ChecksumAlgorithm: ptr("CRC32"),
		Tagging: &s3.Tagging{TagSet: []s3.Tag{{Key: ptr("k"), Value: ptr("v")}}}})
	h := g.request.Header
	if sum := h.Get("Content-Md5"); sum == "" || sum == "AAAAAAAAAAAAAAAAAAAAAA==" || h.Get("X-Amz-Sdk-Checksum-Algorithm") != "" || len(h.Get("X-Amz-Content-Sha256")) != 64 {
		t.Errorf("%v", h)
	}
	if g.request.ContentLength != int64(len(g.body)) || !strings.Contains(g.body, "<Key>k</Key>") {
		t.Errorf("%s of %s", strconv.Quote(g.body), strconv.FormatInt(g.request.ContentLength, 10))
	}
}

// Every operation of the model has its passage, and none lets through what is withheld.
func TestPassages(t *testing.T) {
	for _, op := range s3.API.Operations {
		p := passages[op]
		if p == nil {
			t.Fatalf("%s has no passage", op.Name)
		}
		if op.Input == nil {
			continue
		}
		for i, m := range op.Input.Members {
			if withheld[m.Name] && m.Location != "uri" && !slices.Contains(p.withheld, i) {
				t.Errorf("%s.%s is sent", op.Name, m.Name)
			}
		}
	}
}
