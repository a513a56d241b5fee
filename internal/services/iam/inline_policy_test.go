package iam

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// inliner is a kind of entity that inline policies stand in, with its operations.
type inliner struct {
	kind             string // as in the operations' names
	limit            int    // G-12
	put              func(name, document string) any
	get, del         func(name string) any
	list             func(marker *string, maxItems *int32) any
	document, listed func(out any) string
	marker           func(out any) *string
}

func inliners() []inliner {
	x := ptr("x")
	return []inliner{
		{"User", 2048,
			func(name, d string) any {
				return &iam.PutUserPolicyInput{UserName: x, PolicyName: &name, PolicyDocument: &d}
			},
			func(name string) any { return &iam.GetUserPolicyInput{UserName: x, PolicyName: &name} },
			func(name string) any { return &iam.DeleteUserPolicyInput{UserName: x, PolicyName: &name} },
			func(m *string, n *int32) any { return &iam.ListUserPoliciesInput{UserName: x, Marker: m, MaxItems: n} },
			func(out any) string { return *out.(*iam.GetUserPolicyOutput).PolicyDocument },
			func(out any) string { return strings.Join(out.(*iam.ListUserPoliciesOutput).PolicyNames, " ") },
			func(out any) *string { return out.(*iam.ListUserPoliciesOutput).Marker }},
		{"Group", 5120,
			func(name, d string) any {
				return &iam.PutGroupPolicyInput{GroupName: x, PolicyName: &name, PolicyDocument: &d}
			},
			func(name string) any { return &iam.GetGroupPolicyInput{GroupName: x, PolicyName: &name} },
			func(name string) any { return &iam.DeleteGroupPolicyInput{GroupName: x, PolicyName: &name} },
			func(m *string, n *int32) any {
				return &iam.ListGroupPoliciesInput{GroupName: x, Marker: m, MaxItems: n}
			},
			func(out any) string { return *out.(*iam.GetGroupPolicyOutput).PolicyDocument },
			func(out any) string { return strings.Join(out.(*iam.ListGroupPoliciesOutput).PolicyNames, " ") },
			func(out any) *string { return out.(*iam.ListGroupPoliciesOutput).Marker }},
		{"Role", 10240,
			func(name, d string) any {
				return &iam.PutRolePolicyInput{RoleName: x, PolicyName: &name, PolicyDocument: &d}
			},
			func(name string) any { return &iam.GetRolePolicyInput{RoleName: x, PolicyName: &name} },
			func(name string) any { return &iam.DeleteRolePolicyInput{RoleName: x, PolicyName: &name} },
			func(m *string, n *int32) any { return &iam.ListRolePoliciesInput{RoleName: x, Marker: m, MaxItems: n} },
			func(out any) string { return *out.(*iam.GetRolePolicyOutput).PolicyDocument },
			func(out any) string { return strings.Join(out.(*iam.ListRolePoliciesOutput).PolicyNames, " ") },
			func(out any) *string { return out.(*iam.ListRolePoliciesOutput).Marker }},
	}
}

func TestInlinePolicies(t *testing.T) {
	f := newFixture(t)
	for _, k := range inliners() { // before any of them is there
		message := "The " + strings.ToLower(k.kind) + " with name x cannot be found."
		f.refused("Put"+k.kind+"Policy", k.put("a", allowS3), 404, "NoSuchEntity", message)
		f.refused("Get"+k.kind+"Policy", k.get("a"), 404, "NoSuchEntity", message)
		f.refused("Delete"+k.kind+"Policy", k.del("a"), 404, "NoSuchEntity", message)
		f.refused("List"+k.kind+"Policies", k.list(nil, nil), 404, "NoSuchEntity", message)
	}
	f.addUser("x")
	f.addGroup("x")
	f.addRole("x")
	for _, k := range inliners() {
		t.Run(k.kind, func(t *testing.T) {
			f := on(f, t)
			put, get, del, list := "Put"+k.kind+"Policy", "Get"+k.kind+"Policy", "Delete"+k.kind+"Policy", "List"+k.kind+"Policies"
			for _, name := range []string{"b", "a", "C", "b"} {
				f.ok(put, k.put(name, allowS3))
			}
			same(t, "names", k.listed(f.ok(list, k.list(nil, nil))), "C a b")
			first := f.ok(list, k.list(nil, ptr[int32](2)))
			same(t, "first page", k.listed(first), "C a")
			same(t, "second page", k.listed(f.ok(list, k.list(k.marker(first), ptr[int32](2)))), "b")

			text := strings.Replace(allowAll, ",", " ,\r\n", 1) // G-16
			f.ok(put, k.put("b", text))
			document := k.document(f.ok(get, k.get("b")))
			same(t, "replaced", decoded(t, &document), text)
			f.ok(del, k.del("a"))
			same(t, "names left", k.listed(f.ok(list, k.list(nil, nil))), "C b")

			missing := fmt.Sprintf("The %s policy with name none cannot be found.", strings.ToLower(k.kind)) // aws-errors 1.2
			f.refused(get, k.get("none"), 404, "NoSuchEntity", missing)
			f.refused(del, k.del("none"), 404, "NoSuchEntity", missing)
			f.refused(put, k.put("d", "{}"), 400, "MalformedPolicyDocument", "Syntax errors in policy.")
			f.refused(put, k.put("d", trustEC2), 400, "MalformedPolicyDocument", "Policy document should not specify a principal.")
		})
	}
}

// G-12, V-16, aws-errors 1.5: the inline policies of an entity share one size.
func TestInlinePolicySizes(t *testing.T) {
	f := newFixture(t)
	f.addUser("x")
	f.addGroup("x")
	f.addRole("x")
	for _, k := range inliners() {
		t.Run(k.kind, func(t *testing.T) {
			f := on(f, t)
			put := "Put" + k.kind + "Policy"
			over := fmt.Sprintf("Maximum policy size of %d bytes exceeded for %s x", k.limit, strings.ToLower(k.kind))
			f.refused(put, k.put("a", padded(k.limit+1)), 409, "LimitExceeded", over)
			f.ok(put, k.put("a", padded(k.limit)))
			f.ok(put, k.put("a", padded(k.limit)+"  \n\n")) // replacing counts once, white space not at all
			f.refused(put, k.put("b", allowS3), 409, "LimitExceeded", over)
			f.ok(put, k.put("a", padded(k.limit-200)))
			f.ok(put, k.put("b", padded(200)))
			f.refused(put, k.put("b", padded(201)), 409, "LimitExceeded", over)
		})
	}
}

// aws-errors 1.4: an entity with policies is not deleted.
func TestPoliciesKeepTheirEntity(t *testing.T) {
	f := newFixture(t)
	f.addUser("x")
	f.addGroup("x")
	f.addRole("x")
	deletions := map[string]any{
		"User": &iam.DeleteUserInput{UserName: ptr("x")}, "Group": &iam.DeleteGroupInput{GroupName: ptr("x")}, "Role": &iam.DeleteRoleInput{RoleName: ptr("x")},
	}
	for i, k := range inliners() {
		t.Run(k.kind, func(t *testing.T) {
			f, h := on(f, t), holders()[i]
			f.ok("Put"+k.kind+"Policy", k.put("p", allowS3))
			f.refused("Delete"+k.kind, deletions[k.kind], 409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
			f.ok("Delete"+k.kind+"Policy", k.del("p"))
			f.ok("Attach"+k.kind+"Policy", h.attach(readOnly))
			f.refused("Delete"+k.kind, deletions[k.kind], 409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
			f.ok("Detach"+k.kind+"Policy", h.detach(readOnly))
			f.ok("Delete"+k.kind, deletions[k.kind])
		})
	}
}
