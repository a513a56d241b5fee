package journal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
	"github.com/gatehouse-iam/gatehouse/policy"
)

func newSealer(t testing.TB) *seal.Sealer {
	t.Helper()
	s, err := embedded.Open(filepath.Join(t.TempDir(), "db"), embedded.Options{Ephemeral: true})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	ring, err := seal.OpenKeyring(t.Context(), s, seal.Master{})
	ok(t, err)
	return ring.For(MessagePurpose)
}

// TestMessage: a message holds its denial, with its policies, by itself.
func TestMessage(t *testing.T) {
	h, m := openHouse(t), NewMessages(newSealer(t))
	for name, e := range h.denials(t) {
		t.Run(name, func(t *testing.T) {
			text, err := m.Append("You are not authorized to perform this operation.", &e)
			ok(t, err)
			message, is := strings.CutPrefix(text, "You are not authorized to perform this operation. Encoded authorization failure message: ")
			if !is || len(message) > maxMessage || strings.Trim(message, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Fatalf("%s", text)
			}
			d, id, err := m.Decode(accountID, message)
			ok(t, err)
			if id != "" || d.AuthorizationID != e.Denial.ID || d.Missing() || d.Policies.Identity[0].Text != e.Denial.Set.Identity[0].Text() {
				t.Errorf("%+v, %s", d, id)
			}
			r, s, err := d.Case()
			ok(t, err)
			if got := policy.Decide(r, s); got.Outcome != e.Denial.Decision.Outcome || got.By != e.Denial.Decision.By {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestLongMessage: what does not fit refers to the log.
func TestLongMessage(t *testing.T) {
	h, m := openHouse(t), NewMessages(newSealer(t))
	e := h.denials(t)["explicit"]
	var actions []string
	for i := range 2000 { // nothing that packs well
		actions = append(actions, fmt.Sprintf(`"s3:%x"`, i*i*2654435761))
	}
	p, err := policy.Compile(policy.Identity, "Big", strings.Replace(allowAll, `"*"`, "["+strings.Join(actions, ",")+"]", 1))
	ok(t, err)
	e.Denial.Set.Identity = []*policy.Policy{p}
	message, err := m.Encode(&e)
	ok(t, err)
	d, id, err := m.Decode(accountID, message)
	if d != nil || id != e.Denial.ID || err != nil || len(message) > maxMessage {
		t.Errorf("%+v, %s, %v, %d characters", d, id, err, len(message))
	}
}

// TestMessageOfNobody: what is not a message of that account's opens as nothing.
func TestMessageOfNobody(t *testing.T) {
	h, sealer := openHouse(t), newSealer(t)
	m := NewMessages(sealer)
	e := h.denials(t)["explicit"]
	message, err := m.Encode(&e)
	ok(t, err)
	sealed := func(plain string) string {
		return base64.RawURLEncoding.EncodeToString(sealer.Seal([]byte(plain), boundTo(accountID)))
	}
	for name, c := range map[string]struct{ account, message string }{
		"another account":    {"444455556666", message},
		"no account":         {"", message},
		"cut":                {accountID, message[:len(message)-1]},
		"changed":            {accountID, message[:100] + swapped(message[100:101]) + message[101:]},
		"garbage":            {accountID, "no message!"},
		"short":              {accountID, "AQ"},
		"empty":              {accountID, ""},
		"sealed empty":       {accountID, sealed("")},
		"of a later version": {accountID, sealed("\x02d")},
		"of an unknown kind": {accountID, sealed("\x01x")},
		"of another keyring": {accountID, base64.RawURLEncoding.EncodeToString(newSealer(t).Seal([]byte("\x01rid"), boundTo(accountID)))},
	} {
		t.Run(name, func(t *testing.T) {
			if d, id, err := m.Decode(c.account, c.message); !errors.Is(err, ErrNoMessage) || d != nil || id != "" {
				t.Errorf("%+v, %s, %v", d, id, err)
			}
		})
	}
	if _, _, err := m.Decode(accountID, sealed("\x01dnot deflated")); err == nil || errors.Is(err, ErrNoMessage) {
		t.Errorf("a message of ours that cannot be read: %v", err)
	}
}

func swapped(s string) string {
	if s == "A" {
		return "B"
	}
	return "A"
}
