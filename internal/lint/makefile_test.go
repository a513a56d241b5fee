package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bareMachine is a PATH with a few of Debian's basic commands, and with
// commands of the test's own: name to shell script.
func bareMachine(t *testing.T, commands map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"awk", "bash", "env", "git", "id", "make", "sed"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range commands {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/bash\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// makeOn runs make in the repository's root with nothing but path on the PATH.
func makeOn(t *testing.T, path string, args ...string) (output string, ok bool) {
	t.Helper()
	cmd := exec.Command(filepath.Join(path, "make"), args...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = []string{"PATH=" + path, "HOME=" + t.TempDir()}
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func TestMakeAloneListsTheTargets(t *testing.T) {
	out, ok := makeOn(t, bareMachine(t, nil))
	if !ok {
		t.Fatal(out)
	}
	for _, target := range []string{"build", "run", "test", "test-race", "test-long", "bench", "generate", "lint"} {
		found := false
		for line := range strings.Lines(out) {
			rest, is := strings.CutPrefix(line, "  make "+target+" ")
			found = found || is && len(strings.TrimSpace(rest)) > 10
		}
		if !found {
			t.Errorf("no line for %s in\n%s", target, out)
		}
	}
}

func TestMakeSaysThatGoIsMissing(t *testing.T) {
	path := bareMachine(t, nil)
	for _, target := range []string{"build", "run", "test", "test-race", "test-long", "bench", "generate", "lint"} {
		t.Run(target, func(t *testing.T) {
			out, ok := makeOn(t, path, target)
			if ok || !strings.Contains(out, "there is no go command on this PATH") || !strings.Contains(out, "https://go.dev/dl/") {
				t.Errorf("ends well: %v\n%s", ok, out)
			}
		})
	}
}

// What is missing is installed, once the lists are fresh, and nothing else.
func TestMakeInstallsWhatIsMissing(t *testing.T) {
	const aptGet = `echo "apt-get $*"; echo "frontend ${DEBIAN_FRONTEND-}"`
	fromApt := func(commands map[string]string) map[string]string {
		commands["apt-get"] = aptGet
		commands["sudo"] = `"$@"`
		return commands
	}
	clients := func(aws, python3 string) map[string]string {
		commands := map[string]string{"aws": aws, "python3": python3}
		for _, name := range []string{"jq", "node", "npm", "curl", "openssl", "s3cmd", "rclone", "restic"} {
			commands[name] = ""
		}
		return commands
	}
	tests := []struct {
		name, target string
		commands     map[string]string
		want         string // the install line, "" for none
	}{
		{"nothing there", "need-packages", fromApt(map[string]string{}), "awscli python3 python3-boto3 jq nodejs npm curl openssl s3cmd rclone restic"},
		{"python without boto3", "need-packages", fromApt(clients("echo aws-cli/2.9.19 Python/3.11.2", "exit 1")), "python3-boto3"},
		{"the first version of the AWS CLI", "need-packages", fromApt(clients("echo aws-cli/1.45.11 Python/3.11.7", "")), "awscli"},
		{"all there", "need-packages", fromApt(clients("echo aws-cli/2.9.19 Python/3.11.2", "")), ""},
		{"npm alone", "need-npm", fromApt(map[string]string{"node": ""}), "npm"},
		{"a C compiler", "need-cc", fromApt(map[string]string{}), "build-essential"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, ok := makeOn(t, bareMachine(t, tt.commands), tt.target)
			if !ok {
				t.Fatal(out)
			}
			want := ""
			if tt.want != "" {
				want = "installing " + tt.want + "\napt-get update -q\nfrontend \n" +
					"apt-get install -q -y --no-install-recommends " + tt.want + "\nfrontend noninteractive\n"
			}
			if out != want {
				t.Errorf("got\n%s\nwant\n%s", out, want)
			}
		})
	}
}

func TestMakeNamesWhatIsMissingWhereItCannotInstall(t *testing.T) {
	out, ok := makeOn(t, bareMachine(t, map[string]string{"node": ""}), "need-npm")
	if ok || !strings.Contains(out, "not on this PATH") || !strings.Contains(out, " npm\n") || strings.Contains(out, "nodejs") {
		t.Errorf("ends well: %v\n%s", ok, out)
	}
}
