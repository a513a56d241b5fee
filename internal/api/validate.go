package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Validate checks an input against the model's constraints and words what fails
// as AWS does (aws-errors 1.7); nil when nothing does. in is a pointer to the
// operation's input struct.
//
// Lengths of strings count code points. AWS's Java counts UTF-16 units, which
// differs only beyond the basic plane, and there the documentation speaks of
// characters.
func Validate(svc *Service, op *Operation, in any) *Error {
	if op.Input == nil || len(op.Input.Members) == 0 {
		return nil
	}
	c := checker{svc: svc}
	c.path = c.room[:0]
	c.structure(op.Input, reflect.ValueOf(in).Elem())
	switch {
	case c.count > 0 && svc.ID == "Organizations":
		return c.found[0].organizations()
	case c.count > 0 && svc.Protocol == EC2Query:
		return c.found[0].ec2()
	case c.count > 0 && svc.Protocol == RESTXML:
		return c.found[0].s3(op)
	case c.count > 0:
		return c.violations()
	}
	return c.named
}

// Bounds of a message: an answer must not be larger than the request many times
// over. AWS prints everything.
const (
	maxViolations = 100
	maxShown      = 4096 // bytes of a value
	maxName       = 256  // bytes of a name: of an operation, parameter or key
)

// checker walks an input.
type checker struct {
	svc   *Service
	path  []step
	room  [8]step // for path
	count int
	found []violation // the first of count
	named *Error      // the first name or path of IAM's with a bad character
}

// step is a part of the path to a member: a member's name, or a place in a list
// or map.
type step struct {
	name  string
	index int  // from 1, in a list
	key   bool // name is the key of a map
}

// fault is the kind of a violation, named as Organizations' Reason.
type fault string

const (
	inputRequired fault = "INPUT_REQUIRED"
	invalidEnum   fault = "INVALID_ENUM"
	badPattern    fault = "INVALID_PATTERN"
	tooLong       fault = "MAX_LENGTH_EXCEEDED"
	tooShort      fault = "MIN_LENGTH_EXCEEDED"
	tooLarge      fault = "MAX_VALUE_EXCEEDED"
	tooSmall      fault = "MIN_VALUE_EXCEEDED"
)

// violation is one entry of the message.
type violation struct {
	fault fault
	text  string // Value 'V' at 'path' failed to satisfy constraint: …
	value string // Value 'V'
	path  string
}

func (c *checker) structure(s *Shape, v reflect.Value) {
	for i := range s.Members {
		m := &s.Members[i]
		c.path = append(c.path, step{name: c.nameOf(m)})
		field := v.Field(i)
		switch {
		case !absent(field):
			c.value(m.Shape, field)
		case m.Required && !(m.Payload && m.Shape.Kind == Blob):
			c.add(inputRequired, "Value null", "Member must not be null")
		}
		c.path = c.path[:len(c.path)-1]
	}
}

func (c *checker) value(s *Shape, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch s.Kind {
	case Structure:
		c.structure(s, v)
	case String:
		c.text(s, v)
	case Integer, Long:
		c.number(s, v)
	case Blob:
		c.length(s, v, v.Len())
	case List:
		c.list(s, v)
	case Map:
		c.mapping(s, v)
	}
}

func (c *checker) below(at step, s *Shape, v reflect.Value) {
	c.path = append(c.path, at)
	c.value(s, v)
	c.path = c.path[:len(c.path)-1]
}

// list: a structure in a list has a path of its own, tags.6.member.value. Scalars
// have none: AWS names the list, and all constraints of its elements, once.
func (c *checker) list(s *Shape, v reflect.Value) {
	c.length(s, v, v.Len())
	if s.Element.Kind >= List {
		for i := range v.Len() {
			c.below(step{index: i + 1}, s.Element, v.Index(i))
		}
		return
	}
	for i := range v.Len() {
		if c.element("Member", s, v, s.Element, v.Index(i)) {
			return
		}
	}
}

func (c *checker) mapping(s *Shape, v reflect.Value) {
	c.length(s, v, v.Len())
	keys := sortedKeys(v)
	for _, key := range keys {
		if c.element("Map keys", s, v, s.KeyShape, key) {
			break
		}
	}
	for _, key := range keys {
		switch value := v.MapIndex(key); {
		case s.Element.Kind >= List:
			c.below(step{name: key.String(), key: true}, s.Element, value)
		case c.element("Map value", s, v, s.Element, value):
			return
		}
	}
}

// element checks a scalar of the list or map whole; it says whether that failed.
func (c *checker) element(who string, s *Shape, whole reflect.Value, of *Shape, v reflect.Value) bool {
	one := checker{svc: c.svc}
	one.value(of, v)
	switch {
	case one.count > 0:
		c.add(one.found[0].fault, shown(s, whole), who+" must satisfy constraint: ["+of.constraints()+"]")
	case one.named != nil:
		c.add(badPattern, shown(s, whole), who+" must satisfy constraint: ["+of.constraints()+"]")
	default:
		return false
	}
	return true
}

// constraints are all constraints of a scalar, as AWS lists them.
func (s *Shape) constraints() string {
	noun := "length"
	if s.Kind == Integer || s.Kind == Long {
		noun = "value"
	}
	var all []string
	if s.Max >= 0 {
		all = append(all, atMost(noun, s.Max))
	}
	if s.Min >= 0 {
		all = append(all, atLeast(noun, s.Min))
	}
	if s.Pattern != nil {
		all = append(all, patternWords+s.Pattern.Text)
	}
	if len(s.Enum) > 0 {
		all = append(all, s.enumWords())
	}
	return strings.Join(all, ", ")
}

func atMost(noun string, n int64) string {
	return "Member must have " + noun + " less than or equal to " + strconv.FormatInt(n, 10)
}

func atLeast(noun string, n int64) string {
	return "Member must have " + noun + " greater than or equal to " + strconv.FormatInt(n, 10)
}

const patternWords = "Member must satisfy regular expression pattern: "

func (s *Shape) enumWords() string {
	return "Member must satisfy enum value set: [" + strings.Join(s.Enum, ", ") + "]"
}

func (c *checker) text(s *Shape, v reflect.Value) {
	text := v.String()
	if s.Min >= 0 || s.Max >= 0 {
		c.length(s, v, utf8.RuneCountInString(text))
	}
	if len(s.Enum) > 0 && !contains(s.Enum, text) {
		c.add(invalidEnum, shown(s, v), s.enumWords())
	}
	if s.Pattern == nil || s.Pattern.Match(text) {
		return
	}
	if words := iamWords(c.svc, s.Pattern.Text); words != "" {
		c.name(words)
		return
	}
	c.add(badPattern, shown(s, v), patternWords+s.Pattern.Text)
}

func contains(set []string, s string) bool {
	for _, have := range set {
		if have == s {
			return true
		}
	}
	return false
}

func (c *checker) length(s *Shape, v reflect.Value, n int) {
	if s.Max >= 0 && int64(n) > s.Max {
		c.add(tooLong, shown(s, v), atMost("length", s.Max))
	}
	if s.Min >= 0 && int64(n) < s.Min {
		c.add(tooShort, shown(s, v), atLeast("length", s.Min))
	}
}

func (c *checker) number(s *Shape, v reflect.Value) {
	if s.Max >= 0 && v.Int() > s.Max {
		c.add(tooLarge, shown(s, v), atMost("value", s.Max))
	}
	if s.Min >= 0 && v.Int() < s.Min {
		c.add(tooSmall, shown(s, v), atLeast("value", s.Min))
	}
}

func (c *checker) add(f fault, value, constraint string) {
	c.count++
	if c.count > maxViolations {
		return
	}
	where := c.where()
	c.found = append(c.found, violation{f, value + " at '" + where + "' failed to satisfy constraint: " + constraint, value, where})
}

// where is the path as AWS prints it: tags.6.member.value. AWS's inner names
// begin with a lower-case letter, whatever follows: sAMLMetadataDocument.
func (c *checker) where() string {
	var b strings.Builder
	for i, at := range c.path {
		if i > 0 {
			b.WriteByte('.')
		}
		switch {
		case at.index > 0:
			b.WriteString(strconv.Itoa(at.index) + ".member")
		case at.key:
			b.WriteString(shorten(at.name, maxName) + ".member")
		default:
			b.WriteString(lowerFirst(at.name))
		}
	}
	return b.String()
}

func lowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return string(s[0]-'A'+'a') + s[1:]
}

// violations is the message of IAM and STS and of the JSON services.
func (c *checker) violations() *Error {
	texts := make([]string, len(c.found))
	for i, f := range c.found {
		texts[i] = f.text
	}
	words := "validation errors"
	if c.count == 1 {
		words = "validation error"
	}
	code := "ValidationException"
	if c.svc.Protocol == Query {
		code = "ValidationError"
	}
	return Errorf(http.StatusBadRequest, code, "%d %s detected: %s", c.count, words, strings.Join(texts, "; "))
}

// organizationsWords are what Organizations says instead: the message of the
// pattern is seen in live answers (aws-ia/terraform-aws-control_tower_account_factory#149),
// the others are the reasons' meanings of the InvalidInputException page.
var organizationsWords = map[fault]string{
	inputRequired: "You must include a value for all required parameters.",
	invalidEnum:   "You specified an invalid value.",
	badPattern:    "You provided a value that does not match the required pattern.",
	tooLong:       "You provided a string parameter that is longer than allowed.",
	tooShort:      "You provided a string parameter that is shorter than allowed.",
	tooLarge:      "You provided a numeric parameter that has a larger value than allowed.",
	tooSmall:      "You provided a numeric parameter that has a smaller value than allowed.",
}

func (f violation) organizations() *Error {
	e := Errorf(http.StatusBadRequest, "InvalidInputException", "%s", organizationsWords[f.fault])
	e.Members = []Member{{"Reason", string(f.fault)}}
	return e
}

// iamWords: IAM checks the characters of names and paths after everything else,
// one at a time, and words them in its own way.
func iamWords(svc *Service, pattern string) string {
	if svc.ID != "IAM" {
		return ""
	}
	switch pattern {
	case `[\w+=,.@-]+`:
		return "It must contain only alphanumeric characters and/or the following: +=,.@_-"
	case `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, `((/[A-Za-z0-9\.,\+@=_-]+)*)/`:
		return "It must begin and end with / and contain only alphanumeric characters and/or / characters."
	case `\u002F[\u0021-\u007F]*`:
		return "It must begin with / and contain only alphanumeric characters and/or / characters."
	}
	return ""
}

func (c *checker) name(words string) {
	if c.named == nil {
		c.named = Errorf(http.StatusBadRequest, "ValidationError", "The specified value for %s is invalid. %s", c.where(), words)
	}
}

// shown is the value as the message names it. A sensitive value is left out, as
// AWS's newer services leave out every value.
func shown(s *Shape, v reflect.Value) string {
	if s.Sensitive {
		return "Value"
	}
	var b strings.Builder
	describe(&b, s, v)
	return "Value '" + shorten(b.String(), maxShown) + "'"
}

// shorten cuts a text that the caller sent, at a character's end.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// describe writes a value as Java's toString does.
func describe(b *strings.Builder, s *Shape, v reflect.Value) {
	v = reflect.Indirect(v)
	switch {
	case b.Len() > maxShown:
	case s.Sensitive:
		b.WriteString("***")
	case s.Kind == List:
		b.WriteByte('[')
		for i := range v.Len() {
			separate(b, i)
			describe(b, s.Element, v.Index(i))
		}
		b.WriteByte(']')
	case s.Kind == Map:
		b.WriteByte('{')
		for i, key := range sortedKeys(v) {
			separate(b, i)
			b.WriteString(key.String() + "=")
			describe(b, s.Element, v.MapIndex(key))
		}
		b.WriteByte('}')
	case s.Kind == Structure:
		describeStructure(b, s, v)
	case s.Kind == Blob:
		fmt.Fprintf(b, "java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]", v.Len(), v.Len())
	default:
		b.Write(appendText(nil, v, s, isoFormat))
	}
}

func describeStructure(b *strings.Builder, s *Shape, v reflect.Value) {
	b.WriteString(s.Name + "(")
	n := 0
	for i := range s.Members {
		if absent(v.Field(i)) {
			continue
		}
		separate(b, n)
		n++
		b.WriteString(lowerFirst(s.Members[i].Name) + "=")
		describe(b, s.Members[i].Shape, v.Field(i))
	}
	b.WriteByte(')')
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteString(", ")
	}
}
