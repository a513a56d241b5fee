package directory

import (
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// BucketPolicy is the bucket's policy as it is shown, with the ARNs of the users and
// roles that live (P-04), or S3's error where there is none.
func (v *View) BucketPolicy(b *Bucket) (string, error) {
	if b.Policy == nil {
		return "", BucketError(http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist", b.Name)
	}
	return v.shown(policy.Resource, b.Policy.Text), nil
}

// CompiledBucketPolicy is what decides, under the bucket's ARN: nil where there is none.
// One that cannot be read denies (E-25).
func (v *View) CompiledBucketPolicy(b *Bucket) *policy.Policy {
	if b.Policy == nil {
		return nil
	}
	compiled, err := b.Policy.Compile(policy.Resource, b.ARN())
	if err != nil {
		return policy.Unreadable(policy.Resource, b.ARN())
	}
	return compiled
}

// SetBucketPolicy sets the policy of a bucket of the transaction's account. It must
// have passed IdentifyBucketPolicy.
func (tx *Tx) SetBucketPolicy(b *Bucket, identified string) {
	c := b.Clone()
	c.Policy = NewDocument(identified)
	tx.PutBucket(c)
}

// DeleteBucketPolicy takes the policy away; that there is none is no error
// [API_DeleteBucketPolicy].
func (tx *Tx) DeleteBucketPolicy(b *Bucket) {
	if b.Policy == nil {
		return
	}
	c := b.Clone()
	c.Policy = nil
	tx.PutBucket(c)
}

// IdentifyBucketPolicy says whether S3 would save the policy for the bucket, and
// returns it with the users and roles in it as unique ids (P-04). The text is what was
// sent, byte for byte.
func (v *View) IdentifyBucketPolicy(b *Bucket, text string) (string, error) {
	if err := checkBucketPolicy(b.Name, text); err != nil {
		return "", err
	}
	return rewrite(policy.Resource, text, func(p policy.PrincipalValue) (string, error) {
		id, err := "", error(nil)
		switch p.Kind {
		case "*":
		case "AWS":
			id, err = v.principalID(p.Value)
		case "Service":
			err = checkService(p.Value)
		default: // a canonical user could be shown under another kind only (P-08)
			err = invalidPrincipal(p.Kind, p.Value)
		}
		if err != nil {
			return "", badBucketPrincipal(p.Kind, p.Value)
		}
		return id, nil
	})
}

func badBucketPrincipal(kind, value string) *api.Error {
	e := malformedBucketPolicy("Invalid principal in policy")
	e.Members = []api.Member{{Name: "Detail", Value: `"` + kind + `" : "` + value + `"`}}
	return e
}

func malformedBucketPolicy(message string) *api.Error {
	return api.Errorf(http.StatusBadRequest, "MalformedPolicy", "%s", message)
}
