package policy

import "unicode/utf8"

// Size is the length of a document as the quotas of its type count it (G-12):
// in characters without the white space outside strings for the policies of
// IAM and for session policies, with it for SCPs and RCPs, in bytes for
// resource and endpoint policies. The text need not be valid JSON.
func Size(t Type, text string) int {
	switch t {
	case Resource, Endpoint:
		return len(text)
	case ServiceControl, ResourceControl:
		return utf8.RuneCountInString(text)
	}
	return utf8.RuneCountInString(text) - spaceOutsideStrings(text)
}

func spaceOutsideStrings(text string) (spaces int) {
	inside := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inside && c == '\\':
			i++ // the escaped character ends no string
		case c == '"':
			inside = !inside
		case !inside && isSpace(c):
			spaces++
		}
	}
	return spaces
}
