package authz

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

func document(effect, action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"S1","Effect":"` + effect + `","Action":"` + action + `","Resource":"` + resource + `"}]}`
}

// desk has ana, who may do what her inline policy says, and the role app, which
// trusts the account.
func desk(t *testing.T, allow string) *directory.Directory {
	t.Helper()
	d := openDirectory(t)
	change(t, d, func(tx *directory.Tx) error {
		u, err := tx.CreateUser(directory.NewUser{Name: "ana", Path: "/", Tags: []api.Tag{{Key: "team", Value: "blue"}}})
		if err != nil {
			return err
		}
		_, err = tx.CreateRole(directory.NewRole{Name: "app", Path: "/", Trust: trusting(`{"AWS":"` + accountID + `"}`)})
		if err != nil || allow == "" {
			return err
		}
		return tx.PutUserPolicy(u, "own", allow)
	})
	return d
}

func trusting(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`
}

// asking is a row of given asks.
func asking(asks ...Ask) Row {
	return func(q *Question, _ any) error {
		for _, a := range asks {
			*q.Ask(a.Action, a.Resource) = a
		}
		return nil
	}
}

var (
	getAna    = Ask{Action: "iam:GetUser", Resource: "arn:aws:iam::" + accountID + ":user/ana"}
	deleteAna = Ask{Action: "iam:DeleteUser", Resource: "arn:aws:iam::" + accountID + ":user/ana"}
)

// denial is the refusal of a call, or nil where it is allowed.
func denial(t *testing.T, v *directory.View, p *api.Principal, asks ...Ask) *Denial {
	t.Helper()
	err := Authorize(v, iamCall(p, "GetUser"), asking(asks...), nil)
	var d *Denial
	if err != nil && !errors.As(err, &d) {
		t.Errorf("%v is no denial", err)
	}
	return d
}

// A row that is not there refuses; one that asks nothing allows; one that fails
// answers for itself.
func TestRows(t *testing.T) {
	d := desk(t, document("Allow", "*", "*"))
	v, ana := d.View(accountID), userCaller(t, d, "ana")
	own := errors.New("own")
	for name, c := range map[string]struct {
		row  Row
		want string
	}{
		"no row":          {nil, "AccessDenied: Operation GetUser has no authorization row."},
		"E-17 free":       {Free, ""},
		"no asks":         {asking(), ""},
		"allowed":         {asking(getAna), ""},
		"the row's error": {func(*Question, any) error { return own }, "own"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, caller := range []*api.Principal{ana, rootCaller()} {
				got := ""
				if err := Authorize(v, iamCall(caller, "GetUser"), c.row, nil); err != nil {
					got = err.Error()
				}
				if got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
			}
		})
	}
}

// On hands the row the operation's own input.
func TestOn(t *testing.T) {
	row := On(func(q *Question, in *iam.GetUserInput) error {
		q.On(*in.UserName).PrintName("user ", *in.UserName)
		return nil
	})
	name := "ana"
	q := Question{Call: iamCall(rootCaller(), "GetUser")}
	if err := row(&q, &iam.GetUserInput{UserName: &name}); err != nil || len(q.Asks) != 1 {
		t.Fatal(err, q.Asks)
	}
	if a := q.Asks[0]; a.Action != "iam:GetUser" || a.Resource != "ana" || printed(&a) != "user ana" {
		t.Errorf("ask %+v", a)
	}
	if a := q.Ask("sts:AssumeRole", "*"); a.Action != "sts:AssumeRole" {
		t.Errorf("ask %+v", a)
	}
}

// E-20: every ask must be allowed, wherever the one that is not stands; the answer
// is about that one.
func TestEveryAskIsNeeded(t *testing.T) {
	d := desk(t, document("Allow", "iam:GetUser", "*"))
	v, ana := d.View(accountID), userCaller(t, d, "ana")
	for name, c := range map[string]struct {
		asks   []Ask
		denied string
	}{
		"both allowed":         {[]Ask{getAna, getAna}, ""},
		"the second is not":    {[]Ask{getAna, deleteAna}, "iam:DeleteUser"},
		"the first is not":     {[]Ask{deleteAna, getAna}, "iam:DeleteUser"},
		"the fourth is not":    {[]Ask{getAna, getAna, getAna, deleteAna}, "iam:DeleteUser"},
		"granted, then denied": {[]Ask{{Action: "iam:ListUsers", Resource: "*", Granted: true}, deleteAna}, "iam:DeleteUser"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if denied := denial(t, v, ana, c.asks...); denied != nil {
				got = denied.Ask.Action
			}
			if got != c.denied {
				t.Errorf("denied %q, want %q", got, c.denied)
			}
		})
	}
}

// What the account's settings grant needs no policy, and a policy that denies it
// explicitly is before them.
func TestGranted(t *testing.T) {
	granted := getAna
	granted.Granted = true
	for name, c := range map[string]struct {
		document string
		denied   bool
	}{
		"nothing said":      {"", false},
		"allowed":           {document("Allow", "iam:GetUser", "*"), false},
		"denied":            {document("Deny", "iam:GetUser", "*"), true},
		"E-25 not readable": {"{", true},
	} {
		t.Run(name, func(t *testing.T) {
			d := desk(t, "")
			if c.document != "" {
				inline(t, d, c.document)
			}
			if denied := denial(t, d.View(accountID), userCaller(t, d, "ana"), granted); (denied != nil) != c.denied {
				t.Errorf("denied %v", denied)
			}
		})
	}
}

// inline gives ana an inline policy, without the checks that keep bad ones out: an
// old one, say.
func inline(t *testing.T, d *directory.Directory, text string) {
	t.Helper()
	change(t, d, func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		c := u.Clone()
		c.Inline = []directory.Inline{{Name: "own", Document: directory.NewDocument(text)}}
		tx.PutUser(c)
		return nil
	})
}

// E-25: what cannot be read denies, explicitly, wherever it stands, to whatever
// else allows; the root user has no such policy.
func TestUnreadablePoliciesDeny(t *testing.T) {
	arn := "arn:aws:iam::" + accountID + ":policy/bad"
	all := document("Allow", "*", "*")
	for name, c := range map[string]struct {
		fill   func(tx *directory.Tx, u *directory.User)
		caller func(p *api.Principal)
		by     policy.Type
		named  string
	}{
		"inline": {func(_ *directory.Tx, u *directory.User) {
			u.Inline = append(u.Inline, directory.Inline{Name: "z", Document: directory.NewDocument("{")})
		}, nil, policy.Identity, "z"},
		"attached": {func(_ *directory.Tx, u *directory.User) { u.Attached = []string{arn} }, nil, policy.Identity, arn},
		"boundary": {func(_ *directory.Tx, u *directory.User) { u.Boundary = arn }, nil, policy.Identity, arn},
		"managed session policy": {func(*directory.Tx, *directory.User) {}, func(p *api.Principal) {
			p.Session = &api.Session{Kind: "session", ManagedPolicies: []string{"arn:aws:iam::aws:policy/AdministratorAccess", arn}}
		}, policy.Session, arn},
	} {
		t.Run(name, func(t *testing.T) {
			d := desk(t, all)
			change(t, d, func(tx *directory.Tx) error {
				p, err := tx.CreatePolicy(directory.Entity{Name: "bad", Path: "/"}, "", all)
				if err != nil {
					return err
				}
				p.Versions[0].Document = directory.NewDocument("{")
				u, err := tx.User("ana")
				if err != nil {
					return err
				}
				u = u.Clone()
				c.fill(tx, u)
				tx.PutUser(u)
				return nil
			})
			ana := userCaller(t, d, "ana")
			if c.caller != nil {
				c.caller(ana)
			}
			denied := denial(t, d.View(accountID), ana, getAna)
			if denied == nil || denied.Decision.Outcome != policy.ExplicitDeny || denied.Decision.By != c.by || denied.Decision.Statement != -1 || denied.Decision.Policy.Name() != c.named {
				t.Errorf("%+v", denied)
			}
			if denied := denial(t, d.View(accountID), rootCaller(), getAna); denied != nil {
				t.Errorf("the root user is denied: %v", denied)
			}
		})
	}
	t.Run("trust policy", func(t *testing.T) {
		d := desk(t, all)
		role := &directory.Role{Trust: directory.NewDocument("{")}
		ask := Ask{Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + accountID + ":role/app", Trust: role}
		if denied := denial(t, d.View(accountID), userCaller(t, d, "ana"), ask); denied == nil || denied.Decision.By != policy.Trust || denied.Decision.Outcome != policy.ExplicitDeny {
			t.Errorf("%+v", denied)
		}
	})
}

// E-21, S-03: what the managed policies of a session leave of the permissions.
func TestManagedSessionPolicies(t *testing.T) {
	own := func(name string) string { return "arn:aws:iam::" + accountID + ":policy/" + name }
	const admin = "arn:aws:iam::aws:policy/AdministratorAccess"
	compiled, err := policy.Compile(policy.Session, "", document("Allow", "iam:GetUser", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		session api.Session
		allowed []string
	}{
		"none":                        {api.Session{}, []string{"iam:GetUser", "iam:DeleteUser"}},
		"none, and one required":      {api.Session{PolicyRequired: true}, nil},
		"AWS's":                       {api.Session{ManagedPolicies: []string{admin}}, []string{"iam:GetUser", "iam:DeleteUser"}},
		"the account's":               {api.Session{ManagedPolicies: []string{own("get")}}, []string{"iam:GetUser"}},
		"both allow":                  {api.Session{ManagedPolicies: []string{own("get"), own("delete")}}, []string{"iam:GetUser", "iam:DeleteUser"}},
		"one denies":                  {api.Session{ManagedPolicies: []string{admin, own("deny")}}, []string{"iam:GetUser"}},
		"gone":                        {api.Session{ManagedPolicies: []string{own("gone")}}, nil},
		"gone, beside one":            {api.Session{ManagedPolicies: []string{own("gone"), own("get")}}, []string{"iam:GetUser"}},
		"inline":                      {api.Session{Policies: []*policy.Policy{compiled}}, []string{"iam:GetUser"}},
		"inline and managed":          {api.Session{Policies: []*policy.Policy{compiled}, ManagedPolicies: []string{own("delete")}}, []string{"iam:GetUser", "iam:DeleteUser"}},
		"of another account, no more": {api.Session{ManagedPolicies: []string{"arn:aws:iam::" + outsideID + ":policy/get"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := desk(t, document("Allow", "*", "*"))
			change(t, d, func(tx *directory.Tx) error {
				for name, text := range map[string]string{
					"get": document("Allow", "iam:GetUser", "*"), "delete": document("Allow", "iam:DeleteUser", "*"), "deny": document("Deny", "iam:DeleteUser", "*"),
				} {
					if _, err := tx.CreatePolicy(directory.Entity{Name: name, Path: "/"}, "", text); err != nil {
						return err
					}
				}
				return nil
			})
			ana := userCaller(t, d, "ana")
			ana.Session = &c.session
			var allowed []string
			for _, ask := range []Ask{getAna, deleteAna, getAna} { // the session's own list is never changed
				if denial(t, d.View(accountID), ana, ask) == nil {
					allowed = append(allowed, ask.Action)
				}
			}
			if slices.Contains(c.allowed, "iam:GetUser") {
				c.allowed = append(c.allowed, "iam:GetUser")
			}
			if !slices.Equal(allowed, c.allowed) {
				t.Errorf("allowed %v, want %v", allowed, c.allowed)
			}
		})
	}
}

// E-24: who is gone is told what AWS tells of a bad token, and is decided nothing.
func TestCallerThatIsGone(t *testing.T) {
	d := desk(t, document("Allow", "*", "*"))
	for name, p := range map[string]*api.Principal{"user": callers()["user"], "role": callers()["role"], "federated": callers()["federated"]} {
		err := Authorize(d.View(accountID), iamCall(p, "GetUser"), asking(getAna), nil)
		if err == nil || err.Error() != "InvalidClientTokenId: The security token included in the request is invalid" {
			t.Errorf("%s: %v", name, err)
		}
	}
	service := callers()["user"]
	service.Kind = policy.Service
	if err := Authorize(d.View(accountID), iamCall(service, "GetUser"), asking(getAna), nil); err == nil {
		t.Error("a principal of a kind that has no identity side is allowed")
	}
}

// E-19, E-24: a call that is decided again in its transaction is decided on the
// newest state, staged changes included.
func TestDecidedAgain(t *testing.T) {
	d := desk(t, document("Allow", "iam:GetUser", "*"))
	ana := userCaller(t, d, "ana")
	before := d.View(accountID)
	if denied := denial(t, before, ana, getAna); denied != nil {
		t.Fatal(denied)
	}
	change(t, d, func(tx *directory.Tx) error {
		if denied := denial(t, &tx.View, ana, getAna); denied != nil {
			t.Errorf("in the transaction: %v", denied)
		}
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		if err := tx.DeleteUserPolicy(u, "own"); err != nil {
			return err
		}
		if denied := denial(t, &tx.View, ana, getAna); denied == nil {
			t.Error("the staged change does not count")
		}
		return nil
	})
	if denied := denial(t, before, ana, getAna); denied != nil {
		t.Errorf("the state that it was decided on has changed: %v", denied)
	}
	denied := denial(t, d.View(accountID), ana, getAna)
	if denied == nil || denied.Revision != d.View(accountID).Revision() || denied.Revision <= before.Revision() {
		t.Errorf("after it: %+v", denied)
	}
}

// A denial tells the condition keys that the request had, and whose tags; no key
// twice.
func TestDenialContext(t *testing.T) {
	d := desk(t, "")
	accounts(t, d)
	ana := userCaller(t, d, "ana")
	ask := getAna
	ask.ResourceTags([]api.Tag{{Key: "Owner", Value: "x"}})
	for name, c := range map[string]struct {
		session *api.Session
		want    map[string]string
		absent  []string
	}{
		"long-term": {nil, map[string]string{
			"aws:ResourceTag/Owner": "x", "iam:ResourceTag/Owner": "x", "aws:PrincipalTag/team": "blue", "aws:username": "ana",
			"aws:PrincipalAccount": accountID, "aws:CurrentTime": "2026-03-01T12:00:00Z", "aws:RequestedRegion": "us-east-1",
		}, []string{"aws:TokenIssueTime", "aws:MultiFactorAuthPresent", "aws:SourceIp"}},
		"session": {&api.Session{Kind: "session", Tags: []api.Tag{{Key: "TEAM", Value: "red"}, {Key: "cost", Value: "1"}}, SourceIdentity: "boss"}, map[string]string{
			"aws:PrincipalTag/TEAM": "red", "aws:PrincipalTag/cost": "1", "aws:MultiFactorAuthPresent": "false", "aws:SourceIdentity": "boss",
		}, []string{"aws:PrincipalTag/team", "aws:MultiFactorAuthAge"}},
	} {
		t.Run(name, func(t *testing.T) {
			ana.Session = c.session
			call := iamCall(ana, "GetUser")
			denied := denial(t, d.View(accountID), ana, ask)
			got := map[string]string{}
			for key, value := range denied.Context(call) {
				if _, twice := got[key]; twice {
					t.Errorf("%s comes twice", key)
				}
				got[key] = value.One
			}
			for key, want := range c.want {
				if got[key] != want {
					t.Errorf("%s is %q, want %q", key, got[key], want)
				}
			}
			for _, key := range c.absent {
				if value, ok := got[key]; ok {
					t.Errorf("%s is %q, want none", key, value)
				}
			}
			all := len(got)
			for stop := range all { // a reader may stop at any key
				n := 0
				for range denied.Context(call) {
					if n++; n > stop {
						break
					}
				}
				if n != stop+1 {
					t.Fatalf("stopped at %d, read %d", stop+1, n)
				}
			}
		})
	}
}

// Every key of the call and its principal that a policy can ask for is recorded.
func TestRecordedKeysAreWhole(t *testing.T) {
	for _, row := range contextRows {
		absent := !slices.ContainsFunc(row.want, func(w string) bool { return w != "-" })
		if recordedKey := slices.ContainsFunc(recorded, func(r string) bool { return strings.EqualFold(r, row.key) }); recordedKey == absent {
			t.Errorf("%s %s is recorded: %v", row.row, row.key, recordedKey)
		}
	}
}

// Calls that are decided at once share no memory: each is answered for its own
// caller and ask, while policies change.
func TestAuthorizeTogether(t *testing.T) {
	d := desk(t, document("Allow", "iam:GetUser", "*"))
	ana := userCaller(t, d, "ana")
	var wait sync.WaitGroup
	for i := range 6 {
		wait.Go(func() {
			for range 100 {
				asks, want := []Ask{getAna, getAna, getAna}, ""
				if i%2 == 1 {
					asks, want = []Ask{getAna, deleteAna}, "iam:DeleteUser"
				}
				got := ""
				if denied := denial(t, d.View(accountID), ana, asks...); denied != nil {
					got = denied.Ask.Action
				}
				if got != want {
					t.Errorf("denied %q, want %q", got, want)
				}
				if denied := denial(t, d.View(accountID), nil, getAna); denied == nil || !strings.HasPrefix(denied.Answer.Message, "User: anonymous ") {
					t.Errorf("anonymous: %v", denied)
				}
			}
		})
	}
	for range 20 {
		inline(t, d, document("Allow", "iam:Get*", "*"))
	}
	wait.Wait()
}
