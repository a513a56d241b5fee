package sts

import (
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// S-03.
const (
	maxSessionPolicyText = 2048 // characters of the inline policy and the ARNs together
	maxManagedPolicies   = 10
)

// sessionPolicies checks what is passed as session policies: v is the view of the
// account whose managed policies they may name.
func sessionPolicies(v *directory.View, document *string, arns []sts.PolicyDescriptorType) ([]authn.SessionPolicy, error) {
	var passed []authn.SessionPolicy
	size := 0
	if document != nil {
		size = utf8.RuneCountInString(*document)
		if size > maxSessionPolicyText {
			return nil, validationError("1 validation error detected: Value '%s' at 'policy' failed to satisfy constraint: Member must have length less than or equal to %d", *document, maxSessionPolicyText)
		}
		if err := checkSessionPolicy(*document); err != nil {
			return nil, err
		}
		passed = append(passed, authn.SessionPolicy{Document: *document})
	}
	if len(arns) > maxManagedPolicies {
		return nil, validationError("1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to %d", maxManagedPolicies)
	}
	for _, p := range arns {
		arn := or(p.Arn, "")
		if _, err := v.ManagedDocument(arn); err != nil {
			return nil, validationError("Policy %s does not exist or is not attachable.", arn)
		}
		size += utf8.RuneCountInString(arn)
		passed = append(passed, authn.SessionPolicy{ARN: arn})
	}
	if size > maxSessionPolicyText { // [API_AssumeRole, Policy]: both together
		return nil, packedPolicyTooLarge((size*100 + maxSessionPolicyText - 1) / maxSessionPolicyText)
	}
	return passed, nil
}

func checkSessionPolicy(text string) error {
	err := policy.Check(policy.Session, text)
	if err == nil {
		_, err = policy.Compile(policy.Session, "", text)
	}
	if err == nil {
		return nil
	}
	malformed := api.Errorf(http.StatusBadRequest, "MalformedPolicyDocument", "%s", err.Error())
	var where *policy.Error
	if errors.As(err, &where) {
		malformed.Log = where.Detail
	}
	return malformed
}
