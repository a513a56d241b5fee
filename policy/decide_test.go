package policy

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// monotone is E-21: one more Deny, boundary, session policy, SCP or RCP never
// turns a denial into an allowance.
func monotone(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 21))
	for range 3000 {
		c := randomCase(random)
		r := c.request(t)
		before := Decide(r, c.set(t)).Outcome
		if before == Allowed {
			continue
		}
		for i, more := range []func(c *decisionCase){
			func(c *decisionCase) { c.identity = append(c.identity[:len(c.identity):len(c.identity)], denyAll[0]) },
			func(c *decisionCase) { c.boundary = orElse(c.boundary, full) },
			func(c *decisionCase) { c.session = orElse(c.session, full) },
			func(c *decisionCase) { c.scp = append(c.scp[:len(c.scp):len(c.scp)], silent) },
			func(c *decisionCase) { c.rcp = append(c.rcp[:len(c.rcp):len(c.rcp)], []string{rcpFull}) },
		} {
			harder := c
			more(&harder)
			if harder.sessionRequired && i == 2 {
				continue // there the first session policy is what makes it less
			}
			if Decide(r, harder.set(t)).Outcome == Allowed {
				t.Fatalf("change %d allows what was denied:\n%+v", i, c)
			}
		}
	}
}

func orElse(list, other []string) []string {
	if len(list) > 0 {
		return list
	}
	return other
}

// TestAgainstSlow decides many random cases twice.
func TestAgainstSlow(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	outcomes := make(map[string]int)
	for i := range 20000 {
		c := randomCase(random)
		r := c.request(t)
		d := Decide(r, c.set(t))
		c.compare(t, r, d)
		outcomes[outcomeText(d.Outcome, d.By)]++
		if t.Failed() {
			t.Fatalf("case %d", i)
		}
	}
	for by := Identity; by <= Endpoint; by++ {
		for _, outcome := range []Outcome{ImplicitDeny, ExplicitDeny} {
			if text := outcomeText(outcome, by); outcomes[text] == 0 {
				t.Errorf("no case came out as %s: %v", text, outcomes)
			}
		}
	}
}

// FuzzDecide lets the fuzzer choose the random cases.
func FuzzDecide(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, seed*7)
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		c := randomCase(rand.New(rand.NewPCG(a, b)))
		r := c.request(t)
		c.compare(t, r, Decide(r, c.set(t)))
	})
}

// pick is one of a list.
func pick[T any](random *rand.Rand, list ...T) T { return list[random.IntN(len(list))] }

// some is a few of a list.
func some(random *rand.Rand, list ...string) []string {
	n := random.IntN(3)
	out := make([]string, 0, n)
	for range n {
		out = append(out, pick(random, list...))
	}
	return out
}

// randomCase is a case in a world small enough that things meet.
func randomCase(random *rand.Rand) decisionCase {
	c := decisionCase{
		by: pick(random, ana, ana, worker, worker, worker, visitor, root, nobody, ec2, bob, linked, roleCaller,
			google),
		context: randomContext(random),
		owner:   pick(random, "", "", "", accountC, accountB),
	}
	switch random.IntN(8) {
	case 0:
		c.action = pick(random, "sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity")
		c.on, c.trust = roleARN, randomDocument(random, Trust)
	case 1:
		c.action, c.on = pick(random, "kms:Decrypt", "kms:CreateGrant"), keyARN
	default:
		c.action = pick(random, "s3:GetObject", "s3:PutObject", "S3:getobject", "iam:GetUser", "sqs:SendMessage",
			"sts:GetCallerIdentity", "s3:GetBucketPolicy")
		c.on = pick(random, "*", "arn:aws:s3:::b/k", "arn:aws:s3:::b/ana/x", "arn:aws:s3:::b",
			"arn:aws:sqs:eu:111122223333:b:k", "arn:aws:iam::444455556666:user/bob", "arn:aws:sqs:eu:111122223333:q")
	}
	list := func(kind Type, most int) (texts []string) {
		for range random.IntN(most + 1) {
			texts = append(texts, randomDocument(random, kind))
		}
		return texts
	}
	c.identity = list(Identity, 3)
	if random.IntN(3) == 0 {
		c.boundary = list(Boundary, 1)
	}
	if random.IntN(3) == 0 {
		c.session, c.sessionRequired = list(Session, 2), random.IntN(2) == 0
	}
	if random.IntN(2) == 0 {
		c.resourcePolicy = randomDocument(random, Resource)
	}
	if random.IntN(5) == 0 {
		c.endpoint = list(Endpoint, 1)
	}
	for range max(0, random.IntN(6)-3) {
		c.scp = append(c.scp, append(list(ServiceControl, 1), pick(random, full[0], silent[0])))
	}
	for range max(0, random.IntN(6)-3) {
		c.rcp = append(c.rcp, append(list(ResourceControl, 1), pick(random, rcpFull, rcpDeny)))
	}
	return c
}

func randomContext(random *rand.Rand) m {
	c := make(m)
	for _, key := range []string{"aws:username", "k", "K", "l"} {
		switch random.IntN(4) {
		case 0:
			c[key] = pick(random, "ana", "a", "b", "*", "?", "10", "10.0", "true", "2024-01-01", "203.0.113.9",
				"2001:db8::1", anaARN, "", "QQ==")
		case 1:
			c[key] = some(random, "a", "b", "", "10", "ana")
		}
	}
	return c
}

func randomDocument(random *rand.Rand, kind Type) string {
	var list []m
	for range 1 + random.IntN(3) {
		list = append(list, randomStatement(random, kind))
	}
	return documentOf(pick(random, version2012, version2012, version2012, version2008, ""), list...)
}

func randomStatement(random *rand.Rand, kind Type) m {
	s := m{"Effect": pick(random, "Allow", "Allow", "Allow", "Deny")}
	actions := append(some(random, "s3:GetObject", "s3:Get*", "s3:*", "iam:*", "*:Get*", "kms:*", "sts:*", "sqs:S?nd*",
		"kms:Decrypt"), pick(random, "*", "s3:*", "sts:AssumeRole", "s3:GetObject", "iam:GetUser"))
	s[pick(random, "Action", "Action", "Action", "NotAction")] = actions
	if kind != Trust && !(kind == Resource && random.IntN(4) == 0) {
		resources := append(some(random, "arn:aws:s3:::b/*", "arn:aws:s3:::b", "arn:aws:sqs:*:b:k", "arn:aws:sqs:*:q",
			"arn:aws:s3:*", "arn:aws:s3", "arn:aws:*:?*:*:b*k", "arn:aws:s3:::${aws:username}/*"),
			pick(random, "*", "*", "arn:aws:s3:::b/${aws:username, 'k'}*", "arn:aws:s3:::b/${k}", "arn:*",
				"arn:aws:iam::444455556666:user/*", "arn:aws:sqs:*:*:${k}?*"))
		s[pick(random, "Resource", "Resource", "Resource", "NotResource")] = resources
	}
	if kind == Trust || kind == Resource || kind == ResourceControl || kind == Endpoint && random.IntN(2) == 0 {
		name := "Principal"
		if kind == Resource && random.IntN(5) == 0 {
			name = "NotPrincipal"
		}
		s[name] = randomPrincipal(random)
	}
	if random.IntN(3) == 0 {
		s["Condition"] = randomCondition(random)
	}
	return s
}

func randomPrincipal(random *rand.Rand) any {
	named := append(some(random, accountC, accountB, accountARN, anaARN, roleARN, sessionARN, visitorARN, bob.ARN,
		ana.EntityID, worker.EntityID),
		pick(random, "*", accountC, anaARN, roleARN, sessionARN, visitorARN, bob.ARN))
	switch random.IntN(5) {
	case 0:
		return "*"
	case 1:
		return m{"Service": "ec2.amazonaws.com", "AWS": named}
	case 2:
		return m{"Federated": "accounts.google.com"}
	}
	return m{"AWS": named}
}

func randomCondition(random *rand.Rand) m {
	c := make(m)
	for range 1 + random.IntN(2) {
		operator := pick(random, append(append([]string{"StringResembles"}, positives...), negatives...)...)
		if random.IntN(6) == 0 {
			operator = "Null"
		} else {
			operator = pick(random, "", "", "ForAllValues:", "ForAnyValue:") + operator + pick(random, "", "",
				"IfExists")
		}
		values := append(some(random, "a", "b", "${k}", "${aws:username}*", "10", "203.0.113.0/24", "true", "false"),
			pick(random, "a", "*", "a?a", "10.0", "2023", "2024-01-01", "203.0.113.9", "2001:db8::/16", "true",
				"arn:aws:iam::*:user/*", "${l, 'a'}", "QQ==", "QQ", "false", ""))
		c[operator] = m{pick(random, "k", "K", "l", "aws:UserName"): values}
	}
	return c
}

// TestKeys is ContextOf.
func TestKeys(t *testing.T) {
	c, err := ContextOf(m{"A": "1", "b": []string{"2"}, "C": []any{"3"}, "d": Value{One: "4"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "{1 [] false}", "B": "{ [2] true}", "c": "{ [3] true}",
		"D": "{4 [] false}"} {
		if v, ok := c.Lookup(KeyOf(name)); !ok || fmt.Sprint(v) != want {
			t.Errorf("%s: %v, %v", name, v, ok)
		}
	}
	if _, ok := c.Lookup(KeyOf("e")); ok {
		t.Error("there is no e")
	}
	if _, ok := (*Keys)(nil).Lookup(KeyOf("a")); ok {
		t.Error("nil has no key")
	}
	for _, bad := range []any{1, []any{1}, nil, map[string]string{}} {
		if _, err := ContextOf(m{"a": bad}); err == nil {
			t.Errorf("%T is no value", bad)
		}
	}
	if d := Decide(&Request{Action: "s3:GetObject", Resource: "*"},
		&Set{}); d.Outcome != ImplicitDeny || d.By != Resource {
		t.Errorf("without a principal: %+v", d)
	}
}

// TestPolicyAccessors is what a Policy tells of itself.
func TestPolicyAccessors(t *testing.T) {
	p := compiled(t, Boundary, statements(allows("*", "*", "Sid", "A"), allows("*", "*")))
	if p.Name() != Boundary.String() || p.Type() != Boundary || p.Statements() != 2 || p.Sid(0) != "A" || p.Sid(1)+p.Sid(2)+p.Sid(-1) != "" {
		t.Errorf("%q %v %d %q", p.Name(), p.Type(), p.Statements(), p.Sid(0))
	}
}
