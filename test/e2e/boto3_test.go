package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// walked is unittest's last line but one.
var walked = regexp.MustCompile(`(?m)^Ran ([0-9]+) tests in `)

// TestBoto3 walks every implemented operation, with paginators, waiters and
// exceptions, as testdata/boto3_walk.py says.
func TestBoto3(t *testing.T) {
	python := program(t, "python3", "python3-boto3")
	if r := process.Output(t, process.Environment(t), python, "-c", "import boto3"); r.Code != 0 {
		t.Fatalf("this test needs boto3: install Debian's package python3-boto3\n%s", r.Stderr)
	}
	server, admin, _ := adminServer(t)
	operations := filepath.Join(t.TempDir(), "operations.json")
	if err := os.WriteFile(operations, []byte(process.Gatehouse(t, nil, "operations", "--output", "json").Stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := process.Environment(t, append(server.Environment(admin), "OPERATIONS="+operations, "PYTHONDONTWRITEBYTECODE=1")...)
	r := process.Output(t, environment, python, "testdata/boto3_walk.py")
	m := walked.FindStringSubmatch(r.Stderr)
	if r.Code != 0 || m == nil || m[1] == "0" {
		t.Fatalf("exit %d\n%s", r.Code, r.Stderr)
	}
	t.Logf("boto3 ran %s tests", m[1])
}
