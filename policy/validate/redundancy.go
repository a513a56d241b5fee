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
		if of := v.covered(list, cutAction, actionCovers); len(of) > 0 {
			v.report("REDUNDANT_ACTION", fmt.Sprintf("Other entries of the list take in %s. Remove what is not needed.", listed(texts(of))), some(of, mostPlaces)...)
		}
	}
	for _, list := range [...]*spot{s.resource, s.notResource} {
		if of := v.covered(list, cutResource, resourceCovers); len(of) > 0 {
			v.report("REDUNDANT_RESOURCE", fmt.Sprintf("Other entries of the list take in %s. Remove what is not needed, or the wider entry if it is wider than meant.", listed(texts(of))), some(of, mostPlaces)...)
		}
	}
}

// entry is an action or a resource, cut into its parts.
type entry struct {
	text  string
	parts []string
	wild  bool
}

// cutAction cuts an action; case makes no difference to it.
func cutAction(text string) entry {
	text = strings.ToLower(text)
	return entry{text, strings.SplitN(text, ":", 2), strings.ContainsAny(text, "*?")}
}

// cutResource cuts a resource. One with a variable takes in nothing else, as
// far as can be told.
func cutResource(text string) entry {
	return entry{text, strings.SplitN(text, ":", arnParts), strings.ContainsAny(text, "*?") && !strings.Contains(text, "${")}
}

// covered are the entries of a list that another takes in; of equal ones all
// but the first. Entries with a wildcard are compared with every other, as far
// as that stays cheap.
func (v *validator) covered(list *spot, cut func(string) entry, covers func(wide, narrow *entry) bool) []*spot {
	items := list.strings()
	if len(items) < 2 {
		return nil
	}
	first := make(map[string]int, len(items))
	all := make([]entry, len(items))
	var wide []*entry
	for i, item := range items {
		all[i] = cut(item.text())
		if _, ok := first[all[i].text]; ok {
			continue
		}
		first[all[i].text] = i
		if all[i].wild {
			wide = append(wide, &all[i])
		}
	}
	var of []*spot
	for i, item := range items {
		if first[all[i].text] != i || v.anyCovers(wide, &all[i], covers) {
			of = append(of, item)
		}
	}
	return of
}

func (v *validator) anyCovers(wide []*entry, of *entry, covers func(wide, narrow *entry) bool) bool {
	for _, w := range wide {
		if w == of {
			continue
		}
		if !v.spend(lookupEffort + len(of.text)) {
			return false
		}
		if covers(w, of) {
			return true
		}
	}
	return false
}

// patternCovers says whether each text that is like narrow is like wide. Stars
// of the narrow one are characters to the wide one: no letter of it takes one
// in.
func patternCovers(wide, narrow string) bool {
	if strings.Contains(wide, "?") && strings.Contains(narrow, "*") {
		return wide == narrow // rare, and not worth telling which "?" meets a star
	}
	return matches(wide, narrow)
}

func actionCovers(wide, narrow *entry) bool {
	a, b := wide.parts, narrow.parts
	if wide.text == "*" || wide.text == "*:*" {
		return true
	}
	return len(a) == 2 && len(b) == 2 && (a[0] == "*" || a[0] == b[0]) && patternCovers(a[1], b[1])
}

// resourceCovers compares part by part, as resources are matched (M-03); stars
// that take in several parts are left aside.
func resourceCovers(wide, narrow *entry) bool {
	a, b := wide.parts, narrow.parts
	if strings.Trim(wide.text, "*") == "" {
		return true
	}
	if len(a) < arnParts || len(b) < arnParts {
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
