package sigv4

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
