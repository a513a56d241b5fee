package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// maxBucketPolicySize is in bytes, white space too (G-12).
const maxBucketPolicySize = 20 << 10

// checkBucketPolicy is what S3 asks of a policy for a bucket, but for who exists. Its
// words are S3's as its clients quote them; where the fault stands is for the log.
func checkBucketPolicy(bucket, text string) error {
	switch {
	case !strings.HasPrefix(text, "{"):
		return malformedBucketPolicy("Policies must be valid JSON and the first byte must be '{'")
	case len(text) > maxBucketPolicySize:
		return api.Errorf(http.StatusBadRequest, "PolicyTooLarge", "Policy exceeds the maximum allowed document size.")
	case !json.Valid([]byte(text)):
		return malformedBucketPolicy("This policy contains invalid Json")
	}
	d, err := policy.Parse(policy.Resource, text)
	if err == nil {
		err = policy.Check(policy.Resource, text)
	}
	if err != nil {
		return inBucketWords(text, err)
	}
	for _, s := range d.Statements() {
		if err := checkBucketStatement(bucket, s); err != nil {
			return err
		}
	}
	return nil
}

// inBucketWords says in S3's words what package policy found.
func inBucketWords(text string, err error) error {
	answer := malformedBucketPolicy("Invalid policy syntax.")
	fault := (*policy.Error)(nil)
	if !errors.As(err, &fault) {
		return answer
	}
	answer.Log = fmt.Sprintf("line %d, column %d, %s: %s", fault.Line, fault.Column, fault.Element, fault.Detail)
	if message := bucketWords(text, fault); message != "" {
		answer.Message = message
	}
	return answer
}

// elementWords are S3's words for a fault in an element.
var elementWords = map[string]string{
	"Version": "The policy must contain a valid version string",
	"Action":  "Policy has invalid action", "NotAction": "Policy has invalid action",
	"Resource": "Policy has invalid resource", "NotResource": "Policy has invalid resource",
	"Principal": "Invalid principal in policy", "NotPrincipal": "Invalid principal in policy",
}

func bucketWords(text string, fault *policy.Error) string {
	var top struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(text), &top); err == nil {
		switch strings.TrimSpace(string(top.Statement)) {
		case "":
			return "Missing required field Statement"
		case "[]":
			return "Could not parse the policy: Statement is empty!"
		}
	}
	if strings.HasPrefix(fault.Message, "Missing required field ") {
		return fault.Message
	}
	for _, name := range strings.Split(fault.Element, ".") {
		name, _, _ = strings.Cut(name, "[")
		if words, ok := elementWords[name]; ok {
			return words
		}
	}
	return missingWords(fault)
}

// missingWords: a statement without one of its elements is a fault of the statement.
func missingWords(fault *policy.Error) string {
	for _, name := range []string{"Effect", "Action", "Resource"} {
		if strings.Contains(fault.Message+" "+fault.Detail, "no "+name) || strings.Contains(fault.Message, "must contain "+strings.ToLower(name)+"s") {
			return "Missing required field " + name
		}
	}
	return ""
}

// forms says on what the resources of a statement are: the bucket, its objects.
type forms struct{ bucket, object bool }

// checkBucketStatement: a statement is about the bucket alone, its actions are S3's, and
// each of them is about one of its resources [UsingBucketPolicies].
func checkBucketStatement(bucket string, s *policy.Statement) error {
	if s.Element("Resource") == nil && s.Element("NotResource") == nil {
		return malformedBucketPolicy("Missing required field Resource")
	}
	on, err := checkBucketResources(bucket, s)
	if err != nil {
		return err
	}
	for _, element := range []string{"Action", "NotAction"} {
		for _, n := range s.Element(element).List() {
			about, known := actionForms(n.Text())
			if !known {
				return malformedBucketPolicy("Policy has invalid action")
			}
			if element == "Action" && s.Element("Resource") != nil && !(about.bucket && on.bucket || about.object && on.object) {
				return malformedBucketPolicy("Action does not apply to any resource(s) in statement")
			}
		}
	}
	return nil
}

func checkBucketResources(bucket string, s *policy.Statement) (on forms, err error) {
	for _, element := range []string{"Resource", "NotResource"} {
		for _, n := range s.Element(element).List() {
			rest, within := strings.CutPrefix(n.Text(), "arn:aws:s3:::"+bucket)
			switch {
			case within && rest == "":
				on.bucket = true
			case within && rest[0] == '/':
				on.object = true
			case within && rest[0] == '*':
				on = forms{true, true}
			default:
				return on, malformedBucketPolicy("Policy has invalid resource")
			}
		}
	}
	return on, nil
}

// actionForms says what the actions that a pattern stands for are about; known is false
// where it stands for none of S3.
func actionForms(pattern string) (about forms, known bool) {
	if pattern == "*" {
		return forms{true, true}, true
	}
	service, name, _ := strings.Cut(strings.ToLower(pattern), ":")
	table, _ := services.Service("s3")
	for i := range table.Actions {
		a := &table.Actions[i]
		matches, err := path.Match(name, strings.ToLower(a.Name))
		if err != nil || service != "s3" {
			return forms{}, false
		}
		if !matches {
			continue
		}
		known = true
		if _, ok := a.Resource("bucket"); ok {
			about.bucket = true
		}
		if _, ok := a.Resource("object"); ok {
			about.object = true
		}
	}
	return about, known
}
