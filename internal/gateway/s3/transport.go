package s3

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// Limits on the way to the back end.
const (
	dialTime = 10 * time.Second
	// headersTime is from the request's last byte to the answer's first. The AWS CLI and
	// boto3 wait for a minute [botocore: read_timeout]: they get the 503 before.
	headersTime = 45 * time.Second
	// slowTime is headersTime of operations that copy at the back end: S3 itself may take
	// minutes over them [API_CompleteMultipartUpload].
	slowTime    = 15 * time.Minute
	stallTime   = time.Minute // without a byte, either way
	idleTime    = 30 * time.Second
	maxRequests = 1024             // at a time
	slotTime    = 10 * time.Second // that a request waits for one of them
	maxIdle     = 256
	wireBuffer  = 64 << 10 // of a connection, each way: a large object is few system calls
)

// NewTransport is the transport of requests to a back end. dial is for a private socket;
// nil dials the network. It goes through no proxy and asks for no compression: what a
// client gets is what the back end keeps.
func NewTransport(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTime, KeepAlive: idleTime}).DialContext
	}
	return &http.Transport{
		DialContext: dial, TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: headersTime,
		IdleConnTimeout: idleTime, MaxIdleConns: maxIdle, MaxIdleConnsPerHost: maxIdle,
		WriteBufferSize: wireBuffer, ReadBufferSize: wireBuffer,
		DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
	}
}

// transports are the transport for most operations, and the one for those that take long.
func transports(t http.RoundTripper) (quick, slow http.RoundTripper) {
	base, ok := t.(*http.Transport)
	if !ok {
		return t, t
	}
	patient := base.Clone()
	patient.ResponseHeaderTimeout = slowTime
	if base.ResponseHeaderTimeout == 0 || !base.DisableCompression {
		base = base.Clone()
		base.ResponseHeaderTimeout, base.DisableCompression = headersTime, true
	}
	patient.DisableCompression = true
	return base, patient
}

// slots bound how many requests are at the back end.
type slots chan struct{}

func newSlots(n int) slots { return make(slots, n) }

// take waits for a slot, not for long: a client that is told to slow down comes again.
func (s slots) take(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	default:
	}
	t := time.NewTimer(slotTime)
	defer t.Stop()
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return errSlowDown("every request to the back end that may be under way is")
	}
}

func (s slots) give() { <-s }

func errSlowDown(why string) *api.Error {
	return &api.Error{Code: "SlowDown", Status: http.StatusServiceUnavailable, Fault: true, Message: "Please reduce your request rate.", Log: why}
}
