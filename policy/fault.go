package policy

// AWS's words for what it refuses, by the rows of section V.
const (
	messagePrincipal     = "Policy document should not specify a principal."
	messageVersion       = "Policy document must be version 2012-10-17 or greater."
	messageLegacy        = "The policy failed legacy parsing"
	messageSid           = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
	messageSameSid       = "Statement IDs (SID) in a single policy must be unique."
	messageNoAction      = "Policy statement must contain actions."
	messageNoResource    = "Policy statement must contain resources."
	messageVendor        = "Resource vendor must be fully qualified and cannot contain regexes."
	messageIAMPath       = `IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`
	messageTrustAction   = "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity"
	messageProhibited    = "Has prohibited field "
	messageMissing       = "Missing required field Principal"
	messageStar          = `AssumeRolepolicy contained an invalid principal: "STAR":"*".`
	messageFederated     = "Federated principals must be valid domain names or SAML metadata ARNs"
	messageIssuer        = "Role trust policy for a shared OIDC identity provider must evaluate the condition key "
	messageInvalidNamed  = "Invalid principal in policy: "
	messageOrganizations = "The provided policy document does not meet the requirements of the specified policy type."
)

// refuse is a fault in AWS's own words.
func refuse(n *Node, message, detail string) *fault {
	return &fault{message: message, detail: detail, offset: n.start}
}

// takesPrincipal says whether statements of the type name principals (G-05).
func (t Type) takesPrincipal() bool {
	return t == Trust || t == Resource || t == ResourceControl || t == Endpoint
}

func (d *Document) misplacedPrincipal(c *Statement) *fault { // V-00
	n := c.principal
	if n == nil {
		n = c.notPrincipal
	}
	if n == nil || d.kind.takesPrincipal() {
		return d.prohibitedNotPrincipal(c)
	}
	message := messagePrincipal
	if d.kind == ServiceControl {
		message = messageOrganizations
	}
	return refuse(n, message, "a policy of this type names no principal")
}

func (d *Document) prohibitedNotPrincipal(c *Statement) *fault {
	if d.kind == Trust && c.notPrincipal != nil {
		return refuse(c.notPrincipal, messageProhibited+"NotPrincipal", "a trust policy has no NotPrincipal")
	}
	return nil
}

func (d *Document) missingPrincipal(c *Statement) *fault {
	if d.kind != Trust && d.kind != Resource || c.principal != nil || c.notPrincipal != nil {
		return nil
	}
	return refuse(c.node, messageMissing, "the statement has no Principal")
}

func (d *Document) effectCase(c *Statement) *fault { // V-03
	if c.effect.text == "Allow" || c.effect.text == "Deny" {
		return nil
	}
	return refuse(c.effect, messageLegacy, "Effect is Allow or Deny, in this case")
}

func (d *Document) missingAction(c *Statement) *fault { // V-05
	if len(c.action.list()) > 0 || len(c.notAction.list()) > 0 {
		return nil
	}
	return refuse(c.at(c.action, c.notAction), messageNoAction, "the statement names no action")
}

// at is the first of the elements that is there, else the statement.
func (c *Statement) at(elements ...*Node) *Node {
	for _, n := range elements {
		if n != nil {
			return n
		}
	}
	return c.node
}

func (d *Document) malformedAction(c *Statement) *fault { // V-11
	for _, n := range append(c.action.list(), c.notAction.list()...) {
		if message := checkAction(n.text); message != "" {
			return refuse(n, message, "an action is * or service:name")
		}
	}
	return nil
}

func (d *Document) missingResource(c *Statement) *fault { // V-12
	own := d.kind == Trust || d.kind == Resource && c.resource == nil && c.notResource == nil
	if own || len(c.resource.list()) > 0 || len(c.notResource.list()) > 0 {
		return nil
	}
	return refuse(c.at(c.resource, c.notResource), messageNoResource, "the statement names no resource")
}

func (d *Document) trustResource(c *Statement) *fault { // V-14
	if d.kind != Trust {
		return nil
	}
	if c.resource != nil {
		return refuse(c.resource, messageProhibited+"Resource", "a trust policy is about its own role")
	}
	if c.notResource != nil {
		return refuse(c.notResource, messageProhibited+"NotResource", "a trust policy is about its own role")
	}
	return nil
}

// longHead refuses a resource that is compiled to places of 16 bits, which its
// parts before the last would not fit. Left out, a Deny would not deny.
func (d *Document) longHead(c *Statement) *fault {
	for _, n := range append(c.resource.list(), c.notResource.list()...) {
		if headLength(n.text) > maxHead {
			return wrong(n, "an ARN's parts before the resource have at most 65535 bytes")
		}
	}
	return nil
}
