package policytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gatehouse-iam/gatehouse/policy/x/cases"
)

// maxYAML bounds the JSON that a YAML file becomes, in bytes: aliases can make a
// small file stand for a very large one.
const maxYAML = 16 << 20

// maxDepth bounds how deep the values of a case lie in each other: a statement's
// condition values, the deepest of a case, lie at 12.
const maxDepth = 32

// listed is a case of a YAML file, as JSON.
type listed struct {
	text  string
	place cases.Place
}

// errNoList: a YAML file that holds something else than cases.
var errNoList = &cases.Error{Detail: "the file holds no list of cases"}

// readYAML turns a list of cases into their JSON form. A file that is a mapping
// belongs to something else and gives errNoList, unless the mapping is a case.
func readYAML(text []byte) ([]listed, error) {
	var root yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	switch err := d.Decode(&root); {
	case err == io.EOF:
		return nil, errNoList
	case err != nil:
		return nil, yamlError(err)
	case len(root.Content) == 0:
		return nil, errNoList
	}
	list := root.Content[0]
	if list.Kind != yaml.SequenceNode {
		return nil, noList(list)
	}
	if d.Decode(new(yaml.Node)) != io.EOF {
		return nil, &cases.Error{Line: 1, Column: 1, Detail: "one list of cases a file is expected, and here are several documents"}
	}
	all, size := make([]listed, 0, len(list.Content)), 0
	for _, item := range list.Content {
		w := jsonWriter{most: maxYAML - size}
		if err := w.value(item, false); err != nil {
			return nil, err
		}
		size += w.text.Len()
		all = append(all, listed{w.text.String(), w.place})
	}
	return all, nil
}

func noList(n *yaml.Node) error {
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if n.Content[i].Value == "request" || n.Content[i].Value == "cases" {
			return &cases.Error{Line: n.Line, Column: n.Column, Detail: `a list of cases is expected: start each with "- "`}
		}
	}
	return errNoList
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// yamlError is the parser's error, with its line.
func yamlError(err error) error {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return &cases.Error{Line: 1, Column: 1, Detail: err.Error()}
	}
	line, _ := strconv.Atoi(m[1])
	return &cases.Error{Line: max(line, 1), Column: 1, Detail: strings.TrimPrefix(err.Error(), m[0])}
}

// jsonWriter writes a YAML value as JSON and keeps where each piece of it stood.
type jsonWriter struct {
	text  strings.Builder
	most  int
	marks []mark
	open  []*yaml.Node // those that the value under way lies in
}

// mark is where the JSON from a byte on stood in the YAML.
type mark struct{ offset, line, column int }

func (w *jsonWriter) place(offset int) (line, column int) {
	i := sort.Search(len(w.marks), func(i int) bool { return w.marks[i].offset > offset })
	if i == 0 {
		return 1, 1
	}
	m := w.marks[i-1]
	return m.line, m.column
}

// value writes a node. Only a policy document has numbers and booleans: in the
// rest of a case every scalar is a string, as it is written, so that nobody has
// to quote an account or a condition's true.
func (w *jsonWriter) value(n *yaml.Node, typed bool) error {
	w.marks = append(w.marks, mark{w.text.Len(), n.Line, n.Column})
	if w.text.Len() > w.most {
		return at(n, "the file's aliases stand for more than a file may hold")
	}
	switch {
	case n.Kind == yaml.AliasNode && slices.Contains(w.open, n.Alias):
		return at(n, "*%s stands for what it lies in itself", n.Value)
	case len(w.open) >= maxDepth:
		return at(n, "values lie deeper in each other than %d", maxDepth)
	}
	w.open = append(w.open, n)
	defer func() { w.open = w.open[:len(w.open)-1] }()
	switch n.Kind {
	case yaml.MappingNode:
		return w.mapping(n, typed)
	case yaml.SequenceNode:
		w.text.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				w.text.WriteByte(',')
			}
			if err := w.value(item, typed); err != nil {
				return err
			}
		}
		w.text.WriteByte(']')
		return nil
	case yaml.AliasNode:
		return w.value(n.Alias, typed)
	}
	return w.scalar(n, typed)
}

func at(n *yaml.Node, format string, args ...any) error {
	return &cases.Error{Line: n.Line, Column: n.Column, Detail: fmt.Sprintf(format, args...)}
}

func (w *jsonWriter) mapping(n *yaml.Node, typed bool) error {
	w.text.WriteByte('{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return at(key, "the name of a member is expected here")
		}
		if i > 0 {
			w.text.WriteByte(',')
		}
		w.marks = append(w.marks, mark{w.text.Len(), key.Line, key.Column})
		if err := w.quoted(key); err != nil {
			return err
		}
		w.text.WriteByte(':')
		inside := typed || key.Value == "document" || key.Value == "statement" || key.Value == "unreadable"
		if err := w.value(value, inside); err != nil {
			return err
		}
	}
	w.text.WriteByte('}')
	return nil
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func (w *jsonWriter) scalar(n *yaml.Node, typed bool) error {
	switch {
	case n.Tag == "!!null":
		w.text.WriteString("null")
	case typed && n.Tag == "!!bool":
		w.text.WriteString(strings.ToLower(n.Value))
	case typed && (n.Tag == "!!int" || n.Tag == "!!float") && jsonNumber.MatchString(n.Value):
		w.text.WriteString(n.Value)
	default:
		return w.quoted(n)
	}
	return nil
}

func (w *jsonWriter) quoted(n *yaml.Node) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(n.Value); err != nil {
		return at(n, "%v", err)
	}
	w.text.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return nil
}
