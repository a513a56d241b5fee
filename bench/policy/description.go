package main

// A description says in neutral terms what the engines are asked. From it come
// the AWS documents, the Cedar policies and the Rego rules, and the plain
// evaluator reads it as it stands, so that all of them mean the same.
type description struct {
	name     string
	identity []document
	boundary *document
	session  *document
	resource *document
	role     string // the caller is a session of this role; "": the user
	requests []request
}

// documents is all of them.
func (d *description) documents() []document {
	all := append([]document(nil), d.identity...)
	for _, one := range []*document{d.resource, d.boundary, d.session} {
		if one != nil {
			all = append(all, *one)
		}
	}
	return all
}

func (d *description) statements() int {
	n := 0
	for _, one := range d.documents() {
		n += len(one.statements)
	}
	return n
}

// document is one policy.
type document struct {
	name       string
	statements []statement
}

// statement is one rule.
type statement struct {
	sid        string
	deny       bool
	roles      []string // of a resource policy: whom it names; "*" is everyone
	actions    []string // a star may end one
	resources  []string // with stars, and with ${aws:username}
	conditions []condition
}

// condition is one key under one operator.
type condition struct {
	operator string
	key      string
	values   []string
}

// request is one question. Its keys are the condition keys it comes with.
type request struct {
	action   string
	resource string
	keys     map[string]string
}

// The world that the descriptions speak of.
const (
	account  = "111122223333"
	user     = "ana"
	userARN  = "arn:aws:iam::" + account + ":user/" + user
	roleARN  = "arn:aws:iam::" + account + ":role/service/pipeline"
	otherARN = "arn:aws:iam::" + account + ":role/service/archive"
	variable = "${aws:username}"
)

// form is what a key's values are.
type form uint8

const (
	text form = iota
	number
	date
	boolean
	address
	arn
)

// key is a condition key: its name with AWS, and as an attribute elsewhere.
type key struct {
	name      string
	attribute string
	form      form
	optional  bool // a request may come without it
}

var keys = []key{
	{name: "aws:username", attribute: "username", form: text, optional: true},
	{name: "aws:PrincipalArn", attribute: "principalArn", form: arn},
	{name: "aws:PrincipalTag/team", attribute: "team", form: text},
	{name: "aws:RequestedRegion", attribute: "region", form: text},
	{name: "aws:SourceIp", attribute: "ip", form: address},
	{name: "aws:SecureTransport", attribute: "tls", form: boolean},
	{name: "aws:CurrentTime", attribute: "now", form: date},
	{name: "aws:MultiFactorAuthAge", attribute: "mfaAge", form: number, optional: true},
	{name: "aws:RequestTag/project", attribute: "project", form: text, optional: true},
	{name: "aws:SourceArn", attribute: "sourceArn", form: arn, optional: true},
}

// keyNamed finds a key by AWS's name.
func keyNamed(name string) key {
	for _, k := range keys {
		if k.name == name {
			return k
		}
	}
	panic("no key " + name)
}
