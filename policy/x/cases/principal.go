package cases

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// ParsePrincipal is the caller that a case names:
//
//   - an anonymous caller
//     arn:aws:iam::A:root                   the root user
//     arn:aws:iam::A:user/path/N            a user
//     arn:aws:iam::A:role/path/R            a session of the role whose name is not known (P-11)
//     arn:aws:sts::A:assumed-role/R/S       a session of the role
//     arn:aws:sts::A:federated-user/N       a federated user; who made it is not known
//     ec2.amazonaws.com                     a service
//     arn:aws:iam::A:oidc-provider/HOST     the provider of a token
//     arn:aws:iam::A:saml-provider/N        the provider of an assertion
//
// For sts:AssumeRoleWithWebIdentity and sts:AssumeRoleWithSAML a host's name is
// that of a provider: accounts.google.com.
func ParsePrincipal(text, action string) (*policy.Principal, error) {
	switch {
	case text == "*":
		return &policy.Principal{}, nil
	case strings.HasPrefix(text, "arn:"):
		return principalOfARN(text)
	case !isHost(text):
		return nil, fmt.Errorf("principal %q is not accepted: the ARN of a user, role, session, federated user or root user, "+
			"the name of a service, or * for an anonymous caller", text)
	case withToken(action):
		return &policy.Principal{Kind: policy.Provider, ARN: text}, nil
	}
	return &policy.Principal{Kind: policy.Service, ARN: text}, nil
}

// withToken reports the operations whose caller shows another's token (E-17).
func withToken(action string) bool {
	return strings.EqualFold(action, "sts:AssumeRoleWithWebIdentity") || strings.EqualFold(action, "sts:AssumeRoleWithSAML")
}

// isHost: dot-separated labels, as in ec2.amazonaws.com; issuers may have a port
// and a path.
func isHost(s string) bool {
	host, _, _ := strings.Cut(s, "/")
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:") != "" {
			return false
		}
	}
	return len(labels) > 1
}

func principalOfARN(text string) (*policy.Principal, error) {
	part := strings.SplitN(text, ":", 6)
	if len(part) < 6 || !strings.HasPrefix(part[1], "aws") || part[3] != "" {
		return nil, fmt.Errorf("principal %q is not accepted: no ARN of a principal", text)
	}
	partition, service, account := part[1], part[2], part[4]
	if !isAccount(account) {
		return nil, fmt.Errorf("principal %q is not accepted: its account is not 12 digits", text)
	}
	if strings.ContainsAny(text, "*?") {
		return nil, fmt.Errorf("principal %q is not accepted: one caller, no pattern", text)
	}
	p := &policy.Principal{Account: account, ARN: text, EntityARN: text}
	kind, name, _ := strings.Cut(part[5], "/")
	switch {
	case service == "iam" && part[5] == "root":
		p.Kind = policy.Root
	case name == "":
		return nil, errPrincipal(text)
	case service == "iam" && kind == "user":
		p.Kind = policy.User
	case service == "iam" && kind == "role":
		p.Kind = policy.RoleSession
	case service == "iam" && (kind == "oidc-provider" || kind == "saml-provider"):
		return &policy.Principal{Kind: policy.Provider, ARN: text}, nil
	case service == "sts" && kind == "federated-user":
		p.Kind, p.EntityARN = policy.FederatedUser, ""
	case service == "sts" && kind == "assumed-role":
		role, session, ok := strings.Cut(name, "/")
		if !ok || role == "" || session == "" || strings.Contains(session, "/") {
			return nil, fmt.Errorf("principal %q is not accepted: a session is assumed-role/ROLE/SESSION", text)
		}
		p.Kind, p.EntityARN = policy.RoleSession, "arn:"+partition+":iam::"+account+":role/"+role
	default:
		return nil, errPrincipal(text)
	}
	return p, nil
}

func errPrincipal(text string) error {
	return errors.New("principal \"" + text + "\" is not accepted: " +
		"user/NAME, role/NAME and root of iam, assumed-role/ROLE/SESSION and federated-user/NAME of sts call; nobody else does")
}

// name is the last part of an ARN's resource.
func name(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
