// Package archive keeps many small texts in few compressed blocks, so that a
// program can carry megabytes of reference data and inflate only the one
// block that holds the text it asks for.
//
// An archive is a run of gzip members. A text is found by its Location, which
// the caller keeps in an index of its own. Nothing is read before the first
// Text call. The package is for data made by our generator and embedded in the
// binary; it is no place for input from outside.
//
// Like everything under policy/x it carries no promise: it may change or go in
// any version.
package archive

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
)

// BlockSize is the size, before compression, at which a block is closed. A
// text larger than this has a block of its own. 64 KiB inflate in about a
// third of a millisecond; larger blocks compress little better.
const BlockSize = 64 << 10

// Location says where a text is: the position in the archive of the gzip
// member that holds it, and its place within that member's inflated bytes.
type Location struct {
	Block, Offset, Length int
}

// String is the form an index keeps: "BLOCK:OFFSET:LENGTH".
func (l Location) String() string {
	return fmt.Sprintf("%d:%d:%d", l.Block, l.Offset, l.Length)
}

// ParseLocation reads what String wrote.
func ParseLocation(s string) (Location, error) {
	var l Location
	if _, err := fmt.Sscanf(s, "%d:%d:%d", &l.Block, &l.Offset, &l.Length); err != nil || l.String() != s {
		return Location{}, fmt.Errorf("archive: %q is not a location", s)
	}
	return l, nil
}

// Writer builds an archive in memory. Its output depends on the texts and
// their order alone: gzip headers carry neither time nor name.
type Writer struct {
	out   bytes.Buffer
	block bytes.Buffer
}

// Add appends a text and says where a Reader will find it.
func (w *Writer) Add(text []byte) (Location, error) {
	if w.block.Len() > 0 && w.block.Len()+len(text) > BlockSize {
		if err := w.flush(); err != nil {
			return Location{}, err
		}
	}
	at := Location{Block: w.out.Len(), Offset: w.block.Len(), Length: len(text)}
	w.block.Write(text)
	return at, nil
}

// Bytes closes the last block and returns the archive.
func (w *Writer) Bytes() ([]byte, error) {
	if err := w.flush(); err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}

func (w *Writer) flush() error {
	if w.block.Len() == 0 {
		return nil
	}
	member, err := gzip.NewWriterLevel(&w.out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := member.Write(w.block.Bytes()); err != nil {
		return err
	}
	w.block.Reset()
	return member.Close()
}

// Reader reads an archive held in a string, as go:embed gives it. It keeps the
// block it inflated last, so that reading texts in their order inflates each
// block once. It is safe for use by several goroutines.
type Reader struct {
	data string
	last atomic.Pointer[inflated]
}

type inflated struct {
	at   int
	text string
}

// NewReader makes a reader of an archive. It reads nothing yet.
func NewReader(data string) *Reader { return &Reader{data: data} }

// Text returns a copy of the text at a location: it holds on to no block. It
// fails when the location is not in this archive or the archive is damaged.
func (r *Reader) Text(l Location) (string, error) {
	block, err := r.inflate(l.Block)
	if err != nil {
		return "", err
	}
	if l.Offset < 0 || l.Length < 0 || l.Offset > len(block) || l.Length > len(block)-l.Offset {
		return "", fmt.Errorf("archive: location %v is outside its block of %d bytes", l, len(block))
	}
	return strings.Clone(block[l.Offset : l.Offset+l.Length]), nil
}

func (r *Reader) inflate(at int) (string, error) {
	if last := r.last.Load(); last != nil && last.at == at {
		return last.text, nil
	}
	if at < 0 || at >= len(r.data) {
		return "", fmt.Errorf("archive: no block at %d of %d bytes", at, len(r.data))
	}
	member, err := gzip.NewReader(strings.NewReader(r.data[at:]))
	if err != nil {
		return "", fmt.Errorf("archive: block at %d: %w", at, err)
	}
	member.Multistream(false)
	var text strings.Builder
	text.Grow(BlockSize)
	if _, err := io.Copy(&text, member); err != nil {
		return "", fmt.Errorf("archive: block at %d: %w", at, err)
	}
	r.last.Store(&inflated{at: at, text: text.String()})
	return text.String(), nil
}
