package sigv4

// equal says whether a and b are the same bytes, in a time that depends on their
// lengths alone: it is for signatures and secrets. subtle.ConstantTimeCompare goes
// byte by byte; this goes word by word, since each request compares a hundred bytes.
func equal(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	var difference uint64
	for len(a) >= 8 {
		difference |= wordOf(a) ^ wordOf(b)
		a, b = a[8:], b[8:]
	}
	for i := range a {
		difference |= uint64(a[i] ^ b[i])
	}
	return difference == 0
}

func wordOf[T []byte | string](s T) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
