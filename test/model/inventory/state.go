// Package inventory reads all that an account holds through the API, in a form that
// can be compared, and lists the invariants that it breaks.
package inventory

import (
	"maps"
	"slices"
	"strings"
)

// State is an account as one can compare it. What is empty is nil.
type State struct {
	Users    map[string]User
	Groups   map[string]Group
	Roles    map[string]Role
	Policies map[string]Policy // by ARN
	Profiles map[string]Profile
}

// Grants is what users, groups and roles have alike.
type Grants struct {
	ID, Path, Boundary string
	Attached           []string
	Inline, Tags       map[string]string
}

// User is a user with its groups and access keys.
type User struct {
	Grants
	Groups []string
	Keys   map[string]bool // active?
}

// Group is a group with its members.
type Group struct {
	Grants
	Members []string
}

// Role is a role, whom it trusts, and the instance profiles that it is in.
type Role struct {
	Grants
	Trusted    string
	MaxSession int32
	Profiles   []string
}

// Policy is a customer-managed policy with its versions and how often it is used.
type Policy struct {
	ID, Path, Default       string
	Versions                map[string]string
	Attachments, Boundaries int
}

// Profile is an instance profile; Role is "" where it has none.
type Profile struct{ ID, Path, Role string }

// NewState is an account that has nothing.
func NewState() State {
	return State{map[string]User{}, map[string]Group{}, map[string]Role{}, map[string]Policy{}, map[string]Profile{}}
}

// Sorted is a list in order; nil where it has nothing.
func Sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	if len(list) == 0 {
		return nil
	}
	return list
}

// Filled is a map that is nil where it has nothing.
func Filled[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}

// isAWS says whether a policy is one of AWS's own, which are no part of an account.
func isAWS(arn string) bool { return strings.HasPrefix(arn, "arn:aws:iam::aws:policy/") }
