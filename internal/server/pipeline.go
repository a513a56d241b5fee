package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/payload"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// exchange is one request on its way through the pipeline.
type exchange struct {
	w         http.ResponseWriter
	r         *http.Request
	call      api.Call
	signature sigv4.Signature
	routed    *http.Request // r, with what S3 takes from the host and a presigned query in its place
	body      []byte
	streamed  *payload.Body // of an operation that takes a stream
	patient   bool          // the connection's deadlines are the body's
	op        *operation    // nil until it is known
	caller    *authn.Caller
	in, out   any
	denial    *authz.Denial
	event     string // the id of the event, once it has one
	journaled bool   // the event was committed with the change
	owner     bool   // unsigned, over the control socket
	buffer    []byte // of the body
	answer    []byte // of the answer
}

// maxKept is the largest buffer that is kept for the next request.
const maxKept = 64 << 10

var exchanges = sync.Pool{New: func() any { return &exchange{buffer: make([]byte, 0, 4<<10)} }}

// ServeHTTP walks one request through the pipeline.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchanges.Get().(*exchange)
	defer x.release()
	defer s.logPanic(x)
	s.begin(x, w, r)
	if s.redirectsBrowser(w, r) {
		return
	}
	answer, err := s.runSafely(x)
	failure := s.withMessage(x, s.answerable(x, err))
	if failure != nil {
		answer = s.encodeFailure(x, failure)
	}
	s.record(x, failure)
	s.send(w, x, answer)
}

func (x *exchange) release() {
	buffer, answer, headers := x.buffer[:0], x.answer[:0], x.signature.SignedHeaders[:0]
	*x = exchange{buffer: buffer, answer: answer}
	x.signature.SignedHeaders = headers // Parse uses its memory again
	if cap(buffer) <= maxKept && cap(answer) <= maxKept {
		exchanges.Put(x)
	}
}

// begin notes what is known of any request.
func (s *Server) begin(x *exchange, w http.ResponseWriter, r *http.Request) {
	x.w, x.r = w, r
	source, secure := s.source(r)
	x.call = api.Call{
		Region: s.Region, Time: s.Clock(), RequestID: newID(),
		SourceIP: source, Secure: secure, TLSVersion: tlsVersion(r.TLS), Host: r.Host, ConsoleURL: s.ConsoleURL,
		UserAgent: first(r.Header["User-Agent"]), Referer: first(r.Header["Referer"]),
	}
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// runSafely is run, and the answer that it gives; a panic becomes an internal failure with a full line in the
// log, and not a connection that ends without a word.
func (s *Server) runSafely(x *exchange) (answer api.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err := s.run(x); err != nil {
		errors.As(err, &x.denial) // a method may ask for more than its row
		return api.Response{}, err
	}
	if x.call.Passed != nil {
		return api.Response{Status: x.call.Passed.Status, Body: x.answer[:0]}, nil
	}
	return api.EncodeOutput(x.answer[:0], x.op.svc, x.op.api, x.out, x.call.RequestID, api.FormOf(x.op.svc, x.r))
}

// logPanic logs a panic outside the steps that runSafely holds, and ends the
// connection: there is no answer.
func (s *Server) logPanic(x *exchange) {
	p := recover()
	if p == nil {
		return
	}
	if p != http.ErrAbortHandler {
		s.Log.Error("panic while answering", append(x.attributes(), "err", fmt.Sprintf("%v\n%s", p, debug.Stack()))...)
	}
	panic(http.ErrAbortHandler)
}

// run walks the steps up to the answer.
func (s *Server) run(x *exchange) error {
	if err := s.Directory.Err(); err != nil { // nothing that is known is sure to be true
		return &api.Error{Code: "ServiceUnavailable", Status: http.StatusServiceUnavailable, Fault: true, Log: err.Error(),
			Message: "The request has failed due to a temporary failure of the server."}
	}
	signed := sigv4.Parse(x.r, &x.signature)
	x.byOwner(signed)
	found, unknown := s.find(x)
	if !found {
		if unknown, found = s.findInBody(x); !found {
			return unknown
		}
	}
	if err := s.authenticate(x, signed); err != nil {
		return err
	}
	switch {
	case unknown != nil:
		return unknown
	case x.op == nil:
		return errNoService(x.r, &x.signature)
	case !x.op.served:
		return api.NotImplemented(x.op.api)
	}
	if err := s.decode(x); err != nil {
		return err
	}
	return s.handle(x)
}

// findInBody reads the body, which names the operation of a query service, and finds it.
// The error of a body that cannot be read is worded in the service's protocol.
func (s *Server) findInBody(x *exchange) (unknown error, found bool) {
	body, err := readBody(x.r, x.buffer[:0])
	if err != nil {
		x.call.Service, _, _ = s.registry.Find(x.r, nil, x.signature.Service)
		return err, false
	}
	x.body = body
	svc, op, unknown := s.registry.Find(x.r, x.body, x.signature.Service)
	x.call.Service, x.call.Operation, x.op = svc, op, s.operations[op]
	return unknown, true
}

// authenticate finds the caller. Unsigned requests go on only where the operation
// takes them.
func (s *Server) authenticate(x *exchange, signed error) error {
	svc := x.call.Service
	if svc == nil {
		svc = foreignService(x.r)
	}
	if x.owner && x.call.Service != nil {
		return s.authenticateOwner(x, svc)
	}
	if signed != nil {
		if x.op != nil && x.op.api.Anonymous && isMissing(signed) {
			return nil
		}
		return s.unauthenticated(x, svc, signed)
	}
	if x.call.Service == nil { // nothing to verify the scope against
		return errNoService(x.r, &x.signature)
	}
	caller, err := s.authenticator.Authenticate(x.r, &x.signature, x.body, svc, x.call.Time)
	if err != nil {
		return answerFault(svc, err)
	}
	s.identify(x, caller)
	x.call.Signed = signedWith(&x.signature, x.call.Time)
	return nil
}

// identify notes who is calling.
func (s *Server) identify(x *exchange, caller *authn.Caller) {
	x.caller = caller
	x.call.Principal, x.call.Account = caller.Principal, caller.Principal.Account
	x.call.Region = s.Region
	if svc := x.call.Service; svc != nil {
		x.call.Region = s.regionOf(svc)
	}
}

func isMissing(err error) bool {
	var e *sigv4.Error
	return errors.As(err, &e) && e.Fault == sigv4.MissingToken
}

func (s *Server) unauthenticated(x *exchange, svc *api.Service, err error) error {
	var e *sigv4.Error
	if errors.As(err, &e) {
		inQuery := len(x.r.Header["Authorization"]) == 0
		return (&authn.Fault{Kind: authn.Signature, Signature: e, Presigned: inQuery, Now: x.call.Time}).Answer(svc)
	}
	return err
}

func answerFault(svc *api.Service, err error) error {
	var fault *authn.Fault
	if errors.As(err, &fault) {
		return fault.Answer(svc)
	}
	return err
}

// regionOf is the region of the endpoint called: global services have one (K-06).
func (s *Server) regionOf(svc *api.Service) string {
	if svc.Global {
		return "us-east-1"
	}
	return s.Region
}

func (s *Server) decode(x *exchange) error {
	if x.op.svc.Protocol == api.RESTXML {
		if err := s.takeBody(x); err != nil {
			return err
		}
	}
	in, err := api.DecodeInput(x.op.svc, x.op.api, x.routed, x.body)
	if err != nil {
		return err
	}
	x.in = in
	if e := api.Validate(x.op.svc, x.op.api, in); e != nil {
		return e
	}
	return nil
}

// handle decides the call and runs its method. A write is decided first without
// waiting for other writers, and again in its transaction.
func (s *Server) handle(x *exchange) error {
	v := s.Directory.View(x.call.Account)
	if err := s.authorize(x, v); err != nil {
		return err
	}
	s.used(x)
	if x.op.method.Read != nil {
		out, err := x.op.method.Read(x.r.Context(), &x.call, v, x.in)
		x.out = out
		if err == nil {
			err = x.finishBody()
		}
		return err
	}
	ctx, cancel := x.writeContext()
	defer cancel()
	var prepared any
	if x.op.method.Prepare != nil {
		p, err := x.op.method.Prepare(ctx, &x.call, x.in)
		if err == nil {
			err = x.finishBody()
		}
		if err != nil {
			return err
		}
		prepared = p
	}
	return s.write(ctx, x, prepared)
}

// writeTime bounds a write that waits for others, once it was allowed.
const writeTime = time.Minute

// writeContext is the context of a write. A call that came whole is carried out
// whatever its client does then: many close their sending side behind a request,
// and net/http cannot tell that from one that is gone. A stream ends with its client.
func (x *exchange) writeContext() (context.Context, context.CancelFunc) {
	ctx := x.r.Context()
	if x.call.Body != nil {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), writeTime)
}

// write runs the method in a transaction that starts at the newest state; where
// that is not the state that the call was decided on, it is decided again.
func (s *Server) write(ctx context.Context, x *exchange, prepared any) error {
	err := s.Directory.Update(ctx, x.call.Account, func(tx *directory.Tx) error {
		if x.caller != nil && !x.caller.Still(&tx.View) {
			return answerFault(x.op.svc, &authn.Fault{Kind: authn.InvalidToken})
		}
		if err := s.authorize(x, &tx.View); err != nil {
			return err
		}
		out, err := x.op.method.Write(ctx, &x.call, tx, x.in, prepared)
		if err != nil {
			return err
		}
		if err := x.finishBody(); err != nil {
			return err
		}
		x.out = out
		entry := x.entry(newID(), nil)
		tx.Event(entry.EventID, journal.AppendEvent(nil, &entry))
		return nil
	})
	if err != nil {
		x.out = nil
	}
	x.journaled = err == nil
	return err
}

func (s *Server) authorize(x *exchange, v *directory.View) error {
	if err := authz.SessionLimit(&x.call); err != nil {
		return err
	}
	err := authz.Authorize(v, &x.call, x.op.row, x.in)
	if denial, ok := err.(*authz.Denial); ok {
		x.denial = denial
	}
	return err
}

// used notes the use of the access key, or of the role behind a session.
func (s *Server) used(x *exchange) {
	if x.caller != nil {
		x.caller.Use.Note(x.op.svc.SigningName(), x.call.Region, x.call.Time)
	}
}

// redirectsBrowser sends a browser that opens the API's address to the console.
func (s *Server) redirectsBrowser(w http.ResponseWriter, r *http.Request) bool {
	if s.ConsoleURL == "" || r.Method != http.MethodGet || r.URL.Path != "/" || r.URL.RawQuery != "" || r.Header.Get("Authorization") != "" {
		return false
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false
	}
	http.Redirect(w, r, s.ConsoleURL, http.StatusFound)
	return true
}
