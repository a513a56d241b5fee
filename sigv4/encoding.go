package sigv4

import (
	"encoding/binary"
	"strings"
)

// tokenClass tells what a byte may be part of.
var tokenClass = func() (t [256]byteClass) {
	for c := range 256 {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			t[c] = unreserved | lower
		case c >= 'A' && c <= 'Z':
			t[c] = unreserved
		}
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] |= lower
	}
	for _, c := range "-._~" {
		t[c] |= unreserved
	}
	return t
}()

type byteClass uint8

const (
	unreserved byteClass = 1 << iota // is not percent-encoded (RFC 3986, 2.3)
	lower                            // is part of an HTTP token, and no capital
)

const lowerHex = "0123456789abcdef"

// lowerPairs are the hexadecimal digits of every byte: two at a time, as a
// request has three hashes to spell out.
var lowerPairs = func() (t [256]uint16) {
	for c := range t {
		t[c] = uint16(lowerHex[c&15])<<8 | uint16(lowerHex[c>>4])
	}
	return t
}()

// appendHex appends a hash in lower-case hexadecimal digits.
func appendHex(b []byte, sum *[hashSize]byte) []byte {
	b = append(b, EmptyPayload...) // room for the digits
	digits := (*[2 * hashSize]byte)(b[len(b)-2*hashSize:])
	for i, c := range sum {
		binary.LittleEndian.PutUint16(digits[2*i:2*i+2], lowerPairs[c])
	}
	return b
}

const upperHex = "0123456789ABCDEF"

// appendEncoded appends c as AWS's UriEncode does: all but the unreserved
// characters percent-encoded, with capital hexadecimal digits.
func appendEncoded(b []byte, c byte) []byte {
	if tokenClass[c]&unreserved != 0 {
		return append(b, c)
	}
	return append(b, '%', upperHex[c>>4], upperHex[c&15])
}

// decodeAt is the byte that s holds at i, and how many bytes of s it takes there.
// A per cent sign that encodes nothing stands for itself.
func decodeAt(s string, i int) (c byte, size int) {
	if s[i] == '%' && i+2 < len(s) {
		high, ok1 := hexDigit(s[i+1])
		low, ok2 := hexDigit(s[i+2])
		if ok1 && ok2 {
			return high<<4 | low, 3
		}
	}
	return s[i], 1
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// cut is strings.Cut for a single byte, which it finds in a third of the time.
func cut(s string, at byte) (before, after string, found bool) {
	if i := strings.IndexByte(s, at); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
