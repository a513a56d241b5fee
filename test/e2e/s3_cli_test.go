package e2e

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// file makes a file of random bytes.
func file(t *testing.T, name string, size int) (path string, content []byte) {
	t.Helper()
	content = make([]byte, size)
	rand.Read(content)
	path = filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, content
}

func same(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s holds %d other bytes than the %d that were put", path, len(got), len(want))
	}
}

// TestS3CLI is the AWS CLI's s3 and s3api with the temporary credentials of a role.
func TestS3CLI(t *testing.T) {
	w := newS3World(t)
	worker := newCLI(t, w.server, w.worker)
	small, smallContent := file(t, "small", 1000)
	big, bigContent := file(t, "big", 20<<20) // in parts of 8 MiB

	t.Run("cp, ls, mv, sync and rm", func(t *testing.T) {
		worker.t, w.admin.t = t, t
		worker.do("s3", "cp", small, "s3://photos/a/small.bin")
		worker.do("s3", "cp", big, "s3://photos/a/big.bin")
		back := filepath.Join(t.TempDir(), "back")
		worker.do("s3", "cp", "s3://photos/a/small.bin", back)
		same(t, back, smallContent)
		worker.do("s3", "cp", "s3://photos/a/big.bin", back)
		same(t, back, bigContent)
		if out := worker.do("s3", "ls", "s3://photos/a/"); !strings.Contains(out, "20971520 big.bin") || !strings.Contains(out, "1000 small.bin") {
			t.Error(out)
		}
		worker.do("s3", "mv", "s3://photos/a/small.bin", "s3://photos/b/umzug ü+%.bin")
		folder := t.TempDir()
		worker.do("s3", "sync", "s3://photos/", folder)
		same(t, filepath.Join(folder, "b", "umzug ü+%.bin"), smallContent)
		same(t, filepath.Join(folder, "a", "big.bin"), bigContent)
		worker.do("s3", "rm", "--recursive", "s3://photos/")
		if left := w.stored(t); len(left) != 0 {
			t.Error(left)
		}
	})
	t.Run("s3api", func(t *testing.T) {
		worker.t, w.admin.t = t, t
		worker.do("s3api", "put-object", "--bucket", "photos", "--key", "k", "--body", small, "--metadata", "place=Paris", "--content-type", "image/png", "--tagging", "class=public")
		if got := worker.do("s3api", "head-object", "--bucket", "photos", "--key", "k", "--query", "[ContentLength,ContentType]"); got != "1000\timage/png" {
			t.Error(got)
		}
		if got := worker.do("s3api", "get-object-tagging", "--bucket", "photos", "--key", "k", "--query", "TagSet[].[Key,Value]"); got != "class\tpublic" {
			t.Error(got)
		}
		back := filepath.Join(t.TempDir(), "back")
		worker.do("s3api", "get-object", "--bucket", "photos", "--key", "k", "--range", "bytes=10-19", back)
		same(t, back, smallContent[10:20])
		worker.do("s3api", "copy-object", "--bucket", "photos", "--key", "k2", "--copy-source", "photos/k")
		worker.do("s3api", "delete-objects", "--bucket", "photos", "--delete", "Objects=[{Key=k},{Key=k2}],Quiet=true")
		if left := w.stored(t); len(left) != 0 {
			t.Error(left)
		}
	})
	t.Run("a policy taken away and given back", func(t *testing.T) {
		worker.t, w.admin.t = t, t
		worker.do("s3", "cp", small, "s3://photos/x")
		w.forbid()
		defer w.allow(workerPolicy)
		r := worker.call("s3api", "get-object", "--bucket", "photos", "--key", "x", "/dev/null")
		if r.Code != 254 || !strings.Contains(r.Stderr, `is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos/x" because no identity-based policy allows the s3:GetObject action`) {
			t.Errorf("%d %s", r.Code, r.Stderr)
		}
		w.allow(workerPolicy)
		worker.do("s3api", "get-object", "--bucket", "photos", "--key", "x", "/dev/null")
	})
	t.Run("deleting many is decided a key at a time", func(t *testing.T) {
		worker.t, w.admin.t = t, t
		for _, key := range []string{"keep/1", "go/1", "go/2"} {
			worker.do("s3", "cp", small, "s3://photos/"+key)
		}
		w.allow(strings.Replace(workerPolicy, `"s3:DeleteObject",`, "", 1) + "")
		w.admin.do("iam", "put-role-policy", "--role-name", "worker", "--policy-name", "delete", "--policy-document",
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::photos/go/*"}}`)
		defer w.admin.do("iam", "delete-role-policy", "--role-name", "worker", "--policy-name", "delete")
		defer w.allow(workerPolicy)
		out := worker.do("s3api", "delete-objects", "--bucket", "photos", "--delete", "Objects=[{Key=keep/1},{Key=go/1},{Key=go/2}]", "--query", "[Deleted[].Key,Errors[].[Key,Code]]")
		left := w.stored(t)
		if _, kept := left["keep/1"]; !kept || !strings.Contains(out, "keep/1\tAccessDenied") {
			t.Errorf("%v %s", left, out)
		}
		if _, there := left["go/1"]; there {
			t.Error(left)
		}
	})
	t.Run("the worker lists its own account's buckets only where it may", func(t *testing.T) {
		worker.t, w.admin.t = t, t
		if r := worker.call("s3", "ls"); r.Code == 0 || !strings.Contains(r.Stderr, "s3:ListAllMyBuckets") {
			t.Errorf("%d %s%s", r.Code, r.Stdout, r.Stderr)
		}
		if out := w.admin.do("s3", "ls"); !strings.HasSuffix(out, " photos") {
			t.Error(out)
		}
	})
	t.Run("presigned", func(t *testing.T) {
		worker.t, w.admin.t = t, t
		worker.do("s3", "cp", small, "s3://photos/p q.bin")
		curl := program(t, "curl", "curl")
		url := worker.do("s3", "presign", "s3://photos/p q.bin", "--expires-in", "60")
		back := filepath.Join(t.TempDir(), "back")
		if r := run(t, curl, "-sSf", "-o", back, url); r.Code != 0 {
			t.Fatal(r.Stderr)
		}
		same(t, back, smallContent)
		if r := run(t, curl, "-s", strings.Replace(url, "p%20q", "p%20r", 1)); !strings.Contains(r.Stdout, "<Code>SignatureDoesNotMatch</Code>") {
			t.Error(r.Stdout)
		}
	})
}
