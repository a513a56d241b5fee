package server

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

type controlKey struct{}

// Control returns the http.Server of the control socket. Its requests walk the
// same pipeline as all others. One without a signature is the first account's
// root user's; its service is that of a signature's scope, the first label of the
// host: "iam.localhost". Whoever may connect is the socket's matter.
func (s *Server) Control() *http.Server {
	h := s.HTTP()
	h.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, controlKey{}, true)
	}
	return h
}

// byOwner notes that a request came unsigned over the control socket.
func (x *exchange) byOwner(signed error) {
	if control, _ := x.r.Context().Value(controlKey{}).(bool); !control || signed == nil || !isMissing(signed) {
		return
	}
	x.owner = true
	x.signature.Service, _, _ = strings.Cut(x.r.Host, ".")
}

func (s *Server) authenticateOwner(x *exchange, svc *api.Service) error {
	caller, err := s.authenticator.Owner()
	if err != nil {
		return answerFault(svc, err)
	}
	s.identify(x, caller)
	return nil
}
