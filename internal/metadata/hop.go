package metadata

import (
	"context"
	"net"
)

// connKey is the key of a request's connection in its context.
type connKey struct{}

// ConnContext is for the ConnContext of an http.Server whose handler is the metadata
// service: without it, and on connections that are not TCP, there is no hop limit.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// limitHops lets the answer go no further than so many hops: whoever forwards packets of
// an instance to somewhere else does not forward its tokens
// [configuring-instance-metadata-service, HttpPutResponseHopLimit]. It holds for the
// connection from then on: what comes later is for who has the token.
func limitHops(ctx context.Context, hops int) {
	if c, ok := ctx.Value(connKey{}).(*net.TCPConn); ok && hops >= 1 && hops <= 64 {
		setHopLimit(c, hops)
	}
}
