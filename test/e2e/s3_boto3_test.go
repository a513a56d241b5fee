package e2e

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestS3Boto3 runs testdata/boto3_s3.py: objects, multipart uploads and the transfer
// manager.
func TestS3Boto3(t *testing.T) {
	python := program(t, "python3", "python3-boto3")
	w := newS3World(t)
	r := process.Output(t, w.environment(t, "PYTHONDONTWRITEBYTECODE=1"), python, "testdata/boto3_s3.py")
	m := walked.FindStringSubmatch(r.Stderr)
	if r.Code != 0 || m == nil || m[1] == "0" {
		t.Fatalf("exit %d\n%s", r.Code, r.Stderr)
	}
	t.Logf("boto3 ran %s tests", m[1])
}
