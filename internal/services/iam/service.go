// Package iam is what the IAM API does: a file a noun, a method an operation.
package iam

import (
	"maps"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Service is the IAM API over a directory.
type Service struct {
	directory *directory.Directory
	passwords *seal.Passwords
}

// New returns the service.
func New(d *directory.Directory) *Service {
	return &Service{directory: d, passwords: seal.NewPasswords(seal.DefaultCost)}
}

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: iam.API, Rows: authz.IAM(),
		Methods: merge(
			s.userMethods(), s.groupMethods(), s.accessKeyMethods(), s.otherCredentialMethods(), s.loginProfileMethods(),
			s.accountMethods(),
			s.policyMethods(), s.attachmentMethods(), s.inlinePolicyMethods(), s.roleMethods(), s.instanceProfileMethods(),
			s.boundaryMethods(), s.authorizationDetailsMethods(), s.simulateMethods(),
		),
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
