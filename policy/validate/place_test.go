package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// location writes a location shortly: its path, and the text of its span.
func location(text string, l Location) string {
	var path strings.Builder
	for _, e := range l.Path {
		switch {
		case e.Length > 0:
			fmt.Fprintf(&path, "~%d+%d", e.Index, e.Length)
		case e.Index >= 0:
			fmt.Fprintf(&path, "[%d]", e.Index)
		case e.Key:
			fmt.Fprintf(&path, "/%s!", e.Name)
		default:
			fmt.Fprintf(&path, "/%s", e.Name)
		}
	}
	characters := []rune(text)
	return path.String() + " " + string(characters[l.Start.Offset:l.End.Offset])
}

// The example of `aws accessanalyzer validate-policy` in AWS's reference of
// its command line, with the places that AWS gives; but the end of the last,
// where the page shows a shorter value than was validated.
func TestPlacesOfTheReferenceExample(t *testing.T) {
	const text = `{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "",
            "Effect": "Allow",
            "Principal": {
                "Federated": "cognito-identity.amazonaws.com"
            },
            "Action": [
                "sts:AssumeRole",
                "sts:TagSession"
            ],
            "Condition": {
                "StringEquals": {
                    "cognito-identity.amazonaws.com:aud": "us-west-2_EXAMPLE"
                }
            }
        }
    ]
}`
	statement := []PathElement{{Name: "Statement", Index: -1}, {Index: 0}}
	under := func(names ...PathElement) []PathElement { return append(slices.Clone(statement), names...) }
	member := func(name string) PathElement { return PathElement{Name: name, Index: -1} }
	tests := []struct {
		code string
		want []Location
	}{
		{"EMPTY_SID_VALUE", []Location{{under(member("Sid")), Position{5, 19, 79}, Position{5, 21, 81}}}},
		{"MISMATCHED_ACTION_FOR_PRINCIPAL", []Location{
			{under(member("Action"), PathElement{Index: 0}), Position{11, 16, 258}, Position{11, 32, 274}},
			{under(member("Principal"), member("Federated")), Position{8, 29, 170}, Position{8, 61, 202}},
		}},
		{"UNSUPPORTED_ACTION_FOR_CONDITION_KEY", []Location{
			{under(member("Action"), PathElement{Index: 1}), Position{12, 16, 292}, Position{12, 32, 308}},
			{under(member("Condition"), member("StringEquals"), member("cognito-identity.amazonaws.com:aud")), Position{16, 58, 443}, Position{16, 77, 462}},
		}},
	}
	found := Policy(policy.Resource, text, Options{})
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			i := slices.IndexFunc(found, func(f Finding) bool { return f.Code == tt.code })
			if i < 0 {
				t.Fatalf("only %s", codesOf(found))
			}
			if got := found[i].Locations; fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
		})
	}
}

// Each kind of path element, and characters of several bytes before it.
func TestPaths(t *testing.T) {
	tests := []struct{ code, statement, want string }{
		{
			"INVALID_ACTION",
			`{"Effect":"Allow","Action":"s3:Nothing","Resource":"*"}`,
			`/Statement/Action "s3:Nothing"`,
		},
		{
			"INVALID_ACTION",
			`[{"Effect":"Allow","Action":["*","s3:Nothing"],"Resource":"*"}]`,
			`/Statement[0]/Action[1] "s3:Nothing"`,
		},
		{
			"INVALID_ACTION",
			`[{"Sid":"é日\n","Effect":"Allow","Action":["s3:Nothing"],"Resource":"*"}]`,
			`/Statement[0]/Action[0] "s3:Nothing"`,
		},
		{
			"INVALID_POLICY_ELEMENT",
			`[{"Sid":"é日","Rule\u0041":1,"Effect":"Allow","Action":"*","Resource":"*"}]`,
			`/Statement[0]/RuleA! "Rule\u0041"`,
		},
		{
			"INVALID_PARTITION",
			`[{"Effect":"Allow","Action":"*","Resource":"arn:é:s3:::b"}]`,
			`/Statement[0]/Resource~4+1 é`,
		},
		{
			"INVALID_ARN_REGION",
			`[{"Effect":"Allow","Action":"*","Resource":["arn:aws:sqs:mars:*:q"]}]`,
			`/Statement[0]/Resource[0]~12+4 mars`,
		},
		{
			"INVALID_ARN_REGION",
			`[{"Effect":"Allow","Action":"*","Resource":["arn:aws:sqs:m\u0061rs:*:q"]}]`,
			`/Statement[0]/Resource[0] "arn:aws:sqs:m\u0061rs:*:q"`,
		},
		{
			"MISSING_EFFECT",
			`[{"Action":"*","Resource":"*"}]`,
			`/Statement[0] {"Action":"*","Resource":"*"}`,
		},
		{
			"INVALID_CONDITION_OPERATOR",
			`[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Is":{"aws:username":"a"}}}]`,
			`/Statement[0]/Condition/Is! "Is"`,
		},
		{
			"INVALID_GLOBAL_CONDITION_KEY",
			`[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:no":"true"}}}]`,
			`/Statement[0]/Condition/Bool/aws:no! "aws:no"`,
		},
		{
			"TYPE_MISMATCH_BOOLEAN",
			`[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":["x"]}}}]`,
			`/Statement[0]/Condition/Bool/aws:SecureTransport[0] "x"`,
		},
		{
			"VARIABLE_UNSUPPORTED_IN_ELEMENT",
			`[{"Effect":"Allow","Action":"s3:${aws:username}Get","Resource":"*"}]`,
			`/Statement[0]/Action~3+15 ${aws:username}`,
		},
		{
			"VARIABLE_UNSUPPORTED_IN_ELEMENT",
			`[{"Effect":"Allow","Action":"s3:${aws","Resource":"*"}]`,
			`/Statement[0]/Action~3+5 ${aws`,
		},
		{
			"VARIABLE_UNSUPPORTED_IN_ELEMENT",
			`[{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::${aws:PrincipalAccount}:user/a"}]`,
			`/Statement[0]/Resource~13+6 ${aws:`,
		},
		{
			"EMPTY_VARIABLE",
			`[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::日/${}/x"}]`,
			`/Statement[0]/Resource~15+3 ${}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			text := "{\"Version\":\"2012-10-17\",\n\"Statement\":" + tt.statement + "}"
			for _, f := range Policy(policy.Identity, text, Options{}) {
				if f.Code == tt.code {
					if got := location(text, f.Locations[0]); got != tt.want {
						t.Errorf("got %s, want %s", got, tt.want)
					}
					return
				}
			}
			t.Error("no such finding")
		})
	}
}

func TestPlaceOfASyntaxError(t *testing.T) {
	tests := []struct {
		text string
		want Position
	}{
		{"", Position{1, 0, 0}},
		{"{", Position{1, 1, 1}},
		{"{\n \"é\" 1}", Position{2, 5, 7}},
		{"{\"Version\": \"2012-10-17\"}\nmore", Position{2, 0, 26}},
		{"\ufeff{}", Position{1, 0, 0}},
		{strings.Repeat("[", 1_000_000), Position{1, 8, 8}},
		{"{\"a\":1,\n\"a\":2}", Position{2, 0, 8}},
	}
	for _, tt := range tests {
		t.Run(clip(tt.text), func(t *testing.T) {
			found := Policy(policy.Identity, tt.text, Options{})
			if len(found) != 1 || found[0].Code != "JSON_SYNTAX_ERROR" || found[0].Type != Error || len(found[0].Locations) != 1 {
				t.Fatalf("got %+v", found)
			}
			if l := found[0].Locations[0]; l.Start != tt.want || l.End != tt.want || len(l.Path) != 0 {
				t.Errorf("at %+v, want %+v", l, tt.want)
			}
		})
	}
}

// Positions are those of a slow count, at every byte of a text that is longer
// than the steps of the quick one.
func TestRuler(t *testing.T) {
	for _, text := range []string{"", "a", "\n", strings.Repeat("a日\né\n", 300), strings.Repeat("x", mark), strings.Repeat("é", mark)} {
		r := newRuler(text)
		line, column, offset := 1, 0, 0
		for i, c := range text {
			if got, want := r.position(i), (Position{line, column, offset}); got != want {
				t.Fatalf("byte %d of %q: got %v, want %v", i, clip(text), got, want)
			}
			column, offset = column+1, offset+1
			if c == '\n' {
				line, column = line+1, 0
			}
		}
		if got, want := r.position(len(text)), (Position{line, column, offset}); got != want {
			t.Errorf("the end of %q: got %v, want %v", clip(text), got, want)
		}
	}
}

func TestStringEnd(t *testing.T) {
	tests := []struct {
		text string
		want int
	}{{`"a" x`, 3}, {`"a\"b" x`, 6}, {`"\\" x`, 4}, {`""`, 2}, {`"open`, 5}, {`"open\`, 6}}
	for _, tt := range tests {
		if got := stringEnd(tt.text, 0); got != tt.want {
			t.Errorf("%s ends at %d, want %d", tt.text, got, tt.want)
		}
	}
}

func TestClip(t *testing.T) {
	if got := clip(strings.Repeat("a", 120)); len(got) != 120 {
		t.Errorf("got %q", got)
	}
	if got := clip(strings.Repeat("a", 119) + "é" + strings.Repeat("a", 9)); got != strings.Repeat("a", 119)+"…" {
		t.Errorf("got %q", got)
	}
}

// Findings come in the order of their places, and always alike.
func TestOrder(t *testing.T) {
	const text = `{"Statement":[{"Sid":"a b","Effect":"allow","Actions":1,"Resource":"b","Condition":{"Is":{}}},{"Sid":"a b"},7],"Id":3,"X":1}`
	first := Policy(policy.Identity, text, Options{})
	if len(first) < 12 {
		t.Errorf("only %s", codesOf(first))
	}
	for i := 1; i < len(first); i++ {
		if a, b := first[i-1].Locations[0].Start.Offset, first[i].Locations[0].Start.Offset; a > b || a == b && first[i-1].Code > first[i].Code {
			t.Errorf("%s at %d comes before %s at %d", first[i-1].Code, a, first[i].Code, b)
		}
	}
	for range 20 {
		if again := Policy(policy.Identity, text, Options{}); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Fatalf("first %v\nthen %v", first, again)
		}
	}
}

// The innermost value that holds a byte, for what saving refuses there.
func TestSpotAt(t *testing.T) {
	const text = `{"a":{"b":[1,"two",{}]}, "c":true}`
	root, err := policy.ParseJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	v := &validator{text: text, root: &spot{node: root}}
	tests := []struct{ at, want string }{
		{"{\"a\"", ` ` + text},
		{"\"a\"", `/a {"b":[1,"two",{}]}`},
		{"\"b\"", `/a/b [1,"two",{}]`},
		{"1", `/a/b[0] 1`},
		{"two", `/a/b[1] "two"`},
		{"{}", `/a/b[2] {}`},
		{", \"c", ` ` + text},
		{"true", `/c true`},
	}
	r := newRuler(text)
	for _, tt := range tests {
		t.Run(tt.at, func(t *testing.T) {
			s := v.spotAt(strings.Index(text, tt.at))
			l := Location{s.path(r), r.position(s.start()), r.position(s.end(text))}
			if got := location(text, l); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
