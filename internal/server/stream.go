package server

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// heldBack is how much of a streamed body is kept until its hash is right: a
// reader never gets the last block of a body that is not what was signed.
const heldBack = 32 << 10

// unsignedPayload is the payload hash of a body that the signature leaves open.
const unsignedPayload = "UNSIGNED-PAYLOAD"

// verifiedBody reads a body whose SHA-256 the signature carries. It gives the last
// block only when the whole body is right.
type verifiedBody struct {
	body io.Reader
	left int64 // of Content-Length
	hash hash.Hash
	want []byte
	held bytes.Buffer
	err  error // after what is held may be given

	begun bool // something was read of it
}

// openStream opens the body of a streaming operation as its method reads it. A
// body without a hash is given as it comes: the signature's rules say whether the
// service takes one, and the method runs only then.
func (s *Server) openStream(x *exchange) error {
	body := patientBody{x.r.Body, http.NewResponseController(x.w)}
	if err := errors.Join(body.c.SetReadDeadline(time.Time{}), body.c.SetWriteDeadline(time.Time{})); err != nil {
		return err
	}
	if hash := x.signature.PayloadHash; hash != "" && hash != unsignedPayload {
		verified, err := verifyBody(body, x.r.ContentLength, hash)
		if err != nil {
			return err
		}
		x.streamed, x.call.Body = verified, verified
		return nil
	}
	x.call.Body = body
	return nil
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

func verifyBody(body io.Reader, length int64, payloadHash string) (*verifiedBody, error) {
	want, err := hex.DecodeString(payloadHash)
	if err != nil || len(want) != sha256.Size {
		return nil, api.Errorf(http.StatusNotImplemented, "NotImplemented", "Payloads signed as %q are not implemented.", payloadHash)
	}
	if length < 0 {
		return nil, api.Errorf(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	return &verifiedBody{body: body, left: length, hash: sha256.New(), want: want}, nil
}

// Read implements io.Reader.
func (v *verifiedBody) Read(p []byte) (int, error) {
	v.begun = true
	for v.err == nil && v.held.Len() <= heldBack {
		v.fill()
	}
	ready := v.held.Len()
	if v.err == nil {
		ready -= heldBack
	} else if v.err != io.EOF {
		return 0, v.err
	}
	if ready == 0 {
		return 0, v.err
	}
	return v.held.Read(p[:min(len(p), ready)])
}

// finish verifies what a method has left of a body that it acted on: a method
// that stops early, or passes over an error, must not end well with a body that is
// not what was signed.
func (v *verifiedBody) finish() error {
	if v == nil || !v.begun {
		return nil
	}
	_, err := io.Copy(io.Discard, v)
	return err
}

// fill reads a block on, and says at the end whether the body is right.
func (v *verifiedBody) fill() {
	n, err := io.CopyN(io.MultiWriter(&v.held, v.hash), v.body, min(v.left, heldBack))
	v.left -= n
	switch {
	case v.left > 0 && err != nil:
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		v.err = errTruncated(err)
	case v.left > 0:
	case subtle.ConstantTimeCompare(v.hash.Sum(nil), v.want) == 1:
		v.err = io.EOF
	default:
		v.err = api.Errorf(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
}
