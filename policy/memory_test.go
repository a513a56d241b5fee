package policy

import (
	"crypto/sha256"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"
)

// greedy are documents of about so many bytes that are made of one thing over
// and over: of the smallest text that takes the most memory or time.
var greedy = map[string]func(size int) string{
	"statements": func(size int) string {
		return `{"Statement":[` + list(size, func(int) string {
			return `{"Effect":"Deny","Action":"*","Resource":"*"}`
		}) + `]}`
	},
	"sids": func(size int) string {
		return `{"Statement":[` + list(size, func(i int) string {
			return fmt.Sprintf(`{"Sid":"%d","Effect":"Allow","NotAction":"a:b","NotResource":"*"}`, i)
		}) + `]}`
	},
	"actions": func(size int) string {
		return oneOf("Allow", list(size, func(int) string { return `"a:b"` }), `"*"`, "")
	},
	"capital actions": func(size int) string {
		return oneOf("Allow", list(size, func(int) string { return `"S:GETOBJECTS*"` }), `"*"`, "")
	},
	"services": func(size int) string {
		return oneOf("Allow", list(size, func(i int) string { return `"` + letters(i) + `:b"` }), `"*"`, "")
	},
	"services of a resource": func(size int) string {
		return oneOf("Allow", list(size, func(i int) string { return `"` + letters(i) + `:b"` }), `"arn:::::a"`, "")
	},
	"services of two resources": func(size int) string {
		return oneOf("Allow", list(size, func(i int) string { return `"` + letters(i) + `:b"` }), `"arn:::::a","arn:::::b"`, "")
	},
	"services and resources": func(size int) string {
		return oneOf("Allow", list(size/2, func(i int) string { return `"` + letters(i) + `:b"` }),
			list(size/2, func(i int) string { return `"arn:::::` + letters(i) + `"` }), "")
	},
	"resources": func(size int) string {
		return oneOf("Allow", `"a:b"`, list(size, func(int) string { return `"arn:::::a"` }), "")
	},
	"resources of four services": func(size int) string {
		return oneOf("Allow", `"a:b","b:b","c:b","d:b"`,
			list(size, func(i int) string { return `"arn:::::` + letters(i) + `"` }), "")
	},
	"nested starts": func(size int) string {
		number := int(math.Sqrt(float64(size) * 2))
		var all []string
		for i := range number {
			all = append(all, `{"Effect":"Deny","Action":"a:*","Resource":"arn:::::`+strings.Repeat("a", i+1)+`*"}`)
		}
		return `{"Statement":[` + strings.Join(all, ",") + `]}`
	},
	"resources with a variable": func(size int) string {
		return oneOf("Allow", `"a:b"`, list(size, func(int) string { return `"arn:::::${a}"` }), "")
	},
	"variables": func(size int) string {
		return oneOf("Allow", `"a:b"`, `"arn:::::`+strings.Repeat("${a}", size/4)+`"`, "")
	},
	"names of variables": func(size int) string {
		return oneOf("Allow", `"a:b"`, `"arn:::::`+repeat(size, func(i int) string { return "${" + letters(i) + "}" })+`"`, "")
	},
	"wildcards": func(size int) string {
		return oneOf("Allow", `"a:b"`, `"arn:::::`+strings.Repeat("*a?", size/3)+`"`, "")
	},
	"numbers":   func(size int) string { return values(size, "NumericEquals", "1") },
	"fractions": func(size int) string { return values(size, "NumericEquals", "1.5") },
	"dates":     func(size int) string { return values(size, "DateEquals", "1") },
	"texts":     func(size int) string { return values(size, "StringEquals", "1") },
	"patterns":  func(size int) string { return values(size, "StringLike", `""`) },
	"addresses": func(size int) string { return values(size, "IpAddress", `"::"`) },
	"bytes":     func(size int) string { return values(size, "BinaryEquals", `""`) },
	"values with a variable": func(size int) string {
		return values(size, "ArnLike", `"${a}"`)
	},
	"texts with a variable": func(size int) string {
		return values(size, "StringEquals", `"${a}"`)
	},
	"escapes": func(size int) string { return values(size, "StringEquals", `"\u0041\u0041"`) },
	"keys": func(size int) string {
		return oneOf("Allow", `"a:b"`, `"*"`, `{"StringLike":{`+list(size, func(i int) string {
			return `"` + letters(i) + `":1`
		})+`}}`)
	},
	"capital keys": func(size int) string {
		return oneOf("Deny", `"a:b"`, `"*"`, `{"Null":{`+list(size, func(i int) string {
			return `"` + strings.ToUpper(letters(i)) + `":1`
		})+`}}`)
	},
	"typical": func(size int) string {
		_, rest, _ := strings.Cut(typical, `"Statement": [`)
		rest = rest[:strings.LastIndex(rest, "]")]
		return `{"Version":"2012-10-17","Statement":[` + list(size, func(int) string { return rest }) + `]}`
	},
}

// repeat is texts one behind the other up to a size.
func repeat(size int, text func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(text(i))
	}
	return b.String()
}

// list is repeat with commas.
func list(size int, text func(i int) string) string {
	return repeat(size, func(i int) string {
		if i == 0 {
			return text(i)
		}
		return "," + text(i)
	})
}

// letters is a different short name for each number.
func letters(i int) string {
	name := string(rune('a' + i%26))
	for i /= 26; i > 0; i /= 26 {
		name += string(rune('a' + i%26))
	}
	return name
}

func oneOf(effect, actions, resources, condition string) string {
	if condition == "" {
		condition = "{}"
	}
	return `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Action":[` + actions + `],"Resource":[` +
		resources + `],"Condition":` + condition + `}}`
}

func values(size int, operator, value string) string {
	return oneOf("Allow", `"a:b"`, `"*"`, `{"`+operator+`":{"k":[`+list(size, func(int) string { return value })+`]}}`)
}

// long is compiled for documents too long to be shown.
func long(t testing.TB, kind Type, text string) *Policy {
	p, err := Compile(kind, "", text)
	if err != nil {
		t.Fatalf("%.100s: %.500s", text, describe(err))
	}
	return p
}

// live is the memory in use.
func live() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// TestBytes: what a policy says it takes is what it takes, and is bounded by
// its text whatever that is.
func TestBytes(t *testing.T) {
	for name, document := range greedy {
		t.Run(name, func(t *testing.T) {
			text := document(200_000)
			before := live()
			p := long(t, Identity, text)
			took, said := int(live()-before), p.Bytes()
			runtime.KeepAlive(text)
			t.Logf("%d bytes for a document of %d: %.1f times; %d measured", said, len(text),
				float64(said)/float64(len(text)), took)
			if most := maxBase + maxFactor*len(text); said > most {
				t.Errorf("%d bytes, at most %d for a document of %d", said, most, len(text))
			}
			if said < took*3/4-4096 || said > took*5/4+4096 {
				t.Errorf("it says %d bytes and takes %d", said, took)
			}
			runtime.KeepAlive(p)
		})
	}
	for kind, text := range map[Type]string{Resource: `"Resource":"*",`, Trust: ""} {
		p := long(t, kind, `{"Statement":{"Effect":"Allow",`+text+`"Action":"sts:*","Principal":{"AWS":[`+
			list(200_000, func(int) string { return `"*"` })+`]}}}`)
		if said, most := p.Bytes(), maxBase+maxFactor*len(p.Text()); said > most || said < 50_000*24 {
			t.Errorf("principals: %d bytes, at most %d", said, most)
		}
	}
	if n := Unreadable(Identity, "").Bytes(); n == 0 || n > maxBase {
		t.Errorf("%d bytes for an unreadable policy", n)
	}
}

// quickest is the least time that a function takes in a few runs.
func quickest(f func()) time.Duration {
	least := time.Duration(math.MaxInt64)
	for range 3 {
		start := time.Now()
		f()
		least = min(least, time.Since(start))
	}
	return least
}

// TestTimeIsLinear: compiling and deciding sixteen times the document takes
// about sixteen times as long, whatever it is made of, and the square of that
// by no means.
func TestTimeIsLinear(t *testing.T) {
	for name, document := range greedy {
		t.Run(name, func(t *testing.T) {
			const attempts = 4 // what else the machine does may take its time
			for range attempts {
				if isLinear(t, document) {
					return
				}
			}
			t.Errorf("not linear in %d attempts", attempts)
		})
	}
}

func isLinear(t *testing.T, document func(size int) string) bool {
	r := Request{Principal: ana, Action: "a:b", Resource: "arn:::::" + strings.Repeat("a", 500),
		Context: contextOf(t, m{"a": "a", "k": "1"})}
	const times, tolerance = 16, 8
	var compiling, deciding [2]time.Duration
	for i, size := range []int{25_000, 25_000 * times} {
		text := document(size)
		var p *Policy
		compiling[i] = quickest(func() { p = long(t, Identity, text) })
		s := &Set{Identity: []*Policy{p}}
		deciding[i] = quickest(func() { Decide(&r, s) })
	}
	t.Logf("compiling takes %v and %v, deciding %v and %v", compiling[0], compiling[1], deciding[0], deciding[1])
	return compiling[1] < times*tolerance*compiling[0]+10*time.Millisecond &&
		deciding[1] < times*tolerance*deciding[0]+time.Millisecond
}

// TestSixMegabytes: the largest documents that a request can carry are read,
// compiled and decided in little time.
func TestSixMegabytes(t *testing.T) {
	const size = 6 << 20
	r := Request{Principal: ana, Action: "a:b", Resource: "arn:::::" + strings.Repeat("a", 2000)}
	for _, name := range []string{"wildcards", "names of variables", "resources", "statements"} {
		text := greedy[name](size)
		start := time.Now()
		p := long(t, Identity, text)
		Decide(&r, &Set{Identity: []*Policy{p}})
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
	for _, text := range []string{strings.Repeat("[", size), strings.Repeat(`{"a":`, size/5)} {
		if _, err := Compile(Identity, "", text); err == nil {
			t.Errorf("%.10s compiles", text)
		}
	}
}

// TestSum is the SHA-256 of what Compile was given.
func TestSum(t *testing.T) {
	text := "  " + statements(allows("*", "*"))
	if p := compiled(t, Identity, text); p.Sum() != sha256.Sum256([]byte(text)) {
		t.Errorf("%x", p.Sum())
	}
	if p := Unreadable(Identity, "p"); p.Sum() != sha256.Sum256(nil) {
		t.Errorf("unreadable: %x", p.Sum())
	}
}
