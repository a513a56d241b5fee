package why

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// commands words changes as commands of the AWS CLI.
type commands struct {
	endpoint string // for --endpoint-url, "" for none
	account  string // whose policies the reader may change
	action   string // that was denied
	resource string // it was asked for
	entity   string // ARN of the user or role whose policies they are
}

// of is the command that makes a change, "" where the AWS CLI has none, or the
// change is not the account's to make. The note says whose it is, and why there is
// no command where one would do harm.
func (c *commands) of(change *policy.Change) (command, note string) {
	note = c.owner(change)
	if hidden(change.Policy, change.Text, change.Document, c.resource, c.entity, c.endpoint) {
		reason := "no command is given: a value in it holds characters that a terminal obeys, hides or reorders"
		return "", strings.TrimPrefix(note+"; "+reason, "; ")
	}
	if change.Account != "" && change.Account != c.account && !c.delegation(change) {
		return "", note
	}
	return c.command(change), note
}

// owner says who else must make a change, "" where the account can.
func (c *commands) owner(change *policy.Change) string {
	whose := ""
	switch {
	case change.Kind == policy.SetKey:
	case c.delegation(change):
		whose = "the organization, whose management account makes it"
	case change.Type == policy.ServiceControl, change.Type == policy.ResourceControl:
		whose = "the organization"
	case change.Account != "" && change.Account != c.account:
		whose = "account " + change.Account
	}
	if whose == "" {
		return ""
	}
	return "the change belongs to " + whose + ": no change of account " + c.account + "'s policies can allow this"
}

// delegation: the policy by which an organization delegates to its members
// (orgs_delegate_policies).
func (c *commands) delegation(change *policy.Change) bool {
	return change.Type == policy.Resource && len(c.action) > len("organizations:") && strings.EqualFold(c.action[:len("organizations:")], "organizations:")
}

// hidden says whether one of the texts, or a string in one that is JSON, holds what
// is not to be seen: who was denied chose some of them.
func hidden(texts ...string) bool {
	for _, text := range texts {
		if policy.Hidden(oneLine(text)) {
			return true
		}
		if !json.Valid([]byte(text)) {
			continue
		}
		tokens := json.NewDecoder(strings.NewReader(text))
		for token, err := tokens.Token(); err == nil; token, err = tokens.Token() {
			if s, ok := token.(string); ok && policy.Hidden(s) {
				return true
			}
		}
	}
	return false
}

func (c *commands) command(change *policy.Change) string {
	switch change.Type {
	case policy.Identity:
		return c.identity(change)
	case policy.Boundary:
		return c.boundary(change)
	case policy.Trust:
		if change.Document != "" {
			return c.aws("iam update-assume-role-policy", "--role-name", lastName(c.resource), "--policy-document", change.Document)
		}
	case policy.Resource:
		if c.delegation(change) && change.Document != "" {
			return c.aws("organizations put-resource-policy", "--content", change.Document)
		}
		if bucket := bucketOf(c.resource); bucket != "" && change.Document != "" {
			return c.aws("s3api put-bucket-policy", "--bucket", bucket, "--policy", change.Document)
		}
	case policy.ServiceControl, policy.ResourceControl:
		if id := lastName(change.Policy); change.Document != "" && strings.HasPrefix(id, "p-") {
			return c.aws("organizations update-policy", "--policy-id", id, "--content", change.Document)
		}
	}
	return ""
}

// aws is a command line; values are quoted for a shell.
func (c *commands) aws(command string, arguments ...string) string {
	line := "aws"
	if c.endpoint != "" {
		line += " --endpoint-url " + quoted(c.endpoint)
	}
	line += " " + command
	for i := 0; i < len(arguments); i += 2 {
		line += " " + arguments[i] + " " + quoted(oneLine(arguments[i+1]))
	}
	return line
}

// oneLine is a document without the white space between its parts.
func oneLine(s string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(s)) != nil { // a name
		return s
	}
	return b.String()
}

// quoted is a word for a POSIX shell.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/:.,@%+=_-", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func (c *commands) identity(change *policy.Change) string {
	kind, name := entityOf(c.entity)
	if kind == "" {
		return ""
	}
	managed := strings.HasPrefix(change.Policy, "arn:")
	switch {
	case change.Kind == policy.SetKey:
		return ""
	case change.Kind == policy.AddPolicy:
		return c.aws("iam put-"+kind+"-policy", "--"+kind+"-name", name, "--policy-name", nameFor(change), "--policy-document", change.Document)
	case change.Kind == policy.RemovePolicy && managed:
		return c.aws("iam detach-"+kind+"-policy", "--"+kind+"-name", name, "--policy-arn", change.Policy) + groups(kind, "detach-group-policy")
	case change.Kind == policy.RemovePolicy:
		return c.aws("iam delete-"+kind+"-policy", "--"+kind+"-name", name, "--policy-name", change.Policy) + groups(kind, "delete-group-policy")
	case managed:
		return c.version(change)
	case change.Policy == "" || change.Document == "":
		return ""
	}
	return c.aws("iam put-"+kind+"-policy", "--"+kind+"-name", name, "--policy-name", change.Policy, "--policy-document", change.Document) + groups(kind, "put-group-policy")
}

// groups reminds that a user's policy may be one of its groups'.
func groups(kind, command string) string {
	if kind != "user" {
		return ""
	}
	return "   # " + command + " where it is a group's"
}

// version makes a changed document the policy's default. AWS's own are not to be
// changed (E-23).
func (c *commands) version(change *policy.Change) string {
	if change.Document == "" || strings.Contains(change.Policy, "::aws:policy/") {
		return ""
	}
	return c.aws("iam create-policy-version", "--policy-arn", change.Policy, "--policy-document", change.Document) + " --set-as-default"
}

func (c *commands) boundary(change *policy.Change) string {
	kind, name := entityOf(c.entity)
	switch {
	case change.Kind != policy.RemovePolicy:
		return c.version(change)
	case kind == "":
		return ""
	}
	return c.aws("iam delete-"+kind+"-permissions-boundary", "--"+kind+"-name", name)
}

// entityOf is the kind and the name of a user or role.
func entityOf(arn string) (kind, name string) {
	part := strings.SplitN(arn, ":", 6)
	if len(part) < 6 || part[2] != "iam" {
		return "", ""
	}
	kind, _, _ = strings.Cut(part[5], "/")
	if kind != "user" && kind != "role" {
		return "", ""
	}
	return kind, lastName(arn)
}

func lastName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// bucketOf is the bucket of an S3 resource.
func bucketOf(arn string) string {
	part := strings.SplitN(arn, ":", 6)
	if len(part) < 6 || part[2] != "s3" {
		return ""
	}
	bucket, _, _ := strings.Cut(part[5], "/")
	return bucket
}

// nameFor names a new inline policy by what it allows: AllowS3GetObject.
func nameFor(change *policy.Change) string {
	root, err := policy.ParseJSON(change.Text)
	if err != nil {
		return "Allow"
	}
	name := "Allow"
	for _, action := range root.Get("Action").List() {
		service, operation, _ := strings.Cut(action.Text(), ":")
		name += strings.ToUpper(service[:min(1, len(service))]) + service[min(1, len(service)):] + operation
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, name)[:min(len(name), 128)]
}
