package e2e

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestS3GoSDK is the SDK for Go v2, which sends today's checksums: with
// path-style and with virtual-host style requests.
func TestS3GoSDK(t *testing.T) {
	w := newS3World(t)
	c := fromEnvironment(t, append(w.server.Environment(w.worker), process.Environment(t)...))
	g := &goS3{w, s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle, o.HTTPClient, o.RetryMaxAttempts = true, process.NewClient(), 1 })}
	for name, test := range map[string]func(*testing.T){
		"every checksum": g.checksums, "transfer manager": g.transfer, "virtual host": g.virtualHost(c),
		"presigned": g.presigned, "conditional writes": g.conditional, "typed errors": g.typedErrors, "versions": g.versions,
	} {
		t.Run(name, test)
	}
}

type goS3 struct {
	w      *s3World
	client *s3.Client
}

func (g *goS3) put(t *testing.T, key, body string) {
	t.Helper()
	if _, err := g.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &g.w.bucket, Key: &key, Body: strings.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
}

func (g *goS3) get(t *testing.T, key string) string {
	t.Helper()
	out, err := g.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &g.w.bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func (g *goS3) checksums(t *testing.T) {
	for _, algorithm := range []s3types.ChecksumAlgorithm{
		s3types.ChecksumAlgorithmCrc32, s3types.ChecksumAlgorithmCrc32c, s3types.ChecksumAlgorithmCrc64nvme, s3types.ChecksumAlgorithmSha1, s3types.ChecksumAlgorithmSha256,
	} {
		key := "sum/" + string(algorithm)
		_, err := g.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &g.w.bucket, Key: &key, Body: strings.NewReader("summed"), ChecksumAlgorithm: algorithm})
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		if got := g.get(t, key); got != "summed" {
			t.Errorf("%s: %q", algorithm, got)
		}
	}
}

func (g *goS3) transfer(t *testing.T) {
	body := bytes.Repeat([]byte("transferred "), 2<<20)
	m := transfermanager.New(g.client, func(o *transfermanager.Options) { o.PartSizeBytes = 5 << 20 })
	if _, err := m.UploadObject(t.Context(), &transfermanager.UploadObjectInput{Bucket: &g.w.bucket, Key: aws.String("big"), Body: bytes.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
	if g.get(t, "big") != string(body) {
		t.Error("another body")
	}
}

func (g *goS3) virtualHost(c aws.Config) func(*testing.T) {
	return func(t *testing.T) {
		host := *g
		address := strings.TrimPrefix(g.w.server.URL, "http://")
		_, port, _ := strings.Cut(address, ":")
		client := process.NewClient()
		transport := http.DefaultTransport.(*http.Transport).Clone()
		dial := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) { return dial(ctx, network, address) }
		client.Transport = transport
		host.client = s3.NewFromConfig(c, func(o *s3.Options) {
			o.BaseEndpoint, o.HTTPClient, o.RetryMaxAttempts = aws.String("http://localhost:"+port), client, 1
		})
		host.put(t, "virtual/a b", "hosted")
		if got := host.get(t, "virtual/a b") + g.get(t, "virtual/a b"); got != "hostedhosted" {
			t.Error(got)
		}
	}
}

func (g *goS3) presigned(t *testing.T) {
	g.put(t, "presigned", "x")
	p := s3.NewPresignClient(g.client)
	r, err := p.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: &g.w.bucket, Key: aws.String("presigned")}, s3.WithPresignExpires(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); string(body) != "x" || answer.Header.Get("Content-Security-Policy") != "sandbox" {
		t.Errorf("%d %s %v", answer.StatusCode, body, answer.Header)
	}
}

func (g *goS3) conditional(t *testing.T) {
	g.put(t, "once", "1")
	_, err := g.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &g.w.bucket, Key: aws.String("once"), Body: strings.NewReader("2"), IfNoneMatch: aws.String("*")})
	if errorCode(err) != "PreconditionFailed" || g.get(t, "once") != "1" {
		t.Errorf("%v", err)
	}
}

func errorCode(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

func (g *goS3) typedErrors(t *testing.T) {
	_, err := g.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &g.w.bucket, Key: aws.String("none")})
	if e := (*s3types.NoSuchKey)(nil); !errors.As(err, &e) {
		t.Errorf("%v", err)
	}
	_, err = g.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &g.w.bucket, Key: aws.String("none")})
	if e := (*s3types.NotFound)(nil); !errors.As(err, &e) {
		t.Errorf("%v", err)
	}
	_, err = g.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("another")})
	if errorCode(err) != "AccessDenied" {
		t.Errorf("%v", err)
	}
}

// versions: a version asks for s3:GetObjectVersion, which s3:GetObject* allows.
func (g *goS3) versions(t *testing.T) {
	g.w.admin.do("s3api", "put-bucket-versioning", "--bucket", g.w.bucket, "--versioning-configuration", "Status=Enabled")
	g.put(t, "v", "one")
	list, err := g.client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &g.w.bucket, Prefix: aws.String("v")})
	if err != nil {
		t.Fatal(err)
	}
	g.put(t, "v", "two")
	var first *string
	for _, v := range list.Versions {
		if *v.Key == "v" {
			first = v.VersionId
		}
	}
	out, err := g.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &g.w.bucket, Key: aws.String("v"), VersionId: first})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	if body, _ := io.ReadAll(out.Body); string(body) != "one" {
		t.Errorf("%s", body)
	}
	g.w.allow(strings.Replace(workerPolicy, `"s3:GetObject*"`, `"s3:GetObject"`, 1))
	defer g.w.allow(workerPolicy)
	_, err = g.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &g.w.bucket, Key: aws.String("v"), VersionId: first})
	if errorCode(err) != "AccessDenied" || !strings.Contains(err.Error(), "s3:GetObjectVersion") {
		t.Errorf("%v", err)
	}
}
