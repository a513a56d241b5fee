package s3

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

// Whatever a back end answers, the client gets an error of S3 in our words.
func FuzzRefusal(f *testing.F) {
	for _, text := range []string{"", "<Error><Code>NoSuchKey</Code></Error>", "<Error><Code>AccessDenied</Code><Message>m</Message></Error>", "<html>", "<Error><Code>InvalidRange</Code><ActualObjectSize>5</ActualObjectSize></Error>"} {
		f.Add(404, text)
		f.Add(403, text)
		f.Add(500, text)
	}
	b := &Backend{BackendOptions: BackendOptions{Log: nothing}}
	op := s3.API.Operation("GetObject")
	f.Fuzz(func(t *testing.T, status int, text string) {
		answer := &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(text))}
		var e *api.Error
		if err := b.refusal(op, &s3.GetObjectInput{Bucket: ptr("b"), Key: ptr("k")}, answer); !errors.As(err, &e) {
			t.Fatal(err)
		}
		if e.Status < 400 || e.Status > 599 {
			t.Errorf("status %d", e.Status)
		}
		if _, known := faults[e.Code]; !known && e.Code != "ServiceUnavailable" && e.Code != "SlowDown" {
			t.Errorf("code %q", e.Code)
		}
		if e.Status == http.StatusForbidden && e.Code != "InvalidObjectState" && e.Code != "ObjectNotInActiveTierError" {
			t.Errorf("the back end's denial is the client's: %v", e)
		}
	})
}
