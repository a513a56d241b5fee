package authz

import (
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// conditions answers for the condition keys of one ask. Nothing is prepared: a
// key costs something only when a policy asks for it.
type conditions struct {
	call *api.Call
	ask  *Ask
	tags []api.Tag // of the user or role behind the caller
	view *directory.View
}

// ISO is the form of instants in condition keys and in AWS's answers.
const ISO = "2006-01-02T15:04:05Z"

// Lookup implements policy.Context.
func (c *conditions) Lookup(key policy.Key) (policy.Value, bool) {
	if v, ok := c.asked(key); ok {
		return v, true
	}
	if c.ask.keys != nil {
		if v, ok := c.ofRequest(key); ok {
			return v, true
		}
	}
	if strings.HasPrefix(key.Folded, "s3:") {
		return c.ofS3(key.Folded)
	}
	if strings.HasPrefix(key.Folded, "aws:principaltag/") {
		_, tag, _ := strings.Cut(key.Name, "/") // folding changes the length of some letters
		return c.principalTag(tag)
	}
	if v, ok := c.ofCall(key.Folded); ok {
		return v, ok
	}
	if c.call.Principal == nil {
		return ofAnonymous(key.Folded)
	}
	if v, ok := c.ofPrincipal(c.call.Principal, key.Folded); ok {
		return v, ok
	}
	if s := c.call.Principal.Session; s != nil {
		return c.ofSession(s, key.Folded)
	}
	return policy.Value{}, false
}

// asked finds a key of the operation's row: the one whose case is equal, else
// the first in byte order (C-19).
func (c *conditions) asked(key policy.Key) (policy.Value, bool) {
	first := -1
	for i := range c.ask.Keys {
		name := c.ask.Keys[i].Name
		if name == key.Name {
			return c.ask.Keys[i].Value, true
		}
		if strings.EqualFold(name, key.Name) && (first < 0 || name < c.ask.Keys[first].Name) {
			first = i
		}
	}
	if first < 0 {
		return policy.Value{}, false
	}
	return c.ask.Keys[first].Value, true
}

// principalTag is the session's tag, else the entity's (K-10).
func (c *conditions) principalTag(name string) (policy.Value, bool) {
	if c.call.Principal == nil {
		return policy.Value{}, false
	}
	if s := c.call.Principal.Session; s != nil {
		if v, ok := tagValue(s.Tags, name); ok {
			return v, true
		}
	}
	return tagValue(c.tags, name)
}

// tagValue is the value of the tag whose case is equal, else of the first in byte
// order (C-19).
func tagValue(tags []api.Tag, name string) (policy.Value, bool) {
	first := -1
	for i := range tags {
		if tags[i].Key == name {
			return policy.Value{One: tags[i].Value}, true
		}
		if strings.EqualFold(tags[i].Key, name) && (first < 0 || tags[i].Key < tags[first].Key) {
			first = i
		}
	}
	if first < 0 {
		return policy.Value{}, false
	}
	return policy.Value{One: tags[first].Value}, true
}

func one(s string) (policy.Value, bool) { return policy.Value{One: s}, true }

func oneUnlessEmpty(s string) (policy.Value, bool) { return policy.Value{One: s}, s != "" }

func (c *conditions) ofCall(key string) (policy.Value, bool) {
	switch key {
	case "aws:currenttime": // K-01
		return one(c.call.Time.UTC().Format(ISO))
	case "aws:epochtime":
		return one(strconv.FormatInt(c.call.Time.Unix(), 10))
	case "aws:securetransport": // K-02
		return one(strconv.FormatBool(c.call.Secure))
	case "aws:sourceip": // K-03
		if !c.call.SourceIP.IsValid() {
			return policy.Value{}, false
		}
		return one(c.call.SourceIP.String())
	case "aws:useragent": // K-05
		return oneUnlessEmpty(c.call.UserAgent)
	case "aws:referer":
		return oneUnlessEmpty(c.call.Referer)
	case "aws:requestedregion": // K-06
		return one(c.call.Region)
	case "aws:viaawsservice": // K-24
		return one("false")
	case "aws:resourceaccount": // K-21
		return oneUnlessEmpty(c.resourceAccount())
	case "aws:resourceorgid":
		id, _ := c.organization(c.resourceAccount())
		return oneUnlessEmpty(id)
	case "aws:resourceorgpaths":
		return list(c.organization(c.resourceAccount()))
	}
	return policy.Value{}, false
}

func list(_, path string) (policy.Value, bool) {
	if path == "" {
		return policy.Value{}, false
	}
	return policy.Value{Many: []string{path}, IsMany: true}, true
}

func (c *conditions) resourceAccount() string {
	if c.ask.Account != "" {
		return c.ask.Account
	}
	if parts := strings.SplitN(c.ask.Resource, ":", 6); len(parts) == 6 && parts[4] != "" {
		return parts[4]
	}
	return c.call.Account
}

func ofAnonymous(key string) (policy.Value, bool) {
	switch key {
	case "aws:principalaccount", "aws:userid":
		return one("anonymous")
	case "aws:principaltype":
		return one("Anonymous")
	}
	return policy.Value{}, false
}

func (c *conditions) ofPrincipal(p *api.Principal, key string) (policy.Value, bool) {
	switch key {
	case "aws:principalarn": // K-07
		return one(principalARN(p))
	case "aws:principalaccount": // K-08
		return one(p.Account)
	case "aws:principaltype":
		return one(principalType(p.Kind))
	case "aws:userid":
		return one(p.UserID)
	case "aws:username": // K-11
		return oneUnlessEmpty(p.UserName)
	case "aws:principalisawsservice": // K-12
		return one(strconv.FormatBool(p.Kind == policy.Service))
	case "aws:principalorgid": // K-09
		id, _ := c.organization(p.Account)
		return oneUnlessEmpty(id)
	case "aws:principalorgpaths":
		return list(c.organization(p.Account))
	}
	return policy.Value{}, false
}

// principalARN is the role's ARN for a role session, the caller's own otherwise.
func principalARN(p *api.Principal) string {
	if p.Kind == policy.RoleSession {
		return p.EntityARN
	}
	return p.ARN
}

func principalType(k policy.PrincipalKind) string {
	switch k {
	case policy.Root:
		return "Account"
	case policy.User:
		return "User"
	case policy.RoleSession:
		return "AssumedRole"
	case policy.FederatedUser:
		return "FederatedUser"
	}
	return "Anonymous"
}

func (c *conditions) ofSession(s *api.Session, key string) (policy.Value, bool) {
	switch key {
	case "aws:tokenissuetime": // K-14
		return one(s.Issued.UTC().Format(ISO))
	case "aws:multifactorauthpresent": // K-15
		return one(strconv.FormatBool(s.MFA))
	case "aws:multifactorauthage": // K-16
		if !s.MFA {
			return policy.Value{}, false
		}
		return one(strconv.FormatInt(int64(c.call.Time.Sub(s.MFATime).Seconds()), 10))
	case "aws:sourceidentity": // K-18
		return oneUnlessEmpty(s.SourceIdentity)
	}
	return ofInstance(&s.Instance, key)
}

// ofInstance is what credentials from an instance's metadata carry
// [reference_policies_condition-keys; Service Authorization Reference, "Condition keys
// for Amazon EC2": the ec2: keys come with every call that such credentials sign, to
// any service].
func ofInstance(o *api.Origin, key string) (policy.Value, bool) {
	switch key {
	case "ec2:roledelivery":
		return oneUnlessEmpty(o.RoleDelivery)
	case "ec2:sourceinstancearn":
		return oneUnlessEmpty(o.ARN)
	case "aws:ec2instancesourceprivateipv4":
		return oneUnlessEmpty(o.PrivateIP)
	}
	return policy.Value{}, false
}

// organization is the organization of an account, and the account's path in it.
func (c *conditions) organization(account string) (id, path string) {
	a := c.view.Of(account).AccountRecord()
	if a == nil || a.Organization == "" {
		return "", ""
	}
	o := c.view.Of(a.Organization).OrganizationRecord()
	if o == nil {
		return "", ""
	}
	return o.ID, o.ID + "/" + o.Root + "/"
}

// inOneOrganization says whether an account is in the organization of the caller's.
func (c *conditions) inOneOrganization(account string) bool {
	own, _ := c.organization(c.call.Account)
	its, _ := c.organization(account)
	return own != "" && own == its
}
