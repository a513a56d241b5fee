package s3

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// objectMethods are the operations on objects and uploads, which the back end carries out.
func (g *Gateway) objectMethods() methods { return methods{} }

// objectTags are the tags of an object as the back end keeps them, for decisions that
// ask for s3:ExistingObjectTag. No such object has none.
func (g *Gateway) objectTags(ctx context.Context, bucket, key, version string) ([]api.Tag, error) {
	return nil, nil
}
