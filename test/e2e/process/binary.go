// Package process runs the gatehouse binary as its users do: built once, started
// as a process of its own, in an environment that nothing leaks into. What the
// processes are made to do is the tests' business.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Main runs the tests of a package that uses the binary, and removes it after
// them. TestMain calls it: os.Exit(process.Main(m)).
func Main(m *testing.M) int {
	defer func() {
		if folder != "" {
			os.RemoveAll(folder)
		}
	}()
	return m.Run()
}

// folder is where the binary is built; "" as long as it is not.
var folder string

// built is the binary's path. All tests of the process share it.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gatehouse-test-")
	if err != nil {
		return "", err
	}
	folder = dir
	root, err := repository()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "gatehouse")
	build := exec.Command("go", "build", "-o", path, "./cmd/gatehouse")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/gatehouse: %w\n%s", err, out)
	}
	return path, nil
})

// Binary is the path of the gatehouse binary, as the sources here build it.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// repository is the folder above that has the command.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "cmd", "gatehouse")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no folder above has cmd/gatehouse")
		}
		dir = filepath.Dir(dir)
	}
}

// Environment is what every process starts with: a PATH, an empty home and
// nothing of the person who runs the tests. extra is added to it.
func Environment(t testing.TB, extra ...string) []string {
	t.Helper()
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LANG=C.UTF-8",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
	}, extra...)
}

// Result is how a process ended.
type Result struct {
	Stdout, Stderr string
	Code           int
}

// Output runs a program to its end.
func Output(t testing.TB, environment []string, program string, arguments ...string) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	c := exec.CommandContext(ctx, program, arguments...)
	c.Env, c.Stdout, c.Stderr = environment, &stdout, &stderr
	err := c.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %v: %v, %v; it wrote\n%s%s", program, arguments, err, ctx.Err(), &stdout, &stderr)
	}
	return Result{stdout.String(), stderr.String(), c.ProcessState.ExitCode()}
}

// Gatehouse runs a command of the binary that ends by itself.
func Gatehouse(t testing.TB, environment []string, arguments ...string) Result {
	t.Helper()
	return Output(t, Environment(t, environment...), Binary(t), arguments...)
}
