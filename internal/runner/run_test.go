package runner

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestMain lets the tests' own binary be the child in a namespace.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == InsideCommand {
		Inside()
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// show ends what hide began: the tests' process goes on, to make more namespaces.
var show = func() {}

// ran runs a shell's script on an instance of a server that knows it, and returns its
// exit code and output, and what the runner said and asked.
func ran(t *testing.T, network Network, script string) (code int, out, say string, got []asked) {
	t.Helper()
	c, list := answering(t, func(a asked) (int, string) {
		switch {
		case strings.HasSuffix(a.target, "EndWorkload"):
			return 200, "{}"
		case a.target != "":
			return 200, `{"instance":{"id":"i-0123456789abcdef0","zone":"eu-west-1b","role":"photos","v1":true,"hopLimit":1,` +
				`"credentials":{"accessKeyId":"ASIA1","secretAccessKey":"s","sessionToken":"t","expires":"2099-01-01T00:00:00Z"}}}`
		case a.form.Get("Action") != "":
			return 200, launched
		}
		return 200, "the server"
	})
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var said strings.Builder
	t.Cleanup(show)
	code, err = Run(t.Context(), Options{
		Client: c, Endpoint: c.Endpoint(), Launch: Launch{Profile: "p"}, Network: network, Command: []string{"sh", "-c", script},
		Environ: append([]string{"PATH=" + os.Getenv("PATH")}, callers...), Out: file, Err: file, Say: &said,
	})
	if network == Own && err != nil && (strings.Contains(err.Error(), "not permitted") || runtime.GOOS != "linux") {
		t.Skip("this machine makes no network namespaces: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	file.Seek(0, io.SeekStart)
	text, _ := io.ReadAll(file)
	return code, string(text), said.String(), *list
}

// The instance ends when its program does, however that ends.
func TestRunEndsItsInstance(t *testing.T) {
	for script, want := range map[string]int{"exit 3": 3, "kill -KILL $$": 137, "true": 0} {
		code, _, say, got := ran(t, Host, script)
		if code != want || !strings.HasPrefix(say, "gatehouse: i-0123456789abcdef0 in eu-west-1b, role photos, host's network") {
			t.Errorf("%s: exit code %d; %s", script, code, say)
		}
		if last := got[len(got)-1]; last.target != "GatehouseWorkload_20261130.EndWorkload" {
			t.Errorf("%s: last was %v", script, last)
		}
	}
}

// In a network of its own the program reaches the metadata service and the server, at
// their usual addresses, and has no descriptor, capability or variable of its runner.
func TestRunInItsOwnNetwork(t *testing.T) {
	code, out, say, _ := ran(t, Own, `
curl -s --noproxy '*' -m 5 http://169.254.169.254/latest/meta-data/instance-id; echo
curl -s --noproxy '*' -m 5 $AWS_ENDPOINT_URL/; echo
curl -s --noproxy '*' -m 5 http://127.0.0.2:1/ || echo nothing else
ls /proc/self/fd | tr '\n' ' '; echo
env | grep -c -e AKIA -e GATEHOUSE`)
	if code != 1 || out != "i-0123456789abcdef0\nthe server\nnothing else\n0 1 2 3 \n0\n" || !strings.Contains(say, "network of its own") {
		t.Errorf("exit code %d: %q; %s", code, out, say)
	}
}

// In the host's network the program finds its credentials with its token, and nobody
// without.
func TestRunInTheHostsNetwork(t *testing.T) {
	_, out, _, _ := ran(t, Host, `
curl -s --noproxy '*' -o /dev/null -w '%{http_code} ' $AWS_CONTAINER_CREDENTIALS_FULL_URI
curl -s --noproxy '*' -H "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" $AWS_CONTAINER_CREDENTIALS_FULL_URI`)
	if !strings.HasPrefix(out, "401 ") || !strings.Contains(out, `"ASIA1"`) {
		t.Error(out)
	}
}

func TestRunOfNothing(t *testing.T) {
	c, got := answering(t, func(asked) (int, string) { return 200, launched })
	for name, o := range map[string]Options{
		"no program":     {Command: []string{"no-such-program"}},
		"no connections": {Command: []string{"true"}, Network: Host, Connect: []string{"127.0.0.1:1"}},
		"no address":     {Command: []string{"true"}, Network: Own, Endpoint: "http://far.example.com"},
	} {
		o.Client, o.Say = c, io.Discard
		if _, err := Run(t.Context(), o); err == nil {
			t.Errorf("%s: it runs", name)
		}
	}
	if len(*got) != 0 {
		t.Error("instances were made for nothing", *got)
	}
}
