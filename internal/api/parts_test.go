package api

import (
	"encoding/xml"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestNameSet: few names and many are told apart alike.
func TestNameSet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		set, want := nameSet{}, map[string]bool{}
		for range random.IntN(60) {
			name := "n" + strconv.Itoa(random.IntN(40))
			if got := set.add(name); got == want[name] {
				t.Fatalf("%s is new: %v, after %v", name, got, want)
			}
			want[name] = true
		}
	}
}

// TestParameterTree: a node finds its children by name, few or many, and keeps
// their order.
func TestParameterTree(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 18, 100} {
		var p parameter
		for i := range n {
			if err := p.insert("a."+strconv.Itoa(i)+".b", "v"+strconv.Itoa(i)); err != nil {
				t.Fatal(err)
			}
		}
		if n == 0 {
			if p.child("a") != nil {
				t.Error("a child of nothing")
			}
			continue
		}
		a := p.child("a")
		for i := range n {
			c := a.child(strconv.Itoa(i))
			if c == nil || a.children[i] != c || c.child("b").value != "v"+strconv.Itoa(i) || c.set {
				t.Errorf("%d of %d: %+v", i, n, c)
			}
		}
		if a.child(strconv.Itoa(n)) != nil || a.child("") != nil {
			t.Errorf("%d: a child that was not added", n)
		}
		if err := p.insert("a.0.b", "again"); err == nil || a.child("0").child("b").value != "v0" {
			t.Errorf("%d: a name twice: %v", n, err)
		}
	}
}

func TestListIndex(t *testing.T) {
	for text, want := range map[string]int{
		"1": 1, "9": 9, "10": 10, "999999999": 999999999,
		"": 0, "0": 0, "01": 0, "-1": 0, "+1": 0, "1.0": 0, "1e3": 0, "x": 0, " 1": 0, "1 ": 0, "1000000000": 0, "4294967297": 0, "١": 0, "0x1": 0, "1_0": 0,
	} {
		if got := listIndex(text); got != want {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc…"}, {"aé", 3, "aé"}, {"aéb", 3, "aé…"}, {"abé", 3, "ab…"}, {"🐢🐢", 5, "🐢…"}, {"🐢", 3, "…"}, {"abcd", 0, "…"},
	} {
		if got := shorten(c.text, c.most); got != c.want {
			t.Errorf("%q to %d: %q", c.text, c.most, got)
		}
	}
}

func TestFirstLetter(t *testing.T) {
	for _, c := range []struct{ in, lower, upper string }{
		{"", "", ""}, {"UserName", "userName", "UserName"}, {"userName", "userName", "UserName"}, {"SAMLMetadata", "sAMLMetadata", "SAMLMetadata"},
		{"A", "a", "A"}, {"z", "z", "Z"}, {"1a", "1a", "1a"}, {"Éa", "Éa", "Éa"}, {"xsi:type", "xsi:type", "Xsi:type"},
	} {
		if lowerFirst(c.in) != c.lower || upperFirst(c.in) != c.upper {
			t.Errorf("%q: %q, %q", c.in, lowerFirst(c.in), upperFirst(c.in))
		}
	}
}

// TestUnixTimes: every millisecond is written so that it is read as the same, with
// no more digits than it has.
func TestUnixTimes(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for n := range 5000 {
		ms := random.Int64N(4e12) - 2e12
		if n%3 == 0 {
			ms -= ms % 1000
		}
		text := string(appendUnix(nil, ms))
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || int64(math.Round(f*1000)) != ms || strings.HasSuffix(text, ".") || strings.Contains(text, ".") && strings.HasSuffix(text, "0") {
			t.Fatalf("%d is %s", ms, text)
		}
		at, err := unixTime(f)
		if err != nil || at.UnixMilli() != ms {
			t.Fatalf("%s is %v, %v", text, at, err)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 253402300800, -253402300800} {
		if at, err := unixTime(f); err == nil {
			t.Errorf("%v is %v", f, at)
		}
	}
	if at, err := unixTime(253402300799); err != nil || at.Year() != 9999 {
		t.Errorf("the last second of all: %v, %v", at, err)
	}
}

// TestTimesAreUTC: an answer's times are in UTC whatever the zone of the value.
func TestTimesAreUTC(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 30, 0, 0, time.FixedZone("", 3600))
	for format, want := range map[string]string{
		isoFormat: "2025-12-31T23:30:00Z", s3Format: "2025-12-31T23:30:00.000Z", httpFormat: "Wed, 31 Dec 2025 23:30:00 GMT", unixFormat: "1767223800",
	} {
		if got := string(appendTime(nil, at, format)); got != want {
			t.Errorf("%s: %s", format, got)
		}
	}
}

// FuzzXMLText: what is escaped is what encoding/xml reads; what XML 1.0 cannot hold
// is U+FFFD, as text and as an attribute.
func FuzzXMLText(f *testing.F) {
	for _, s := range []string{"", "plain", "<a href=\"x\">&amp;'</a>", "a\r\nb\rc\t", "\x00\x1f\x7f", "\xff\xc3é🐢", "]]>", "\uFFFE\uFFFF\uFFFD"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want strings.Builder
		for i := 0; i < len(s); {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError && size == 1 {
				r = 0xFFFD
			}
			want.WriteRune(r)
			i += size
		}
		document := append(appendXMLAttribute([]byte(`<a b="`), s), `">`...)
		document = append(appendXMLText(document, s), "</a>"...)
		var doc struct {
			B    string `xml:"b,attr"`
			Text string `xml:",chardata"`
		}
		if err := xml.Unmarshal(document, &doc); err != nil {
			t.Fatalf("%q: %v", document, err)
		}
		if doc.Text != want.String() || doc.B != want.String() {
			t.Fatalf("%q became %q and, as an attribute, %q", s, doc.Text, doc.B)
		}
	})
}
