package sts

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

const onlyAssume = `{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole"}`

// tagged is the input with session tags.
func tagged(arn string, transitive []string, pairs ...string) *sts.AssumeRoleInput {
	in := assumeInput(arn)
	in.Tags, in.TransitiveTagKeys = tags(pairs...), transitive
	return in
}

// T-04: tags and a source identity need actions of their own; one refused, the
// whole call is refused (aws-errors section 2).
func TestSessionNeedsItsOwnActions(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(home, "/", "plain", fmt.Sprintf(onlyAssume, ana.ARN), "")
	f.assume(ana, assumeInput(arn))
	f.refused(ana, "AssumeRole", tagged(arn, nil, "team", "blue"), 403, "AccessDenied",
		denied(ana, "sts:TagSession", arn)+" because no role trust policy allows the sts:TagSession action")
	in := assumeInput(arn)
	in.SourceIdentity = ptr("ana")
	f.refused(ana, "AssumeRole", in, 403, "AccessDenied",
		denied(ana, "sts:SetSourceIdentity", arn)+" because no role trust policy allows the sts:SetSourceIdentity action")
}

func TestSessionTags(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(home, "/", "named", trusts(ana.ARN), "")
	t.Run("S-02 kept as passed", func(t *testing.T) {
		p := f.assume(ana, tagged(arn, []string{"team"}, "team", "blue", "Cost Center", ""))
		want := []api.Tag{{Key: "team", Value: "blue"}, {Key: "Cost Center", Value: ""}}
		if !slices.Equal(p.Session.Tags, want) || !slices.Equal(p.Session.TransitiveKeys, []string{"team"}) {
			t.Errorf("%v %v", p.Session.Tags, p.Session.TransitiveKeys)
		}
	})
	t.Run("S-03 the packed size is told", func(t *testing.T) {
		out := did[sts.AssumeRoleOutput](f, ana, "AssumeRole", tagged(arn, nil, "team", "blue"))
		if out.PackedPolicySize == nil || *out.PackedPolicySize < 1 || *out.PackedPolicySize > 10 {
			t.Error(out.PackedPolicySize)
		}
	})
	for row, c := range map[string]struct {
		in      *sts.AssumeRoleInput
		message string
	}{
		"S-02 the same key twice, case ignored": {tagged(arn, nil, "team", "blue", "Team", "red"), "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		"S-02 a key that AWS keeps":             {tagged(arn, nil, "AWS:team", "blue"), "Tag keys that begin with aws: are reserved for system use."},
		"S-02 a transitive key without a tag":   {tagged(arn, []string{"cost"}, "team", "blue"), "The specified transitive tag key must be included in the requested tags."},
		"S-02 51 tags": {
			func() *sts.AssumeRoleInput {
				in := assumeInput(arn)
				for i := range 51 {
					in.Tags = append(in.Tags, tags(fmt.Sprint("k", i), "v")...)
				}
				return in
			}(), "",
		},
	} {
		t.Run(row, func(t *testing.T) {
			f := *f
			f.t = t
			if c.message != "" {
				f.refused(ana, "AssumeRole", c.in, 400, "ValidationError", c.message)
				return
			}
			if _, err := f.as(ana, "AssumeRole", c.in); err == nil || !strings.Contains(err.Error(), "'tags' failed to satisfy constraint: Member must have length less than or equal to 50") {
				t.Errorf("%v", err)
			}
		})
	}
}

// K-10, S-02: a session tag overrides the role's tag of the same key.
func TestSessionTagOverridesTheRolesTag(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	allow := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetAccessKeyInfo","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/tier":%q}}}]}`
	arn := f.role(home, "/", "named", trusts(ana.ARN), fmt.Sprintf(allow, "tin"))
	in := &sts.GetAccessKeyInfoInput{AccessKeyId: &ana.AccessKeyID}
	if _, err := f.as(f.assume(ana, assumeInput(arn)), "GetAccessKeyInfo", in); err == nil {
		t.Error("the role's tag is gold")
	}
	did[sts.GetAccessKeyInfoOutput](f, f.assume(ana, tagged(arn, nil, "Tier", "tin")), "GetAccessKeyInfo", in)
}

// S-02, T-04 [id_session-tags: chaining roles].
func TestTransitiveTags(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	first := f.role(home, "/", "first", trusts(ana.ARN), allowAll)
	second := f.role(home, "/", "second", trusts(first), allowAll)
	third := f.role(home, "/", "third", trusts(second), "")
	untagged := f.role(home, "/", "untagged", fmt.Sprintf(onlyAssume, first), "")
	session := f.assume(ana, tagged(first, []string{"team"}, "team", "blue", "project", "p"))

	t.Run("stick through chains, the others do not", func(t *testing.T) {
		next := f.assume(session, tagged(second, nil, "project", "q"))
		want := []api.Tag{{Key: "team", Value: "blue"}, {Key: "project", Value: "q"}}
		if !slices.Equal(next.Session.Tags, want) || !slices.Equal(next.Session.TransitiveKeys, []string{"team"}) {
			t.Errorf("%v %v", next.Session.Tags, next.Session.TransitiveKeys)
		}
		last := f.assume(next, assumeInput(third))
		if !slices.Equal(last.Session.Tags, want[:1]) {
			t.Errorf("%v", last.Session.Tags)
		}
	})
	t.Run("cannot be overridden", func(t *testing.T) {
		f.refused(session, "AssumeRole", tagged(second, nil, "TEAM", "red"), 400, "ValidationError",
			"One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
	})
	t.Run("T-04 need sts:TagSession though none are passed", func(t *testing.T) {
		f.refused(session, "AssumeRole", assumeInput(untagged), 403, "AccessDenied",
			denied(session, "sts:TagSession", untagged)+" because no role trust policy allows the sts:TagSession action")
	})
	t.Run("more are added", func(t *testing.T) {
		next := f.assume(session, tagged(second, []string{"cost"}, "cost", "7"))
		if !slices.Equal(next.Session.TransitiveKeys, []string{"team", "cost"}) {
			t.Errorf("%v", next.Session.TransitiveKeys)
		}
	})
	t.Run("S-02 50 with the inherited ones", func(t *testing.T) {
		in := assumeInput(second)
		for i := range 50 {
			in.Tags = append(in.Tags, tags(fmt.Sprint("k", i), "v")...)
		}
		if _, err := f.as(session, "AssumeRole", in); err == nil || !strings.Contains(err.Error(), "less than or equal to 50") {
			t.Errorf("%v", err)
		}
	})
}

// S-02: a source identity sticks through chains and cannot change.
func TestSourceIdentity(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	first := f.role(home, "/", "first", trusts(ana.ARN), allowAll)
	second := f.role(home, "/", "second", trusts(first), "")
	plain := f.role(home, "/", "plain", fmt.Sprintf(onlyAssume, first), "")
	in := assumeInput(first)
	in.SourceIdentity = ptr("ana@example.com")
	out := did[sts.AssumeRoleOutput](f, ana, "AssumeRole", in)
	session := f.caller(out.Credentials)
	if *out.SourceIdentity != "ana@example.com" || session.Session.SourceIdentity != "ana@example.com" {
		t.Error("not set")
	}
	chained := did[sts.AssumeRoleOutput](f, session, "AssumeRole", assumeInput(second))
	if *chained.SourceIdentity != "ana@example.com" {
		t.Error("does not stick")
	}
	same := assumeInput(second)
	same.SourceIdentity = ptr("ana@example.com")
	f.assume(session, same)
	same.SourceIdentity = ptr("bob@example.com")
	f.refused(session, "AssumeRole", same, 403, "AccessDenied", denied(session, "sts:SetSourceIdentity", second))
	f.refused(session, "AssumeRole", assumeInput(plain), 403, "AccessDenied",
		denied(session, "sts:SetSourceIdentity", plain)+" because no role trust policy allows the sts:SetSourceIdentity action")
	late := assumeInput(second)
	late.SourceIdentity = ptr("late")
	if p := f.assume(f.assume(ana, assumeInput(first)), late); p.Session.SourceIdentity != "late" {
		t.Errorf("%q, set by the second of the chain", p.Session.SourceIdentity)
	}
}

// K-18: the key is there in the next decision of the chain.
func TestSourceIdentityIsACondition(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	first := f.role(home, "/", "first", trusts(ana.ARN), "")
	second := f.role(home, "/", "second", trusts(first, `{"StringEquals":{"aws:SourceIdentity":"ana"}}`), "")
	in := assumeInput(first)
	without := f.assume(ana, in)
	in.SourceIdentity = ptr("ana")
	f.assume(f.assume(ana, in), assumeInput(second))
	f.refused(without, "AssumeRole", assumeInput(second), 403, "AccessDenied", denied(without, "sts:AssumeRole", second)+noTrust)
}

// aws-errors section 2: `Packed size of session tags consumes 112% of allotted space.`
func TestPackedTagsTooLarge(t *testing.T) {
	f := newFixture(t)
	ana := f.user(home, "ana", "")
	arn := f.role(home, "/", "named", trusts(ana.ARN), "")
	in := assumeInput(arn)
	for i := range 50 {
		in.Tags = append(in.Tags, tags(directory.NewSecret()[:20]+fmt.Sprint(i), strings.ReplaceAll(directory.NewSecret()+directory.NewSecret(), "/", "-"))...)
	}
	_, err := f.as(ana, "AssumeRole", in)
	e, ok := err.(*api.Error)
	var percent int
	if !ok || e.Code != "PackedPolicyTooLarge" || e.Status != 400 {
		t.Fatalf("%v", err)
	}
	if n, err := fmt.Sscanf(e.Message, "Packed size of session tags consumes %d%% of allotted space.", &percent); n != 1 || err != nil || percent <= 100 {
		t.Errorf("%q", e.Message)
	}
}
