package journal

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	// maxIndexed bounds the denials that are found at once: about 40 MB. Older ones
	// are found by reading the segments.
	maxIndexed = 1 << 18
	// maxIndexedTexts bounds the places of texts.
	maxIndexedTexts = 1 << 16
)

// index knows where denials and the texts of their policies stand in the log. It is
// in memory only: after a start it is built again, from the newest segment backwards.
// It is safe for concurrent use.
type index struct {
	seed  maphash.Seed
	built chan struct{} // closed when what was there at the start is in it

	limit int // denials that it holds

	mu      sync.Mutex
	denials map[uint64]place // by the hash of each of their ids
	order   [][3]uint64      // the denials since the start, oldest first
	former  [][3]uint64      // those of before, newest first
	texts   map[textKey]int64
	forgot  bool // denials within the retention are not in it
}

type place struct {
	segment int
	offset  int64
}

type textKey struct {
	segment int
	of      sum
}

// mention is a denial in lines that are to be written.
type mention struct {
	keys   [3]uint64
	offset int // of its decision
}

func newIndex() *index {
	return &index{limit: maxIndexed, seed: maphash.MakeSeed(), built: make(chan struct{}), denials: map[uint64]place{}, texts: map[textKey]int64{}}
}

func (x *index) key(id string) uint64 { return maphash.String(x.seed, id) }

func (x *index) mention(authorization, request, event string, offset int) mention {
	return mention{[3]uint64{x.key(authorization), x.key(request), x.key(event)}, offset}
}

// add adds those denials whose lines are among the first n bytes, which stand at base
// in a segment. It returns the others, as they stand in what is left.
func (x *index) add(denials []mention, segment int, base int64, n int) (left []mention) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, d := range denials {
		if d.offset >= n {
			left = slices.Clone(denials[i:])
			break
		}
		x.put(d.keys, place{segment, base + int64(d.offset)})
		x.order = append(x.order, d.keys)
		x.forgetOldest()
	}
	for i := range left {
		left[i].offset -= n
	}
	return left
}

func (x *index) put(keys [3]uint64, at place) {
	for _, k := range keys {
		x.denials[k] = at
	}
}

// forgetOldest makes room for the newest.
func (x *index) forgetOldest() {
	if len(x.order)+len(x.former) <= x.limit {
		return
	}
	var oldest [3]uint64
	if n := len(x.former); n > 0 {
		oldest, x.former = x.former[n-1], x.former[:n-1]
	} else {
		oldest, x.order = x.order[0], x.order[1:]
	}
	for _, k := range oldest {
		delete(x.denials, k)
	}
	x.forgot = true
}

// addText adds the place of a text; one that has none is looked for in its segment.
func (x *index) addText(segment int, of sum, offset int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.texts) >= maxIndexedTexts {
		clear(x.texts)
	}
	x.texts[textKey{segment, of}] = offset
}

func (x *index) text(segment int, of sum) (int64, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	offset, ok := x.texts[textKey{segment, of}]
	return offset, ok
}

func (x *index) find(id string) (place, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	at, ok := x.denials[x.key(id)]
	return at, ok
}

// incomplete says whether denials within the retention may not be in the index.
func (x *index) incomplete() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.forgot
}

// build adds what was in the log at the start: of the segment numbered last its first
// size bytes, and the segments before that were written since a time.
func (x *index) build(dir string, last int, size int64, since time.Time, stop <-chan struct{}) {
	defer close(x.built)
	numbers, err := segmentNumbers(dir)
	if err != nil {
		x.giveUp()
		return
	}
	for _, n := range slices.Backward(numbers) {
		if n > last { // begun since, and added as it was written
			continue
		}
		end := int64(-1)
		if n == last {
			end = size
		}
		if more := x.addSegment(dir, n, end, since, stop); !more {
			return
		}
	}
}

// giveUp leaves denials to be found by reading the segments.
func (x *index) giveUp() {
	x.mu.Lock()
	x.forgot = true
	x.mu.Unlock()
}

// addSegment adds a segment, or its first size bytes; more says that those in front
// of it belong to the index, too.
func (x *index) addSegment(dir string, number int, size int64, since time.Time, stop <-chan struct{}) (more bool) {
	f, err := os.Open(segmentPath(dir, number))
	if errors.Is(err, fs.ErrNotExist) { // removed since, being the oldest
		return false
	}
	if err != nil {
		x.giveUp()
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		x.giveUp()
		return false
	}
	if info.ModTime().Before(since) {
		return false
	}
	if size < 0 {
		size = info.Size()
	}
	lines := newBackward(f, size)
	for lines.next() {
		select {
		case <-stop:
			return false
		default:
		}
		if !x.addLine(number, lines.offset, lines.line) {
			return false
		}
	}
	if lines.err != nil {
		x.giveUp()
	}
	return lines.err == nil
}

// addLine adds a line of before the start; false when there is no more room.
func (x *index) addLine(segment int, offset int64, line []byte) bool {
	if isPolicyText(line) {
		if of, ok := sumOf(line); ok {
			x.addText(segment, of, offset)
		}
		return true
	}
	if !bytes.HasPrefix(line, decisionStart) {
		return true
	}
	id := idsOf(line)
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.order)+len(x.former) >= x.limit {
		x.forgot = true
		return false
	}
	keys := [3]uint64{x.key(id.authorization), x.key(id.request), x.key(id.event)}
	for _, k := range keys {
		if _, newer := x.denials[k]; !newer {
			x.denials[k] = place{segment, offset}
		}
	}
	x.former = append(x.former, keys)
	return true
}
