package payload

import (
	"io"
	"sync"
)

// blockSize is how much is read and held back at a time: enough that the cost of a
// call does not count, little enough to stay in the processor's cache.
const blockSize = 64 << 10

// Body is a body that is verified while it is read. It is for one goroutine.
type Body struct {
	plain   io.Reader    // of a body that is sent as it is
	source  *chunkSource // of one in chunks
	length  int64
	left    int64 // of length, not yet read from the connection
	digests digests

	blocks  *[2]block // where the body is longer than a block
	current []byte    // may be given
	held    []byte    // may be given once more was read, or all was right
	turn    int       // the block to fill next
	begun   bool
	err     error // io.EOF once all was right
}

type block [blockSize]byte

// blockPool keeps pairs of blocks from one large body for the next.
var blockPool = sync.Pool{New: func() any { return new([2]block) }}

func (b *Body) chunked() bool { return b.source != nil }

// Length is the number of bytes that Read will give.
func (b *Body) Length() int64 { return b.length }

// Read gives the decoded body. It ends with io.EOF only after all that vouches for the
// body was right, and the last block comes only then; else with an *api.Error. After an
// error every call gives the same.
func (b *Body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(b.current) == 0 {
		if b.err != nil {
			if len(b.held) == 0 || b.err != io.EOF {
				return 0, b.end()
			}
			b.current, b.held = b.held, nil // all was right: what was held back too
			continue
		}
		b.advance()
	}
	n := copy(p, b.current)
	b.current = b.current[n:]
	return n, nil
}

// end gives the blocks back: nobody will see them again.
func (b *Body) end() error {
	if b.blocks != nil {
		blockPool.Put(b.blocks)
		b.blocks, b.held = nil, nil
	}
	return b.err
}

// advance reads a block, and verifies the body where it was the last. The block before
// may be given then: it is not the last, or all is right.
func (b *Body) advance() {
	b.begun = true
	next, err := b.fill()
	if err == nil && b.left == 0 {
		if err = b.finish(); err == nil {
			err = io.EOF
		}
	}
	if err != nil && err != io.EOF {
		b.err, b.held = err, nil
		return
	}
	b.current, b.held, b.err = b.held, next, err
}

// fill reads the next block, full but at the body's end.
func (b *Body) fill() ([]byte, error) {
	into := b.room()
	for at, idle := 0, 0; at < len(into); idle++ {
		n, err := b.read(into[at:])
		b.digests.write(into[at : at+n])
		at += n
		b.left -= int64(n)
		switch {
		case err != nil && at < len(into):
			return nil, err
		case n > 0:
			idle = 0
		case idle > idleReads:
			return nil, errBroken(io.ErrNoProgress)
		}
	}
	return into, nil
}

// room is where the next block goes: memory of its own where the body is no longer.
func (b *Body) room() []byte {
	if b.length <= blockSize {
		return make([]byte, b.left)
	}
	if b.blocks == nil {
		b.blocks = blockPool.Get().(*[2]block)
	}
	into := b.blocks[b.turn][:min(b.left, blockSize)]
	b.turn ^= 1
	return into
}

// read reads bytes of the object.
func (b *Body) read(p []byte) (int, error) {
	if b.chunked() {
		return b.source.read(p, b.left)
	}
	n, err := b.plain.Read(p)
	return n, broken(err)
}

// broken is what an error of the connection means to the caller.
func broken(err error) error {
	switch {
	case err == nil:
		return nil
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return errIncomplete()
	}
	return errBroken(err)
}

// finish reads what comes behind the object's bytes and verifies everything.
func (b *Body) finish() error {
	if !b.chunked() {
		if err := atEnd(b.plain); err != nil {
			return err
		}
		return b.digests.verify()
	}
	value, err := b.source.finish()
	if err != nil {
		return err
	}
	if b.source.trailer != "" {
		if err := b.digests.expectTrailer(value); err != nil {
			return err
		}
	}
	return b.digests.verify()
}

// idleReads is how often a reader may give nothing before it is taken to be stuck, as
// in bufio.
const idleReads = 100

// atEnd says whether nothing more comes.
func atEnd(r io.Reader) error {
	var one [1]byte
	for range idleReads {
		n, err := r.Read(one[:])
		switch {
		case n != 0:
			return errIncomplete()
		case err == io.EOF:
			return nil
		case err != nil:
			return broken(err)
		}
	}
	return errBroken(io.ErrNoProgress)
}

// Trailer is the checksum that came behind the body, as "x-amz-checksum-crc32" and its
// base64 text; "" where there was none. It is known once Read has given io.EOF.
func (b *Body) Trailer() (name, value string) {
	if b.Announced() == "" || b.err != io.EOF {
		return "", ""
	}
	return b.source.trailer, b.digests.checksumText
}

// Announced is the name of the checksum that will come behind the body [x-amz-trailer],
// "" for none. It is known before Read.
func (b *Body) Announced() string {
	if !b.chunked() {
		return ""
	}
	return b.source.trailer
}

// Finish reads what is left of a body of which something was read, and says whether it
// is what was signed. A body that nothing was read of is left alone.
func (b *Body) Finish() error {
	if !b.begun {
		return nil
	}
	for b.err == nil {
		b.advance()
	}
	b.current, b.held = nil, nil
	if err := b.end(); err != io.EOF {
		return err
	}
	return nil
}
