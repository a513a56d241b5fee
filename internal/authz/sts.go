package authz

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// STS are the rows of the STS API. GetCallerIdentity and GetSessionToken need no
// permission, and policies that name them have no effect (E-17).
func STS() Table {
	return Table{
		"GetCallerIdentity":  Free,
		"GetSessionToken":    On(getSessionToken),
		"GetFederationToken": On(getFederationToken),
		"GetAccessKeyInfo":   On(func(q *Question, _ *sts.GetAccessKeyInfoInput) error { q.On("*"); return nil }),
		"AssumeRole":         On(assumeRole),
		// Whose messages the caller may decode, the method says. AWS's refusal names no
		// resource (aws-errors 2).
		"DecodeAuthorizationMessage": On(func(q *Question, _ *sts.DecodeAuthorizationMessageInput) error { q.On("*").Print("-"); return nil }),
	}
}

func getSessionToken(_ *Question, in *sts.GetSessionTokenInput) error {
	return mfa(in.SerialNumber, in.TokenCode)
}

// getFederationToken: the resource is the federated user to be.
func getFederationToken(q *Question, in *sts.GetFederationTokenInput) error {
	tags := SessionTags(in.Tags)
	resource := FederatedUserARN(q.Call.Account, *in.Name)
	q.On(resource).RequestTags(tags)
	if len(tags) > 0 {
		q.Ask("sts:TagSession", resource).RequestTags(tags)
	}
	return nil
}

// assumeRole is section T: the role's trust policy decides, with the caller's own
// policies where it leaves them to. What the session is to carry is asked for as
// well: sts:TagSession for tags, those that come along transitively too, and
// sts:SetSourceIdentity for a source identity, an inherited one too (T-04).
func assumeRole(q *Question, in *sts.AssumeRoleInput) error {
	account, name, ok := RoleOfARN(*in.RoleArn)
	if !ok {
		return api.Errorf(http.StatusBadRequest, "ValidationError", "Request ARN is invalid")
	}
	if err := mfa(in.SerialNumber, in.TokenCode); err != nil {
		return err
	}
	row := roleRow{question: q, in: in, account: account, role: RoleByARN(q.View, account, name, *in.RoleArn)}
	row.ask("sts:AssumeRole")
	var inherited api.Session
	if s := q.Call.Principal.Session; s != nil {
		inherited = *s
	}
	if len(in.Tags) > 0 || len(inherited.TransitiveKeys) > 0 {
		row.ask("sts:TagSession")
	}
	if in.SourceIdentity != nil || inherited.SourceIdentity != "" {
		row.ask("sts:SetSourceIdentity")
	}
	return nil
}

type roleRow struct {
	question *Question
	in       *sts.AssumeRoleInput
	account  string
	role     *directory.Role // nil: it is not there
}

// ask adds an action on the role, with all keys that the request has: a trust
// policy puts one condition on AssumeRole and TagSession together [id_session-tags].
func (r *roleRow) ask(action string) {
	in := r.in
	a := r.question.Ask(action, *in.RoleArn)
	a.Account, a.Trust, a.NoTrust = r.account, r.role, r.role == nil
	a.Key("sts:RoleSessionName", in.RoleSessionName).Key("sts:ExternalId", in.ExternalId)
	a.Key("sts:SourceIdentity", in.SourceIdentity).Key("sts:DurationSeconds", number(in.DurationSeconds))
	a.RequestTags(SessionTags(in.Tags))
	if len(in.TransitiveTagKeys) > 0 {
		a.KeyList("sts:TransitiveTagKeys", in.TransitiveTagKeys)
	}
	if r.role != nil {
		for _, t := range r.role.Tags {
			a.Key("aws:ResourceTag/"+t.Key, &t.Value).Key("iam:ResourceTag/"+t.Key, &t.Value)
		}
	}
}

// RoleOfARN is the account and name in a role's ARN; ok is false for anything else.
func RoleOfARN(arn string) (account, name string, ok bool) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	if !ok {
		return "", "", false
	}
	account, path, ok := strings.Cut(rest, ":role/")
	if !ok || !directory.IsAccountID(account) {
		return "", "", false
	}
	name = path[strings.LastIndexByte(path, '/')+1:]
	return account, name, name != ""
}

// RoleByARN is the role with the ARN, path included, or nil.
func RoleByARN(v *directory.View, account, name, arn string) *directory.Role {
	role, err := v.Of(account).Role(name)
	if err != nil || role.ARN(account) != arn {
		return nil
	}
	return role
}

// FederatedUserARN is the ARN of a GetFederationToken session.
func FederatedUserARN(account, name string) string {
	return "arn:aws:sts::" + account + ":federated-user/" + name
}

// SessionTags are the tags that a call passes to a session.
func SessionTags(in []sts.Tag) []api.Tag {
	tags := make([]api.Tag, 0, len(in))
	for _, t := range in {
		tags = append(tags, api.Tag{Key: *t.Key, Value: *t.Value})
	}
	return tags
}

// mfa: there are no MFA devices yet, so whoever names one names none of its own.
// It fails before the decision (T-06).
func mfa(serial, code *string) error {
	switch {
	case serial == nil && code == nil:
		return nil
	case serial == nil || code == nil:
		return api.Errorf(http.StatusForbidden, "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	}
	return api.Errorf(http.StatusForbidden, "AccessDenied", "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
}

func number(n *int32) *string {
	if n == nil {
		return nil
	}
	text := strconv.Itoa(int(*n))
	return &text
}
