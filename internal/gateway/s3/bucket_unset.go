package s3

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// bucketUnsetMethods tell of what no bucket here has and nobody can set, the truth in
// S3's words: what it says of a bucket for which it was never set.
func bucketUnsetMethods() methods {
	return methods{
		"GetBucketAccelerateConfiguration": unset(func(in *s3.GetBucketAccelerateConfigurationInput) named {
			return named{in.Bucket, in.ExpectedBucketOwner}
		},
			&s3.GetBucketAccelerateConfigurationOutput{}),
		"GetBucketLogging": unset(func(in *s3.GetBucketLoggingInput) named { return named{in.Bucket, in.ExpectedBucketOwner} },
			&s3.GetBucketLoggingOutput{}),
		"GetBucketNotificationConfiguration": unset(func(in *s3.GetBucketNotificationConfigurationInput) named {
			return named{in.Bucket, in.ExpectedBucketOwner}
		},
			&s3.GetBucketNotificationConfigurationOutput{}),
		"GetBucketRequestPayment": unset(func(in *s3.GetBucketRequestPaymentInput) named { return named{in.Bucket, in.ExpectedBucketOwner} },
			&s3.GetBucketRequestPaymentOutput{Payer: ptr("BucketOwner")}),

		"GetBucketCors": missing(func(in *s3.GetBucketCorsInput) named { return named{in.Bucket, in.ExpectedBucketOwner} },
			"NoSuchCORSConfiguration", "The CORS configuration does not exist"),
		"GetBucketEncryption": missing(func(in *s3.GetBucketEncryptionInput) named { return named{in.Bucket, in.ExpectedBucketOwner} },
			"ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found"),
		"GetBucketLifecycleConfiguration": missing(func(in *s3.GetBucketLifecycleConfigurationInput) named {
			return named{in.Bucket, in.ExpectedBucketOwner}
		},
			"NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
		"GetBucketReplication": missing(func(in *s3.GetBucketReplicationInput) named { return named{in.Bucket, in.ExpectedBucketOwner} },
			"ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
		"GetBucketWebsite": missing(func(in *s3.GetBucketWebsiteInput) named { return named{in.Bucket, in.ExpectedBucketOwner} },
			"NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
		"GetObjectLockConfiguration": missing(func(in *s3.GetObjectLockConfigurationInput) named { return named{in.Bucket, in.ExpectedBucketOwner} },
			"ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
	}
}

// named is the bucket of an input, and its expected owner.
type named struct{ bucket, expected *string }

// unset answers with what stands for nothing.
func unset[In, Out any](of func(*In) named, out *Out) services.Method {
	return services.Read(func(_ context.Context, _ *api.Call, v *directory.View, in *In) (*Out, error) {
		n := of(in)
		_, _, err := bucketOf(v, n.bucket, n.expected)
		return out, err
	})
}

// missing answers that there is none.
func missing[In any](of func(*In) named, code, message string) services.Method {
	return services.Read(func(_ context.Context, _ *api.Call, v *directory.View, in *In) (*struct{}, error) {
		n := of(in)
		if _, _, err := bucketOf(v, n.bucket, n.expected); err != nil {
			return nil, err
		}
		return nil, directory.BucketError(http.StatusNotFound, code, message, *n.bucket)
	})
}
