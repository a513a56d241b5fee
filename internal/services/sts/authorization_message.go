package sts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
)

// errNoMessage is the answer to anything that is no message of the caller's account:
// forged, garbled, another account's, or an authorization id that is not known.
var errNoMessage = api.Errorf(http.StatusBadRequest, "InvalidAuthorizationMessageException", "The authorization message is not valid.")

// decodeAuthorizationMessage tells why a call of the account was denied
// [API_DecodeAuthorizationMessage]: of an encoded message, or of an authorization id,
// which every denial has (choice).
func (s *Service) decodeAuthorizationMessage(ctx context.Context, call *api.Call, _ *directory.View, in *sts.DecodeAuthorizationMessageInput) (*sts.DecodeAuthorizationMessageOutput, error) {
	d, err := s.message(ctx, call.Account, *in.EncodedMessage)
	if errors.Is(err, journal.ErrNoDenial) || errors.Is(err, journal.ErrNoMessage) {
		return nil, errNoMessage
	}
	if err != nil {
		return nil, err
	}
	told, err := d.Tell()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(decoded(d, told))
	if err != nil {
		return nil, fmt.Errorf("decoded message of denial %s: %w", d.EventID, err)
	}
	message := string(text)
	return &sts.DecodeAuthorizationMessageOutput{DecodedMessage: &message}, nil
}

// message is the denial that a text of the account's names.
func (s *Service) message(ctx context.Context, account, text string) (*journal.Denial, error) {
	id := text
	if !authz.IsAuthorizationID(text) {
		d, reference, err := s.messages.Decode(account, text)
		if err != nil || d != nil {
			return d, err
		}
		id = reference
	}
	d, err := s.denials.Denial(ctx, id)
	if err != nil {
		return nil, err
	}
	if d.AuthorizationID != id || d.Account == "" || d.Account != account {
		return nil, journal.ErrNoDenial
	}
	return d, nil
}

// What a decoded message holds. AWS wraps each list in "items", and each value of one
// in "value".
type (
	decodedMessage struct {
		Allowed           bool                    `json:"allowed"`
		ExplicitDeny      bool                    `json:"explicitDeny"`
		MatchedStatements items[decodedStatement] `json:"matchedStatements"`
		Failures          items[decodedFailure]   `json:"failures"`
		Context           decodedContext          `json:"context"`
		// AuthorizationID is ours: by it the IAM toolbox tells of the policies.
		AuthorizationID string `json:"authorizationId,omitempty"`
	}
	items[T any] struct {
		Items []T `json:"items"`
	}
	value struct {
		Value string `json:"value"`
	}
	decodedStatement struct {
		StatementID     string                  `json:"statementId"`
		Effect          string                  `json:"effect"`
		Principals      items[value]            `json:"principals"`
		PrincipalGroups items[value]            `json:"principalGroups"`
		Actions         items[value]            `json:"actions"`
		Resources       items[value]            `json:"resources"`
		Conditions      items[decodedCondition] `json:"conditions"`
	}
	decodedCondition struct {
		Key    string       `json:"key"`
		Values items[value] `json:"values"`
	}
	// decodedFailure is what a policy asked of the request in vain.
	decodedFailure struct {
		Policy string `json:"policy,omitempty"`
		Reason string `json:"reason"`
		Key    string `json:"key,omitempty"`
	}
	decodedContext struct {
		Principal  decodedPrincipal        `json:"principal"`
		Action     string                  `json:"action"`
		Resource   string                  `json:"resource"`
		Conditions items[decodedCondition] `json:"conditions"`
	}
	decodedPrincipal struct {
		ID  string `json:"id"`
		ARN string `json:"arn"`
	}
)

func decoded(d *journal.Denial, t *journal.Told) *decodedMessage {
	m := &decodedMessage{
		AuthorizationID: d.AuthorizationID,
		ExplicitDeny:    t.Explicit, MatchedStatements: items[decodedStatement]{[]decodedStatement{}}, Failures: items[decodedFailure]{[]decodedFailure{}},
		Context: decodedContext{
			Principal: decodedPrincipal{d.Caller.UserID, d.Request.Principal}, Action: d.Request.Action, Resource: d.Request.Resource,
			Conditions: items[decodedCondition]{contextOf(d)},
		},
	}
	for i := range t.Policies {
		m.addPolicy(&t.Policies[i])
	}
	for _, key := range t.Missing {
		m.Failures.Items = append(m.Failures.Items, decodedFailure{Reason: "The request has no such key.", Key: key})
	}
	for _, name := range t.Cut {
		m.Failures.Items = append(m.Failures.Items, decodedFailure{Reason: "This was not kept whole: it was too long. So it is not known which statements matched.", Key: name})
	}
	return m
}

// addPolicy adds the statements of a policy that matched, and that it cannot be read.
func (m *decodedMessage) addPolicy(p *journal.ToldPolicy) {
	switch {
	case p.Record.Missing:
		m.Failures.Items = append(m.Failures.Items, decodedFailure{Policy: p.Record.Name, Reason: "The policy's text was not kept: the server's disk did not follow at that time."})
	case p.Record.Unreadable:
		m.Failures.Items = append(m.Failures.Items, decodedFailure{Policy: p.Record.Name, Reason: "The policy could not be read, and denies for that."})
	}
	for i := range p.Trace.Statements {
		if s := &p.Trace.Statements[i]; s.Matched {
			m.MatchedStatements.Items = append(m.MatchedStatements.Items, statement(p, i))
		}
	}
}

func statement(p *journal.ToldPolicy, i int) decodedStatement {
	from := &p.Trace.Statements[i]
	s := decodedStatement{
		StatementID: from.Sid, Effect: strings.ToUpper(from.Effect), PrincipalGroups: values(nil), Principals: values(nil),
		Actions: values(nil), Resources: values(nil), Conditions: items[decodedCondition]{[]decodedCondition{}},
	}
	for _, e := range from.Elements {
		switch e.Element {
		case "Principal", "NotPrincipal":
			s.Principals = values(e.Values)
		case "Action", "NotAction":
			s.Actions = values(e.Values)
		case "Resource", "NotResource":
			s.Resources = values(e.Values)
		case "Condition":
			s.Conditions.Items = append(s.Conditions.Items, decodedCondition{e.Key, values(e.Values)})
		}
	}
	return s
}

func values(list []string) items[value] {
	all := items[value]{[]value{}}
	for _, v := range list {
		all.Items = append(all.Items, value{v})
	}
	return all
}

// contextOf are the request's condition keys, sorted.
func contextOf(d *journal.Denial) []decodedCondition {
	list := []decodedCondition{}
	for name, v := range d.Request.Context {
		c := decodedCondition{Key: name, Values: values(nil)}
		switch v := v.(type) {
		case string:
			c.Values = values([]string{v})
		case []any:
			for _, one := range v {
				c.Values.Items = append(c.Values.Items, value{fmt.Sprint(one)})
			}
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b decodedCondition) int { return strings.Compare(a.Key, b.Key) })
	return list
}
