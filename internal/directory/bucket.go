package directory

import (
	"iter"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/tidwall/btree"
)

// BucketOwnerEnforced is the object ownership under which ACLs are off
// [about-object-ownership].
const BucketOwnerEnforced = "BucketOwnerEnforced"

// Bucket finds a bucket in the whole service: who owns it, and its record. nil where
// there is none of the name.
func (v *View) Bucket(name string) (owner string, b *Bucket) {
	if v.tx != nil {
		owner = noted(v, "bucket/"+name, pointer(v.snapshot.buckets, name)).accountID()
		if owner != "" {
			b = v.Of(owner).OwnBucket(name)
		}
	} else if r, ok := v.snapshot.buckets.Get(name); ok { // every decision comes here: no key is made
		owner = r.Account
		if s, _ := v.snapshot.accounts.Get(owner); s != nil {
			b = get(s.buckets, name)
		}
	}
	if b == nil {
		return "", nil
	}
	return owner, b
}

// OwnBucket is the bucket of the view's account, or nil.
func (v *View) OwnBucket(name string) *Bucket {
	return find(v, "a/"+v.account+"/bucket/"+name, func(s *state) *Bucket { return get(s.buckets, name) })
}

// Buckets ranges over the account's buckets in the order of their names, from those
// after the given one.
func (v *View) Buckets(after string) iter.Seq[*Bucket] {
	return ordered(v, after, func(s *state) *btree.Map[string, *Bucket] { return s.buckets })
}

// ARN of the bucket.
func (b *Bucket) ARN() string { return "arn:aws:s3:::" + b.Name }

// Clone is for changing it: what is shared with the state is copied.
func (b *Bucket) Clone() *Bucket {
	c := *b
	c.Tags = append(c.Tags[:0:0], b.Tags...)
	return &c
}

// PutBucket stages a bucket of the transaction's account. It must have been looked up
// with Bucket and OwnBucket before.
func (tx *Tx) PutBucket(b *Bucket) {
	b.Version = recordVersion
	tx.stage("a/"+tx.account+"/bucket/"+b.Name, b)
	tx.setReference("bucket/"+b.Name, tx.account)
}

// RemoveBucket deletes the record and frees the name.
func (tx *Tx) RemoveBucket(b *Bucket) {
	tx.stage("a/"+tx.account+"/bucket/"+b.Name, nil)
	tx.setReference("bucket/"+b.Name, "")
}

// putBucket keeps the compiled policy of a bucket whose policy did not change.
func putBucket(buckets *btree.Map[string, *Bucket], name string, revision int64, c store.Change) error {
	old := get(buckets, name)
	if err := keyed(buckets, name, revision, c); err != nil {
		return err
	}
	if now := get(buckets, name); now != nil && old != nil {
		now.Policy = now.Policy.keep(old.Policy)
	}
	return nil
}
