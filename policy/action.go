package policy

import "strings"

// action is one compiled entry of Action or NotAction. Exact names and prefixes
// are pieces of the document, in its case; the rare patterns are folded to
// lower case, as the request's action is (M-01).
type action struct {
	text  string // for actionPrefix without the star
	colon uint16 // where the service ends, for actionPattern
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

// newAction compiles an entry whose form checkAction has found good.
func newAction(text string) action {
	service, name, _ := strings.Cut(text, ":")
	switch {
	case text == "*", service == "*" && written.everything(name):
		return action{kind: actionEverything}
	case name == "":
		return action{kind: actionNothing}
	case service != "*" && !written.any(name):
		return action{text: text, kind: actionExact}
	case service != "*" && !written.any(text[:len(text)-1]) && strings.HasSuffix(text, "*"):
		return action{text: text[:len(text)-1], kind: actionPrefix}
	}
	return action{text: strings.ToLower(text), colon: uint16(len(service)), kind: actionPattern}
}

// startsFolded reports whether folded, which is in lower case, starts with text
// in any case.
func startsFolded(folded, text string) bool {
	if len(folded) < len(text) {
		return false
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if folded[i] != c {
			return false
		}
	}
	return true
}

// match compares with a request's folded action, whose service ends at colon.
func (a *action) match(text string, colon int) bool {
	switch a.kind {
	case actionEverything:
		return true
	case actionExact:
		return len(a.text) == len(text) && startsFolded(text, a.text)
	case actionPrefix:
		return startsFolded(text, a.text)
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

// services is a set of services, as a filter: a service is one of 64 bits, so
// two may share one. Deciding skips the policies and statements that cannot
// concern the request's service, at the cost of one comparison each.
type services uint64

const allServices services = 1<<64 - 1

// serviceBit is the bit of a service name in lower case.
func serviceBit(name string) services {
	h := uint32(2166136261)
	for i := 0; i < len(name); i++ {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return 1 << (h % 64)
}

// services is what the entry can match.
func (a *action) services() services {
	switch a.kind {
	case actionEverything:
		return allServices
	case actionNothing:
		return 0
	}
	service, _, _ := strings.Cut(a.text, ":")
	if service == "*" {
		return allServices
	}
	return serviceBit(strings.ToLower(service))
}
