package directory

import (
	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// SessionAlive says whether temporary credentials still stand for someone in the
// view, which is of the principal's account: the role, user or root user is
// there, with the id and generation that the session was issued for (E-24, S-04),
// and for sessions that an access key made, that key is active. A user who got
// another name or path ends sessions that carry the old one: a policy variable
// would speak of somebody else.
func (v *View) SessionAlive(p *api.Principal, generation int) bool {
	if p == nil || p.Session == nil || p.Account != v.account || !v.Exists() {
		return false
	}
	if p.Kind == policy.RoleSession {
		r := v.RoleByID(p.EntityID)
		return r != nil && r.Generation == generation
	}
	maker := p.EntityID
	switch {
	case maker == p.Account: // the root user, or a federated user of its
		if v.AccountRecord().Root.Generation != generation {
			return false
		}
		maker = "" // as access keys name the root user
	default:
		u := v.UserByID(maker)
		if u == nil || u.Generation != generation || u.ARN(v.account) != p.EntityARN {
			return false
		}
	}
	key := v.AccessKey(p.Session.Issuer)
	return key != nil && key.Active && key.User == maker
}
