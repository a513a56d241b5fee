package authz

import (
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// s3Keys are the condition keys that an action has with an operation: those that the
// Service Authorization Reference lists for the action, as far as the operation's input
// has what they tell. They are read when a policy asks.
type s3Keys struct {
	named   map[string]s3Reader // by folded name
	names   []string            // as AWS spells them, sorted
	request bool                // s3:RequestObjectTag/…
	bucket  bool                // aws:RequestTag/…
	object  bool                // s3:ExistingObjectTag/…
}

// s3Reader reads the value of a condition key. ok is false where the request has none.
type s3Reader func(q *s3Request, now time.Time) (v policy.Value, ok bool)

// s3Members are the condition keys that are a member of the input as it was sent.
var s3Members = map[string][]string{
	"s3:delimiter":                                       {"Delimiter"},
	"s3:if-match":                                        {"IfMatch"},
	"s3:if-none-match":                                   {"IfNoneMatch"},
	"s3:inventoryaccessibleoptionalfields":               {"InventoryConfiguration.OptionalFields"},
	"s3:locationconstraint":                              {"CreateBucketConfiguration.LocationConstraint"},
	"s3:max-keys":                                        {"MaxKeys"},
	"s3:object-lock-legal-hold":                          {"ObjectLockLegalHoldStatus", "LegalHold.Status"},
	"s3:object-lock-mode":                                {"ObjectLockMode", "Retention.Mode"},
	"s3:object-lock-retain-until-date":                   {"ObjectLockRetainUntilDate", "Retention.RetainUntilDate"},
	"s3:prefix":                                          {"Prefix"},
	"s3:x-amz-acl":                                       {"ACL"},
	"s3:x-amz-bucket-namespace":                          {"BucketNamespace"},
	"s3:x-amz-grant-full-control":                        {"GrantFullControl"},
	"s3:x-amz-grant-read":                                {"GrantRead"},
	"s3:x-amz-grant-read-acp":                            {"GrantReadACP"},
	"s3:x-amz-grant-write":                               {"GrantWrite"},
	"s3:x-amz-grant-write-acp":                           {"GrantWriteACP"},
	"s3:x-amz-metadata-directive":                        {"MetadataDirective"},
	"s3:x-amz-object-ownership":                          {"ObjectOwnership"},
	"s3:x-amz-server-side-encryption":                    {"ServerSideEncryption"},
	"s3:x-amz-server-side-encryption-aws-kms-key-id":     {"SSEKMSKeyId"},
	"s3:x-amz-server-side-encryption-customer-algorithm": {"SSECustomerAlgorithm"},
	"s3:x-amz-storage-class":                             {"StorageClass"},
	"s3:x-amz-website-redirect-location":                 {"WebsiteRedirectLocation"},
}

// creations are the operations that an upload consists of: whether they make an object
// [conditional-writes-enforce].
var creations = map[string]string{
	"PutObject": "true", "CopyObject": "true", "CompleteMultipartUpload": "true",
	"CreateMultipartUpload": "false", "UploadPart": "false", "UploadPartCopy": "false",
}

func newS3Keys(operation, action string, input reflect.Type, on s3Target) *s3Keys {
	k := &s3Keys{named: map[string]s3Reader{}}
	table, _ := services.Service("s3")
	prefix, name, _ := strings.Cut(action, ":")
	documented, ok := table.Action(name)
	if prefix != "s3" || !ok {
		return k
	}
	for _, name := range documented.ConditionKeys {
		switch folded := strings.ToLower(name); folded {
		case "s3:existingobjecttag/<key>":
			k.object = true
		case "s3:requestobjecttag/<key>":
			k.request = on == onObject && fieldOf(input, "Tagging") != nil
		case "aws:requesttag/${tagkey}":
			k.bucket = fieldOf(input, "CreateBucketConfiguration.Tags") != nil
		default:
			if read := s3KeyReader(operation, folded, input, on); read != nil {
				k.named[folded] = read
				k.names = append(k.names, name)
			}
		}
	}
	slices.Sort(k.names)
	return k
}

// s3KeyReader is how a key is read, nil where the operation's input does not tell it.
// Of the source of a copy, the request tells the version alone.
func s3KeyReader(operation, key string, input reflect.Type, on s3Target) s3Reader {
	if key == "s3:versionid" {
		return versionReader(input, on)
	}
	if on == onSource {
		return nil
	}
	switch key {
	case "s3:x-amz-copy-source":
		if fieldOf(input, "CopySource") != nil {
			return copySource
		}
	case "s3:objectcreationoperation":
		if v, ok := creations[operation]; ok {
			return func(*s3Request, time.Time) (policy.Value, bool) { return one(v) }
		}
	case "s3:requestobjecttagkeys":
		if fieldOf(input, "Tagging") != nil {
			return requestTagKeys
		}
	case "aws:tagkeys":
		if fieldOf(input, "CreateBucketConfiguration.Tags") != nil {
			return requestTagKeys
		}
	case "s3:object-lock-remaining-retention-days":
		return remainingDays(input)
	}
	return memberReader(input, s3Members[key])
}

func versionReader(input reflect.Type, on s3Target) s3Reader {
	if on == onSource {
		return func(q *s3Request, _ time.Time) (policy.Value, bool) { return given(q.source.version) }
	}
	if fieldOf(input, "VersionId") == nil {
		return nil
	}
	return func(q *s3Request, _ time.Time) (policy.Value, bool) { return given(q.target.version) }
}

func given(s *string) (policy.Value, bool) {
	if s == nil {
		return policy.Value{}, false
	}
	return one(*s)
}

// copySource is the source as bucket/key, however it was written (choice): a policy
// cannot be passed by a slash or an escape.
func copySource(q *s3Request, _ time.Time) (policy.Value, bool) {
	return one(q.source.bucket + "/" + q.source.key)
}

// requestTagKeys is present, without a value, where no tags came (K-23).
func requestTagKeys(q *s3Request, _ time.Time) (policy.Value, bool) {
	keys := make([]string, 0, len(q.requestTags))
	for _, t := range q.requestTags {
		keys = append(keys, t.Key)
	}
	return policy.Value{Many: keys, IsMany: true}, true
}

// remainingDays is the rest of a retention in days, those begun too [object-lock-managing].
func remainingDays(input reflect.Type) s3Reader {
	f := firstField(input, s3Members["s3:object-lock-retain-until-date"])
	if f == nil {
		return nil
	}
	return func(q *s3Request, now time.Time) (policy.Value, bool) {
		v, ok := f.value(q.in)
		if !ok {
			return policy.Value{}, false
		}
		rest := v.Interface().(*time.Time).Sub(now)
		days := rest / (24 * time.Hour)
		if rest%(24*time.Hour) > 0 {
			days++
		}
		return one(strconv.FormatInt(int64(days), 10))
	}
}

func firstField(input reflect.Type, members []string) field {
	for _, m := range members {
		if f := fieldOf(input, m); f != nil {
			return f
		}
	}
	return nil
}

func memberReader(input reflect.Type, members []string) s3Reader {
	f := firstField(input, members)
	if f == nil {
		return nil
	}
	return func(q *s3Request, _ time.Time) (policy.Value, bool) {
		v, ok := f.value(q.in)
		if !ok {
			return policy.Value{}, false
		}
		switch p := v.Interface().(type) {
		case *string:
			return one(*p)
		case *int32:
			return one(strconv.Itoa(int(*p)))
		case *bool:
			return one(strconv.FormatBool(*p))
		case *time.Time:
			return one(p.UTC().Format(ISO))
		case []string:
			return policy.Value{Many: p, IsMany: true}, true
		}
		return policy.Value{}, false
	}
}

const (
	requestObjectTag  = "s3:requestobjecttag/"
	existingObjectTag = "s3:existingobjecttag/"
	requestTag        = "aws:requesttag/"
)

// ofRequest finds a condition key in what an S3 call asks for.
func (c *conditions) ofRequest(key policy.Key) (policy.Value, bool) {
	k, q := c.ask.keys, c.ask.request
	if read := k.named[key.Folded]; read != nil {
		return read(q, c.call.Time)
	}
	kind, _, ok := strings.Cut(key.Folded, "/")
	if !ok {
		return policy.Value{}, false
	}
	_, tag, _ := strings.Cut(key.Name, "/")
	switch kind += "/"; {
	case kind == requestObjectTag && k.request, kind == requestTag && k.bucket:
		return tagValue(q.requestTags, tag)
	case kind == existingObjectTag && k.object:
		return tagValue(q.existing(c.ask).tags, tag)
	}
	return policy.Value{}, false
}

// requested ranges over the keys that the call's input has a value for, and the tags of
// the object as far as they were looked up.
func (a *Ask) requested(now time.Time) iter.Seq2[string, policy.Value] {
	return func(yield func(string, policy.Value) bool) {
		if a.keys == nil {
			return
		}
		for _, name := range a.keys.names {
			if v, ok := a.keys.named[strings.ToLower(name)](a.request, now); ok && !yield(name, v) {
				return
			}
		}
		for _, t := range a.tags() {
			if !yield(t.Key, policy.Value{One: t.Value}) {
				return
			}
		}
	}
}

// tags are the condition keys that are a tag.
func (a *Ask) tags() []api.Tag {
	var all []api.Tag
	add := func(prefix string, tags []api.Tag) {
		for _, t := range tags {
			all = append(all, api.Tag{Key: prefix + t.Key, Value: t.Value})
		}
	}
	if a.keys.request {
		add("s3:RequestObjectTag/", a.request.requestTags)
	}
	if a.keys.bucket {
		add("aws:RequestTag/", a.request.requestTags)
	}
	if e := a.place().existing; a.keys.object && e != nil {
		add("s3:ExistingObjectTag/", e.tags)
	}
	return all
}

// ofS3 are the keys that every S3 request has by how it was sent
// [bucket-policy-s3-sigv4-conditions], [amazon-s3-policy-keys].
func (c *conditions) ofS3(key string) (policy.Value, bool) {
	call := c.call
	if call.Service != s3.API {
		return policy.Value{}, false
	}
	switch key {
	case "s3:resourceaccount":
		return oneUnlessEmpty(c.resourceAccount())
	case "s3:tlsversion":
		return oneUnlessEmpty(call.TLSVersion)
	}
	if call.Signed.Algorithm == "" {
		return policy.Value{}, false
	}
	switch key {
	case "s3:authtype":
		if call.Signed.Presigned {
			return one("REST-QUERY-STRING")
		}
		return one("REST-HEADER")
	case "s3:signatureversion":
		return one(call.Signed.Algorithm)
	case "s3:signatureage":
		if !call.Signed.Presigned { // of presigned requests only
			return policy.Value{}, false
		}
		return one(strconv.FormatInt(call.Signed.Age.Milliseconds(), 10))
	case "s3:x-amz-content-sha256":
		return oneUnlessEmpty(call.Signed.PayloadHash)
	}
	return policy.Value{}, false
}
