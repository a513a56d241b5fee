package node

import (
	"log/slog"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/gateway/s3"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/metadata"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/services/accessanalyzer"
	"github.com/gatehouse-iam/gatehouse/internal/services/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/services/iam"
	"github.com/gatehouse-iam/gatehouse/internal/services/iamtoolbox"
	"github.com/gatehouse-iam/gatehouse/internal/services/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/services/sts"
	"github.com/gatehouse-iam/gatehouse/internal/services/workload"
)

// Rooms are what the services are built on.
type Rooms struct {
	Directory *directory.Directory
	Tokens    *authn.Tokens
	Journal   *journal.Journal
	Keyring   *seal.Keyring
	Regions   *catalog.Regions
	Metadata  *metadata.Service
	Started   time.Time   // when the metadata service began to see instances
	S3        *s3.Backend // nil for none
	Log       *slog.Logger
}

// Implementations are the services of Gatehouse. Their tables can be read without
// rooms; their methods cannot be called then.
func Implementations(r Rooms) []services.Implementation {
	messages, pages := journal.NewMessages(r.Keyring.For(journal.MessagePurpose)), r.Keyring.For(accessanalyzer.PagePurpose)
	gateway := s3.New(r.Directory, r.S3, r.Log)
	return []services.Implementation{
		iam.New(r.Directory).Implementation(),
		sts.New(r.Directory, r.Tokens, r.Journal, messages).Implementation(),
		organizations.New(r.Directory).Implementation(),
		iamtoolbox.New(r.Journal).Implementation(),
		accessanalyzer.New(pages).Implementation(),
		gateway.Implementation(),
		gateway.AdminImplementation(),
		ec2.New(r.Regions, r.Metadata, r.Started).Implementation(),
		workload.New(r.Metadata).Implementation(),
	}
}
