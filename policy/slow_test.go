package policy

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The slow evaluator is section E again, written for itself and straight from
// the rows: on encoding/json's maps, with backtracking matchers, one document
// at a time. It shares nothing with the compiled form, so where both agree on
// many cases, the quick one is right about the rows.

// compare asks the slow evaluator for the case and wants the same answer.
func (c *decisionCase) compare(t testing.TB, r *Request, d Decision) {
	t.Helper()
	outcome, by := c.slow(r)
	if outcome != d.Outcome || outcome != Allowed && by != d.By {
		t.Errorf("slow evaluator: %s, quick: %s\n%s on %s by %s, context %v\n%+v",
			outcomeText(outcome, by), outcomeText(d.Outcome, d.By), r.Action, r.Resource, r.Principal.ARN, c.context,
			*c)
	}
}

// slowAsk is the request as the slow evaluator reads it.
type slowAsk struct {
	p       *Principal
	action  string
	on      string
	context m
	bounded bool
}

// slowSays is what some documents say.
type slowSays struct {
	deny, allow bool
	strength    grant
}

func (c *decisionCase) slow(r *Request) (Outcome, Type) {
	q := slowAsk{p: r.Principal, action: strings.ToLower(r.Action), on: r.Resource, context: c.context,
		bounded: len(c.boundary) > 0}
	kind := q.p.Kind
	owned := kind == Root || kind == User || kind == RoleSession || kind == FederatedUser
	switch {
	case q.action == "sts:getcalleridentity":
		return Allowed, 0
	case kind == FederatedUser && strings.HasPrefix(q.action, "sts:"),
		kind == FederatedUser && strings.HasPrefix(q.action, "iam:"):
		return ImplicitDeny, Session
	case kind == RoleSession && (q.action == "sts:getfederationtoken" || q.action == "sts:getsessiontoken"):
		return ImplicitDeny, Identity
	case kind == Root && q.action == "sts:assumerole":
		return ImplicitDeny, Trust
	case q.action == "sts:getsessiontoken" && kind != Anonymous:
		return Allowed, 0
	}
	parts := strings.SplitN(r.Resource, ":", 6)
	owner := r.ResourceAccount
	if owner == "" && len(parts) == 6 && regexp.MustCompile(`^\d{12}$`).MatchString(parts[4]) {
		owner = parts[4]
	}
	cross := owned && owner != "" && owner != q.p.Account
	linked := kind == RoleSession && regexp.MustCompile(`^arn:[^:]*:iam::\d{12}:role/aws-service-role/`).MatchString(q.p.EntityARN)

	side, resource := Resource, slowSays{}
	assume := slices.Contains([]string{"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"},
		q.action)
	if c.trust != "" || assume {
		side = Trust
		if c.trust != "" {
			resource = q.documents(Trust, []string{c.trust})
		}
	} else if c.resourcePolicy != "" && !(kind == Root && !cross && slices.Contains([]string{"s3:getbucketpolicy",
		"s3:putbucketpolicy", "s3:deletebucketpolicy"}, q.action)) {
		resource = q.documents(Resource, []string{c.resourcePolicy})
	}
	scp, rcp, endpoint := slowSays{allow: true}, slowSays{allow: true}, slowSays{allow: true}
	if owned && !linked {
		scp = q.levels(ServiceControl, c.scp)
	}
	if !linked {
		rcp = q.levels(ResourceControl, c.rcp)
	}
	if len(c.endpoint) > 0 && kind != Service {
		endpoint = q.documents(Endpoint, c.endpoint)
	}
	identity, boundary, session := slowSays{allow: true}, slowSays{allow: true}, slowSays{allow: true}
	if owned {
		if kind != Root {
			identity = q.documents(Identity, c.identity)
			if len(c.boundary) > 0 {
				boundary = q.documents(Boundary, c.boundary)
			}
		}
		if len(c.session) > 0 || c.sessionRequired {
			session = q.documents(Session, c.session)
		}
	}
	for _, s := range []struct {
		slowSays
		by Type
	}{{scp, ServiceControl}, {rcp, ResourceControl}, {endpoint, Endpoint}, {resource, side}, {identity, Identity},
		{boundary, Boundary}, {session, Session}} {
		if s.deny {
			return ExplicitDeny, s.by
		}
	}
	for _, s := range []struct {
		slowSays
		by Type
	}{{rcp, ResourceControl}, {scp, ServiceControl}, {endpoint, Endpoint}} {
		if !s.allow {
			return ImplicitDeny, s.by
		}
	}
	key := strings.HasPrefix(q.action, "kms:") && len(parts) == 6 && strings.HasPrefix(parts[5], "key/")
	if (side == Trust || cross || !owned || key) && !resource.allow {
		return ImplicitDeny, side
	}
	if !owned || !cross && resource.strength == direct {
		return Allowed, 0
	}
	switch {
	case !identity.allow && (cross || resource.strength != byRole):
		return ImplicitDeny, Identity
	case !boundary.allow:
		return ImplicitDeny, Boundary
	case !session.allow:
		return ImplicitDeny, Session
	}
	return Allowed, 0
}

func (q *slowAsk) levels(kind Type, levels [][]string) slowSays {
	all := slowSays{allow: true}
	for _, level := range levels {
		says := q.documents(kind, level)
		all.deny = all.deny || says.deny
		all.allow = all.allow && says.allow
	}
	return all
}

func (q *slowAsk) documents(kind Type, texts []string) (all slowSays) {
	for _, text := range texts {
		d := make(m)
		decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
		decoder.UseNumber()
		if err := decoder.Decode(&d); err != nil {
			panic(err)
		}
		list, ok := d["Statement"].([]any)
		if !ok {
			list = []any{d["Statement"]}
		}
		for _, s := range list {
			deny, allow, strength := q.statement(kind, s.(m), d["Version"] == version2012)
			all.deny = all.deny || deny
			all.allow = all.allow || allow
			all.strength = max(all.strength, strength)
		}
	}
	return all
}

// slowList is a value or list as a list of texts.
func slowList(v any) (texts []string) {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		for _, item := range v {
			texts = append(texts, slowList(item)...)
		}
	case string:
		texts = []string{v}
	case json.Number:
		texts = []string{v.String()}
	case bool:
		texts = []string{map[bool]string{true: "true", false: "false"}[v]}
	}
	return texts
}

func (q *slowAsk) statement(kind Type, s m, variables bool) (deny, allow bool, strength grant) {
	strength = direct
	isDeny := s["Effect"] == "Deny"
	if p, ok := s["Principal"]; ok {
		strength = q.principal(kind, p, isDeny)
	}
	if p, ok := s["NotPrincipal"]; ok {
		strength = ifTrue(!q.exempt(p, isDeny), direct)
	}
	matches := strength != notNamed && q.actions(s) && q.resources(kind, s, variables)
	if !matches {
		return false, false, notNamed
	}
	holds, known := q.conditions(s["Condition"], variables)
	if isDeny {
		return holds || !known, false, notNamed
	}
	if !holds || !known {
		return false, false, notNamed
	}
	return false, true, strength
}

func (q *slowAsk) actions(s m) bool {
	matches := func(list any) bool {
		return slices.ContainsFunc(slowList(list), func(a string) bool {
			a = strings.ToLower(a)
			if a == "*" {
				return true
			}
			service, name, _ := strings.Cut(a, ":")
			asked, askedName, ok := strings.Cut(q.action, ":")
			return ok && name != "" && (service == "*" || service == asked) && slowLike(name, askedName)
		})
	}
	if list, ok := s["Action"]; ok {
		return matches(list)
	}
	return !matches(s["NotAction"])
}

// slowLike is a pattern as a regular expression.
func slowLike(pattern, text string) bool {
	expression := regexp.QuoteMeta(pattern)
	expression = strings.ReplaceAll(expression, `\*`, `.*`)
	expression = strings.ReplaceAll(expression, `\?`, `.`)
	return regexp.MustCompile(`(?s)^` + expression + `$`).MatchString(text)
}

func (q *slowAsk) resources(kind Type, s m, variables bool) bool {
	matches := func(list any) bool {
		return slices.ContainsFunc(slowList(list), func(p string) bool { return q.resource(kind, p, variables) })
	}
	if list, ok := s["Resource"]; ok {
		return matches(list)
	}
	if list, ok := s["NotResource"]; ok {
		return !matches(list)
	}
	return true
}

// slowRune is a character of a pattern after variables: one of the text's own,
// or a wildcard.
type slowRune struct {
	char rune
	wild byte
}

func (q *slowAsk) resource(kind Type, p string, variables bool) bool {
	if strings.Trim(p, "*") == "" && p != "" {
		return true
	}
	colons := strings.Count(p, ":")
	switch {
	case !strings.HasPrefix(p, "arn:"), strings.Count(q.on, ":") < 5:
		return false
	case colons < 5 && kind == ResourceControl,
		colons < 5 && kind == ServiceControl && !strings.HasSuffix(p, "*"),
		colons < 5 && (kind == Resource || kind == Endpoint) && !strings.ContainsAny(p, "*?"):
		return false
	}
	var pattern []slowRune
	if parts := strings.SplitN(p, ":", 6); variables && len(parts) == 6 {
		head := strings.Join(parts[:5], ":") + ":"
		tail, ok := q.replace(parts[5])
		if !ok {
			return false
		}
		pattern = append(slowPattern(head), tail...)
	} else {
		pattern = slowPattern(p)
	}
	if slowARN(pattern, []rune(q.on), 0) {
		return true
	}
	if colons >= 5 {
		return false
	}
	asked := strings.SplitN(q.on, ":", 6)
	for i, part := range strings.Split(p, ":") { // the missing ones are "*"
		if !slowLike(part, asked[i]) {
			return false
		}
	}
	return true
}

func slowPattern(s string) (p []slowRune) {
	for _, c := range s {
		switch c {
		case '*', '?':
			p = append(p, slowRune{wild: byte(c)})
		default:
			p = append(p, slowRune{char: c})
		}
	}
	return p
}

// slowARN is M-03, character by character. seen counts the colons of the text
// so far: after the fifth, a wildcard may be a colon.
func slowARN(p []slowRune, text []rune, seen int) bool {
	if len(p) == 0 {
		return len(text) == 0
	}
	ends := p[0].wild == '*' && (len(p) == 1 || p[1] == slowRune{char: ':'})
	if p[0].wild == '*' && slowARN(p[1:], text, seen) {
		return true
	}
	if len(text) == 0 {
		return false
	}
	colon := 0
	if text[0] == ':' {
		colon = 1
	}
	free := colon == 0 || seen >= 5
	switch p[0].wild {
	case '*':
		return (free || ends) && slowARN(p, text[1:], seen+colon)
	case '?':
		return free && slowARN(p[1:], text[1:], seen+colon)
	}
	return p[0].char == text[0] && slowARN(p[1:], text[1:], seen+colon)
}

var slowVariable = regexp.MustCompile(`\$\{(?:([*?$])|([^${}'",*? ](?:[^${}'",*?]*[^${}'",*? ])?)(?:, '(.*?)')?)\}`)

// replace puts values for variables.
func (q *slowAsk) replace(s string) (p []slowRune, ok bool) {
	for {
		at := slowVariable.FindStringSubmatchIndex(s)
		if at == nil {
			return append(p, slowPattern(s)...), true
		}
		p = append(p, slowPattern(s[:at[0]])...)
		text := ""
		if at[2] >= 0 {
			text = s[at[2]:at[3]]
		} else {
			switch v := q.key(s[at[4]:at[5]]).(type) {
			case string:
				if !utf8.ValidString(v) {
					return nil, false
				}
				text = v
			case nil:
				if at[6] < 0 {
					return nil, false
				}
				text = s[at[6]:at[7]]
			default:
				return nil, false
			}
		}
		for _, c := range text {
			p = append(p, slowRune{char: c})
		}
		s = s[at[1]:]
	}
}

// principal is the strongest way in which a Principal names the caller.
func (q *slowAsk) principal(kind Type, p any, isDeny bool) (best grant) {
	kinds, ok := p.(m)
	if !ok {
		kinds = m{"AWS": p}
	}
	for name, list := range kinds {
		for _, v := range slowList(list) {
			g := q.level(name, v)
			alone := q.p.Kind != User && q.p.Kind != RoleSession && q.p.Kind != FederatedUser && q.p.Kind != Root
			if kind == Trust && !isDeny && alone && name == "AWS" {
				g = notNamed
			}
			best = max(best, g)
		}
	}
	return best
}

func (q *slowAsk) level(name, v string) grant {
	p := q.p
	switch {
	case name == "Service":
		return ifTrue(p.Kind == Service && p.ARN == v, direct)
	case name == "Federated":
		return ifTrue(p.Kind == Provider && p.ARN == v, direct)
	case name == "CanonicalUser":
		return notNamed
	case v == "*":
		return direct
	case p.Account != "" && (v == p.Account || v == "arn:aws:iam::"+p.Account+":root"):
		return byAccount
	case p.Kind == User && (v == p.ARN || v == p.EntityID):
		return direct
	case (p.Kind == RoleSession || p.Kind == FederatedUser) && v == p.ARN && strings.HasPrefix(v, "arn:aws:sts:"):
		return direct
	case (p.Kind == RoleSession || p.Kind == FederatedUser) && (v == p.EntityARN || v == p.EntityID && v != ""):
		return byRole
	}
	return notNamed
}

// exempt is P-06.
func (q *slowAsk) exempt(p any, isDeny bool) bool {
	if isDeny && q.bounded && (q.p.Kind == User || q.p.Kind == RoleSession) {
		return false
	}
	kinds, ok := p.(m)
	if !ok {
		kinds = m{"AWS": p}
	}
	listed := make(map[grant]bool)
	for name, list := range kinds {
		for _, v := range slowList(list) {
			if v == "*" && name == "AWS" {
				return true
			}
			listed[q.level(name, v)] = true
		}
	}
	if !isDeny { // an Allow: everyone of whom no level is listed
		return listed[byAccount] || listed[byRole] || listed[direct]
	}
	switch q.p.Kind {
	case Root:
		return listed[byAccount]
	case User:
		return listed[byAccount] && listed[direct]
	case RoleSession, FederatedUser:
		return listed[byAccount] && listed[byRole] && listed[direct]
	}
	return listed[direct]
}
