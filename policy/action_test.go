package policy

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestNewAction is what each form of an entry compiles to.
func TestNewAction(t *testing.T) {
	for text, want := range map[string]action{
		"*":             {text: "*", colon: 1, kind: actionEverything},
		"*:*":           {text: "*:*", colon: 1, kind: actionEverything},
		"*:**":          {text: "*:**", colon: 1, kind: actionEverything},
		"s3:getobject":  {text: "s3:getobject", colon: 2, kind: actionExact},
		"s3:*":          {text: "s3:", colon: 2, kind: actionPrefix},
		"s3:get*":       {text: "s3:get", colon: 2, kind: actionPrefix},
		"s3:get?bject":  {text: "s3:get?bject", colon: 2, kind: actionPattern},
		"s3:get?":       {text: "s3:get?", colon: 2, kind: actionPattern},
		"s3:*object*":   {text: "s3:*object*", colon: 2, kind: actionPattern},
		"*:getobject":   {text: "*:getobject", colon: 1, kind: actionPattern},
		"*:get*":        {text: "*:get*", colon: 1, kind: actionPattern},
		"iam:get**":     {text: "iam:get**", colon: 3, kind: actionPattern},
		"s3:":           {text: "s3:", colon: 2, kind: actionNothing},
		"*:":            {text: "*:", colon: 1, kind: actionNothing},
		"execute-api:x": {text: "execute-api:x", colon: 11, kind: actionExact},
	} {
		if got := newAction(text); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// TestActionAgainstObvious compares entries with their definition (M-01), and
// the service that an entry is filed under with what it matches.
func TestActionAgainstObvious(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	matched := 0
	for range min(randomCases(), 100_000) {
		entry := pick(random, "*", randomText(random, "abAB", 2)+":"+randomText(random, "aB*?", 4),
			"*:"+randomText(random, "aB*", 3))
		asked := strings.ToLower(randomText(random, "ab", 2) + ":" + randomText(random, "ab", 3))
		if checkAction(entry) != "" {
			continue
		}
		a := newAction(string(appendFolded(nil, entry)))
		colon := strings.IndexByte(asked, ':')
		got := a.match(asked, colon)
		service, name, _ := strings.Cut(strings.ToLower(entry), ":")
		want := entry == "*" || name != "" && (service == "*" || service == asked[:colon]) &&
			obvious([]rune(name), []rune(asked[colon+1:]))
		if got != want {
			t.Fatalf("%s on %s: %v", entry, asked, got)
		}
		if h := a.service(); got && h != 0 && h != hashService(asked[:colon]) {
			t.Fatalf("%s on %s: filed under another service", entry, asked)
		}
		if got {
			matched++
		}
	}
	if matched < min(randomCases(), 100_000)/100 {
		t.Errorf("only %d matches", matched)
	}
	for _, text := range []string{"s3:*", "s3:x?", "s3:x", "*:x"} {
		if a := newAction(text); a.match("s3", -1) {
			t.Errorf("%s matches an action without a service", text)
		}
	}
	if a := newAction("s3:"); a.match("s3:", 2) {
		t.Error("an entry without a name matches")
	}
}

// TestAppendFolded: the letters of ASCII and nothing beside them, whether they
// fit or not.
func TestAppendFolded(t *testing.T) {
	for _, action := range []string{"", "s3:GetObject", "S3:AZ[`{@az", strings.Repeat("Ab", 100)} {
		var room [maxAction]byte
		if got, want := string(appendFolded(room[:0], action)), strings.ToLower(action); got != want {
			t.Errorf("%q: %q", action, got)
		}
	}
}

// TestCheckAction is V-11, form by form.
func TestCheckAction(t *testing.T) {
	for action, want := range map[string]string{
		"*": "", "s3:GetObject": "", "a4b:*": "", "sso-directory:x": "", "S3:getobject": "", "*:x": "",
		"":            messageNoVendor,
		"GetObject":   messageNoVendor,
		"**":          messageNoVendor,
		"s3:a:b":      messageTwoColons,
		"s3::a":       messageTwoColons,
		":a":          "Vendor  is not valid",
		"s?:a":        "Vendor s? is not valid",
		"s3 :a":       "Vendor s3  is not valid",
		"arn/aws:s3":  "Vendor arn/aws is not valid",
		"ünicode:Get": "Vendor ünicode is not valid",
	} {
		if got := checkAction(action); got != want {
			t.Errorf("%q: %q, want %q", action, got, want)
		}
	}
	if checkAction(strings.Repeat("a", 300)+":b") == "" {
		t.Error("a service of 300 letters")
	}
}

// TestResourceForms is what each form of a resource compiles to: the quick
// forms have no pattern to match.
func TestResourceForms(t *testing.T) {
	for text, want := range map[string]resourceKind{
		"*": resourceEverything, "**": resourceEverything,
		"arn:aws:s3:::b":                  resourceExact,
		"arn:aws:s3:::b/*":                resourcePrefix,
		"arn:aws:s3:::*":                  resourcePrefix,
		"arn:aws:s3:::b/*/x":              resourceRooted,
		"arn:aws:s3:::b?":                 resourceRooted,
		"arn:aws:s3:::${v}":               resourceRooted,
		"arn:aws:s3:::b/${*}":             resourceRooted,
		"arn:aws:sqs:*:111122223333:q":    resourceAligned,
		"arn:aws:sqs:*:111122223333:${v}": resourceAligned,
		"arn:aws:sqs:*:q":                 resourceAligned,
		"arn:aws:s3":                      resourceAligned,
		"":                                resourceNothing,
		"b":                               resourceNothing,
		"urn:aws:s3:::b":                  resourceNothing,
		"?":                               resourceNothing,
		"arn":                             resourceNothing,
		"arn:" + strings.Repeat("a", 70000) + ":s3:::b": resourceNothing,
	} {
		if got := newResource(Identity, text, true); got.kind != want {
			t.Errorf("%.40s: %d, want %d", text, got.kind, want)
		}
	}
	if r := newResource(Identity, "arn:aws:s3:::${v}", false); r.template != nil || r.kind != resourceExact {
		t.Errorf("under 2008: %+v", r)
	}
}
