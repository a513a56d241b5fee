package node

import (
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/services/iam"
	"github.com/gatehouse-iam/gatehouse/internal/services/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/services/sts"
)

// Implementations are the services of Gatehouse. Their tables can be read without
// a directory; their methods cannot be called then.
func Implementations(d *directory.Directory, t *authn.Tokens) []services.Implementation {
	return []services.Implementation{
		iam.New(d).Implementation(),
		sts.New(d, t).Implementation(),
		organizations.New(d).Implementation(),
	}
}
