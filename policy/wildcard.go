package policy

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// wildcards are the two bytes that stand for "any run" and "any character" in
// a pattern.
type wildcards struct{ star, one byte }

var (
	// written: the pattern is as the document writes it.
	written = wildcards{'*', '?'}
	// marked: the pattern went through a template, where * and ? may be plain
	// characters (M-07, M-08). The wildcards are bytes that UTF-8 never has.
	marked = wildcards{0xff, 0xfe}
)

// match reports whether the pattern matches all of the text. The pattern is
// cut at its stars; the pieces are found once each, from left to right, each
// as early as it can be, which is enough because a star may be any run (M-06).
func (w wildcards) match(pattern, text string) bool {
	star := strings.IndexByte(pattern, w.star)
	if star < 0 {
		end, ok := w.prefix(pattern, text)
		return ok && end == len(text)
	}
	end, ok := w.prefix(pattern[:star], text)
	if !ok {
		return false
	}
	for text = text[end:]; ; text = text[end:] {
		pattern = pattern[star+1:]
		if star = strings.IndexByte(pattern, w.star); star < 0 {
			return w.suffix(pattern, text)
		}
		if end = w.find(pattern[:star], text); end < 0 {
			return false
		}
	}
}

// prefix matches a piece, which has no star, at the start of the text, and
// tells where the match ends; where there is none, how far it came.
func (w wildcards) prefix(piece, text string) (end int, ok bool) {
	for {
		one := strings.IndexByte(piece, w.one)
		if one < 0 {
			if !strings.HasPrefix(text[end:], piece) {
				return end, false
			}
			return end + len(piece), true
		}
		if !strings.HasPrefix(text[end:], piece[:one]) {
			return end, false
		}
		end += one
		if end == len(text) {
			return end, false
		}
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
		piece = piece[one+1:]
	}
}

// find is where the first match of a piece in the text ends, -1 for none.
func (w wildcards) find(piece, text string) int {
	one := strings.IndexByte(piece, w.one)
	if one < 0 {
		at := strings.Index(text, piece)
		if at < 0 {
			return -1
		}
		return at + len(piece)
	}
	// A piece matches as many bytes as it has, or more: a wildcard is one at least.
	// Trying each start is quick as long as most fail at once. Where they do not,
	// all starts are tried together.
	patience := 4096 + 8*len(piece)
	for start := 0; start+len(piece) <= len(text); {
		if one > 0 { // jump to where the piece's literal head stands
			skip := strings.Index(text[start:], piece[:one])
			if skip < 0 {
				return -1
			}
			start += skip
		}
		if start+len(piece) > len(text) {
			return -1
		}
		end, ok := w.prefix(piece[one:], text[start+one:])
		if ok {
			return start + one + end
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		start += size
		// The bytes gone over; of the literal that failed, which is compared many
		// bytes at once, no more is known than that it is in the piece.
		if patience += 4*size - end - len(piece)/32; patience < 0 {
			return w.findTogether(piece, text, start)
		}
	}
	return -1
}

// suffix matches a piece at the end of the text.
func (w wildcards) suffix(piece, text string) bool {
	for {
		one := strings.LastIndexByte(piece, w.one)
		if one < 0 {
			return strings.HasSuffix(text, piece)
		}
		literal := piece[one+1:]
		if !strings.HasSuffix(text, literal) {
			return false
		}
		text = text[:len(text)-len(literal)]
		if text == "" {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
		piece = piece[:one]
	}
}

// any reports whether the pattern has a wildcard.
func (w wildcards) any(pattern string) bool {
	return strings.IndexByte(pattern, w.star) >= 0 || strings.IndexByte(pattern, w.one) >= 0
}

// everything reports whether the pattern is made of nothing but stars (M-05).
func (w wildcards) everything(pattern string) bool {
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != w.star {
			return false
		}
	}
	return pattern != ""
}

// view is b as a string without a copy. The caller owns b and does not write
// to it while the string lives.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
