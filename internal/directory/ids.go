package directory

import (
	"crypto/rand"
	"encoding/base32"
	"strconv"
)

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewID returns a unique id with AWS's prefix (AIDA user, AGPA group, AROA role,
// ANPA policy, AIPA instance profile): 21 characters
// [IAM user guide, reference_identifiers: unique identifiers].
func NewID(prefix string) string {
	var b [11]byte
	rand.Read(b[:])
	return prefix + idEncoding.EncodeToString(b[:])[:17]
}

// NewAccessKeyID returns an access key id (AKIA long-term, ASIA temporary) of 20
// characters that encodes its account as AWS's do: of the first 48 bits after
// the prefix, one bit set, 40 bits account, 7 bits and the rest random.
func NewAccessKeyID(prefix, account string) string {
	number, err := strconv.ParseUint(account, 10, 64)
	if err != nil {
		panic("directory: account id " + account)
	}
	var b [10]byte
	rand.Read(b[:])
	head := 1<<47 | number<<7 | uint64(b[5]&0x7f)
	for i := range 6 {
		b[i] = byte(head >> (40 - 8*i))
	}
	return prefix + idEncoding.EncodeToString(b[:])
}

// AccessKeyAccount is the account that an access key id encodes, or "".
func AccessKeyAccount(id string) string {
	if len(id) != 20 {
		return ""
	}
	var b [10]byte
	if n, err := idEncoding.Decode(b[:], []byte(id[4:])); err != nil || n != 10 {
		return ""
	}
	var head uint64
	for _, c := range b[:6] {
		head = head<<8 | uint64(c)
	}
	if head>>47 != 1 {
		return ""
	}
	number := head << 17 >> 24
	if number >= 1e12 {
		return ""
	}
	s := strconv.FormatUint(number, 10)
	return "000000000000"[len(s):] + s
}

// NewSecret returns a secret access key of 40 characters of the alphabet that
// AWS uses.
func NewSecret() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	var b [40]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = alphabet[b[i]&63]
	}
	return string(b[:])
}

// NewAccountID returns a random account id: 12 digits, the first not 0.
func NewAccountID() string {
	var b [8]byte
	rand.Read(b[:])
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return strconv.FormatUint(100_000_000_000+n%900_000_000_000, 10)
}
