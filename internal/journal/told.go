package journal

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// Told is a denial as the account of its caller may know it: a policy of another
// account is not in it, and whether that one allows, denies or is there at all makes
// no difference (D-09).
type Told struct {
	Explicit bool // a policy that is told of denies explicitly
	Policies []ToldPolicy
	// Missing are the condition keys that a policy asked for and the request did not
	// have.
	Missing []string
	// Complete is false where the text of a policy is not there any more, or the request
	// is not recorded whole: then only the statement that denied is known of them.
	Complete bool
	// Cut names what of the request is not recorded whole: "action", "resource", a
	// condition key, or "context" where keys are left out.
	Cut []string
}

// ToldPolicy is one policy that took part.
type ToldPolicy struct {
	Type   policy.Type
	Level  int // of an SCP or RCP
	Index  int // among those of the type and level
	Record *Policy
	Trace  policy.PolicyTrace // without statements where Told is not Complete
}

// Tell tells the denial.
func (d *Denial) Tell() (*Told, error) {
	r, s, err := d.Case()
	if err != nil {
		return nil, err
	}
	if d.ofAnother() {
		s.Resource = nil
		if s.Trust != nil {
			s.Trust = nobody
		}
	}
	x := policy.Trace(r, s)
	t := &Told{Explicit: x.Outcome == policy.ExplicitDeny, Missing: x.Missing, Cut: d.requestCut()}
	t.Complete = len(t.Cut) == 0 && !d.Missing()
	if !t.Complete { // what denied another account's may be on the other side
		t.Explicit, t.Missing = d.Decision == outcome(policy.ExplicitDeny) && !d.ofAnother(), nil
	}
	for _, p := range x.Policies {
		if !p.Takes || IsNobody(p.Policy) {
			continue
		}
		record := d.Policies.at(p.Type, p.Level, p.Index)
		if !t.Complete {
			p.Statements = nil
		}
		t.Policies = append(t.Policies, ToldPolicy{p.Type, p.Level, p.Index, record, p})
	}
	return t, nil
}

// ofAnother: the resource is another account's.
func (d *Denial) ofAnother() bool { return d.owner() != d.Account }

// requestCut is what is cut of what was decided on.
func (d *Denial) requestCut() []string {
	return slices.DeleteFunc(slices.Clone(d.Cut), func(name string) bool { return name == "message" })
}

// withhold drops what the record of a former version holds of the state of another
// account: the tags of its resource (D-09).
func (d *Denial) withhold() {
	if d.ofAnother() {
		maps.DeleteFunc(d.Request.Context, func(key string, _ any) bool { return authz.IsResourceTag(key) })
	}
}

// owner is the account that owns the resource.
func (d *Denial) owner() string {
	if d.Request.ResourceAccount != "" {
		return d.Request.ResourceAccount
	}
	if parts := strings.SplitN(d.Request.Resource, ":", 6); len(parts) == 6 && parts[4] != "" {
		return parts[4]
	}
	return d.Account
}

// at is the record of a policy of the Case.
func (p *Policies) at(t policy.Type, level, index int) *Policy {
	switch t {
	case policy.Boundary:
		return &p.Boundary[index]
	case policy.Session:
		return &p.Session[index]
	case policy.Endpoint:
		return &p.Endpoint[index]
	case policy.ServiceControl:
		return &p.SCP[level][index]
	case policy.ResourceControl:
		return &p.RCP[level][index]
	case policy.Trust, policy.Resource:
		return p.Resource
	}
	return &p.Identity[index]
}
