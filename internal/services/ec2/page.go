package ec2

import (
	"crypto/sha256"
	"encoding/base64"
	"iter"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// Sizes of pages [API_DescribeInstances].
const (
	minResults = 5
	maxResults = 1000
)

// page is the part of a list that one call asks for.
type page struct {
	list  string
	after string // position of the last item of the page before
	size  int    // 0: everything
}

// pageOf reads the paging members of an input. Who names what is wanted gets all of it:
// named says so, parameter is how AWS calls that.
func pageOf(call *api.Call, most *int32, token *string, named bool, parameter string) (page, error) {
	p := page{list: call.Account + "/" + call.Operation.Name, size: maxResults}
	switch {
	case most != nil && named:
		return page{}, fault("InvalidParameterCombination", "The parameter %s cannot be used with the parameter maxResults", parameter)
	case named:
		p.size = 0
	case most != nil && *most < minResults:
		return page{}, invalidValue("Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than %d.", *most, minResults)
	case most != nil:
		p.size = min(int(*most), maxResults)
	}
	if token == nil || *token == "" {
		return p, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*token)
	if err != nil || len(raw) <= checkSize || p.token(string(raw[checkSize:])) != *token {
		return page{}, fault("InvalidPaginationToken", "The pagination token is not valid.")
	}
	p.after = string(raw[checkSize:])
	return p, nil
}

const checkSize = 6

// token for a position: the first bytes of a checksum that binds it to its list, then
// the position.
func (p page) token(position string) string {
	sum := sha256.Sum256([]byte(p.list + "\x00" + position))
	return base64.RawURLEncoding.EncodeToString(append(sum[:checkSize:checkSize], position...))
}

// take takes a page of items that begin after p.after, and the token of the next.
func take[T any](p page, items iter.Seq[T], wanted func(T) bool, position func(T) string) (found []T, next *string) {
	for item := range items {
		if !wanted(item) {
			continue
		}
		if p.size > 0 && len(found) == p.size {
			token := p.token(position(found[len(found)-1]))
			return found, &token
		}
		found = append(found, item)
	}
	return found, nil
}

// namedInstances are the instances of the ids, each once.
func namedInstances(v *directory.View, ids []string) (iter.Seq[*directory.Instance], error) {
	var found []*directory.Instance
	seen := map[string]bool{}
	for _, id := range ids {
		if err := authz.CheckInstanceID(id); err != nil {
			return nil, err
		}
		i := v.Instance(id)
		if i == nil {
			return nil, notFound(id)
		}
		if !seen[id] {
			seen[id] = true
			found = append(found, i)
		}
	}
	return func(yield func(*directory.Instance) bool) {
		for _, i := range found {
			if !yield(i) {
				return
			}
		}
	}, nil
}
