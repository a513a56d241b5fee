package policy

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The tests over random cases: 100,000 of each kind in `make test`, ten million
// in `make test-long` (LONG_TESTS), a thousand with -short.
const (
	fewCases  = 1_000
	manyCases = 100_000
	longCases = 10_000_000
)

// randomCases is how many cases of each kind a run tries.
func randomCases() int {
	switch {
	case os.Getenv("LONG_TESTS") != "":
		return longCases
	case testing.Short():
		return fewCases
	}
	return manyCases
}

// tries runs batches until there were as many cases as there are to be of each
// kind.
func tries(t *testing.T, seed uint64, batch func(t *testing.T, random *rand.Rand) (cases int)) {
	t.Helper()
	triesOf(t, randomCases(), seed, batch)
}

// triesOf runs batches on all cores until there were enough cases. A batch has a
// random source of its own, made of the seed and its number, which a failure
// names; it says how many cases it tried.
func triesOf(t *testing.T, cases int, seed uint64, batch func(t *testing.T, random *rand.Rand) (cases int)) {
	t.Helper()
	want := int64(cases)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	start := time.Now()
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for done.Load() < want && !t.Failed() {
				number := next.Add(1)
				before := done.Add(int64(batch(t, rand.New(rand.NewPCG(seed, uint64(number))))))
				if t.Failed() {
					t.Logf("in or about batch %d of seed %d", number, seed)
				}
				if number%10_000 == 0 {
					t.Logf("%d of %d cases after %v", before, want, time.Since(start).Round(time.Second))
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d cases in %v", done.Load(), time.Since(start).Round(time.Millisecond))
}

func pick[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

// some is each of them, or not.
func some[T any](random *rand.Rand, from ...T) (list []T) {
	for _, v := range from {
		if random.IntN(4) == 0 {
			list = append(list, v)
		}
	}
	return list
}

// upTo is so many at most of what make gives.
func upTo[T any](random *rand.Rand, most int, make func() T) (list []T) {
	for range random.IntN(most + 1) {
		list = append(list, make())
	}
	return list
}

// one in so many.
func oneIn(random *rand.Rand, n int) bool { return random.IntN(n) == 0 }

// What stands for a policy that could not be loaded (a nil *Policy), and for one
// that is there but cannot be read (Unreadable).
const (
	notLoaded = "not loaded"
	corrupt   = "corrupt"
)

// library is documents of every type, and what became of them: compiled once,
// read once for the slow evaluator, and decided upon often.
type library struct {
	random    *rand.Rand
	each      int  // documents of a type
	readable  bool // every policy can be read
	small     bool // no document is long
	documents map[Type][]string
	compiled  map[libraryKey]*Policy
	read      map[string]*slowPolicy
	others    map[variantKey]string
}

type libraryKey struct {
	kind Type
	text string
}

func newLibrary(random *rand.Rand, each int) *library {
	return &library{random: random, each: each, documents: make(map[Type][]string),
		compiled: make(map[libraryKey]*Policy), read: make(map[string]*slowPolicy),
		others: make(map[variantKey]string)}
}

// document is one of a type. It is made when it is asked for first.
func (l *library) document(kind Type) string {
	if !l.readable && oneIn(l.random, 150) {
		return pick(l.random, notLoaded, corrupt)
	}
	i := l.random.IntN(l.each)
	for i >= len(l.documents[kind]) {
		l.documents[kind] = append(l.documents[kind], l.write(kind))
	}
	return l.documents[kind][i]
}

func (l *library) write(kind Type) string {
	for {
		text := randomDocument(l.random, kind)
		if !l.small || len(text) < 2000 && !strings.Contains(text, `:[]`) { // an empty list names no value
			return text
		}
	}
}

// single is the one policy of a type: there, but perhaps not to be read.
func (l *library) single(kind Type) string {
	if text := l.document(kind); text != notLoaded {
		return text
	}
	return corrupt
}

func (l *library) compile(t testing.TB, kind Type, text string) *Policy {
	p, ok := l.compiled[libraryKey{kind, text}]
	if !ok {
		p = compiled(t, kind, text)
		l.compiled[libraryKey{kind, text}] = p
	}
	return p
}

func (l *library) slow(text string) *slowPolicy {
	p, ok := l.read[text]
	if !ok {
		p = slowRead(text)
		l.read[text] = p
	}
	return p
}

func (l *library) set(t testing.TB, c *decisionCase) *Set {
	return c.setOf(func(kind Type, text string) *Policy { return l.compile(t, kind, text) })
}

// randomCase is a case by itself, of small documents that can be read.
func randomCase(random *rand.Rand) decisionCase {
	l := newLibrary(random, 2)
	l.readable, l.small = true, true
	for {
		c := l.decision()
		service, name, _ := strings.Cut(strings.ToLower(c.action), ":")
		if c.by == lookalike || name == "assumerolewithsaml" || service == "kms" && (c.on != keyARN || c.action[0] == 'K') {
			continue
		}
		return c
	}
}

var callers = []*Principal{
	ana, ana, worker, worker, worker, visitor, root, nobody, ec2, bob, linked, lookalike, roleCaller, google, saml,
	userOf(accountC, "eve"), sessionOf(accountC, "p/Q", "S"), sessionOf(accountB, "R", "S"), rootOf(accountB),
	federatedOf(accountB, "N", "bob"), {Kind: Service, ARN: "lambda.amazonaws.com"},
}

var saml = &Principal{Kind: Provider, ARN: "arn:aws:iam::111122223333:saml-provider/corp"}

// decision is a case over the library's documents.
func (l *library) decision() decisionCase {
	random := l.random
	c := decisionCase{by: pick(random, callers...), context: randomContext(random),
		owner: pick(random, "", "", "", "", accountC, accountC, accountB)}
	switch random.IntN(10) {
	case 0:
		c.action = pick(random, "sts:AssumeRole", "sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity",
			"sts:AssumeRoleWithSAML", "sts:SetSourceIdentity")
		c.on = pick(random, roleARN, "arn:aws:iam::444455556666:role/R")
		if !oneIn(random, 8) {
			c.trust = l.single(Trust)
		}
	case 1:
		c.action, c.on = pick(random, "kms:Decrypt", "kms:CreateGrant", "KMS:decrypt"), pick(random, keyARN, keyARN,
			"arn:aws:kms:eu-west-1:111122223333:alias/a")
	case 2:
		c.action, c.on = pick(random, "sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetFederationToken",
			"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "iam:ListUsers", "nonsense", "s3:",
			":x", "iam:CreateUser"), pick(random, "*", "arn:aws:s3:::b", "not an ARN", "")
	default:
		c.action, c.on = randomAction(random), pick(random, literals...)
	}
	list := func(kind Type, most int) []string {
		return upTo(random, most, func() string { return l.document(kind) })
	}
	c.identity = list(Identity, 4)
	if oneIn(random, 3) {
		c.boundary = list(Boundary, 2)
	}
	if oneIn(random, 3) {
		c.session, c.sessionRequired = list(Session, 2), oneIn(random, 2)
	}
	if c.trust == "" && oneIn(random, 2) {
		c.resourcePolicy = l.single(Resource)
	}
	if oneIn(random, 6) {
		c.endpoint = list(Endpoint, 2)
	}
	for range max(0, random.IntN(7)-4) {
		c.scp = append(c.scp, append(list(ServiceControl, 1), pick(random, full[0], full[0], silent[0])))
	}
	for range max(0, random.IntN(7)-4) {
		c.rcp = append(c.rcp, append(list(ResourceControl, 1), pick(random, rcpFull, rcpFull, rcpDeny)))
	}
	if oneIn(random, 60) {
		c.scp = append(c.scp, nil)
	}
	return c
}

// failCase names a case that a test does not agree with.
func failCase(t *testing.T, c *decisionCase, format string, arguments ...any) {
	t.Helper()
	t.Errorf("%s\n%s on %s by %+v, owner %q, context %v\n%+v", fmt.Sprintf(format, arguments...), c.action, c.on, c.by,
		c.owner, c.context, *c)
}

// cutAt cuts a text between two characters.
func cutAt(random *rand.Rand, s string) (before, after string) {
	starts := []int{0}
	for i := range s {
		starts = append(starts, i)
	}
	at := pick(random, starts...)
	return s[:at], s[at:]
}

// folded is a text in some case.
func folded(random *rand.Rand, s string) string {
	switch random.IntN(8) {
	case 0:
		return strings.ToLower(s)
	case 1:
		return strings.ToUpper(s)
	}
	return s
}
