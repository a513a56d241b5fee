// Package accessanalyzer is what the Access Analyzer API does: it validates policy
// documents. What is found is package policy/validate's business; the service pages
// it.
package accessanalyzer

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/accessanalyzer"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// PagePurpose is what page tokens are sealed for.
const PagePurpose = "policy-validation-page"

// Service is the Access Analyzer API.
type Service struct{ pages *seal.Sealer }

// New returns the service; pages is a sealer for PagePurpose.
func New(pages *seal.Sealer) *Service { return &Service{pages} }

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: accessanalyzer.API, Rows: authz.AccessAnalyzer(),
		Methods: map[string]services.Method{"ValidatePolicy": services.Read(s.validatePolicy)},
	}
}
