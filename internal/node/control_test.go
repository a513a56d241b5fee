package node_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// overSocket sends an unsigned call to a service over the control socket of a
// data folder.
func overSocket(t testing.TB, data, service, form string) (status int, answer string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(data, node.ControlSocket))
		}}}
	r, err := client.Post("http://"+service+".localhost/", "application/x-www-form-urlencoded", strings.NewReader(form))
	ok(t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	ok(t, err)
	return r.StatusCode, string(text)
}

const whoAmI = "Action=GetCallerIdentity&Version=2011-06-15"

// shortData is a data folder whose path a socket's may follow.
func shortData(t testing.TB, c *node.Config) {
	t.Helper()
	dir, err := os.MkdirTemp("", "gh")
	ok(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	c.Data = filepath.Join(dir, "data")
}

// contract.md: whoever can open the control socket is the account's root user,
// through the same pipeline.
func TestControlSocket(t *testing.T) {
	cfg := config(t)
	shortData(t, &cfg)
	n := start(t, cfg)
	status, answer := overSocket(t, n.Data(), "sts", whoAmI)
	if status != http.StatusOK || !strings.Contains(answer, "<Arn>arn:aws:iam::"+n.Account()+":root</Arn>") {
		t.Errorf("%d: %s", status, answer)
	}
	status, answer = overSocket(t, n.Data(), "iam", "Action=CreateUser&Version=2010-05-08&UserName=ana")
	if _, err := n.Directory().View(n.Account()).User("ana"); status != http.StatusOK || err != nil {
		t.Errorf("%d: %s, %v", status, answer, err)
	}
	// The pipeline's other steps hold: what no credentials of root may call, its owner may not.
	status, answer = overSocket(t, n.Data(), "sts", "Action=AssumeRole&Version=2011-06-15&RoleSessionName=s1&RoleArn=arn:aws:iam::"+n.Account()+":role/r")
	if status != http.StatusForbidden || !strings.Contains(answer, "Roles may not be assumed by root accounts.") {
		t.Errorf("%d: %s", status, answer)
	}
}

// The socket is for the owner of the data folder alone, whoever may enter it.
func TestControlSocketIsPrivate(t *testing.T) {
	cfg := config(t)
	shortData(t, &cfg)
	ok(t, os.MkdirAll(cfg.Data, 0o755))
	before := syscall.Umask(0)
	n := start(t, cfg)
	syscall.Umask(before)
	info, err := os.Lstat(filepath.Join(n.Data(), node.ControlSocket))
	ok(t, err)
	if info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	entries, err := os.ReadDir(n.Data())
	ok(t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s is left", e.Name())
		}
	}
	if os.Geteuid() != 0 {
		return // nobody else can be tried
	}
	ok(t, os.Chmod(filepath.Dir(n.Data()), 0o755))
	if text, err := asNobody(t, filepath.Join(n.Data(), node.ControlSocket)); err == nil || !strings.Contains(text, "permission denied") {
		t.Errorf("another user connects: %v, %s", err, text)
	}
}

// asNobody connects as another user of the machine, in a process of its own.
func asNobody(t *testing.T, socket string) (string, error) {
	t.Helper()
	binary, err := os.Open("/proc/self/exe")
	ok(t, err)
	defer binary.Close()
	c := exec.Command("/proc/self/fd/3", "-test.run=^TestConnect$", "-test.v")
	c.ExtraFiles = []*os.File{binary}
	c.Dir, c.Env = "/", append(os.Environ(), "CONNECT_TO="+socket)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err = c.Run()
	return out.String(), err
}

// TestConnect is the other user's part of TestControlSocketIsPrivate; by itself it
// finds that a socket which is not there refuses.
func TestConnect(t *testing.T) {
	socket := os.Getenv("CONNECT_TO")
	if socket == "" {
		if c, err := net.Dial("unix", filepath.Join(t.TempDir(), "none")); err == nil {
			c.Close()
			t.Error("connected to nothing")
		}
		return
	}
	c, err := net.Dial("unix", socket)
	ok(t, err)
	c.Close()
}

// A socket goes with its server; one that a killed server left is replaced.
func TestControlSocketComesAndGoes(t *testing.T) {
	cfg := config(t)
	shortData(t, &cfg)
	path := filepath.Join(cfg.Data, node.ControlSocket)
	ok(t, os.MkdirAll(cfg.Data, 0o700))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	ok(t, err)
	l.SetUnlinkOnClose(false)
	ok(t, l.Close())
	n, err := node.Start(context.Background(), cfg)
	ok(t, err)
	if status, answer := overSocket(t, n.Data(), "sts", whoAmI); status != http.StatusOK {
		t.Errorf("%d: %s", status, answer)
	}
	stop(t, n)
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is left: %v", err)
	}
	ok(t, os.WriteFile(path, []byte("somebody's"), 0o600))
	n, err = node.Start(context.Background(), cfg)
	if err == nil {
		stop(t, n)
		t.Fatal("a file was taken for a socket")
	}
	if !strings.Contains(err.Error(), path+" is no socket; move it away") {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "somebody's" {
		t.Errorf("%q, %v", text, err)
	}
}

// A data folder whose path is too long for a socket works, and says what it lacks.
func TestControlSocketWithALongPath(t *testing.T) {
	cfg := config(t)
	shortData(t, &cfg)
	cfg.Data = filepath.Join(filepath.Dir(cfg.Data), strings.Repeat("d", 100))
	log := logged(&cfg)
	n := start(t, cfg)
	if _, err := os.Lstat(filepath.Join(n.Data(), node.ControlSocket)); !os.IsNotExist(err) {
		t.Errorf("there is one: %v", err)
	}
	if !strings.Contains(log.String(), "no control socket: its path is longer than a socket's may be") {
		t.Error(log.String())
	}
	// The longest that fits does fit, on the way to its place too.
	cfg.Data = filepath.Join(filepath.Dir(cfg.Data), "e")
	cfg.Data += strings.Repeat("e", 100-len(cfg.Data)-len("/"+node.ControlSocket))
	n = start(t, cfg)
	if status, answer := overSocket(t, n.Data(), "sts", whoAmI); status != http.StatusOK {
		t.Errorf("%d: %s", status, answer)
	}
}
