package authz

import (
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// refusal is AWS's answer to a call that is not allowed: section D. Callers of the
// resource's account or organization learn which type of policy denied, which
// managed one, and where more is told; all others and the anonymous learn nothing
// (D-04, D-08).
func (e *evaluation) refusal(ask *Ask, d policy.Decision, id string) *api.Error {
	code, status := deniedCode(e.Call.Service.Protocol)
	inside := e.mayKnow(e.keys.resourceAccount())
	if e.Call.Service.Name == "organizations" { // aws-errors 2.1: no reason, inside neither
		message := "You don't have permissions to access this resource."
		if inside {
			message = strings.TrimSuffix(message, ".") + reference(e.Call, id)
		}
		return api.Errorf(status, code, "%s", message)
	}
	if e.Call.Service.Name == "s3" && !inside { // D-03
		return accessDenied()
	}
	before := ""
	if e.Call.Service.Protocol == api.EC2Query { // aws-errors 4.2
		before = "You are not authorized to perform this operation. "
	}
	if !inside {
		return api.Errorf(status, code, "%s", before+short(d.Message(&e.request, printed(ask))))
	}
	d = e.told(ask, d)
	message := before + d.Message(&e.request, printed(ask))
	if arn := d.PolicyARN(); arn != "" {
		message += ": " + arn
	}
	if !ask.unrecorded {
		message += reference(e.Call, id)
	}
	return api.Errorf(status, code, "%s", message)
}

// deniedCode is D-07.
func deniedCode(p api.Protocol) (code string, status int) {
	switch p {
	case api.JSON:
		return "AccessDeniedException", http.StatusBadRequest
	case api.RESTJSON:
		return "AccessDeniedException", http.StatusForbidden
	case api.EC2Query:
		return "UnauthorizedOperation", http.StatusForbidden
	}
	return "AccessDenied", http.StatusForbidden
}

// mayKnow says whether the caller may know why it is refused what an account owns:
// it is of that account, or of one organization with it.
func (e *evaluation) mayKnow(owner string) bool {
	if e.Call.Principal == nil {
		return false
	}
	if owner == e.Call.Account {
		return true
	}
	return e.keys.inOneOrganization(owner)
}

// told is the decision as its caller may know it. About what another account owns it
// tells of the caller's own side only, and decides that without what stands in the
// state of the other account: whether a role is there, has tags, trusts the caller or
// bars it all reads the same (D-09, T-10).
func (e *evaluation) told(ask *Ask, d policy.Decision) policy.Decision {
	if e.keys.resourceAccount() == e.Call.Account {
		return d
	}
	request, own, by := e.request, e.set, policy.Resource
	request.Context = knownConditions{&e.keys}
	own.Resource = nil
	switch {
	case ask.Trust != nil || ask.NoTrust:
		own.Trust, by = anyone, policy.Trust
	case ask.request != nil:
		own.Resource = anyoneInS3
	}
	if d := policy.Decide(&request, &own); d.Outcome != policy.Allowed {
		return d
	}
	return policy.Decision{Outcome: policy.ImplicitDeny, By: by}
}

// anyone is a trust policy that lets anyone do anything with a role, anyoneInS3 a
// bucket policy that does so with a bucket.
var (
	anyone     = compiled(policy.Trust, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:*"}}`)
	anyoneInS3 = compiled(policy.Resource, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}`)
)

func compiled(t policy.Type, text string) *policy.Policy {
	p, err := policy.Compile(t, "", text)
	if err != nil {
		panic(err)
	}
	return p
}

// printed is what stands for the resource: S3 prints it in quotes (D-03).
func printed(ask *Ask) string {
	switch ask.Printed {
	case "":
		if ask.request != nil {
			return `"` + ask.Resource + `"`
		}
		return ask.Resource
	case "-":
		return ""
	}
	return ask.PrintedKind + ask.Printed
}

// short cuts the sentence after the resource (D-04).
func short(message string) string {
	for _, reason := range []string{" because no ", " with an explicit deny"} {
		if i := strings.Index(message, reason); i >= 0 {
			return message[:i]
		}
	}
	return message
}
