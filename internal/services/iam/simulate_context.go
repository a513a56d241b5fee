package iam

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// setContext takes the context entries, and adds the keys that follow from the
// caller and the moment where the entries do not give them. All that belongs to one
// request must be given: the address it comes from, whether MFA was used, tags of
// what it is about. docs/differences.md lists what is added.
func (s *simulation) setContext(call *api.Call, v *directory.View, in *asked) error {
	given, err := entries(in.entries)
	if err != nil {
		return err
	}
	if n := sizeOf(given); n > maxValues {
		return invalidInput("The values of the context entries have %d bytes together, more than %d.", n, maxValues)
	}
	add := func(name, value string) {
		if _, there := given[strings.ToLower(name)]; !there && value != "" {
			given[strings.ToLower(name)] = contextEntry{name, policy.Value{One: value}}
		}
	}
	for name, value := range callerKeys(s.caller) {
		add(name, value)
	}
	if in.source.calls(s.caller) {
		add("aws:userid", sourceUserID(in.source, s.caller))
		for _, t := range in.source.tags {
			add("aws:PrincipalTag/"+t.Key, t.Value)
		}
	}
	if v != nil && s.caller.Account == v.Account() {
		organizationKeys(v, given)
	}
	add("aws:CurrentTime", call.Time.UTC().Format(authz.ISO)) // K-01
	add("aws:EpochTime", strconv.FormatInt(call.Time.Unix(), 10))
	add("aws:ViaAWSService", "false") // K-24
	s.values = sizeOf(given)
	all := make(map[string]any, len(given))
	for _, e := range given {
		all[e.name] = e.value
	}
	s.keys, err = policy.ContextOf(all)
	return err
}

// maxValues bounds the values of all context entries together, in bytes: no request
// has as many, and every pattern of the policies may be laid on each.
const maxValues = 64 << 10

// sizeOf is how many bytes the values have.
func sizeOf(entries map[string]contextEntry) int {
	n := 0
	for _, e := range entries {
		n += len(e.value.One)
		for _, value := range e.value.Many {
			n += len(value)
		}
	}
	return n
}

// contextEntry is a condition key as it is written, with its value.
type contextEntry struct {
	name  string
	value policy.Value
}

// callerKeys are the keys that the caller's ARN says by itself (K-07, K-08, K-11,
// K-12).
func callerKeys(p *policy.Principal) map[string]string {
	if p.Kind == policy.Anonymous {
		return map[string]string{"aws:PrincipalAccount": "anonymous", "aws:PrincipalType": "Anonymous", "aws:userid": "anonymous"}
	}
	keys := map[string]string{
		"aws:PrincipalAccount":      p.Account,
		"aws:PrincipalIsAWSService": strconv.FormatBool(p.Kind == policy.Service),
	}
	name := p.ARN[strings.LastIndexByte(p.ARN, '/')+1:]
	switch p.Kind {
	case policy.Root:
		keys["aws:PrincipalType"], keys["aws:PrincipalArn"], keys["aws:userid"] = "Account", p.ARN, p.Account
	case policy.User:
		keys["aws:PrincipalType"], keys["aws:PrincipalArn"], keys["aws:username"] = "User", p.ARN, name
	case policy.RoleSession:
		keys["aws:PrincipalType"], keys["aws:PrincipalArn"] = "AssumedRole", p.EntityARN
	case policy.FederatedUser:
		keys["aws:PrincipalType"], keys["aws:PrincipalArn"], keys["aws:userid"] = "FederatedUser", p.ARN, p.Account+":"+name
	case policy.Service:
		keys["aws:PrincipalServiceName"] = p.ARN
	}
	return keys
}

// sourceUserID is aws:userid of the source: of a role only where the session's name
// is known.
func sourceUserID(s *policySource, p *policy.Principal) string {
	switch {
	case p.Kind == policy.User:
		return s.id
	case p.ARN != s.arn:
		return s.id + ":" + p.ARN[strings.LastIndexByte(p.ARN, '/')+1:]
	}
	return ""
}

// organizationKeys adds K-09 for a caller of the view's account.
func organizationKeys(v *directory.View, given map[string]contextEntry) {
	o, err := v.Organization()
	if err != nil {
		return
	}
	for name, value := range map[string]policy.Value{
		"aws:PrincipalOrgID":    {One: o.ID},
		"aws:PrincipalOrgPaths": {Many: []string{o.ID + "/" + o.Root + "/"}, IsMany: true},
	} {
		if _, there := given[strings.ToLower(name)]; !there {
			given[strings.ToLower(name)] = contextEntry{name, value}
		}
	}
}

// entries reads ContextEntries, by the keys' names in lower case [API_ContextEntry].
func entries(list []iam.ContextEntry) (map[string]contextEntry, error) {
	given := make(map[string]contextEntry, len(list))
	for i := range list {
		e := &list[i]
		if e.ContextKeyName == nil {
			return nil, invalidInput("A context entry must have a ContextKeyName.")
		}
		name := *e.ContextKeyName
		if _, twice := given[strings.ToLower(name)]; twice {
			return nil, invalidInput("The context key %s is given more than once.", name)
		}
		value, err := entryValue(e)
		if err != nil {
			return nil, err
		}
		given[strings.ToLower(name)] = contextEntry{name, value}
	}
	return given, nil
}

// entryValue is one value, or for the types that end in List any number. A key
// without a type is a string.
func entryValue(e *iam.ContextEntry) (policy.Value, error) {
	kind, isList := strings.CutSuffix(orEmpty(e.ContextKeyType), "List")
	for _, value := range e.ContextKeyValues {
		if !isOfKind(kind, value) {
			return policy.Value{}, invalidInput("The value %s of the context key %s is not of the type %s.", value, *e.ContextKeyName, kind)
		}
	}
	if isList {
		return policy.Value{Many: e.ContextKeyValues, IsMany: true}, nil
	}
	if len(e.ContextKeyValues) != 1 {
		return policy.Value{}, invalidInput("The context key %s must have exactly one value, or a type that ends in List.", *e.ContextKeyName)
	}
	return policy.Value{One: e.ContextKeyValues[0]}, nil
}

// isOfKind says whether a text is a value of a type. Package policy compares texts
// and decides the type by the operator (C-18); this is for the caller's own errors.
func isOfKind(kind, text string) bool {
	switch kind {
	case "numeric":
		_, err := strconv.ParseFloat(text, 64)
		return err == nil && strings.Trim(text, "+-.0123456789") == ""
	case "boolean":
		return strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
	case "ip":
		_, err := netip.ParseAddr(text)
		return err == nil
	case "binary":
		_, err := base64.StdEncoding.DecodeString(text)
		return err == nil
	case "date":
		return isDate(text)
	}
	return true
}

// isDate: the W3C forms of ISO 8601, or seconds since 1970 (C-12).
func isDate(text string) bool {
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		return true
	}
	for _, layout := range []string{"2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", time.RFC3339, "2006-01-02T15:04:05"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}
