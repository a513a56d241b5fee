package journal

import (
	"bytes"
	"fmt"
	"io"
)

// blockBytes are read at a time.
const blockBytes = 256 << 10

// backward reads the lines of a segment from its end to its beginning, in little
// memory.
type backward struct {
	file io.ReaderAt
	from int64  // where buffer begins in the file
	text []byte // of buffer, what is not read yet
	err  error

	// Of the last next.
	line   []byte // without its line feed; good until the following next
	offset int64  // in the file
	whole  bool   // the line has its line feed
}

func newBackward(f io.ReaderAt, size int64) *backward { return &backward{file: f, from: size} }

// next reads the line in front of the last one; false at the beginning, or with
// err.
func (b *backward) next() bool {
	for {
		text := bytes.TrimSuffix(b.text, []byte{'\n'})
		if start := bytes.LastIndexByte(text, '\n') + 1; start > 0 {
			b.take(start, len(text))
			return true
		}
		if b.from == 0 {
			if len(b.text) == 0 {
				return false
			}
			b.take(0, len(text))
			return true
		}
		if !b.fill() {
			return false
		}
	}
}

func (b *backward) take(start, end int) {
	b.line, b.offset, b.whole = b.text[start:end], b.from+int64(start), end < len(b.text)
	b.text = b.text[:start]
}

// fill reads the block in front of what is there.
func (b *backward) fill() bool {
	n := min(b.from, int64(max(blockBytes, len(b.text)))) // a long line: twice as much each time
	block := make([]byte, n, int(n)+len(b.text))
	if _, err := b.file.ReadAt(block, b.from-n); err != nil {
		b.err = fmt.Errorf("journal: %w", err)
		return false
	}
	b.text, b.from = append(block, b.text...), b.from-n
	return true
}
