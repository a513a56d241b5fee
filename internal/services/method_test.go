package services

import (
	"context"
	"errors"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

type in struct{ n int }
type out struct{ n int }

var errRefused = errors.New("refused")

// A method gets its own input type, and gives what its function gives.
func TestMethod(t *testing.T) {
	ctx, call := context.Background(), &api.Call{RequestID: "r"}
	read := Read(func(_ context.Context, c *api.Call, _ *directory.View, i *in) (*out, error) {
		if c != call || i.n < 0 {
			return nil, errRefused
		}
		return &out{i.n + 1}, nil
	})
	write := Write(func(_ context.Context, c *api.Call, _ *directory.Tx, i *in) (*out, error) {
		if c != call || i.n < 0 {
			return &out{-1}, errRefused
		}
		return &out{i.n + 1}, nil
	})
	for name, run := range map[string]func(i *in) (any, error){
		"Read":  func(i *in) (any, error) { return read.Read(ctx, call, nil, i) },
		"Write": func(i *in) (any, error) { return write.Write(ctx, call, nil, i, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			if o, err := run(&in{1}); err != nil || *o.(*out) != (out{2}) {
				t.Error(o, err)
			}
			if o, err := run(&in{-1}); !errors.Is(err, errRefused) || o != nil {
				t.Error("an output comes with an error:", o, err)
			}
		})
	}
	if read.Write != nil || read.Prepare != nil || write.Read != nil || write.Prepare != nil {
		t.Error("a method is more than it was made of")
	}
}

// What was prepared comes into the transaction; what could not be prepared does not.
func TestWritePrepared(t *testing.T) {
	ctx, call := context.Background(), &api.Call{}
	m := WritePrepared(
		func(_ context.Context, _ *api.Call, i *in) (string, error) {
			if i.n < 0 {
				return "", errRefused
			}
			return "prepared", nil
		},
		func(_ context.Context, _ *api.Call, _ *directory.Tx, i *in, p string) (*out, error) {
			return &out{i.n + len(p)}, nil
		})
	p, err := m.Prepare(ctx, call, &in{1})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := m.Write(ctx, call, nil, &in{1}, p); err != nil || *o.(*out) != (out{9}) {
		t.Error(o, err)
	}
	if _, err := m.Prepare(ctx, call, &in{-1}); !errors.Is(err, errRefused) {
		t.Error(err)
	}
	if m.Read != nil {
		t.Error("a write reads")
	}
}
