package authz

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// onTag is a statement about roles with the tag Secret=x.
func onTag(effect, operator string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},` +
		`{"Effect":"` + effect + `","Action":"sts:*","Resource":"*","Condition":{"` + operator + `":{"iam:ResourceTag/Secret":"x"}}}]}`
}

// taggedRoles are roles of an account with the tag: one that trusts the desk's
// account and one that does not.
func taggedRoles(t *testing.T, d *directory.Directory, account string) {
	t.Helper()
	err := d.Update(t.Context(), account, func(tx *directory.Tx) error {
		for name, trust := range map[string]string{"trusts": trusting(`{"AWS":"` + accountID + `"}`), "other": trusting(`{"Service":"ec2.amazonaws.com"}`)} {
			if _, err := tx.CreateRole(directory.NewRole{Name: name, Path: "/", Trust: trust, Tags: []api.Tag{{Key: "Secret", Value: "x"}}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// denialOf is a denial with what its record holds of the request.
func denialOf(t *testing.T, call *api.Call, err error) (sentence, context string) {
	t.Helper()
	var denied *Denial
	if !errors.As(err, &denied) {
		t.Fatalf("not denied: %v", err)
	}
	return authztest.Sentence(t, denied.Answer.Message), fmt.Sprint(maps.Collect(denied.Context(call)))
}

// D-09, T-10: a policy of the caller's own with a condition on a role's tags decides
// with them, and no answer tells them of another account's role: it reads as that of a
// role that is not there, and so does the record.
func TestTagsOfAnotherAccount(t *testing.T) {
	for name, own := range map[string]string{
		"allows with the tag":    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/Secret":"x"}}}]}`,
		"allows without the tag": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceTag/Secret":"x"}}}]}`,
		"denies with the tag":    onTag("Deny", "StringEquals"),
		"denies without the tag": onTag("Deny", "StringNotEquals"),
		"tells nothing of tags":  document("Allow", "*", "*"),
	} {
		t.Run(name, func(t *testing.T) {
			d := desk(t, own)
			accounts(t, d)
			ana := userCaller(t, d, "ana")
			for _, account := range []string{memberID, outsideID} {
				taggedRoles(t, d, account)
				role := "arn:aws:iam::" + account + ":role/"
				call := iamCall(ana, "GetUser")
				sentence, context := denialOf(t, call, assume(d, ana, role+"gone"))
				for _, there := range []string{"other", "trusts"} {
					err := assume(d, ana, role+there)
					if err == nil && there == "trusts" {
						continue // what its owner and the caller's policies allow
					}
					s, c := denialOf(t, call, err)
					if s = strings.ReplaceAll(s, role+there, role+"gone"); s != sentence {
						t.Errorf("%s: %s\nnot there: %s", there, s, sentence)
					}
					if c != context || strings.Contains(c, "ResourceTag") {
						t.Errorf("%s: %s\nnot there: %s", there, c, context)
					}
				}
			}
		})
	}
}

// The tags decide all the same (K-22), and an account is told of its own.
func TestTagsDecide(t *testing.T) {
	for own, allowed := range map[string]bool{onTag("Deny", "StringEquals"): false, onTag("Deny", "StringNotEquals"): true} {
		d := desk(t, own)
		accounts(t, d)
		ana := userCaller(t, d, "ana")
		for _, account := range []string{accountID, memberID, outsideID} {
			taggedRoles(t, d, account)
			if err := assume(d, ana, "arn:aws:iam::"+account+":role/trusts"); (err == nil) != allowed {
				t.Errorf("%s: %v", account, err)
			}
		}
		s, c := denialOf(t, iamCall(ana, "GetUser"), assume(d, ana, "arn:aws:iam::"+accountID+":role/other"))
		if !strings.Contains(c, "iam:ResourceTag/Secret") || !strings.Contains(s, " because no role trust policy") && !strings.Contains(s, " with an explicit deny") {
			t.Errorf("%s\n%s", s, c)
		}
	}
}

// A record holds the organization of another account where it is the caller's own.
func TestOrganizationOfAnotherAccount(t *testing.T) {
	d := desk(t, "")
	id, _ := accounts(t, d)
	if err := d.Update(t.Context(), outsideID, func(tx *directory.Tx) error {
		_, err := tx.CreateOrganization(directory.AllFeatures)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ana := userCaller(t, d, "ana")
	for account, want := range map[string]string{accountID: id, memberID: id, outsideID: "no"} {
		var denied *Denial
		if !errors.As(assume(d, ana, "arn:aws:iam::"+account+":role/gone"), &denied) {
			t.Fatal(account)
		}
		got := "no"
		keys := maps.Collect(denied.Context(iamCall(ana, "GetUser")))
		if v, ok := keys["aws:ResourceOrgID"]; ok {
			got = v.One
		}
		if _, paths := keys["aws:ResourceOrgPaths"]; paths != (want == id) {
			t.Errorf("%s: %v", account, keys)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", account, got, want)
		}
	}
}

func TestIsResourceTag(t *testing.T) {
	for key, want := range map[string]bool{
		"aws:ResourceTag/team": true, "iam:ResourceTag/": true, "AWS:resourcetag/a/b": true, "ec2:ResourceTag/a": true,
		"aws:ResourceTag": false, "aws:RequestTag/x:ResourceTag/y": false, "aws:PrincipalTag/ResourceTag/x": false, "ResourceTag/x": false, "": false,
	} {
		if IsResourceTag(key) != want {
			t.Errorf("%q: %v", key, !want)
		}
	}
}
