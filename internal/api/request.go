package api

import "net/http"

// Outgoing is a request of a REST service as a client sends it.
type Outgoing struct {
	Method string
	Path   string // escaped
	Query  string // escaped, without "?"
	Header http.Header
	Body   []byte // nil where the payload is a stream
}

// EncodeRequest makes the request of an operation's input struct: the members that the
// model has, at the places that it gives, and nothing else. It is the reverse of
// DecodeInput: what was decided is exactly what is sent on.
func EncodeRequest(svc *Service, op *Operation, in any) (*Outgoing, error) {
	return nil, NotImplemented(op)
}

// DecodeAnswer reads a successful answer into the operation's output struct. body is
// nil where the payload is a stream.
func DecodeAnswer(svc *Service, op *Operation, status int, header http.Header, body []byte) (any, error) {
	return nil, NotImplemented(op)
}
