package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestS3JavaScript runs test/js/s3.js.
func TestS3JavaScript(t *testing.T) {
	node := program(t, "node", "nodejs")
	if _, err := os.Stat("../js/node_modules/@aws-sdk/client-s3"); err != nil {
		t.Fatalf("this test needs the packages of test/js; run npm ci there: %v", err)
	}
	w := newS3World(t)
	r := process.Output(t, w.environment(t), node, "../js/s3.js")
	if r.Code != 0 || !strings.HasPrefix(r.Stdout, "ok ") {
		t.Fatalf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	t.Logf("%d tests held", strings.Count(r.Stdout, "ok "))
}
