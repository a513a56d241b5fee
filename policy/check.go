package policy

import (
	"slices"
	"strings"
)

// Check says whether AWS would save the document as a policy of the type.
// It is stricter than Compile, which also reads old documents. The error is an
// *Error with AWS's message.
//
// A document with several faults gets the message of the first rule of section
// V that finds one, wherever in the document that is. Sizes are not looked at:
// see Size. Whether a principal exists (V-15) the package cannot know: see
// Principals.
func Check(t Type, text string) error {
	d, err := parse(t, text)
	if err != nil {
		return err
	}
	for _, rule := range documentRules {
		if f := rule(d); f != nil {
			return d.error(f)
		}
	}
	return nil
}

// documentRules are the rules of section V in their order.
var documentRules = []func(*Document) *fault{
	(*Document).characters,                // G-13
	each((*Document).unknownOperator),     // V-01, G-08
	each((*Document).bareString),          // P-12
	(*Document).organizationForm,          // O-02
	each((*Document).misplacedPrincipal),  // V-00
	each((*Document).missingPrincipal),    // V-00
	(*Document).oldVersion,                // V-02
	each((*Document).effectCase),          // V-03
	each((*Document).dates),               // V-03
	each((*Document).brokenARN),           // V-03
	(*Document).sids,                      // V-04
	each((*Document).missingAction),       // V-05
	eachResource(noColon),                 // V-06
	eachResource(unknownPartition),        // V-07
	eachResource(unqualifiedVendor),       // V-08
	eachResource(regionGiven),             // V-09
	eachResource(unknownIAMPath),          // V-10
	each((*Document).malformedAction),     // V-11
	each((*Document).missingResource),     // V-12
	each((*Document).foreignTrustAction),  // V-13
	each((*Document).trustResource),       // V-14
	each((*Document).everyoneInTrust),     // V-15
	each((*Document).malformedPrincipals), // V-15
	each((*Document).unevaluatedIssuer),   // T-11
	each((*Document).longHead),            // what Compile refuses
}

// each asks a rule of every statement.
func each(rule func(*Document, *Statement) *fault) func(*Document) *fault {
	return func(d *Document) *fault {
		for _, c := range d.statements {
			if f := rule(d, c); f != nil {
				return f
			}
		}
		return nil
	}
}

// characters is G-13: what IAM's documents may hold, escapes included.
func (d *Document) characters() *fault {
	switch d.kind {
	case Identity, Boundary, Session, Trust:
	default:
		return nil
	}
	if at := foreignCharacter(d.text); at >= 0 {
		return &fault{detail: "a character that IAM's policies may not hold", offset: at}
	}
	return foreignEscape(d.root)
}

func foreignEscape(n *Node) *fault {
	if n.kind == JSONString && foreignCharacter(n.text) >= 0 {
		return wrong(n, "an escape for a character that IAM's policies may not hold")
	}
	for i := range n.members {
		m := &n.members[i]
		if foreignCharacter(m.name) >= 0 {
			return &fault{detail: "an escape for a character that IAM's policies may not hold", offset: m.start}
		}
		if f := foreignEscape(m.value); f != nil {
			return f
		}
	}
	for _, item := range n.items {
		if f := foreignEscape(item); f != nil {
			return f
		}
	}
	return nil
}

func foreignCharacter(s string) int {
	return strings.IndexFunc(s, func(r rune) bool {
		return r > 0xff || r < 0x20 && r != '\t' && r != '\n' && r != '\r'
	})
}

func (d *Document) unknownOperator(c *Statement) *fault {
	if c.condition == nil {
		return nil
	}
	for i := range c.condition.members {
		m := &c.condition.members[i]
		if _, ok := readOperator(m.name); !ok && len(m.value.members) > 0 {
			return &fault{detail: "there is no condition operator " + quoteShort(m.name), offset: m.start}
		}
	}
	return nil
}

// bareString is P-12, and that endpoint policies have no NotPrincipal.
func (d *Document) bareString(c *Statement) *fault {
	if d.kind == Endpoint && c.notPrincipal != nil {
		return wrong(c.notPrincipal, "an endpoint policy has no NotPrincipal")
	}
	if n := c.at(c.principal, c.notPrincipal); n.kind == JSONString && n.text != "*" {
		return wrong(n, `a principal is "*" or an object`)
	}
	return nil
}

func (d *Document) oldVersion() *fault {
	if d.variables || d.kind != Identity && d.kind != Boundary {
		return nil
	}
	n := d.root
	if d.version != nil {
		n = d.version
	}
	return refuse(n, messageVersion, "the version is "+version2008+", said or by being absent")
}

// dates: what a date operator compares with is a date.
func (d *Document) dates(c *Statement) *fault {
	if c.condition == nil {
		return nil
	}
	for i := range c.condition.members {
		m := &c.condition.members[i]
		o, _ := readOperator(m.name)
		if _, isDate := o.values().(*dates); !isDate {
			continue
		}
		for j := range m.value.members {
			for _, v := range m.value.members[j].value.list() {
				if _, ok := parseInstant(v.text); !ok {
					return refuse(v, messageLegacy, "a date is ISO 8601, or seconds since 1970")
				}
			}
		}
	}
	return nil
}

// values is an operand of the operator's family, without values.
func (o operator) values() operand {
	if o.compile == nil {
		return nil
	}
	return o.compile(nil, false)
}

// sids is V-04. An empty Sid counts as none (G-03).
func (d *Document) sids() *fault {
	for _, c := range d.statements {
		if c.sid != nil && d.plainSids() && strings.IndexFunc(c.sid.text, notAlphanumeric) >= 0 {
			return refuse(c.sid, messageSid, "a Sid is letters and digits")
		}
	}
	seen := make(map[string]bool, len(d.statements))
	for _, c := range d.statements {
		if c.sid == nil || c.sid.text == "" {
			continue
		}
		if seen[c.sid.text] {
			return refuse(c.sid, messageSameSid, "the Sid "+quoteShort(c.sid.text)+" stands twice")
		}
		seen[c.sid.text] = true
	}
	return nil
}

// plainSids: only the resource policies of other services allow more in a Sid.
func (d *Document) plainSids() bool { return d.kind != Resource && d.kind != Endpoint }

func notAlphanumeric(r rune) bool {
	return (r < '0' || '9' < r) && (r < 'A' || 'Z' < r) && (r < 'a' || 'z' < r)
}

// organizationForm is what the policies of an organization may hold: no Id, and
// an RCP that a customer makes only what O-02 says.
func (d *Document) organizationForm() *fault {
	if d.kind != ServiceControl && d.kind != ResourceControl {
		return nil
	}
	if id := d.root.get("Id"); id != nil {
		return refuse(id, messageOrganizations, "a policy of this type has no Id")
	}
	if d.kind == ServiceControl {
		return nil
	}
	for _, c := range d.statements {
		switch n := c.principal; {
		case strings.EqualFold(c.effect.text, "Allow"):
			return refuse(c.effect, messageOrganizations, "a resource control policy denies only")
		case n == nil || len(n.principals()) != 1 || n.principals()[0].node.text != "*":
			return refuse(c.at(n), messageOrganizations, `the principal of a resource control policy is "*"`)
		case c.notAction != nil:
			return refuse(c.notAction, messageOrganizations, "a resource control policy has no NotAction")
		}
		for _, n := range c.action.list() {
			if n.text == "*" {
				return refuse(n, messageOrganizations, "a resource control policy names the service of each action")
			}
		}
	}
	return nil
}

// foreignTrustAction is V-13.
func (d *Document) foreignTrustAction(c *Statement) *fault {
	if d.kind != Trust {
		return nil
	}
	for _, n := range c.action.list() {
		service, name, _ := strings.Cut(strings.ToLower(n.text), ":")
		if service != "sts" || !slices.ContainsFunc(stsActions, func(action string) bool { return written.match(name, action) }) {
			return refuse(n, messageTrustAction, "a trust policy is about the actions of sts")
		}
	}
	return nil
}

// stsActions in lower case: the service authorization reference's list.
var stsActions = []string{
	"assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "assumeroot",
	"decodeauthorizationmessage", "getaccesskeyinfo", "getcalleridentity",
	"getdelegatedaccesstoken", "getfederationtoken", "getservicebearertoken",
	"getsessiontoken", "getwebidentitytoken", "setcontext", "setsourceidentity",
	"tagsession",
}
