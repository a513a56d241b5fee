// Package ec2 is what the EC2 API does here: a file a noun, a method an operation. An
// instance is a program on some machine, which `gatehouse run` started, or a machine
// with an address of its own; there are no virtual machines, networks or volumes, and
// what asks for them is refused by name. Which credentials an instance has, package
// metadata says.
package ec2

import (
	"maps"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Watch knows when the program of an instance last asked for something: zero where it
// has not since this server started. A *metadata.Service is one.
type Watch interface {
	LastSeen(instance string) time.Time
}

// Service is the EC2 API over the instances of the directory.
type Service struct {
	regions *catalog.Regions
	watch   Watch
	started time.Time
}

// New returns the service of the home region. started is when this server began to
// watch.
func New(regions *catalog.Regions, watch Watch, started time.Time) *Service {
	return &Service{regions, watch, started}
}

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: ec2.API, Rows: authz.EC2(s.regions),
		Methods: merge(s.instanceMethods(), s.profileMethods(), s.metadataMethods(), s.tagMethods(), s.regionMethods()),
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
