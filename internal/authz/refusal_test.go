package authz

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

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
		"boundary explicitly":           {all, deny, "", " with an explicit deny in a permissions boundary: arn:aws:iam::" + accountID + ":policy/limit"},
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
				got = authztest.Sentence(t, denied.Answer.Message)
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
			if denied == nil || !strings.HasSuffix(authztest.Sentence(t, denied.Answer.Message), before+c.want+after) {
				t.Errorf("%v", denied)
			}
		})
	}
}

// D-04, D-05, D-09: about what is another organization's the sentence ends after the
// resource, whatever denied, and whether or not it is there. In the organization it
// says why, and the same of a role that is not there.
func TestFormAcrossAccounts(t *testing.T) {
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
		"arn:aws:iam::" + memberID + ":role/app":   true,
		"arn:aws:iam::" + memberID + ":role/gone":  true,
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
		if err == nil || authztest.Sentence(t, err.Error()) != want {
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
				answers[r] = strings.ReplaceAll(authztest.Sentence(t, err.Error()), arn, "ROLE")
			}
			if answers["other"] != answers["gone"] {
				t.Errorf("there: %s\ngone: %s", answers["other"], answers["gone"])
			}
		})
	}
}

// D-09, T-10: of a role of another account in the organization the sentence tells
// the caller's own side only; whether the role is there, trusts the caller or bars it
// all reads the same.
func TestRolesOfTheOrganization(t *testing.T) {
	bar := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	for name, c := range map[string]struct{ own, want string }{
		"nothing allowed":   {"", " because no identity-based policy allows the sts:AssumeRole action"},
		"denied explicitly": {document("Deny", "sts:AssumeRole", "*"), " with an explicit deny in an identity-based policy"},
		"all allowed":       {document("Allow", "*", "*"), " because no role trust policy allows the sts:AssumeRole action"},
	} {
		t.Run(name, func(t *testing.T) {
			d := desk(t, c.own)
			accounts(t, d)
			ok := d.Update(t.Context(), memberID, func(tx *directory.Tx) error {
				for role, trust := range map[string]string{
					"trusts": trusting(`{"AWS":"` + accountID + `"}`), "other": trusting(`{"Service":"ec2.amazonaws.com"}`), "bars": bar,
				} {
					if _, err := tx.CreateRole(directory.NewRole{Name: role, Path: "/", Trust: trust}); err != nil {
						return err
					}
				}
				return nil
			})
			if ok != nil {
				t.Fatal(ok)
			}
			ana := userCaller(t, d, "ana")
			for _, role := range []string{"trusts", "other", "bars", "gone"} {
				arn := "arn:aws:iam::" + memberID + ":role/" + role
				err := assume(d, ana, arn)
				if role == "trusts" && name == "all allowed" {
					if err != nil {
						t.Errorf("%s: %v", role, err)
					}
					continue
				}
				want := "AccessDenied: User: " + ana.ARN + " is not authorized to perform: sts:AssumeRole on resource: " + arn + c.want
				if err == nil || authztest.Sentence(t, err.Error()) != want {
					t.Errorf("%v\nwant %s", err, want)
				}
			}
		})
	}
}

func assume(d *directory.Directory, p *api.Principal, arn string) error {
	name := "host"
	call := &api.Call{Service: sts.API, Operation: sts.API.Operation("AssumeRole"), Principal: p, Account: p.Account, Time: time.Unix(0, 0)}
	return Authorize(d.View(p.Account), call, STS()["AssumeRole"], &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: &name})
}

// D-08: the ARN of the managed policy that denies ends the sentence, and an id that
// nobody guesses stands behind it, with AWS's path under our console's address. The
// anonymous get neither.
func TestReference(t *testing.T) {
	d := desk(t, "")
	deny := ""
	change(t, d, func(tx *directory.Tx) error {
		p, err := tx.CreatePolicy(directory.Entity{Name: "Deny", Path: "/x/"}, "", document("Deny", "iam:GetUser", "*"))
		if err != nil {
			return err
		}
		deny = p.ARN(accountID)
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		return tx.AttachUserPolicy(u, deny)
	})
	call := iamCall(userCaller(t, d, "ana"), "GetUser")
	seen := map[string]bool{}
	for console, link := range map[string]string{
		"": "", "http://localhost:4781": "http://localhost:4781", "https://gatehouse.example.com/": "https://gatehouse.example.com",
	} {
		call.ConsoleURL = console
		err := Authorize(d.View(accountID), call, asking(getAna), nil)
		var denied *Denial
		if !errors.As(err, &denied) {
			t.Fatal(err)
		}
		m := authztest.Read(t, denied.Answer.Message)
		if !strings.HasSuffix(m.Sentence, " with an explicit deny in an identity-based policy: "+deny) {
			t.Errorf("%s", m.Sentence)
		}
		if m.ID != denied.ID || !IsAuthorizationID(m.ID) || seen[m.ID] {
			t.Errorf("id %s, the denial's is %s", m.ID, denied.ID)
		}
		seen[m.ID] = true
		if link != "" {
			link += "/iam/home?region=us-east-1#/authorization-details/" + m.ID
		}
		if m.Link != link {
			t.Errorf("link %s", m.Link)
		}
	}
	denied := denial(t, d.View(""), nil, Ask{Action: "iam:GetUser", Resource: "*"})
	if denied == nil || denied.Answer.Message != "User: anonymous is not authorized to perform: iam:GetUser on resource: *" {
		t.Errorf("anonymous: %v", denied)
	}
}

// Ids are of all letters and digits, each as likely as another.
func TestAuthorizationIDs(t *testing.T) {
	const n = 4000
	count := map[rune]int{}
	for range n {
		id := newAuthorizationID()
		if !IsAuthorizationID(id) {
			t.Fatal(id)
		}
		for _, c := range id {
			count[c]++
		}
	}
	for _, c := range idLetters {
		if mean := n * idLength / len(idLetters); count[c] < mean*85/100 || count[c] > mean*115/100 {
			t.Errorf("%c stands %d times, the mean is %d", c, count[c], mean)
		}
	}
	for _, s := range []string{"", strings.Repeat("a", 24), strings.Repeat("a", 26), strings.Repeat("a", 24) + "A", strings.Repeat("a", 24) + "-"} {
		if IsAuthorizationID(s) {
			t.Errorf("%q", s)
		}
	}
}

// D-07: the code is the protocol's.
func TestDeniedCodes(t *testing.T) {
	for protocol, want := range map[api.Protocol]struct {
		code   string
		status int
	}{
		api.Query: {"AccessDenied", 403}, api.RESTXML: {"AccessDenied", 403}, api.EC2Query: {"UnauthorizedOperation", 403},
		api.JSON: {"AccessDeniedException", 400}, api.RESTJSON: {"AccessDeniedException", 403},
	} {
		if code, status := deniedCode(protocol); code != want.code || status != want.status {
			t.Errorf("%s: %s %d", protocol, code, status)
		}
	}
	d := desk(t, "")
	accounts(t, d)
	call := iamCall(userCaller(t, d, "ana"), "GetUser")
	call.Service = &api.Service{Name: "ec2", Protocol: api.EC2Query}
	for account, long := range map[string]bool{accountID: true, outsideID: false} {
		err := Authorize(d.View(accountID), call, asking(Ask{Action: "ec2:StopInstances", Resource: "arn:aws:ec2:us-east-1:" + account + ":instance/i-1"}), nil)
		want := "UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:iam::" + accountID +
			":user/ana is not authorized to perform: ec2:StopInstances on resource: arn:aws:ec2:us-east-1:" + account + ":instance/i-1"
		if long {
			want += " because no identity-based policy allows the ec2:StopInstances action"
		}
		if err == nil || authztest.Sentence(t, err.Error()) != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// aws-errors 2.1: Organizations says no more than this, in the JSON protocol's code,
// and refers those who may know to more.
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
	if a := denied.Answer; a.Code != "AccessDeniedException" || a.Status != 400 || authztest.Sentence(t, a.Message) != "You don't have permissions to access this resource." || authztest.Read(t, a.Message).ID != denied.ID {
		t.Errorf("answer %+v", a)
	}
}
