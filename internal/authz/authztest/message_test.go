package authztest

import (
	"strings"
	"testing"
)

const id = "0123456789abcdefghijklmno"

// complaints is a test that counts what it is told.
type complaints struct {
	testing.TB
	n int
}

func (c *complaints) Helper()               {}
func (c *complaints) Errorf(string, ...any) { c.n++ }

func TestRead(t *testing.T) {
	const why, short = "User: u is not authorized to perform: a:B on resource: * because no session policy allows the a:B action", "User: u is not authorized to perform: a:B on resource: *"
	const call = " the GetRequestAuthorizationDetails API with the following authorization id: "
	const link = "http://localhost:1/iam/home?region=us-east-1#/authorization-details/" + id
	for name, c := range map[string]struct {
		message string
		want    Message
		wrong   int
	}{
		"with a link":         {why + ". Go to " + link + " for complete details, or call" + call + id, Message{Sentence: why, ID: id, Link: link}, 0},
		"without a console":   {why + ". For complete details, call" + call + id, Message{Sentence: why, ID: id}, 0},
		"with a message":      {why + ". For complete details, call" + call + id + ". Encoded authorization failure message: AQ_-z", Message{Sentence: why, ID: id, Encoded: "AQ_-z"}, 0},
		"organizations":       {strings.TrimSuffix(organizations, ".") + ". For complete details, call" + call + id, Message{Sentence: organizations, ID: id}, 0},
		"organizations' own":  {organizations, Message{Sentence: organizations}, 0},
		"short":               {short, Message{Sentence: short}, 0},
		"nothing behind why":  {why, Message{Sentence: why}, 1},
		"an id behind short":  {short + ". For complete details, call" + call + id, Message{Sentence: short, ID: id}, 1},
		"an id that is short": {why + ". For complete details, call" + call + id[1:], Message{Sentence: why + ". For complete details, call" + call + id[1:]}, 1},
		"two ids":             {why + ". Go to " + link + " for complete details, or call" + call + strings.Repeat("z", 25), Message{Sentence: why, ID: strings.Repeat("z", 25), Link: link}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			told := &complaints{}
			if got := Read(told, c.message); got != c.want || told.n != c.wrong {
				t.Errorf("%+v with %d complaints", got, told.n)
			}
		})
	}
}
