package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// presigned sends a call that was signed for somebody else to send, as Vault and
// EKS take it for a proof of identity.
func (g *goSDK) presigned(t *testing.T) {
	signed, err := sts.NewPresignClient(g.sts).PresignGetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url    string
		status int
		holds  string
	}{
		"as it is":       {signed.URL, http.StatusOK, ":user/admin</Arn>"},
		"another action": {strings.Replace(signed.URL, "Action=GetCallerIdentity", "Action=GetSessionToken", 1), http.StatusForbidden, "<Code>SignatureDoesNotMatch</Code>"},
		"added":          {signed.URL + "&DurationSeconds=900", http.StatusForbidden, "<Code>SignatureDoesNotMatch</Code>"},
	} {
		status, body := send(t, signed.Method, c.url)
		if status != c.status || !strings.Contains(body, c.holds) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

// send sends a request without a body.
func send(t *testing.T, method, url string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
