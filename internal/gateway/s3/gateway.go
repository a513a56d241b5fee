// Package s3 is the enforcing gateway in front of an S3 back end. Buckets, their
// owners, policies, tags, ownership and Block Public Access are the directory's;
// objects are the back end's. A method gets a decided call with its decoded input, and
// sends the back end a request that is made from that input and from nothing else.
package s3

import (
	"log/slog"

	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Gateway answers the operations of S3.
type Gateway struct {
	directory *directory.Directory
	backend   *Backend // nil: there is none, and every call that needs one says so
	log       *slog.Logger
	deletes   authz.Row // of each key of DeleteObjects
	may       authz.May
}

// New returns a gateway in front of a back end. nil is for reading the tables.
func New(d *directory.Directory, b *Backend, log *slog.Logger) *Gateway {
	g := &Gateway{directory: d, backend: b, log: log}
	g.deletes, g.may = authz.DeleteKeyRow(g.objectTags), authz.NewMay(g.objectTags)
	return g
}

type methods map[string]services.Method

// Implementation is the service as it is served.
func (g *Gateway) Implementation() services.Implementation {
	all := methods{}
	for _, some := range []methods{g.bucketMethods(), g.objectMethods()} {
		for name, m := range some {
			all[name] = m
		}
	}
	return services.Implementation{API: s3.API, Methods: all, Rows: rowsOf(all, authz.S3(g.objectTags))}
}

// rowsOf are the rows of the methods that are there: a row that nothing serves would let
// no one in, but a server that has one does not start.
func rowsOf(all methods, rows authz.Table) authz.Table {
	served := authz.Table{}
	for name := range all {
		if row := rows[name]; row != nil {
			served[name] = row
		}
	}
	return served
}
