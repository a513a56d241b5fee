package policy

import "strings"

// action is one compiled entry of Action or NotAction, in lower case, as the
// request's action is (M-01).
type action struct {
	text  string // for actionPrefix without the star
	colon uint16 // where the service ends
	kind  actionKind
}

type actionKind uint8

const (
	actionEverything actionKind = iota // "*", "*:*"
	actionExact
	actionPrefix  // service:Name*
	actionPattern // wildcards elsewhere in the name, or "*" as service
	actionNothing // service: without a name
)

// newAction compiles an entry in lower case whose form checkAction has found
// good.
func newAction(text string) action {
	service, name, _ := strings.Cut(text, ":")
	a := action{text: text, colon: uint16(len(service)), kind: actionPattern}
	switch {
	case text == "*", service == "*" && written.everything(name):
		a.kind = actionEverything
	case name == "":
		a.kind = actionNothing
	case service == "*":
	case !written.any(name):
		a.kind = actionExact
	case !written.any(text[:len(text)-1]) && strings.HasSuffix(text, "*"):
		a.text, a.kind = text[:len(text)-1], actionPrefix
	}
	return a
}

// match compares with a request's folded action, whose service ends at colon.
func (a *action) match(text string, colon int) bool {
	switch a.kind {
	case actionEverything:
		return true
	case actionExact:
		return a.text == text
	case actionPrefix:
		return strings.HasPrefix(text, a.text)
	case actionPattern:
		if colon < 0 {
			return false
		}
		service := a.text[:a.colon]
		if service != "*" && service != text[:colon] {
			return false
		}
		return written.match(a.text[a.colon+1:], text[colon+1:])
	}
	return false
}

// service is the hash of the service whose actions alone the entry matches, 0
// where that may be any.
func (a *action) service() serviceHash {
	service := a.text[:a.colon]
	if service == "*" {
		return 0
	}
	return hashService(service)
}

// appendFolded appends an action in lower case.
func appendFolded(dst []byte, action string) []byte {
	folded, _, _ := readAction(nil, action)
	return append(dst, folded...)
}

// AWS's words for the faults of V-11.
const (
	messageNoVendor  = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	messageTwoColons = "Actions/Condition can contain only one colon."
)

// checkAction is V-11 and G-09; "" for a good entry.
func checkAction(text string) (message string) {
	if text == "*" {
		return ""
	}
	service, name, ok := strings.Cut(text, ":")
	switch {
	case !ok:
		return messageNoVendor
	case strings.Contains(name, ":"):
		return messageTwoColons
	case service == "*":
		return ""
	case service == "" || strings.Trim(service, vendorCharacters) != "" || len(service) > maxService:
		return "Vendor " + service + " is not valid"
	}
	return ""
}

const (
	vendorCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
	maxService       = 256
)
