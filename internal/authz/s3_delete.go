package authz

import (
	"reflect"
	"sync"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// DeleteKey is one of the objects that DeleteObjects names. Each is decided by itself,
// as DeleteObject is [API_DeleteObjects].
type DeleteKey struct {
	Bucket, Key, VersionId    *string
	IfMatch                   *string
	BypassGovernanceRetention *bool
}

// DeleteKeyRow is the Row of a DeleteKey. A call has one decision record, and may have
// many keys: what is refused is told without an authorization id.
func DeleteKeyRow(tags ObjectTags) Row {
	row := newS3Row("DeleteObject", reflect.TypeFor[*DeleteKey](), s3Actions["DeleteObject"], tags)
	row.unrecorded = true
	return row.fill
}

// Place is a bucket, or an object in it.
type Place struct{ Bucket, Key, VersionId *string }

// May says whether the caller of an S3 call may do one thing more: nil, a *Denial, or
// why nothing could be decided.
type May func(v *directory.View, call *api.Call, action string, on Place) error

// NewMay is for answers that depend on another permission: that an object is not there
// is told to those who may list, the retention of an object to those who may get it
// [API_GetObject].
func NewMay(tags ObjectTags) May {
	var rows sync.Map // by action and what it is on
	type about struct {
		action string
		on     s3Target
	}
	return func(v *directory.View, call *api.Call, action string, on Place) error {
		a := about{action, onObject}
		if on.Key == nil {
			a.on = onBucket
		}
		row, ok := rows.Load(a)
		if !ok {
			row, _ = rows.LoadOrStore(a, newS3Row("", reflect.TypeFor[*Place](), []s3Ask{{action: action, on: a.on}}, tags))
		}
		return Authorize(v, call, row.(*s3Row).fill, &on)
	}
}
