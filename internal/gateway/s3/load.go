package s3

import (
	"bytes"
	"crypto/md5" // #nosec G501 -- Content-MD5 is what every S3 takes for documents
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// load is the body of a request to the back end.
type load struct {
	hash   string // that is signed
	length int64  // on the wire
	bytes  []byte // of a document, which is made anew
	stream io.Reader
}

// load takes what the operation sends: nothing, a document, or the client's stream. The
// stream's hash is the client's affair: it was verified on its way here, and the last
// block comes only if it was right.
func (b *Backend) load(out *api.Outgoing, body io.Reader, length int64) (*load, error) {
	switch {
	case out.Body != nil:
		return document(out), nil
	case body == nil:
		return &load{hash: sigv4.EmptyPayload}, nil
	case length < 0:
		return nil, api.Errorf(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	l := &load{hash: sigv4.UnsignedPayload, length: length, stream: body}
	t, ok := body.(trailed)
	if !ok || checksumLengths[t.Announced()] == 0 {
		t = nil
	}
	switch {
	case length == 0 && t != nil: // the whole is verified, and needs no frame
		if name, value := t.Trailer(); name != "" {
			out.Header.Set(name, value)
		}
	case length > 0 && (t != nil || b.Embedded):
		b.frame(l, out.Header, t)
	}
	return l, nil
}

// document is a body that was made of the input: the checksums that the client sent for
// its own text are not of this one.
func document(out *api.Outgoing) *load {
	for name := range out.Header {
		if isBodyChecksum(name) {
			delete(out.Header, name)
		}
	}
	sum := sha256.Sum256(out.Body)
	short := md5.Sum(out.Body) // #nosec G401 -- see above
	out.Header["Content-Md5"] = []string{base64.StdEncoding.EncodeToString(short[:])}
	return &load{hash: hex.EncodeToString(sum[:]), length: int64(len(out.Body)), bytes: out.Body}
}

// attach gives a request its body. up is what reads the stream, nil for any other load.
func (l *load) attach(r *http.Request, d *delivery) (up *upload) {
	switch {
	case l.bytes != nil:
		r.Body = io.NopCloser(bytes.NewReader(l.bytes))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(l.bytes)), nil }
	case l.stream != nil && l.length > 0:
		up = newUpload(l.stream, d)
		r.Body = up
	default:
		r.Body = http.NoBody
	}
	return up
}
