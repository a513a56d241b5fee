package metadata

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkCredentials are requests for credentials over loopback, beside an empty
// handler's.
func BenchmarkCredentials(b *testing.B) {
	h := newHouse(b)
	service := h.only(h.launch(nil))
	b.Run("empty", func(b *testing.B) {
		benchRequests(b, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "")
	})
	b.Run("credentials", func(b *testing.B) { benchRequests(b, service, token(b, service)) })
}

func benchRequests(b *testing.B, h http.Handler, token string) {
	server := httptest.NewServer(h)
	defer server.Close()
	r, err := http.NewRequest("GET", server.URL+"/latest/meta-data/iam/security-credentials/reader", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set(headerToken, token)
	b.ReportAllocs()
	for b.Loop() {
		w, err := server.Client().Do(r)
		if err != nil || w.StatusCode != http.StatusOK {
			b.Fatal(err, w)
		}
		io.Copy(io.Discard, w.Body)
		w.Body.Close()
	}
}

// BenchmarkHandler is the handler alone.
func BenchmarkHandler(b *testing.B) {
	h := newHouse(b)
	service := h.only(h.launch(nil))
	r := httptest.NewRequest("GET", "http://169.254.169.254/latest/meta-data/iam/security-credentials/reader", nil)
	r.Header.Set(headerToken, token(b, service))
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		if service.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
