package validate

import (
	"iter"
	"strings"
)

// mostEffort is how many steps comparing may cost for a whole document, a step
// being about the comparison of one byte. It is far more than a document of
// AWS's sizes needs, and a second or so at most. A look-up costs some more.
const (
	mostEffort   = 200_000_000
	lookupEffort = 20
)

// How many places a finding names at most: of what it is about, and of what it
// tells beside that.
const (
	mostPlaces = 100
	fewPlaces  = 10
)

// spend takes from what comparing may still cost. It answers false once that
// is used up.
func (v *validator) spend(steps int) bool {
	if v.effort >= 0 {
		v.effort -= steps
	}
	return v.effort >= 0
}

// didYouMean ends a sentence, with the nearest of the names if one is near.
func (v *validator) didYouMean(wrong string, names iter.Seq[string]) string {
	if name := v.nearest(wrong, names); name != "" {
		return ". Did you mean " + name + "?"
	}
	return "."
}

// nearest is the name with the least edit distance, "" if none is near: at most
// a third of the text differs. Case counts for nothing.
func (v *validator) nearest(wrong string, names iter.Seq[string]) string {
	const longest = 64
	if len(wrong) > longest || v.effort < 0 {
		return ""
	}
	wrong = strings.ToLower(wrong)
	best, least := "", len(wrong)/3+1
	for name := range names {
		if n := len(name) - len(wrong); n > least || -n > least {
			continue
		}
		if !v.spend(lookupEffort + len(name)*len(wrong)) {
			return best
		}
		if d := distance(wrong, strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is the edit distance with transpositions of neighbours (optimal
// string alignment), in bytes.
func distance(a, b string) int {
	before := make([]int, len(b)+1) // two rows up
	above := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			change := above[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
