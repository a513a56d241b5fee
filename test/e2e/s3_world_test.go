package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// s3World is a server with a bucket, and a role whose temporary credentials may work
// in it.
type s3World struct {
	server *process.Server
	admin  *cli
	bucket string
	role   string // its ARN
	worker process.Credentials
}

const workerPolicy = `{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation","s3:ListBucketMultipartUploads","s3:ListBucketVersions","s3:GetBucketVersioning"],"Resource":"arn:aws:s3:::photos"},
 {"Effect":"Allow","Action":["s3:GetObject*","s3:PutObject","s3:PutObjectAcl","s3:PutObjectTagging","s3:DeleteObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],"Resource":"arn:aws:s3:::photos/*"}]}`

func newS3World(t *testing.T, arguments ...string) *s3World {
	t.Helper()
	server, key, _ := adminServer(t, append([]string{"--s3-backend", "embedded"}, arguments...)...)
	w := &s3World{server: server, admin: newCLI(t, server, key), bucket: "photos"}
	w.admin.do("s3api", "create-bucket", "--bucket", w.bucket)
	w.role = w.admin.do("iam", "create-role", "--role-name", "worker", "--assume-role-policy-document", trusting(server.Account), "--query", "Role.Arn")
	w.allow(workerPolicy)
	w.worker = w.admin.credentials("Credentials", "sts", "assume-role", "--role-arn", w.role, "--role-session-name", "tools")
	return w
}

// allow is the worker's only policy from now on.
func (w *s3World) allow(document string) {
	w.admin.do("iam", "put-role-policy", "--role-name", "worker", "--policy-name", "work", "--policy-document", document)
}

// forbid takes the worker's policy away.
func (w *s3World) forbid() {
	w.admin.do("iam", "delete-role-policy", "--role-name", "worker", "--policy-name", "work")
}

// environment of a program that works as the role.
func (w *s3World) environment(t *testing.T, more ...string) []string {
	t.Helper()
	return process.Environment(t, append(w.server.Environment(w.worker), more...)...)
}

// stored lists the keys of the bucket, as its owner sees them.
func (w *s3World) stored(t *testing.T) map[string]int64 {
	t.Helper()
	w.admin.t = t
	r := w.admin.call("--output", "json", "s3api", "list-objects-v2", "--bucket", w.bucket)
	var list struct {
		Contents []struct {
			Key  string
			Size int64
		}
	}
	if r.Code != 0 {
		t.Fatal(r.Stderr)
	}
	if text := strings.TrimSpace(r.Stdout); text != "" {
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	keys := map[string]int64{}
	for _, o := range list.Contents {
		keys[o.Key] = o.Size
	}
	return keys
}
