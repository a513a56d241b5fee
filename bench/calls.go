package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// measureCalls measures whole calls over keep-alive connections: the CPU time of
// the serving process, which has one core's worth of threads.
func measureCalls() ([]bar, error) {
	x, err := start("x", 1)
	if err != nil {
		return nil, err
	}
	defer x.stop()
	one, err := startWorld(1)
	if err != nil {
		return nil, err
	}
	defer one.stop()
	many, err := startWorld(sizes.users)
	if err != nil {
		return nil, err
	}
	defer many.stop()
	identity := func(w *world) raw { return w.raw("sts", "GetCallerIdentity", nil, w.user) }
	role := func(c sigv4.Credentials) raw {
		return one.raw("iam", "GetRole", url.Values{"RoleName": {"bench-role"}}, c)
	}
	_, identityRatios, err := paired(sizes.rounds,
		x.cost(one.raw("sts", "GetCallerIdentity", nil, one.user)), one.cost(identity(one.world)), many.cost(identity(many.world)))
	if err != nil {
		return nil, err
	}
	_, sessionRatios, err := paired(sizes.rounds, one.cost(role(one.user)), one.cost(role(one.session)))
	if err != nil {
		return nil, err
	}
	return []bar{
		{name: "GetCallerIdentity, requests/s a core against an unverified net/http server", measured: 1 / identityRatios[1], unit: "X", limit: 0.65, reach: 0.85, atLeast: true},
		{name: fmt.Sprintf("%d users instead of 1, CPU a request", sizes.users), measured: identityRatios[2] / identityRatios[1], unit: "×", limit: 1.3},
		{name: "session credentials against a long-term key, CPU a request", measured: sessionRatios[1], unit: "×", limit: 1.15},
	}, nil
}

const allCores = 0

// served is a server in a process of its own.
type served struct {
	*world
	command *exec.Cmd
	stdin   io.WriteCloser
	stdout  *bufio.Reader
	address string
}

// start runs this program as a child that serves until its stdin closes, on one
// core or on all there are.
func start(kind string, cores int) (*served, error) {
	c := exec.Command(os.Args[0], "-child", kind)
	c.Env = os.Environ()
	if cores != allCores {
		c.Env = append(c.Env, "GOMAXPROCS="+strconv.Itoa(cores))
	}
	c.Stderr = os.Stderr
	stdin, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	s := &served{command: c, stdin: stdin, stdout: bufio.NewReader(stdout)}
	s.address, err = s.line()
	return s, err
}

func (s *served) line() (string, error) {
	line, err := s.stdout.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("child: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// startWorld starts Gatehouse with the world and that many users in it: first what
// the API makes, since its quota is 5,000 users an account, then the others.
func startWorld(users int) (*served, error) {
	s, err := start("gatehouse", 1)
	if err != nil {
		return nil, err
	}
	if s.world, err = build("http://" + s.address); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintln(s.stdin, users-1); err != nil {
		return nil, err
	}
	_, err = s.line()
	return s, err
}

func (s *served) stop() {
	s.stdin.Close()
	s.command.Wait()
}

// raw is a whole signed request as bytes.
type raw []byte

func (w *world) raw(service, action string, parameters url.Values, c sigv4.Credentials) raw {
	r, body, err := request(w.endpoint, service, action, parameters, c)
	if err != nil {
		panic(err)
	}
	var b bytes.Buffer
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err := r.Write(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// cost sends the same request over one connection, again and again, and returns
// the server's CPU time a request.
func (s *served) cost(request raw) func() (float64, error) {
	return func() (float64, error) {
		conn, err := net.Dial("tcp", s.address)
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		reader := bufio.NewReader(conn)
		if err := exchanges(conn, reader, request, sizes.requests/10); err != nil {
			return 0, err
		}
		before, err := processCPU(s.command.Process.Pid)
		if err != nil {
			return 0, err
		}
		if err := exchanges(conn, reader, request, sizes.requests); err != nil {
			return 0, err
		}
		after, err := processCPU(s.command.Process.Pid)
		return float64(after-before) / float64(sizes.requests), err
	}
}

func exchanges(w io.Writer, r *bufio.Reader, request raw, n int) error {
	for range n {
		if _, err := w.Write(request); err != nil {
			return err
		}
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK {
			return errors.New(answer.Status)
		}
	}
	return nil
}
