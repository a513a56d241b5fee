package s3

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// BackendOptions say where a back end is.
type BackendOptions struct {
	URL         *url.URL // http or https; path-style requests go under its path
	Region      string   // that requests to it are signed for
	Credentials func(context.Context) (sigv4.Credentials, error)
	Transport   http.RoundTripper // that of the private socket, or nil for the network's
	// Ready waits until the back end takes requests, or says why not; nil: it does.
	Ready func(context.Context) error
	// Embedded: the back end is the built-in one, with its limits.
	Embedded bool
	Clock    func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: slog.Default()
}

// Backend sends requests to an S3 back end.
type Backend struct {
	BackendOptions
	prefix      string // escaped path of the URL, without a slash at its end
	signer      sigv4.Signer
	quick, slow http.RoundTripper
	slots       slots
	stall       time.Duration // stallTime
}

// NewBackend returns a Backend.
func NewBackend(o BackendOptions) *Backend {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Transport == nil {
		o.Transport = NewTransport(nil)
	}
	b := &Backend{
		BackendOptions: o, prefix: strings.TrimSuffix(o.URL.EscapedPath(), "/"),
		signer: sigv4.Signer{Region: o.Region, Service: "s3", RawPath: true}, slots: newSlots(maxRequests), stall: stallTime,
	}
	b.quick, b.slow = transports(o.Transport)
	return b
}

// Do makes a request of an operation's input struct, signs it and sends it. body may be
// nil; length is its length. The answer is one of 2xx or 304: anything else is the error
// that the client gets, an *api.Error. The caller closes the answer's body.
//
// What the model has goes out and nothing else: not the client's credentials, and not the
// members that are decided here (withheld).
func (b *Backend) Do(ctx context.Context, op *api.Operation, in any, body io.Reader, length int64) (*http.Response, error) {
	if b == nil {
		return nil, errNoBackend()
	}
	p := passages[op]
	if err := p.check(in, b.Embedded); err != nil {
		return nil, err
	}
	out, err := api.EncodeRequest(s3.API, op, p.withhold(in))
	if err != nil {
		return nil, err
	}
	l, err := b.load(out, body, length)
	if err != nil {
		return nil, err
	}
	answer, err := b.send(ctx, p, out, l)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 == 2 || answer.StatusCode == http.StatusNotModified {
		return answer, nil
	}
	defer answer.Body.Close()
	return nil, b.refusal(op, in, answer)
}

// send signs a request and sends it. A back end that cannot be asked is one that is down.
func (b *Backend) send(ctx context.Context, p *passage, out *api.Outgoing, l *load) (*http.Response, error) {
	if b.Ready != nil {
		if err := b.Ready(ctx); err != nil {
			return nil, b.unavailable(ctx, err)
		}
	}
	if err := b.slots.take(ctx); err != nil {
		return nil, err
	}
	d := newDelivery(ctx, b.slots, b.stall)
	r, err := b.request(d.ctx, out, l)
	if err != nil {
		d.end()
		return nil, b.unavailable(ctx, err)
	}
	if err := d.carry(p.transport(b), r, l); err != nil {
		d.end()
		return nil, b.unavailable(ctx, err)
	}
	return d.answer, nil
}

// request is the signed request.
func (b *Backend) request(ctx context.Context, out *api.Outgoing, l *load) (*http.Request, error) {
	path, err := url.PathUnescape(b.prefix + out.Path)
	if err != nil {
		return nil, err
	}
	r := &http.Request{
		Method: out.Method, Host: b.URL.Host, Header: out.Header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		URL:           &url.URL{Scheme: b.URL.Scheme, Host: b.URL.Host, Path: path, RawPath: b.prefix + out.Path, RawQuery: out.Query},
		ContentLength: l.length,
	}
	r.Header["User-Agent"] = userAgent
	c, err := b.Credentials(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.signer.Sign(r, c, l.hash, b.Clock()); err != nil {
		return nil, err
	}
	return r.WithContext(ctx), nil
}

var userAgent = []string{"gatehouse"}
