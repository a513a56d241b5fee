// Package why explains a call that a server denied, to whoever may know: it asks
// the server what was asked for and which policies applied, decides that case once
// more here, and tells which element of which statement kept it from being
// allowed, with the smallest change that would allow it.
package why

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/client"
)

// Server is what answers: a *client.Client.
type Server interface {
	Query(ctx context.Context, service, version, action string, parameters url.Values, out any) error
	Get(ctx context.Context, service, path string, query url.Values, out any) error
}

// denial is what the server tells of a denial: the answer of
// GetRequestAuthorizationDetails with the documents of its policies.
type denial struct {
	id             string
	RequestContext map[string]any
	Evaluations    []evaluation
	Policies       []policyInfo
	NextToken      string
}

type evaluation struct {
	Action, Resource string
	Context          map[string]any
	EvaluatedEffect  string
}

type policyInfo struct {
	Type       string
	Inline     bool
	URI        string `json:"uri"`
	AttachedTo []struct{ ARN string }

	document string // "" where it cannot be had
	missing  string // why
}

// Decoded is what an encoded message tells, which has no policies in it.
type Decoded struct {
	AuthorizationID   string `json:"authorizationId,omitempty"` // ours only: by it the server tells more
	ExplicitDeny      bool   `json:"explicitDeny"`
	MatchedStatements struct {
		Items []DecodedStatement `json:"items"`
	} `json:"matchedStatements"`
	Failures struct {
		Items []DecodedFailure `json:"items"`
	} `json:"failures"`
	Context struct {
		Principal struct {
			ID  string `json:"id"`
			ARN string `json:"arn"`
		} `json:"principal"`
		Action   string `json:"action"`
		Resource string `json:"resource"`
	} `json:"context"`
}

// DecodedStatement is a statement that applied.
type DecodedStatement struct {
	StatementID string `json:"statementId"`
	Effect      string `json:"effect"`
	Actions     values `json:"actions"`
	Resources   values `json:"resources"`
}

// DecodedFailure is what a policy asked of the request in vain.
type DecodedFailure struct {
	Policy string `json:"policy,omitempty"`
	Reason string `json:"reason"`
	Key    string `json:"key,omitempty"`
}

type values struct {
	Items []struct {
		Value string `json:"value"`
	} `json:"items"`
}

var (
	authorizationID = regexp.MustCompile(`^[0-9a-z]{25}$`)
	requestID       = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	encoded         = regexp.MustCompile(`^[0-9A-Za-z_-]{40,}$`)
)

// Find asks the server for the denial that an id or an encoded message names. Of
// a message whose denial is not kept any more it tells what the message does.
func Find(ctx context.Context, s Server, id string) (*Answer, error) {
	switch {
	case authorizationID.MatchString(id):
		return explained(ctx, s, id, id)
	case requestID.MatchString(id):
		return explained(ctx, s, id, strings.ReplaceAll(id, "-", ""))
	case encoded.MatchString(id):
		return ofMessage(ctx, s, id)
	}
	return nil, fmt.Errorf("%q is not accepted: the request id of a denied call (8-4-4-4-12 hexadecimal digits), "+
		"the authorization id at the end of its message (25 digits and letters), or the encoded message", shorten(id))
}

func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func explained(ctx context.Context, s Server, given, id string) (*Answer, error) {
	d, err := ask(ctx, s, id)
	if err != nil {
		return nil, hint(err, given)
	}
	d.id = given
	return d.answer()
}

// hint says what to do about a refusal.
func hint(err error, id string) error {
	var refused *client.Error
	if !errors.As(err, &refused) {
		return err
	}
	switch {
	case refused.Status == http.StatusNotFound || refused.Code == "InvalidAuthorizationMessageException":
		return fmt.Errorf("the server knows no denial %s of a caller of your account: it keeps them for a day, unless --denial-retention says otherwise (%w)", shorten(id), refused)
	case strings.HasPrefix(refused.Code, "AccessDenied"):
		return fmt.Errorf("%w (to read denials, iam:GetRequestAuthorizationDetails, iam:GetRequestAuthorizationPolicy and, for encoded messages, sts:DecodeAuthorizationMessage must be allowed)", refused)
	}
	return err
}

// ask collects the denial and its policies.
func ask(ctx context.Context, s Server, id string) (*denial, error) {
	path := "/authorization-details/" + url.PathEscape(id)
	d, query := &denial{}, url.Values{}
	for {
		var page denial
		if err := s.Get(ctx, "iam", path, query, &page); err != nil {
			return nil, err
		}
		if page.RequestContext != nil {
			d.RequestContext = page.RequestContext
		}
		d.Evaluations = append(d.Evaluations, page.Evaluations...)
		d.Policies = append(d.Policies, page.Policies...)
		if page.NextToken == "" {
			break
		}
		query.Set("nextToken", page.NextToken)
	}
	if len(d.Evaluations) == 0 {
		return nil, errors.New("the server tells of no evaluation")
	}
	for i := range d.Policies {
		if err := d.Policies[i].read(ctx, s, path); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// read reads the document as it was. One that is not kept is no failure: the rest
// can be told.
func (p *policyInfo) read(ctx context.Context, s Server, path string) error {
	var out struct{ PolicyDocument json.RawMessage }
	err := s.Get(ctx, "iam", path+"/policy", url.Values{"policyUri": {p.URI}}, &out)
	var refused *client.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		p.missing = refused.Message
		return nil
	}
	p.document = string(out.PolicyDocument)
	return err
}

// ofMessage decodes a message, and asks for more where it names its denial.
func ofMessage(ctx context.Context, s Server, message string) (*Answer, error) {
	var out struct {
		Result struct{ DecodedMessage string } `xml:"DecodeAuthorizationMessageResult"`
	}
	err := s.Query(ctx, "sts", "2011-06-15", "DecodeAuthorizationMessage", url.Values{"EncodedMessage": {message}}, &out)
	if err != nil {
		return nil, hint(err, message)
	}
	var d Decoded
	if err := json.Unmarshal([]byte(out.Result.DecodedMessage), &d); err != nil {
		return nil, fmt.Errorf("the decoded message cannot be read: %w", err)
	}
	if d.AuthorizationID != "" {
		if a, err := explained(ctx, s, d.AuthorizationID, d.AuthorizationID); err == nil {
			return a, nil
		}
	}
	return &Answer{ID: d.AuthorizationID, Principal: d.Context.Principal.ARN, Action: d.Context.Action, Resource: d.Context.Resource, Decoded: &d}, nil
}
