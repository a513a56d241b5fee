package authz

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// ObjectTags finds the tags that an object has, where a policy asks for them. An
// object that is not there has none. version is "" for the current one.
type ObjectTags func(ctx context.Context, bucket, key, version string) ([]api.Tag, error)

// S3 are the rows of the S3 API: of every operation of the model that has permissions
// (s3Actions). Whoever serves takes those of its methods. tags may be nil where nothing
// is decided.
func S3(tags ObjectTags) Table {
	rows := Table{}
	for name, asks := range s3Actions {
		if op := s3.API.Operation(name); op != nil {
			rows[name] = newS3Row(name, reflect.TypeOf(op.NewInput()), asks, tags).fill
		}
	}
	return rows
}

// s3Row is what an operation is decided on, made once of s3Actions and of its input.
type s3Row struct {
	operation                                    string
	tags                                         ObjectTags
	bucket, key, version, owner, mfa             field
	copySource, sourceOwner, directive, requests field // requests: the tags that are put
	role                                         field
	asks                                         []s3RowAsk
	unrecorded                                   bool
}

// s3RowAsk is an s3Ask with what it reads of the input, and the condition keys of its
// actions.
type s3RowAsk struct {
	s3Ask
	when            []field
	keys, versioned *s3Keys
}

func newS3Row(operation string, input reflect.Type, asks []s3Ask, tags ObjectTags) *s3Row {
	r := &s3Row{
		operation: operation, tags: tags,
		bucket: fieldOf(input, "Bucket"), key: fieldOf(input, "Key"), version: fieldOf(input, "VersionId"),
		owner: fieldOf(input, "ExpectedBucketOwner"), mfa: fieldOf(input, "MFA"),
		copySource: fieldOf(input, "CopySource"), sourceOwner: fieldOf(input, "ExpectedSourceBucketOwner"),
		directive: fieldOf(input, "TaggingDirective"), requests: firstField(input, []string{"Tagging", "CreateBucketConfiguration.Tags"}),
		role: fieldOf(input, "ReplicationConfiguration.Role"),
	}
	for _, a := range asks {
		if a.action = prefixed(a.action); a.version != "" {
			a.version = prefixed(a.version)
		}
		ask := s3RowAsk{s3Ask: a, keys: newS3Keys(operation, a.action, input, a.on), versioned: newS3Keys(operation, a.version, input, a.on)}
		for _, name := range a.when {
			if f := fieldOf(input, name); f != nil {
				ask.when = append(ask.when, f)
			}
		}
		r.asks = append(r.asks, ask)
	}
	return r
}

func prefixed(action string) string {
	if strings.Contains(action, ":") {
		return action
	}
	return "s3:" + action
}

// s3Request is what one call asks for, as its row read it once. It lives in the
// question; a denial keeps a copy.
type s3Request struct {
	row            *s3Row
	in             any
	target, source s3Place
	requestTags    []api.Tag
	copiesTags     bool
}

// s3Place is a bucket, or an object in one.
type s3Place struct {
	bucket, key string
	version     *string
	owner       string
	policy      *policy.Policy // of the bucket, as far as it counts for the caller
	arn         string
	existing    *existingTags // nil: not looked up
}

// fill reads the request, finds its buckets, and asks what applies. Whether a bucket is
// there everyone may know: S3 says so to the anonymous too.
func (r *s3Row) fill(q *Question, in any) error {
	req := &q.s3
	*req = s3Request{row: r, in: in}
	if err := r.read(req); err != nil {
		return err
	}
	if err := r.place(q, req); err != nil {
		return err
	}
	if r.mfa.text(in) != nil { // T-06: there are no MFA devices, so it is nobody's
		return accessDenied()
	}
	for i := range r.asks {
		if a := &r.asks[i]; a.applies(req) {
			a.add(q, req)
		}
	}
	return nil
}

// read reads what the row's asks depend on.
func (r *s3Row) read(req *s3Request) (err error) {
	in := req.in
	if r.key != nil {
		req.target.version = r.version.text(in)
	}
	req.requestTags, err = r.requestTags(in)
	if err != nil {
		return err
	}
	if r.copySource == nil {
		return nil
	}
	header := r.copySource.text(in)
	if header == nil {
		return api.Errorf(http.StatusBadRequest, "InvalidArgument", "You must specify a copy source.")
	}
	source, err := CopySource(*header)
	if err != nil {
		return err
	}
	req.source = s3Place{bucket: source.Bucket, key: source.Key, version: source.VersionID}
	d := r.directive.text(in)
	req.copiesTags = r.directive != nil && (d == nil || *d == "COPY")
	return nil
}

// place finds the buckets of the request.
func (r *s3Row) place(q *Question, req *s3Request) error {
	if r.bucket == nil { // all buckets of the caller's account (M-05)
		req.target.owner, req.target.arn = q.Call.Account, bucketARN+"*"
		return nil
	}
	t := &req.target
	t.bucket = *r.bucket.text(req.in)
	if k := r.key.text(req.in); k != nil {
		t.key = *k
	}
	if r.createsBucket() {
		t.owner, t.arn = q.Call.Account, bucketARN+t.bucket
		return nil
	}
	if err := t.find(q, r.owner.text(req.in)); err != nil {
		return err
	}
	if r.copySource == nil {
		return nil
	}
	return req.source.find(q, r.sourceOwner.text(req.in))
}

func (r *s3Row) createsBucket() bool { return len(r.asks) > 0 && r.asks[0].on == onNewBucket }

// applies says whether the request needs the permission.
func (a *s3RowAsk) applies(req *s3Request) bool {
	if a.tagged {
		return req.copiesTags
	}
	if len(a.s3Ask.when) == 0 {
		return true
	}
	for _, f := range a.when {
		if f.asks(req.in) && (a.except == "" || f.text(req.in) == nil || *f.text(req.in) != a.except) {
			return true
		}
	}
	return false
}

// add asks for the permission.
func (a *s3RowAsk) add(q *Question, req *s3Request) {
	if a.on == onRole { // T-08
		service := "s3.amazonaws.com"
		q.Ask(a.action, *req.row.role.text(req.in)).Key("iam:PassedToService", &service)
		return
	}
	place := &req.target
	if a.on == onSource {
		place = &req.source
	}
	action, keys := a.action, a.keys
	if place.version != nil && a.version != "" {
		action, keys = a.version, a.versioned
	}
	ask := q.Ask(action, place.arn)
	ask.Account, ask.ResourcePolicy = place.owner, place.policy
	ask.request, ask.keys, ask.source, ask.tagged = req, keys, a.on == onSource, a.tagged
	ask.unrecorded = req.row.unrecorded
	if a.on == onBuckets { // aws-errors 2.3: no resource is printed
		ask.Print("-")
	}
}

const bucketARN = "arn:aws:s3:::"

// find finds the bucket, who owns it, and its policy. expected is the account that must
// own it, where the caller names one.
func (p *s3Place) find(q *Question, expected *string) error {
	owner, b, err := q.View.FindBucket(p.bucket)
	if err != nil {
		return err
	}
	if expected != nil && *expected != owner { // [bucket-owner-condition]
		return accessDenied()
	}
	p.owner = owner
	if p.key == "" {
		p.arn = bucketARN + p.bucket
	} else {
		p.arn = bucketARN + p.bucket + "/" + p.key
	}
	if restricts(b) && owner != q.Call.Account && b.HasPublicPolicy() {
		return nil
	}
	p.policy = q.View.CompiledBucketPolicy(b)
	return nil
}

// restricts says whether a public policy of the bucket counts for its own account only
// [access-control-block-public-access].
func restricts(b *directory.Bucket) bool {
	return b.PublicAccess != nil && b.PublicAccess.RestrictPublicBuckets
}

// accessDenied is S3's refusal that says nothing more (D-03).
func accessDenied() *api.Error {
	return api.Errorf(http.StatusForbidden, "AccessDenied", "Access Denied")
}
