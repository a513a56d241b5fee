package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestJavaScriptSDKVerifies(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("this test needs Debian's package nodejs: %v", err)
	}
	if _, err := os.Stat("../js/node_modules/@smithy/signature-v4"); err != nil {
		t.Fatalf("this test needs the packages of test/js; run npm ci there: %v", err)
	}
	requests, err := filepath.Abs(requestsFile)
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	run(t, exec.Command(node, "../js/sign.js", requests, s.URL, region, accessKeyID, secret, token))
	s.checkAll(t, "js")
}
