package policy

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"
)

// FuzzReadJSON: what the reader takes, encoding/json takes with the same
// values; what it refuses is refused there too, or is what section G refuses
// on top of JSON.
func FuzzReadJSON(f *testing.F) {
	for _, text := range []string{
		typical, "{}", "[]", `"\ud83d\ude00é"`, `{"a":{"b":[1,2.5e-3,true,null]}}`, `{"a":1,"a":2}`,
		`{"a":1,"\u0061":2}`, "\ufeff{}", `"\ud800"`, `[[[[[[[[[1]]]]]]]]]`,
		"{\"a\":\"\xff\"}", `{"a" : "b\/\"\\\b\f\n\r\t"}`, "-0.0E+1", "01", "[1,]", `{"a":}`, "nulll",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkReading(t, text) })
}

// checkReading holds the reader against encoding/json. It tells whether the text
// was taken.
func checkReading(t *testing.T, text string) bool {
	t.Helper()
	n, fault := readJSON(text)
	valid := json.Valid([]byte(text))
	if fault != nil {
		if fault.offset < 0 || fault.offset > len(text) || fault.detail == "" {
			t.Errorf("%q: %+v", text, fault)
		}
		stricter := !utf8.ValidString(text) || strings.HasPrefix(text, "\ufeff") || !fault.notJSON ||
			fault.detail == "a lone surrogate"
		if valid && !stricter {
			t.Errorf("%q refused: %s", text, fault.detail)
		}
		return false
	}
	if !valid {
		t.Errorf("%q accepted", text)
		return false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var want any
	if err := decoder.Decode(&want); err != nil {
		t.Errorf("%q: %v", text, err)
		return false
	}
	if !sameJSON(n, want) {
		t.Errorf("%q: read as %+v", text, n)
	}
	if !placed(n, text) {
		t.Errorf("%q: places", text)
	}
	return true
}

// rendered is a node as JSON again.
func rendered(n *Node) string {
	var b strings.Builder
	render(&b, n, func() string { return "" })
	return b.String()
}

// render writes a node. space gives white space for wherever it may stand.
func render(b *strings.Builder, n *Node, space func() string) {
	b.WriteString(space())
	switch n.kind {
	case JSONObject:
		b.WriteByte('{')
		for i, m := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(space())
			b.WriteString(quoted(m.name))
			b.WriteString(space())
			b.WriteByte(':')
			render(b, m.value, space)
		}
		b.WriteString(space())
		b.WriteByte('}')
	case JSONArray:
		b.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			render(b, item, space)
		}
		b.WriteString(space())
		b.WriteByte(']')
	case JSONString:
		b.WriteString(quoted(n.text))
	default:
		b.WriteString(n.text)
	}
	b.WriteString(space())
}

func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// sameNode: two nodes are the same value, wherever they stand.
func sameNode(a, b *Node) bool {
	return a.kind == b.kind && a.text == b.text &&
		slices.EqualFunc(a.members, b.members, func(x, y Member) bool {
			return x.name == y.name && sameNode(x.value, y.value)
		}) &&
		slices.EqualFunc(a.items, b.items, sameNode)
}

// checkRoundTrip: what was read and is written again, with white space or
// without, is read as the same.
func checkRoundTrip(t *testing.T, random *rand.Rand, text string) {
	t.Helper()
	n, fault := readJSON(text)
	if fault != nil {
		return
	}
	var spacious strings.Builder
	render(&spacious, n, func() string { return pick(random, "", "", " ", "\n", "\t\r ") })
	for _, again := range []string{rendered(n), spacious.String()} {
		m, fault := readJSON(again)
		if fault != nil || !sameNode(n, m) {
			t.Errorf("%q\nwritten as %q: %+v", text, again, fault)
		}
	}
}

// randomJSON is a value of any kind, so many levels deep at most.
func randomJSON(random *rand.Rand, deep int) *Node {
	kind := pick(random, JSONObject, JSONArray, JSONString, JSONString, JSONNumber, JSONBool, JSONNull)
	if deep == 0 && kind <= JSONArray {
		kind = JSONString
	}
	n := &Node{kind: kind}
	switch kind {
	case JSONObject:
		for _, name := range some(random, "a", "Action", "é\"", "\u2028", "", "😀", "Condition", "k") {
			n.members = append(n.members, Member{name: name, value: randomJSON(random, deep-1)})
		}
	case JSONArray:
		n.items = upTo(random, 3, func() *Node { return randomJSON(random, deep-1) })
	case JSONString:
		n.text = randomText(random, "ab\"\\/\b\f\n\r\t\x00é€😀<&", 8)
	case JSONNumber:
		n.text = pick(random, "0", "-0", "10", "1.50", "-2e3", "1E+9", "0.1e-7", "123456789012345678901234567890")
	case JSONBool:
		n.text = pick(random, "true", "false")
	case JSONNull:
		n.text = "null"
	}
	return n
}

// damaged is a text with some bytes changed, gone or doubled.
func damaged(random *rand.Rand, text string) string {
	b := []byte(text)
	for range 1 + random.IntN(3) {
		if len(b) == 0 {
			break
		}
		i := random.IntN(len(b))
		switch random.IntN(4) {
		case 0:
			b[i] = byte(random.IntN(256))
		case 1:
			b[i] = pick(random, []byte(`{}[]":,\u0dt -e.1`)...)
		case 2:
			b = slices.Delete(b, i, min(len(b), i+1+random.IntN(3)))
		default:
			b = slices.Insert(b, i, b[i:min(len(b), i+1+random.IntN(8))]...)
		}
	}
	return string(b)
}

// TestReadingRandom is the parser on random values: the round trip, and what
// encoding/json says of the text as it is and broken.
func TestReadingRandom(t *testing.T) {
	var taken, refused atomic.Int64
	tries(t, 11, func(t *testing.T, random *rand.Rand) int {
		for range 100 {
			var text strings.Builder
			render(&text, randomJSON(random, 4), func() string { return pick(random, "", "", " ", "\n ") })
			if !checkReading(t, text.String()) {
				t.Errorf("%q refused", text.String())
			}
			checkRoundTrip(t, random, text.String())
			bad := damaged(random, text.String())
			if checkReading(t, bad) {
				taken.Add(1)
			} else {
				refused.Add(1)
			}
			checkRoundTrip(t, random, bad)
		}
		return 100
	})
	if min(taken.Load(), refused.Load()) < int64(randomCases()/20) {
		t.Errorf("of the broken texts %d were taken, %d refused", taken.Load(), refused.Load())
	}
}

// TestCompilingRandom is the parser on random policies: written again they are
// the same policy, and broken ones get a place in the text or a policy, never a
// panic.
func TestCompilingRandom(t *testing.T) {
	var compiles, refused atomic.Int64
	tries(t, 12, func(t *testing.T, random *rand.Rand) int {
		const batch, harms = 50, 5
		for range batch / harms {
			kind := Type(random.IntN(int(Endpoint) + 1))
			text := randomDocument(random, kind)
			if len(text) > 4000 && !oneIn(random, 10) {
				text = documentOf(version2012, randomStatement(random, kind))
			}
			d, err := Parse(kind, text)
			if err != nil {
				t.Errorf("%s: %s", text, describe(err))
				continue
			}
			again, err := Parse(kind, rendered(d.Root()))
			if err != nil || !sameNode(d.Root(), again.Root()) || len(again.Statements()) != len(d.Statements()) ||
				again.Variables() != d.Variables() {
				t.Errorf("%s\nwritten again: %v", text, err)
			}
			for range harms {
				if checkCompiling(t, kind, damaged(random, text)) {
					compiles.Add(1)
				} else {
					refused.Add(1)
				}
			}
		}
		return batch
	})
	if min(compiles.Load(), refused.Load()) < int64(randomCases()/100) {
		t.Errorf("of the broken policies %d compiled, %d did not", compiles.Load(), refused.Load())
	}
}

// sameJSON compares a node with what encoding/json makes of the text.
func sameJSON(n *Node, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		if n.kind != JSONObject || len(n.members) != len(want) {
			return false
		}
		for _, m := range n.members {
			if v, ok := want[m.name]; !ok || !sameJSON(m.value, v) {
				return false
			}
		}
		return true
	case []any:
		if n.kind != JSONArray || len(n.items) != len(want) {
			return false
		}
		for i, item := range n.items {
			if !sameJSON(item, want[i]) {
				return false
			}
		}
		return true
	case string:
		return n.kind == JSONString && n.text == want
	case json.Number:
		return n.kind == JSONNumber && n.text == want.String()
	case bool:
		return n.kind == JSONBool && (n.text == "true") == want
	}
	return n.kind == JSONNull
}

// placed: each node is the piece of the text that it says it is.
func placed(n *Node, text string) bool {
	piece := text[n.start:n.end]
	for _, m := range n.members {
		if m.start < n.start || m.start >= m.value.start || m.value.end > n.end || !placed(m.value, text) {
			return false
		}
	}
	for _, item := range n.items {
		if item.start < n.start || item.end > n.end || !placed(item, text) {
			return false
		}
	}
	return json.Valid([]byte(piece)) && piece == strings.TrimSpace(piece)
}

// FuzzCompile: no text makes the package panic; what Check takes, Compile
// takes; an error has a place in the text.
func FuzzCompile(f *testing.F) {
	for _, text := range []string{typical, full[0], rcpDeny, webTrust, old, named1("*"), trustOf(m{"AWS": anaARN}),
		docWith(good + `,"Condition":{"Bool":{"k":[true,"${v"]}}`)} {
		for kind := Identity; kind <= Endpoint; kind++ {
			f.Add(uint8(kind), text)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) { checkCompiling(t, Type(kind%uint8(Endpoint+1)), text) })
}

// anything is a request's keys for a text that may be any.
var anything, _ = ContextOf(m{"v": "x", "k": "y"})

// checkCompiling tells whether the text compiles.
func checkCompiling(t *testing.T, which Type, text string) (compiles bool) {
	t.Helper()
	p, err := Compile(which, "p", text)
	if check := Check(which, text); check == nil && err != nil {
		t.Errorf("%q is saved but does not compile: %s", text, describe(err))
	} else if check != nil {
		wantPlace(t, check, text)
	}
	if err != nil {
		wantPlace(t, err, text)
		return false
	}
	if _, err := Principals(which, text); err != nil {
		t.Errorf("%q compiles, but its principals: %s", text, describe(err))
	}
	if n := Size(which, text); n < 0 || n > len(text) {
		t.Errorf("%q has size %d", text, n)
	}
	s := &Set{Identity: []*Policy{p}, Resource: p, Boundary: []*Policy{p}, ServiceControl: [][]*Policy{{p}}}
	for _, by := range []*Principal{ana, worker, nobody} {
		Decide(&Request{Principal: by, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Context: anything}, s)
	}
	return true
}

func wantPlace(t *testing.T, err error, text string) {
	t.Helper()
	e, ok := err.(*Error)
	if !ok || e.Message == "" || e.Error() != e.Message || e.Detail == "" || e.Line < 1 || e.Column < 1 || e.Offset < 0 || e.Offset > len(text) {
		t.Fatalf("%q: %#v", text, err)
	}
}

// TestReadString covers the escapes, each alone.
func TestReadString(t *testing.T) {
	for text, want := range map[string]string{
		`"\"\\\/\b\f\n\r\t"`: "\"\\/\b\f\n\r\t", `"\u0041\u00e9\u20AC"`: "Aé€", `"\ud83d\ude00"`: "😀", `"aé😀"`: "aé😀",
		`""`: "", `"a\u0000b"`: "a\x00b",
	} {
		n, f := readJSON(text)
		if f != nil || n.text != want {
			t.Errorf("%s: %v, %v", text, n, f)
		}
	}
	for _, text := range []string{`"\n`, `"\n` + "\x01\"", `"\n` + "\xff\"", `"a\`} {
		if n, f := readJSON(text); f == nil {
			t.Errorf("%q read as %q", text, n.text)
		}
	}
	if got := quoteShort("a" + strings.Repeat("é", 100)); got != `"a`+strings.Repeat("é", 19)+`…"` {
		t.Error(got)
	}
	if got := quoteShort(strings.Repeat("é", 100)); got != `"`+strings.Repeat("é", 20)+`…"` {
		t.Error(got)
	}
}

// TestPrincipalsOfBadText: what cannot be read has no principals.
func TestPrincipalsOfBadText(t *testing.T) {
	for _, text := range []string{"", "{}", named1(1)} {
		if all, err := Principals(Resource, text); err == nil {
			t.Errorf("%q: %v", text, all)
		}
	}
	all, err := Principals(Resource, statements(named1Clause("Allow", "*"),
		clauseOf("Deny", "*", "*", []any{"NotPrincipal", accountC})))
	if err != nil || len(all) != 2 || all[0].Kind != "*" || all[1].Kind != "AWS" || all[1].Value != accountC {
		t.Errorf("%+v, %v", all, err)
	}
}
