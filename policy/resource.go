package policy

import "strings"

// arnParts is how many parts an ARN has: arn, partition, service, region,
// account, resource. The last may hold colons.
const arnParts = 6

// colons is where the first five colons of a text stand.
type colons [arnParts - 1]int

// splitARN finds the colons and the number of parts, at most six.
func splitARN(text string) (c colons, parts int) {
	at := 0
	for parts = 1; parts < arnParts; parts++ {
		i := strings.IndexByte(text[at:], ':')
		if i < 0 {
			break
		}
		c[parts-1] = at + i
		at += i + 1
	}
	return c, parts
}

// part is one of the parts of a text that has so many.
func (c *colons) part(text string, i, parts int) string {
	start, end := 0, len(text)
	if i > 0 {
		start = c[i-1] + 1
	}
	if i < parts-1 {
		end = c[i]
	}
	return text[start:end]
}

// target is the resource of a request.
type target struct {
	text string
	tail string // the last of its six parts
	arn  bool   // it has six parts
}

func newTarget(text string) (t target) {
	t.read(text)
	return t
}

// read fills in a target, which is empty.
func (t *target) read(text string) {
	t.text = text
	if at := fifthColon(text); at >= 0 {
		t.arn, t.tail = true, text[at+1:]
	}
}

// tails is how many places there are from the fifth colon on where a start may
// stand: behind it, and behind each later colon.
func (t *target) tails() int {
	return 1 + strings.Count(t.tail, ":")
}

// part is one of the six parts of an ARN.
func (t *target) part(i int) string {
	at, parts := splitARN(t.text)
	return at.part(t.text, i, parts)
}

// account is the one in the ARN, before its tail; "" where it names none.
func (t *target) account() string {
	const size = len(":111122223333:")
	end := len(t.text) - len(t.tail)
	if !t.arn || end < size || t.text[end-size] != ':' || !isAccount(t.text[end-size+1:end-1]) {
		return ""
	}
	return t.text[end-size+1 : end-1]
}

// isAccount reports 12 digits.
func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || '9' < s[i] {
			return false
		}
	}
	return true
}

// resource is one compiled entry of Resource or NotResource, cut into the
// parts of an ARN.
type resource struct {
	text     string    // for resourcePrefix without the star
	template *template // the pattern's, where variables are in it; nil otherwise
	at       [arnParts - 1]uint16
	literal  uint16 // how much of the text stands before the first wildcard or variable
	anchor   uint16 // where the like of the last part ends, which starts at its colon
	parts    uint8
	kind     resourceKind
}

type resourceKind uint8

const (
	resourceNothing    resourceKind = iota // no ARN pattern
	resourceEverything                     // nothing but stars
	resourceExact                          // no wildcard
	resourcePrefix                         // one star, at the end
	resourceRooted                         // wildcards in the last of six parts only
	resourceAligned                        // wildcards before it, or fewer parts
)

// maxHead is how many bytes may stand before the last colon that parts an ARN
// pattern. No document that AWS would save has as many at all.
const maxHead = 1<<16 - 1

// headLength is how many stand there; 0 for what is no ARN pattern.
func headLength(text string) int {
	at, parts := splitARN(text)
	if !strings.HasPrefix(text, "arn:") {
		return 0
	}
	return at[parts-2]
}

// newResource compiles an entry of a policy of the type. One with too long a
// head matches nothing: evaluable refuses the documents that have one.
func newResource(t Type, text string, variables bool) resource {
	if written.everything(text) {
		return resource{kind: resourceEverything}
	}
	at, parts := splitARN(text)
	if !strings.HasPrefix(text, "arn:") || parts < arnParts && !shortCounts(t, text) || at[parts-2] > maxHead {
		return resource{kind: resourceNothing}
	}
	r := resource{text: text, parts: uint8(parts), kind: resourceAligned}
	for i := range at[:parts-1] {
		r.at[i] = uint16(at[i])
	}
	r.literal = uint16(min(literalPrefix(text), maxHead))
	if parts < arnParts {
		return r
	}
	root := at[arnParts-2] + 1
	r.anchor = uint16(min(root+literalPrefix(text[root:]), maxHead))
	if written.any(text[:root]) {
		r.kind = resourceAligned
	} else {
		r.kind = resourceRooted
	}
	if variables && hasVariables(text[root:]) { // M-07: in the last part only
		tail := newTemplate(text[root:], mark)
		tail[0].text = mark(text[:root]) + tail[0].text
		r.template = &tail
		return r
	}
	if r.kind == resourceRooted {
		r.simplify()
	}
	return r
}

// literalPrefix is how much of a pattern no wildcard and no variable can
// change.
func literalPrefix(pattern string) int {
	if i := strings.IndexAny(pattern, "*?$"); i >= 0 {
		return i
	}
	return len(pattern)
}

// start is the literal text that the last part starts with; "" where there is
// none, or no last part. It follows the fifth colon of an ARN that the entry
// matches, or a later one if the kind is resourceAligned (M-03).
func (r *resource) start() string {
	if r.parts < arnParts {
		return ""
	}
	root := int(r.at[arnParts-2]) + 1
	return r.text[root:max(root, int(r.anchor))]
}

// simplify finds the forms that need no pattern matching.
func (r *resource) simplify() {
	switch last := len(r.text) - 1; {
	case !written.any(r.text):
		r.kind = resourceExact
	case r.text[last] == '*' && !written.any(r.text[:last]):
		r.kind = resourcePrefix
		r.text = r.text[:last]
	}

}

// shortCounts says whether an ARN pattern of fewer than six parts counts in a
// policy of the type (G-10).
func shortCounts(t Type, text string) bool {
	switch t {
	case Identity, Boundary, Session:
		return true
	case Resource, Endpoint:
		return written.any(text)
	case ServiceControl:
		return strings.HasSuffix(text, "*")
	}
	return false
}

// match compares with the resource of a request (M-03 to M-05).
func (r *resource) match(t *target, c Context) bool {
	switch r.kind {
	case resourceNothing:
		return false
	case resourceEverything:
		return true
	case resourceExact:
		return r.text == t.text
	case resourcePrefix:
		return strings.HasPrefix(t.text, r.text)
	}
	switch {
	case !t.arn || !r.plausible(t):
		return false
	case r.template != nil:
		return r.matchTemplate(t, c)
	case r.kind == resourceRooted:
		root := int(r.at[arnParts-2]) + 1
		return written.match(r.text[root:], t.text[root:])
	}
	return r.aligned(r.text, written, t)
}

// plausible is the cheap part of matching, and nearly always says no where the
// answer is no: the literal text before the first wildcard starts the ARN, and
// that after the fifth colon follows a colon in it.
func (r *resource) plausible(t *target) bool {
	if !strings.HasPrefix(t.text, r.text[:r.literal]) {
		return false
	}
	if r.kind != resourceAligned {
		return true
	}
	start := r.start()
	return strings.HasPrefix(t.tail, start) || strings.Contains(t.tail, r.text[r.at[arnParts-2]:][:len(":")+len(start)])
}

// matchTemplate replaces the variables first. The value is literal text (M-07).
func (r *resource) matchTemplate(t *target, c Context) bool {
	root := int(r.at[arnParts-2]) + 1
	var room [scratch]byte
	b, ok := r.template.expand(room[:0], c)
	if !ok {
		return false // M-10
	}
	pattern := view(b)
	if r.kind == resourceRooted {
		return marked.match(pattern[root:], t.text[root:])
	}
	return r.aligned(pattern, marked, t)
}

// aligned compares part by part. A star that ends a part may take in further
// parts of the text (M-03), so there are several ways to lay the parts of the
// pattern along those of the text; each pair of parts is compared once.
func (r *resource) aligned(pattern string, w wildcards, t *target) bool {
	if r.parts == arnParts && r.straight(pattern, w, t) {
		return true
	}
	a := alignment{pattern: pattern, parts: int(r.parts), wildcards: w, text: t.text}
	a.colons, _ = splitARN(t.text)
	for i, at := range r.at {
		a.at[i] = int(at)
	}
	return a.from(0, 0) || a.parts < arnParts && a.filled()
}

// straight compares each part with the one in the same place, from the first
// that has a wildcard on: plausible has compared those before it. It only saves
// the time of finding the most usual match by trying them all.
func (r *resource) straight(pattern string, w wildcards, t *target) bool {
	part, start := 0, 0
	for part < arnParts-1 && r.at[part] < r.literal {
		start = int(r.at[part]) + 1
		part++
	}
	text := t.text[start:]
	for ; part < arnParts-1; part++ {
		piece, end := pattern[start:r.at[part]], strings.IndexByte(text, ':')
		if (len(piece) != 1 || piece[0] != w.star) && !w.match(piece, text[:end]) {
			return false
		}
		start, text = int(r.at[part])+1, text[end+1:]
	}
	return w.match(pattern[start:], text)
}

// alignment is the state of comparing a pattern's parts with a text's.
type alignment struct {
	pattern   string
	at        colons
	parts     int
	wildcards wildcards
	text      string
	colons    colons // of the text, which has all parts
	failed    uint64 // pairs that were tried: bit 6·i+j
}

func (a *alignment) part(i int) string { return a.at.part(a.pattern, i, a.parts) }

func (a *alignment) textPart(i int) string { return a.colons.part(a.text, i, arnParts) }

// filled compares a short pattern whose missing parts are stars (G-10).
func (a *alignment) filled() bool {
	for i := range a.parts {
		if !a.wildcards.match(a.part(i), a.textPart(i)) {
			return false
		}
	}
	return true
}

// from compares the pattern from its part i on with the text from its part j
// on.
func (a *alignment) from(i, j int) bool {
	bit := uint64(1) << (arnParts*i + j)
	if a.failed&bit != 0 {
		return false
	}
	if a.lay(i, j) {
		return true
	}
	a.failed |= bit
	return false
}

func (a *alignment) lay(i, j int) bool {
	start := len(a.pattern) - len(a.rest(i))
	if j == arnParts-1 { // inside the resource, wildcards match colons too
		return a.wildcards.match(a.pattern[start:], a.textPart(j))
	}
	piece := a.part(i)
	last := i == a.parts-1
	open := piece != "" && piece[len(piece)-1] == a.wildcards.star
	if last && !open || !a.wildcards.match(piece, a.textPart(j)) {
		return false
	}
	if last {
		return true
	}
	if !open {
		return a.from(i+1, j+1)
	}
	for k := j + 1; k < arnParts; k++ {
		if a.from(i+1, k) {
			return true
		}
	}
	star := start + len(piece) - 1
	return a.wildcards.match(a.pattern[star:], a.textPart(arnParts-1))
}

// rest is the pattern from its part i on.
func (a *alignment) rest(i int) string {
	if i == 0 {
		return a.pattern
	}
	return a.pattern[a.at[i-1]+1:]
}
