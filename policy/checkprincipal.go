package policy

import "strings"

// everyoneInTrust: a trust policy may say {"AWS": "*"} but not "*" alone.
func (d *Document) everyoneInTrust(c *Statement) *fault {
	if d.kind == Trust && c.principal != nil && c.principal.kind == JSONString {
		return refuse(c.principal, messageStar, `a trust policy says {"AWS": "*"}`)
	}
	return nil
}

// malformedPrincipals is the part of V-15 that the text alone tells: P-01,
// P-05, P-06, P-07.
func (d *Document) malformedPrincipals(c *Statement) *fault {
	if c.notPrincipal != nil && c.effect.text == "Allow" {
		return wrong(c.notPrincipal, "NotPrincipal goes with Deny")
	}
	for _, p := range append(c.principal.principals(), c.notPrincipal.principals()...) {
		if f := d.malformedPrincipal(p.kind, p.node); f != nil {
			return f
		}
	}
	return nil
}

func (d *Document) malformedPrincipal(kind string, n *Node) *fault {
	switch kind {
	case "AWS":
		if newAWSPrincipal(n.text).kind == namedNobody {
			return invalidPrincipal("AWS", n)
		}
	case "Service":
		if !isHost(n.text) {
			return invalidPrincipal("SERVICE", n)
		}
	case "Federated":
		if d.kind != Trust {
			return wrong(n, "only a trust policy names a provider")
		}
		if !isProvider(n.text) {
			return refuse(n, messageFederated, "a provider's ARN, or its host name")
		}
	case "CanonicalUser":
		if d.kind != Resource || !isCanonicalID(n.text) {
			return invalidPrincipal("CanonicalUser", n)
		}
	}
	return nil
}

func invalidPrincipal(kind string, n *Node) *fault {
	return refuse(n, messageInvalidNamed+`"`+kind+`":"`+n.text+`"`, "there can be no such principal")
}

// isHost reports a host name with a dot in it: ec2.amazonaws.com.
func isHost(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || strings.Trim(label, vendorCharacters) != "" {
			return false
		}
	}
	return len(labels) > 1
}

// isProvider reports the ARN of a SAML or OIDC provider, or an issuer that AWS
// knows by its host name, with a path perhaps.
func isProvider(s string) bool {
	arn := newTarget(s)
	if arn.arn {
		path := arn.part(5)
		return arn.part(0) == "arn" && arn.part(2) == "iam" && isAccount(arn.part(4)) && !strings.Contains(s, "*") &&
			(strings.HasPrefix(path, "saml-provider/") || strings.HasPrefix(path, "oidc-provider/"))
	}
	host, _, _ := strings.Cut(s, "/")
	return isHost(host)
}

// isCanonicalID reports 64 hexadecimal digits (P-08).
func isCanonicalID(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// PrincipalValue is one principal written in a document.
type PrincipalValue struct {
	Kind   string // "AWS", "Service", "Federated", "CanonicalUser", "*"
	Value  string
	Offset int // of the opening quote
	End    int // after the closing quote
}

// Principals of a trust or resource policy, as they stand in the document, in
// order: for turning ARNs into unique ids when the policy is saved.
// (PrincipalValue.Offset and End delimit the JSON string in the text.)
// Those of NotPrincipal are among them. "*" alone is of the kind "*", a bare
// string else of the kind AWS (P-12). The error is an *Error.
func Principals(t Type, text string) ([]PrincipalValue, error) {
	d, err := parse(t, text)
	if err != nil {
		return nil, err
	}
	var all []PrincipalValue
	for _, c := range d.statements {
		for _, p := range append(c.principal.principals(), c.notPrincipal.principals()...) {
			all = append(all, PrincipalValue{Kind: p.kind, Value: p.node.text, Offset: p.node.start, End: p.node.end})
		}
	}
	return all, nil
}
