package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/gatehouse-iam/gatehouse/internal/client"
	"github.com/gatehouse-iam/gatehouse/internal/runner"
)

// serverFlags say how a client command finds the server.
type serverFlags struct {
	Endpoint string `placeholder:"URL" help:"The server's address (default: AWS_ENDPOINT_URL, else http://127.0.0.1:4780)."`
	Profile  string `placeholder:"NAME" help:"The profile of your AWS configuration whose credentials are used (default: as the AWS CLI)."`
	Data     string `placeholder:"DIR" help:"The data folder, whose control socket is used where there are no AWS credentials (default: as serve)."`
}

func (f *serverFlags) open(ctx context.Context, s *streams) (*client.Client, error) {
	if f.Profile != "" { // as the CLI's: it wins over keys in the environment
		os.Setenv("AWS_PROFILE", f.Profile)
		for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
			os.Unsetenv(name)
		}
	}
	return client.Open(ctx, client.Options{Endpoint: f.Endpoint, Data: cmp.Or(f.Data, defaultData(s.env)), Env: s.env})
}

// roleFlags say which role is assumed, and how.
type roleFlags struct {
	RoleARN     string        `name:"role-arn" required:"" placeholder:"ARN" help:"The role to assume."`
	SessionName string        `placeholder:"NAME" help:"Name of the session, as it appears in the caller's ARN (default: your user name)."`
	Duration    time.Duration `placeholder:"1h" help:"How long the credentials are valid: 15m up to the role's maximum (default: 1h)."`
	ExternalID  string        `name:"external-id" placeholder:"ID" help:"The external id that the role's trust policy asks for."`
}

func (f *roleFlags) assume(ctx context.Context, c *client.Client) (runner.Session, error) {
	name := f.SessionName
	if name == "" {
		if who, err := user.Current(); err == nil {
			name = who.Username
		}
		name = runner.SessionName(name)
	}
	if f.Duration < 0 || f.Duration%time.Second != 0 {
		return runner.Session{}, fmt.Errorf("--duration: %q is not accepted: whole seconds, as 1h or 900s", f.Duration)
	}
	return runner.Assume(ctx, c, runner.Assumption{RoleARN: f.RoleARN, SessionName: name, Duration: f.Duration, ExternalID: f.ExternalID})
}

type execCommand struct {
	roleFlags
	serverFlags
	Command []string `arg:"" passthrough:"" name:"command" help:"The program and its arguments."`
}

// Help is the long help.
func (*execCommand) Help() string {
	return `Assumes the role with your AWS credentials (environment or profile) and becomes the program,
with the role's temporary credentials and the server's address in its environment: what you
have typed gets its signals and gives its exit code. They are in no file, and end with the
program or when they expire. Inside, gatehouse exec takes the next role of a chain.

Example:
  gatehouse exec --role-arn arn:aws:iam::123456789012:role/auditor -- aws s3 ls
  gatehouse exec --role-arn arn:aws:iam::123456789012:role/auditor --duration 15m -- bash`
}

// Run becomes the program.
func (c *execCommand) Run(s *streams) error {
	ctx := context.Background()
	command := afterDashes(c.Command)
	if len(command) == 0 {
		return errNoProgram
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return fmt.Errorf("%w: name a program that is in PATH, after --", err)
	}
	server, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	session, err := c.assume(ctx, server)
	if err != nil {
		return err
	}
	where := runner.Where{Endpoint: publicEndpoint(server, s), Region: region(ctx, s)}
	return runner.Become(path, command, session.Environment(os.Environ(), where))
}

var errNoProgram = fmt.Errorf("no program to run: name it after --, as in gatehouse exec … -- aws s3 ls")

// afterDashes is a command without the -- before it.
func afterDashes(command []string) []string {
	if len(command) > 0 && command[0] == "--" {
		return command[1:]
	}
	return command
}

// publicEndpoint is where a program finds the server: over the control socket its
// caller knows it only by the environment.
func publicEndpoint(c *client.Client, s *streams) string {
	return cmp.Or(c.Endpoint(), s.env("AWS_ENDPOINT_URL"), client.DefaultEndpoint)
}

// region is the caller's, as the SDKs and the CLI find it.
func region(ctx context.Context, s *streams) string {
	if r := cmp.Or(s.env("AWS_REGION"), s.env("AWS_DEFAULT_REGION")); r != "" {
		return r
	}
	if c, err := config.LoadDefaultConfig(ctx); err == nil && c.Region != "" {
		return c.Region
	}
	return "us-east-1"
}
