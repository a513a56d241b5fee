// Package authztest reads access-denied messages in tests: the sentence, and the
// authorization id behind it, which must be there where the sentence says why, and
// only there (D-08).
package authztest

import (
	"regexp"
	"strings"
	"testing"
)

var (
	explained = regexp.MustCompile(`(?s)^(.*)(?:\. Go to (\S+/iam/home\?region=\S+#/authorization-details/(\S+)) for complete details, or call` +
		`|\. For complete details, call) the GetRequestAuthorizationDetails API with the following authorization id: ([0-9a-z]{25})` +
		`(?:\. Encoded authorization failure message: ([0-9A-Za-z_-]+))?$`)
	reasons = []string{" because no ", " with an explicit deny"}
)

// organizations is what Organizations says, whatever the reason (aws-errors 2.1): an
// id stands behind it where policies denied.
const organizations = "You don't have permissions to access this resource."

// Message is an access-denied message in its parts.
type Message struct {
	Sentence string // up to the reference
	ID       string // "" where the caller may not know
	Link     string // to the console; "" without one
	Encoded  string // for DecodeAuthorizationMessage; "" where none is handed out
}

// Read takes a message apart. One that says why and refers to nothing fails the
// test, as does a reference behind a short form, or one that names two ids.
func Read(t testing.TB, message string) Message {
	t.Helper()
	m := Message{Sentence: message}
	if parts := explained.FindStringSubmatch(message); parts != nil {
		m = Message{Sentence: parts[1], Link: parts[2], ID: parts[4], Encoded: parts[5]}
		if m.Link != "" && parts[3] != m.ID {
			t.Errorf("two authorization ids: %s", message)
		}
	}
	if m.Sentence+"." == organizations {
		m.Sentence = organizations
	}
	if m.Sentence != organizations && saysWhy(m.Sentence) != (m.ID != "") {
		t.Errorf("an authorization id stands where a message says why, and only there: %s", message)
	}
	return m
}

// Sentence is the message's sentence, as Read takes it.
func Sentence(t testing.TB, message string) string {
	t.Helper()
	return Read(t, message).Sentence
}

func saysWhy(sentence string) bool {
	for _, reason := range reasons {
		if strings.Contains(sentence, reason) {
			return true
		}
	}
	return false
}
