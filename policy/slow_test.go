package policy

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The slow evaluator is section E again, written for itself and straight from
// the rows: on encoding/json's maps, one statement at a time, with matchers that
// keep every way in which a pattern may go on. It shares nothing with the
// compiled form, so where both agree on many cases, the quick one is right about
// the rows.

// slowPolicy is a document as the slow evaluator reads it.
type slowPolicy struct {
	unreadable bool // E-25
	variables  bool // G-02
	statements []m
}

func slowRead(text string) *slowPolicy {
	if text == notLoaded || text == corrupt {
		return &slowPolicy{unreadable: true}
	}
	d := make(m)
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&d); err != nil {
		panic(err)
	}
	list, ok := d["Statement"].([]any)
	if !ok {
		list = []any{d["Statement"]}
	}
	p := &slowPolicy{variables: d["Version"] == version2012}
	for _, s := range list {
		p.statements = append(p.statements, s.(m))
	}
	return p
}

// slowly is what the slow evaluator says of the case. seen may be nil.
func (c *decisionCase) slowly(r *Request, read func(string) *slowPolicy, seen coverage) (Outcome, Type) {
	q := slowAsk{p: r.Principal, action: strings.ToLower(r.Action), on: r.Resource, context: c.context,
		bounded: len(c.boundary) > 0, read: read, seen: seen}
	if q.p == nil {
		q.p = nobody
	}
	return q.slow(c, r)
}

// compare asks the slow evaluator for the case and wants the same answer.
func (c *decisionCase) compare(t testing.TB, r *Request, d Decision) {
	t.Helper()
	outcome, by := c.slowly(r, slowRead, nil)
	if outcome != d.Outcome || outcome != Allowed && by != d.By {
		t.Errorf("slow evaluator: %s, quick: %s\n%s on %s by %+v, context %v\n%+v",
			outcomeText(outcome, by), outcomeText(d.Outcome, d.By), r.Action, r.Resource, r.Principal, c.context, *c)
	}
}

// slowAsk is the request as the slow evaluator reads it.
type slowAsk struct {
	p       *Principal
	action  string
	on      string
	context m
	bounded bool
	read    func(string) *slowPolicy
	seen    coverage
}

// slowSays is what some documents say.
type slowSays struct {
	deny, allow bool
	strength    grant
}

var (
	slowAccount = regexp.MustCompile(`^\d{12}$`)
	slowLinked  = regexp.MustCompile(`^arn:[^:]*:iam::\d{12}:role/aws-service-role/`)
)

// settled is E-17 and E-18.
func (q *slowAsk) settled() (Outcome, Type, bool) {
	kind := q.p.Kind
	switch {
	case q.action == "sts:getcalleridentity":
		q.seen.row("E-17 GetCallerIdentity", true)
		return Allowed, 0, true
	case kind == FederatedUser && strings.HasPrefix(q.action, "sts:"),
		kind == FederatedUser && strings.HasPrefix(q.action, "iam:"):
		q.seen.row("E-18 federated user", true)
		return ImplicitDeny, Session, true
	case kind == RoleSession && (q.action == "sts:getfederationtoken" || q.action == "sts:getsessiontoken"):
		q.seen.row("E-18 role session", true)
		return ImplicitDeny, Identity, true
	case kind == Root && q.action == "sts:assumerole":
		q.seen.row("E-18 root", true)
		return ImplicitDeny, Trust, true
	case q.action == "sts:getsessiontoken" && kind != Anonymous:
		q.seen.row("E-17 GetSessionToken", true)
		return Allowed, 0, true
	}
	return 0, 0, false
}

func (q *slowAsk) slow(c *decisionCase, r *Request) (Outcome, Type) {
	if outcome, by, settled := q.settled(); settled {
		return outcome, by
	}
	kind := q.p.Kind
	owned := kind == Root || kind == User || kind == RoleSession || kind == FederatedUser
	parts := strings.SplitN(r.Resource, ":", 6)
	owner := r.ResourceAccount
	if owner == "" && len(parts) == 6 && slowAccount.MatchString(parts[4]) {
		owner = parts[4]
	}
	cross := owned && owner != "" && owner != q.p.Account
	linked := kind == RoleSession && slowLinked.MatchString(q.p.EntityARN)
	q.seen.row("E-13 across accounts", cross)
	q.seen.row("E-03 service-linked", linked)

	side, resource := Resource, slowSays{}
	assume := slices.Contains([]string{"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"},
		q.action)
	own := kind == Root && !cross && slices.Contains([]string{"s3:getbucketpolicy", "s3:putbucketpolicy",
		"s3:deletebucketpolicy"}, q.action)
	q.seen.row("E-02 own bucket policy", own)
	if c.trust != "" || assume {
		side = Trust
		if c.trust != "" {
			resource = q.documents(Trust, []string{c.trust})
		}
	} else if c.resourcePolicy != "" && !own {
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
	must := side == Trust || cross || !owned || key
	q.seen.row("E-14 key", key)
	q.seen.row("E-13 the resource's side must allow", must)
	if must && !resource.allow {
		return ImplicitDeny, side
	}
	q.seen.row("E-15 no identity side", !owned)
	q.seen.row("E-06 direct grant", owned && !cross && resource.strength == direct)
	if !owned || !cross && resource.strength == direct {
		return Allowed, 0
	}
	q.seen.row("E-07 grant by role", !cross && resource.strength == byRole)
	q.seen.row("E-09 grant by account", !cross && resource.strength == byAccount)
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
		q.seen.row(kind.String()+" level", says.allow)
	}
	return all
}

func (q *slowAsk) documents(kind Type, texts []string) (all slowSays) {
	for _, text := range texts {
		p := q.read(text)
		q.seen.row("E-25 unreadable", p.unreadable)
		all.deny = all.deny || p.unreadable
		for _, s := range p.statements {
			deny, allow, strength := q.statement(kind, s, p.variables)
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
	case []any:
		for _, item := range v {
			texts = append(texts, slowList(item)...)
		}
	case string:
		texts = []string{v}
	case json.Number:
		texts = []string{v.String()}
	case bool:
		texts = []string{"false"}
		if v {
			texts = []string{"true"}
		}
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
		q.seen.row("NotPrincipal "+s["Effect"].(string), strength == direct)
	}
	matches := strength != notNamed && q.actions(s) && q.resources(kind, s, variables)
	if !matches {
		return false, false, notNamed
	}
	holds, known := q.conditions(s["Condition"], variables)
	q.seen.row("E-25 broken "+s["Effect"].(string), !known)
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
			service, name, _ := strings.Cut(a, ":")
			if a == "*" || service == "*" && name != "" && strings.Trim(name, "*") == "" {
				return true // what has no service too, which no action of AWS is
			}
			asked, askedName, ok := strings.Cut(q.action, ":")
			return ok && name != "" && (service == "*" || service == asked) && slowLike(name, askedName)
		})
	}
	if list, ok := s["Action"]; ok {
		return q.seen.row("Action", matches(list))
	}
	return q.seen.row("NotAction", !matches(s["NotAction"]))
}

// slowLike is M-01 and C-10.
func slowLike(pattern, text string) bool { return slowWalk(slowPattern(pattern), text, nil) }

// slowWalk reads the text once, and keeps all places of the pattern that may be
// reached by then. may says whether the wildcard at a place may be the character,
// before which so many colons stood; nil: it always may.
func slowWalk(p []slowRune, text string, may func(place int, char rune, colons int) bool) bool {
	now, next := make([]bool, len(p)+1), make([]bool, len(p)+1)
	reach := func(places []bool, place int) {
		for places[place] = true; place < len(p) && p[place].wild == '*'; place++ { // it may be nothing
			places[place+1] = true
		}
	}
	reach(now, 0)
	colons := 0
	for _, char := range text {
		clear(next)
		for place := range p {
			switch at := p[place]; {
			case !now[place]:
			case at.wild == 0 && at.char == char:
				reach(next, place+1)
			case at.wild == 0 || may != nil && !may(place, char, colons):
			case at.wild == '?':
				reach(next, place+1)
			default:
				reach(next, place)
			}
		}
		now, next = next, now
		if char == ':' {
			colons++
		}
	}
	return now[len(p)]
}

func (q *slowAsk) resources(kind Type, s m, variables bool) bool {
	matches := func(list any) bool {
		return slices.ContainsFunc(slowList(list), func(p string) bool { return q.resource(kind, p, variables) })
	}
	if list, ok := s["Resource"]; ok {
		return q.seen.row("Resource", matches(list))
	}
	if list, ok := s["NotResource"]; ok {
		return q.seen.row("NotResource", !matches(list))
	}
	q.seen.row("no Resource", true)
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
		return q.seen.row("M-05 everything", true)
	}
	colons := strings.Count(p, ":")
	counts := true
	if colons < 5 { // G-10
		switch kind {
		case ResourceControl, Trust:
			counts = false
		case ServiceControl:
			counts = strings.HasSuffix(p, "*")
		case Resource, Endpoint:
			counts = strings.ContainsAny(p, "*?")
		}
		q.seen.row("G-10 short ARN in a "+kind.String(), counts)
	}
	if !counts || !strings.HasPrefix(p, "arn:") || strings.Count(q.on, ":") < 5 {
		return false
	}
	if parts := strings.SplitN(p, ":", 6); variables && len(parts) == 6 {
		tail, ok := q.replace(parts[5])
		if !ok {
			return q.seen.row("M-10 variable without a value", false)
		}
		if strings.Contains(parts[5], "${") {
			return q.seen.row("M-07 variable",
				slowARN(append(slowPattern(strings.Join(parts[:5], ":")+":"), tail...), q.on))
		}
	}
	if slowARN(slowPattern(p), q.on) {
		return q.seen.row("M-03 pattern", true)
	}
	if colons >= 5 {
		return q.seen.row("M-03 pattern", false)
	}
	asked := strings.SplitN(q.on, ":", 6)
	for i, part := range strings.Split(p, ":") { // the missing ones are "*"
		if !slowLike(part, asked[i]) {
			return q.seen.row("G-10 short ARN", false)
		}
	}
	return q.seen.row("G-10 short ARN", true)
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

// slowARN is M-03: after the fifth colon of the text a wildcard may be a colon,
// before it only a star that ends a part.
func slowARN(p []slowRune, text string) bool {
	return slowWalk(p, text, func(place int, char rune, colons int) bool {
		ends := p[place].wild == '*' && (place == len(p)-1 || p[place+1] == slowRune{char: ':'})
		return char != ':' || colons >= 5 || ends
	})
}

var slowVariable = regexp.MustCompile(`\$\{(?:([*?$])|([^${}'",*? ](?:[^${}'",*?]*[^${}'",*? ])?)(?:, '(.*?)')?)\}`)

// replace puts values for variables.
func (q *slowAsk) replace(s string) (p []slowRune, ok bool) {
	if !strings.Contains(s, "${") {
		return slowPattern(s), true
	}
	for {
		at := slowVariable.FindStringSubmatchIndex(s)
		if at == nil {
			return append(p, slowPattern(s)...), true
		}
		p = append(p, slowPattern(s[:at[0]])...)
		text := ""
		if at[2] >= 0 {
			q.seen.row("M-08 ${"+s[at[2]:at[3]]+"}", true)
			text = s[at[2]:at[3]]
		} else {
			switch v := q.key(s[at[4]:at[5]]).(type) {
			case string:
				if !utf8.ValidString(v) {
					return nil, false
				}
				text = v
			case nil:
				if !q.seen.row("M-09 default", at[6] >= 0) {
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
			q.seen.row("Principal "+slowForm(name, v), g != notNamed)
			alone := q.p.Kind != User && q.p.Kind != RoleSession && q.p.Kind != FederatedUser && q.p.Kind != Root
			if kind == Trust && !isDeny && alone && name == "AWS" {
				g = notNamed
			}
			best = max(best, g)
		}
	}
	return best
}

// slowForm is what a principal is written as.
func slowForm(kind, value string) string {
	for _, form := range []string{":user/", ":role/", ":assumed-role/", ":federated-user/", ":root", ":group/"} {
		if strings.Contains(value, form) && kind == "AWS" {
			return form
		}
	}
	switch {
	case kind != "AWS" || value == "*":
		return kind + value[:1]
	case slowAccount.MatchString(value):
		return "account"
	case strings.HasPrefix(value, "AIDA"), strings.HasPrefix(value, "AROA"):
		return value[:4]
	}
	return "something else"
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
