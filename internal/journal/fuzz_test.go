package journal

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// FuzzEvent: whatever a caller words, its event is one line of JSON, says what it
// said, and is found by its own id.
func FuzzEvent(f *testing.F) {
	f.Add("aws-cli/2", "iam.example.com", "ana", "No.")
	f.Add("a\"\\\n", "\x00\xff\u2028", `","eventID":"forged"`, "\r")
	f.Fuzz(func(t *testing.T, agent, host, name, message string) {
		e := entryOf(call(iam.API, "GetUser", userCaller()))
		e.Call.UserAgent, e.Call.Host, e.Call.Secure = agent, host, true
		e.Input = &iam.GetUserInput{UserName: &name}
		e.Failure = &api.Error{Code: "ValidationError", Message: message}
		line := AppendEvent(nil, &e)
		if bytes.ContainsAny(line, "\n\r\x00") || !utf8.Valid(line) {
			t.Errorf("%q is not one line", line)
		}
		var event struct {
			UserAgent, EventID string
			RequestParameters  struct{ UserName string }
		}
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		if utf8.ValidString(agent) && event.UserAgent != cut(agent) || utf8.ValidString(name) && len(name) < maxMember/6 && event.RequestParameters.UserName != name {
			t.Errorf("%q does not say %q and %q", line, agent, name)
		}
		if id := textBehind(line, bytes.LastIndex(line, idMember), idMember); id != e.EventID || event.EventID != id {
			t.Errorf("found by id %q", id)
		}
	})
}

// FuzzBackward: any file is read backwards as it is forwards.
func FuzzBackward(f *testing.F) {
	f.Add([]byte("a\nb\n\ntorn"))
	f.Fuzz(func(t *testing.T, text []byte) {
		b := newBackward(bytes.NewReader(text), int64(len(text)))
		end := len(text)
		for b.next() {
			line := string(b.line)
			if b.whole {
				line += "\n"
			}
			if int(b.offset)+len(line) != end || string(text[b.offset:end]) != line {
				t.Fatalf("line %q at %d does not end at %d", line, b.offset, end)
			}
			end = int(b.offset)
		}
		if end != 0 || b.err != nil {
			t.Errorf("%d bytes were not read, %v", end, b.err)
		}
	})
}
