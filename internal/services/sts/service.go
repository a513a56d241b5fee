// Package sts is what the STS API does: who the caller is, and temporary
// credentials. Whether the caller may have them is decided before, by the rows in
// package authz; what the credentials look like is package authn's.
package sts

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Service is the STS API over a directory.
type Service struct {
	directory *directory.Directory
	tokens    *authn.Tokens
}

// New returns the service.
func New(d *directory.Directory, t *authn.Tokens) *Service { return &Service{directory: d, tokens: t} }

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: sts.API, Rows: authz.STS(),
		Methods: map[string]services.Method{
			"AssumeRole":         services.Read(s.assumeRole),
			"GetAccessKeyInfo":   services.Read(s.getAccessKeyInfo),
			"GetCallerIdentity":  services.Read(s.getCallerIdentity),
			"GetFederationToken": services.Read(s.getFederationToken),
			"GetSessionToken":    services.Read(s.getSessionToken),
		},
	}
}
