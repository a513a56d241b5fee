package policy

import (
	"encoding/base64"
	"net/netip"
	"strings"
)

// sameness is when two texts are the same. It is no function value: what goes
// through one is moved to the heap.
type sameness uint8

const (
	exactly      sameness = iota
	ignoringCase          // Unicode's simple folding (C-10)
	asBool                // true or false in any case, nothing else (C-13)
)

func (s sameness) same(policy, request string) bool {
	switch s {
	case ignoringCase:
		return strings.EqualFold(policy, request)
	case asBool:
		return (strings.EqualFold(policy, "true") || strings.EqualFold(policy, "false")) && strings.EqualFold(policy, request)
	}
	return policy == request
}

// texts is the operand of the string operators and of Bool (C-10, C-13).
type texts struct {
	plain []string
	sameness
}

// variedTexts is texts with values that have variables in them (C-17).
type variedTexts struct {
	texts
	templates []template
}

func stringOperand(s sameness) func([]string, bool) operand {
	return func(values []string, variables bool) operand {
		plain, templates := cutTemplates(values, variables, unchanged)
		t := texts{plain, s}
		if templates == nil {
			return &t
		}
		return &variedTexts{t, templates}
	}
}

// cutTemplates parts the values with variables from those without.
func cutTemplates(values []string, variables bool, plain func(string) string) (literal []string, templates []template) {
	if !variables {
		return values, nil
	}
	for _, v := range values {
		if hasVariables(v) {
			templates = append(templates, newTemplate(v, plain))
		} else {
			literal = append(literal, v)
		}
	}
	return literal, templates
}

func (t *texts) matches(value string, _ Context) bool {
	for _, p := range t.plain {
		if t.same(p, value) {
			return true
		}
	}
	return false
}

func (t *variedTexts) matches(value string, c Context) bool {
	for _, p := range t.templates {
		var room [scratch]byte
		if b, ok := p.expand(room[:0], c); ok && t.same(view(b), value) {
			return true
		}
	}
	return t.texts.matches(value, c)
}

// likeness is how a pattern is laid on a text.
type likeness uint8

const (
	asText likeness = iota
	asARN           // part by part (C-16)
)

func (l likeness) match(w wildcards, pattern, text string) bool {
	if l == asARN {
		return matchARN(w, pattern, text)
	}
	return w.match(pattern, text)
}

// patterns is the operand of StringLike and of the ARN operators.
type patterns struct {
	plain []string
	likeness
}

// variedPatterns is patterns with values that have variables in them (C-17).
type variedPatterns struct {
	patterns
	templates []template
}

func patternOperand(l likeness) func([]string, bool) operand {
	return func(values []string, variables bool) operand {
		plain, templates := cutTemplates(values, variables, mark)
		p := patterns{plain, l}
		if templates == nil {
			return &p
		}
		return &variedPatterns{p, templates}
	}
}

func (p *patterns) matches(value string, _ Context) bool {
	for _, pattern := range p.plain {
		if p.match(written, pattern, value) {
			return true
		}
	}
	return false
}

func (p *variedPatterns) matches(value string, c Context) bool {
	for _, t := range p.templates {
		var room [scratch]byte
		if b, ok := t.expand(room[:0], c); ok && p.match(marked, view(b), value) {
			return true
		}
	}
	return p.patterns.matches(value, c)
}

// matchARN is C-16: the six parts by themselves; a star crosses a colon in the
// last only.
func matchARN(w wildcards, pattern, text string) bool {
	if !strings.HasPrefix(text, "arn:") {
		return false
	}
	for range arnParts - 1 {
		i, j := strings.IndexByte(pattern, ':'), strings.IndexByte(text, ':')
		if i < 0 || j < 0 || !w.match(pattern[:i], text[:j]) {
			return false
		}
		pattern, text = pattern[i+1:], text[j+1:]
	}
	return w.match(pattern, text)
}

// blobs is the operand of BinaryEquals (C-14).
type blobs []string

func newBinaryOperand(values []string, _ bool) operand {
	b := make(blobs, 0, len(values))
	for _, v := range values {
		if raw, err := base64.StdEncoding.DecodeString(v); err == nil {
			b = append(b, string(raw))
		}
	}
	return b
}

func (b blobs) matches(value string, _ Context) bool {
	var room [scratch]byte
	raw, err := base64.StdEncoding.AppendDecode(room[:0], []byte(value))
	if err != nil {
		return false
	}
	for _, blob := range b {
		if blob == string(raw) {
			return true
		}
	}
	return false
}

// networks is the operand of the address operators (C-15).
type networks []netip.Prefix

func newAddressOperand(values []string, _ bool) operand {
	n := make(networks, 0, len(values))
	for _, v := range values {
		if p, ok := parseNetwork(v); ok {
			n = append(n, p)
		}
	}
	return n
}

// parseNetwork reads an address or a range. Host bits are masked, and what is
// an IPv4 range in IPv6 clothes becomes the IPv4 range.
func parseNetwork(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, ok := parseAddress(s)
		return netip.PrefixFrom(a, a.BitLen()), ok
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	const mapped = 96 // bits of ::ffff:0:0/96
	if p.Addr().Is4In6() && p.Bits() >= mapped {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
	}
	return p.Masked(), true
}

func parseAddress(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

func (n networks) matches(value string, _ Context) bool {
	a, ok := parseAddress(value)
	if !ok {
		return false
	}
	for _, p := range n {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
