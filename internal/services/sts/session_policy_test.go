package sts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess"

func arns(list ...string) []sts.PolicyDescriptorType {
	var all []sts.PolicyDescriptorType
	for i := range list {
		all = append(all, sts.PolicyDescriptorType{Arn: &list[i]})
	}
	return all
}

// managed makes a customer-managed policy and returns its ARN.
func (f *fixture) managed(account, name, document string) string {
	f.t.Helper()
	f.change(account, func(tx *directory.Tx) error {
		_, err := tx.CreatePolicy(directory.Entity{Name: name, Path: "/"}, "", document)
		return err
	})
	return "arn:aws:iam::" + account + ":policy/" + name
}

// E-12: inline and managed session policies are one set, and limit the role.
func TestSessionPolicies(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(home, "/", "named", trusts(ana.ARN), allowAll)
	poor := f.role(home, "/", "poor", trusts(ana.ARN), "")
	const allowInfo = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetAccessKeyInfo","Resource":"*"}]}`
	const allowS3 = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	info := f.managed(home, "info", allowInfo)
	for row, c := range map[string]struct {
		role    string
		inline  string
		managed []string
		reason  string // "": allowed
	}{
		"E-12 none":                               {arn, "", nil, ""},
		"E-12 the inline one allows":              {arn, allowInfo, nil, ""},
		"E-12 the managed one allows":             {arn, "", []string{info}, ""},
		"E-12 one of the set is enough":           {arn, allowS3, []string{info}, ""},
		"E-12 none of the set allows":             {arn, allowS3, []string{"arn:aws:iam::aws:policy/AmazonS3FullAccess"}, "session policy"},
		"E-21 a session policy never grants":      {poor, allowInfo, nil, "identity-based policy"},
		"X-28 role allows, session policy silent": {arn, allowS3, nil, "session policy"},
	} {
		t.Run(row, func(t *testing.T) {
			f := *f
			f.t = t
			in := assumeInput(c.role)
			in.PolicyArns = arns(c.managed...)
			if c.inline != "" {
				in.Policy = &c.inline
			}
			out := did[sts.AssumeRoleOutput](&f, ana, "AssumeRole", in)
			if passed := c.inline != "" || c.managed != nil; (out.PackedPolicySize != nil) != passed {
				t.Errorf("packed size %v", out.PackedPolicySize)
			}
			session, ask := f.caller(out.Credentials), &sts.GetAccessKeyInfoInput{AccessKeyId: &ana.AccessKeyID}
			if c.reason == "" {
				did[sts.GetAccessKeyInfoOutput](&f, session, "GetAccessKeyInfo", ask)
				return
			}
			f.refused(session, "GetAccessKeyInfo", ask, 403, "AccessDenied",
				denied(session, "sts:GetAccessKeyInfo", "*")+" because no "+c.reason+" allows the sts:GetAccessKeyInfo action")
		})
	}
	t.Run("E-24 a managed one that is changed counts from the next request", func(t *testing.T) {
		in := assumeInput(arn)
		in.PolicyArns = arns(info)
		session := f.assume(ana, in)
		f.change(home, func(tx *directory.Tx) error {
			p, err := tx.CustomerPolicy(info)
			if err != nil {
				return err
			}
			_, err = tx.AddVersion(p, allowS3, true)
			return err
		})
		if _, err := f.as(session, "GetAccessKeyInfo", &sts.GetAccessKeyInfoInput{AccessKeyId: &ana.AccessKeyID}); err == nil {
			t.Error("the old version still counts")
		}
	})
}

// S-03.
func TestSessionPoliciesAreRefused(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(other, "/", "named", trusts(ana.ARN), "")
	f.change(home, func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		return tx.PutUserPolicy(u, "assume", allowAssume)
	})
	long := strings.Repeat(" ", 2049-len(allowAll)) + allowAll
	foreign, own := f.managed(home, "foreign", allowAll), f.managed(other, "own", allowAll)
	eleven := make([]string, 11)
	for i := range eleven {
		eleven[i] = own
	}
	for row, c := range map[string]struct {
		inline        *string
		managed       []string
		code, message string
	}{
		"not JSON":             {inline: ptr("no policy"), code: "MalformedPolicyDocument"},
		"a principal in it":    {inline: ptr(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`), code: "MalformedPolicyDocument"},
		"over 2,048":           {inline: &long, code: "ValidationError", message: "1 validation error detected: Value '" + long + "' at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048"},
		"11 managed":           {managed: eleven, code: "ValidationError", message: "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10"},
		"of the caller's":      {managed: []string{foreign}, code: "ValidationError", message: "Policy " + foreign + " does not exist or is not attachable."},
		"no such policy":       {managed: []string{"arn:aws:iam::aws:policy/NoSuchThing"}, code: "ValidationError", message: "Policy arn:aws:iam::aws:policy/NoSuchThing does not exist or is not attachable."},
		"together over 2,048":  {inline: ptr(long[1:]), managed: []string{own}, code: "PackedPolicyTooLarge", message: fmt.Sprintf("Packed policy consumes %d%% of allotted space, please use smaller policy.", 102)},
		"the role's own":       {managed: []string{own}},
		"AWS's":                {managed: []string{readOnly}},
		"exactly 2,048":        {inline: ptr(long[1:])},
		"ten, the same or not": {managed: eleven[:10]},
	} {
		t.Run("S-03 "+row, func(t *testing.T) {
			f := *f
			f.t = t
			in := assumeInput(arn)
			in.Policy, in.PolicyArns = c.inline, arns(c.managed...)
			_, err := f.as(ana, "AssumeRole", in)
			e, _ := err.(*api.Error)
			switch {
			case c.code == "" && err != nil:
				t.Error(err)
			case c.code != "" && (e == nil || e.Code != c.code || e.Status != 400 || c.message != "" && e.Message != c.message):
				t.Errorf("%v", err)
			}
		})
	}
}

// S-03: without tags it is the policy that is too large.
func TestPackedPolicyTooLarge(t *testing.T) {
	var text strings.Builder
	for range 100 {
		text.WriteString(directory.NewSecret())
	}
	g := &authn.Grant{Policies: []authn.SessionPolicy{{Document: text.String()}}}
	want := fmt.Sprintf("Packed policy consumes %d%% of allotted space, please use smaller policy.", g.PackedPercent())
	e, ok := fits(g).(*api.Error)
	if !ok || e.Code != "PackedPolicyTooLarge" || e.Status != 400 || e.Message != want {
		t.Errorf("%v", fits(g))
	}
	if err := fits(&authn.Grant{}); err != nil {
		t.Error(err)
	}
}
