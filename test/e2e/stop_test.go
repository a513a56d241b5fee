package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestDrain: SIGTERM lets the calls under way end, refuses new ones and exits 0;
// what was answered is there at the next start.
func TestDrain(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	server := onData(t, data, process.RootEnvironment()...)
	var acknowledged sync.Map
	enough := make(chan struct{})
	var calls atomic.Int32
	var clients sync.WaitGroup
	for g := range 4 {
		client := iam.NewFromConfig(connection(server, process.Root))
		clients.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("drained-%d-%d", g, i)
				if _, err := client.CreateUser(context.Background(), &iam.CreateUserInput{UserName: &name}); err != nil {
					return // the server has gone
				}
				acknowledged.Store(name, true)
				if calls.Add(1) == 100 {
					close(enough)
				}
			}
		})
	}
	<-enough
	slow := beginSlowly(t, server)
	if err := server.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	clients.Wait()
	if status := slow.finish(t); status != http.StatusOK {
		t.Errorf("a call that was under way: %d", status)
	}
	if code := server.Wait(t); code != 0 {
		t.Errorf("exit %d:\n%s", code, server.Log())
	}
	again := onData(t, data)
	acknowledged.Store("slow", true)
	acknowledged.Range(func(name, _ any) bool {
		if !hasUser(t, again, name.(string)) {
			t.Errorf("%s was acknowledged and is gone", name)
		}
		return true
	})
}

// slowCall is a call of which the server has only a part.
type slowCall struct {
	connection net.Conn
	rest       []byte
}

// beginSlowly sends the head and half of the body of a CreateUser.
func beginSlowly(t *testing.T, s *process.Server) *slowCall {
	t.Helper()
	c := newWireCall(s, "Action=CreateUser&Version=2010-05-08&UserName=slow")
	text := c.bytes(t)
	connection := dial(t, s)
	if _, err := connection.Write(text[:len(text)-10]); err != nil {
		t.Fatal(err)
	}
	// Connections are taken in their order: after the answer on a later one, the
	// server has this one.
	if hasUser(t, s, "slow") {
		t.Fatal("half a call was carried out")
	}
	return &slowCall{connection, text[len(text)-10:]}
}

// finish sends the rest, and returns the answer's status.
func (c *slowCall) finish(t *testing.T) int {
	t.Helper()
	if _, err := c.connection.Write(c.rest); err != nil {
		t.Fatal(err)
	}
	status, _ := readAnswer(t, c.connection)
	return status
}

// TestEphemeral leaves nothing behind.
func TestEphemeral(t *testing.T) {
	temporary := t.TempDir()
	server := process.Serve(t, []string{"TMPDIR=" + temporary}, "--ephemeral", "--bootstrap-admin")
	if entries, _ := os.ReadDir(temporary); len(entries) != 1 {
		t.Errorf("while it runs: %v", entries)
	}
	if code := server.Stop(t); code != 0 {
		t.Errorf("exit %d", code)
	}
	if entries, _ := os.ReadDir(temporary); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestConsoleListener: health and metrics are on the console's listener, and none
// of it on the API's.
func TestConsoleListener(t *testing.T) {
	server := rootServer(t)
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if status, body := send(t, http.MethodGet, server.Console+path); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
		if status, body := send(t, http.MethodGet, server.URL+path); status == http.StatusOK {
			t.Errorf("%s on the API's listener: %s", path, body)
		}
	}
	if u, err := url.Parse(server.Console); err != nil || u.Hostname() != "localhost" {
		t.Errorf("the console is at %s", server.Console)
	}
	off, err := process.Start(t, nil, "--ephemeral", "--console-listen", "off")
	if err != nil || off.Console != "off" {
		t.Errorf("%v %v", off, err)
	}
}

// TestReadyLine is what scripts wait for, and the only line on stdout.
func TestReadyLine(t *testing.T) {
	server := process.Serve(t, process.RootEnvironment(), "--ephemeral", "--account-id", "123456789012", "--region", "eu-west-3")
	if server.Account != "123456789012" || server.Region != "eu-west-3" || !strings.HasPrefix(server.URL, "http://127.0.0.1:") {
		t.Error(server.Line)
	}
	if strings.Contains(server.Log(), "root password of the tests") || bytes.Contains([]byte(server.Line), []byte("root password")) {
		t.Error("a password that was given is shown")
	}
}
