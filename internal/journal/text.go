package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// textStart begins the line of a policy's text.
var textStart = []byte(`{"policy":"`)

// sum names a policy's text.
type sum = [sha256.Size]byte

// appendText appends the line of a policy's text, which stands in front of the first
// decision of its segment that names it: a policy that is changed or deleted is still
// known as it was.
func appendText(dst []byte, of sum, text string) []byte {
	dst = append(dst, textStart...)
	dst = hex.AppendEncode(dst, of[:])
	dst = field(append(dst, '"'), "text", text)
	return append(dst, '}', '\n')
}

// texts are the texts of policies, each once.
type texts struct {
	of    map[sum]string
	bytes int
}

// add takes texts in while there is room, and says how many had none.
func (t *texts) add(more texts, room int) (dropped int64) {
	for s, text := range more.of {
		if _, has := t.of[s]; has {
			continue
		}
		if len(text) > room {
			dropped++
			continue
		}
		if t.of == nil {
			t.of = map[sum]string{}
		}
		t.of[s] = text
		t.bytes += len(text)
		room -= len(text)
	}
	return dropped
}

// textsOf are the texts of a set's policies.
func textsOf(s *policy.Set) texts {
	t := texts{of: make(map[sum]string, 8)}
	t.list(s.Identity, s.Boundary, s.Session, s.Endpoint, []*policy.Policy{s.Resource, s.Trust})
	t.list(s.ServiceControl...)
	t.list(s.ResourceControl...)
	return t
}

func (t *texts) list(all ...[]*policy.Policy) {
	for _, list := range all {
		for _, p := range list {
			if p != nil && p.Text() != "" {
				t.of[p.Sum()] = p.Text()
			}
		}
	}
}

// textSet are the texts that stand in the segment that is open. When there are very
// many it forgets them, and they are written again.
type textSet struct{ of map[sum]bool }

const maxTextSet = 1 << 16

func (s *textSet) add(of sum) {
	if len(s.of) >= maxTextSet {
		s.of = nil
	}
	if s.of == nil {
		s.of = map[sum]bool{}
	}
	s.of[of] = true
}

// writeTexts writes the texts of a batch that the segment does not hold yet.
func (s *segments) writeTexts(all texts, placed func(of sum, offset int64)) error {
	var lines []byte
	var order []sum
	var ends []int
	for of, text := range all.of {
		if !s.texts.of[of] {
			lines = appendText(lines, of, text)
			order, ends = append(order, of), append(ends, len(lines))
		}
	}
	if len(order) == 0 {
		return nil
	}
	base := s.size
	n, err := s.write(lines)
	start := 0
	for i, of := range order {
		if ends[i] > n {
			break
		}
		s.texts.add(of)
		placed(of, base+int64(start))
		start = ends[i]
	}
	return err
}

// isPolicyText says whether a line is a policy's text.
func isPolicyText(line []byte) bool { return bytes.HasPrefix(line, textStart) }
