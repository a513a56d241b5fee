package policy

import (
	"cmp"
	"slices"
	"strings"
)

// index finds the statements of a policy that can match a request, so that
// deciding costs what can match and not what is stored. A statement is filed
// under each service that its actions name, or under none in particular, and
// there under the literal starts of its resources. Its size is linear in the
// document: a statement with several resources and more than a few services is
// filed under its services alone.
type index struct {
	any    group // whatever the service is
	groups []group
	slots  span // of numbers: open addressing by the service's hash, 1 more than a group's
	// What the groups are made of, each with its spans of these.
	filings []filing
	starts  []start
	numbers []uint32
}

// group is the statements that a service's actions can match.
type group struct {
	service serviceHash
	// filings: first those that any resource may match, then from indexed on
	// those that starts lead to.
	filings span
	indexed uint32
	starts  span
	common  uint32 // how much of them all starts have in common
	shifts  bool   // a start may stand after a later colon than the fifth: M-03
}

// filing is a statement in a group, with the actions that concern the group.
type filing struct {
	statement uint32
	actions   span // of numbers: the policy's actions
}

// start is a text that the last part of an ARN starts with: the literal text
// of one resource entry or more between the fifth colon and the first wildcard
// or variable. The starts of a group are sorted.
type start struct {
	text    string // a piece of a resource entry's
	head    uint64 // of the text, behind what the group has in common
	filings span   // of numbers: filings
	parent  uint32 // 1 more than the number of the longest start that starts this one
}

// services is a set of services, as a filter: a service is one of 64 bits, so
// two may share one. Deciding skips the policies that cannot concern the
// request's service at the cost of one comparison each.
type services uint64

const allServices services = 1<<64 - 1

// bit places a service among 64.
func (h serviceHash) bit() services { return 1 << (h >> 26) }

// find is the group of a service, nil where no statement names it.
func (x *index) find(h serviceHash) *group {
	slots := of(x.numbers, x.slots)
	if len(slots) == 0 {
		return nil
	}
	mask := uint32(len(slots) - 1)
	for i := uint32(h) >> 8; ; i++ {
		number := slots[i&mask]
		if number == 0 {
			return nil
		}
		if g := &x.groups[number-1]; g.service == h {
			return g
		}
	}
}

// longest is the last of a group's starts that is not behind the text. Every
// start of the text is that one, or among its parents, since whatever stands
// between a text and its start starts so too. The answer is a number of starts
// and 1, and the head of the text behind what the starts have in common; 0 if
// the text does not start with that, or all starts are behind it.
func (p *Policy) longest(g *group, text string) (number uint32, head uint64) {
	starts := of(p.index.starts, g.starts)
	if len(starts) == 0 || !strings.HasPrefix(text, starts[0].text[:g.common]) {
		return 0, 0
	}
	head = headAt(text, int(g.common))
	low, high := 0, len(starts)
	for low < high {
		middle := int(uint(low+high) >> 1)
		s := &starts[middle]
		if s.head < head || s.head == head && s.text <= text {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low == 0 {
		return 0, 0
	}
	return g.starts.from + uint32(low), head
}

// begins says whether the text starts so, which starts with what the group has
// in common, and has this head behind that.
func (s *start) begins(g *group, text string, head uint64) bool {
	rest := len(s.text) - int(g.common)
	if rest > wordSize {
		return strings.HasPrefix(text, s.text)
	}
	return len(text) >= len(s.text) && (head^s.head)>>(8*(wordSize-rest)) == 0
}

// filed is a statement on its way into a group.
type filed struct {
	filing
	starts []string // nil: any resource may match
	denies bool
	shifts bool
}

// indexer builds the index of a policy.
type indexer struct {
	policy *Policy
	byHash map[serviceHash]int // places in groups
	groups [][]filed
	hashes []serviceHash
}

// buildIndex files every statement of the policy.
func buildIndex(p *Policy) {
	x := indexer{policy: p, byHash: make(map[serviceHash]int), groups: make([][]filed, 1), hashes: make([]serviceHash, 1)}
	for i := range p.statements {
		x.file(uint32(i))
	}
	for i, list := range x.groups {
		g := p.add(list)
		g.service = x.hashes[i]
		p.concern(g.service, list)
		if i == 0 {
			p.index.any = g
			continue
		}
		p.index.groups = append(p.index.groups, g)
	}
	p.index.hash()
	p.index.trim()
}

// trim gives back what appending took in advance.
func (x *index) trim() {
	x.groups = slices.Clone(x.groups)
	x.filings = slices.Clone(x.filings)
	x.starts = slices.Clone(x.starts)
	x.numbers = slices.Clone(x.numbers)
}

// concern adds the statements of a service to the filters.
func (p *Policy) concern(h serviceHash, list []filed) {
	if len(list) == 0 {
		return
	}
	bits := allServices
	if h != 0 {
		bits = h.bit()
	}
	p.services |= bits
	if slices.ContainsFunc(list, func(f filed) bool { return f.denies }) {
		p.denials |= bits
	}
}

// file puts a statement where requests that it can match look.
func (x *indexer) file(number uint32) {
	s := &x.policy.statements[number]
	f := filed{denies: s.flags&deny != 0}
	f.statement = number
	f.starts, f.shifts = x.policy.starts(s)
	byService := x.services(s)
	if len(byService) > maxServices && len(f.starts) > 1 {
		f.starts, f.shifts = nil, false
	}
	for _, b := range byService {
		f.actions = b.actions
		place := x.place(b.service)
		x.groups[place] = append(x.groups[place], f)
	}
}

// maxServices is how many services a statement may have to be filed under each
// start of its resources too, where it has several.
const maxServices = 4

// serviceActions is the actions of one service in a statement.
type serviceActions struct {
	service serviceHash
	actions span
}

// services parts a statement's actions. Where one of them may be of any
// service, and for NotAction, the statement concerns every service.
func (x *indexer) services(s *rule) []serviceActions {
	type entry struct {
		service serviceHash
		number  uint32
	}
	list := make([]entry, 0, s.actions.to-s.actions.from)
	whole := s.flags&notAction != 0
	for i := s.actions.from; i < s.actions.to; i++ {
		a := &x.policy.actions[i]
		if a.kind != actionNothing {
			h := a.service()
			whole = whole || h == 0
			list = append(list, entry{h, i})
		}
	}
	if whole {
		from := len(x.policy.index.numbers)
		for _, e := range list {
			x.policy.index.numbers = append(x.policy.index.numbers, e.number)
		}
		return []serviceActions{{actions: since(x.policy.index.numbers, from)}}
	}
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Compare(a.service, b.service) })
	var parts []serviceActions
	for i, e := range list {
		if i == 0 || e.service != list[i-1].service {
			parts = append(parts, serviceActions{e.service, since(x.policy.index.numbers, len(x.policy.index.numbers))})
		}
		x.policy.index.numbers = append(x.policy.index.numbers, e.number)
		parts[len(parts)-1].actions.to++
	}
	return parts
}

// place is where a service's group is; that of no service in particular is 0.
func (x *indexer) place(h serviceHash) int {
	if h == 0 {
		return 0
	}
	place, ok := x.byHash[h]
	if !ok {
		place = len(x.groups)
		x.byHash[h] = place
		x.groups = append(x.groups, nil)
		x.hashes = append(x.hashes, h)
	}
	return place
}

// starts is what the last part of an ARN starts with if the statement matches
// it: one of them at least, and none that another one starts. nil: any
// resource may match.
func (p *Policy) starts(s *rule) (starts []string, shifts bool) {
	if s.resources.from == s.resources.to || s.flags&notResource != 0 {
		return nil, false
	}
	starts = make([]string, 0, s.resources.to-s.resources.from)
	for i := s.resources.from; i < s.resources.to; i++ {
		r := &p.resources[i]
		if r.kind == resourceNothing {
			continue
		}
		text := r.start()
		if text == "" {
			return nil, false
		}
		starts = append(starts, text)
		shifts = shifts || r.kind == resourceAligned
	}
	slices.Sort(starts)
	kept := starts[:0]
	for _, text := range starts {
		if len(kept) == 0 || !strings.HasPrefix(text, kept[len(kept)-1]) {
			kept = append(kept, text)
		}
	}
	return kept, shifts
}

// add appends a group of these statements, which are in the order of the
// document.
func (p *Policy) add(list []filed) group {
	x := &p.index
	from := len(x.filings)
	for i := range list {
		if list[i].starts == nil {
			x.filings = append(x.filings, list[i].filing)
		}
	}
	g := group{indexed: uint32(len(x.filings))}
	var entries []filedStart
	for i := range list {
		f := &list[i]
		if f.starts == nil {
			continue
		}
		number := uint32(len(x.filings))
		x.filings = append(x.filings, f.filing)
		for _, text := range f.starts {
			entries = append(entries, filedStart{text, number})
		}
		g.shifts = g.shifts || f.shifts
	}
	g.filings = since(x.filings, from)
	p.addStarts(&g, entries)
	return g
}

// filedStart is a start and the filing that it leads to.
type filedStart struct {
	text   string
	filing uint32
}

// addStarts sorts and links the starts of a group.
func (p *Policy) addStarts(g *group, entries []filedStart) {
	if len(entries) == 0 {
		return
	}
	slices.SortStableFunc(entries, func(a, b filedStart) int { return strings.Compare(a.text, b.text) })
	last := entries[len(entries)-1].text
	common := commonPrefix(entries[0].text, last)
	g.common = uint32(len(common))
	x := &p.index
	first := len(x.starts)
	for i, e := range entries {
		if i == 0 || e.text != entries[i-1].text {
			x.starts = append(x.starts, start{text: e.text, head: headAt(e.text, int(g.common)),
				filings: since(x.numbers, len(x.numbers)), parent: p.parent(first, e.text)})
		}
		x.numbers = append(x.numbers, e.filing)
		x.starts[len(x.starts)-1].filings.to++
	}
	g.starts = since(x.starts, first)
}

// commonPrefix is what both texts start with.
func commonPrefix(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// parent finds, for a start that comes behind all there are from first on, the
// longest of them that starts it.
func (p *Policy) parent(first int, text string) uint32 {
	at := uint32(len(p.index.starts))
	for at > uint32(first) && !strings.HasPrefix(text, p.index.starts[at-1].text) {
		at = p.index.starts[at-1].parent
	}
	if at > uint32(first) {
		return at
	}
	return 0
}

// hash makes the table by which find looks.
func (x *index) hash() {
	if len(x.groups) == 0 {
		return
	}
	size := 2
	for size < 2*len(x.groups) {
		size *= 2
	}
	from := len(x.numbers)
	x.numbers = append(x.numbers, make([]uint32, size)...)
	x.slots = since(x.numbers, from)
	slots, mask := of(x.numbers, x.slots), uint32(size-1)
	for number := range x.groups {
		i := uint32(x.groups[number].service) >> 8
		for slots[i&mask] != 0 {
			i++
		}
		slots[i&mask] = uint32(number + 1)
	}
}
