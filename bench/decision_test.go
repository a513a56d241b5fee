package main

import (
	"context"
	"github.com/gatehouse-iam/gatehouse/internal/node"
	"net/url"
	"testing"
)

// BenchmarkDecide verifies, looks up and decides one request.
func BenchmarkDecide(b *testing.B) {
	ctx := context.Background()
	n, err := startNode(ctx, node.S3Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close(ctx)
	w, err := build(n.URL())
	if err != nil {
		b.Fatal(err)
	}
	for name, c := range map[string]struct{ session bool }{"key": {false}, "session": {true}} {
		b.Run(name, func(b *testing.B) {
			credentials := w.user
			if c.session {
				credentials = w.session
			}
			r, body, err := request(w.endpoint, "iam", "GetRole", url.Values{"RoleName": {"bench-role"}}, credentials)
			if err != nil {
				b.Fatal(err)
			}
			decide := decider(n.Authenticator(), r, body)
			b.ReportAllocs()
			for b.Loop() {
				if err := decide(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
