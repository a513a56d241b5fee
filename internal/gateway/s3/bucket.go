package s3

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// bucketMethods are the operations on buckets, and on what the directory keeps of them.
func (g *Gateway) bucketMethods() methods {
	all := methods{}
	for _, some := range []methods{
		g.bucketCreationMethods(), bucketListMethods(), bucketPolicyMethods(), bucketAccessMethods(),
		g.bucketACLMethods(), bucketTaggingMethods(), g.bucketVersioningMethods(), bucketUnsetMethods(),
	} {
		maps.Copy(all, some)
	}
	return all
}

// bucketOf finds the bucket of a call: the account that owns it, and its record. That it
// is the account that the caller expects is part of the decision.
func bucketOf(v *directory.View, name *string) (owner string, b *directory.Bucket, err error) {
	return v.FindBucket(*name)
}

func errAccessDenied() *api.Error {
	return api.Errorf(http.StatusForbidden, "AccessDenied", "Access Denied")
}

// errHeader is S3's error for a header that asks for what is not there.
func errHeader(header string) error {
	e := api.Errorf(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented")
	e.Members = []api.Member{{Name: "Header", Value: header}}
	return e
}

// errElement is the same for an element of the body.
func errElement(element string) error {
	e := api.Errorf(http.StatusNotImplemented, "NotImplemented", "An element you provided implies functionality that is not implemented")
	e.Members = []api.Member{{Name: "Element", Value: element}}
	return e
}

func errArgument(name, value, format string, args ...any) error {
	e := api.Errorf(http.StatusBadRequest, "InvalidArgument", format, args...)
	e.Members = []api.Member{{Name: "ArgumentName", Value: name}, {Name: "ArgumentValue", Value: value}}
	return e
}

func errMalformedXML() error {
	return api.Errorf(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

// ask makes a request of the back end and reads its whole answer.
func ask[Out any](ctx context.Context, g *Gateway, operation string, in any) (*Out, error) {
	return fetch[Out](ctx, g, s3.API.Operation(operation), in)
}

// answerText answers with a document that no shape of the model is encoded as.
func answerText(call *api.Call, contentType, text string) {
	call.Passed = &api.Passed{Status: http.StatusOK, Header: http.Header{"Content-Type": {contentType}}}
	call.Stream = &api.Stream{ReadCloser: io.NopCloser(strings.NewReader(text)), Length: int64(len(text))}
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

func ptr[T any](v T) *T { return &v }
