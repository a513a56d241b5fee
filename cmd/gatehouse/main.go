// Command gatehouse is AWS IAM on your own machines: accounts, users, groups,
// roles and policies behind AWS's own wire protocols. This package holds the
// subcommands' flags and wiring, and nothing else.
package main

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/gatehouse-iam/gatehouse/internal/trace"
)

// Exit codes: 0 done, 1 the answer is no, 2 wrong usage or failure.
const (
	exitDone    = 0
	exitNo      = 1
	exitFailure = 2
)

type commands struct {
	Serve       serveCommand       `cmd:"" help:"Start the server."`
	Operations  operationsCommand  `cmd:"" help:"List every operation of every service, and whether it is implemented."`
	Events      eventsCommand      `cmd:"" help:"Search the journal for what was called."`
	Policy      policyCommand      `cmd:"" help:"Decide, validate and test policies; no server needed."`
	Why         whyCommand         `cmd:"" help:"Tell why a call was denied, and what would allow it."`
	Run         runCommand         `cmd:"" help:"Run a program on an instance: its role's credentials, temporary and rotating, and no others."`
	Inside      insideCommand      `cmd:"" name:"in-namespace" hidden:""`
	Exec        execCommand        `cmd:"" help:"Run a program with a role's temporary credentials, for a person."`
	Credentials credentialsCommand `cmd:"" help:"Print a role's temporary credentials, for credential_process."`
	S3          s3Command          `cmd:"" name:"s3" help:"Say who owns the buckets of the S3 back end."`
	S3Backend   s3BackendCommand   `cmd:"" name:"s3-backend" hidden:""`
	Root        rootCommand        `cmd:"" help:"Recover the root user, on the server's machine."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
	Completion  completionCommand  `cmd:"" help:"Print the completion script of a shell."`
	Man         manCommand         `cmd:"" help:"Print the manual page."`
}

// errNo is a command's answer "no": the exit code says it.
var errNo = errors.New("no")

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
}

func main() {
	os.Exit(run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// run is main without the process: tests call it.
func run(args, environ []string, stdout, stderr io.Writer) int {
	variables := map[string]string{}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		variables[name] = value
	}
	var c commands
	s := &streams{in: os.Stdin, out: stdout, err: stderr, env: func(name string) string { return variables[name] }}
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("gatehouse"),
		kong.Description("AWS IAM, on your own machines."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.Resolvers(environmentResolver(variables)),
		kong.Bind(s),
	)
	if err != nil {
		return fail(stderr, err)
	}
	if err := checkEnvironment(parser.Model, variables); err != nil {
		return fail(stderr, err)
	}
	ctx, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		return fail(stderr, namingVariables(err, variables))
	}
	return code(stderr, ctx.Run(s))
}

func code(stderr io.Writer, err error) int {
	var ended exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &ended):
		return int(ended)
	case errors.Is(err, errNo):
		return exitNo
	}
	return fail(stderr, err)
}

func fail(stderr io.Writer, err error) int {
	_ = trace.Line(stderr, "gatehouse: "+err.Error()) // nobody to tell
	return exitFailure
}
