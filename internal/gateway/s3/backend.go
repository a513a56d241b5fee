package s3

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/gatehouse-iam/gatehouse/internal/api"
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
}

// Backend sends requests to an S3 back end.
type Backend struct{ BackendOptions }

// NewBackend returns a Backend.
func NewBackend(o BackendOptions) *Backend { return &Backend{o} }

// Do makes a request of an operation's input struct, signs it and sends it. body may be
// nil; length is its length. The answer is one of 2xx or 304: anything else is the error
// that the client gets, an *api.Error. The caller closes the answer's body.
func (b *Backend) Do(ctx context.Context, op *api.Operation, in any, body io.Reader, length int64) (*http.Response, error) {
	return nil, api.Errorf(http.StatusNotImplemented, "NotImplemented", "not built")
}
