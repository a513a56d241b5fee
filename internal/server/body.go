package server

import (
	"errors"
	"io"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// maxBody bounds the body of a call that is not streamed.
const maxBody = 1 << 20

// readBody reads a whole body into buf.
func readBody(r *http.Request, buf []byte) ([]byte, *api.Error) {
	if len(r.TransferEncoding) > 0 || r.ContentLength < 0 { // the latter is HTTP/2's
		return nil, api.Errorf(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	if r.ContentLength > maxBody {
		return nil, errTooLarge()
	}
	if r.ContentLength == 0 {
		return buf[:0], nil
	}
	if int64(cap(buf)) < r.ContentLength {
		buf = make([]byte, r.ContentLength)
	}
	buf = buf[:r.ContentLength]
	if _, err := io.ReadFull(r.Body, buf); err != nil {
		return nil, errTruncated(err)
	}
	return buf, nil
}

func errTooLarge() *api.Error {
	return api.Errorf(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is larger than %d bytes.", maxBody)
}

func errTruncated(err error) *api.Error {
	e := api.Errorf(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.")
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		e.Log = err.Error()
	}
	return e
}
