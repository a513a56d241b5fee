package api

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"
)

// Pattern is a constraint's regular expression as the model writes it, in
// Java's syntax. It is translated to Go's and compiled on first use.
type Pattern struct {
	Text string

	once  sync.Once
	class *class         // where the pattern is one repeated character class
	re    *regexp.Regexp // else
	never string         // text that must not occur: what a look-ahead forbids
	err   error
}

// Match says whether the whole of s fits, as java.util.regex's matches() does.
// A pattern that cannot be compiled fits nothing; a test compiles all of them.
func (p *Pattern) Match(s string) bool {
	p.once.Do(p.compile)
	switch {
	case p.err != nil:
		return false
	case p.class != nil:
		return p.class.match(s)
	case p.never != "" && strings.Contains(s, p.never):
		return false
	}
	return p.re.MatchString(s)
}

// Compile translates the pattern now and tells what is wrong with it.
func (p *Pattern) Compile() error {
	p.once.Do(p.compile)
	return p.err
}

func (p *Pattern) compile() {
	text, never := translate(p.Text)
	p.never = never
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		p.err = fmt.Errorf("pattern %s: %w", p.Text, err)
		return
	}
	if p.class = classOf(tree); p.class != nil && never == "" {
		return
	}
	p.class = nil
	p.re, p.err = regexp.Compile(`\A(?:` + text + `)\z`)
}

// java are the differences between Java's syntax and Go's in AWS's patterns.
var (
	javaUnicode = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)
	javaSpace   = regexp.MustCompile(`\\s`)
	lookAhead   = regexp.MustCompile(`([^\\\])}])\(\?!([^\\()\[\]])\)`)
)

// translate turns a Java expression into Go's syntax. Go has no look-ahead; the
// one form that AWS uses, a character that must not be followed by another, as in
// -(?!-), is taken out and given back as the text that must not occur.
func translate(java string) (text, never string) {
	// STS writes the supplementary planes with five and six digits, which Java
	// would read as \u1000 and a zero. What is meant is meant here.
	text = strings.ReplaceAll(java, `\u10000-\u10FFFF`, `\x{10000}-\x{10FFFF}`)
	text = javaUnicode.ReplaceAllString(text, `\x{$1}`)
	text = spaces(text)
	if m := lookAhead.FindStringSubmatch(text); m != nil {
		never = m[1] + m[2]
		text = strings.Replace(text, m[0], m[1], 1)
	}
	return text, never
}

// spaces: Java's \s holds the vertical tab, Go's does not.
func spaces(text string) string {
	inClass := false
	at := 0
	return javaSpace.ReplaceAllStringFunc(text, func(s string) string {
		i := at + strings.Index(text[at:], s)
		inClass = strings.LastIndexByte(text[:i], '[') > strings.LastIndexByte(text[:i], ']')
		at = i + len(s)
		if inClass {
			return `\s\x0B`
		}
		return `[\s\x0B]`
	})
}

// class is a set of characters, any number of which fit: most of AWS's patterns.
type class struct {
	ascii    [128]bool
	ranges   []rune // pairs
	nonEmpty bool   // at least one
}

func classOf(tree *syntax.Regexp) *class {
	if tree.Op != syntax.OpPlus && tree.Op != syntax.OpStar || tree.Sub[0].Op != syntax.OpCharClass {
		return nil
	}
	c := &class{ranges: tree.Sub[0].Rune, nonEmpty: tree.Op == syntax.OpPlus}
	for r := range rune(len(c.ascii)) {
		c.ascii[r] = c.holds(r)
	}
	return c
}

// holds: \p{L} alone has more than 600 ranges, which are in order.
func (c *class) holds(r rune) bool {
	lo, hi := 0, len(c.ranges)/2
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if r > c.ranges[2*mid+1] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(c.ranges)/2 && r >= c.ranges[2*lo]
}

func (c *class) match(s string) bool {
	if s == "" {
		return !c.nonEmpty
	}
	for _, r := range s {
		if r < utf8.RuneSelf {
			if !c.ascii[r] {
				return false
			}
		} else if !c.holds(r) {
			return false
		}
	}
	return true
}
