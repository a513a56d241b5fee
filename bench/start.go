package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// measureStart measures the time from the start of the process `gatehouse serve
// --ephemeral` to its first answer.
func measureStart() ([]bar, error) {
	dir, err := os.MkdirTemp("", "gatehouse-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "gatehouse")
	if out, err := exec.Command("go", "build", "-o", binary, "./cmd/gatehouse").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w: %s", err, out)
	}
	var times []float64
	for range 2*sizes.rounds + 1 {
		t, err := firstAnswer(binary)
		if err != nil {
			return nil, err
		}
		times = append(times, float64(t.Milliseconds()))
	}
	return []bar{{name: "serve --ephemeral to its first answer, wall clock", measured: median(times), unit: "ms", limit: 150}}, nil
}

func firstAnswer(binary string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, binary, "serve", "--ephemeral", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0")
	c.Env = append(os.Environ(), "GATEHOUSE_ROOT_ACCESS_KEY_ID="+rootKeyID, "GATEHOUSE_ROOT_SECRET_ACCESS_KEY="+rootSecret)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	stdout, err := c.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := c.Start(); err != nil {
		return 0, err
	}
	defer func() {
		c.Process.Signal(syscall.SIGTERM)
		c.Wait()
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(line)
	if len(fields) < 2 || fields[0] != "ready" {
		return 0, fmt.Errorf("unexpected: %q", line)
	}
	_, err = call(fields[1], "sts", "GetCallerIdentity", nil, sigv4.Credentials{AccessKeyID: rootKeyID, SecretAccessKey: rootSecret})
	took := time.Since(begin)
	http.DefaultClient.CloseIdleConnections()
	return took, err
}
