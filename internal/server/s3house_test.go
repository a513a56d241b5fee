package server_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	s3api "github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/gateway/s3"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// backend is a store behind S3 that notes what reaches it.
type backend struct {
	url string

	mu      sync.Mutex
	reached []string // method and path
}

func newBackend(t testing.TB) *backend {
	b := &backend{}
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.reached = append(b.reached, r.Method+" "+r.URL.EscapedPath())
		w.Header().Set("Etag", `"e"`)
	}))
	t.Cleanup(ts.Close)
	b.url = ts.URL
	return b
}

func (b *backend) gateway(t testing.TB) *s3.Backend {
	u, err := url.Parse(b.url)
	ok(t, err)
	return s3.NewBackend(s3.BackendOptions{
		URL: u, Region: region, Log: slog.New(slog.DiscardHandler), Transport: http.DefaultTransport,
		Credentials: func(context.Context) (sigv4.Credentials, error) {
			return sigv4.Credentials{AccessKeyID: "BACKEND", SecretAccessKey: "secret"}, nil
		},
	})
}

// requests are what reached the back end so far.
func (b *backend) requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.reached)
}

// without are the services but those that extra stands for.
func without(extra, all []services.Implementation) []services.Implementation {
	return slices.DeleteFunc(all, func(i services.Implementation) bool {
		return slices.ContainsFunc(extra, func(e services.Implementation) bool { return e.API.Name == i.API.Name })
	})
}

// victims are the values of S3's members, of a bucket that account a has.
var victims = map[string]string{
	"Bucket": "victim-bucket", "Key": "victim-file", "CopySource": "victim-bucket/victim-file", "UploadId": "victim-upload", "Policy": allowAll,
}

// s3Request makes an unsigned request of an operation of S3 with its required members.
func (h *house) s3Request(t testing.TB, op *api.Operation) (*http.Request, []byte) {
	t.Helper()
	in := op.NewInput()
	if op.Input != nil {
		require(reflect.ValueOf(in).Elem(), op.Input, true)
	}
	out, err := api.EncodeRequest(s3api.API, op, in)
	ok(t, err)
	target := h.url + out.Path
	if out.Query != "" {
		target += "?" + out.Query
	}
	r, err := http.NewRequest(op.Method, target, bytes.NewReader(out.Body))
	ok(t, err)
	r.Header = out.Header
	if op.Name == "DeleteObjects" { // it takes no body without
		hash := md5.Sum(out.Body)
		r.Header.Set("Content-Md5", base64.StdEncoding.EncodeToString(hash[:]))
	}
	return r, out.Body
}

// require fills the required members of a structure; at the top, the body too.
func require(v reflect.Value, s *api.Shape, top bool) {
	for i := range s.Members {
		if m := &s.Members[i]; m.Required || top && m.Payload && m.Shape.Kind == api.Structure {
			fill(v.Field(i), m.Name, m.Shape)
		}
	}
}

func fill(v reflect.Value, name string, s *api.Shape) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.Kind {
	case api.Structure:
		require(v, s, false)
	case api.List:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name, s.Element)
	case api.String:
		text := victims[name]
		if text == "" && len(s.Enum) > 0 {
			text = s.Enum[0]
		} else if text == "" {
			text = "x"
		}
		v.SetString(text)
	case api.Boolean:
		v.SetBool(true)
	case api.Integer, api.Long:
		v.SetInt(1)
	case api.Timestamp:
		v.Set(reflect.ValueOf(time.Unix(1795528800, 0).UTC()))
	}
}
