package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

// canary stands wherever a secret can; it also breaks every pattern, so that
// validation's messages are tempted to print it.
const canary = "canary\u2620secret"

var services = []*api.Service{iam.API, sts.API, organizations.API}

// isSecret says by a member's name, apart from what the models mark, that people
// would not want it in a log.
func isSecret(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "nexttoken", "clienttoken", // of lists and idempotency
		"assertionencryptionmode", "subjectfromwebidentitytoken", "globalendpointtokenversion", // about a secret, not one
		"removeprivatekey": // its id
		return false
	}
	for _, word := range []string{"secret", "password", "token", "privatekey", "assertion", "seed", "qrcode", "authenticationcode"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// filler fills shapes with random values, and with canaries for secrets: those
// that the models mark and, by name, those that they do not.
type filler struct {
	random  *rand.Rand
	byName  bool
	secrets int
}

func (f *filler) fill(s *api.Shape, v reflect.Value, secret bool, depth int) {
	secret = secret || s.Sensitive
	switch s.Kind {
	case api.Structure:
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		for i := range s.Members {
			if m := &s.Members[i]; depth < 6 {
				f.fill(m.Shape, v.Field(i), f.byName && isSecret(m.Name) && isText(m.Shape), depth+1)
			}
		}
	case api.List:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(s.Element, v.Index(i), secret, depth+1)
		}
	case api.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		f.fill(s.Element, value, secret, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key").Convert(v.Type().Key()), value)
	case api.Blob:
		v.SetBytes([]byte(f.text(secret)))
	case api.String:
		f.scalar(v, reflect.ValueOf(f.text(secret)))
	case api.Timestamp:
		f.scalar(v, reflect.ValueOf(time.Unix(f.random.Int64N(1<<31), 0)))
	case api.Boolean:
		f.scalar(v, reflect.ValueOf(true))
	default:
		f.scalar(v, reflect.ValueOf(f.random.IntN(1000)))
	}
}

func isText(s *api.Shape) bool { return s.Kind == api.String || s.Kind == api.Blob }

func (f *filler) text(secret bool) string {
	if secret {
		f.secrets++
		return canary
	}
	return "plain\"text" + string(rune('a'+f.random.IntN(26)))
}

func (f *filler) scalar(v, value reflect.Value) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	v.Set(value.Convert(v.Type()))
}

// revealed says which form of the canary is in a line of JSON.
func revealed(t *testing.T, line []byte) string {
	t.Helper()
	if !json.Valid(line) {
		t.Fatalf("no JSON: %s", line)
	}
	quoted, _ := json.Marshal(canary)
	for _, form := range []string{canary, strings.Trim(string(quoted), `"`), base64.StdEncoding.EncodeToString([]byte(canary))} {
		if i := bytes.Index(line, []byte(form)); i >= 0 {
			return string(line[max(0, i-60) : i+len(form)])
		}
	}
	return ""
}

// filled is a call of an operation with everything filled in.
func filled(svc *api.Service, op *api.Operation, byName bool) (e Entry, secrets int) {
	f := &filler{random: rand.New(rand.NewPCG(1, 2)), byName: byName}
	e = Entry{EventID: "e", Call: benchmarkCall(svc, op.Name), Input: op.NewInput(), Output: op.NewOutput()}
	if op.Input != nil {
		f.fill(op.Input, reflect.ValueOf(e.Input).Elem(), false, 0)
	}
	if op.Output != nil {
		f.fill(op.Output, reflect.ValueOf(e.Output).Elem(), false, 0)
	}
	return e, f.secrets
}

// TestNoSecretIsRecorded walks every operation of every model, with everything
// filled in.
func TestNoSecretIsRecorded(t *testing.T) {
	for _, svc := range services {
		total := 0
		for _, op := range svc.Operations {
			entry, secrets := filled(svc, op, true)
			total += secrets
			if s := revealed(t, AppendEvent(nil, &entry)); s != "" {
				t.Errorf("%s:%s tells a secret: %s", svc.Name, op.Name, s)
			}
			writes := *op
			writes.ReadOnly = false // its output too
			entry.Call.Operation = &writes
			if s := revealed(t, AppendEvent(nil, &entry)); s != "" {
				t.Errorf("%s:%s tells a secret: %s", svc.Name, op.Name, s)
			}
		}
		if total < 10 {
			t.Errorf("%s: only %d secrets were filled in: the walk does not see them", svc.Name, total)
		}
	}
}

// TestNoSecretIsInAnErrorMessage: the message of a call whose secret breaks its
// own constraints does not print it.
func TestNoSecretIsInAnErrorMessage(t *testing.T) {
	failures := 0
	for _, svc := range services {
		for _, op := range svc.Operations {
			entry, _ := filled(svc, op, false)
			entry.Failure = api.Validate(svc, op, entry.Input)
			if entry.Failure == nil {
				continue
			}
			failures++
			if s := revealed(t, AppendEvent(nil, &entry)); s != "" {
				t.Errorf("%s:%s tells a secret: %s", svc.Name, op.Name, s)
			}
		}
	}
	if failures < 100 {
		t.Errorf("only %d operations were failed by their values", failures)
	}
}

// TestHiddenMemberIsNamed: that a secret was there is no secret.
func TestHiddenMemberIsNamed(t *testing.T) {
	name, secret := "ana", canary
	entry := Entry{EventID: "e", Call: benchmarkCall(iam.API, "CreateLoginProfile"), Input: &iam.CreateLoginProfileInput{UserName: &name, Password: &secret}}
	line := AppendEvent(nil, &entry)
	if s := revealed(t, line); s != "" {
		t.Errorf("tells a secret: %s", s)
	}
	if want := `"requestParameters":{"userName":"ana","password":"HIDDEN_DUE_TO_SECURITY_REASONS"}`; !bytes.Contains(line, []byte(want)) {
		t.Errorf("%s\nhas no %s", line, want)
	}
}
