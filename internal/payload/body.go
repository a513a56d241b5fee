package payload

import (
	"cmp"
	"io"
)

// blockSize is how much of the end of a body is held back until all is right.
const blockSize = 16 << 10

// idleReads is how often a reader may give nothing before it is taken to be stuck, as
// in bufio.
const idleReads = 100

// Body is a body that is verified while it is read. It is for one goroutine.
type Body struct {
	plain   io.Reader    // of a body that is sent as it is
	source  *chunkSource // of one in chunks
	length  int64
	left    int64 // of length, not yet read from the connection
	digests digests

	last  []byte // the last block, once all was right, as far as it was not given
	begun bool
	err   error // io.EOF once all was right
}

func (b *Body) chunked() bool { return b.source != nil }

// Length is the number of bytes that Read will give.
func (b *Body) Length() int64 { return b.length }

// Read gives the decoded body. It ends with io.EOF only after all that vouches for the
// body was right, and the last block comes only then; else with an *api.Error. After an
// error every call gives the same.
//
// The length is known, so everything before the last block goes from the connection to p.
func (b *Body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b.begun = true
	if b.err == nil && b.left > blockSize {
		n, err := b.some(p[:min(int64(len(p)), b.left-blockSize)])
		b.err = err
		if n > 0 {
			return n, nil
		}
	}
	if b.err == nil {
		b.last, b.err = b.verified()
	}
	if len(b.last) == 0 {
		return 0, b.err
	}
	n := copy(p, b.last)
	b.last = b.last[n:]
	return n, nil
}

// verified reads the last block and returns it, with io.EOF, where all is right.
func (b *Body) verified() ([]byte, error) {
	last := make([]byte, b.left)
	for at := 0; at < len(last); {
		n, err := b.some(last[at:])
		if at += n; err != nil && at < len(last) {
			return nil, err
		}
	}
	if err := b.finish(); err != nil {
		return nil, err
	}
	return last, io.EOF
}

// some reads a byte of the object at least, or says why not.
func (b *Body) some(p []byte) (int, error) {
	for range idleReads {
		n, err := b.read(p)
		if n > 0 {
			b.digests.write(p[:n])
			b.left -= int64(n)
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, errBroken(io.ErrNoProgress)
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
	b.last = nil
	if b.err == nil {
		_, b.err = io.Copy(io.Discard, struct{ io.Reader }{b})
		b.err = cmp.Or(b.err, io.EOF)
	}
	if b.err != io.EOF {
		return b.err
	}
	return nil
}
