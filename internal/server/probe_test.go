package server_test

import (
	"context"
	"errors"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// probe is a query service whose operations do what a defect would, or wait where
// a test asks them to.
type probe struct {
	api *api.Service

	prepared chan struct{} // Wait says that it is decided; nil: it does not
	proceed  chan struct{} // … and goes on then
	written  chan struct{} // a token for each write that ran
}

// innermost is what no client may see.
const innermost = "password hunter2 of the database at 10.9.8.7"

func newProbe() *probe {
	operation := func(name string) *api.Operation {
		return &api.Operation{
			Name: name, Action: "probe:" + name, Method: http.MethodPost, URI: "/", ResultWrapper: name + "Result",
			NewInput: func() any { return new(empty) }, NewOutput: func() any { return new(empty) },
		}
	}
	svc := &api.Service{
		Name: "probe", ID: "Probe", Version: "2026-02-02", Protocol: api.Query, EventSource: "probe.amazonaws.com",
		Namespace:  "https://probe.example/doc/2026-02-02/",
		Operations: []*api.Operation{operation("Break"), operation("Knock"), operation("Misfit"), operation("Panic"), operation("Wait")},
	}
	svc.Operations[1].Anonymous = true
	svc.Operations[2].Output = &api.Shape{Name: "MisfitOutput", Kind: api.Structure, Members: []api.MemberShape{{Name: "A", Wire: "A", Shape: text}}}
	return &probe{api: svc, written: make(chan struct{}, 100)}
}

func (p *probe) implementation() services.Implementation {
	own := func(q *authz.Question, _ any) error {
		q.On("*")
		return nil
	}
	return services.Implementation{
		API: p.api,
		Methods: map[string]services.Method{
			"Break": services.Read(func(context.Context, *api.Call, *directory.View, *empty) (*empty, error) {
				return nil, errors.New(innermost)
			}),
			"Knock": services.Write(p.write),
			"Misfit": services.Read(func(context.Context, *api.Call, *directory.View, *empty) (*empty, error) {
				return new(empty), nil // not the struct that its shape describes
			}),
			"Panic": services.Write(func(context.Context, *api.Call, *directory.Tx, *empty) (*empty, error) { panic(innermost) }),
			"Wait": services.WritePrepared(p.wait, func(ctx context.Context, call *api.Call, tx *directory.Tx, in *empty, _ bool) (*empty, error) {
				return p.write(ctx, call, tx, in)
			}),
		},
		Rows: authz.Table{"Break": own, "Knock": authz.Free, "Misfit": own, "Panic": own, "Wait": own},
	}
}

func (p *probe) wait(context.Context, *api.Call, *empty) (bool, error) {
	if p.prepared != nil {
		p.prepared <- struct{}{}
		<-p.proceed
	}
	return true, nil
}

func (p *probe) write(context.Context, *api.Call, *directory.Tx, *empty) (*empty, error) {
	p.written <- struct{}{}
	return nil, nil
}
