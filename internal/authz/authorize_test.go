package authz

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
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
		t.Fatalf("%v is no denial", err)
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

// Section D: the sentence for every type of policy that can deny here.
func TestSentences(t *testing.T) {
	const base = "User: CALLER is not authorized to perform: iam:GetUser on resource: arn:aws:iam::" + accountID + ":user/ana"
	compiled := func(text string) []*policy.Policy {
		p, err := policy.Compile(policy.Session, "", text)
		if err != nil {
			t.Fatal(err)
		}
		return []*policy.Policy{p}
	}
	all, nothing, deny := document("Allow", "*", "*"), document("Allow", "s3:*", "*"), document("Deny", "iam:GetUser", "*")
	for name, c := range map[string]struct {
		identity, boundary, session string
		want                        string
	}{
		"allowed":                       {all, "", "", ""},
		"allowed within all":            {all, all, all, ""},
		"identity":                      {nothing, "", "", " because no identity-based policy allows the iam:GetUser action"},
		"identity explicitly":           {deny, "", "", " with an explicit deny in an identity-based policy"},
		"boundary":                      {all, nothing, "", " because no permissions boundary allows the iam:GetUser action"},
		"boundary explicitly":           {all, deny, "", " with an explicit deny in a permissions boundary"},
		"session":                       {all, "", nothing, " because no session policy allows the iam:GetUser action"},
		"session explicitly":            {all, "", deny, " with an explicit deny in a session policy"},
		"D-02 identity before session":  {nothing, "", nothing, " because no identity-based policy allows the iam:GetUser action"},
		"D-02 identity, then boundary":  {nothing, nothing, "", " because no identity-based policy allows the iam:GetUser action"},
		"D-02 explicit before the rest": {nothing, "", deny, " with an explicit deny in a session policy"},
	} {
		t.Run(name, func(t *testing.T) {
			d := desk(t, c.identity)
			if c.boundary != "" {
				change(t, d, func(tx *directory.Tx) error {
					if _, err := tx.CreatePolicy(directory.Entity{Name: "limit", Path: "/"}, "", c.boundary); err != nil {
						return err
					}
					u, err := tx.User("ana")
					if err != nil {
						return err
					}
					return tx.SetUserBoundary(u, "arn:aws:iam::"+accountID+":policy/limit")
				})
			}
			ana := userCaller(t, d, "ana")
			if c.session != "" {
				ana.Session = &api.Session{Kind: "session", Policies: compiled(c.session)}
			}
			got := ""
			if denied := denial(t, d.View(accountID), ana, getAna); denied != nil {
				got = denied.Answer.Message
				if denied.Answer.Code != "AccessDenied" || denied.Answer.Status != 403 || !errors.Is(denied, denied.Answer) { // D-07
					t.Errorf("answer %+v", denied.Answer)
				}
			}
			want := c.want
			if want != "" {
				want = strings.Replace(base, "CALLER", ana.ARN, 1) + want
			}
			if got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

// D-01: who the sentence names.
func TestSentenceNamesTheCaller(t *testing.T) {
	d := desk(t, "")
	app, err := d.View(accountID).Role("app")
	if err != nil {
		t.Fatal(err)
	}
	role := callers()["role"]
	role.EntityID = app.ID
	federated := callers()["federated"]
	federated.EntityID = userCaller(t, d, "ana").EntityID
	for want, p := range map[string]*api.Principal{
		"anonymous": nil,
		"arn:aws:sts::" + accountID + ":assumed-role/App/host": role,
		"arn:aws:sts::" + accountID + ":federated-user/app":    federated,
		"arn:aws:iam::" + accountID + ":user/ana":              userCaller(t, d, "ana"),
	} {
		if denied := denial(t, d.View(accountID), p, getAna); denied == nil || !strings.HasPrefix(denied.Answer.Message, "User: "+want+" is not authorized") {
			t.Errorf("%v, want one about %s", denied, want)
		}
	}
}

// aws-errors 4.1: what is printed for the resource.
func TestPrintedResource(t *testing.T) {
	d := desk(t, "")
	ana := userCaller(t, d, "ana")
	const before, after = "is not authorized to perform: iam:GetUser", " because no identity-based policy allows the iam:GetUser action"
	with := func(change func(a *Ask)) Ask { a := getAna; change(&a); return a }
	for name, c := range map[string]struct {
		ask  Ask
		want string
	}{
		"the ARN":          {getAna, " on resource: arn:aws:iam::" + accountID + ":user/ana"},
		"all":              {Ask{Action: "iam:GetUser", Resource: "*"}, " on resource: *"},
		"a name":           {with(func(a *Ask) { a.PrintName("user ", "ana") }), " on resource: user ana"},
		"a text":           {with(func(a *Ask) { a.Print("policy path /") }), " on resource: policy path /"},
		"a text last":      {with(func(a *Ask) { a.PrintName("user ", "x").Print("user nullana") }), " on resource: user nullana"},
		"nothing":          {with(func(a *Ask) { a.Print("-") }), ""},
		"nothing of a key": {with(func(a *Ask) { a.Print("-").Key("iam:PolicyARN", nil) }), ""},
	} {
		t.Run(name, func(t *testing.T) {
			denied := denial(t, d.View(accountID), ana, c.ask)
			if denied == nil || !strings.HasSuffix(denied.Answer.Message, before+c.want+after) {
				t.Errorf("%v", denied)
			}
		})
	}
}

// D-04, D-05, D-09: about what is another account's the sentence ends after the
// resource, whatever denied, and whether or not it is there.
func TestShortFormAcrossAccounts(t *testing.T) {
	d := desk(t, document("Allow", "*", "*"))
	accounts(t, d)
	for account, principal := range map[string]string{memberID: `{"AWS":"` + memberID + `"}`, outsideID: `{"Service":"ec2.amazonaws.com"}`} {
		if err := d.Update(t.Context(), account, func(tx *directory.Tx) error {
			_, err := tx.CreateRole(directory.NewRole{Name: "app", Path: "/", Trust: trusting(principal)})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	ana := userCaller(t, d, "ana")
	for arn, long := range map[string]bool{
		"arn:aws:iam::" + memberID + ":role/app":   false,
		"arn:aws:iam::" + memberID + ":role/gone":  false,
		"arn:aws:iam::" + outsideID + ":role/app":  false,
		"arn:aws:iam::" + outsideID + ":role/gone": false,
		"arn:aws:iam::999999999999:role/app":       false,
		"arn:aws:iam::" + accountID + ":role/gone": true,
	} {
		name := "host"
		call := &api.Call{Service: sts.API, Operation: sts.API.Operation("AssumeRole"), Principal: ana, Account: accountID, Time: time.Unix(0, 0)}
		err := Authorize(d.View(accountID), call, STS()["AssumeRole"], &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: &name})
		want := "AccessDenied: User: " + ana.ARN + " is not authorized to perform: sts:AssumeRole on resource: " + arn
		if long {
			want += " because no role trust policy allows the sts:AssumeRole action"
		}
		if err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// D-09, T-10: the answer is the same whether the role is not there or trusts
// somebody else, whatever the caller's own policies say.
func TestRoleThatIsNotThere(t *testing.T) {
	role := "arn:aws:iam::" + accountID + ":role/"
	for name, own := range map[string]string{
		"nothing allowed":   "",
		"allowed":           document("Allow", "sts:AssumeRole", "*"),
		"denied explicitly": document("Deny", "sts:AssumeRole", "*"),
		"all allowed":       document("Allow", "*", "*"),
	} {
		t.Run(name, func(t *testing.T) {
			d := desk(t, own)
			change(t, d, func(tx *directory.Tx) error {
				_, err := tx.CreateRole(directory.NewRole{Name: "other", Path: "/", Trust: trusting(`{"Service":"ec2.amazonaws.com"}`)})
				return err
			})
			answers := map[string]string{}
			for _, r := range []string{"other", "gone"} {
				arn, session := role+r, "host"
				call := &api.Call{Service: sts.API, Operation: sts.API.Operation("AssumeRole"), Principal: userCaller(t, d, "ana"), Account: accountID}
				err := Authorize(d.View(accountID), call, STS()["AssumeRole"], &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: &session})
				if err == nil {
					t.Fatalf("%s is assumed", r)
				}
				answers[r] = strings.ReplaceAll(err.Error(), arn, "ROLE")
			}
			if answers["other"] != answers["gone"] {
				t.Errorf("there: %s\ngone: %s", answers["other"], answers["gone"])
			}
		})
	}
}

// aws-errors 2.1: Organizations says no more than this, in the JSON protocol's code.
func TestOrganizationsRefusal(t *testing.T) {
	d := desk(t, "")
	accounts(t, d)
	call := iamCall(userCaller(t, d, "ana"), "GetUser")
	call.Service, call.Operation = organizations.API, organizations.API.Operation("ListAccounts")
	err := Authorize(d.View(accountID), call, Organizations()["ListAccounts"], &organizations.ListAccountsInput{})
	var denied *Denial
	if !errors.As(err, &denied) {
		t.Fatalf("%v", err)
	}
	if a := denied.Answer; a.Code != "AccessDeniedException" || a.Status != 400 || a.Message != "You don't have permissions to access this resource." {
		t.Errorf("answer %+v", a)
	}
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
	}{
		"inline": {func(_ *directory.Tx, u *directory.User) {
			u.Inline = append(u.Inline, directory.Inline{Name: "z", Document: directory.NewDocument("{")})
		}, nil, policy.Identity},
		"attached": {func(_ *directory.Tx, u *directory.User) { u.Attached = []string{arn} }, nil, policy.Identity},
		"boundary": {func(_ *directory.Tx, u *directory.User) { u.Boundary = arn }, nil, policy.Identity},
		"managed session policy": {func(*directory.Tx, *directory.User) {}, func(p *api.Principal) {
			p.Session = &api.Session{Kind: "session", ManagedPolicies: []string{"arn:aws:iam::aws:policy/AdministratorAccess", arn}}
		}, policy.Session},
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
			if denied == nil || denied.Decision.Outcome != policy.ExplicitDeny || denied.Decision.By != c.by || denied.Decision.Statement != -1 {
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
