package validate_test

import (
	"fmt"
	"strings"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

func ExamplePolicy() {
	document := `{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": ["s3:GetObjekt", "iam:PassRole"],
    "Resource": "*"
  }]
}`
	for _, f := range validate.Policy(policy.Identity, document, validate.Options{}) {
		at := f.Locations[0].Start
		fmt.Printf("%d:%d %s %s\n  %s\n", at.Line, at.Column, f.Type, f.Code, f.Details)
	}
	// Output:
	// 5:15 ERROR INVALID_ACTION
	//   s3 has no action "GetObjekt". Did you mean s3:GetObject?
	// 5:31 SECURITY_WARNING PASS_ROLE_WITH_STAR_IN_RESOURCE
	//   The statement lets its principals pass any role for any service. Name the roles in Resource, or compare iam:PassedToService in the Condition.
}

// What a resource policy is attached to says which actions and resources it can
// be about.
func ExampleOptions() {
	document := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"},
  "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:jobs"}}`
	for _, f := range validate.Policy(policy.Resource, document, validate.Options{ResourceType: "AWS::S3::Bucket"}) {
		fmt.Println(f.Code)
	}
	// Output:
	// UNSUPPORTED_ACTION_IN_POLICY
	// UNSUPPORTED_RESOURCE_ARN_IN_POLICY
}

// A location is a path and a span; the two say the same.
func ExampleLocation() {
	document := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["*", "s3:Fly"], "Resource": "*"}]}`
	for _, f := range validate.Policy(policy.ServiceControl, document, validate.Options{}) {
		for _, l := range f.Locations {
			var path []string
			for _, step := range l.Path {
				if step.Index >= 0 {
					path = append(path, fmt.Sprint(step.Index))
				} else {
					path = append(path, step.Name)
				}
			}
			fmt.Println(f.Code, strings.Join(path, "/"), document[l.Start.Offset:l.End.Offset])
		}
	}
	// Output:
	// INVALID_ACTION Statement/0/Action/1 "s3:Fly"
	// REDUNDANT_ACTION Statement/0/Action/1 "s3:Fly"
}

func ExampleCodes() {
	for _, c := range validate.Codes() {
		if c.Type == validate.Suggestion && strings.HasPrefix(c.Name, "REDUNDANT_") {
			fmt.Println(c.Name)
		}
	}
	// Output:
	// REDUNDANT_ACTION
	// REDUNDANT_CONDITION_VALUE_NUM
	// REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY
	// REDUNDANT_RESOURCE
	// REDUNDANT_STATEMENT
}
