package policytest

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// texts are the cases of a YAML file, as JSON.
func texts(t *testing.T, yaml string) []string {
	t.Helper()
	list, err := readYAML([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, l := range list {
		all = append(all, l.text)
	}
	return all
}

func TestYAMLBecomesJSON(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"strings", "- id: x\n", `{"id":"x"}`},
		{"quoted", "- id: \"a\\\"b\\n<é>\"\n", `{"id":"a\"b\n<é>"}`},
		{"flow", `- {"id": "x", list: [a, 'b']}`, `{"id":"x","list":["a","b"]}`},
		{"whatever stands in a case is text", "- a: [true, 012345678901, 1.50, 2012-10-17, yes, ~]\n", `{"a":["true","012345678901","1.50","2012-10-17","yes",null]}`},
		{"documents have types", "- document: {Version: 2012-10-17, Bool: True, n: 10, f: 1.5e3, hex: 0x10, s: '7', e: \"\"}\n",
			`{"document":{"Version":"2012-10-17","Bool":true,"n":10,"f":1.5e3,"hex":"0x10","s":"7","e":""}}`},
		{"so have numbers of statements", "- matched: [{statement: 1, sid: 2}]\n  unreadable: true\n", `{"matched":[{"statement":1,"sid":"2"}],"unreadable":true}`},
		{"anchors", "- a: &x {k: v}\n  b: *x\n", `{"a":{"k":"v"},"b":{"k":"v"}}`},
		{"block text", "- a: |\n    one\n    two\n", `{"a":"one\ntwo\n"}`},
		{"nothing", "- {}\n- []\n- x\n", `{}|[]|"x"`},
		{"empty list", "[]\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(texts(t, c.yaml), "|"); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

func TestYAMLFaults(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"empty", "", "the file holds no list of cases"},
		{"comments", "# nothing\n", "the file holds no list of cases"},
		{"something else", "jobs: {}\n", "the file holds no list of cases"},
		{"a word", "x\n", "the file holds no list of cases"},
		{"one case", "# c\nid: x\nrequest: {}\n", `line 2, column 1: a list of cases is expected: start each with "- "`},
		{"cases as a member", "cases: []\n", `line 1, column 1: a list of cases is expected: start each with "- "`},
		{"syntax", "- a: [\n", "line 1, column 1: did not find expected node content"},
		{"tab", "- a:\n\t- b\n", "line 2, column 1: found character that cannot start any token"},
		{"two documents", "- a: b\n---\n- c: d\n", "line 1, column 1: one list of cases a file is expected, and here are several documents"},
		{"merge", "- &a {x: y}\n- <<: *a\n", "line 2, column 3: the name of a member is expected here"},
		{"name", "- ? [a]\n  : b\n", "line 1, column 5: the name of a member is expected here"},
		{"itself", "- &a [*a]\n", "line 1, column 7: *a stands for what it lies in itself"},
		{"itself as a member", "- &a\n  b: {c: [*a]}\n", "line 2, column 11: *a stands for what it lies in itself"},
		{"deep", "- " + strings.Repeat("[", 33) + strings.Repeat("]", 33) + "\n", "line 1, column 35: values lie deeper in each other than 32"},
		{"bytes", "- a: \xff\n", "line 1, column 1: invalid leading UTF-8 octet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readYAML([]byte(c.yaml))
			var e *cases.Error
			if !errors.As(err, &e) || strings.TrimPrefix(e.Error(), "offset ") != c.want {
				t.Errorf("%v\nwant %s", err, c.want)
			}
		})
	}
}

// What is wrong in a case is told by its line and column in the YAML.
func TestYAMLPlaces(t *testing.T) {
	const yaml = `- id: x
  request:
    principal: "*"
    action: s3:GetObject
    resource: '*'
    context:
      aws:TagKeys: [a,
        ~]
- request: {principal: "*", action: a:b, resource: "*"}
  polcies: {}
`
	list, err := readYAML([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"line 8, column 9: a string is expected here", `line 10, column 3: a decision case has no member "polcies"; it has id, request, policies, expect`} {
		if _, err := cases.Parse(list[i].text, list[i].place); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if line, column := (&jsonWriter{}).place(3); line != 1 || column != 1 {
		t.Error(line, column)
	}
}

// A file of a kilobyte whose aliases stand for gigabytes is refused in bounded
// time and memory.
func TestYAMLBoundsAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("- a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		name, before := string(rune('a'+i)), string(rune('a'+i-1))
		if i == 1 {
			before = "a0"
		}
		b.WriteString("  " + name + "0: &" + name + " [" + strings.Repeat("*"+before+", ", 9) + "*" + before + "]\n")
	}
	_, err := readYAML([]byte(b.String()))
	if err == nil || !strings.Contains(err.Error(), "aliases stand for more than a file may hold") {
		t.Error(err)
	}
}

func FuzzYAML(f *testing.F) {
	f.Add("- id: x\n  request: {principal: '*', action: a:b, resource: '*'}\n")
	f.Add("- &a {x: y}\n- *a\n")
	f.Add("- document: {n: 1, b: true}\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := readYAML([]byte(text))
		if err != nil {
			var e *cases.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			return
		}
		for _, l := range list {
			if _, err := cases.Parse(l.text, l.place); err != nil && strings.Contains(err.Error(), "is expected here") && strings.Contains(err.Error(), `","`) {
				t.Fatalf("the JSON is broken: %s: %v", l.text, err)
			}
		}
	})
}
