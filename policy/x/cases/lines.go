package cases

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// MaxLine bounds the text of one case, in bytes: several policies of the largest
// size that a service takes.
const MaxLine = 64 << 20

// Lines reads JSON Lines: a case a line. Empty lines count, but are no cases.
// However long the input, it holds one line at a time.
type Lines struct {
	in      *bufio.Reader
	number  int // of the line last read
	longest int
	buffer  bytes.Buffer
}

// NewLines reads cases from in.
func NewLines(in io.Reader) *Lines {
	return &Lines{in: bufio.NewReaderSize(in, 64<<10), longest: MaxLine}
}

// All ranges over the cases. With an error comes what Parse gives, and the run
// goes on, unless the error is not an *Error: then reading failed, and it ends.
func (l *Lines) All() iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		for {
			text, err := l.next()
			switch {
			case err == io.EOF:
				return
			case errors.As(err, new(*Error)):
				if !yield(&Case{place: l.place("")}, err) {
					return
				}
			case err != nil:
				yield(nil, err)
				return
			case strings.Trim(text, " \t\r") == "":
			default:
				if !yield(Parse(text, l.place(text))) {
					return
				}
			}
		}
	}
}

// place counts the columns of the current line.
func (l *Lines) place(text string) Place {
	number := l.number
	return func(offset int) (int, int) {
		_, column := policy.Position(text, min(offset, len(text)))
		return number, column
	}
}

// next is the next line without its end.
func (l *Lines) next() (string, error) {
	l.buffer.Reset()
	l.number++
	tooLong := false
	for {
		part, err := l.in.ReadSlice('\n')
		if !tooLong {
			l.buffer.Write(part)
			tooLong = l.buffer.Len() > l.longest
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && err != io.EOF:
			return "", err
		case err == io.EOF && l.buffer.Len() == 0:
			return "", io.EOF
		case tooLong:
			l.buffer.Reset()
			return "", &Error{Line: l.number, Column: l.longest + 1, Detail: "the line is longer than a case may be"}
		}
		return strings.TrimSuffix(l.buffer.String(), "\n"), nil
	}
}
