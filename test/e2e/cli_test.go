package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// cli is the AWS CLI as one caller uses it.
type cli struct {
	t       *testing.T
	program string
	server  *process.Server
	environ []string
}

func newCLI(t *testing.T, s *process.Server, c process.Credentials) *cli {
	t.Helper()
	return &cli{t: t, program: program(t, "aws", "awscli"), server: s, environ: process.Environment(t, s.Environment(c)...)}
}

func (c *cli) call(arguments ...string) process.Result {
	c.t.Helper()
	// Debian's 2.9 does not read AWS_ENDPOINT_URL.
	return process.Output(c.t, c.environ, c.program, append([]string{"--endpoint-url", c.server.URL, "--output", "text"}, arguments...)...)
}

// do makes a call that must be answered, and returns the part of the answer that
// --query asks for.
func (c *cli) do(arguments ...string) string {
	c.t.Helper()
	r := c.call(arguments...)
	if r.Code != 0 {
		c.t.Fatalf("aws %s: exit %d\n%s", strings.Join(arguments, " "), r.Code, r.Stderr)
	}
	return strings.TrimSuffix(r.Stdout, "\n")
}

var cliError = regexp.MustCompile(`\AAn error occurred \((\w+)\) when calling the (\w+) operation(?: \(reached max retries: [0-9]+\))?: (.*)\z`)

// refused makes a call that must be refused with the code and the message.
func (c *cli) refused(code, message string, arguments ...string) {
	c.t.Helper()
	r := c.call(arguments...)
	m := cliError.FindStringSubmatch(strings.TrimSpace(r.Stderr))
	if r.Code != 254 || m == nil || m[1] != code || authztest.Sentence(c.t, m[3]) != message { // 254: the service refused
		c.t.Errorf("aws %s: exit %d, %s%s\nwant %s: %s", strings.Join(arguments, " "), r.Code, r.Stdout, r.Stderr, code, message)
	}
}

// fields cuts the answer to a --query of several values.
func fields(text string, into ...*string) bool {
	parts := strings.Fields(text)
	if len(parts) != len(into) {
		return false
	}
	for i := range into {
		*into[i] = parts[i]
	}
	return true
}

// credentials makes a call whose answer holds credentials, under member.
func (c *cli) credentials(member string, arguments ...string) process.Credentials {
	c.t.Helper()
	members := []string{"AccessKeyId", "SecretAccessKey", "SessionToken"}
	var got process.Credentials
	into := []*string{&got.AccessKeyID, &got.SecretAccessKey, &got.SessionToken}
	if member == "AccessKey" {
		members, into = members[:2], into[:2]
	}
	query := member + ".[" + strings.Join(members, ",") + "]"
	if text := c.do(append(arguments, "--query", query)...); !fields(text, into...) {
		c.t.Fatalf("aws %s: no credentials in the answer", strings.Join(arguments, " "))
	}
	return got
}
