package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// TestMain lets the scenarios run the binary: it is this one.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gatehouse": main})
}

// The scenarios of testdata run the commands as a user does.
func TestScenarios(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("EXAMPLES", examples)
			e.Setenv("TMPDIR", e.WorkDir+"/.tmp")
			e.Values[serversKey{}] = map[string]*running{}
			return os.MkdirAll(e.WorkDir+"/.tmp", 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "server": startServer, "end": stopServer, "call": call, "mode": mode, "empty": emptyFolder,
		},
	})
}

// exits CODE ARGUMENT…: runs gatehouse, which must exit with that code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("gatehouse", args[1:]...)
	code := 0
	if exit, ended := err.(*exec.ExitError); ended {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

type serversKey struct{}

// running is a server of a scenario.
type running struct {
	command *exec.Cmd
	stderr  *strings.Builder
}

// server NAME ARGUMENT…: starts gatehouse serve and waits for its ready line, whose
// parts become URL, ACCOUNT, REGION and CONSOLE.
func startServer(ts *testscript.TestScript, _ bool, args []string) {
	s := &running{exec.Command("gatehouse", append([]string{"serve"}, args[1:]...)...), &strings.Builder{}}
	s.command.Path = lookPath(ts)
	s.command.Dir, s.command.Env, s.command.Stderr = ts.MkAbs("."), environment(ts), s.stderr
	out, err := s.command.StdoutPipe()
	ts.Check(err)
	ts.Check(s.command.Start())
	ts.Defer(func() { s.command.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.command.Wait()
		ts.Fatalf("no ready line: %v\n%s", err, s.stderr)
	}
	fields := strings.Fields(line)
	if len(fields) != 5 || fields[0] != "ready" {
		ts.Fatalf("%q is not the ready line", line)
	}
	ts.Setenv("URL", fields[1])
	for _, f := range fields[2:] {
		name, value, _ := strings.Cut(f, "=")
		ts.Setenv(strings.ToUpper(name), value)
	}
	ts.Value(serversKey{}).(map[string]*running)[args[0]] = s
}

// environment is the scenario's, with its own variables of the house.
func environment(ts *testscript.TestScript) []string {
	env := []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	for _, name := range append([]string{"GATEHOUSE_REGION", "GATEHOUSE_LISTEN", "GATEHOUSE_LOG_FORMAT", "XDG_DATA_HOME"}, firstStartVariables...) {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func lookPath(ts *testscript.TestScript) string {
	for _, dir := range strings.Split(ts.Getenv("PATH"), ":") {
		if info, err := os.Stat(dir + "/gatehouse"); err == nil && info.Mode().IsRegular() {
			return dir + "/gatehouse"
		}
	}
	ts.Fatalf("no gatehouse in PATH")
	return ""
}

// end NAME CODE FILE [kill]: SIGTERM, and the code that it must exit with; what it
// said on stderr goes to the file. With kill, SIGKILL.
func stopServer(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(serversKey{}).(map[string]*running)[args[0]]
	signal := syscall.SIGTERM
	if len(args) > 3 {
		signal = syscall.SIGKILL
	}
	ts.Check(s.command.Process.Signal(signal))
	s.command.Wait()
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(s.stderr.String()), 0o600))
	if code := s.command.ProcessState.ExitCode(); fmt.Sprint(code) != args[1] {
		ts.Fatalf("exit code %d, want %s: %s", code, args[1], s.stderr)
	}
}

// call STATUS SERVICE FORM ENVFILE: a signed call with the keys of an admin.env; its
// answer must have that status and goes to the file "answer".
func call(ts *testscript.TestScript, _ bool, args []string) {
	keys := sigv4.Credentials{}
	for line := range strings.Lines(ts.ReadFile(args[3])) {
		name, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		switch name {
		case "AWS_ACCESS_KEY_ID":
			keys.AccessKeyID = value
		case "AWS_SECRET_ACCESS_KEY":
			keys.SecretAccessKey = value
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, ts.Getenv("URL")+"/", strings.NewReader(args[2]))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(args[2]))
	signer := sigv4.Signer{Region: "us-east-1", Service: args[1]}
	ts.Check(signer.Sign(r, keys, hex.EncodeToString(sum[:]), time.Now()))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if fmt.Sprint(resp.StatusCode) != args[0] {
		ts.Fatalf("%s: %s", resp.Status, text)
	}
	ts.Check(os.WriteFile(ts.MkAbs("answer"), text, 0o600))
	ts.Setenv("REQUEST", resp.Header.Get("x-amzn-RequestId"))
}

// mode MODE FILE: the file has that mode.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// empty FOLDER: nothing is in it.
func emptyFolder(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(entries) > 0 {
		ts.Fatalf("%s is not empty: %v", args[0], entries)
	}
}
