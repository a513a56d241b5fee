package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// scanned is what the policy says, found by looking at every statement: the
// first Deny that applies, else of the statements with the strongest grant
// above the given one the first.
func (e *evaluation) scanned(p *Policy, have grant) verdict {
	v := verdict{grant: have}
	for i := range p.statements {
		s := &p.statements[i]
		g := e.concerns(s, p.kind)
		if g <= v.grant || !e.matchesAction(p, s) || !e.matchesResource(p, s) || !e.meetsConditions(p, s) {
			continue
		}
		v = verdict{outcome: Allowed, policy: p, statement: int32(i), grant: g}
		if g == denies {
			v.outcome = ExplicitDeny
		}
	}
	return v
}

// randomIndexed is a statement in a world where starts meet: they start each
// other, are the same, and stand behind later colons.
func randomIndexed(random *rand.Rand, kind Type) m {
	action := func() string {
		return pick(random, "a", "b", "aa", "sts", "A", "*") + ":" + pick(random, "x", "Xy", "*", "x*", "?", "*y", "")
	}
	s := m{"Effect": pick(random, "Allow", "Allow", "Deny")}
	actions := []string{action()}
	for random.IntN(3) > 0 {
		actions = append(actions, action())
	}
	if random.IntN(10) == 0 {
		actions = append(actions, "*")
	}
	s[pick(random, "Action", "Action", "Action", "NotAction")] = actions
	resource := func() string {
		switch random.IntN(20) {
		case 0:
			return pick(random, "*", "arn:*", "arn:p:s", "nothing", "arn:p:s:::${v}")
		case 1, 2, 3:
			return "arn:" + randomText(random, "ps*::", 6) + ":" + randomText(random, "ab*:?", 4)
		}
		return "arn:p:s:" + pick(random, ":", ":", "*:", "r*:", "*") + ":" + randomText(random, "abc", 3) +
			pick(random, "", "*", "?", "/${v}", ":a", "*b", "*:c")
	}
	resources := []string{resource()}
	for random.IntN(3) > 0 {
		resources = append(resources, resource())
	}
	s[pick(random, "Resource", "Resource", "Resource", "Resource", "NotResource")] = resources
	if kind == Resource {
		s["Principal"] = pick[any](random, "*", m{"AWS": accountC}, m{"AWS": anaARN}, m{"AWS": accountB}, m{"AWS": roleARN})
	}
	if random.IntN(3) == 0 {
		s["Condition"] = m{"StringEquals": m{"v": pick(random, "a", "b")}}
	}
	return s
}

// TestIndexAgainstScan: what is found by the index is what looking at every
// statement finds, the statement's number and all.
func TestIndexAgainstScan(t *testing.T) {
	random := rand.New(rand.NewPCG(41, 42))
	outcomes := make(map[Outcome]int)
	for range 6000 {
		kind := pick(random, Identity, Resource)
		var list []m
		for range 1 + random.IntN(12) {
			list = append(list, randomIndexed(random, kind))
		}
		text := statements(list...)
		p := compiled(t, kind, text)
		for range 6 {
			r := Request{Principal: pick(random, ana, worker), Context: contextOf(t, m{"v": pick(random, "a", "b")}),
				Action: pick(random, "a", "b", "aa", "sts", "c") + pick(random, ":x", ":xy", ":Y", ""),
				Resource: pick(random, "*", "arn:p:s:r:", "arn:p:s::", "arn:p:s:") + ":" + randomText(random, "abc", 3) +
					pick(random, "", "", "/a", ":a", ":a:c:"+randomText(random, "abc::", 6))}
			e := evaluation{request: &r, set: &Set{}, action: view(appendFolded(nil, r.Action))}
			e.prepare()
			have := pick(random, notNamed, notNamed, byAccount, direct)
			got, want := e.policy(p, have), e.scanned(p, have)
			if got != want {
				t.Fatalf("%s on %s, %d: %+v, want %+v\n%s", r.Action, r.Resource, have, got, want, text)
			}
			if e.passes(p, have) && want.policy != nil {
				t.Fatalf("%s on %s: passed over\n%s", r.Action, r.Resource, text)
			}
			outcomes[got.outcome]++
		}
	}
	for _, o := range []Outcome{ImplicitDeny, ExplicitDeny, Allowed} {
		if outcomes[o] < 1000 {
			t.Errorf("few of an outcome: %v", outcomes)
		}
	}
}

// candidates are the statements that the index has for a request: those that
// any resource may match, and those found by a start of the resource's tail.
func (p *Policy) candidates(service, tail string) (free, found []uint32) {
	for _, g := range []*group{&p.index.any, p.index.find(hashService(service))} {
		if g == nil {
			continue
		}
		for _, f := range p.index.filings[g.filings.from:g.indexed] {
			free = append(free, f.statement)
		}
		at, head := p.longest(g, tail)
		for ; at > 0; at = p.index.starts[at-1].parent {
			if s := &p.index.starts[at-1]; s.begins(g, tail, head) {
				for _, i := range of(p.index.numbers, s.filings) {
					found = append(found, p.index.filings[i].statement)
				}
			}
		}
	}
	slices.Sort(free)
	slices.Sort(found)
	return free, found
}

// TestIndexFilesWhatCanMatch: by service and by the start of the resource.
func TestIndexFilesWhatCanMatch(t *testing.T) {
	many := []string{"a:x", "b:x", "c:x", "d:x", "e:x"}
	p := compiled(t, Identity, statements(
		allows("s3:Get*", "arn:aws:s3:::b/*"),                                                   // 0
		allows("S3:Put*", "arn:aws:s3:::b/in/*"),                                                // 1
		allows([]string{"s3:*", "sqs:*"}, []string{"arn:aws:s3:::c", "arn:aws:sqs:*:*:c"}),      // 2
		allows("s3:List*", "*"),                                                                 // 3
		allows("s3:List*", "arn:aws:s3:::*"),                                                    // 4
		denyOf("*", "arn:aws:s3:::b/*"),                                                         // 5
		denyOf(nil, "*", "NotAction", "iam:*"),                                                  // 6
		allows("*:Get*", []string{"arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/in/k"}), // 7
		allows("iam:*", nil, "NotResource", "arn:aws:iam::1:user/a"),                            // 8
		allows(many, "arn:aws:s3:::b"),                                                          // 9
		allows(many, []string{"arn:aws:s3:::b", "arn:aws:s3:::c"}),                              // 10
		allows(many[:maxServices], []string{"arn:aws:s3:::b", "arn:aws:s3:::c"}),                // 11
		allows("s3:", "*"), // 12
		allows("s3:Get*", []string{"nothing", "arn:aws:s3:::d"}), // 13
		allows("s3:Get*", "nothing"),                             // 14
		allows("s3:Get*", "arn:aws:s3:::b/${v}"),                 // 15
	))
	for _, c := range []struct {
		service, tail string
		free, found   string
	}{
		{"s3", "b/k", "[3 4 6]", "[0 5 7 15]"},
		{"s3", "b/in/k", "[3 4 6]", "[0 1 5 7 15]"},
		{"s3", "b", "[3 4 6]", "[7]"},
		{"s3", "c", "[3 4 6]", "[2]"},
		{"s3", "d", "[3 4 6]", "[13]"},
		{"s3", "", "[3 4 6]", "[]"},
		{"sqs", "c", "[6]", "[2]"},
		{"sqs", "b", "[6]", "[7]"},
		{"iam", "x", "[6 8]", "[]"},
		{"a", "b", "[6 10]", "[7 9 11]"},
		{"e", "b", "[6 10]", "[7 9]"},
		{"glue", "b/k", "[6]", "[5 7]"},
	} {
		free, found := p.candidates(c.service, c.tail)
		if fmt.Sprint(free) != c.free || fmt.Sprint(found) != c.found {
			t.Errorf("%s %s: %v and %v, want %s and %s", c.service, c.tail, free, found, c.free, c.found)
		}
	}
}

// TestLongest: the starts of a text are the one found and its parents.
func TestLongest(t *testing.T) {
	random := rand.New(rand.NewPCG(43, 44))
	found := 0
	for range 5000 {
		alphabet := pick(random, "ab", "abc", "a\x00")
		shared := pick(random, "", "", "shared/", "much longer than a head/")
		starts := make(map[string]bool)
		p := &Policy{}
		var entries []filedStart
		for i := range uint32(random.IntN(12)) {
			text := shared + randomText(random, alphabet, 12)
			if text == "" {
				continue
			}
			starts[text] = true
			entries = append(entries, filedStart{text, i})
		}
		var g group
		p.addStarts(&group{}, slices.Clone(entries)) // another group, before
		p.addStarts(&g, entries)
		text := shared + randomText(random, alphabet, 16)
		want := []string{}
		for s := range starts {
			if strings.HasPrefix(text, s) {
				want = append(want, s)
			}
		}
		slices.Sort(want)
		got := []string{}
		at, head := p.longest(&g, text)
		for ; at > 0; at = p.index.starts[at-1].parent {
			if s := &p.index.starts[at-1]; s.begins(&g, text, head) {
				got = append(got, s.text)
			}
		}
		slices.Reverse(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%q among %v: %q, want %q", text, starts, got, want)
		}
		found += len(got)
	}
	if found < 1000 {
		t.Errorf("only %d found", found)
	}
}

// TestFilters are the services that statements name, and those that denials
// name.
func TestFilters(t *testing.T) {
	s3, sqs := hashService("s3").bit(), hashService("sqs").bit()
	if s3 == sqs {
		t.Fatal("the services of this test share a bit")
	}
	for _, c := range []struct {
		statements        []m
		services, denials services
	}{
		{[]m{allows("s3:*", "*")}, s3, 0},
		{[]m{allows("s3:*", "*"), denyOf("sqs:*", "*")}, s3 | sqs, sqs},
		{[]m{allows([]string{"s3:*", "sqs:*"}, "*")}, s3 | sqs, 0},
		{[]m{allows("*", "*"), denyOf("s3:*", "*")}, allServices, s3},
		{[]m{denyOf(nil, "*", "NotAction", "s3:*")}, allServices, allServices},
		{[]m{allows("s3:", "*")}, 0, 0},
	} {
		p := compiled(t, Identity, statements(c.statements...))
		if p.services != c.services || p.denials != c.denials {
			t.Errorf("%v: %x and %x, want %x and %x", c.statements, p.services, p.denials, c.services, c.denials)
		}
	}
}

// TestManyServices: each of many has its group, and no other has one.
func TestManyServices(t *testing.T) {
	var actions []string
	for i := range 1000 {
		actions = append(actions, fmt.Sprintf("service%d:*", i))
	}
	p := compiled(t, Identity, statements(allows(actions, "*")))
	for i := range 2000 {
		g := p.index.find(hashService(fmt.Sprintf("service%d", i)))
		if (g != nil) != (i < 1000) {
			t.Errorf("service%d: %v", i, g)
		}
		if g != nil && p.index.filings[g.filings.from].actions.to-p.index.filings[g.filings.from].actions.from != 1 {
			t.Errorf("service%d: filed with other services' actions", i)
		}
	}
	if (&index{}).find(hashService("s3")) != nil || p.index.find(0) != nil {
		t.Error("a group for no service")
	}
}

// TestStatementNamed: of several that allow, or deny, the first in the
// document, wherever the index has them.
func TestStatementNamed(t *testing.T) {
	for _, c := range []struct {
		statements []m
		want       int
	}{
		{[]m{allows("s3:Get*", "arn:aws:s3:::b/*"), allows("*", "*")}, 0},
		{[]m{allows("*", "arn:aws:s3:::b/*"), allows("s3:*", "*"), allows("*", "*")}, 0},
		{[]m{allows("sqs:*", "*"), allows("s3:*", "arn:aws:s3:::b/*"), allows("s3:*", "arn:aws:s3:::b/k")}, 1},
		{[]m{allows("*", "*"), denyOf("s3:*", "arn:aws:s3:::b/k"), denyOf("*", "*"), denyOf("s3:*", "*")}, 1},
		{[]m{allows("*", "*"), denyOf("s3:*", "*"), denyOf("*", "*"), denyOf("s3:*", "arn:aws:s3:::b/k")}, 1},
	} {
		s := &Set{Identity: []*Policy{compiled(t, Identity, statements(c.statements...))}}
		d := Decide(&Request{Principal: ana, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, s)
		if d.Statement != c.want || d.Policy != s.Identity[0] {
			t.Errorf("%v: statement %d, want %d", c.statements, d.Statement, c.want)
		}
	}
}

// TestFirstPolicyThatAllows is named, and a later one still denies.
func TestFirstPolicyThatAllows(t *testing.T) {
	first, second := compiled(t, Identity, full[0]), compiled(t, Identity, full[0])
	denying := compiled(t, Identity, statements(allows("*", "*"), denyOf("s3:*", "*")))
	r := &Request{Principal: ana, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	if d := Decide(r, &Set{Identity: []*Policy{first, second}}); d.Policy != first {
		t.Errorf("%+v", d)
	}
	if d := Decide(r, &Set{Identity: []*Policy{first, denying, second}}); d.Outcome != ExplicitDeny || d.Policy != denying || d.Statement != 1 {
		t.Errorf("%+v", d)
	}
	if d := Decide(r, &Set{Identity: []*Policy{first, nil}}); d.Outcome != ExplicitDeny || d.Policy != nil || d.Statement != -1 {
		t.Errorf("%+v", d)
	}
	unreadable := Unreadable(Identity, "x")
	if d := Decide(r, &Set{Identity: []*Policy{first, unreadable}}); d.Outcome != ExplicitDeny || d.Policy != unreadable {
		t.Errorf("%+v", d)
	}
}
