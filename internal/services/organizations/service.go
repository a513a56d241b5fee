// Package organizations is what the Organizations API does: an organization and
// its accounts.
package organizations

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Service is the Organizations API over a directory.
type Service struct {
	directory *directory.Directory
}

// New returns the service.
func New(d *directory.Directory) *Service { return &Service{directory: d} }

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: organizations.API, Rows: authz.Organizations(),
		Methods: map[string]services.Method{},
	}
}
