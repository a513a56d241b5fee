package node_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/node"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

var passwordLine = regexp.MustCompile(`Password +(Gh1-[a-z2-7]{9}-[a-z2-7]{9}-[a-z2-7]{8}) `)

// rootPassword is what the welcome shows.
func rootPassword(t testing.TB, n *node.Node) string {
	t.Helper()
	found := passwordLine.FindStringSubmatch(welcome(n))
	if found == nil {
		t.Fatalf("no password in %q", welcome(n))
	}
	return found[1]
}

// holds says whether a password is the root user's.
func holds(t testing.TB, n *node.Node, password string) bool {
	t.Helper()
	login := n.Directory().View(n.Account()).AccountRecord().Root.Login
	if login == nil {
		return false
	}
	right, err := seal.NewPasswords(seal.DefaultCost).Verify(context.Background(), login.Hash, password)
	ok(t, err)
	return right
}

// contract.md: the first start makes the account and its root user, nothing else;
// the password is shown once, and holds after a restart.
func TestFirstStart(t *testing.T) {
	cfg := config(t)
	cfg.AccountID, cfg.RootEmail = "123456789012", "owner@example.com"
	log := logged(&cfg)
	n := start(t, cfg)
	text, password := welcome(n), rootPassword(t, n)
	for _, want := range []string{"123456789012", "owner@example.com", n.ConsoleURL(), n.Data(), "shown once", "--bootstrap-admin"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	v := n.Directory().View(n.Account())
	if account := v.AccountRecord(); n.Account() != "123456789012" || account.Email != "owner@example.com" || len(account.Root.Keys) > 0 {
		t.Errorf("%+v", account)
	}
	if _, err := v.User("admin"); err == nil {
		t.Error("there is a user admin that nobody asked for")
	}
	if _, err := os.Stat(filepath.Join(n.Data(), "admin.env")); !errors.Is(err, os.ErrNotExist) {
		t.Error("there is an admin.env:", err)
	}
	stop(t, n)

	again := start(t, cfg)
	if again.Account() != n.Account() || welcome(again) != "" {
		t.Errorf("the second start is a first one: %s", welcome(again))
	}
	if !holds(t, again, password) || holds(t, again, password+"x") {
		t.Error("the root password does not hold after a restart")
	}
	if strings.Contains(log.String(), password) {
		t.Error("the log has the password")
	}
}

// Files and folders of the data folder are the owner's alone.
func TestDataFolderModes(t *testing.T) {
	cfg := config(t)
	cfg.BootstrapAdmin = true
	n := start(t, cfg)
	stop(t, n)
	ok(t, filepath.WalkDir(cfg.Data, func(path string, d os.DirEntry, err error) error {
		ok(t, err)
		info, err := d.Info()
		ok(t, err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	}))
}

// GATEHOUSE_ROOT_PASSWORD and a fixed root key count at the first start, and are
// shown nowhere.
func TestRootFromEnvironment(t *testing.T) {
	cfg := config(t)
	cfg.First = node.FirstStart{RootPassword: "Chosen-Passw0rd", RootAccessKeyID: "AKIAROOTROOTROOTROOT", RootSecretAccessKey: "chosen-secret-access-key"}
	log := logged(&cfg)
	n := start(t, cfg)
	text := welcome(n)
	if strings.Contains(text, "Chosen-Passw0rd") || strings.Contains(text, "chosen-secret") {
		t.Error("the welcome shows what it must not:", text)
	}
	if !strings.Contains(text, "GATEHOUSE_ROOT_PASSWORD") || !strings.Contains(text, "Warning: the root user has the access key AKIAROOTROOTROOTROOT") {
		t.Error(text)
	}
	keys := sigv4.Credentials{AccessKeyID: "AKIAROOTROOTROOTROOT", SecretAccessKey: "chosen-secret-access-key"}
	if status, body := call(t, http.DefaultClient, n.URL(), "sts", identity, keys); status != 200 || !strings.Contains(body, ":root<") {
		t.Error(status, body)
	}
	stop(t, n)

	cfg.First.RootPassword, cfg.AccountID = "Another-Passw0rd", "999999999999"
	again := start(t, cfg)
	if !holds(t, again, "Chosen-Passw0rd") || holds(t, again, "Another-Passw0rd") {
		t.Error("a later start changed the root password")
	}
	for _, want := range []string{"--account-id counts at the first start only", "count at the first start only, and one of them is set", "the root user has an access key"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no warning %q in %s", want, log)
		}
	}
	if strings.Contains(log.String(), "Passw0rd") || strings.Contains(log.String(), "chosen-secret") {
		t.Error("the log has a secret:", log)
	}
}

// admin.env makes the first call in a shell, as contract.md shows it.
func TestBootstrapAdmin(t *testing.T) {
	cfg := config(t)
	cfg.Data = filepath.Join(t.TempDir(), "it's a folder")
	cfg.BootstrapAdmin, cfg.Region = true, "eu-west-1"
	n := start(t, cfg)
	keys := adminKeys(t, n)
	path := filepath.Join(n.Data(), "admin.env")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	text, err := os.ReadFile(path)
	ok(t, err)
	want := fmt.Sprintf("export AWS_ENDPOINT_URL=%s\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\nexport AWS_REGION=eu-west-1\nexport AWS_DEFAULT_REGION=eu-west-1\n",
		n.URL(), keys.AccessKeyID, keys.SecretAccessKey)
	if string(text) != want {
		t.Errorf("%s", text)
	}
	if status, body := call(t, http.DefaultClient, n.URL(), "sts", identity, keys); status != 200 || !strings.Contains(body, ":user/admin<") {
		t.Error(status, body)
	}
	greeting := welcome(n)
	if strings.Contains(greeting, keys.SecretAccessKey) {
		t.Error("the welcome shows the secret access key")
	}
	line := regexp.MustCompile(`(?m)^  (\. .*)$`).FindStringSubmatch(greeting)
	if line == nil {
		t.Fatal(greeting)
	}
	out, err := exec.Command("sh", "-c", line[1]+` && echo "$AWS_ACCESS_KEY_ID"`).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != keys.AccessKeyID {
		t.Errorf("the printed line does not work: %s %v", out, err)
	}
	process := regexp.MustCompile(`(?m)^  credential_process = (.*)$`).FindStringSubmatch(greeting)
	if process == nil {
		t.Fatal(greeting)
	}
	printed := fmt.Sprintf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":%q}`, keys.AccessKeyID, keys.SecretAccessKey)
	if out, err := exec.Command("sh", "-c", process[1]).CombinedOutput(); err != nil || string(out) != printed {
		t.Errorf("the profile's credential_process does not work: %s %v", out, err)
	}
	first := n.URL()
	stop(t, n)
	again := start(t, cfg)
	if text, err := os.ReadFile(path); err != nil || string(text) != strings.Replace(want, first, again.URL(), 1) {
		t.Errorf("a later start keeps the key and renews the address: %s %v", text, err)
	}
	stop(t, again)
	ok(t, os.Remove(path))
	start(t, cfg)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("a later start brings back what its owner removed:", err)
	}
}

// adminKeys reads admin.env.
func adminKeys(t testing.TB, n *node.Node) sigv4.Credentials {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(n.Data(), "admin.env"))
	ok(t, err)
	value := func(name string) string {
		_, rest, _ := strings.Cut(string(text), "export "+name+"=")
		line, _, _ := strings.Cut(rest, "\n")
		return line
	}
	return sigv4.Credentials{AccessKeyID: value("AWS_ACCESS_KEY_ID"), SecretAccessKey: value("AWS_SECRET_ACCESS_KEY")}
}

// A first start that fails has lost nothing: the next one shows a password that
// holds, and leaves an admin.env that works.
func TestFirstStartThatFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	defer taken.Close()
	for name, fail := range map[string]func(t *testing.T, c *node.Config) (mend func()){
		"the API's port is taken": func(_ *testing.T, c *node.Config) func() {
			c.Listen = taken.Addr().String()
			return func() {}
		},
		"the console's port is taken": func(_ *testing.T, c *node.Config) func() {
			c.ConsoleListen = taken.Addr().String()
			return func() {}
		},
		"admin.env cannot be written": func(t *testing.T, c *node.Config) func() {
			path := filepath.Join(c.Data, "admin.env", "in the way")
			ok(t, os.MkdirAll(path, 0o700))
			return func() { ok(t, os.RemoveAll(filepath.Dir(path))) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			good := config(t)
			good.BootstrapAdmin = true
			bad := good
			mend := fail(t, &bad)
			if n, err := node.Start(context.Background(), bad); err == nil {
				stop(t, n)
				t.Fatal("it starts")
			}
			mend()
			n := start(t, good)
			password := rootPassword(t, n)
			if status, body := call(t, http.DefaultClient, n.URL(), "sts", identity, adminKeys(t, n)); status != 200 {
				t.Error(status, body)
			}
			user, err := n.Directory().View(n.Account()).User("admin")
			ok(t, err)
			if len(user.Keys) != 1 {
				t.Errorf("%d access keys", len(user.Keys))
			}
			stop(t, n)
			if again := start(t, good); !holds(t, again, password) || welcome(again) != "" {
				t.Error("the password does not hold")
			}
		})
	}
}

// A crash after the account was made, and before it had a password: the next start
// gives one, the environment's where there is one.
func TestCrashBeforeThePassword(t *testing.T) {
	for _, given := range []string{"", "Chosen-Passw0rd"} {
		t.Run("password "+given, func(t *testing.T) {
			cfg := config(t)
			n := start(t, cfg)
			lost := rootPassword(t, n)
			stop(t, n)
			removePassword(t, cfg)
			cfg.First.RootPassword, cfg.RootEmail = given, "changed@localhost"
			again := start(t, cfg)
			want := given
			if given == "" {
				want = rootPassword(t, again)
			}
			if !strings.Contains(welcome(again), "root@localhost") {
				t.Error("the welcome names another e-mail than the root user's:", welcome(again))
			}
			stop(t, again)
			third := start(t, cfg)
			if !holds(t, third, want) || holds(t, third, lost) || welcome(third) != "" {
				t.Error("the password of the second start does not hold")
			}
		})
	}
}

// removePassword leaves the state of a first start that was cut off.
func removePassword(t *testing.T, cfg node.Config) {
	t.Helper()
	n := start(t, cfg)
	ok(t, n.Directory().Update(t.Context(), n.Account(), func(tx *directory.Tx) error {
		a := tx.AccountRecord().Clone()
		a.Root.Login = nil
		tx.PutAccount(a)
		return nil
	}))
	stop(t, n)
}

// A port that is taken is an error that names the flag and how to mend it.
func TestPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	defer taken.Close()
	address := taken.Addr().String()
	for flag, set := range map[string]func(c *node.Config){
		"--listen":         func(c *node.Config) { c.Listen = address },
		"--console-listen": func(c *node.Config) { c.ConsoleListen = address },
	} {
		cfg := config(t)
		set(&cfg)
		_, err := node.Start(context.Background(), cfg)
		if err == nil || !strings.Contains(err.Error(), flag+" "+address) || !strings.Contains(err.Error(), ":0 for a free port") {
			t.Errorf("%s: %v", flag, err)
		}
	}
	cfg := config(t)
	cfg.Listen, cfg.InsecurePlaintext = "192.0.2.1:0", true
	if _, err := node.Start(context.Background(), cfg); err == nil || !strings.Contains(err.Error(), "an address of this machine") {
		t.Error(err)
	}
}

// An ephemeral node leaves nothing behind: no folder, no goroutine, no port;
// however it ends.
func TestEphemeral(t *testing.T) {
	base, temp := config(t), t.TempDir()
	t.Setenv("TMPDIR", temp)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	defer taken.Close()
	for name, set := range map[string]func(c *node.Config){
		"closed":               func(*node.Config) {},
		"port taken":           func(c *node.Config) { c.Listen = taken.Addr().String() },
		"console's port taken": func(c *node.Config) { c.ConsoleListen = taken.Addr().String() },
		"bad master key":       func(c *node.Config) { c.MasterKey = "x" },
		"no certificate":       func(c *node.Config) { c.TLSCert, c.TLSKey = "/nowhere", "/nowhere" },
		"bad setting":          func(c *node.Config) { c.Region = "?" },
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			cfg := base
			cfg.Data, cfg.Ephemeral, cfg.BootstrapAdmin = "", true, true
			set(&cfg)
			n, err := node.Start(context.Background(), cfg)
			if (err == nil) != (name == "closed") {
				t.Fatal(err)
			}
			if err == nil {
				if status, body := call(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, n.URL(), "sts", identity, adminKeys(t, n)); status != 200 {
					t.Error(status, body)
				}
				stop(t, n)
				if _, err := net.Dial("tcp", n.Address()); err == nil {
					t.Error("the port is still open")
				}
			}
			if entries, err := os.ReadDir(temp); err != nil || len(entries) > 0 {
				t.Errorf("left behind: %v %v", entries, err)
			}
			settled := func() bool { return runtime.NumGoroutine() <= before }
			for range 1_000_000 {
				if settled() {
					break
				}
				runtime.Gosched()
			}
			if !settled() {
				stacks := make([]byte, 1<<16)
				t.Errorf("goroutines are left: %s", stacks[:runtime.Stack(stacks, true)])
			}
		})
	}
}

// Closing twice is closing once, also at the same time.
func TestCloseTwice(t *testing.T) {
	n := start(t, config(t))
	errs := make(chan error, 4)
	for range 4 {
		go func() { errs <- n.Close(context.Background()) }()
	}
	for range 4 {
		ok(t, <-errs)
	}
}

// Calls under way when a node closes are answered; the listener takes no new ones.
func TestCloseDrains(t *testing.T) {
	cfg := config(t)
	cfg.BootstrapAdmin = true
	n := start(t, cfg)
	keys := adminKeys(t, n)
	var request strings.Builder
	body := "Action=CreateUser&Version=2010-05-08&UserName=last"
	signed := signedRequest(t, n.URL(), "iam", body, keys)
	ok(t, signed.Write(&request))
	conn, err := net.Dial("tcp", n.Address())
	ok(t, err)
	defer conn.Close()
	cut := request.Len() - 4
	_, err = conn.Write([]byte(request.String()[:cut])) // the call is under way
	ok(t, err)
	waitUntil(t, func() bool { return activeReader(t) })
	closed := make(chan error)
	go func() { closed <- n.Close(context.Background()) }()
	waitUntil(t, func() bool {
		c, err := net.Dial("tcp", n.Address())
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	_, err = conn.Write([]byte(request.String()[cut:]))
	ok(t, err)
	answer := make([]byte, 1<<12)
	length, err := conn.Read(answer)
	if err != nil || !strings.HasPrefix(string(answer[:length]), "HTTP/1.1 200 OK") {
		t.Errorf("%q %v", answer[:length], err)
	}
	ok(t, <-closed)
	if _, err := start(t, cfg).Directory().View(n.Account()).User("last"); err != nil {
		t.Error("an acknowledged write is gone:", err)
	}
}

// A call that does not end in time is cut off, and everything else still closes.
func TestCloseCutsOff(t *testing.T) {
	cfg := config(t)
	n, err := node.Start(context.Background(), cfg)
	ok(t, err)
	conn, err := net.Dial("tcp", n.Address())
	ok(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nAct"))
	ok(t, err)
	waitUntil(t, func() bool { return activeReader(t) })
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := n.Close(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "cut off") {
		t.Error(err)
	}
	start(t, cfg) // the folder is free
}

// activeReader says whether a handler waits for a body.
func activeReader(t testing.TB) bool {
	t.Helper()
	stacks := make([]byte, 1<<20)
	return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "server.readBody")
}

func waitUntil(t testing.TB, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen")
		}
		runtime.Gosched()
	}
}

// Health, readiness and metrics stand on the console's listener, and not on the
// API's.
func TestConsoleListener(t *testing.T) {
	n := start(t, config(t))
	if !strings.HasPrefix(n.ConsoleURL(), "http://localhost:") {
		t.Error(n.ConsoleURL()) // passkeys need a host name
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "gatehouse_calls_total"} {
		if status, body := get(t, n.ConsoleURL()+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
		if status, _ := get(t, n.URL()+path); status == 200 {
			t.Errorf("%s is on the API's listener", path)
		}
	}
	cfg := config(t)
	cfg.PublicURL = "https://gatehouse.example.com"
	if public := start(t, cfg); public.ConsoleURL() != cfg.PublicURL {
		t.Error(public.ConsoleURL())
	}
}

// The reset of the root password works while no server runs, and only then.
func TestResetRootPassword(t *testing.T) {
	cfg := config(t)
	n := start(t, cfg)
	old := rootPassword(t, n)
	ctx := context.Background()
	if _, _, err := node.ResetRootPassword(ctx, node.Config{Data: cfg.Data}, ""); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Error(err)
	}
	stop(t, n)
	if _, _, err := node.ResetRootPassword(ctx, node.Config{Data: cfg.Data}, "000000000000"); err == nil || !strings.Contains(err.Error(), "000000000000") {
		t.Error(err)
	}
	password, account, err := node.ResetRootPassword(ctx, node.Config{Data: cfg.Data}, "")
	ok(t, err)
	if account != n.Account() || password == old {
		t.Error(account, "or the same password")
	}
	again := start(t, cfg)
	if !holds(t, again, password) || holds(t, again, old) {
		t.Error("the new password does not hold, or the old one does")
	}
	if login := again.Directory().View(account).AccountRecord(); login.Root.Generation == 0 {
		t.Error("sessions of the root user go on")
	}
}

// Operations tell the whole table, without a server.
func TestOperations(t *testing.T) {
	all, err := node.Operations("")
	ok(t, err)
	implemented := map[string]int{}
	free := map[string]bool{}
	for _, o := range all {
		if o.Implemented {
			implemented[o.Service]++
		}
		if o.Implemented != (o.Authorization != "") {
			t.Errorf("%+v", o)
		}
		if o.Authorization == "none" {
			free[o.Operation] = true
		}
	}
	if len(implemented) != 9 || implemented["s3"] < 40 || implemented["ec2"] < 10 || implemented["iam"] < 80 || implemented["iam-toolbox"] != 2 || implemented["access-analyzer"] != 1 || !free["GetCallerIdentity"] || free["GetUser"] {
		t.Error(implemented, free)
	}
	one, err := node.Operations("sts")
	ok(t, err)
	if len(one) == 0 || one[0].Service != "sts" {
		t.Error(one)
	}
	var setting *node.Setting
	if _, err := node.Operations("ec3"); !errors.As(err, &setting) || setting.Accepted != "one of access-analyzer, ec2, gatehouse-s3, gatehouse-workload, iam, iam-toolbox, organizations, s3, sts" {
		t.Error(err)
	}
}
