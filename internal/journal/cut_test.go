package journal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// readBack is a decision as the log gives it back, and how long its line is.
func readBack(t *testing.T, e *Entry) (*Denial, int) {
	t.Helper()
	line := appendDecision(nil, e)
	if !json.Valid(line) {
		t.Fatalf("%s", line)
	}
	d, err := parseDenial(line)
	ok(t, err)
	for p := range d.Policies.All {
		p.fillFrom(textsOf(&e.Denial.Set).of)
	}
	return d, len(line)
}

// TestCutValues: no value that a caller words takes more than 2 KiB of a decision, and
// the decision says which are not whole.
func TestCutValues(t *testing.T) {
	h := openHouse(t)
	long := "x" + strings.Repeat("é", 90<<10)
	for name, c := range map[string]struct {
		change func(e *Entry)
		cut    string
	}{
		"none":       {func(*Entry) {}, "[]"},
		"user agent": {func(e *Entry) { e.Call.UserAgent = long }, "[aws:UserAgent]"},
		"headers":    {func(e *Entry) { e.Call.UserAgent, e.Call.Referer = long, long }, "[aws:UserAgent aws:Referer]"},
		"tag":        {func(e *Entry) { e.Denial.Ask.Key("aws:RequestTag/k", &long) }, "[aws:RequestTag/k]"},
		"list":       {func(e *Entry) { e.Denial.Ask.KeyList("aws:TagKeys", []string{"a", long, long}) }, "[aws:TagKeys]"},
		"resource":   {func(e *Entry) { e.Denial.Ask.Resource += long }, "[resource]"},
		"action":     {func(e *Entry) { e.Denial.Ask.Action += long }, "[action]"},
		"message":    {func(e *Entry) { e.Denial.Answer.Message += long }, "[message]"},
		"name":       {func(e *Entry) { e.Denial.Ask.Key("aws:RequestTag/"+long, new(string)) }, "[context]"},
	} {
		t.Run(name, func(t *testing.T) {
			e := h.denials(t)["implicit"]
			e.Denial.Ask.Keys = slices.Clone(e.Denial.Ask.Keys)
			c.change(&e)
			d, size := readBack(t, &e)
			if fmt.Sprint(d.Cut) != c.cut || size > 8<<10 {
				t.Errorf("%d bytes, cut %v, want %s", size, d.Cut, c.cut)
			}
			for key, v := range d.Request.Context {
				if text, _ := v.(string); len(text) > maxValue || strings.HasSuffix(text, "\ufffd") {
					t.Errorf("%s: %d bytes", key, len(text))
				}
			}
			x := told(t, d)
			if whole := c.cut == "[]" || c.cut == "[message]"; x.Complete != whole || (len(x.Cut) == 0) != whole {
				t.Errorf("told as complete: %v, cut %v", x.Complete, x.Cut)
			}
		})
	}
}

// TestCutContext: all keys together take no more than 32 KiB. Those of the caller are
// kept before those that it words, and keys that are written longer than they are
// count as they are written.
func TestCutContext(t *testing.T) {
	h := openHouse(t)
	for name, letter := range map[string]string{"plain": "a", "escaped": "\x01"} {
		t.Run(name, func(t *testing.T) {
			e := h.denials(t)["explicit"]
			e.Denial.Ask.Keys = nil
			value := strings.Repeat(letter, maxValue)
			for i := range 500 {
				e.Denial.Ask.Keys = append(e.Denial.Ask.Keys, authz.KeyValue{Name: fmt.Sprint("aws:RequestTag/", i), Value: policy.Value{One: value}})
			}
			d, size := readBack(t, &e)
			if fmt.Sprint(d.Cut) != "[context]" || size > maxContext+(4<<10) || len(d.Request.Context) > 40 {
				t.Errorf("%d bytes, %d keys, cut %v", size, len(d.Request.Context), d.Cut)
			}
			for _, key := range []string{"aws:PrincipalArn", "aws:SourceIp", "aws:PrincipalTag/team", "aws:RequestTag/0"} {
				if d.Request.Context[key] == nil {
					t.Errorf("no %s", key)
				}
			}
			if x := told(t, d); x.Complete || !x.Explicit || x.Missing != nil {
				t.Errorf("%+v", x)
			}
		})
	}
}

// D-09: of a role of another account a record of a former version is told without its
// tags, and as much as if its trust policy's text were there.
func TestFormerRecordOfAnotherAccount(t *testing.T) {
	h := openHouse(t)
	arn := "arn:aws:iam::444455556666:role/theirs"
	in := &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: p("s")}
	e := h.denied(t, call(sts.API, "AssumeRole", h.user(t, "bounded")), authz.STS()["AssumeRole"], in)
	line := strings.Replace(string(appendDecision(nil, &e)), `"context":{`, `"context":{"aws:ResourceTag/Secret":"x","iam:resourcetag/Secret":"x",`, 1)
	d, err := parseDenial([]byte(line))
	ok(t, err)
	for key := range d.Request.Context {
		if authz.IsResourceTag(key) {
			t.Errorf("%s is told", key)
		}
	}
	for of := range d.Policies.All {
		of.fillFrom(textsOf(&e.Denial.Set).of)
	}
	d.Policies.Resource = &Policy{Name: arn, Missing: true}
	if x := told(t, d); !x.Complete || x.Explicit {
		t.Errorf("%+v", x)
	}
	own := h.denied(t, call(iam.API, "DeleteUser", h.user(t, "ana")), authz.IAM()["DeleteUser"], &iam.DeleteUserInput{UserName: p("ana")})
	if of, _ := readBack(t, &own); of.Request.Context["iam:ResourceTag/team"] != "blue" {
		t.Errorf("of its own: %v", of.Request.Context)
	}
}
