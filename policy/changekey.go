package policy

import (
	"strconv"
	"strings"
)

// mostValues is how many values of keys are tried: each costs a decision.
const mostValues = 256

// keyChange is a value of one condition key, among those that a caller sets by
// how it calls, that allows the request as all else is.
func (s *search) keyChange() (Change, bool) {
	tries := keyValues{seen: make(map[[2]string]bool)}
	s.taking(func(p *place) {
		w := s.walk(p.policy)
		for i := range p.policy.statements {
			if w.enter(i); w.aboutRequest() {
				w.keyValues(&tries)
			}
		}
	})
	for _, c := range tries.list {
		if d, _ := s.decide([]Change{c}); d.Outcome == Allowed {
			return c, true
		}
	}
	return Change{}, false
}

// aboutRequest: all but the conditions, and the variables in the resource, match.
func (w *walk) aboutRequest() bool {
	var unused missingKeys
	return w.grant() != notNamed && w.matchesAction(w.policy, w.rule) && w.matchesResourceSomehow(&unused)
}

// keyValues are the changes of keys worth trying, each once.
type keyValues struct {
	list []Change
	seen map[[2]string]bool
}

func (k *keyValues) add(key, value string) {
	id := [2]string{fold(key), value}
	if value == "" || k.seen[id] || len(k.list) >= mostValues {
		return
	}
	k.seen[id] = true
	k.list = append(k.list, Change{Kind: SetKey, Level: -1, Index: -1, Statement: -1, Key: key, Value: value})
}

// keyValues are those that the statement's conditions speak of.
func (w *walk) keyValues(tries *keyValues) {
	if w.written.condition == nil {
		return
	}
	for i := range w.written.condition.members {
		m := &w.written.condition.members[i]
		family := familyOf(m.name)
		for j := range m.value.members {
			key := &m.value.members[j]
			if !callersOwn(key.name) {
				continue
			}
			for _, v := range key.value.list() {
				for _, value := range w.near(family, v.text) {
					tries.add(key.name, value)
				}
			}
		}
	}
}

// near are values of a request on either side of a policy's value, in an
// operator of the family.
func (w *walk) near(family, text string) []string {
	switch family {
	case "string", "arn":
		return w.plain(family, text)
	case "numeric":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return []string{text, strconv.FormatInt(n-1, 10), strconv.FormatInt(n+1, 10)}
		}
		return []string{text}
	case "date", "binary":
		return []string{text}
	case "bool":
		return []string{strings.ToLower(text), strconv.FormatBool(!strings.EqualFold(text, "true"))}
	case "ip":
		if n, ok := parseNetwork(text); ok {
			return []string{n.Addr().String()}
		}
	}
	return nil
}

// plain is a text that a string or pattern matches: a star may be nothing. One
// character, or the part of an ARN, could be any and is not made up.
func (w *walk) plain(family, text string) []string {
	pattern := mark(text)
	if w.document.variables {
		b, ok := newTemplate(text, mark).expand(nil, w.request.Context)
		if !ok {
			return nil
		}
		pattern = string(b)
	}
	if family == "arn" && marked.any(pattern) || strings.IndexByte(pattern, marked.one) >= 0 {
		return nil
	}
	return []string{strings.ReplaceAll(pattern, string([]byte{marked.star}), "")}
}

// ownKeys are the global condition keys that a caller sets by how, from where
// and with what it calls (condition-keys): the others say who it is, or what
// the resource is.
var ownKeys = map[string]string{
	"aws:multifactorauthpresent": "sign in with MFA",
	"aws:multifactorauthage":     "sign in with MFA again",
	"aws:sourceip":               "from that address",
	"aws:vpcsourceip":            "from that address",
	"aws:sourcevpc":              "from that VPC",
	"aws:sourcevpcarn":           "from that VPC",
	"aws:sourcevpce":             "through that VPC endpoint",
	"aws:securetransport":        "over TLS or not",
	"aws:requestedregion":        "in that Region",
	"aws:useragent":              "",
	"aws:referer":                "",
	"aws:tagkeys":                "with that tag alone",
}

// foreignKeys are words of the keys of services that say what the resource or
// the caller is.
var foreignKeys = []string{":resource", "existingobjecttag/", "resourcetag/", ":calleraccount", ":source", ":roledelivery"}

// callersOwn says whether a caller sets the key by how it calls. Keys of token
// issuers, which have a dot or a slash in the prefix, are in the token.
func callersOwn(name string) bool {
	folded := fold(name)
	service, _, ok := strings.Cut(folded, ":")
	switch {
	case !ok, service == "saml", strings.ContainsAny(service, "./"):
		return false
	case service == "aws":
		_, own := ownKeys[folded]
		return own || strings.HasPrefix(folded, "aws:requesttag/")
	case folded == "sts:sourceidentity":
		return true
	}
	for _, word := range foreignKeys {
		if strings.Contains(folded, word) {
			return false
		}
	}
	return true
}
