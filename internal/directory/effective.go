package directory

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// Effective is the identity side of a principal in one state: what its requests
// are decided by, compiled. It is immutable.
type Effective struct {
	Identity []*policy.Policy
	Boundary []*policy.Policy
	Tags     []api.Tag // of the user or role
	// Unreadable names a policy that cannot be compiled: the principal is
	// allowed nothing (E-25).
	Unreadable string

	mark Mark
}

// UserPolicies is the identity side of a user.
func (v *View) UserPolicies(u *User) *Effective {
	return v.effective(u.ID, func(b *effectiveBuilder) {
		b.grants(u.Grants)
		b.e.Tags = u.Tags
		for _, id := range u.Groups {
			if g := v.GroupByID(id); g != nil {
				b.grants(Grants{Attached: g.Attached, Inline: g.Inline})
			}
		}
	})
}

// RolePolicies is the identity side of a role.
func (v *View) RolePolicies(r *Role) *Effective {
	return v.effective(r.ID, func(b *effectiveBuilder) {
		b.grants(r.Grants)
		b.e.Tags = r.Tags
	})
}

// effective returns the cached identity side, or builds it. A transaction's own
// staged records are in it, and are not cached.
func (v *View) effective(id string, build func(*effectiveBuilder)) *Effective {
	cached := v.tx == nil && v.state != nil
	if cached {
		if e := v.directory.sides.load(id, v.Mark()); e != nil {
			return e
		}
	}
	b := &effectiveBuilder{v: v, e: &Effective{mark: v.Mark()}}
	build(b)
	if cached {
		v.directory.sides.store(id, b.e)
	}
	return b.e
}

type effectiveBuilder struct {
	v *View
	e *Effective
}

func (b *effectiveBuilder) grants(g Grants) {
	for _, arn := range g.Attached {
		if p := b.managed(arn); p != nil {
			b.e.Identity = append(b.e.Identity, p)
		}
	}
	for _, in := range g.Inline {
		if p := b.compile(in.Document, in.Name); p != nil {
			b.e.Identity = append(b.e.Identity, p)
		}
	}
	if g.Boundary != "" {
		if p := b.managed(g.Boundary); p != nil {
			b.e.Boundary = append(b.e.Boundary, p)
		}
	}
}

func (b *effectiveBuilder) managed(arn string) *policy.Policy {
	p, err := b.v.CompiledPolicy(arn)
	if err != nil {
		b.e.Unreadable = arn
	}
	return p
}

func (b *effectiveBuilder) compile(d *Document, name string) *policy.Policy {
	p, err := d.Compile(policy.Identity, name)
	if err != nil {
		b.e.Unreadable = name
		return nil
	}
	return p
}

// CompiledPolicy is the default version of a managed policy, customer's or AWS's,
// compiled.
func (v *View) CompiledPolicy(arn string) (*policy.Policy, error) {
	d, err := v.ManagedDocument(arn)
	if err != nil {
		return nil, err
	}
	return d.Compile(policy.Identity, arn)
}

// ManagedDocument is the default version's document of a managed policy.
func (v *View) ManagedDocument(arn string) (*Document, error) {
	if name, ok := v.CustomerPolicyName(arn); ok {
		if p := v.policy(name); p != nil && p.ARN(v.account) == arn {
			return p.DefaultVersion().Document, nil
		}
	}
	if d := awsDocument(arn); d != nil {
		return d, nil
	}
	return nil, NoSuchEntity("Policy %s was not found.", arn)
}

// DefaultVersion is the version in force.
func (p *Policy) DefaultVersion() *PolicyVersion { return p.VersionNumber(p.Default) }

// VersionNumber is the version with the number, or nil.
func (p *Policy) VersionNumber(n int) *PolicyVersion {
	for i := range p.Versions {
		if p.Versions[i].Number == n {
			return &p.Versions[i]
		}
	}
	return nil
}

// sides caches identity sides by entity id, in bounded memory, without locks. An
// entry holds for one state of the account: any write to the account ends it.
type sideCache struct {
	seed  maphash.Seed
	slots [sideSlots]atomic.Pointer[sideEntry]
}

const sideSlots = 1 << 14

type sideEntry struct {
	id string
	e  *Effective
}

func (c *sideCache) slot(id string) *atomic.Pointer[sideEntry] {
	return &c.slots[maphash.String(c.seed, id)%sideSlots]
}

func (c *sideCache) load(id string, m Mark) *Effective {
	if entry := c.slot(id).Load(); entry != nil && entry.id == id && entry.e.mark == m {
		return entry.e
	}
	return nil
}

func (c *sideCache) store(id string, e *Effective) { c.slot(id).Store(&sideEntry{id, e}) }
