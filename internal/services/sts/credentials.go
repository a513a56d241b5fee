package sts

import (
	"net/http"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
)

// Durations in seconds: S-01 [id_credentials_temp_request].
const (
	defaultRoleDuration  = 3600
	maxChainedDuration   = 3600
	defaultTokenDuration = 43200
	maxRootDuration      = 3600
)

// issued is what every operation that hands out credentials answers.
type issued struct {
	credentials *sts.Credentials
	packed      *int32 // per cent, where policies or tags were passed
	size, used  *int32 // of the session token, in bytes and in per cent of the largest
}

// issue gives the grant a lifetime and makes its credentials.
func (s *Service) issue(call *api.Call, g *authn.Grant, seconds int, minimumSize *int32) (*issued, error) {
	if err := fits(g); err != nil {
		return nil, err
	}
	g.Issued = call.Time.UTC().Truncate(time.Second)
	g.Expires = g.Issued.Add(time.Duration(seconds) * time.Second)
	g.MinimumSize = int(or(minimumSize, 0))
	c, err := s.tokens.Issue(g)
	if err != nil {
		return nil, err
	}
	size := int32(len(c.SessionToken))
	used := (size*100 + authn.MaxToken - 1) / authn.MaxToken
	return &issued{
		credentials: &sts.Credentials{
			AccessKeyId: &c.AccessKeyID, SecretAccessKey: &c.SecretAccessKey,
			SessionToken: &c.SessionToken, Expiration: &g.Expires,
		},
		packed: packedSize(g), size: &size, used: &used,
	}, nil
}

func packedSize(g *authn.Grant) *int32 {
	if len(g.Policies) == 0 && len(g.Tags) == 0 {
		return nil
	}
	percent := int32(g.PackedPercent())
	return &percent
}

// fits refuses what a token cannot carry (S-03).
func fits(g *authn.Grant) error {
	percent := g.PackedPercent()
	switch {
	case percent <= 100:
		return nil
	case len(g.Tags) > 0:
		return api.Errorf(http.StatusBadRequest, "PackedPolicyTooLarge", "Packed size of session tags consumes %d%% of allotted space.", percent)
	}
	return packedPolicyTooLarge(percent)
}

func packedPolicyTooLarge(percent int) error {
	return api.Errorf(http.StatusBadRequest, "PackedPolicyTooLarge", "Packed policy consumes %d%% of allotted space, please use smaller policy.", percent)
}

func validationError(format string, args ...any) error {
	return api.Errorf(http.StatusBadRequest, "ValidationError", format, args...)
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
