package iam

import (
	"crypto/sha256"
	"encoding/base64"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// defaultItems is the size of a page where MaxItems is not given; the model
// bounds MaxItems to 1,000 [API_ListUsers].
const defaultItems = 100

// page is the part of a list that one call asks for. The marker says where the
// page before ended, and of which list it is the marker: with another one's, or
// with text of the caller's own, the call is refused.
type page struct {
	list  string
	after string // position of the last item of the page before, "" at the beginning
	size  int
}

// pageOf reads the paging members of an input. owner names what the listed belongs
// to where that is more than the account: a user's name, a group's.
func pageOf(call *api.Call, owner string, marker *string, maxItems *int32) (page, error) {
	p := page{list: call.Account + "/" + call.Operation.Name + "/" + strings.ToLower(owner), size: defaultItems}
	if maxItems != nil {
		p.size = int(*maxItems)
	}
	if marker == nil {
		return p, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*marker)
	if err != nil || len(raw) <= checkSize || p.marker(string(raw[checkSize:])) != *marker {
		return page{}, api.Errorf(http.StatusBadRequest, "ValidationError", "Invalid Marker.")
	}
	p.after = string(raw[checkSize:])
	return p, nil
}

const checkSize = 6

// marker for a position, unpadded base64url: the first bytes of a checksum that
// binds it to its list, then the position.
func (p page) marker(position string) string {
	sum := sha256.Sum256([]byte(p.list + "\x00" + position))
	return base64.RawURLEncoding.EncodeToString(append(sum[:checkSize:checkSize], position...))
}

// listed is one page of an answer.
type listed[T any] struct {
	items     []T
	truncated *bool
	marker    *string // nil on the last page
}

// collect makes a page of items that are ordered by position and begin after
// p.after. Positions are short: a marker has at most 320 characters. Pages are
// full as long as there is more, although AWS does not promise it.
func collect[T, Out any](p page, items iter.Seq[T], position func(T) string, convert func(T) Out) listed[Out] {
	l := listed[Out]{items: []Out{}, truncated: new(bool)}
	last := ""
	for item := range items {
		if len(l.items) == p.size {
			*l.truncated = true
			marker := p.marker(last)
			l.marker = &marker
			return l
		}
		l.items = append(l.items, convert(item))
		last = position(item)
	}
	return l
}

// collectSlice makes a page of a short list that stands in one record, where an
// item's position is its number.
func collectSlice[T, Out any](p page, items []T, convert func(T) Out) (listed[Out], error) {
	begin := 0
	if p.after != "" {
		n, err := strconv.Atoi(p.after)
		if err != nil || n < 0 {
			return listed[Out]{}, api.Errorf(http.StatusBadRequest, "ValidationError", "Invalid Marker.")
		}
		begin = min(n, len(items))
	}
	n := begin
	position := func(T) string { n++; return strconv.Itoa(n) }
	return collect(p, slices.Values(items[begin:]), position, convert), nil
}

// underPath keeps the items whose path begins with a prefix; nil keeps all.
func underPath[T any](items iter.Seq[T], prefix *string, path func(T) string) iter.Seq[T] {
	if prefix == nil || *prefix == "/" {
		return items
	}
	return func(yield func(T) bool) {
		for item := range items {
			if strings.HasPrefix(path(item), *prefix) && !yield(item) {
				return
			}
		}
	}
}
