// Package gatehousetest is a real Gatehouse in a Go test, in one call:
//
//	func TestReader(t *testing.T) {
//		account := gatehousetest.NewAccount(t)
//		client := iam.New(iam.Options{
//			BaseEndpoint: &account.Endpoint, Region: account.Region,
//			Credentials: credentials.NewStaticCredentialsProvider(account.Admin.AccessKeyID, account.Admin.SecretAccessKey, ""),
//		})
//		…
//	}
//
// The server listens on loopback, keeps its state in a temporary folder and
// enforces every call as a server of your own does. Tests that run at the same
// time share one server; each gets an account of its own, of which other accounts
// see nothing. The server stops, and its folder goes, when the last of them ends.
// Use Start for a server that no other test touches.
//
// Nothing here is for production: the root user has an access key.
package gatehousetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// Credentials are an access key, with a session token for temporary ones.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// Server is a running Gatehouse.
type Server struct {
	Endpoint string // http://127.0.0.1:PORT, of every AWS API
	Console  string // http://localhost:PORT, of health and metrics
	Region   string // us-east-1 unless WithRegion says otherwise

	node *node.Node
}

// Account is an account of a Server.
type Account struct {
	Endpoint string
	Region   string
	ID       string      // 12 digits
	Root     Credentials // of the root user, whom no policy limits
	Admin    Credentials // of the user admin, who has AdministratorAccess by the group Administrators
}

// Option changes how Start starts a server.
type Option func(*node.Config)

// WithRegion sets the home region, as "eu-west-1".
func WithRegion(name string) Option { return func(c *node.Config) { c.Region = name } }

// WithClock sets the server's clock, for tests of what expires. now must be safe
// for concurrent use. Clients sign with their own clock: more than 15 minutes
// apart, they are refused.
func WithClock(now func() time.Time) Option { return func(c *node.Config) { c.Clock = now } }

// WithLog lets the server log; it is silent otherwise.
func WithLog(l *slog.Logger) Option { return func(c *node.Config) { c.Log = l } }

// WithS3 lets the server keep S3 objects, in a child process of a gatehouse binary:
// executable is its path, as "go build" of cmd/gatehouse or a release has it. Objects
// are gone when the server stops. Without it, and without WithS3Backend, calls of S3
// that need a back end are refused.
func WithS3(executable string) Option {
	return func(c *node.Config) { c.S3 = node.S3Config{Backend: "embedded", Executable: executable} }
}

// WithS3Backend lets the server keep S3 objects at an S3 endpoint that is there
// already, as "http://127.0.0.1:9000": what is decided here is sent to it signed with
// its credentials and for its region.
func WithS3Backend(url, region string, c Credentials) Option {
	return func(config *node.Config) {
		config.S3 = node.S3Config{Backend: url, Region: region, AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey}
	}
}

// Start starts a server for one test, and stops it when the test ends.
func Start(t testing.TB, options ...Option) *Server {
	t.Helper()
	s, err := start(options)
	if err != nil {
		t.Fatalf("gatehousetest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Errorf("gatehousetest: close: %v", err)
		}
	})
	return s
}

func start(options []Option) (*Server, error) {
	c := node.Config{
		Listen: "127.0.0.1:0", ConsoleListen: "127.0.0.1:0", Ephemeral: true,
		Region: "us-east-1", RootEmail: "root@localhost",
	}
	for _, o := range options {
		o(&c)
	}
	n, err := node.Start(context.Background(), c)
	if err != nil {
		return nil, err
	}
	return &Server{Endpoint: n.URL(), Console: n.ConsoleURL(), Region: c.Region, node: n}, nil
}

// shared is the server of the tests that run now, and how many have it: nothing is
// left behind by a process whose tests have ended.
var shared struct {
	mu     sync.Mutex
	server *Server
	users  int
}

// NewAccount makes an account for one test on the server that tests share.
func NewAccount(t testing.TB) *Account {
	t.Helper()
	s, err := acquire()
	if err != nil {
		t.Fatalf("gatehousetest: %v", err)
	}
	t.Cleanup(func() {
		if err := release(); err != nil {
			t.Errorf("gatehousetest: close: %v", err)
		}
	})
	return s.NewAccount(t)
}

func acquire() (*Server, error) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.server == nil {
		s, err := start(nil)
		if err != nil {
			return nil, err
		}
		shared.server = s
	}
	shared.users++
	return shared.server, nil
}

func release() error {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.users--; shared.users > 0 {
		return nil
	}
	s := shared.server
	shared.server = nil
	return s.close()
}

// closeTime is how long a test's calls may still take. Idle connections that a
// client has opened for nothing would be waited for.
const closeTime = time.Second

func (s *Server) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := s.node.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// NewAccount makes an account with a root user and an administrator.
func (s *Server) NewAccount(t testing.TB) *Account {
	t.Helper()
	made, err := s.node.Directory().NewTestAccount(context.Background())
	if err != nil {
		t.Fatalf("gatehousetest: account: %v", err)
	}
	return s.account(made)
}

func (s *Server) account(a directory.TestAccount) *Account {
	return &Account{
		Endpoint: s.Endpoint, Region: s.Region, ID: a.Account,
		Root:  Credentials{AccessKeyID: a.RootKeyID, SecretAccessKey: a.RootSecret},
		Admin: Credentials{AccessKeyID: a.AdminKeyID, SecretAccessKey: a.AdminSecret},
	}
}

// Env is the environment, as os/exec takes it, in which AWS clients call the
// account with the credentials. The AWS CLI before 2.13 and boto3 before 1.29 do
// not read AWS_ENDPOINT_URL: give them the endpoint as an option.
func (a *Account) Env(c Credentials) []string {
	env := []string{
		"AWS_ENDPOINT_URL=" + a.Endpoint, "AWS_REGION=" + a.Region, "AWS_DEFAULT_REGION=" + a.Region,
		"AWS_ACCESS_KEY_ID=" + c.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true",
	}
	if c.SessionToken != "" {
		env = append(env, "AWS_SESSION_TOKEN="+c.SessionToken)
	}
	return env
}

// Setenv sets that environment for the test; a session token that is not of c, and
// a profile, no longer count.
func (a *Account) Setenv(t testing.TB, c Credentials) {
	t.Helper()
	for _, name := range []string{"AWS_SESSION_TOKEN", "AWS_PROFILE"} {
		t.Setenv(name, "") // comes back when the test ends
		os.Unsetenv(name)  // some clients look for a profile named ""
	}
	for _, e := range a.Env(c) {
		for i := range e {
			if e[i] == '=' {
				t.Setenv(e[:i], e[i+1:])
				break
			}
		}
	}
}

// String keeps secrets out of test logs.
func (c Credentials) String() string { return fmt.Sprintf("[credentials of %s]", c.AccessKeyID) }

// GoString as String.
func (c Credentials) GoString() string { return c.String() }
