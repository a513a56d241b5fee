package policy

import (
	"fmt"
	"strings"
	"testing"
)

// TestLongHeadIsRefused: a resource that would match nothing for its length is no
// part of a policy, since a Deny without it would allow. Check finds V-09 first.
func TestLongHeadIsRefused(t *testing.T) {
	for _, kind := range []Type{Identity, Boundary, Session, ServiceControl} {
		for _, element := range []string{"Resource", "NotResource"} {
			for _, service := range []string{"s3", "sqs"} {
				long := `"arn:aws:` + service + ":" + strings.Repeat("*", 66_000) + `::bucket/key"`
				text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"},` + "\n" +
					`{"Effect":"Deny","Action":"s3:*","` + element + `":["arn:aws:s3:::b",` + "\n  " + long + `]}]}`
				_, compile := Compile(kind, "p", text)
				wantLongHead(t, compile, "Statement[1]."+element+"[1]", strings.Index(text, long))
				if check := Check(kind, text); service == "s3" && check == nil {
					t.Errorf("%s: Check takes it", kind)
				} else if service == "sqs" {
					wantLongHead(t, check, "Statement[1]."+element+"[1]", strings.Index(text, long))
				}
			}
		}
	}
}

// wantLongHead wants the fault of the entry there, on the third line.
func wantLongHead(t *testing.T, err error, element string, offset int) {
	t.Helper()
	e, ok := err.(*Error)
	if !ok || e.Message != messageSyntax || e.Element != element || e.Line != 3 || e.Column != 3 || e.Offset != offset ||
		!strings.Contains(e.Detail, "65535") {
		t.Errorf("%s: %.300s", element, describe(err))
	}
}

// TestHeadOfTheGreatestLength: where Compile takes a head, it denies with it.
func TestHeadOfTheGreatestLength(t *testing.T) {
	const before = "arn:aws:s3:"
	for more, want := range map[int]bool{0: true, 1: false} {
		head := before + strings.Repeat("*", maxHead-len(before)-len(":")+more) + "::"
		for _, tail := range []string{"b/k", "b/*", "*", "?/k", "${aws:username}/k"} {
			text := statements(allows("*", "*"), denyOf("s3:*", head+tail))
			p, err := Compile(Identity, "p", text)
			if (err == nil) != want {
				t.Errorf("%d more, %s: %v", more, tail, describe(err))
			}
			if p == nil {
				continue
			}
			c := decisionCase{context: m{"aws:username": "b"}}
			if d := Decide(c.request(t), &Set{Identity: []*Policy{p}}); d.Outcome != ExplicitDeny {
				t.Errorf("%s: %s", tail, outcomeText(d.Outcome, d.By))
			}
		}
	}
	for text, want := range map[string]int{"": 0, "*": 0, "arn": 0, "urn:a:b": 0, "arn:": 3, "arn:" + long66: 3, "arn:" + long66 + ":": 4 + len(long66), "arn:aws:s3:::b:c": 12} {
		if got := headLength(text); got != want {
			t.Errorf("%.20s: %d, want %d", text, got, want)
		}
	}
}

var long66 = strings.Repeat("a", 66_000)

// TestLongTails: behind 65,535 bytes an entry matches as a short one does. What is
// kept in 16 bits lets more through to be compared, never less. L stands for a text
// that is long or short.
func TestLongTails(t *testing.T) {
	patterns := []string{
		"arn:aws:s3:::L", "arn:aws:s3:::L*", "arn:aws:s3:::L/*", "arn:aws:s3:::L?", "arn:aws:s3:::L*x", "arn:aws:s3:::*L", "arn:aws:s3:::L:*:L",
		"arn:aws:s3:::L${k}", "arn:aws:s3:::${k}L", "arn:aws:s3:::L${k}*", "arn:aws:s3:::L${*}",
		"arn:aws:s3:*::L", "arn:aws:s3:*::L*", "arn:aws:s3:*:L", "arn:aws:s3:*::L?x", "arn:aws:s3:*:*:L${k}", "arn:aws:s3:*:*:L:*", "arn:aws:*:L", "arn:aws:s*::1:L*x",
		"arn:*L", "arn:aws:s3:*L", "arn:aws:s3:::*", "arn:aws:s3:::b",
	}
	texts := []string{
		"arn:aws:s3:::L", "arn:aws:s3:::Lx", "arn:aws:s3:::L/", "arn:aws:s3:::L/x", "arn:aws:s3:::L*", "arn:aws:s3:::Lkx", "arn:aws:s3:::kL", "arn:aws:s3:::xL",
		"arn:aws:s3:::L:L", "arn:aws:s3:::L:x:L", "arn:aws:s3:r:1:L", "arn:aws:s3:r:1:Lk", "arn:aws:s3:r:1:Lyx", "arn:aws:s3:r:1:L:x", "arn:aws:s3:r:1:x:L",
		"arn:aws:s3:r:1:x:Lk", "arn:aws:s3:r:1:x:Lyx", "arn:aws:s3:r:1:L:L", "arn:aws:s3::1:L", "arn:aws:s3::1:Lx", "arn:aws:s3:r:1:", "arn:aws:s3:::b",
		"arn:aws:s3:::M", "arn:aws:s3:r:1:M", "arn:aws:s3:r:1:x:Mk",
	}
	short := strings.NewReplacer("L", "aa", "M", "ab")
	matched := 0
	for length := maxHead - 20; length <= maxHead+2; length += 11 {
		long := strings.NewReplacer("L", strings.Repeat("a", length), "M", strings.Repeat("a", length-1)+"b")
		for _, pattern := range patterns {
			for _, kind := range []Type{Identity, Resource} {
				entry, like := longEntry(t, kind, long.Replace(pattern)), longEntry(t, kind, short.Replace(pattern))
				for _, text := range texts {
					want := like(short.Replace(text))
					if got := entry(long.Replace(text)); got != want {
						t.Errorf("%s policy, %d letters: %s on %s: %s, with short texts %s", kind, length, pattern, text, got, want)
					}
					if strings.Contains(want, "true") {
						matched++
					}
				}
			}
		}
	}
	if matched < 100 {
		t.Errorf("%d match: too few to tell", matched)
	}
}

// longEntry says of a resource whether the entry matches it, compared alone, and
// what a policy that denies it decides, by way of the index.
func longEntry(t *testing.T, kind Type, pattern string) func(text string) string {
	entry := newResource(kind, pattern, true)
	p := compiled(t, Identity, statements(allows("*", "*"), denyOf("s3:*", pattern), denyOf("s3:*", "arn:aws:s3:::other")))
	values := contextOf(t, m{"k": "k"})
	return func(text string) string {
		tgt := newTarget(text)
		d := Decide(&Request{Principal: ana, Action: "s3:GetObject", Resource: text, Context: values}, &Set{Identity: []*Policy{p}})
		return fmt.Sprint(entry.match(&tgt, values), outcomeText(d.Outcome, d.By))
	}
}

// TestLongActions: a service has at most 256 letters, and a name any number.
func TestLongActions(t *testing.T) {
	for length, want := range map[int]bool{maxService: true, maxService + 1: false, 1<<16 + 2: false} {
		_, err := Compile(Identity, "p", statements(denyOf(strings.Repeat("s", length)+":*", "*")))
		if (err == nil) != want {
			t.Errorf("a service of %d letters: %v", length, err == nil)
		}
	}
	for _, pattern := range []string{"s3:L", "s3:L*", "s3:*L", "s3:L*x", "*:L", "*:L*x", "s3:L?"} {
		for _, action := range []string{"s3:L", "s3:Lx", "s3:Lyx", "s3:M", "s3:xL", "s4:L"} {
			var got [2]bool
			for i, letters := range []string{"aa", long66} {
				with := strings.NewReplacer("L", letters, "M", letters[1:]+"b").Replace
				p := compiled(t, Identity, statements(allows("*", "*"), denyOf(with(pattern), "*")))
				d := Decide(&Request{Principal: ana, Action: with(action), Resource: "*", Context: contextOf(t, nil)}, &Set{Identity: []*Policy{p}})
				got[i] = d.Outcome == ExplicitDeny
			}
			if got[0] != got[1] {
				t.Errorf("%s on %s: %v, long %v", pattern, action, got[0], got[1])
			}
		}
	}
}
