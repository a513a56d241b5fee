package authz

import (
	"reflect"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// S3Permission is one permission that an operation of S3 needs, as it is told to people.
type S3Permission struct {
	Action   string   // with its prefix
	Version  string   // the action where the request names a version; "" where it is the same
	Resource string   // with BUCKET and KEY in the place of names
	When     string   // "with tags"; "" for always
	Keys     []string // condition keys, besides those of every S3 request, in order
}

// s3Resources are how the targets are written.
var s3Resources = map[s3Target]string{
	onBucket: "arn:aws:s3:::BUCKET", onNewBucket: "arn:aws:s3:::BUCKET", onBuckets: "arn:aws:s3:::*",
	onObject: "arn:aws:s3:::BUCKET/KEY", onSource: "arn:aws:s3:::SOURCE-BUCKET/SOURCE-KEY", onRole: "the role's ARN",
}

// S3Permissions are what an operation needs. DeleteObjects needs for each key what
// DeleteObject does.
func S3Permissions(operation string) []S3Permission {
	asks := s3Actions[operation]
	if operation == "DeleteObjects" {
		operation, asks = "DeleteObject", s3Actions["DeleteObject"]
	}
	op := s3.API.Operation(operation)
	if op == nil {
		return nil
	}
	row := newS3Row(operation, reflect.TypeOf(op.NewInput()), asks, nil)
	var all []S3Permission
	for _, a := range row.asks {
		p := S3Permission{Action: a.action, Version: a.version, Resource: s3Resources[a.on], When: a.words, Keys: a.keys.all()}
		if a.version != "" {
			p.Keys = a.versioned.all()
		}
		if a.on == onRole {
			p.Keys = []string{"iam:PassedToService"}
		}
		all = append(all, p)
	}
	return all
}

// all are the names of the keys, with AWS's placeholders for tags.
func (k *s3Keys) all() []string {
	names := slices.Clone(k.names)
	for name, has := range map[string]bool{"s3:ExistingObjectTag/<key>": k.object, "s3:RequestObjectTag/<key>": k.request, "aws:RequestTag/${TagKey}": k.bucket} {
		if has {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
