// Package e2e runs the clients that people have - the AWS CLI, boto3, the AWS SDKs
// for Go and JavaScript - and plain HTTP against a real `gatehouse serve`. What a
// single room of the house does is tested beside its code, not here.
package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

// rootServer is a server whose root user has the access key process.Root.
func rootServer(t *testing.T, arguments ...string) *process.Server {
	t.Helper()
	return process.Serve(t, process.RootEnvironment(), append([]string{"--ephemeral"}, arguments...)...)
}

// adminServer is a server with the administrator of --bootstrap-admin, whose key
// is returned, and the data folder's path.
func adminServer(t *testing.T, arguments ...string) (server *process.Server, admin process.Credentials, data string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	server = process.Serve(t, nil, append([]string{"--data", data, "--bootstrap-admin"}, arguments...)...)
	return server, process.AdminOf(t, filepath.Join(data, "admin.env")), data
}

// program finds a program that a test needs; debian is the package that has it.
// Debian's own comes first: its modules are those that Debian's packages install.
func program(t *testing.T, name, debian string) string {
	t.Helper()
	for _, candidate := range []string{filepath.Join("/usr/bin", name), name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	t.Fatalf("this test needs %s: install Debian's package %s", name, debian)
	return ""
}
