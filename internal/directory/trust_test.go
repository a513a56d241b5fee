package directory

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

func trustingAWS(principals ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["` + strings.Join(principals, `","`) + `"]},"Action":"sts:AssumeRole"}]}`
}

// A principal that is deleted on one node while a trust policy that names it is
// saved on another: what is saved names a living user, or nothing is saved (V-15).
func TestTrustRaces(t *testing.T) {
	set := func(tx *Tx, round string) error {
		_, errUser := tx.CreateUser(NewUser{Name: round, Path: "/"})
		_, errRole := tx.CreateRole(NewRole{Name: round, Path: "/", Trust: testTrust})
		return errors.Join(errUser, errRole)
	}
	s := openStore(t)
	nodes := [2]*Directory{openNode(t, s), openNode(t, s)}
	bootstrap(t, nodes[0])
	for i := range raceRounds {
		round := fmt.Sprint("n", i)
		change(t, nodes[0], func(tx *Tx) error { return set(tx, round) })
		if err := nodes[1].catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		user := must(nodes[1].View(testAccount).User(round))
		errs := together(t, nodes,
			func(tx *Tx) error { return tx.DeleteUser(must(tx.User(round))) },
			func(tx *Tx) error { return tx.SetTrust(must(tx.Role(round)), trustingAWS(testARN+":user/"+round)) },
		)
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		if err := nodes[1].catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		trust, want := must(nodes[1].View(testAccount).Role(round)).Trust.Text, trustingAWS(user.ID)
		if errs[1] != nil {
			expectError(t, errs[1], "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"`+testARN+":user/"+round+`"`)
			want = testTrust
		}
		if trust != want {
			t.Errorf("round %s: saved %s, want %s", round, trust, want)
		}
	}
}

// An old document that today's grammar refuses is shown as it is.
func TestUnreadableTrustIsShownAsItIs(t *testing.T) {
	d := openDirectory(t)
	addRoles(t, d, "r")
	const old = `{"Statement": no more JSON than this`
	change(t, d, func(tx *Tx) error {
		c := must(tx.Role("r")).Clone()
		c.Trust = NewDocument(old)
		tx.PutRole(c)
		return nil
	})
	v := d.View(testAccount)
	if text := v.TrustText(must(v.Role("r"))); text != old {
		t.Errorf("shown as %s", text)
	}
}

// Where a fault stands goes to the log, the message is AWS's alone.
func TestMalformedTrust(t *testing.T) {
	d := openDirectory(t)
	err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
		_, err := tx.CreateRole(NewRole{Name: "r", Path: "/", Trust: "{\n  \"Statement\": ["})
		return err
	})
	expectError(t, err, "MalformedPolicyDocument", "This policy contains invalid Json")
	if e := (*api.Error)(nil); !errors.As(err, &e) || !strings.HasPrefix(e.Log, "line 2, column") {
		t.Errorf("the log has %q", e.Log)
	}
}

// E-23: the paths that are AWS's.
func TestProtectedPaths(t *testing.T) {
	for path, want := range map[string]bool{
		"/": false, "/aws-service-role/": true, "/aws-service-role/ec2.amazonaws.com/": true, "/aws-reserved/sso.amazonaws.com/": true,
		"/service-role/": false, "/aws-service-rolex/": false, "/x/aws-service-role/": false, "/AWS-service-role/": false,
	} {
		if got := Protected(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

// The bytes that are replaced are exactly those of the principal's string, whatever
// stands around it and however it is escaped.
func TestRewriteKeepsTheRest(t *testing.T) {
	d := openDirectory(t)
	addUsers(t, d, "ana")
	addRoles(t, d, "r")
	ana := must(d.View(testAccount).User("ana"))
	arn := testARN + ":user/ana"
	escaped := strings.Replace(arn, "arn", `\u0061rn`, 1)
	frame := func(p string) string {
		return "\t{ \"Version\" : \"2012-10-17\" , \"Statement\" : { \"Effect\" : \"Allow\",\r\n \"Principal\" : { \"AWS\" : " + p +
			" } , \"Action\" : \"sts:AssumeRole\", \"Condition\" : { \"StringEquals\" : { \"sts:ExternalId\" : \"" + arn + "\" } } } }\n "
	}
	for sent, stored := range map[string]string{
		`"` + arn + `"`:                        `"` + ana.ID + `"`,
		`"` + escaped + `"`:                    `"` + ana.ID + `"`,
		`[ "*" ,"` + arn + `","*"]`:            `[ "*" ,"` + ana.ID + `","*"]`,
		`["` + arn + `" , "` + escaped + `" ]`: `["` + ana.ID + `" , "` + ana.ID + `" ]`,
		`"*"`:                                  `"*"`,
	} {
		change(t, d, func(tx *Tx) error { return tx.SetTrust(must(tx.Role("r")), frame(sent)) })
		v := d.View(testAccount)
		r := must(v.Role("r"))
		if r.Trust.Text != frame(stored) {
			t.Errorf("%s is stored as\n%s", sent, r.Trust.Text)
		}
		if shown, want := v.TrustText(r), frame(strings.ReplaceAll(sent, `\u0061`, "a")); shown != want {
			t.Errorf("%s is shown as\n%s", sent, shown)
		}
	}
}
