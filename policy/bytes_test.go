package policy

import (
	"net/netip"
	"strings"
	"testing"
	"unsafe"
)

// TestBytesOfArrays adds up what a policy without text of its own is made of.
func TestBytesOfArrays(t *testing.T) {
	p := compiled(t, Identity, statements(allows([]string{"s3:get", "iam:*", "sqs:s*"}, []string{"arn:aws:s3:::b/*", "arn:aws:sqs:*:*:q"}),
		denyOf("*", "*")))
	want := unsafe.Sizeof(*p)
	want += uintptr(cap(p.statements))*unsafe.Sizeof(rule{}) + uintptr(cap(p.actions))*unsafe.Sizeof(action{})
	want += uintptr(cap(p.resources))*unsafe.Sizeof(resource{}) + uintptr(cap(p.index.groups))*unsafe.Sizeof(group{})
	want += uintptr(cap(p.index.filings))*unsafe.Sizeof(filing{}) + uintptr(cap(p.index.starts))*unsafe.Sizeof(start{})
	want += uintptr(cap(p.index.numbers)) * unsafe.Sizeof(uint32(0))
	for _, a := range p.actions {
		want += uintptr(len(a.text)) // folded, so not the document's
	}
	if got := p.Bytes(); uintptr(got) != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}

// TestBytesOfTexts: what an escape makes a copy of is counted, and what is a piece
// of the document is not.
func TestBytesOfTexts(t *testing.T) {
	const long = 1000
	for name, element := range map[string]string{
		"Sid":                `"Sid":"TEXT"`,
		"principal":          `"Principal":{"Service":"TEXT"}`,
		"resource":           `"Resource":"arn:aws:s3:::TEXT"`,
		"resource, prefix":   `"Resource":"arn:aws:s3:::TEXT*"`,
		"template":           `"Resource":"arn:aws:s3:::${k}TEXT"`,
		"variable":           `"Resource":"arn:aws:s3:::${TEXT}"`,
		"default":            `"Resource":"arn:aws:s3:::${k, 'TEXT'}"`,
		"key":                `"Condition":{"StringEquals":{"TEXT":"x"}}`,
		"value":              `"Condition":{"StringEquals":{"k":"TEXT"}}`,
		"value, template":    `"Condition":{"StringEquals":{"k":["x","${v}TEXT"]}}`,
		"pattern":            `"Condition":{"StringLike":{"k":"TEXT"}}`,
		"pattern, template":  `"Condition":{"ArnLike":{"k":["x","${v}TEXT"]}}`,
		"values beside them": `"Condition":{"StringLike":{"k":["TEXT","${v}"]}}`,
		"texts beside them":  `"Condition":{"StringEquals":{"k":["TEXT","${v}"]}}`,
		"number":             `"Condition":{"NumericEquals":{"k":"TEXT"}}`,
		"fraction":           `"Condition":{"DateEquals":{"k":"2024-01-01T00:00:00.TEXT"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			kind, members := Resource, []string{`"Effect":"Allow"`, `"Action":"s3:get"`}
			for member, usual := range map[string]string{"Principal": `"*"`, "Resource": `"*"`} {
				if !strings.HasPrefix(element, `"`+member) {
					members = append(members, `"`+member+`":`+usual)
				}
			}
			bytesWith := func(text string) int {
				statement := strings.Join(append(members, strings.ReplaceAll(element, "TEXT", text)), ",")
				return compiled(t, kind, docWith(statement)).Bytes()
			}
			short, whole := bytesWith("1"), bytesWith("1"+strings.Repeat("1", long))
			if copied := strings.Contains(name, "template"); (whole-short >= long) != copied || !copied && whole != short {
				t.Errorf("without an escape: %d bytes more", whole-short)
			}
			short, whole = bytesWith(`\u0031`), bytesWith(`\u0031`+strings.Repeat("1", long))
			if whole-short < long || whole-short > 4*long {
				t.Errorf("with an escape: %d bytes more", whole-short)
			}
		})
	}
	folded := func(key string) int {
		return compiled(t, Identity, docWith(good+`,"Condition":{"Null":{"`+key+`":"true"}}`)).Bytes()
	}
	if small, capital := folded(strings.Repeat("k", long)), folded(strings.Repeat("K", long)); capital-small != long {
		t.Errorf("a key in capitals takes %d bytes more", capital-small)
	}
}

// TestBytesOfPrincipals counts their entries.
func TestBytesOfPrincipals(t *testing.T) {
	without := compiled(t, Endpoint, statements(allows("*", "*"))).Bytes()
	with := compiled(t, Endpoint, statements(named1Clause("Allow", m{"AWS": accountC}))).Bytes()
	if got, want := with-without, int(unsafe.Sizeof(principals{})+unsafe.Sizeof(named{})); got != want {
		t.Errorf("%d bytes more, want %d", got, want)
	}
}

// TestBytesOfOperands: each counts itself and its values.
func TestBytesOfOperands(t *testing.T) {
	for _, c := range []struct {
		operand operand
		want    uintptr
	}{
		{&texts{}, unsafe.Sizeof(texts{})},
		{&texts{plain: []string{"abc"}}, unsafe.Sizeof(texts{}) + unsafe.Sizeof("") + 3},
		{&variedTexts{}, unsafe.Sizeof(variedTexts{})},
		{&patterns{}, unsafe.Sizeof(patterns{})},
		{&variedPatterns{}, unsafe.Sizeof(variedPatterns{})},
		{blobs{"abc"}, unsafe.Sizeof(blobs{}) + unsafe.Sizeof("") + 3},
		{networks{}, unsafe.Sizeof(networks{})},
		{make(networks, 2), unsafe.Sizeof(networks{}) + 2*unsafe.Sizeof(netip.Prefix{})},
		{&numbers{}, unsafe.Sizeof(numbers{})},
		{&dates{}, unsafe.Sizeof(dates{})},
	} {
		var m measure
		c.operand.measure(&m)
		if uintptr(m.bytes) != c.want {
			t.Errorf("%#v: %d bytes, want %d", c.operand, m.bytes, c.want)
		}
	}
	var m measure
	m.key(Key{Name: "abc", Folded: "de"})
	m.resource(&resource{text: "a", template: &template{}})
	m.template(template{{text: "a", variable: &variable{key: Key{Name: "bc", Folded: "bc"}, fallback: "def"}}})
	if want := 5 + 1 + unsafe.Sizeof(template{}) + unsafe.Sizeof(segment{}) + 1 + unsafe.Sizeof(variable{}) + 4 + 3; uintptr(m.bytes) != want {
		t.Errorf("%d bytes, want %d", m.bytes, want)
	}
	text := strings.Repeat("x", 8)
	for piece, want := range map[[2]int]int{{0, 2}: 0, {2, 4}: 0, {3, 5}: 0, {4, 6}: 2, {5, 8}: 3} {
		m := measure{text: text[:4]}
		m.string(text[piece[0]:piece[1]])
		if m.bytes != want {
			t.Errorf("%v of a text whose first four bytes are the document: %d bytes", piece, m.bytes)
		}
	}
}
