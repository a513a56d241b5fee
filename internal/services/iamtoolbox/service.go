// Package iamtoolbox is what the IAM toolbox does: it tells an account why a call of
// one of its callers was denied, with the policies as they were then. What it tells
// is in the journal; whether the caller may ask is decided before, by the rows in
// package authz.
package iamtoolbox

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iamtoolbox"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Denials finds denials by their ids.
type Denials interface {
	Denial(ctx context.Context, id string) (*journal.Denial, error)
}

// Service is the IAM toolbox API over the denials of a journal.
type Service struct{ denials Denials }

// New returns the service.
func New(d Denials) *Service { return &Service{d} }

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: iamtoolbox.API, Rows: authz.IAMToolbox(),
		Methods: map[string]services.Method{
			"GetRequestAuthorizationDetails": services.Read(s.details),
			"GetRequestAuthorizationPolicy":  services.Read(s.policy),
		},
	}
}

// denial finds a denial of the caller's account, by its authorization id or by its
// request's id without hyphens, which the id's pattern does not take (choice: every
// answer has a request id, and not every client shows the message). To all others
// there is none.
func (s *Service) denial(ctx context.Context, call *api.Call, id string) (*journal.Denial, error) {
	request := requestID(id)
	d, err := s.denials.Denial(ctx, cmp.Or(request, id))
	if errors.Is(err, journal.ErrNoDenial) {
		return nil, errNotFound(id)
	}
	if err != nil {
		return nil, err
	}
	if d.AuthorizationID != id && (request == "" || d.RequestID != request) || d.Account == "" || d.Account != call.Account {
		return nil, errNotFound(id)
	}
	return d, nil
}

// requestID is a request id that came without its hyphens, "" for anything else.
func requestID(id string) string {
	if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		return ""
	}
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

func errNotFound(id string) *api.Error {
	return api.Errorf(http.StatusNotFound, "ResourceNotFoundException", "Authorization details for the authorization id %s were not found.", id)
}
