package server

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

type controlKey struct{}

// Control returns the http.Server of the control socket. Its requests walk the
// same pipeline as all others. One without any credentials is the first account's
// root user's; its service is that of a signature's scope, the first label of the
// host: "iam.localhost". Whoever may connect is the socket's matter.
func (s *Server) Control() *http.Server {
	h := s.HTTP()
	h.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, controlKey{}, true)
	}
	return h
}

// byOwner notes that a request came over the control socket with nothing that
// says who sends it.
func (x *exchange) byOwner(signed error) {
	if control, _ := x.r.Context().Value(controlKey{}).(bool); !control || signed == nil || !isMissing(signed) || carriesCredentials(x.r) {
		return
	}
	x.owner = true
	x.signature.Service, _, _ = strings.Cut(x.r.Host, ".")
}

// credentialNames are the headers and parameters, in lower case, by which
// requests of Signature Version 4 and 2 carry credentials.
var credentialNames = []string{
	"authorization", "x-amz-algorithm", "x-amz-credential", "x-amz-signature", "x-amz-signedheaders", "x-amz-security-token",
	"awsaccesskeyid", "signature",
}

// carriesCredentials finds what a caller that is not the owner would send, even
// empty, incomplete or in other case: a client whose credentials went wrong must
// not become the owner by that.
func carriesCredentials(r *http.Request) bool {
	for name := range r.Header {
		if slices.Contains(credentialNames, strings.ToLower(name)) {
			return true
		}
	}
	for _, pair := range strings.FieldsFunc(r.URL.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if slices.Contains(credentialNames, strings.ToLower(name)) {
			return true
		}
	}
	return false
}

func (s *Server) authenticateOwner(x *exchange, svc *api.Service) error {
	caller, err := s.authenticator.Owner()
	if err != nil {
		return answerFault(svc, err)
	}
	s.identify(x, caller)
	return nil
}
