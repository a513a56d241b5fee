package node

import (
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/internal/services/accessanalyzer"
	"github.com/gatehouse-iam/gatehouse/internal/services/iam"
	"github.com/gatehouse-iam/gatehouse/internal/services/iamtoolbox"
	"github.com/gatehouse-iam/gatehouse/internal/services/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/services/sts"
)

// Rooms are what the services are built on.
type Rooms struct {
	Directory *directory.Directory
	Tokens    *authn.Tokens
	Journal   *journal.Journal
	Keyring   *seal.Keyring
}

// Implementations are the services of Gatehouse. Their tables can be read without
// rooms; their methods cannot be called then.
func Implementations(r Rooms) []services.Implementation {
	messages, pages := journal.NewMessages(r.Keyring.For(journal.MessagePurpose)), r.Keyring.For(accessanalyzer.PagePurpose)
	return []services.Implementation{
		iam.New(r.Directory).Implementation(),
		sts.New(r.Directory, r.Tokens, r.Journal, messages).Implementation(),
		organizations.New(r.Directory).Implementation(),
		iamtoolbox.New(r.Journal).Implementation(),
		accessanalyzer.New(pages).Implementation(),
	}
}
