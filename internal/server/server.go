// Package server is the listeners and the one pipeline that every request of
// every service walks: operation → authenticate → decode and validate → authorize
// → handle in one transaction → journal → encode. There is no second way in.
package server

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Journal takes in what happened.
type Journal interface {
	Record(e *journal.Entry)
}

// Options of a Server. All but Clock, Log and TrustedProxies are needed.
type Options struct {
	Region          string
	ConsoleURL      string // as people reach it; "" for no console
	Directory       *directory.Directory
	Tokens          *authn.Tokens
	Journal         Journal
	Messages        *journal.Messages // behind the refusals of EC2; nil for none
	Implementations []services.Implementation
	TrustedProxies  []netip.Prefix
	S3Hosts         []string // names under which BUCKET.HOST is a bucket; nil for localhost's
	Clock           func() time.Time
	Log             *slog.Logger
}

// Server answers the API listener. It is an http.Handler.
type Server struct {
	Options
	registry      *api.Registry
	authenticator *authn.Authenticator
	operations    map[*api.Operation]*operation
	metrics       *metrics
	hosts         hosts
	s3            *api.Service // nil where it is not served
}

// operation is one operation as it is served.
type operation struct {
	api     *api.Operation
	svc     *api.Service
	method  services.Method
	row     authz.Row
	served  bool // it has a method
	streams bool // its input's body is a stream
}

// New returns a Server, or what is wrong with the implementations: every method
// has its row, every row its method, and both an operation of the model.
func New(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{Options: o, operations: map[*api.Operation]*operation{}, metrics: newMetrics()}
	var all []*api.Service
	var names []string
	for _, i := range o.Implementations {
		if err := s.add(i); err != nil {
			return nil, err
		}
		all, names = append(all, i.API), append(names, i.API.SigningNames()...)
		if i.API.Name == "s3" {
			s.s3 = i.API
		}
	}
	s.hosts = newHosts(o.S3Hosts, o.Region, names)
	s.registry = api.NewRegistry(all...)
	s.authenticator = authn.New(o.Directory, o.Tokens, o.Region, all)
	return s, nil
}

func (s *Server) add(i services.Implementation) error {
	for _, op := range i.API.Operations {
		method, served := i.Methods[op.Name]
		s.operations[op] = &operation{api: op, svc: i.API, method: method, row: i.Rows[op.Name], served: served, streams: op.Streaming && takesBlob(op)}
		s.metrics.serve(i.API, op)
		if served != (i.Rows[op.Name] != nil) {
			return fmt.Errorf("server: %s:%s has a method or an authorization row, but not both", i.API.Name, op.Name)
		}
	}
	for _, name := range append(slices.Collect(maps.Keys(i.Methods)), slices.Collect(maps.Keys(i.Rows))...) {
		if i.API.Operation(name) == nil {
			return fmt.Errorf("server: %s has no operation %s", i.API.Name, name)
		}
	}
	return nil
}

// takesBlob says whether the operation's body is bytes, and not a document.
func takesBlob(op *api.Operation) bool {
	return op.Input != nil && slices.ContainsFunc(op.Input.Members, func(m api.MemberShape) bool { return m.Payload && m.Shape.Kind == api.Blob })
}

// OperationStatus says whether an operation is served.
type OperationStatus struct {
	Service, Operation string
	Action             string // what policies call it
	Implemented        bool
	Row                authz.Row
}

// Operations lists every operation of every service, from the table that serves.
func (s *Server) Operations() []OperationStatus {
	var list []OperationStatus
	for _, svc := range s.registry.Services() {
		for _, op := range svc.Operations {
			list = append(list, OperationStatus{svc.Name, op.Name, op.Action, s.operations[op].served, s.operations[op].row})
		}
	}
	return list
}

// transferTime is how long a request that is not streamed may take to arrive, or
// an answer to be taken: who is slower holds a connection and its memory.
const transferTime = time.Minute

// maxHeader bounds the request line with all headers; net/http allows 4 KiB more, and
// answers 431 beyond. A presigned URL with the largest session token, each byte of it
// escaped, needs less than half: conditions and patterns are laid on what is in it,
// and so there is no more to lay them on.
const maxHeader = 32 << 10

// HTTP returns the http.Server of the API listener, with its limits.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler:           s,
		ConnContext:       withPeer,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       transferTime,
		WriteTimeout:      2 * transferTime,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// Authenticator is what authenticates the server's calls.
func (s *Server) Authenticator() *authn.Authenticator { return s.authenticator }
