// Package catalog is what AWS publishes about itself, as data: the policies
// that AWS manages, and the service authorization tables (which actions a
// service has, on which resource types, with which condition keys).
//
// Everything here is generated (`make generate`, internal/catalog/gen), checked
// in, and embedded in the binary in compressed blocks. Starting the program
// reads none of it: an index of plain text is searched where it lies in the
// binary, and a look-up inflates only the block it needs.
//
// Any room may read the catalog. It decides nothing, and knows nothing of the
// accounts that this server holds.
package catalog

import (
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/gatehouse-iam/gatehouse/internal/catalog/archive"
)

// table is a sorted index of tab-separated lines, one an entry, the first
// field its key. The text stays in the binary's read-only data; only where
// each line starts is kept in memory.
type table struct {
	text   string
	starts func() []int32
}

func newTable(text string) *table {
	return &table{text: text, starts: sync.OnceValue(func() []int32 { return lineStarts(text) })}
}

func lineStarts(text string) []int32 {
	starts := make([]int32, 0, strings.Count(text, "\n"))
	for at := 0; at < len(text); at += strings.IndexByte(text[at:], '\n') + 1 {
		starts = append(starts, int32(at))
	}
	return starts
}

func (t *table) len() int { return len(t.starts()) }

func (t *table) key(i int) string {
	key, _, _ := strings.Cut(t.text[t.starts()[i]:], "\t")
	return key
}

func (t *table) fields(i int) []string {
	line, _, _ := strings.Cut(t.text[t.starts()[i]:], "\n")
	return strings.Split(line, "\t")
}

func (t *table) find(key string) (int, bool) {
	return sort.Find(t.len(), func(i int) int { return strings.Compare(key, t.key(i)) })
}

// mustText reads an embedded text. The data and its index are generated
// together and every entry is read by a test, so a failure is a damaged
// binary: there is no answer to give that would be right.
func mustText(r *archive.Reader, location string) string {
	at, err := archive.ParseLocation(location)
	if err != nil {
		panic(fmt.Errorf("catalog: the index is damaged: %w", err))
	}
	text, err := r.Text(at)
	if err != nil {
		panic(fmt.Errorf("catalog: the data is damaged: %w", err))
	}
	return text
}
