package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// run runs a program in an environment of nothing.
func run(t *testing.T, path string, arguments ...string) process.Result {
	t.Helper()
	return process.Output(t, process.Environment(t), path, arguments...)
}

// tool is a program with its environment and the arguments that all its calls have.
type tool struct {
	path        string
	environment []string
	always      []string
}

func (c tool) call(t *testing.T, arguments ...string) process.Result {
	t.Helper()
	return process.Output(t, c.environment, c.path, append(c.always[:len(c.always):len(c.always)], arguments...)...)
}

func (c tool) do(t *testing.T, arguments ...string) string {
	t.Helper()
	r := c.call(t, arguments...)
	if r.Code != 0 {
		t.Fatalf("%s %v: exit %d\n%s%s", c.path, arguments, r.Code, r.Stdout, r.Stderr)
	}
	return r.Stdout
}

// TestS3Tools are the tools that people have, with a role's temporary credentials.
func TestS3Tools(t *testing.T) {
	w := newS3World(t)
	t.Run("s3cmd", w.s3cmd)
	t.Run("rclone", w.rclone)
	t.Run("restic", w.restic)
}

// denied says that a call fails once the role's policy is gone, and works once it is
// back.
func (w *s3World) denied(t *testing.T, c tool, arguments ...string) {
	t.Helper()
	w.admin.t = t
	w.forbid()
	r := c.call(t, arguments...)
	w.allow(workerPolicy)
	if said := r.Stdout + r.Stderr; r.Code == 0 || !strings.Contains(said, "AccessDenied") && !strings.Contains(said, "Access Denied") && !strings.Contains(said, "not authorized") {
		t.Errorf("exit %d without a policy\n%s", r.Code, said)
	}
	c.do(t, arguments...)
}

func (w *s3World) s3cmd(t *testing.T) {
	host := strings.TrimPrefix(w.server.URL, "http://")
	c := tool{program(t, "s3cmd", "s3cmd"), w.environment(t), []string{
		"--config", os.DevNull, "--no-ssl", "--host", host, "--host-bucket", host, "--region", w.server.Region,
		"--access_key", w.worker.AccessKeyID, "--secret_key", w.worker.SecretAccessKey, "--access_token", w.worker.SessionToken, "--no-progress",
	}}
	small, smallContent := file(t, "small", 5000)
	big, bigContent := file(t, "big", 17<<20)
	c.do(t, "put", small, "s3://photos/s3cmd/small ü.bin")
	c.do(t, "put", "--multipart-chunk-size-mb=5", big, "s3://photos/s3cmd/big.bin")
	if out := c.do(t, "ls", "s3://photos/s3cmd/"); !strings.Contains(out, "s3://photos/s3cmd/big.bin") {
		t.Error(out)
	}
	back := filepath.Join(t.TempDir(), "back")
	c.do(t, "get", "s3://photos/s3cmd/small ü.bin", back)
	same(t, back, smallContent)
	c.do(t, "get", "--force", "s3://photos/s3cmd/big.bin", back)
	same(t, back, bigContent)
	c.do(t, "cp", "--acl-private", "s3://photos/s3cmd/big.bin", "s3://photos/s3cmd/copy.bin")
	w.denied(t, c, "ls", "s3://photos/s3cmd/")
	c.do(t, "del", "--recursive", "--force", "s3://photos/s3cmd/")
	if left := w.stored(t); len(left) != 0 {
		t.Error(left)
	}
}

func (w *s3World) rclone(t *testing.T) {
	c := tool{program(t, "rclone", "rclone"), w.environment(t,
		"RCLONE_CONFIG="+filepath.Join(t.TempDir(), "rclone.conf"), "RCLONE_CONFIG_G_TYPE=s3", "RCLONE_CONFIG_G_PROVIDER=Other", "RCLONE_CONFIG_G_ENV_AUTH=true",
		"RCLONE_CONFIG_G_ENDPOINT="+w.server.URL, "RCLONE_CONFIG_G_REGION="+w.server.Region, "RCLONE_S3_NO_CHECK_BUCKET=true", "RCLONE_RETRIES=1", "RCLONE_LOW_LEVEL_RETRIES=1"),
		nil}
	folder := t.TempDir()
	content := map[string][]byte{}
	for name, size := range map[string]int{"one.bin": 10, "deep/two ü.bin": 70000, "deep/er/three.bin": 12 << 20} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		made, bytes := file(t, "x", size)
		if err := os.Rename(made, path); err != nil {
			t.Fatal(err)
		}
		content[name] = bytes
	}
	c.do(t, "copy", "--s3-upload-cutoff", "6M", "--s3-chunk-size", "5M", folder, "G:photos/rclone")
	c.do(t, "check", folder, "G:photos/rclone")
	back := t.TempDir()
	c.do(t, "sync", "G:photos/rclone", back)
	for name, bytes := range content {
		same(t, filepath.Join(back, name), bytes)
	}
	w.denied(t, c, "ls", "G:photos/rclone")
	c.do(t, "purge", "G:photos/rclone")
	if left := w.stored(t); len(left) != 0 {
		t.Error(left)
	}
}

func (w *s3World) restic(t *testing.T) {
	u, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := tool{program(t, "restic", "restic"), w.environment(t, "RESTIC_PASSWORD=a password of the tests", "RESTIC_CACHE_DIR="+t.TempDir()),
		[]string{"--repo", "s3:http://" + u.Host + "/photos/backup"}}
	c.do(t, "init")
	source, content := file(t, "data/file.bin", 9<<20)
	c.do(t, "backup", filepath.Dir(source))
	c.do(t, "check", "--read-data")
	target := t.TempDir()
	c.do(t, "restore", "latest", "--target", target)
	same(t, filepath.Join(target, source), content)
	w.denied(t, c, "snapshots")
	c.do(t, "forget", "--keep-last", "1", "--prune")
}
