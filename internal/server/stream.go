package server

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/payload"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// maxDocument bounds the body of a call of S3 that is a document: DeleteObjects takes a
// thousand keys of 1024 bytes, escaped.
const maxDocument = 2 << 20

// takeBody opens the body of a REST-XML call as its method reads it, or reads it where it
// is a document. The call is authenticated, so that nobody is sent "100 Continue" who is
// refused anyway, and the chunks of a body can be verified with the caller's key.
func (s *Server) takeBody(x *exchange) error {
	if !x.op.streams && isEmpty(x.r, x.payloadHash()) {
		x.body = x.buffer[:0]
		return nil
	}
	body, err := s.openBody(x)
	if err != nil {
		return err
	}
	if x.op.streams {
		x.streamed, x.call.Body, x.call.BodyLength = body, body, body.Length()
		return nil
	}
	x.body, err = readDocument(body, x.buffer[:0])
	return err
}

// payloadHash is what the request says of its body. Of an unsigned one nobody vouches for
// it, but it says what form the body has.
func (x *exchange) payloadHash() string {
	if x.caller == nil {
		return x.r.Header.Get("X-Amz-Content-Sha256")
	}
	return x.signature.PayloadHash
}

// isEmpty says whether there is no body, and the request says no more of it.
func isEmpty(r *http.Request, hash string) bool {
	return r.ContentLength == 0 && len(r.TransferEncoding) == 0 &&
		(hash == sigv4.EmptyPayload || hash == "" || hash == sigv4.UnsignedPayload)
}

// openBody is the body as the signature, its chunks and the checksums say that it is.
func (s *Server) openBody(x *exchange) (*payload.Body, error) {
	control := http.NewResponseController(x.w)
	if err := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Time{})); err != nil {
		return nil, err
	}
	x.patient = true
	o := payload.Options{
		Body: patientBody{x.r.Body, control}, Header: x.routed.Header, ContentLength: x.r.ContentLength,
		PayloadHash: x.payloadHash(), ObjectChecksum: x.op.api.Name == "CompleteMultipartUpload",
		ChecksumRequired: x.op.api.Name == "DeleteObjects",
	}
	if x.caller != nil && (o.PayloadHash == sigv4.StreamingPayload || o.PayloadHash == sigv4.StreamingPayloadTrailer) {
		o.Chunks = s.authenticator.Chunks(x.caller, &x.signature)
	}
	body, err := payload.Open(o)
	if err != nil {
		return nil, err
	}
	stripEncoding(x.routed.Header)
	return body, nil
}

// stripEncoding takes away what Content-Encoding says of the request alone.
func stripEncoding(h http.Header) {
	const key = "Content-Encoding"
	values := h[key]
	if len(values) != 1 {
		return
	}
	switch kept := payload.ContentEncoding(values[0]); kept {
	case values[0]:
	case "":
		delete(h, key)
	default:
		h[key] = []string{kept}
	}
}

// readDocument reads a whole verified body into buf.
func readDocument(body *payload.Body, buf []byte) ([]byte, error) {
	if body.Length() > maxDocument {
		return nil, errTooBig()
	}
	for {
		if len(buf) > maxDocument {
			return nil, errTooBig()
		}
		buf = slices.Grow(buf, firstRead)
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, err
		}
	}
}

// errTooBig: S3's "List of error codes".
func errTooBig() error {
	return api.Errorf(http.StatusBadRequest, "MaxMessageLengthExceeded", "Your request was too large.")
}

// finishBody verifies what a method has left of a body that it acted on: a method that
// stops early, or passes over an error, must not end well with a body that is not what
// was signed.
func (x *exchange) finishBody() error {
	if x.streamed == nil {
		return nil
	}
	return x.streamed.Finish()
}

// patientBody gives each read of a streamed body a time of its own: a long upload
// is not a slow one. Between reads there is none: it would end the call's context.
type patientBody struct {
	body io.Reader
	c    *http.ResponseController
}

// Read implements io.Reader.
func (b patientBody) Read(p []byte) (int, error) {
	if err := b.c.SetReadDeadline(time.Now().Add(transferTime)); err != nil {
		return 0, err
	}
	n, err := b.body.Read(p)
	if cleared := b.c.SetReadDeadline(time.Time{}); err == nil {
		err = cleared
	}
	return n, err
}
