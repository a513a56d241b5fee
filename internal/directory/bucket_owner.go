package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// MaxBuckets is how many buckets an account has [general-s3-quotas: 10,000 by default].
const MaxBuckets = 10_000

// CanonicalID is the account's canonical user id, by which S3 names owners: 64
// hexadecimal digits that follow from the account's id and never change. It is no
// secret, as AWS's is none [finding-canonical-user-id].
func CanonicalID(account string) string {
	sum := sha256.Sum256([]byte("canonical user id of " + account))
	return hex.EncodeToString(sum[:])
}

// FindBucket is Bucket with S3's error where there is none.
func (v *View) FindBucket(name string) (owner string, b *Bucket, err error) {
	if owner, b = v.Bucket(name); b == nil {
		return "", nil, NoSuchBucket(name)
	}
	return owner, b, nil
}

// NoSuchBucket is S3's error for a bucket that does not exist.
func NoSuchBucket(name string) *api.Error {
	return BucketError(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist", name)
}

// NewBucket is what CreateBucket makes.
type NewBucket struct {
	Name, Region string
	Tags         []api.Tag
}

// CreateBucket makes a bucket of the transaction's account as AWS has made them since
// April 2023: ACLs are off, and all public access is blocked
// [create-bucket-faq].
func (tx *Tx) CreateBucket(n NewBucket) (*Bucket, error) {
	if err := tx.MayCreateBucket(n.Name); err != nil {
		return nil, err
	}
	tags, err := bucketTags(n.Tags)
	if err != nil {
		return nil, err
	}
	tx.OwnBucket(n.Name) // the commit asserts that it is not there
	b := &Bucket{
		Name: n.Name, Region: n.Region, Created: tx.Now(), Tags: tags, Ownership: BucketOwnerEnforced,
		PublicAccess: &PublicAccessBlock{BlockPublicACLs: true, IgnorePublicACLs: true, BlockPublicPolicy: true, RestrictPublicBuckets: true},
	}
	tx.PutBucket(b)
	return b, nil
}

// MayCreateBucket says whether the account could have a new bucket of the name.
func (v *View) MayCreateBucket(name string) error {
	if err := CheckBucketName(name); err != nil {
		return err
	}
	switch owner, b := v.Bucket(name); {
	case b != nil && owner == v.account:
		return BucketError(http.StatusConflict, "BucketAlreadyOwnedByYou",
			"Your previous request to create the named bucket succeeded and you already own it.", name)
	case b != nil:
		return BucketTaken(name)
	}
	if v.state != nil && v.state.buckets.Len() >= MaxBuckets {
		return api.Errorf(http.StatusBadRequest, "TooManyBuckets", "You have attempted to create more buckets than allowed")
	}
	return nil
}

// BucketTaken is S3's error for a name that is another's.
func BucketTaken(name string) *api.Error {
	return BucketError(http.StatusConflict, "BucketAlreadyExists",
		"The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.", name)
}

// FirstAccount is the account of the first start. What lies at a back end and no account
// owns is its to give away.
func (v *View) FirstAccount() string { return v.snapshot.first.Account }
