package policy

import (
	"encoding/json"
	"strings"
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
	f.Fuzz(func(t *testing.T, text string) {
		n, fault := readJSON(text)
		valid := json.Valid([]byte(text))
		if fault != nil {
			if fault.offset < 0 || fault.offset > len(text) || fault.detail == "" {
				t.Fatalf("%q: %+v", text, fault)
			}
			stricter := !utf8.ValidString(text) || strings.HasPrefix(text,
				"\ufeff") || !fault.notJSON || fault.detail == "a lone surrogate"
			if valid && !stricter {
				t.Fatalf("%q refused: %s", text, fault.detail)
			}
			return
		}
		if !valid {
			t.Fatalf("%q accepted", text)
		}
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var want any
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if !sameJSON(n, want) {
			t.Fatalf("%q: read as %+v", text, n)
		}
		if !placed(n, text) {
			t.Fatalf("%q: places", text)
		}
	})
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
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		which := Type(kind % uint8(Endpoint+1))
		p, err := Compile(which, "p", text)
		if check := Check(which, text); check == nil && err != nil {
			t.Fatalf("%q is saved but does not compile: %s", text, describe(err))
		} else if check != nil {
			wantPlace(t, check, text)
		}
		if err != nil {
			wantPlace(t, err, text)
			return
		}
		if _, err := Principals(which, text); err != nil {
			t.Fatalf("%q compiles, but its principals: %s", text, describe(err))
		}
		if n := Size(which, text); n < 0 || n > len(text) {
			t.Fatalf("%q has size %d", text, n)
		}
		s := &Set{Identity: []*Policy{p}, Resource: p, Boundary: []*Policy{p}, ServiceControl: [][]*Policy{{p}}}
		for _, by := range []*Principal{ana, worker, nobody} {
			Decide(&Request{Principal: by, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k",
				Context: contextOf(t, m{"v": "x", "k": "y"})}, s)
		}
	})
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
