package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// answerable turns what a step returned into the error that the caller may see.
// Whatever is not made for the caller is InternalFailure outside and a full line
// in the log.
func (s *Server) answerable(x *exchange, err error) *api.Error {
	if err == nil {
		return nil
	}
	var e *api.Error
	if errors.As(err, &e) {
		s.logRefused(x, e)
		return e
	}
	if errors.Is(err, context.Canceled) && x.r.Context().Err() != nil {
		s.Log.Info("the client went away", append(x.attributes(), "err", err)...)
		return &api.Error{Code: "RequestTimeout", Status: http.StatusRequestTimeout, Message: "The request was canceled by the client."}
	}
	s.Log.Error("internal failure", append(x.attributes(), "err", err)...)
	if x.call.Service != nil && x.call.Service == s.s3 { // S3's "List of error codes"
		return &api.Error{Code: "InternalError", Status: http.StatusInternalServerError, Fault: true, Message: "We encountered an internal error. Please try again."}
	}
	return &api.Error{Code: "InternalFailure", Status: http.StatusInternalServerError, Fault: true,
		Message: "The request processing has failed because of an unknown error, exception or failure."}
}

// logRefused writes the one log line of a refused call: denials and what is not
// there are everyday at the info level.
func (s *Server) logRefused(x *exchange, e *api.Error) {
	level := slog.LevelInfo
	if e.Fault {
		level = slog.LevelError
	}
	if !s.Log.Enabled(x.r.Context(), level) {
		return
	}
	attributes := append(x.attributes(), "code", e.Code, "status", e.Status, "message", e.Record())
	if e.Log != "" {
		attributes = append(attributes, "detail", e.Log)
	}
	s.Log.Log(x.r.Context(), level, "refused", attributes...)
}

// attributes say which call a log line is about.
func (x *exchange) attributes() []any {
	a := []any{"request", x.call.RequestID, "source", x.call.SourceIP.String()}
	if x.op != nil {
		a = append(a, "operation", x.op.svc.Name+":"+x.op.api.Name)
	}
	if x.call.Principal != nil {
		return append(a, "caller", x.call.Principal.ARN)
	}
	return append(a, presented(&x.signature)...)
}

// keyID is how ids of access keys look. A secret that was put in its place does not.
var keyID = regexp.MustCompile(`^A(KIA|SIA)[A-Z0-9]{12,124}$`)

// presented is what a caller who is not known signed with: an operator finds whose
// key it is, and that a client is set to another region.
func presented(s *sigv4.Signature) (a []any) {
	if keyID.MatchString(s.AccessKeyID) {
		a = append(a, "key", s.AccessKeyID)
	}
	if scopeWord.MatchString(s.Region) {
		a = append(a, "signed_for", s.Region)
	}
	return a
}

func (x *exchange) entry(id string, failure *api.Error) journal.Entry {
	return journal.Entry{EventID: id, Call: &x.call, Input: x.in, Output: x.out, Failure: failure, Denial: x.denial}
}

// record hands the call to the journal, unless its event was committed with its
// change.
func (s *Server) record(x *exchange, failure *api.Error) {
	s.metrics.count(x, failure)
	if x.journaled {
		return
	}
	entry := x.entry(x.eventID(), failure)
	s.Journal.Record(&entry)
}

// encodeFailure is the answer of a call that failed. A stream that its method set
// before is closed.
func (s *Server) encodeFailure(x *exchange, failure *api.Error) api.Response {
	x.call.Passed = nil
	if x.call.Stream != nil {
		x.call.Stream.Close()
		x.call.Stream = nil
	}
	svc := x.call.Service
	if svc == nil && foreignService(x.r) != foreignQuery {
		svc = foreignService(x.r)
	}
	return api.EncodeError(x.answer[:0], svc, failure, x.call.RequestID, api.FormOf(svc, x.r))
}

// closeConnection ends a connection behind a final answer to a client that awaited 100:
// it need not send the body then, and botocore takes the status for that of its next
// request too, so that a refused write looks well. An empty body is never awaited.
// net/http does so itself, but not where the body is empty.
var closeConnection = []string{"close"}

// send writes the answer.
func (s *Server) send(w http.ResponseWriter, x *exchange, answer api.Response) {
	x.answer = answer.Body
	h := w.Header()
	values := make([]string, len(answer.Header)+2)
	for i, f := range answer.Header {
		values[i] = f.Value
		h[f.Name] = values[i : i+1 : i+1]
	}
	if x.call.Service != nil && x.call.Service == s.s3 {
		x.headS3(h, values[len(answer.Header):])
	}
	if len(x.r.Header["Expect"]) > 0 && (answer.Status >= http.StatusMultipleChoices || x.r.ContentLength == 0) {
		h["Connection"] = closeConnection
	}
	if x.call.Stream != nil {
		s.stream(w, x, answer.Status)
		return
	}
	length := values[len(answer.Header)+1:]
	x.setLength(h, &answer, length)
	if x.patient { // openBody took the time limit away
		http.NewResponseController(w).SetWriteDeadline(time.Now().Add(transferTime))
	}
	w.WriteHeader(answer.Status)
	if x.r.Method != http.MethodHead && hasBody(answer.Status) {
		w.Write(answer.Body)
	}
}

// setLength says how long the answer's body is. HEAD tells of a body that is elsewhere,
// and 304 and 204 have none (RFC 9110, 8.6).
func (x *exchange) setLength(h http.Header, answer *api.Response, value []string) {
	if _, modelled := h["Content-Length"]; modelled && x.r.Method == http.MethodHead || !hasBody(answer.Status) {
		return
	}
	value[0] = strconv.Itoa(len(answer.Body))
	h["Content-Length"] = value[:1:1]
}

// hasBody: RFC 9110, 15.3.5 and 15.4.5.
func hasBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// Whatever an object holds, a browser runs nothing of it here (design.md, "Two
// listeners, two origins").
var (
	sandbox = []string{"sandbox"}
	noSniff = []string{"nosniff"}
)

// userMetadata begins the headers whose names S3 keeps in lower case: clients give
// programs the rest of the name as it comes [UsingMetadata].
const userMetadata = "X-Amz-Meta-"

// headS3 sets the headers of every answer of S3, and those of an answer that is passed on.
func (x *exchange) headS3(h http.Header, id []string) {
	if passed := x.call.Passed; passed != nil {
		for name, values := range passed.Header {
			if strings.HasPrefix(name, userMetadata) {
				name = strings.ToLower(name)
			}
			h[name] = values
		}
	}
	id[0] = x.call.RequestID
	h["x-amz-request-id"], h["x-amz-id-2"] = id[:1:1], id[:1:1]
	h["Content-Security-Policy"], h["X-Content-Type-Options"] = sandbox, noSniff
}

// stream writes a streamed answer. One that breaks off ends the connection, so
// that no client takes it for whole.
func (s *Server) stream(w http.ResponseWriter, x *exchange, status int) {
	defer x.call.Stream.Close()
	if n := x.call.Stream.Length; n >= 0 {
		w.Header()["Content-Length"] = []string{strconv.FormatInt(n, 10)}
	}
	w.WriteHeader(status)
	if x.r.Method == http.MethodHead {
		return
	}
	if err := copyStream(w, x.call.Stream); err != nil {
		s.Log.Error("a streamed answer broke off", append(x.attributes(), "err", err)...)
		panic(http.ErrAbortHandler)
	}
}

// streamBlock is what must pass within transferTime.
const streamBlock = 1 << 20

// streamBuffers hold what is under way of streamed answers: larger than net/http's own,
// for fewer system calls.
var streamBuffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// copyStream copies a stream in blocks, each with a time of its own: a long
// download is not a stuck one.
func copyStream(w http.ResponseWriter, from *api.Stream) error {
	buffer := streamBuffers.Get().(*[128 << 10]byte)
	defer streamBuffers.Put(buffer)
	c := http.NewResponseController(w)
	var copied, timed int64
	for {
		if copied >= timed {
			if err := c.SetWriteDeadline(time.Now().Add(transferTime)); err != nil {
				return err
			}
			timed = copied + streamBlock
		}
		n, err := from.Read(buffer[:])
		copied += int64(n)
		if _, failed := w.Write(buffer[:n]); failed != nil {
			return failed
		}
		switch {
		case err == nil:
		case err != io.EOF:
			return err
		case from.Length >= 0 && copied != from.Length:
			return fmt.Errorf("%d of %d bytes: %w", copied, from.Length, io.ErrUnexpectedEOF)
		default:
			return nil
		}
	}
}
