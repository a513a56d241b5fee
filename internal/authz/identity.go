package authz

import (
	"errors"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

var noSide = &directory.Effective{}

// errGone: the entity behind the credentials was deleted (E-24).
var errGone = api.Errorf(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid")

// identitySide is what the caller's own account says of the caller, in the
// state of the view.
func identitySide(v *directory.View, p *api.Principal) (*directory.Effective, error) {
	if p == nil || p.Kind == policy.Root {
		return noSide, nil
	}
	switch p.Kind {
	case policy.RoleSession:
		if r := v.RoleByID(p.EntityID); r != nil {
			return v.RolePolicies(r), nil
		}
	case policy.User, policy.FederatedUser:
		if p.EntityID == p.Account { // a federated user that the root user made
			return rootSide(v)
		}
		if u := v.UserByID(p.EntityID); u != nil {
			return v.UserPolicies(u), nil
		}
	}
	return nil, errGone
}

// rootSide stands for the root user's unlimited permissions behind a federated
// user, whose session policy limits them.
func rootSide(v *directory.View) (*directory.Effective, error) {
	all, err := v.CompiledPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	if err != nil {
		return nil, err
	}
	return &directory.Effective{Identity: []*policy.Policy{all}}, nil
}

// fillSet takes the policies of the caller's side: its own, and its session's. A
// managed session policy that is gone leaves nothing in its place. One that is there
// and cannot be read stands in the set by its name, and denies (E-25).
func (e *evaluation) fillSet(side *directory.Effective) {
	e.set.Identity, e.set.Boundary = side.Identity, side.Boundary
	if side.Unreadable != "" {
		e.set.Identity = append(side.Identity[:len(side.Identity):len(side.Identity)], policy.Unreadable(policy.Identity, side.Unreadable))
	}
	p := e.Call.Principal
	if p == nil || p.Session == nil {
		return
	}
	e.set.Session, e.set.SessionRequired = p.Session.Policies, p.Session.PolicyRequired
	for _, arn := range p.Session.ManagedPolicies {
		e.set.SessionRequired = true
		m, err := e.View.CompiledPolicy(arn)
		var gone *api.Error
		if errors.As(err, &gone) {
			continue
		}
		if err != nil {
			m = policy.Unreadable(policy.Session, arn)
		}
		e.set.Session = append(e.set.Session[:len(e.set.Session):len(e.set.Session)], m)
	}
}
