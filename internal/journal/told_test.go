package journal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// told tells a record that stands for itself.
func told(t *testing.T, d *Denial) *Told {
	t.Helper()
	x, err := d.Tell()
	ok(t, err)
	return x
}

// recorded is a denial of ana's as the log gives it back.
func recorded(action, resource string, p Policies) *Denial {
	return &Denial{
		Account: accountID, Decision: "implicitDeny", Policies: p,
		Caller:  Caller{Type: "IAMUser", Account: accountID, EntityARN: "arn:aws:iam::111122223333:user/ana", EntityID: "AIDAEXAMPLE"},
		Request: Request{Principal: "arn:aws:iam::111122223333:user/ana", Action: action, Resource: resource},
	}
}

// TestTell: every policy that took part, with its record, what it says, and what it
// asked of the request in vain.
func TestTell(t *testing.T) {
	h := openHouse(t)
	j, err := Open(t.TempDir(), Options{})
	ok(t, err)
	defer func() { ok(t, j.Close()) }()
	n := 0
	for name, want := range map[string]string{
		"explicit": "true [identity-based policy NoUsers allow,DENY]",
		"boundary": "false [identity-based policy All ALLOW] [permissions boundary arn:aws:iam::111122223333:policy/Limit allow]",
		"session":  "false [identity-based policy All ALLOW] [session policy session policy allow]",
		"trust":    "false [role trust policy arn:aws:iam::111122223333:role/Reader allow] [identity-based policy All ALLOW] [permissions boundary arn:aws:iam::111122223333:policy/Limit allow]",
	} {
		t.Run(name, func(t *testing.T) {
			n++
			e := numbered(h.denials(t)[name], n)
			j.Record(&e)
			x := told(t, whole(t, j, e.Denial.ID))
			got := fmt.Sprint(x.Explicit)
			for _, p := range x.Policies {
				var statements []string
				for _, s := range p.Trace.Statements {
					effect := strings.ToLower(s.Effect)
					if s.Matched {
						effect = strings.ToUpper(effect)
					}
					statements = append(statements, effect)
				}
				got += fmt.Sprintf(" [%s %s %s]", p.Type, p.Record.Name, strings.Join(statements, ","))
			}
			if got != want || !x.Complete {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

// TestTellMissingKeys: what the context lacked.
func TestTellMissingKeys(t *testing.T) {
	d := recorded("iam:GetUser", "arn:aws:iam::111122223333:user/bob", Policies{Identity: []Policy{{
		Name: "own", Text: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`,
	}}})
	if x := told(t, d); x.Explicit || fmt.Sprint(x.Missing) != "[aws:MultiFactorAuthPresent]" {
		t.Errorf("%+v", x)
	}
}

// D-09: the trust policy of another account's role is not told, and makes no
// difference to what is: whether it denies, trusts or is not there.
func TestTellNothingOfAnotherAccounts(t *testing.T) {
	const role = "arn:aws:iam::444455556666:role/theirs"
	theirs := func(effect string) *Policy {
		return &Policy{Name: role, Text: `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`}
	}
	for name, own := range map[string]string{"allowed": allowAll, "not allowed": readOnly, "denied": strings.Replace(allowAll, "Allow", "Deny", 1)} {
		t.Run(name, func(t *testing.T) {
			var answers []string
			for trust, resource := range map[string]*Policy{"denies": theirs("Deny"), "trusts": theirs("Allow"), "not there": nil} {
				d := recorded("sts:AssumeRole", role, Policies{Identity: []Policy{{Name: "own", Text: own}}, Resource: resource})
				d.NoTrust = resource == nil
				if trust == "denies" {
					d.Decision = "explicitDeny"
				}
				x := told(t, d)
				answers = append(answers, fmt.Sprint(x.Explicit, len(x.Policies), x.Policies[0].Record.Name, x.Missing))
				if x.Explicit != (name == "denied") || len(x.Policies) != 1 || x.Policies[0].Type != policy.Identity {
					t.Errorf("%s: %+v", trust, x)
				}
			}
			if answers[0] != answers[1] || answers[1] != answers[2] {
				t.Errorf("%q", answers)
			}
		})
	}
}

// TestTellWithoutTexts: where a text is gone nothing is made up: what is known is
// what the record itself says.
func TestTellWithoutTexts(t *testing.T) {
	d := recorded("iam:GetUser", "arn:aws:iam::111122223333:user/bob", Policies{
		Identity: []Policy{{Name: "gone", Missing: true}, {Name: "there", Text: allowAll}},
	})
	if x := told(t, d); x.Explicit || x.Complete || len(x.Policies) != 2 || x.Policies[1].Trace.Statements != nil {
		t.Errorf("%+v", x)
	}
	d.Decision = "explicitDeny"
	if x := told(t, d); !x.Explicit {
		t.Errorf("%+v", x)
	}
	d.Request.Context = map[string]any{"k": 1}
	if _, err := d.Tell(); err == nil {
		t.Error("a record that cannot be read is told")
	}
}

// TestToldPolicies: each in its place.
func TestToldPolicies(t *testing.T) {
	named := func(name string) Policy { return Policy{Name: name, Text: allowAll} }
	d := recorded("s3:GetObject", "arn:aws:s3:::b/k", Policies{
		Identity: []Policy{named("i0"), named("i1")}, Boundary: []Policy{named("b0")}, Session: []Policy{named("s0")}, Endpoint: []Policy{named("e0")},
		SCP: [][]Policy{{named("p00"), named("p01")}, {named("p10")}}, RCP: [][]Policy{{named("r00")}},
		Resource: &Policy{Name: "own", Text: strings.Replace(allowAll, `"Action"`, `"Principal":"*","Action"`, 1)},
	})
	var got []string
	for _, p := range told(t, d).Policies {
		if p.Trace.Policy.Name() != p.Record.Name {
			t.Errorf("%s is not %s", p.Trace.Policy.Name(), p.Record.Name)
		}
		got = append(got, p.Record.Name)
	}
	if want := "[p00 p01 p10 r00 e0 own i0 i1 b0 s0]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}
