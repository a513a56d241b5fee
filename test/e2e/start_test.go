package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// onData starts a server on a data folder, with the root key at the first start.
func onData(t *testing.T, data string, environment ...string) *process.Server {
	t.Helper()
	return process.Serve(t, environment, "--data", data)
}

// createUser makes a user with the root key.
func createUser(t *testing.T, s *process.Server, name string) {
	t.Helper()
	if _, err := iam.NewFromConfig(connection(s, process.Root)).CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name}); err != nil {
		t.Fatal(err)
	}
}

// hasUser says whether there is a user, with the root key.
func hasUser(t *testing.T, s *process.Server, name string) bool {
	t.Helper()
	_, err := iam.NewFromConfig(connection(s, process.Root)).GetUser(t.Context(), &iam.GetUserInput{UserName: &name})
	if code, _ := codeOf(err); err != nil && code != "NoSuchEntity" {
		t.Fatal(err)
	}
	return err == nil
}

// TestRoot is the root user: no identity policy limits it, it may not assume
// roles, and the server warns of its key.
func TestRoot(t *testing.T) {
	server := rootServer(t)
	c := connection(server, process.Root)
	client, ctx := iam.NewFromConfig(c), t.Context()
	who, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, nil)
	if err != nil || *who.Arn != "arn:aws:iam::"+server.Account+":root" || *who.UserId != server.Account {
		t.Errorf("%v %v", who, err)
	}
	createUser(t, server, "any")
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	if _, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("any"), PolicyName: aws.String("deny"), PolicyDocument: &deny}); err != nil {
		t.Error(err)
	}
	if _, err := client.ListUsers(ctx, nil); err != nil {
		t.Error(err)
	}
	trust := trusting(server.Account)
	role, err := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("any"), AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatal(err)
	}
	_, err = sts.NewFromConfig(c).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role.Role.Arn, RoleSessionName: aws.String("any")})
	if err == nil || !strings.Contains(err.Error(), "Roles may not be assumed by root accounts.") {
		t.Errorf("assumed by root: %v", err)
	}
	if !strings.Contains(server.Log(), process.Root.AccessKeyID) || strings.Contains(server.Log(), process.Root.SecretAccessKey) {
		t.Errorf("the first start warns of the root key and keeps its secret:\n%s", server.Log())
	}
}

// TestSecondStart: what the first start reads from the environment counts there
// only, and all that was acknowledged is there.
func TestSecondStart(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	first := onData(t, data, process.RootEnvironment()...)
	createUser(t, first, "kept")
	if code := first.Stop(t); code != 0 {
		t.Fatalf("exit %d", code)
	}
	second := process.Serve(t, []string{
		"GATEHOUSE_ROOT_ACCESS_KEY_ID=AKIAOTHEROTHEROTHER1", "GATEHOUSE_ROOT_SECRET_ACCESS_KEY=another-secret-of-the-tests",
	}, "--data", data, "--account-id", "111122223333", "--bootstrap-admin")
	if second.Account != first.Account || !hasUser(t, second, "kept") || hasUser(t, second, "admin") {
		t.Errorf("account %s, then %s", first.Account, second.Account)
	}
	other := process.Credentials{AccessKeyID: "AKIAOTHEROTHEROTHER1", SecretAccessKey: "another-secret-of-the-tests"}
	_, err := sts.NewFromConfig(connection(second, other)).GetCallerIdentity(t.Context(), nil)
	if code, _ := codeOf(err); code != "InvalidClientTokenId" {
		t.Errorf("a root key of the second start: %v", err)
	}
	for _, warned := range []string{"--account-id counts at the first start only", "GATEHOUSE_ROOT_ACCESS_KEY_ID"} {
		if !strings.Contains(second.Log(), warned) {
			t.Errorf("no warning of %s:\n%s", warned, second.Log())
		}
	}
	if _, err := os.Stat(filepath.Join(data, "admin.env")); err == nil {
		t.Error("a later start wrote admin.env")
	}
}

// refusedStart starts a server that must end with exit 2 and say each of the words.
func refusedStart(t *testing.T, environment, arguments []string, words ...string) {
	t.Helper()
	r := process.Gatehouse(t, environment, append([]string{"serve", "--console-listen", "off"}, arguments...)...)
	if r.Code != 2 || r.Stdout != "" || strings.Count(r.Stderr, "\n") != 1 {
		t.Errorf("%v: exit %d, %q, %q", arguments, r.Code, r.Stdout, r.Stderr)
	}
	for _, w := range words {
		if !strings.Contains(r.Stderr, w) {
			t.Errorf("%v: %q does not say %q", arguments, r.Stderr, w)
		}
	}
}

func TestRefusedSettings(t *testing.T) {
	config := func(name, text string) []string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{"--ephemeral", "--listen", ":0", "--config", file}
	}
	for _, c := range []struct {
		name        string
		environment []string
		arguments   []string
		words       []string
	}{
		{"misspelt flag", nil, []string{"--ephemerel"}, []string{"--ephemerel", `"--ephemeral"`}},
		{"misspelt variable", []string{"GATEHOUSE_LISTNE=:0"}, []string{"--ephemeral"}, []string{"GATEHOUSE_LISTNE", "GATEHOUSE_LISTEN?"}},
		{"misspelt secret", []string{"GATEHOUSE_ROOT_PASWORD=x"}, []string{"--ephemeral"}, []string{"GATEHOUSE_ROOT_PASWORD", "GATEHOUSE_ROOT_PASSWORD?"}},
		{"misspelt key", nil, config("misspelt.yaml", "# ours\nregoin: eu-west-1\n"), []string{"misspelt.yaml", "line 2", `"regoin"`, `"region"`}},
		{"key twice", nil, config("twice.yaml", "region: eu-west-1\nregion: eu-west-2\n"), []string{"twice.yaml", `"region"`}},
		{"bad region", nil, []string{"--ephemeral", "--region", "Frankfurt"}, []string{"--region", `"Frankfurt"`, "us-east-1"}},
		{"bad account", nil, []string{"--ephemeral", "--account-id", "12"}, []string{"--account-id", `"12"`, "12 digits"}},
		{"bad log format", nil, []string{"--ephemeral", "--log-format", "xml"}, []string{"--log-format", "xml", "json"}},
		{"bad value of a variable", []string{"GATEHOUSE_ROOT_EMAIL=nobody"}, []string{"--ephemeral"}, []string{"--root-email", `"nobody"`}},
		{"another machine in plaintext", nil, []string{"--ephemeral", "--listen", "0.0.0.0:0"}, []string{"--listen", "0.0.0.0:0", "--tls-cert", "--insecure-plaintext"}},
		{"any address in plaintext", nil, []string{"--ephemeral", "--listen", "[::]:0"}, []string{"--listen", "--insecure-plaintext"}},
		{"half of TLS", nil, []string{"--ephemeral", "--listen", ":0", "--tls-cert", "c.pem"}, []string{"--tls-cert", "--tls-key"}},
		{"absent certificate", nil, []string{"--ephemeral", "--listen", ":0", "--tls-cert", "absent.pem", "--tls-key", "absent.key"}, []string{"absent.pem"}},
		{"half of the root key", []string{"GATEHOUSE_ROOT_ACCESS_KEY_ID=AKIAROOTROOTROOTROOT"}, []string{"--ephemeral", "--listen", ":0"}, []string{"GATEHOUSE_ROOT_SECRET_ACCESS_KEY"}},
		{"a store that is not there", nil, []string{"--ephemeral", "--store", "etcd://localhost:2379"}, []string{"--store", "embedded"}},
	} {
		t.Run(c.name, func(t *testing.T) { refusedStart(t, c.environment, c.arguments, c.words...) })
	}
	t.Run("another machine on purpose", func(t *testing.T) {
		process.Serve(t, nil, "--ephemeral", "--listen", "0.0.0.0:0", "--insecure-plaintext")
	})
}

func TestRefusedData(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	server := onData(t, data, process.RootEnvironment()...)
	createUser(t, server, "kept")
	start := []string{"--data", data, "--listen", "127.0.0.1:0"}
	t.Run("in use", func(t *testing.T) { refusedStart(t, nil, start, "in use", data, "--data") })
	server.Stop(t)

	another := make([]byte, 32)
	rand.Read(another)
	t.Run("another master key", func(t *testing.T) {
		refusedStart(t, []string{"GATEHOUSE_MASTER_KEY=" + base64.StdEncoding.EncodeToString(another)}, start, "master key is not the one")
	})
	t.Run("no master key", func(t *testing.T) {
		withFile(t, filepath.Join(data, "master.key"), nil, func() { refusedStart(t, nil, start, "master key is missing", "GATEHOUSE_MASTER_KEY") })
	})
	file := filepath.Join(data, "gatehouse.db")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"noise": bytes.Repeat([]byte("noise "), len(whole)/6), "cut short": whole[:len(whole)/3], "empty pages": make([]byte, len(whole)),
	} {
		t.Run("damaged: "+name, func(t *testing.T) {
			withFile(t, file, damaged, func() { refusedStart(t, nil, start, "damaged", file, "to restore", "backup") })
		})
	}
	again := onData(t, data)
	if !hasUser(t, again, "kept") {
		t.Error("refused starts lost what was there")
	}
}

// withFile runs with other content in a file, or without it where content is nil,
// and puts it back.
func withFile(t *testing.T, path string, content []byte, run func()) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if content == nil {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	run()
	if content != nil {
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, content) {
			t.Errorf("%s was written to by a start that was refused (%v)", path, err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
}
