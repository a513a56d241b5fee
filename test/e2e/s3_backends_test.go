package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/gatehouse-iam/gatehouse/gatehousetest"
	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// apart is an S3 server of its own, and how gatehouse is told of it.
type apart struct {
	url         string
	environment []string
}

var apartKey = process.Credentials{AccessKeyID: "APARTAPARTAPARTAPART", SecretAccessKey: "apart/secret+of/the+back+end"}

const apartRegion = "eu-central-1"

// startApart starts VersityGW on a port, with credentials and a region that are not
// gatehouse's.
func startApart(t *testing.T) *apart {
	t.Helper()
	address := freeAddress(t)
	data := filepath.Join(t.TempDir(), "apart")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(process.Binary(t), "s3-backend", "--data", data, "--listen", address)
	c.Env = process.Environment(t)
	input, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	c.Stderr = &complaints
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		input.Close() // it ends with its input
		c.Wait()
	})
	json.NewEncoder(input).Encode(map[string]string{"accessKeyId": apartKey.AccessKeyID, "secretAccessKey": apartKey.SecretAccessKey, "region": apartRegion})
	awaitLine(t, output, "s3 back end ready", &complaints)
	return &apart{"http://" + address, []string{
		"GATEHOUSE_S3_BACKEND_ACCESS_KEY_ID=" + apartKey.AccessKeyID, "GATEHOUSE_S3_BACKEND_SECRET_ACCESS_KEY=" + apartKey.SecretAccessKey, "GATEHOUSE_S3_BACKEND_REGION=" + apartRegion,
	}}
}

// freeAddress is an address on loopback that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func awaitLine(t *testing.T, output io.Reader, line string, complaints fmt.Stringer) {
	t.Helper()
	found := make(chan bool, 1)
	go func() {
		var text strings.Builder
		buffer := make([]byte, 1024)
		for {
			n, err := output.Read(buffer)
			text.Write(buffer[:n])
			if strings.Contains(text.String(), line+"\n") {
				found <- true
				io.Copy(io.Discard, output)
				return
			}
			if err != nil {
				found <- false
				return
			}
		}
	}()
	select {
	case ok := <-found:
		if !ok {
			t.Fatalf("it ended:\n%s", complaints)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("no %q", line)
	}
}

func s3Client(server *process.Server, key process.Credentials) *s3.Client {
	return s3.New(s3.Options{
		Region: server.Region, BaseEndpoint: &server.URL, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, key.SessionToken),
	})
}

// The embedded back end and one started apart do the same.
func TestS3Backends(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		server := process.Serve(t, process.RootEnvironment(), "--ephemeral")
		s3Walk(t, s3Client(server, process.Root))
	})
	t.Run("apart", func(t *testing.T) {
		a := startApart(t)
		server := process.Serve(t, append(process.RootEnvironment(), a.environment...), "--ephemeral", "--s3-backend", a.url)
		s3Walk(t, s3Client(server, process.Root))
	})
	t.Run("embedded in a Go test", func(t *testing.T) {
		s3Walk(t, inGoTest(t, gatehousetest.WithS3(process.Binary(t))))
	})
	t.Run("apart from a Go test", func(t *testing.T) {
		a := startApart(t)
		s3Walk(t, inGoTest(t, gatehousetest.WithS3Backend(a.url, apartRegion, gatehousetest.Credentials(apartKey))))
	})
}

// inGoTest is the administrator's client of a server in this process.
func inGoTest(t *testing.T, o gatehousetest.Option) *s3.Client {
	t.Helper()
	account := gatehousetest.Start(t, o).NewAccount(t)
	return s3Client(&process.Server{URL: account.Endpoint, Region: account.Region}, process.Credentials(account.Admin))
}

func s3Walk(t *testing.T, client *s3.Client) {
	bucket, key := aws.String("photos"), aws.String("a b/c+ü")
	try(t)(client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}))
	try(t)(client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("one"), ContentType: aws.String("text/x-one"), Metadata: map[string]string{"m": "v"}}))
	out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(out.Body); err != nil || string(body) != "one" || *out.ContentType != "text/x-one" || out.Metadata["m"] != "v" {
		t.Errorf("%s %s %v %v", body, *out.ContentType, out.Metadata, err)
	}
	s3WalkParts(t, client, bucket)
	list, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
	if err != nil || len(list.Contents) != 2 || *list.Contents[0].Key != *key || *list.Contents[1].Key != "parts" || *list.Contents[1].Size != 5<<20+3 {
		t.Errorf("%+v %v", list, err)
	}
	try(t)(client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key}))
	if _, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key}); err == nil || !strings.Contains(err.Error(), "NoSuchKey") {
		t.Error("after its deletion:", err)
	}
	if _, err := client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket}); err == nil || !strings.Contains(err.Error(), "BucketNotEmpty") {
		t.Error(err)
	}
	try(t)(client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("parts")}))
	try(t)(client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket}))
}

// s3WalkParts puts an object in two parts.
func s3WalkParts(t *testing.T, client *s3.Client, bucket *string) {
	t.Helper()
	key := aws.String("parts")
	upload, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	for i, body := range []string{strings.Repeat("p", 5<<20), "end"} {
		part, err := client.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(int32(i + 1)), Body: strings.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{ETag: part.ETag, PartNumber: aws.Int32(int32(i + 1)), ChecksumCRC32: part.ChecksumCRC32})
	}
	try(t)(client.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: key, UploadId: upload.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}))
	out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(out.Body); err != nil || string(body) != strings.Repeat("p", 5<<20)+"end" {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

// try fails the test where a call does.
func try(t *testing.T) func(any, error) {
	t.Helper()
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Buckets that the back end has already are nobody's, until they are adopted.
func TestS3Adopt(t *testing.T) {
	a := startApart(t)
	direct := s3.New(s3.Options{Region: apartRegion, BaseEndpoint: &a.url, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(apartKey.AccessKeyID, apartKey.SecretAccessKey, "")})
	try(t)(direct.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("older"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: apartRegion}}))
	try(t)(direct.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("older"), Key: aws.String("k"), Body: strings.NewReader("kept")}))

	server := process.Serve(t, append(process.RootEnvironment(), a.environment...), "--ephemeral", "--s3-backend", a.url)
	client := s3Client(server, process.Root)
	get := func() (string, error) {
		out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("older"), Key: aws.String("k")})
		if err != nil {
			return "", err
		}
		body, err := io.ReadAll(out.Body)
		return string(body), err
	}
	if _, err := get(); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Error("before it is adopted:", err)
	}
	gatehouse := func(arguments ...string) process.Result {
		return process.Gatehouse(t, server.Environment(process.Root), arguments...)
	}
	if r := gatehouse("s3", "unowned"); r.Code != 0 || !strings.HasPrefix(r.Stdout, "older  20") {
		t.Errorf("%+v", r)
	}
	if r := gatehouse("s3", "adopt", "older"); r.Code != 0 || r.Stdout != "arn:aws:s3:::older "+server.Account+"\n" {
		t.Errorf("%+v", r)
	}
	if r := gatehouse("s3", "unowned", "--output", "json"); r.Code != 0 || r.Stdout != "[]\n" {
		t.Errorf("%+v", r)
	}
	if r := gatehouse("s3", "adopt", "none"); r.Code != 2 || !strings.Contains(r.Stderr, "none: NoSuchBucket") {
		t.Errorf("%+v", r)
	}
	if body, err := get(); err != nil || body != "kept" {
		t.Error(body, err)
	}
}
