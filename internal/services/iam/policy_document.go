package iam

import (
	"net/url"
	"strings"
)

// encodeDocument is a policy document as answers hold it: percent-encoded after
// RFC 3986 (G-16).
func encodeDocument(text string) *string {
	encoded := strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	return &encoded
}
