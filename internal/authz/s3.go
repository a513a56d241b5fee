package authz

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// ObjectTags finds the tags that an object has, where a policy asks for them.
type ObjectTags func(ctx context.Context, bucket, key, version string) ([]api.Tag, error)

// S3 are the rows of the S3 API. tags may be nil where nothing is decided.
func S3(tags ObjectTags) Table { return Table{} }
