package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestExplainRandom is what holds for every explanation, on many random cases:
// it decides as Decide does, its traces say enough to come to that decision
// again, and its changes really allow, each of them needed.
func TestExplainRandom(t *testing.T) {
	triesOf(t, randomCases()*3/10, 5, func(t *testing.T, random *rand.Rand) int {
		const batch = 20
		for i := range batch {
			c := randomCase(random)
			if i%2 == 1 {
				c = c.callersKeys()
			}
			c.explain(t)
			if t.Failed() {
				t.Errorf("%+v", c)
				break
			}
		}
		return batch
	})
}

// FuzzExplain lets the fuzzer choose the random cases.
func FuzzExplain(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, seed*7, seed%2 == 1)
	}
	f.Fuzz(func(t *testing.T, a, b uint64, callers bool) {
		c := randomCase(rand.New(rand.NewPCG(a, b)))
		if callers {
			c = c.callersKeys()
		}
		c.explain(t)
	})
}

// callersKeys is the case with keys that a caller sets by how it calls, in the
// place of those that nobody knows.
func (c decisionCase) callersKeys() decisionCase {
	rename := strings.NewReplacer(`"k":`, `"s3:k":`, `"K":`, `"s3:K":`, `"l":`, `"aws:RequestTag/l":`,
		`${k`, `${s3:k`, `${l`, `${aws:RequestTag/l`)
	list := func(texts []string) (renamed []string) {
		for _, text := range texts {
			renamed = append(renamed, rename.Replace(text))
		}
		return renamed
	}
	levels := func(texts [][]string) (renamed [][]string) {
		for _, level := range texts {
			renamed = append(renamed, list(level))
		}
		return renamed
	}
	c.identity, c.boundary, c.session, c.endpoint = list(c.identity), list(c.boundary), list(c.session), list(c.endpoint)
	c.resourcePolicy, c.trust = rename.Replace(c.resourcePolicy), rename.Replace(c.trust)
	c.scp, c.rcp = levels(c.scp), levels(c.rcp)
	context := make(m)
	for name, value := range c.context {
		switch name {
		case "k", "K":
			name = "s3:" + name
		case "l":
			name = "aws:RequestTag/l"
		}
		context[name] = value
	}
	c.context = context
	return c
}

// explain checks one case.
func (c *decisionCase) explain(t *testing.T) {
	t.Helper()
	r, s := c.request(t), c.set(t)
	d := Decide(r, s)
	x := Explain(r, s)
	if x.Decision != d {
		t.Errorf("explained: %+v, decided: %+v", x.Decision, d)
	}
	x.consistent(t)
	outcome, by := x.recombine(r, s)
	if outcome != d.Outcome || outcome != Allowed && by != d.By {
		t.Errorf("from the traces: %s, decided: %s", outcomeText(outcome, by), outcomeText(d.Outcome, d.By))
	}
	before := snapshot(r, s)
	x.flips(t, r, s)
	if after := snapshot(r, s); before != after {
		t.Errorf("before Apply: %s\nafter: %s", before, after)
	}
}

// flips: the changes allow the request, and none of them is needless.
func (x *Explanation) flips(t *testing.T, r *Request, s *Set) {
	t.Helper()
	if x.Outcome == Allowed {
		if len(x.Changes) > 0 || x.Fixed != "" {
			t.Errorf("allowed, and yet: %v, %q", x.Changes, x.Fixed)
		}
		return
	}
	if (len(x.Changes) == 0) == (x.Fixed == "") {
		t.Errorf("changes %v, fixed %q", x.Changes, x.Fixed)
	}
	if x.Fixed == fixedOtherwise && utf8.ValidString(r.Principal.ARN) {
		t.Error("nothing was found")
	}
	if len(x.Changes) == 0 {
		return
	}
	for skip := -1; skip < len(x.Changes); skip++ {
		changes := slices.Clone(x.Changes)
		if skip >= 0 {
			changes = slices.Delete(changes, skip, skip+1)
		}
		changed, set, err := Apply(changes, r, s)
		if err != nil {
			if skip < 0 {
				t.Errorf("%v: %v", describe(err), err)
			}
			continue
		}
		if allows := Decide(changed, set).Outcome == Allowed; allows != (skip < 0) {
			t.Errorf("without change %d allowed is %v", skip, allows)
			for i := range x.Changes {
				t.Logf("%d %s", i, &x.Changes[i])
			}
		}
		if skip < 0 {
			x.documents(t, s, set)
		}
	}
}

// documents: what is to be saved is what decides.
func (x *Explanation) documents(t *testing.T, before, set *Set) {
	t.Helper()
	saved := make(map[string]bool)
	for _, at := range set.shelves() {
		list, _ := set.list(at.kind, at.level)
		for _, p := range list {
			if p != nil {
				saved[p.Text()] = true
			}
		}
	}
	for i := range x.Changes {
		c := &x.Changes[i]
		if none := c.Kind == SetKey || c.Kind == RemovePolicy; none != (c.Document == "") || !none && !saved[c.Document] {
			t.Errorf("%s: document %s", c, c.Document)
		}
		if c.Document != "" {
			c.keepsForm(t, before)
		}
	}
}

// keepsForm: what AWS would have saved before the change it would save after
// it, but for the Allow that only AWS's own RCP has (O-02) and the calls that no
// trust policy is about (V-13).
func (c *Change) keepsForm(t *testing.T, s *Set) {
	t.Helper()
	old := newDocument(newStatement("", "s3:GetObject", "*"))
	if list, _ := s.list(c.Type, c.Level); c.Index >= 0 {
		old = list[c.Index].Text()
	} else if c.Type.takesPrincipal() {
		old = newDocument(newStatement(`{"AWS": "111122223333"}`, "sts:AssumeRole", ""))
	}
	kind := c.Type
	if Check(kind, old) != nil {
		return
	}
	err := Check(kind, c.Document)
	if err == nil || kind == ResourceControl && err.Error() == messageOrganizations {
		return
	}
	t.Errorf("%s: %s\n%s\n%s", c, describe(err), old, c.Document)
}

// snapshot is all that a decision reads, as text.
func snapshot(r *Request, s *Set) string {
	text := fmt.Sprintf("%v %v", *r, s.SessionRequired)
	for _, at := range s.shelves() {
		list, _ := s.list(at.kind, at.level)
		text += fmt.Sprintf(" %v", at)
		for _, p := range list {
			text += fmt.Sprintf(" %p %s", p, p.Text())
		}
	}
	return text
}

// consistent: a statement matches if its elements do, a policy says what its
// statements say, and the policy that decided is there.
func (x *Explanation) consistent(t *testing.T) {
	t.Helper()
	decider := x.Decision.Policy == nil
	for _, p := range x.Policies {
		outcome := ImplicitDeny
		for _, s := range p.Statements {
			all, cannot := true, false
			for _, e := range s.Elements {
				isCondition := e.Element == "Condition"
				cannot = cannot || strings.Contains(e.Note, "(E-25)")
				all = all && (e.Matched || isCondition)
				if e.Line < 1 || e.Column < 1 || len(e.Values) == 0 || e.Entry >= len(e.Values) {
					t.Errorf("element without its place or values: %+v", e)
				}
			}
			for _, e := range s.Elements {
				all = all && (e.Matched || cannot && s.Effect == "Deny")
			}
			if s.Matched != (all && !(cannot && s.Effect == "Allow")) {
				t.Errorf("statement %d matched: %v, its elements: %v, %+v", s.Statement, s.Matched, all, s.Elements)
			}
			switch {
			case s.Matched && s.Effect == "Deny":
				outcome = ExplicitDeny
			case s.Matched && outcome == ImplicitDeny:
				outcome = Allowed
			}
			if p.Policy == x.Policy && s.Statement == x.Statement && s.Matched && p.Takes {
				decider = true
			}
		}
		if p.Outcome != outcome {
			t.Errorf("%s %d: %v, its statements: %v", p.Type, p.Index, p.Outcome, outcome)
		}
		if p.Takes != (p.Note == "") {
			t.Errorf("takes part: %v, note %q", p.Takes, p.Note)
		}
	}
	if !decider {
		t.Errorf("the statement that decided did not match: %+v", x.Decision)
	}
	if !slices.IsSorted(x.Missing) || len(slices.Compact(slices.Clone(x.Missing))) != len(x.Missing) {
		t.Errorf("missing: %v", x.Missing)
	}
}

// recombine decides once more, from the traces alone: what the types say and
// how strongly the resource's policy names the caller.
func (x *Explanation) recombine(r *Request, s *Set) (Outcome, Type) {
	if len(x.Policies) > 0 && x.Policies[0].Note == noteNoPermission {
		return Allowed, 0
	}
	says := make(map[Type]bool)
	levels := make(map[Type]map[int]bool)
	grants := make(map[string]bool)
	takes := make(map[Type]bool)
	side := Resource
	for _, p := range x.Policies {
		if !p.Takes {
			continue
		}
		takes[p.Type] = true
		if p.Outcome == ExplicitDeny {
			return ExplicitDeny, p.Type
		}
		if p.Type == Trust {
			side = Trust
		}
		if p.Outcome != Allowed {
			continue
		}
		says[p.Type] = true
		if p.Level >= 0 {
			if levels[p.Type] == nil {
				levels[p.Type] = make(map[int]bool)
			}
			levels[p.Type][p.Level] = true
		}
		for _, statement := range p.Statements {
			if statement.Matched && (p.Type == Resource || p.Type == Trust) {
				grants[statement.Elements[0].Note] = true
			}
		}
	}
	e := newEvaluation(r, s)
	if d, settled := e.settled(); settled {
		return d.Outcome, d.By
	}
	if s.Trust != nil || slices.Contains([]string{"sts:assumerole", "sts:assumerolewithwebidentity"}, strings.ToLower(r.Action)) {
		side = Trust
	}
	linked := strings.Contains(e.principal.EntityARN, ":role/aws-service-role/")
	own := e.principal.Account != ""
	parts := strings.SplitN(r.Resource, ":", 6)
	owner := r.ResourceAccount
	if owner == "" && len(parts) == 6 && len(parts[4]) == 12 {
		owner = parts[4]
	}
	crossing := own && owner != "" && owner != e.principal.Account
	must := side == Trust || !own || crossing || strings.HasPrefix(r.Action, "kms:")
	isRoot := e.principal.Kind == Root
	granted := says[side]
	directly := granted && grants[""] && !crossing
	byRole := granted && grants[noteByRole] && !crossing
	for _, step := range []struct {
		wanted, given bool
		by            Type
	}{
		{!linked, len(levels[ResourceControl]) == len(s.ResourceControl), ResourceControl},
		{!linked && own, len(levels[ServiceControl]) == len(s.ServiceControl), ServiceControl},
		{len(s.Endpoint) > 0 && e.principal.Kind != Service, says[Endpoint], Endpoint},
		{must, granted, side},
		{own && !directly && !isRoot && !byRole, says[Identity], Identity},
		{own && !directly && !isRoot && len(s.Boundary) > 0, says[Boundary], Boundary},
		{own && !directly && (len(s.Session) > 0 || s.SessionRequired), says[Session], Session},
	} {
		if step.wanted && !step.given {
			return ImplicitDeny, step.by
		}
	}
	return Allowed, 0
}
