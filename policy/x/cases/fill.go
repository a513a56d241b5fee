package cases

import (
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// isoTime is the form of aws:CurrentTime.
const isoTime = "2006-01-02T15:04:05Z"

// fill adds the keys that follow from the request where the context does not
// give them, in any case (decision-cases, section K). Of aws:CurrentTime and
// aws:EpochTime one follows from the other, if that is given: one clock reading
// a request (E-19).
func fill(context map[string]any, p *policy.Principal, owner string, now func() time.Time) map[string]any {
	full := make(map[string]any, len(context)+8)
	given := make(map[string]string, len(context))
	for name, value := range context {
		full[name] = value
		text, _ := value.(string)
		given[strings.ToLower(name)] = text
	}
	add := func(name, value string) {
		if _, ok := given[strings.ToLower(name)]; !ok && value != "" {
			full[name] = value
		}
	}
	add("aws:PrincipalArn", principalARN(p))
	add("aws:PrincipalAccount", accountOf(p))
	add("aws:PrincipalType", typeOf(p.Kind))
	add("aws:userid", userID(p))
	if p.Kind == policy.User {
		add("aws:username", name(p.ARN))
	}
	add("aws:ResourceAccount", owner)
	moment := moment(given, now)
	add("aws:CurrentTime", moment.UTC().Format(isoTime))
	add("aws:EpochTime", strconv.FormatInt(moment.Unix(), 10))
	return full
}

// moment is the time of the request: the context's, else the clock's.
func moment(given map[string]string, now func() time.Time) time.Time {
	for _, key := range []string{"aws:currenttime", "aws:epochtime"} {
		if t, err := time.Parse(time.RFC3339Nano, given[key]); err == nil {
			return t
		}
		if seconds, err := strconv.ParseInt(given[key], 10, 64); err == nil {
			return time.Unix(seconds, 0)
		}
	}
	return now()
}

// principalARN is K-07: the role's ARN for a session of it.
func principalARN(p *policy.Principal) string {
	switch p.Kind {
	case policy.RoleSession:
		return p.EntityARN
	case policy.Root, policy.User, policy.FederatedUser:
		return p.ARN
	}
	return ""
}

// accountOf is K-08.
func accountOf(p *policy.Principal) string {
	if p.Kind == policy.Anonymous {
		return "anonymous"
	}
	return p.Account
}

func typeOf(k policy.PrincipalKind) string {
	switch k {
	case policy.Anonymous:
		return "Anonymous"
	case policy.Root:
		return "Account"
	case policy.User:
		return "User"
	case policy.RoleSession:
		return "AssumedRole"
	case policy.FederatedUser:
		return "FederatedUser"
	}
	return ""
}

// userID is K-08, for those whose id is no unique id.
func userID(p *policy.Principal) string {
	switch p.Kind {
	case policy.Anonymous:
		return "anonymous"
	case policy.Root:
		return p.Account
	case policy.FederatedUser:
		return p.Account + ":" + name(p.ARN)
	}
	return ""
}

// identify tells what the context says of the caller beyond its ARN: the path of
// its role, which a session's ARN leaves out, and its unique id.
func identify(p *policy.Principal, context map[string]any) {
	if p.Kind != policy.RoleSession && p.Kind != policy.User {
		return
	}
	for key, value := range context {
		text, _ := value.(string)
		switch strings.ToLower(key) {
		case "aws:principalarn":
			start, _, _ := strings.Cut(p.EntityARN, "/")
			if p.Kind == policy.RoleSession && strings.HasPrefix(text, start+"/") && name(text) == name(p.EntityARN) {
				p.EntityARN = text
			}
		case "aws:userid":
			p.EntityID, _, _ = strings.Cut(text, ":")
		}
	}
}

// owner is the account of the resource: as the case says, else that of the ARN,
// else the caller's.
func owner(r *Request, p *policy.Principal) string {
	if r.ResourceAccount != "" {
		return r.ResourceAccount
	}
	if part := strings.SplitN(r.Resource, ":", 6); len(part) == 6 && part[4] != "" {
		return part[4]
	}
	return p.Account
}
