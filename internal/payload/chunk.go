package payload

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"strings"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

const (
	// lineLimit is more than the header of a chunk, or a checksum, takes.
	lineLimit = 512
	// minChunk is the smallest chunk that may have one after it ([sigv4-streaming]:
	// "Chunk size must be at least 8 KB").
	minChunk = 8 << 10
	// maxChunkDigits are the hexadecimal digits of the largest object.
	maxChunkDigits   = 16
	trailerSignature = "x-amz-trailer-signature"
)

// signatureExtension is what a chunk's header says after its size.
var signatureExtension = []byte("chunk-signature=")

// chunkSource takes a body out of aws-chunked encoding:
//
//	size-in-hex [";chunk-signature=" signature] CRLF bytes CRLF
//
// again and again, then a chunk of no bytes, the trailer, and an empty line.
type chunkSource struct {
	// lines reads headers and trailers; it is so small that the bytes of a chunk go past
	// it straight to where they are wanted.
	lines   *bufio.Reader
	signed  *sigv4.Chunks // nil where chunks are not signed
	hash    hash.Hash     // of the chunk, where it is signed
	trailer string        // the name of the announced header

	left      int64  // of the chunk
	size      int64  // of the chunk
	signature []byte // that its header has
	begun     bool   // a chunk is open
	number    int    // of the chunk, from 1
	sum       [sha256.Size]byte
}

func newChunkSource(body io.Reader, signed *sigv4.Chunks) *chunkSource {
	c := &chunkSource{lines: bufio.NewReaderSize(body, lineLimit), signed: signed}
	if signed != nil {
		c.hash = sha256.New()
	}
	return c
}

// read reads bytes of the object, of which so many are left.
func (c *chunkSource) read(p []byte, objectLeft int64) (int, error) {
	if c.left == 0 {
		if err := c.next(objectLeft); err != nil {
			return 0, err
		}
	}
	n, err := c.lines.Read(p[:min(int64(len(p)), c.left)])
	if c.hash != nil {
		c.hash.Write(p[:n])
	}
	c.left -= int64(n)
	return n, broken(err)
}

// next closes the chunk that was read and opens one that has bytes.
func (c *chunkSource) next(objectLeft int64) error {
	last := c.size
	if err := c.open(); err != nil {
		return err
	}
	switch {
	case c.size == 0, c.size > objectLeft:
		return errIncomplete() // the object is another length than was announced
	case last > 0 && last < minChunk:
		return errChunkSize(c.number, last)
	}
	return nil
}

// open closes the chunk that was read and reads the header of the next.
func (c *chunkSource) open() error {
	if err := c.close(); err != nil {
		return err
	}
	line, err := c.line()
	if err != nil {
		return err
	}
	digits, extension, extended := bytes.Cut(line, []byte{';'})
	size, ok := parseSize(digits)
	if !ok {
		return errMalformed("a chunk's size is no hexadecimal number")
	}
	c.size, c.left, c.begun = size, size, true
	c.number++
	if c.signed == nil {
		if extended {
			return errMalformed("an unsigned chunk has an extension")
		}
		return nil
	}
	signature, ok := bytes.CutPrefix(extension, signatureExtension)
	if !ok {
		return errMalformed("a chunk has no chunk-signature")
	}
	c.signature = append(c.signature[:0], signature...)
	c.hash.Reset()
	return nil
}

// close reads the end of the chunk that was read, and checks its signature.
func (c *chunkSource) close() error {
	if !c.begun {
		return nil
	}
	c.begun = false
	line, err := c.line()
	if err != nil {
		return err
	}
	if len(line) > 0 {
		return errMalformed("a chunk is longer than its size")
	}
	return c.check()
}

// check checks the signature of the chunk that was read.
func (c *chunkSource) check() error {
	if c.signed == nil {
		return nil
	}
	c.hash.Sum(c.sum[:0])
	if err := c.signed.Chunk(c.signature, c.sum); err != nil {
		return errSignature(err)
	}
	return nil
}

// finish reads what comes behind the object's last byte: the chunk of no bytes, and the
// trailer, whose value it returns. Nothing may come after.
func (c *chunkSource) finish() (value string, err error) {
	if err := c.open(); err != nil {
		return "", err
	}
	if c.size != 0 {
		return "", errIncomplete() // more bytes than were announced
	}
	if err := c.check(); err != nil {
		return "", err
	}
	if value, err = c.readTrailer(); err != nil {
		return "", err
	}
	return value, atEnd(c.lines)
}

// readTrailer reads the announced header, its signature, and the empty line.
func (c *chunkSource) readTrailer() (value string, err error) {
	if c.trailer != "" {
		if value, err = c.checksumLine(); err != nil {
			return "", err
		}
		if err := c.checkTrailer(value); err != nil {
			return "", err
		}
	}
	return value, c.emptyLine()
}

// checksumLine is the value of the announced header. minio-go ends its line with the LF
// of the canonical form and CRLF behind it, which S3 takes.
func (c *chunkSource) checksumLine() (string, error) {
	line, err := c.ending("\n")
	if err != nil {
		return "", err
	}
	if bare, ok := bytes.CutSuffix(line, []byte{'\r'}); ok {
		return trailerValue(bare, c.trailer)
	}
	value, err := trailerValue(line, c.trailer)
	if err != nil {
		return "", err
	}
	return value, c.emptyLine()
}

// trailerValue is the value of a line "name:value".
func trailerValue(line []byte, name string) (string, error) {
	got, value, ok := strings.Cut(string(line), ":")
	if !ok || !strings.EqualFold(got, name) {
		return "", errTrailer()
	}
	return strings.Trim(value, " \t"), nil
}

// emptyLine reads the line that ends a trailer.
func (c *chunkSource) emptyLine() error {
	line, err := c.line()
	if err == nil && len(line) > 0 {
		err = errTrailer()
	}
	return err
}

// checkTrailer reads and checks the signature of a trailer [sigv4-streaming-trailers].
func (c *chunkSource) checkTrailer(value string) error {
	if c.signed == nil {
		return nil
	}
	line, err := c.line()
	if err != nil {
		return err
	}
	signature, err := trailerValue(line, trailerSignature)
	if err != nil {
		return err
	}
	if err := c.signed.Trailer([]byte(signature), sha256.Sum256([]byte(c.trailer+":"+value+"\n"))); err != nil {
		return errSignature(err)
	}
	return nil
}

// line reads a line that ends in CRLF, without it. It holds until the next read.
func (c *chunkSource) line() ([]byte, error) { return c.ending("\r\n") }

func (c *chunkSource) ending(end string) ([]byte, error) {
	line, err := c.lines.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull:
		return nil, errMalformed("a line of the encoding is too long")
	case err != nil:
		return nil, broken(err)
	}
	line, ok := bytes.CutSuffix(line, []byte(end))
	if !ok {
		return nil, errMalformed("a line of the encoding does not end in CRLF")
	}
	return line, nil
}

// parseSize reads the size of a chunk: hexadecimal digits alone, without sign, prefix
// or blank, so that nobody can read it in another way.
func parseSize(digits []byte) (size int64, ok bool) {
	if len(digits) == 0 || len(digits) > maxChunkDigits {
		return 0, false
	}
	for _, c := range digits {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		if size>>59 != 0 {
			return 0, false
		}
		size = size<<4 | int64(digit)
	}
	return size, true
}
