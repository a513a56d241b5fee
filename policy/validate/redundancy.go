package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// redundantEntries finds actions and resources that another entry of the same
// list takes in.
func (v *validator) redundantEntries(s *statement) {
	for _, list := range [...]*spot{s.action, s.notAction} {
		if of := v.covered(list, strings.ToLower, actionCovers); len(of) > 0 {
			v.report("REDUNDANT_ACTION", fmt.Sprintf("Other entries of the list take in %s. Remove what is not needed.", quotedTexts(of)), of...)
		}
	}
	for _, list := range [...]*spot{s.resource, s.notResource} {
		if of := v.covered(list, func(s string) string { return s }, resourceCovers); len(of) > 0 {
			v.report("REDUNDANT_RESOURCE", fmt.Sprintf("Other entries of the list take in %s. Remove what is not needed, or the wider entry if it is wider than meant.", quotedTexts(of)), of...)
		}
	}
}

func quotedTexts(spots []*spot) string {
	texts := make([]string, len(spots))
	for i, s := range spots {
		texts[i] = fmt.Sprintf("%q", clip(s.text()))
	}
	return listed(texts)
}

// covered are the entries of a list that another takes in; of equal ones all
// but the first. Entries with a wildcard are compared with every other, as far
// as that stays cheap.
func (v *validator) covered(list *spot, normal func(string) string, covers func(wide, narrow string) bool) []*spot {
	items := list.strings()
	if len(items) < 2 {
		return nil
	}
	first := make(map[string]int, len(items))
	texts := make([]string, len(items))
	var wide []int
	for i, item := range items {
		texts[i] = normal(item.text())
		if _, ok := first[texts[i]]; ok {
			continue
		}
		first[texts[i]] = i
		if strings.ContainsAny(texts[i], "*?") {
			wide = append(wide, i)
		}
	}
	var of []*spot
	for i, item := range items {
		if first[texts[i]] != i || v.anyCovers(texts, wide, i, covers) {
			of = append(of, item)
		}
	}
	return of
}

func (v *validator) anyCovers(texts []string, wide []int, of int, covers func(wide, narrow string) bool) bool {
	for _, w := range wide {
		if texts[w] == texts[of] {
			continue
		}
		if !v.spend(1 + len(texts[of])/16) {
			return false
		}
		if covers(texts[w], texts[of]) {
			return true
		}
	}
	return false
}

// patternCovers says whether each text that is like narrow is like wide. Stars
// of the narrow one are characters to the wide one: no "?" and no letter of it
// takes one in.
func patternCovers(wide, narrow string) bool {
	if strings.Contains(wide, "?") && strings.Contains(narrow, "*") {
		return wide == narrow // rare, and not worth telling which "?" meets a star
	}
	return matches(wide, narrow)
}

func actionCovers(wide, narrow string) bool {
	if wide == "*" || wide == "*:*" {
		return true
	}
	service, name, ok := strings.Cut(wide, ":")
	ownService, ownName, own := strings.Cut(narrow, ":")
	return ok && own && (service == "*" || service == ownService) && patternCovers(name, ownName)
}

// resourceCovers compares part by part, as resources are matched (M-03); stars
// that take in several parts are left aside.
func resourceCovers(wide, narrow string) bool {
	if strings.Trim(wide, "*") == "" {
		return true
	}
	a, b := strings.SplitN(wide, ":", arnParts), strings.SplitN(narrow, ":", arnParts)
	if len(a) < arnParts || len(b) < arnParts || strings.Contains(wide, "${") && wide != narrow {
		return false
	}
	for i := range a {
		if a[i] != b[i] && (i == 0 || !patternCovers(a[i], b[i])) {
			return false
		}
	}
	return true
}

// redundantStatement finds a statement that says the same as an earlier one.
func (v *validator) redundantStatement(s *statement, same map[string]*spot) {
	var form strings.Builder
	members := s.spot.node.Members()
	order := make([]int, 0, len(members))
	for i := range members {
		if members[i].Name() != "Sid" {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(members[a].Name(), members[b].Name()) })
	for _, i := range order {
		fmt.Fprintf(&form, "%q:", members[i].Name())
		writeForm(&form, members[i].Value(), strings.HasSuffix(members[i].Name(), "Action"))
	}
	if first := same[form.String()]; first != nil {
		v.report("REDUNDANT_STATEMENT", "Another statement says the same. Remove one of them.", s.spot, first)
		return
	}
	same[form.String()] = s.spot
}

// writeForm writes a value so that values which mean the same are written
// alike: lists are sets, a single value is a list of one.
func writeForm(b *strings.Builder, n *policy.Node, fold bool) {
	if n.Kind() == policy.JSONObject {
		members := n.Members()
		forms := make([]string, len(members))
		for i := range members {
			var inner strings.Builder
			fmt.Fprintf(&inner, "%q:", members[i].Name())
			writeForm(&inner, members[i].Value(), false)
			forms[i] = inner.String()
		}
		slices.Sort(forms)
		b.WriteString("{" + strings.Join(forms, ",") + "}")
		return
	}
	forms := make([]string, 0, len(n.List()))
	for _, item := range n.List() {
		if item.Kind() == policy.JSONObject || item.Kind() == policy.JSONArray {
			var inner strings.Builder
			writeForm(&inner, item, fold)
			forms = append(forms, inner.String())
			continue
		}
		text := item.Text()
		if fold {
			text = strings.ToLower(text)
		}
		forms = append(forms, fmt.Sprintf("%q", text))
	}
	slices.Sort(forms)
	b.WriteString("[" + strings.Join(slices.Compact(forms), ",") + "]")
}
