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
		"GetBucketAccelerateConfiguration": unset(func(in *s3.GetBucketAccelerateConfigurationInput) *string { return in.Bucket },
			&s3.GetBucketAccelerateConfigurationOutput{}),
		"GetBucketLogging": unset(func(in *s3.GetBucketLoggingInput) *string { return in.Bucket },
			&s3.GetBucketLoggingOutput{}),
		"GetBucketNotificationConfiguration": unset(func(in *s3.GetBucketNotificationConfigurationInput) *string { return in.Bucket },
			&s3.GetBucketNotificationConfigurationOutput{}),
		"GetBucketRequestPayment": unset(func(in *s3.GetBucketRequestPaymentInput) *string { return in.Bucket },
			&s3.GetBucketRequestPaymentOutput{Payer: ptr("BucketOwner")}),

		"GetBucketCors": missing(func(in *s3.GetBucketCorsInput) *string { return in.Bucket },
			"NoSuchCORSConfiguration", "The CORS configuration does not exist"),
		"GetBucketEncryption": missing(func(in *s3.GetBucketEncryptionInput) *string { return in.Bucket },
			"ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found"),
		"GetBucketLifecycleConfiguration": missing(func(in *s3.GetBucketLifecycleConfigurationInput) *string { return in.Bucket },
			"NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
		"GetBucketReplication": missing(func(in *s3.GetBucketReplicationInput) *string { return in.Bucket },
			"ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
		"GetBucketWebsite": missing(func(in *s3.GetBucketWebsiteInput) *string { return in.Bucket },
			"NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
		"GetObjectLockConfiguration": missing(func(in *s3.GetObjectLockConfigurationInput) *string { return in.Bucket },
			"ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
	}
}

// unset answers with what stands for nothing.
func unset[In, Out any](bucket func(*In) *string, out *Out) services.Method {
	return services.Read(func(_ context.Context, _ *api.Call, v *directory.View, in *In) (*Out, error) {
		_, _, err := bucketOf(v, bucket(in))
		return out, err
	})
}

// missing answers that there is none.
func missing[In any](bucket func(*In) *string, code, message string) services.Method {
	return services.Read(func(_ context.Context, _ *api.Call, v *directory.View, in *In) (*struct{}, error) {
		_, b, err := bucketOf(v, bucket(in))
		if err == nil {
			err = directory.BucketError(http.StatusNotFound, code, message, b.Name)
		}
		return nil, err
	})
}
