package s3

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// pass gives the client the back end's answer as it is: its status, the headers that the
// model of the operation has, and its body.
func (g *Gateway) pass(call *api.Call, answer *http.Response) {
	passages[call.Operation].filter(answer.Header)
	call.Passed = &api.Passed{Status: answer.StatusCode, Header: answer.Header}
	if answer.Body == http.NoBody || answer.ContentLength == 0 || answer.Request.Method == http.MethodHead || !hasBody(answer.StatusCode) {
		answer.Body.Close()
		return
	}
	call.Stream = &api.Stream{ReadCloser: answer.Body, Length: answer.ContentLength}
}

// hasBody: RFC 9110, 15.3.5 and 15.4.5.
func hasBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// maxDocument bounds an answer that is read whole: a page of a thousand keys of 1024
// bytes, escaped, with a checksum and an owner each, is half of it.
const maxDocument = 8 << 20

var errTooLong = errors.New("the answer is longer than any of S3's")

// fetch makes a request and reads its answer into the operation's output struct. S3 may
// send an error in an answer that began as a success [API_CopyObject].
func fetch[Out any](ctx context.Context, g *Gateway, op *api.Operation, in any) (*Out, error) {
	answer, err := g.backend.Do(ctx, op, in, nil, 0)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxDocument+1))
	if err == nil && len(text) > maxDocument {
		err = errTooLong
	}
	if err != nil {
		return nil, g.backend.unavailable(ctx, err)
	}
	plainDate(answer.Header)
	out, err := api.DecodeAnswer(s3.API, op, answer.StatusCode, answer.Header, text)
	late, inAnswer := err.(*api.Error)
	switch {
	case inAnswer: // not what is wrong with the document, which is wrapped
		return nil, g.backend.mapped(op, in, lateStatus(late.Code), &backendError{Code: late.Code, Message: late.Message})
	case err != nil:
		return nil, g.backend.unavailable(ctx, errors.New(err.Error()))
	}
	return out.(*Out), nil
}

// plainDate writes Last-Modified in the one form that is sent today; there are two older
// ones that who receives them must read (RFC 9110, 5.6.7).
func plainDate(h http.Header) {
	const name = "Last-Modified"
	if t, err := http.ParseTime(h.Get(name)); err == nil {
		h[name] = []string{t.UTC().Format(http.TimeFormat)}
	}
}

// lateStatus is the status that an error would have had that came within a 200.
func lateStatus(code string) int {
	if f, known := faults[code]; known {
		return f.status
	}
	return http.StatusInternalServerError
}

// read is a Method that changes nothing in the directory; what it changes at the back end
// is not the directory's.
func read[In any](f func(ctx context.Context, call *api.Call, v *directory.View, in *In) (any, error)) services.Method {
	return services.Method{Read: func(ctx context.Context, call *api.Call, v *directory.View, in any) (any, error) {
		return f(ctx, call, v, in.(*In))
	}}
}

// settled is the context of a change that came whole: it is carried out whatever its
// client does then. The transport's own limits bound it.
func settled(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
