package main

import (
	"crypto/sha256"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
)

// serveProxy is P: net/http's own reverse proxy in front of the back end. hashing
// makes it read bodies through SHA-256, which is what a signed payload needs.
func serveProxy(hashing bool) error {
	to, err := url.Parse(os.Getenv("BENCH_STORE"))
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // it is signed
	}}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hashing {
			h := sha256.New()
			r.Body = hashed{io.TeeReader(r.Body, h), r.Body}
			defer h.Sum(nil)
		}
		proxy.ServeHTTP(w, r)
	}))
	return untilStdinCloses(l.Addr().String())
}

type hashed struct {
	io.Reader
	io.Closer
}
