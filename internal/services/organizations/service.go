// Package organizations is what the Organizations API does: an organization, its
// root, its accounts and its delegation policy.
package organizations

import (
	"maps"

	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Service is the Organizations API over a directory.
type Service struct{}

// New returns the service. Its methods need nothing of the directory beyond the
// view or transaction of their call.
func New(*directory.Directory) *Service { return &Service{} }

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: organizations.API, Rows: authz.Organizations(),
		Methods: merge(organizationMethods(), accountMethods(), creationMethods(), resourcePolicyMethods()),
	}
}

type methods = map[string]services.Method

func merge(all ...methods) methods {
	merged := methods{}
	for _, m := range all {
		maps.Copy(merged, m)
	}
	return merged
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
