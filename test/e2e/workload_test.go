package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// workloads is a server with an instance profile whose role may read photos, and who
// administers it.
type workloads struct {
	*cli
	gatehouse string
}

// cat is the content of the one photo.
const cat = "a photo of a cat"

// credentialsLifetime is so short that a test sees credentials rotate.
const credentialsLifetime = 20 * time.Second

func newWorkloads(t *testing.T) *workloads {
	t.Helper()
	server, key, _ := adminServer(t, "--instance-credentials-lifetime", credentialsLifetime.String())
	w := &workloads{newCLI(t, server, key), process.Binary(t)}
	w.do("iam", "create-role", "--role-name", "photos", "--query", "Role.Arn", "--assume-role-policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	w.allow(t)
	path := filepath.Join(t.TempDir(), "cat")
	if err := os.WriteFile(path, []byte(cat), 0o600); err != nil {
		t.Fatal(err)
	}
	w.succeed(t, "s3", "mb", "s3://photos")
	w.succeed(t, "s3", "cp", path, "s3://photos/cat")
	w.do("iam", "create-instance-profile", "--instance-profile-name", "photos-reader", "--query", "InstanceProfile.Arn")
	w.succeed(t, "iam", "add-role-to-instance-profile", "--instance-profile-name", "photos-reader", "--role-name", "photos")
	return w
}

func (w *workloads) forbid(t *testing.T) {
	t.Helper()
	w.succeed(t, "iam", "delete-role-policy", "--role-name", "photos", "--policy-name", "own")
}

func (w *workloads) succeed(t *testing.T, arguments ...string) {
	t.Helper()
	if r := w.call(arguments...); r.Code != 0 {
		t.Fatalf("%v: exit %d: %s", arguments, r.Code, r.Stderr)
	}
}

func (w *workloads) allow(t *testing.T) {
	t.Helper()
	w.succeed(t, "iam", "put-role-policy", "--role-name", "photos", "--policy-name", "own", "--policy-document", allowing("s3:GetObject"))
}

// run runs a program on an instance, to its end.
func (w *workloads) run(t *testing.T, network string, command ...string) process.Result {
	t.Helper()
	arguments := append([]string{"run", "--instance-profile", "photos-reader", "--network", network, "--"}, command...)
	return process.Output(t, w.environ, w.gatehouse, arguments...)
}

var onInstance = regexp.MustCompile(`^arn:aws:sts::[0-9]{12}:assumed-role/photos/i-[0-9a-f]{17}$`)

// TestWorkloads: programs on instances, with no key anywhere, in both networks.
func TestWorkloads(t *testing.T) {
	w := newWorkloads(t)
	t.Run("metadata", w.metadata)
	for _, network := range []string{"own", "host"} {
		t.Run(network, func(t *testing.T) {
			t.Run("its caller's key", func(t *testing.T) { w.callersKey(t, network) })
			t.Run("AWS CLI", func(t *testing.T) {
				r := w.run(t, network, w.program, "--endpoint-url", w.server.URL, "sts", "get-caller-identity", "--query", "Arn", "--output", "text")
				if r.Code != 0 || !onInstance.MatchString(strings.TrimSpace(r.Stdout)) {
					t.Errorf("exit %d: %s%s", r.Code, r.Stdout, r.Stderr)
				}
				w.copies(t, network)
			})
			t.Run("Go SDK", func(t *testing.T) {
				self, err := os.Executable()
				if err != nil {
					t.Fatal(err)
				}
				w.walk(t, network, self, "-test.run=^TestProgramOnInstance$")
			})
			t.Run("JavaScript SDK", func(t *testing.T) {
				w.walk(t, network, program(t, "node", "nodejs"), "../js/workload.js")
			})
		})
	}
}

// callersKey: what runs the program has the caller's key, and nothing that the program
// could find it in: not even root reads it in the runner's environment.
func (w *workloads) callersKey(t *testing.T, network string) {
	var secret string
	for _, e := range w.environ {
		if name, value, _ := strings.Cut(e, "="); name == "AWS_SECRET_ACCESS_KEY" {
			secret = value
		}
	}
	r := w.run(t, network, "sh", "-c", `env; echo --; tr '\0' '\n' </proc/$PPID/environ`)
	own, runners, _ := strings.Cut(r.Stdout, "--\n")
	if secret == "" || strings.Contains(r.Stdout, secret) || !strings.Contains(own, "PATH=") {
		t.Errorf("the program finds the key: exit %d", r.Code)
	}
	switch root := os.Geteuid() == 0; {
	case root && !strings.Contains(runners, "PATH="):
		t.Errorf("root did not read the environment of the runner: %s", r.Stderr)
	case !root && runners != "":
		t.Errorf("the environment of the runner is read: %s", runners)
	}
}

// copies reads with the AWS CLI, one program a call. `s3 cp` begins with HeadObject, whose
// refusal has no body that could say why.
func (w *workloads) copies(t *testing.T, network string) {
	copying := []string{w.program, "--endpoint-url", w.server.URL, "s3", "cp", "s3://photos/cat", "-"}
	if r := w.run(t, network, copying...); r.Code != 0 || r.Stdout != cat {
		t.Errorf("exit %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
	w.forbid(t)
	if r := w.run(t, network, copying...); r.Code == 0 || !strings.Contains(r.Stderr, "(403)") {
		t.Errorf("without the policy: exit %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
	reading := []string{w.program, "--endpoint-url", w.server.URL, "s3api", "get-object", "--bucket", "photos", "--key", "cat", os.DevNull}
	if r := w.run(t, network, reading...); r.Code == 0 || !strings.Contains(r.Stderr, noPolicy) {
		t.Errorf("without the policy: exit %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
	w.allow(t)
	if r := w.run(t, network, copying...); r.Code != 0 || r.Stdout != cat {
		t.Errorf("with the policy again: exit %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
}

// said is a line of a program on an instance.
type said struct{ Line, ARN, Key, Read, Code, Message string }

// noPolicy is why an object is not read when the role has no policy.
const noPolicy = `s3:GetObject on resource: "arn:aws:s3:::photos/cat" because no identity-based policy allows the s3:GetObject action`

// walk runs a program that answers line by line. Its role's policy counts at each
// call, and it outlives its credentials.
func (w *workloads) walk(t *testing.T, network string, command ...string) {
	p := w.start(t, network, command...)
	first := p.ask(t)
	if first.Code != "" || first.Read != cat || !onInstance.MatchString(first.ARN) || !strings.HasPrefix(first.Key, "ASIA") {
		t.Fatalf("%+v", first)
	}
	w.forbid(t)
	if denied := p.ask(t); denied.Code != "AccessDenied" || !strings.Contains(denied.Message, noPolicy) {
		t.Errorf("without the policy: %+v", denied)
	}
	w.allow(t)
	if again := p.ask(t); again.Code != "" || again.Read != cat {
		t.Errorf("with the policy again: %+v", again)
	}
	keys := map[string]bool{}
	for end := time.Now().Add(credentialsLifetime + 5*time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		now := p.ask(t)
		if now.Code != "" || now.ARN != first.ARN {
			t.Fatalf("%+v, before as %s", now, first.ARN)
		}
		keys[now.Key] = true
	}
	if len(keys) < 2 || len(keys) > 10 {
		t.Errorf("%d access keys in %v", len(keys), credentialsLifetime)
	}
	p.stdin.Close()
	if err := p.command.Wait(); err != nil {
		t.Error(err)
	}
}

// conversation is a running program on an instance.
type conversation struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	lines   *bufio.Scanner
}

func (w *workloads) start(t *testing.T, network string, command ...string) *conversation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // its end ends the program, and with it the wait for its answers
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, w.gatehouse, append([]string{"run", "--quiet", "--instance-profile", "photos-reader",
		"--tag", "team=blue", "--tag", "test=" + t.Name(), "--network", network, "--"}, command...)...)
	c.Env, c.Stderr = append(w.environ, "PROGRAM_ON_INSTANCE=1"), os.Stderr
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return &conversation{c, stdin, bufio.NewScanner(stdout)}
}

// ask has the program call, and returns what came of it.
func (c *conversation) ask(t *testing.T) (s said) {
	t.Helper()
	if _, err := io.WriteString(c.stdin, "call\n"); err != nil {
		t.Fatal(err)
	}
	if !c.lines.Scan() {
		t.Fatal("the program has ended: ", c.lines.Err())
	}
	if err := json.Unmarshal(c.lines.Bytes(), &s); err != nil {
		t.Fatalf("%v: %s", err, c.lines.Text())
	}
	return s
}

// TestProgramOnInstance is no test of its own: TestWorkloads runs it on an instance,
// where it answers as test/js/workload.js does.
func TestProgramOnInstance(t *testing.T) {
	if os.Getenv("PROGRAM_ON_INSTANCE") == "" {
		return
	}
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	photos := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true })
	out := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		s := said{Line: lines.Text()}
		if who, err := sts.NewFromConfig(c).GetCallerIdentity(t.Context(), nil); err != nil {
			s.Code = err.Error()
		} else {
			s.ARN = *who.Arn
		}
		if key, err := c.Credentials.Retrieve(t.Context()); err == nil {
			s.Key = key.AccessKeyID
		}
		object, err := photos.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("photos"), Key: aws.String("cat")})
		if err == nil {
			text, _ := io.ReadAll(object.Body)
			s.Read = string(text)
		} else {
			s.Code, _ = codeOf(err)
			s.Message = err.Error()
		}
		out.Encode(s)
	}
	os.Exit(0) // nothing but the answers on stdout
}

const imdsWalk = `
base=http://169.254.169.254/latest
ttl='X-aws-ec2-metadata-token-ttl-seconds: 60'
ask() { curl -s --noproxy '*' "$@"; }
status() { ask -o /dev/null -w '%{http_code}' "$@"; }
T=$(ask -X PUT -H "$ttl" $base/api/token)
with="X-aws-ec2-metadata-token: $T"
echo "id $(ask -H "$with" $base/meta-data/instance-id)"
echo "role $(ask -H "$with" $base/meta-data/iam/security-credentials/)"
echo "tag $(ask -H "$with" $base/meta-data/tags/instance/team)"
echo "none $(status $base/meta-data/instance-id)"
echo "forged $(status -H "X-aws-ec2-metadata-token: AAAA$T" $base/meta-data/instance-id)"
echo "forwarded $(status -X PUT -H 'X-Forwarded-For: 192.0.2.1' -H "$ttl" $base/api/token)"
read wait
`

// metadata: the service is reached in the instance's own network, refuses what AWS's
// does, and is in no other network.
func (w *workloads) metadata(t *testing.T) {
	program(t, "curl", "curl")
	p := w.start(t, "own", "sh", "-c", imdsWalk)
	for _, want := range []string{`id i-[0-9a-f]{17}`, `role photos`, `tag blue`, `none 401`, `forged 401`, `forwarded 403`} {
		if !p.lines.Scan() || !regexp.MustCompile(`^`+want+`$`).MatchString(p.lines.Text()) {
			t.Errorf("%q, want %s", p.lines.Text(), want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://169.254.169.254/latest/api/token", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", "60")
	if resp, err := new(http.Transport).RoundTrip(r); err == nil {
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.Header.Get("Server") == "EC2ws" && resp.StatusCode == http.StatusOK {
			t.Errorf("reached from the host's network: %s", text)
		}
	}
	p.stdin.Close()
	p.command.Wait()
}

// A program ends with its runner and with its instance, by the signal that it is sent.
func TestWorkloadEnds(t *testing.T) {
	w := newWorkloads(t)
	for _, network := range []string{"own", "host"} {
		for name, end := range map[string]func(*conversation, string){
			"signal":      func(c *conversation, _ string) { c.command.Process.Signal(syscall.SIGUSR1) },
			"killed":      func(c *conversation, _ string) { c.command.Process.Kill() },
			"termination": func(_ *conversation, id string) { w.succeed(t, "ec2", "terminate-instances", "--instance-ids", id) },
		} {
			t.Run(network+"/"+name, func(t *testing.T) {
				w.t = t
				p := w.start(t, network, "sh", "-c", `trap 'echo asked; exit 9' USR1 TERM; echo "$$"; while :; do sleep 0.1; done`)
				if !p.lines.Scan() {
					t.Fatal("no process id")
				}
				id := w.do("ec2", "describe-instances", "--filters", "Name=tag:test,Values="+t.Name(), "--query", "Reservations[].Instances[].InstanceId")
				end(p, id)
				asked := p.lines.Scan() // the end of its output, else
				err := p.command.Wait()
				if name != "killed" && (!asked || p.command.ProcessState.ExitCode() != 9) || name == "killed" && asked {
					t.Errorf("asked %v, %v", asked, err)
				}
			})
		}
	}
}
