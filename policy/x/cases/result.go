package cases

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// Result is what comes out of a case.
type Result struct {
	ID             string   `json:"id"`
	Decision       string   `json:"decision"`  // allowed, explicitDeny, implicitDeny; "" with an error
	DeniedBy       string   `json:"denied_by"` // the policy type that decided a denial
	Message        string   `json:"message"`   // AWS's access-denied sentence
	Matched        []Match  `json:"matched"`
	MissingContext []string `json:"missing_context"`
	Error          string   `json:"error"`
	// Explanation is there where it was asked for.
	Explanation *Explanation `json:"explanation,omitempty"`
}

// Match is a statement that applies to the request.
type Match struct {
	PolicyType string `json:"policy_type"`
	Policy     string `json:"policy"`
	Statement  int    `json:"statement"` // from 0
	Sid        string `json:"sid"`
	Effect     string `json:"effect"`
}

// Failed is the Result of a case that cannot be read or decided. c may be nil.
func Failed(c *Case, err error) Result {
	r := Result{Matched: []Match{}, MissingContext: []string{}, Error: err.Error()}
	if c != nil {
		r.ID = c.ID
	}
	return r
}

// Append appends the result as one line of JSON, with its line feed.
func (r *Result) Append(dst []byte) ([]byte, error) {
	b := bytes.NewBuffer(dst)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false) // ARNs and documents as they are
	err := e.Encode(r)
	return b.Bytes(), err
}

// Decide decides a case. The error is an *Error; the Result says it, too.
func (d *Decider) Decide(c *Case) (Result, error) {
	r, _, err := d.Trace(c)
	return r, err
}

// Trace is Decide and every policy and statement considered; it proposes no
// changes.
func (d *Decider) Trace(c *Case) (Result, *policy.Explanation, error) {
	return d.ask(c, policy.Trace)
}

// Explain is Trace and what to change, also in the Result.
func (d *Decider) Explain(c *Case) (Result, *policy.Explanation, error) {
	r, e, err := d.ask(c, policy.Explain)
	if err == nil {
		r.Explanation = explanationOf(e)
	}
	return r, e, err
}

// ResultOf is the Result of a request that somebody else had explained.
func ResultOf(id string, r *policy.Request, e *policy.Explanation) Result {
	result := resultOf(id, r, e)
	result.Explanation = explanationOf(e)
	return result
}

func (d *Decider) ask(c *Case, trace func(*policy.Request, *policy.Set) *policy.Explanation) (Result, *policy.Explanation, error) {
	request, set, err := d.Build(c)
	if err != nil {
		return Failed(c, err), nil, err
	}
	e := trace(request, set)
	return resultOf(c.ID, request, e), e, nil
}

func resultOf(id string, r *policy.Request, e *policy.Explanation) Result {
	result := Result{ID: id, Decision: OutcomeName(e.Outcome), Matched: matches(e.Policies), MissingContext: e.Missing}
	if e.Outcome != policy.Allowed {
		result.DeniedBy = TypeName(e.By)
		result.Message = Message(r, e.Decision)
	}
	if result.MissingContext == nil {
		result.MissingContext = []string{}
	}
	return result
}

func matches(policies []policy.PolicyTrace) []Match {
	all := []Match{}
	for i := range policies {
		p := &policies[i]
		if !p.Takes || p.Policy == nil {
			continue
		}
		for _, s := range p.Statements {
			if s.Matched {
				all = append(all, Match{TypeName(p.Type), p.Policy.Name(), s.Statement, s.Sid, s.Effect})
			}
		}
	}
	return all
}

// OutcomeName is an outcome as results spell it.
func OutcomeName(o policy.Outcome) string {
	switch o {
	case policy.Allowed:
		return "allowed"
	case policy.ExplicitDeny:
		return "explicitDeny"
	}
	return "implicitDeny"
}

// TypeName is a policy type as cases and results spell it: a role's trust policy
// is its resource policy (T-13).
func TypeName(t policy.Type) string {
	switch t {
	case policy.Identity:
		return "identity"
	case policy.Boundary:
		return "permissions_boundary"
	case policy.Session:
		return "session"
	case policy.ServiceControl:
		return "scp"
	case policy.ResourceControl:
		return "rcp"
	case policy.Endpoint:
		return "endpoint"
	}
	return "resource"
}

// Explanation is how a decision came about, as JSON.
type Explanation struct {
	Policies []PolicyTrace `json:"policies"`
	Changes  []Change      `json:"changes"` // that together allow the request
	Fixed    string        `json:"fixed"`   // why no change can
}

// PolicyTrace is what one policy says.
type PolicyTrace struct {
	PolicyType string           `json:"policy_type"`
	Level      *int             `json:"level,omitempty"` // of an SCP or RCP, from 0 at the root
	Policy     string           `json:"policy"`
	TakesPart  bool             `json:"takes_part"`
	Outcome    string           `json:"outcome"` // by itself
	Note       string           `json:"note,omitempty"`
	Statements []StatementTrace `json:"statements"`
}

// StatementTrace is one statement, element by element.
type StatementTrace struct {
	Statement int            `json:"statement"`
	Sid       string         `json:"sid"`
	Effect    string         `json:"effect"`
	Line      int            `json:"line"` // in the document
	Column    int            `json:"column"`
	Matched   bool           `json:"matched"`
	Elements  []ElementTrace `json:"elements"`
}

// ElementTrace is one element: what the policy says and what the request has.
type ElementTrace struct {
	Element  string   `json:"element"`
	Operator string   `json:"operator,omitempty"`
	Key      string   `json:"key,omitempty"`
	Values   []string `json:"values"`
	Request  any      `json:"request"` // string, list of strings, or null: the request has no such key
	Matched  bool     `json:"matched"`
	Entry    *int     `json:"entry,omitempty"` // which of the values matched first, from 0
	Note     string   `json:"note,omitempty"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
}

// Change is one of the changes that together allow the request.
type Change struct {
	Text       string          `json:"text"` // what to do, in a sentence
	Kind       string          `json:"kind"`
	PolicyType string          `json:"policy_type,omitempty"`
	Level      *int            `json:"level,omitempty"` // of an SCP or RCP
	Policy     string          `json:"policy,omitempty"`
	Account    string          `json:"account,omitempty"` // whose policy it is
	Target     string          `json:"target,omitempty"`  // what a new policy goes to
	Statement  *int            `json:"statement,omitempty"`
	Sid        string          `json:"sid,omitempty"`
	Element    string          `json:"element,omitempty"`
	Key        string          `json:"key,omitempty"`
	Value      string          `json:"value,omitempty"`
	Added      json.RawMessage `json:"added,omitempty"`    // the statement that is added
	Document   json.RawMessage `json:"document,omitempty"` // the whole policy once it is changed
}

func explanationOf(e *policy.Explanation) *Explanation {
	x := &Explanation{Policies: make([]PolicyTrace, len(e.Policies)), Changes: make([]Change, len(e.Changes)), Fixed: e.Fixed}
	for i := range e.Policies {
		x.Policies[i] = policyTrace(&e.Policies[i])
	}
	for i := range e.Changes {
		x.Changes[i] = changeOf(&e.Changes[i])
	}
	return x
}

func policyTrace(p *policy.PolicyTrace) PolicyTrace {
	t := PolicyTrace{
		PolicyType: TypeName(p.Type), Level: notNegative(p.Level), TakesPart: p.Takes, Outcome: OutcomeName(p.Outcome),
		Note: p.Note, Statements: make([]StatementTrace, len(p.Statements)),
	}
	if p.Policy != nil {
		t.Policy = p.Policy.Name()
	}
	for i := range p.Statements {
		s := &p.Statements[i]
		t.Statements[i] = StatementTrace{s.Statement, s.Sid, s.Effect, s.Line, s.Column, s.Matched, elementTraces(s.Elements)}
	}
	return t
}

func elementTraces(elements []policy.ElementTrace) []ElementTrace {
	list := make([]ElementTrace, len(elements))
	for i := range elements {
		e := &elements[i]
		list[i] = ElementTrace{
			Element: e.Element, Operator: e.Operator, Key: e.Key, Values: e.Values, Request: valueOf(e),
			Matched: e.Matched, Entry: notNegative(e.Entry), Note: e.Note, Line: e.Line, Column: e.Column,
		}
		if e.Values == nil {
			list[i].Values = []string{}
		}
	}
	return list
}

func valueOf(e *policy.ElementTrace) any {
	switch {
	case !e.Present:
		return nil
	case !e.Request.IsMany:
		return e.Request.One
	case e.Request.Many == nil:
		return []string{}
	}
	return e.Request.Many
}

func notNegative(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}

// changeNames are the kinds of change, as JSON spells them.
var changeNames = map[policy.ChangeKind]string{
	policy.SetKey: "set_key", policy.AddValue: "add_value", policy.RemoveValue: "remove_value",
	policy.AddStatement: "add_statement", policy.AddPolicy: "add_policy",
	policy.RemoveStatement: "remove_statement", policy.RemovePolicy: "remove_policy",
}

func changeOf(c *policy.Change) Change {
	change := Change{Text: c.String(), Kind: changeNames[c.Kind], Key: c.Key, Value: c.Value}
	if change.Kind == "" {
		change.Kind = strconv.Itoa(int(c.Kind))
	}
	if c.Kind == policy.SetKey {
		return change
	}
	change.PolicyType, change.Policy, change.Account, change.Element = TypeName(c.Type), c.Policy, c.Account, c.Element
	change.Statement, change.Sid, change.Target, change.Level = notNegative(c.Statement), c.Sid, c.Target, notNegative(c.Level)
	change.Added, change.Document = rawJSON(c.Text), rawJSON(c.Document)
	return change
}

func rawJSON(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}
