package api_test

import (
	"net/http/httptest"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	s3api "github.com/gatehouse-iam/gatehouse/internal/api/s3"
)

func BenchmarkGetObject(b *testing.B) {
	r := httptest.NewRequest("GET", "/photos/2026/11/24/a.jpg", nil)
	for name, value := range map[string]string{
		"Authorization": "AWS4-HMAC-SHA256 …", "X-Amz-Date": "20261124T140000Z", "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
		"User-Agent": "aws-sdk", "Accept-Encoding": "identity", "Amz-Sdk-Request": "attempt=1",
	} {
		r.Header.Set(name, value)
	}
	b.ReportAllocs()
	for b.Loop() {
		op := s3api.API.Route(r)
		if _, err := api.DecodeInput(s3api.API, op, r, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// GetObject is found and decoded with no more memory than its input and its texts.
func TestGetObjectAllocations(t *testing.T) {
	r := httptest.NewRequest("GET", "/photos/2026/11/24/a.jpg", nil)
	op := s3api.API.Route(r)
	n := testing.AllocsPerRun(100, func() {
		if op = s3api.API.Route(r); op == nil {
			t.Fatal("no operation")
		}
		if _, err := api.DecodeInput(s3api.API, op, r, nil); err != nil {
			t.Fatal(err)
		}
	})
	if n > 6 {
		t.Errorf("%v allocations", n)
	}
}
