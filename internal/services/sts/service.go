// Package sts is what the STS API does: who the caller is, temporary credentials, and
// what an encoded authorization message says. Whether the caller may have them is decided before, by the rows in
// package authz; what the credentials look like is package authn's.
package sts

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Denials finds denials by their ids.
type Denials interface {
	Denial(ctx context.Context, id string) (*journal.Denial, error)
}

// Service is the STS API over a directory and the denials of a journal.
type Service struct {
	directory *directory.Directory
	tokens    *authn.Tokens
	denials   Denials
	messages  *journal.Messages
}

// New returns the service.
func New(d *directory.Directory, t *authn.Tokens, denials Denials, m *journal.Messages) *Service {
	return &Service{directory: d, tokens: t, denials: denials, messages: m}
}

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: sts.API, Rows: authz.STS(),
		Methods: map[string]services.Method{
			"AssumeRole":                 services.Read(s.assumeRole),
			"DecodeAuthorizationMessage": services.Read(s.decodeAuthorizationMessage),
			"GetAccessKeyInfo":           services.Read(s.getAccessKeyInfo),
			"GetCallerIdentity":          services.Read(s.getCallerIdentity),
			"GetFederationToken":         services.Read(s.getFederationToken),
			"GetSessionToken":            services.Read(s.getSessionToken),
		},
	}
}
