package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/runner"
)

type runCommand struct {
	InstanceProfile string            `required:"" placeholder:"NAME" help:"The instance profile, whose role the program has: its name or ARN."`
	Network         string            `default:"auto" enum:"auto,own,host" help:"own: a network namespace with the metadata service, the server and what --connect names; host: this machine's, with a container credentials endpoint; auto: own where it can be made."`
	Connect         []string          `sep:"none" placeholder:"HOST:PORT" help:"What else the program reaches from a network of its own; may be given several times."`
	Tag             map[string]string `mapsep:"none" placeholder:"KEY=VALUE" help:"A tag of the instance, which its metadata shows; may be given several times."`
	Zone            string            `placeholder:"ZONE" help:"The availability zone (default: the server's choice)."`
	IMDS            string            `name:"imds" default:"v2" enum:"v2,v1" help:"v2: metadata for requests with a token only; v1: without one, too."`
	Region          string            `placeholder:"REGION" help:"The region (default: AWS_REGION, AWS_DEFAULT_REGION, the profile's, else us-east-1)."`
	Quiet           bool              `help:"Do not say at the start which instance it is."`
	serverFlags
	Command []string `arg:"" passthrough:"" name:"command" help:"The program and its arguments."`
}

// Help is the long help.
func (*runCommand) Help() string {
	return `Makes an instance with your AWS credentials (environment or profile), which need ec2:RunInstances
and iam:PassRole, and runs the program on it. The program is given none of your credentials: it finds
the role's, temporary and rotating, where an AWS SDK looks by itself. Signals and the exit code are
passed through; the instance is terminated when the program ends, and the other way round.
It runs as your user: files such as ~/.aws are as open to it as they are to you.

Example:
  gatehouse run --instance-profile photos-reader -- aws --endpoint-url http://127.0.0.1:4780 s3 ls
  gatehouse run --instance-profile shop --tag team=blue --connect 127.0.0.1:5432 -- ./shop`
}

// Run runs the program and ends with its exit code.
func (c *runCommand) Run(s *streams) error {
	ctx := context.Background()
	command := afterDashes(c.Command)
	if len(command) == 0 {
		return errNoProgram
	}
	server, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	beat := time.NewTicker(runner.HeartBeat)
	defer beat.Stop()
	say := s.err
	if c.Quiet {
		say = io.Discard
	}
	code, err := runner.Run(ctx, runner.Options{
		Client: server.In(c.regionOr(region(ctx, s))), Endpoint: publicEndpoint(server, s),
		Launch:  runner.Launch{Profile: c.InstanceProfile, Zone: c.Zone, Tags: c.Tag, V1: c.IMDS == "v1"},
		Network: runner.Network(c.Network), Connect: c.Connect, Command: command, Environ: os.Environ(),
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Say: say, Beat: beat.C,
	})
	if err != nil {
		return err
	}
	return exitError(code)
}

func (c *runCommand) regionOr(other string) string {
	if c.Region != "" {
		return c.Region
	}
	return other
}

// exitError is the exit code of a program that was run, which becomes our own.
type exitError int

// Error is what nobody reads: the program has said what there was to say.
func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }
