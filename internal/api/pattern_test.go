package api_test

import (
	"regexp"
	"testing"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

var services = []*api.Service{iam.API, sts.API, organizations.API}

// eachShape calls f once for every shape of the generated services.
func eachShape(f func(svc *api.Service, s *api.Shape)) {
	for _, svc := range services {
		seen := map[*api.Shape]bool{}
		var visit func(s *api.Shape)
		visit = func(s *api.Shape) {
			if s == nil || seen[s] {
				return
			}
			seen[s] = true
			f(svc, s)
			visit(s.Element)
			visit(s.KeyShape)
			for _, m := range s.Members {
				visit(m.Shape)
			}
		}
		for _, op := range svc.Operations {
			visit(op.Input)
			visit(op.Output)
		}
	}
}

func TestEveryPatternCompiles(t *testing.T) {
	n := 0
	eachShape(func(svc *api.Service, s *api.Shape) {
		if s.Pattern != nil {
			n++
			if err := s.Pattern.Compile(); err != nil {
				t.Errorf("%s %s: %v", svc.ID, s.Name, err)
			}
		}
	})
	if n < 80 {
		t.Errorf("only %d patterns", n)
	}
}

// TestPattern: Java's syntax and its matches(), which takes the whole text.
func TestPattern(t *testing.T) {
	const path = `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`
	const alias = `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`
	const arnType = `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
	const account = `^(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$`
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{`[\w+=,.@-]+`, "a.b@c-d_e", true},
		{`[\w+=,.@-]+`, "", false},
		{`[\w+=,.@-]*`, "", true},
		{`[\w+=,.@-]+`, "a b", false},
		{`[\w+=,.@-]+`, "é", false},
		{`[\w+=,.@-]+`, "a\n", false},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, "żółw 2 = é", true},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, "힣\U0002FA1D", true},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, "\U0010FFFF", false},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, "🐢", false},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, "a\tb", false},
		{`[\u0009\u000A\u000D\u0020-\u00FF]+`, "{\r\n\t}ÿ", true},
		{`[\u0009\u000A\u000D\u0020-\u00FF]+`, "Ā", false},
		{path, "/", true},
		{path, "/a/", true},
		{path, "/a", false},
		{path, "//", false},
		{path, "/a b/", false},
		{alias, "my-company", true},
		{alias, "my--company", false},
		{alias, "-company", false},
		{alias, "ab", false},
		{arnType, "arn:🐢", true},
		{arnType, "a\x00", false},
		{account, "123456789012", true},
		{account, "123456789012x", false},
		{account, "x ou-abcd-12345678", false},
		{`[^\s@]+@[^\s@]+\.[^\s@]+`, "a@example.com", true},
		{`[^\s@]+@[^\s@]+\.[^\s@]+`, "a\v@example.com", false},
		{`a\sb`, "a\vb", true},
		{`[\s\S]*`, "any\nthing", true},
		{`[`, "[", false},
	} {
		p := &api.Pattern{Text: c.pattern}
		if got := p.Match(c.text); got != c.want {
			t.Errorf("%s %q: %v, %v", c.pattern, c.text, got, p.Compile())
		}
	}
}

// FuzzPattern: a class that is looked up is the class that Go's regexp knows.
func FuzzPattern(f *testing.F) {
	var compiled []*regexp.Regexp
	var patterns []*api.Pattern
	for _, text := range []string{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, `[\w+=,.@-]+`, `[^\p{Lu}\x{100}-\x{200}]+`, `[\p{Han}a-f]*`, `[^a]*`} {
		compiled = append(compiled, regexp.MustCompile(`\A(?:`+text+`)\z`))
		patterns = append(patterns, &api.Pattern{Text: text})
	}
	for _, s := range []string{"", "a", "Ż", "żółw 2 = é", "\U0002FA1D", "\x00", "\xff", "漢字", "\U0010FFFF"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for i, p := range patterns {
			if got, want := p.Match(s), compiled[i].MatchString(s); got != want {
				t.Errorf("%s %q: %v, regexp says %v", p.Text, s, got, want)
			}
		}
	})
}

// Every character, at every edge of the ranges.
func TestClassEdges(t *testing.T) {
	p, re := &api.Pattern{Text: `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`}, regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]$`)
	for r := range rune(0x11000) {
		if !utf8.ValidRune(r) {
			continue
		}
		if s := string(r); p.Match(s) != re.MatchString(s) {
			t.Fatalf("%U: %v", r, p.Match(s))
		}
	}
}
