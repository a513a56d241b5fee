package archive

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

// Index is a sorted table of tab-separated lines, one an entry, the first
// field its key. The text stays in the binary's read-only data; only where
// each line starts is kept in memory, from the first look-up on.
type Index struct {
	text   string
	starts func() []int32
}

// NewIndex makes an index of a text. It reads nothing yet.
func NewIndex(text string) *Index {
	return &Index{text: text, starts: sync.OnceValue(func() []int32 { return lineStarts(text) })}
}

func lineStarts(text string) []int32 {
	starts := make([]int32, 0, strings.Count(text, "\n"))
	for at := 0; at < len(text); at += strings.IndexByte(text[at:], '\n') + 1 {
		starts = append(starts, int32(at))
	}
	return starts
}

// Len is how many entries there are.
func (x *Index) Len() int { return len(x.starts()) }

// Key is the first field of the i-th entry.
func (x *Index) Key(i int) string {
	key, _, _ := strings.Cut(x.text[x.starts()[i]:], "\t")
	return key
}

// Fields are all fields of the i-th entry.
func (x *Index) Fields(i int) []string {
	line, _, _ := strings.Cut(x.text[x.starts()[i]:], "\n")
	return strings.Split(line, "\t")
}

// Find finds the entry of a key.
func (x *Index) Find(key string) (int, bool) {
	return sort.Find(x.Len(), func(i int) int { return strings.Compare(key, x.Key(i)) })
}

// MustText reads a text whose location an index has. An archive and its index
// are generated together and every entry is read by a test, so a failure is a
// damaged binary: there is no answer to give that would be right.
func (r *Reader) MustText(location string) string {
	at, err := ParseLocation(location)
	if err != nil {
		panic(fmt.Errorf("archive: the index is damaged: %w", err))
	}
	text, err := r.Text(at)
	if err != nil {
		panic(fmt.Errorf("archive: the data is damaged: %w", err))
	}
	return text
}
