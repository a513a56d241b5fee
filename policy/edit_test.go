package policy

import (
	"strings"
	"testing"
)

// editing is a document, what is done to it and what becomes of it.
type editing struct {
	name string
	text string
	do   func(e *edits) error
	want string // "" for an error
}

func addingTo(element, value string) func(*edits) error {
	return func(e *edits) error { return e.addValue(0, element, value) }
}

func removing(values ...string) func(*edits) error {
	return func(e *edits) error {
		for _, v := range values {
			if err := e.removeValue(0, "Action", v); err != nil {
				return err
			}
		}
		return nil
	}
}

// removingStatements and then adding others.
func removingStatements(remove []int, add ...string) func(*edits) error {
	return func(e *edits) error {
		for _, i := range remove {
			if err := e.removeStatement(i); err != nil {
				return err
			}
		}
		for _, text := range add {
			if err := e.addStatement(text); err != nil {
				return err
			}
		}
		return nil
	}
}

const (
	compactStatement = `{"Effect":"Deny","Action":"a:b","Resource":"*"}`
	spacedStatement  = `{ "Effect" : "Deny" , "Action": "a:b", "Resource": "*" }`
	newOne           = `{"Effect": "Allow", "Action": "c:d", "Resource": "*"}`
	multiline        = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Deny",
      "Action": [
        "a:b",
        "a:c",
        "a:d"
      ],
      "Resource": "*"
    }
  ]
}
`
)

func statementOf(statement string) string {
	return `{"Version":"2012-10-17","Statement":` + statement + `}`
}

func actionsOf(list string) string {
	return statementOf(`{"Effect":"Deny","Action":` + list + `,"Resource":"*"}`)
}

var editings = []editing{
	{"a value becomes a list", actionsOf(`"a:b"`), addingTo("Action", "a:c"), actionsOf(`["a:b","a:c"]`)},
	{"with a gap, where there are others", actionsOf(` "a:b"`), addingTo("Action", "a:c"), actionsOf(` ["a:b", "a:c"]`)},
	{"one more in a list", actionsOf(`["a:b","a:c"]`), addingTo("Action", "a:d"), actionsOf(`["a:b","a:c","a:d"]`)},
	{"like the last one", actionsOf(`["a:b" ,  "a:c" ]`), addingTo("Action", "a:d"), actionsOf(`["a:b",  "a:c",  "a:d" ]`)},
	{"one more in a list of one", actionsOf(`[ "a:b"]`), addingTo("Action", "a:c"), actionsOf(`[ "a:b", "a:c"]`)},
	{"on a line of its own", actionsOf("[\n\t\"a:b\"\n]"), addingTo("Action", "a:c"), actionsOf("[\n\t\"a:b\",\n\t\"a:c\"\n]")},
	{"after several lines", multiline, addingTo("Action", "a:e"), strings.Replace(multiline, `"a:d"`, "\"a:d\",\n        \"a:e\"", 1)},
	{"two more", actionsOf(`"a:b"`), func(e *edits) error {
		_ = e.addValue(0, "Action", "a:c")
		return e.addValue(0, "Action", "a:d")
	}, actionsOf(`["a:b","a:c","a:d"]`)},
	{"escaped", actionsOf(`"a:b"`), addingTo("Resource", "\"\\\n\x01 \x1fä"), strings.Replace(actionsOf(`"a:b"`), `"*"`, `["*","\"\\\u000a\u0001 \u001fä"]`, 1)},
	{"in an empty list", statementOf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"k":[ ]}}}`),
		addingTo("Condition.Null.k", "x"),
		statementOf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"k":["x" ]}}}`)},
	{"a number becomes a list", statementOf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericEquals":{"a.b:c":1}}}`),
		addingTo("Condition.NumericEquals.a.b:c", "2"),
		statementOf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericEquals":{"a.b:c":[1,"2"]}}}`)},
	{"a principal", statementOf(`{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"*"}`), addingTo("Principal.AWS", "x"),
		statementOf(`{"Effect":"Deny","Principal":{"AWS":["*","x"]},"Action":"*"}`)},
	{"what stands around it stays", " " + actionsOf(`"a:b"`) + "\n", addingTo("Action", "a:c"), " " + actionsOf(`["a:b", "a:c"]`) + "\n"},

	{"the first goes", actionsOf(`["a:b", "a:c","a:d"]`), removing("a:b"), actionsOf(`["a:c","a:d"]`)},
	{"the middle one goes", actionsOf(`["a:b", "a:c","a:d"]`), removing("a:c"), actionsOf(`["a:b","a:d"]`)},
	{"the last goes", actionsOf(`["a:b", "a:c","a:d" ]`), removing("a:d"), actionsOf(`["a:b", "a:c" ]`)},
	{"with its line", multiline, removing("a:d"), strings.Replace(multiline, ",\n        \"a:d\"", "", 1)},
	{"the first with its line", multiline, removing("a:b"), strings.Replace(multiline, "\"a:b\",\n        ", "", 1)},
	{"two go", actionsOf(`["a:b","a:c","a:d"]`), removing("a:b", "a:d"), actionsOf(`["a:c"]`)},
	{"the same twice", actionsOf(`["a:b","a:b","a:d"]`), removing("a:b", "a:b"), actionsOf(`["a:d"]`)},
	{"an escape is read", actionsOf(`["a:\u0062","a:c"]`), removing("a:b"), actionsOf(`["a:c"]`)},
	{"one goes and one comes", actionsOf(`["a:b","a:c"]`), func(e *edits) error {
		_ = e.addValue(0, "Action", "a:e")
		return e.removeValue(0, "Action", "a:b")
	}, actionsOf(`["a:c","a:e"]`)},
	{"all go and one comes", actionsOf(`["a:b"]`), func(e *edits) error {
		_ = e.addValue(0, "Action", "a:e")
		return e.removeValue(0, "Action", "a:b")
	}, actionsOf(`["a:e"]`)},

	{"all go and two come", actionsOf(`[ "a:b"]`), func(e *edits) error {
		_ = e.addValue(0, "Action", "a:e")
		_ = e.addValue(0, "Action", "a:f")
		return e.removeValue(0, "Action", "a:b")
	}, actionsOf(`[ "a:e", "a:f"]`)},

	{"a statement becomes a list", statementOf(compactStatement), removingStatements(nil, newOne),
		statementOf(`[` + compactStatement + `,{"Effect":"Allow","Action":"c:d","Resource":"*"}]`)},
	{"laid out like the one before", statementOf(spacedStatement), removingStatements(nil, newOne),
		statementOf(`[` + spacedStatement + `, { "Effect" : "Allow" , "Action" : "c:d" , "Resource" : "*" }]`)},
	{"in the last one's place", statementOf(compactStatement), removingStatements([]int{0}, newOne),
		statementOf(`[{"Effect":"Allow","Action":"c:d","Resource":"*"}]`)},
	{"like the last of a list", multiline, removingStatements(nil, newOne), strings.Replace(multiline, "    }\n  ]", `    },
    {
      "Effect": "Allow",
      "Action": "c:d",
      "Resource": "*"
    }
  ]`, 1)},
	{"a statement goes", statementOf(`[` + newOne + `, ` + compactStatement + `]`), removingStatements([]int{0}),
		statementOf(`[` + compactStatement + `]`)},
	{"a statement goes, its neighbour is edited", statementOf(`[` + compactStatement + `, ` + compactStatement + `]`),
		func(e *edits) error {
			_ = e.removeStatement(1)
			return e.addValue(0, "Action", "x:y")
		}, statementOf(`[{"Effect":"Deny","Action":["a:b", "x:y"],"Resource":"*"}]`)},
	{"a statement that is edited becomes a list", statementOf(compactStatement), func(e *edits) error {
		_ = e.addStatement(newOne)
		return e.addValue(0, "Action", "x:y")
	}, statementOf(`[{"Effect":"Deny","Action":["a:b","x:y"],"Resource":"*"},{"Effect":"Allow","Action":"c:d","Resource":"*"}]`)},

	{"no such statement", actionsOf(`"a:b"`), func(e *edits) error { return e.addValue(1, "Action", "x") }, ""},
	{"no statement below the first", actionsOf(`"a:b"`), func(e *edits) error { return e.removeValue(-1, "Action", "x") }, ""},
	{"no such statement to remove", actionsOf(`"a:b"`), removingStatements([]int{1}), ""},
	{"no such element", actionsOf(`"a:b"`), addingTo("NotAction", "x"), ""},
	{"no element at all of that name", actionsOf(`"a:b"`), addingTo("What", "x"), ""},
	{"no such condition", actionsOf(`"a:b"`), addingTo("Condition.Bool.k", "x"), ""},
	{"no such principal", statementOf(`{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"*"}`), addingTo("Principal.Service", "x"), ""},
	{"a single value does not go", actionsOf(`"a:b"`), removing("a:b"), ""},
	{"the last value does not go", actionsOf(`["a:b","a:c"]`), removing("a:b", "a:c"), ""},
	{"no such value", actionsOf(`["a:b","a:c"]`), removing("a:B"), ""},
	{"no such element to remove from", actionsOf(`["a:b","a:c"]`), func(e *edits) error { return e.removeValue(0, "NotAction", "a:b") }, ""},
	{"the last statement does not go", statementOf(`[` + compactStatement + `]`), removingStatements([]int{0}), ""},
	{"the only statement does not go", statementOf(compactStatement), removingStatements([]int{0}), ""},
	{"no JSON", statementOf(compactStatement), removingStatements(nil, "{"), ""},
	{"no statement", statementOf(compactStatement), removingStatements(nil, "[]"), ""},
}

func TestEdits(t *testing.T) {
	for _, c := range editings {
		t.Run(c.name, func(t *testing.T) {
			d, err := parse(Resource, c.text)
			if err != nil {
				t.Fatal(describe(err))
			}
			e := newEdits(d, d.gap())
			failed := c.do(e)
			text, last := e.text()
			switch {
			case c.want == "":
				if failed == nil && last == nil {
					t.Errorf("became %s, want an error", text)
				}
			case failed != nil || last != nil || text != c.want:
				t.Errorf("%v, %v\n%s\nwant\n%s", failed, last, text, c.want)
			}
		})
	}
}

func TestNewDocument(t *testing.T) {
	const want = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"AWS": "x"},
      "Action": "a:b",
      "Resource": "*"
    }
  ]
}
`
	if got := newDocument(newStatement(`{"AWS": "x"}`, "a:b", "*")); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := newStatement("", `a:"`, ""); got != `{"Effect": "Allow", "Action": "a:\""}` {
		t.Error(got)
	}
}

// TestNarrowestResource is M-08: an entry that the resource matches, and no
// other where that can be said.
func TestNarrowestResource(t *testing.T) {
	for _, c := range []struct {
		on, new, old           string
		exact, oldExact, whole bool
	}{
		{on: "arn:aws:s3:::b/k", new: "arn:aws:s3:::b/k", exact: true, oldExact: true},
		{on: "arn:aws:s3:::b/*", new: "arn:aws:s3:::b/${*}", old: "arn:aws:s3:::b/*", exact: true},
		{on: "arn:aws:s3:::b/?", new: "arn:aws:s3:::b/${?}", old: "arn:aws:s3:::b/?", exact: true},
		{on: "arn:aws:s3:::b/${a}", new: "arn:aws:s3:::b/${$}{a}", old: "arn:aws:s3:::b/${a}", exact: true, oldExact: true},
		{on: "arn:aws:s3:::b/$", new: "arn:aws:s3:::b/$", exact: true, oldExact: true},
		{on: "arn:aws:sqs:*:1:q", new: "arn:aws:sqs:*:1:q"},
		{on: "arn:aws:sqs:?:1:q*", new: "arn:aws:sqs:?:1:q${*}", old: "arn:aws:sqs:?:1:q*"},
		{on: "*", new: "*"},
		{on: "arn:aws:s3", new: "*"},
		{on: "a:b:c:d:e:f", new: "*"},
		{on: "arn:aws:s3:::b/\xff", new: "*"},
		{on: "arn:aws:s3:::b/\x80", new: "*"},
	} {
		if c.old == "" {
			c.old = c.new
		}
		on := newTarget(c.on)
		for _, version := range []struct {
			variables bool
			want      string
			exact     bool
		}{{true, c.new, c.exact}, {false, c.old, c.oldExact}} {
			got, exact := narrowestResource(ResourceControl, &on, version.variables)
			if got != version.want || exact != version.exact {
				t.Errorf("%q, variables %v: %q, %v", c.on, version.variables, got, exact)
			}
			if r := newResource(ResourceControl, got, version.variables); !r.match(&on, nil) {
				t.Errorf("%q does not match %q", got, c.on)
			}
		}
	}
	long := newTarget("arn:" + strings.Repeat("a", 1<<16) + ":s3:::b")
	if got, exact := narrowestResource(Identity, &long, true); got != "*" || exact {
		t.Errorf("too long for an entry: %.20q, %v", got, exact)
	}
}

func TestNarrowestAction(t *testing.T) {
	for _, c := range []struct {
		action, want string
		exact        bool
	}{
		{"s3:GetObject", "s3:GetObject", true},
		{"S3:getobject", "S3:getobject", true},
		{"s3:Get*", "s3:Get*", false},
		{"s3:*", "s3:*", false},
		{"s3:", "s3:*", false},
		{"s3:a:b", "s3:*", false},
		{"s_3:a", "*", false},
		{"what", "*", false},
		{"", "*", false},
		{"*", "*", false},
		{"*:a", "*:a", false},
	} {
		if got, exact := narrowestAction(c.action); got != c.want || exact != c.exact {
			t.Errorf("%q: %q, %v", c.action, got, exact)
		}
	}
}
