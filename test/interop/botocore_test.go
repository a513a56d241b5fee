package interop

import (
	"os/exec"
	"testing"
)

// pythons are where botocore may be: first the Python that Debian's packages
// install their modules for, then that of the PATH.
var pythons = []string{"/usr/bin/python3", "python3"}

// pythonWithBotocore is the first that has it.
func pythonWithBotocore(t *testing.T) string {
	t.Helper()
	for _, python := range pythons {
		if exec.Command(python, "-c", "import botocore.auth").Run() == nil {
			return python
		}
	}
	t.Fatal("this test needs Debian's package python3-boto3")
	return ""
}

func TestBotocoreVerifies(t *testing.T) {
	python := pythonWithBotocore(t)
	s := newServer(t)
	run(t, exec.Command(python, "testdata/sign.py", requestsFile, s.URL, region, accessKeyID, secret, token))
	s.checkAll(t, "botocore")
}

func run(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
