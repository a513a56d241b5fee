package server

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// maxBody bounds the body of a call that is not streamed.
const maxBody = 1 << 20

// firstRead is the room for a body of which nothing has come yet.
const firstRead = 4 << 10

// readBody reads a whole body into buf.
func readBody(r *http.Request, buf []byte) ([]byte, *api.Error) {
	if len(r.TransferEncoding) > 0 || r.ContentLength < 0 { // the latter is HTTP/2's
		return nil, api.Errorf(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	if r.ContentLength > maxBody {
		return nil, errTooLarge()
	}
	buf = buf[:0]
	for left := int(r.ContentLength); left > 0; {
		// Room is made for what has come, not for what is announced: who announces
		// much and sends nothing costs nothing.
		buf = slices.Grow(buf, min(left, max(len(buf), firstRead)))
		block := buf[len(buf):min(len(buf)+left, cap(buf))]
		n, err := io.ReadFull(r.Body, block)
		buf, left = buf[:len(buf)+n], left-n
		if err != nil {
			return nil, errTruncated(err)
		}
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
