package journal

import (
	"slices"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// What a caller words - a header, a tag, an ARN - takes no more room than this in a
// decision, so that a caller who may do nothing cannot push others' out of the log.
const (
	maxValue   = 2 << 10  // bytes of one value
	maxContext = 32 << 10 // bytes of all condition keys and their values, as they are written
)

// wholeContext stands in "cut" where condition keys are left out altogether.
const wholeContext = "context"

// cuts are the members and condition keys of a decision that are not in it as they
// were.
type cuts struct{ names []string }

func (c *cuts) add(name string) {
	if !slices.Contains(c.names, name) {
		c.names = append(c.names, name)
	}
}

// text is a value as it is recorded.
func (c *cuts) text(name, value string) string {
	if len(value) > maxValue {
		c.add(name)
	}
	return cutAt(value, maxValue)
}

// append appends the names, where there are any.
func (c *cuts) append(dst []byte) []byte {
	if len(c.names) == 0 {
		return dst
	}
	dst = append(dst, `,"cut":[`...)
	for i, name := range c.names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = api.AppendJSONString(dst, name)
	}
	return append(dst, ']')
}

// cutAt cuts a text that a caller made long, between two letters.
func cutAt(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// appendContext appends the condition keys that the request had. One for which there
// is no room is left out.
func appendContext(dst []byte, e *Entry, shortened *cuts) []byte {
	dst = append(dst, '{')
	start := len(dst)
	for name, value := range e.Denial.Context(e.Call) {
		before, known := len(dst), len(shortened.names)
		if before > start {
			dst = append(dst, ',')
		}
		if len(name) <= maxValue {
			dst = appendKey(dst, name, value, shortened)
		}
		if len(name) > maxValue || len(dst)-start > maxContext {
			dst, shortened.names = dst[:before], shortened.names[:known]
			shortened.add(wholeContext)
		}
	}
	return append(dst, '}')
}

func appendKey(dst []byte, name string, value policy.Value, shortened *cuts) []byte {
	dst = append(api.AppendJSONString(dst, name), ':')
	if !value.IsMany {
		return api.AppendJSONString(dst, shortened.text(name, value.One))
	}
	dst = append(dst, '[')
	for i, one := range value.Many {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = api.AppendJSONString(dst, shortened.text(name, one))
	}
	return append(dst, ']')
}
