package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestJavaScriptSDK runs test/js/walk.js: the SDK for JavaScript v3 with
// AWS_ENDPOINT_URL.
func TestJavaScriptSDK(t *testing.T) {
	node := program(t, "node", "nodejs")
	if _, err := os.Stat("../js/node_modules/@aws-sdk/client-iam"); err != nil {
		t.Fatalf("this test needs the packages of test/js; run npm ci there: %v", err)
	}
	server, admin, _ := adminServer(t)
	r := process.Output(t, process.Environment(t, server.Environment(admin)...), node, "../js/walk.js")
	if r.Code != 0 || !strings.HasPrefix(r.Stdout, "ok ") {
		t.Fatalf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	t.Logf("%d tests held", strings.Count(r.Stdout, "ok "))
}
