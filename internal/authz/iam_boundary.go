package authz

import "github.com/gatehouse-iam/gatehouse/internal/api/iam"

// Who sets a boundary is decided on the boundary asked for; who takes it away, on
// the one that is (K-27).
func boundaryRows() Table {
	return Table{
		"PutUserPermissionsBoundary": On(func(q *Question, in *iam.PutUserPermissionsBoundaryInput) error {
			q.onUser(*in.UserName).Key("iam:PermissionsBoundary", in.PermissionsBoundary)
			return nil
		}),
		"PutRolePermissionsBoundary": On(func(q *Question, in *iam.PutRolePermissionsBoundaryInput) error {
			q.onRole(*in.RoleName).Key("iam:PermissionsBoundary", in.PermissionsBoundary)
			return nil
		}),
		"DeleteUserPermissionsBoundary": On(func(q *Question, in *iam.DeleteUserPermissionsBoundaryInput) error {
			q.onBoundedUser(*in.UserName)
			return nil
		}),
		"DeleteRolePermissionsBoundary": On(func(q *Question, in *iam.DeleteRolePermissionsBoundaryInput) error {
			q.onBoundedRole(*in.RoleName)
			return nil
		}),
	}
}

// onBoundedUser is onUser with the boundary that the user has. Without one the key
// is absent.
func (q *Question) onBoundedUser(name string) *Ask {
	ask := q.onUser(name)
	if u, err := q.View.User(name); err == nil {
		ask.Key("iam:PermissionsBoundary", presentUnlessEmpty(u.Boundary))
	}
	return ask
}

// onBoundedRole is onRole with the boundary that the role has.
func (q *Question) onBoundedRole(name string) *Ask {
	ask, r := q.onRoleRecord(name)
	if r != nil {
		ask.Key("iam:PermissionsBoundary", presentUnlessEmpty(r.Boundary))
	}
	return ask
}

func presentUnlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
