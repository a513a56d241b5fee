package inventory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// Broken lists the invariants that a state does not keep. It knows nothing of how
// the state came about.
func (s *State) Broken() []string {
	c := &checker{state: s, ids: map[string]string{}}
	for name, u := range s.Users {
		c.grants("user "+name, "AIDA", &u.Grants)
		c.user(name, &u)
	}
	for name, g := range s.Groups {
		c.grants("group "+name, "AGPA", &g.Grants)
		for _, member := range g.Members {
			c.require(slices.Contains(s.Users[member].Groups, name), "group %s has the member %s, who is not in it", name, member)
		}
	}
	for name, r := range s.Roles {
		c.grants("role "+name, "AROA", &r.Grants)
		for _, p := range r.Profiles {
			c.require(s.Profiles[p].Role == name, "role %s is in the profile %s, which has another", name, p)
		}
	}
	for name, p := range s.Profiles {
		c.id("profile "+name, "AIPA", p.ID)
		c.require(p.Role == "" || slices.Contains(s.Roles[p.Role].Profiles, name), "profile %s has the role %q, which is not in it", name, p.Role)
	}
	c.policies()
	c.spellings()
	return c.faults
}

// The quotas of entities [iam-quotas].
const (
	maxKeys     = 2
	maxGroups   = 10
	maxAttached = 10
	maxVersions = 5
)

type checker struct {
	state  *State
	ids    map[string]string
	faults []string
}

func (c *checker) require(holds bool, format string, values ...any) {
	if !holds {
		c.faults = append(c.faults, fmt.Sprintf(format, values...))
	}
}

func (c *checker) id(who, prefix, id string) {
	c.require(strings.HasPrefix(id, prefix), "%s has the id %s", who, id)
	c.require(c.ids[id] == "", "%s and %s have the id %s", who, c.ids[id], id)
	c.ids[id] = who
}

func (c *checker) grants(who, prefix string, g *Grants) {
	c.id(who, prefix, g.ID)
	c.require(len(g.Attached) <= maxAttached, "%s has %d policies", who, len(g.Attached))
	for i, arn := range g.Attached {
		c.require(i == 0 || g.Attached[i-1] != arn, "%s has %s twice", who, arn)
		c.require(c.exists(arn), "%s has %s, which is not there", who, arn)
	}
	c.require(g.Boundary == "" || c.exists(g.Boundary), "%s is bounded by %s, which is not there", who, g.Boundary)
}

func (c *checker) exists(arn string) bool {
	_, ok := c.state.Policies[arn]
	return ok || isAWS(arn)
}

func (c *checker) user(name string, u *User) {
	c.require(len(u.Groups) <= maxGroups && len(u.Keys) <= maxKeys, "user %s has %d groups and %d keys", name, len(u.Groups), len(u.Keys))
	for _, g := range u.Groups {
		c.require(slices.Contains(c.state.Groups[g].Members, name), "user %s is in the group %s, which does not have it", name, g)
	}
	for k := range u.Keys {
		c.id("a key of "+name, "AKIA", k)
	}
}

// policies: the counts are those of the references, and one of the versions is
// the default.
func (c *checker) policies() {
	attachments, boundaries := map[string]int{}, map[string]int{}
	count := func(g *Grants) {
		boundaries[g.Boundary]++
		for _, arn := range g.Attached {
			attachments[arn]++
		}
	}
	for _, u := range c.state.Users {
		count(&u.Grants)
	}
	for _, g := range c.state.Groups {
		count(&g.Grants)
	}
	for _, r := range c.state.Roles {
		count(&r.Grants)
	}
	for arn, p := range c.state.Policies {
		c.id(arn, "ANPA", p.ID)
		c.require(p.Attachments == attachments[arn], "%s is attached %d times and counts %d", arn, attachments[arn], p.Attachments)
		c.require(p.Boundaries == boundaries[arn], "%s bounds %d and counts %d", arn, boundaries[arn], p.Boundaries)
		c.require(p.Versions[p.Default] != "" && len(p.Versions) <= maxVersions, "%s: default %s of %v", arn, p.Default, slices.Collect(maps.Keys(p.Versions)))
	}
}

// spellings: no two names differ in case alone.
func (c *checker) spellings() {
	for _, names := range [][]string{
		slices.Collect(maps.Keys(c.state.Users)), slices.Collect(maps.Keys(c.state.Groups)),
		slices.Collect(maps.Keys(c.state.Roles)), slices.Collect(maps.Keys(c.state.Profiles)),
	} {
		seen := map[string]bool{}
		for _, name := range names {
			c.require(!seen[strings.ToLower(name)], "%s is there in two spellings", name)
			seen[strings.ToLower(name)] = true
		}
	}
}

// Asymmetries reads the same relations from their other ends, and lists where the
// two do not agree.
func Asymmetries(ctx context.Context, client *iam.Client, s *State) ([]string, error) {
	c := &checker{state: s}
	for name, u := range s.Users {
		out, err := client.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: &name})
		if err != nil {
			return nil, err
		}
		var groups []string
		for _, g := range out.Groups {
			groups = append(groups, *g.GroupName)
		}
		c.require(slices.Equal(Sorted(groups), u.Groups), "ListGroupsForUser %s: %v, in details %v", name, groups, u.Groups)
	}
	for arn := range s.Policies {
		for _, use := range []types.PolicyUsageType{types.PolicyUsageTypePermissionsPolicy, types.PolicyUsageTypePermissionsBoundary} {
			got, err := entities(ctx, client, arn, use)
			if err != nil {
				return nil, err
			}
			want := s.holders(arn, use == types.PolicyUsageTypePermissionsBoundary)
			c.require(slices.Equal(got, want), "ListEntitiesForPolicy %s %s: %v, in details %v", arn, use, got, want)
		}
	}
	return c.faults, nil
}

// entities are the ids of who has a policy, as ListEntitiesForPolicy says.
func entities(ctx context.Context, client *iam.Client, arn string, use types.PolicyUsageType) ([]string, error) {
	var ids []string
	for p := iam.NewListEntitiesForPolicyPaginator(client, &iam.ListEntitiesForPolicyInput{PolicyArn: &arn, PolicyUsageFilter: use}); p.HasMorePages(); {
		out, err := p.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, u := range out.PolicyUsers {
			ids = append(ids, *u.UserId)
		}
		for _, g := range out.PolicyGroups {
			ids = append(ids, *g.GroupId)
		}
		for _, r := range out.PolicyRoles {
			ids = append(ids, *r.RoleId)
		}
	}
	return Sorted(ids), nil
}

// holders are the ids of who has a policy attached, or as its boundary.
func (s *State) holders(arn string, asBoundary bool) []string {
	var ids []string
	add := func(g *Grants) {
		if asBoundary && g.Boundary == arn || !asBoundary && slices.Contains(g.Attached, arn) {
			ids = append(ids, g.ID)
		}
	}
	for _, u := range s.Users {
		add(&u.Grants)
	}
	for _, g := range s.Groups {
		add(&g.Grants)
	}
	for _, r := range s.Roles {
		add(&r.Grants)
	}
	return Sorted(ids)
}
