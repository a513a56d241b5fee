package ec2

import (
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// Limits of filters [Using_Filtering].
const (
	maxFilters      = 50
	maxFilterValues = 200
)

// filters are what a list can be filtered by: the values that an item has under a name.
type filters[T any] map[string]func(T) []string

// of says which items all the filters of a call let through: each has one value that
// fits, in its own case, where * stands for any text and ? for one character
// [Using_Filtering].
func (f filters[T]) of(in []ec2.Filter) (func(T) bool, error) {
	if len(in) > maxFilters {
		return nil, fault("FilterLimitExceeded", "The maximum number of filters is %d.", maxFilters)
	}
	var all []func(T) bool
	for _, filter := range in {
		if filter.Name == nil {
			return nil, fault("MissingParameter", "The request must contain the parameter Filter.Name")
		}
		values := f.values(*filter.Name)
		switch {
		case values == nil:
			return nil, invalidValue("The filter '%s' is invalid", *filter.Name)
		case len(filter.Values) == 0:
			return nil, invalidValue("The filter '%s' has no values", *filter.Name)
		case len(filter.Values) > maxFilterValues:
			return nil, fault("FilterLimitExceeded", "The maximum number of values of a filter is %d.", maxFilterValues)
		}
		all = append(all, func(item T) bool { return anyFits(filter.Values, values(item)) })
	}
	return func(item T) bool {
		for _, fits := range all {
			if !fits(item) {
				return false
			}
		}
		return true
	}, nil
}

// values finds a filter; tag:KEY is one for each key of tags, of instances.
func (f filters[T]) values(name string) func(T) []string {
	if values := f[name]; values != nil {
		return values
	}
	key, is := strings.CutPrefix(name, "tag:")
	if _, tagged := any(*new(T)).(*directory.Instance); !is || !tagged || f["tag-key"] == nil {
		return nil
	}
	return func(item T) []string { return tagValues(any(item).(*directory.Instance), key) }
}

func anyFits(patterns, values []string) bool {
	for _, value := range values {
		for _, p := range patterns {
			if fits(p, value) {
				return true
			}
		}
	}
	return false
}

// fits matches a pattern of * and ?, where a backslash takes the next character as it
// is. Its time is the product of both lengths at most.
func fits(pattern, value string) bool {
	elements, text := elementsOf(pattern), []rune(value)
	star, from := -1, 0
	e, at := 0, 0
	for at < len(text) {
		switch {
		case e < len(elements) && elements[e] == anyText:
			star, from = e, at
			e++
		case e < len(elements) && (elements[e] == anyOne || elements[e] == text[at]):
			e, at = e+1, at+1
		case star >= 0:
			from++
			e, at = star+1, from
		default:
			return false
		}
	}
	for e < len(elements) && elements[e] == anyText {
		e++
	}
	return e == len(elements)
}

const (
	anyText rune = -1
	anyOne  rune = -2
)

// elementsOf are the characters of a pattern, with its wildcards apart from them.
func elementsOf(pattern string) []rune {
	var elements []rune
	escaped := false
	for _, c := range pattern {
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
			continue
		case c == '*':
			c = anyText
		case c == '?':
			c = anyOne
		}
		elements = append(elements, c)
	}
	return elements
}
