package authz

import (
	"github.com/gatehouse-iam/gatehouse/internal/api/s3admin"
)

// S3Admin are the rows of the API by which buckets that the back end already has become
// an account's. AWS has nothing like it. Buckets that nobody owns count as the first
// account's: its callers need what making the bucket, or listing buckets, needs, and
// callers of other accounts are refused, since no resource policy can allow it to them.
func S3Admin() Table {
	return Table{
		"AdoptBucket": On(func(q *Question, in *s3admin.AdoptBucketInput) error {
			q.Ask("s3:CreateBucket", "arn:aws:s3:::"+*in.Bucket).ofFirstAccount(q)
			return nil
		}),
		"ListUnownedBuckets": On(func(q *Question, _ *s3admin.ListUnownedBucketsInput) error {
			q.Ask("s3:ListAllMyBuckets", "arn:aws:s3:::*").ofFirstAccount(q)
			return nil
		}),
	}
}

func (a *Ask) ofFirstAccount(q *Question) { a.Account = q.View.FirstAccount() }
