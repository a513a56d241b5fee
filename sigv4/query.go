package sigv4

import (
	"bytes"
	"slices"
)

// pair is a parameter in scratch.encoded: its name up to middle, then its value.
type pair struct{ start, middle, end int }

// appendQuery appends the canonical query: each name and value decoded, where
// "+" is a blank, and encoded again; then sorted by name, and by value where the
// names are equal. A parameter without a value gets an equal sign all the same.
func (c *scratch) appendQuery(b []byte, query string, presigned bool) []byte {
	if query == "" {
		return b
	}
	c.encodePairs(query, presigned)
	encoded := c.encoded
	slices.SortFunc(c.pairs, func(p, q pair) int {
		if order := bytes.Compare(encoded[p.start:p.middle], encoded[q.start:q.middle]); order != 0 {
			return order
		}
		return bytes.Compare(encoded[p.middle:p.end], encoded[q.middle:q.end])
	})
	for i, p := range c.pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(b, encoded[p.start:p.middle]...)
		b = append(b, '=')
		b = append(b, encoded[p.middle:p.end]...)
	}
	return b
}

// encodePairs fills c.pairs. Of a presigned query the signature is left out.
func (c *scratch) encodePairs(query string, presigned bool) {
	c.pairs, c.encoded = c.pairs[:0], c.encoded[:0]
	for rest, more := query, true; more; {
		var parameter string
		parameter, rest, more = cut(rest, '&')
		if parameter == "" {
			continue
		}
		name, value, _ := cut(parameter, '=')
		var p pair
		p.start = len(c.encoded)
		c.encoded = appendComponent(c.encoded, name)
		p.middle = len(c.encoded)
		if presigned && string(c.encoded[p.start:p.middle]) == "X-Amz-Signature" {
			c.encoded = c.encoded[:p.start]
			continue
		}
		c.encoded = appendComponent(c.encoded, value)
		p.end = len(c.encoded)
		c.pairs = append(c.pairs, p)
	}
}

func appendComponent(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		c, size := decodeAt(s, i)
		if size == 1 && c == '+' {
			c = ' '
		}
		b = appendEncoded(b, c)
		i += size
	}
	return b
}
