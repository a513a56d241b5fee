package process

import (
	"bytes"
	"io"
	"net/http"
)

// NewClient is an HTTP client for an AWS SDK for Go, with connections that no
// other client shares.
//
// It hands the transport a copy of each request's body. The SDK closes its own as
// soon as it has the head of an answer; where the transport is still at the end of
// it, because the answer came so fast, it gives the connection up and a long answer
// breaks off: "use of closed network connection" (aws/aws-sdk-go-v2#2737).
func NewClient() *http.Client {
	return &http.Client{Transport: copying{http.DefaultTransport.(*http.Transport).Clone()}}
}

type copying struct{ *http.Transport }

// RoundTrip sends the request with a copy of its body.
func (c copying) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return c.Transport.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	sent := r.Clone(r.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	return c.Transport.RoundTrip(sent)
}
