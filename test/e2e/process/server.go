package process

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a `gatehouse serve` that has said it is ready.
type Server struct {
	URL     string // of every AWS API
	Account string // the first one
	Region  string
	Console string // its address, or "off"
	Line    string // the ready line itself

	command *exec.Cmd
	log     string // the file that stderr goes to
	ended   chan struct{}
}

// patience is how long anything may take before a test gives it up.
const patience = 30 * time.Second

var ready = regexp.MustCompile(`^ready (https?://\S+) account=([0-9]{12}) region=(\S+) console=(\S+)\n$`)

// Serve starts `gatehouse serve` on free ports and stops it when the test ends.
// It returns when the server has printed its ready line.
func Serve(t testing.TB, environment []string, arguments ...string) *Server {
	t.Helper()
	s, err := Start(t, environment, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Start is Serve for a server that may not come up: the error says what it wrote.
func Start(t testing.TB, environment []string, arguments ...string) (*Server, error) {
	t.Helper()
	return start(t, []string{Binary(t)}, environment, arguments)
}

// ServeLimited is Serve for a server whose files may grow to so many bytes, in
// steps of 512, as if the disk were full then.
func ServeLimited(t testing.TB, fileSize int64, environment []string, arguments ...string) *Server {
	t.Helper()
	limit := fmt.Sprintf(`trap "" XFSZ; ulimit -f %d; exec "$0" "$@"`, fileSize/512)
	s, err := start(t, []string{"/bin/sh", "-c", limit, Binary(t)}, environment, arguments)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func start(t testing.TB, command, environment, arguments []string) (*Server, error) {
	t.Helper()
	s := &Server{log: filepath.Join(t.TempDir(), "stderr"), ended: make(chan struct{})}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own
	command = append(command, "serve", "--listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0")
	s.command = exec.Command(command[0], append(command[1:], arguments...)...)
	s.command.Env, s.command.Stderr = Environment(t, environment...), log
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(func() { s.Kill() })
	return s, s.awaitReady(stdout)
}

// awaitReady reads the ready line, and then waits for the process's end in the
// background.
func (s *Server) awaitReady(stdout io.Reader) error {
	lines := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stdout)
		line, _ := r.ReadString('\n')
		lines <- line
		io.Copy(io.Discard, r)
		s.command.Wait()
		close(s.ended)
	}()
	select {
	case s.Line = <-lines:
	case <-time.After(patience):
		s.command.Process.Kill()
		return fmt.Errorf("no ready line after %v; it wrote\n%s", patience, s.Log())
	}
	m := ready.FindStringSubmatch(s.Line)
	if m == nil {
		s.command.Process.Kill()
		<-s.ended
		return fmt.Errorf("instead of a ready line: %q, exit %d; it wrote\n%s", s.Line, s.command.ProcessState.ExitCode(), s.Log())
	}
	s.URL, s.Account, s.Region, s.Console = m[1], m[2], m[3], m[4]
	return nil
}

// Log is all that the server has written to stderr. What a call is logged with is
// there when its answer is.
func (s *Server) Log() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// LogLines are the lines of Log from byte start on.
func (s *Server) LogLines(start int) []string {
	text := strings.TrimSuffix(s.Log()[start:], "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// Signal sends the process a signal.
func (s *Server) Signal(signal syscall.Signal) error { return s.command.Process.Signal(signal) }

// Wait waits until the process has ended, and returns its exit code.
func (s *Server) Wait(t testing.TB) int {
	t.Helper()
	select {
	case <-s.ended:
		return s.command.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("the server has not ended after %v; it wrote\n%s", patience, s.Log())
		return -1
	}
}

// Stop asks the server to end, as a service manager does, and returns its exit code.
func (s *Server) Stop(t testing.TB) int {
	t.Helper()
	if err := s.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	return s.Wait(t)
}

// Kill ends the process at once (kill -9) and waits until it is gone.
func (s *Server) Kill() {
	s.Signal(syscall.SIGKILL) // it may have ended already
	<-s.ended
}

// Ended says whether the process has ended.
func (s *Server) Ended() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// PID is the process's id.
func (s *Server) PID() int { return s.command.Process.Pid }
