package metadata

import (
	"context"
	"log/slog"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// Options of a Service.
type Options struct {
	Directory *directory.Directory
	Tokens    *authn.Tokens
	Sealer    directory.Sealer // of the identity key
	Region    string
	ZoneID    func(zone string) string // of the region catalogue
	Lifetime  time.Duration            // of credentials; 0 is six hours
	Clock     func() time.Time
	Log       *slog.Logger
}

// Service knows what to tell about each instance, and issues its credentials.
type Service struct{ Options }

// NewService returns a Service.
func NewService(o Options) *Service { return &Service{Options: o} }

// Describe is what is told about an instance of the view's account in the view's state.
func (s *Service) Describe(ctx context.Context, v *directory.View, i *directory.Instance) (*Instance, error) {
	return nil, nil
}

// Seen notes that the program of an instance asked for something now.
func (s *Service) Seen(instance string) {}

// LastSeen is when the program of an instance last asked, zero where it has not since
// this server started.
func (s *Service) LastSeen(instance string) time.Time { return time.Time{} }
