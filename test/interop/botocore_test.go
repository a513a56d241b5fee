package interop

import (
	"os/exec"
	"testing"
)

// debianPython is the Python that Debian's packages install their modules for.
const debianPython = "/usr/bin/python3"

func TestBotocoreVerifies(t *testing.T) {
	if out, err := exec.Command(debianPython, "-c", "import botocore.auth").CombinedOutput(); err != nil {
		t.Fatalf("this test needs Debian's package python3-boto3: %v\n%s", err, out)
	}
	s := newServer(t)
	run(t, exec.Command(debianPython, "testdata/sign.py", requestsFile, s.URL, region, accessKeyID, secret, token))
	s.checkAll(t, "botocore")
}

func run(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
