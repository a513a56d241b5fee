package node_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A listener on every address is named by one that clients can call: they refuse
// 0.0.0.0 and [::].
func TestEveryAddress(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0"} {
		t.Run(address, func(t *testing.T) {
			cfg := config(t)
			cfg.Listen, cfg.ConsoleListen, cfg.InsecurePlaintext, cfg.BootstrapAdmin = address, address, true, true
			n := start(t, cfg)
			if !strings.HasPrefix(n.URL(), "http://localhost:") || !strings.HasPrefix(n.ConsoleURL(), "http://localhost:") {
				t.Errorf("%s, console %s", n.URL(), n.ConsoleURL())
			}
			text, err := os.ReadFile(filepath.Join(n.Data(), "admin.env"))
			ok(t, err)
			if !strings.HasPrefix(string(text), "export AWS_ENDPOINT_URL="+n.URL()+"\n") {
				t.Errorf("%.60s", text)
			}
			if status, body := call(t, http.DefaultClient, n.URL(), "sts", identity, adminKeys(t, n)); status != 200 {
				t.Errorf("%d %s", status, body)
			}
			if status, _ := get(t, n.ConsoleURL()+"/readyz"); status != 200 {
				t.Error("/readyz", status)
			}
		})
	}
}
