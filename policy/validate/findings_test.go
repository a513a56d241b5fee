package validate

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// pageEntry is what docs/findings.md says of a code.
type pageEntry struct {
	code, kind, who, meaning string
	policyType               policy.Type
	options                  Options
	bad, fixed               string
}

var (
	entryPattern = regexp.MustCompile("(?s)### ([A-Z_]+)\n([A-Z_]+), (AWS's|ours)\\. Example: ([a-z-]+) policy(?: on `([A-Za-z0-9:]+)`)?\\.\n\n(.*?)\n```json\n(.*?)\n```\nFixed:\n```json\n(.*?)\n```\n")
	manyLetters  = regexp.MustCompile(`a\{(\d+)\}`)
	pageTypes    = map[string]policy.Type{
		"identity": policy.Identity, "trust": policy.Trust, "resource": policy.Resource,
		"service-control": policy.ServiceControl, "resource-control": policy.ResourceControl,
	}
)

// unfold writes out the long words of an example.
func unfold(example string) string {
	return manyLetters.ReplaceAllStringFunc(example, func(s string) string {
		n, _ := strconv.Atoi(manyLetters.FindStringSubmatch(s)[1])
		return strings.Repeat("a", n)
	})
}

func readPage(t *testing.T) []pageEntry {
	t.Helper()
	text, err := os.ReadFile("../../docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []pageEntry
	for _, m := range entryPattern.FindAllStringSubmatch(string(text), -1) {
		kind, ok := pageTypes[m[4]]
		if !ok {
			t.Errorf("%s: no policy type %q", m[1], m[4])
		}
		all = append(all, pageEntry{code: m[1], kind: m[2], who: m[3], policyType: kind, options: Options{ResourceType: m[5]}, meaning: m[6], bad: unfold(m[7]), fixed: unfold(m[8])})
	}
	if headings := strings.Count(string(text), "\n### "); headings != len(all) {
		t.Errorf("%d headings, and %d entries can be read", headings, len(all))
	}
	return all
}

// The page has every code that findings can have and no other, with the type
// that they have; its bad examples give it and its fixed ones do not.
func TestFindingsPage(t *testing.T) {
	page := readPage(t)
	var onPage []string
	for _, e := range page {
		onPage = append(onPage, e.code)
	}
	var inCode []string
	for _, c := range Codes() {
		inCode = append(inCode, c.Name)
	}
	slices.Sort(onPage)
	if !slices.Equal(onPage, inCode) {
		t.Errorf("on the page:\n%q\nin the code:\n%q", onPage, inCode)
	}
	for _, e := range page {
		t.Run(e.code, func(t *testing.T) {
			i := slices.IndexFunc(Codes(), func(c Code) bool { return c.Name == e.code })
			if i < 0 {
				t.Fatal("no such code")
			}
			c := Codes()[i]
			if string(c.Type) != e.kind || c.Ours != (e.who == "ours") || c.Ours != strings.HasPrefix(c.Name, "GATEHOUSE_") || len(e.meaning) < 20 {
				t.Errorf("the page says %s, %s: %q; the code %+v", e.kind, e.who, e.meaning, c)
			}
			bad := Policy(e.policyType, e.bad, e.options)
			i = slices.IndexFunc(bad, func(f Finding) bool { return f.Code == e.code })
			if i < 0 {
				t.Fatalf("the example gives %s", codesOf(bad))
			}
			if f := bad[i]; f.Type != c.Type || f.Learn != c.Learn || len(f.Locations) == 0 || !regexp.MustCompile(`[a-zA-Z0-9"}*)…][.?]$`).MatchString(f.Details) {
				t.Errorf("the finding is %+v", f)
			}
			if fixed := Policy(e.policyType, e.fixed, e.options); hasCode(fixed, e.code) {
				t.Errorf("the fixed example gives %s", codesOf(fixed))
			}
		})
	}
}

// What is fixed is good: no fixed example has an error.
func TestFixedExamplesHaveNoError(t *testing.T) {
	for _, e := range readPage(t) {
		for _, f := range Policy(e.policyType, e.fixed, e.options) {
			if f.Type == Error {
				t.Errorf("%s, fixed: %s: %s\n%s", e.code, f.Code, f.Details, e.fixed)
			}
		}
	}
}

// What AWS has and we never give is told on the page, with the reason.
func TestCodesLeftOutAreTold(t *testing.T) {
	text, err := os.ReadFile("../../docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	_, leftOut, ok := strings.Cut(string(text), "## AWS's codes that are never given")
	if !ok {
		t.Fatal("the page does not say what is left out")
	}
	for _, code := range []string{
		"SCP_SYNTAX_ERROR_ACTION_WILDCARD", "UNIQUE_SIDS_RECOMMENDED", "DEPRECATED_GLOBAL_CONDITION_KEY", "VARIABLE_USAGE_TOO_PERMISSIVE",
		"INVALID_KMS_KEY_VALUE", "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", "IRRELEVANT_CONDITION_KEY_IN_POLICY",
	} {
		if _, given := codes[code]; given || !strings.Contains(leftOut, code) {
			t.Errorf("%s: given %v, told %v", code, given, strings.Contains(leftOut, code))
		}
	}
}

func codesOf(findings []Finding) string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Code)
	}
	return fmt.Sprintf("%q", all)
}

func hasCode(findings []Finding, code string) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Code == code })
}

// saying is what a finding of a code says on the bad example of
// docs/findings.md, and where: the path, and the text of the span.
type saying struct {
	code, details string
	at            []string
}

// Every code says what is wrong and what to do, and points to it.
func TestWhatFindingsSay(t *testing.T) {
	page := readPage(t)
	all := slices.Concat(elementSayings, conditionSayings)
	if len(all) != len(page) {
		t.Errorf("%d sayings for %d codes", len(all), len(page))
	}
	for _, want := range all {
		t.Run(want.code, func(t *testing.T) {
			i := slices.IndexFunc(page, func(e pageEntry) bool { return e.code == want.code })
			if i < 0 {
				t.Fatal("the code is not on the page")
			}
			e := page[i]
			found := Policy(e.policyType, e.bad, e.options)
			i = slices.IndexFunc(found, func(f Finding) bool { return f.Code == want.code })
			if i < 0 {
				t.Fatalf("got %s", codesOf(found))
			}
			f := found[i]
			if f.Details != want.details {
				t.Errorf("it says\n%s\nwant\n%s", f.Details, want.details)
			}
			var at []string
			for _, l := range f.Locations {
				at = append(at, shortened(location(e.bad, l)))
			}
			if !slices.Equal(at, want.at) {
				t.Errorf("it is at\n%q\nwant\n%q", at, want.at)
			}
		})
	}
}

// shortened leaves out the text of a long span.
func shortened(location string) string {
	const most = 150
	if len(location) <= most {
		return location
	}
	path, _, _ := strings.Cut(location, " ")
	return path + " …"
}
