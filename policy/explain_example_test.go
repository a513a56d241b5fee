package policy_test

import (
	"fmt"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// denied is a request that the set denies twice over: no Allow is about the
// object, and a Deny asks for MFA.
func denied() (*policy.Request, *policy.Set, error) {
	inline, err := policy.Compile(policy.Identity, "photos", `{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/cat.jpg"},
    {"Sid": "MFA", "Effect": "Deny", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*",
     "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
  ]
}`)
	if err != nil {
		return nil, nil, err
	}
	ana := "arn:aws:iam::111122223333:user/ana"
	request := &policy.Request{
		Principal: &policy.Principal{Kind: policy.User, Account: "111122223333", ARN: ana, EntityARN: ana},
		Action:    "s3:GetObject",
		Resource:  "arn:aws:s3:::photos/dog.jpg",
	}
	return request, &policy.Set{Identity: []*policy.Policy{inline}}, nil
}

func ExampleExplain() {
	request, set, err := denied()
	if err != nil {
		fmt.Println(err)
		return
	}
	x := policy.Explain(request, set)
	fmt.Println(x.Message(request, request.Resource))
	for _, p := range x.Policies {
		for _, s := range p.Statements {
			fmt.Printf("%s %s, line %d: %s, applies: %v\n", p.Type, p.Policy.Name(), s.Line, s.Effect, s.Matched)
			for _, e := range s.Elements {
				if !e.Matched || e.Note != "" {
					fmt.Printf("  line %d: %s %q, matches: %v %q\n", e.Line, e.Element, e.Values, e.Matched, e.Note)
				}
			}
		}
	}
	fmt.Println("missing:", x.Missing)
	for i := range x.Changes {
		fmt.Println(x.Changes[i].String())
	}
	// Output:
	// User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::photos/dog.jpg with an explicit deny in an identity-based policy
	// identity-based policy photos, line 4: Allow, applies: false
	//   line 4: Resource ["arn:aws:s3:::photos/cat.jpg"], matches: false ""
	// identity-based policy photos, line 5: Deny, applies: true
	//   line 6: Condition ["false"], matches: true "the request has no such key, which IfExists lets pass (C-04)"
	// missing: [aws:MultiFactorAuthPresent]
	// Remove "s3:GetObject" from Action of statement 2 (Sid MFA) of identity-based policy photos
	// Add "arn:aws:s3:::photos/dog.jpg" to Resource of statement 1 of identity-based policy photos
}

func ExampleApply() {
	request, set, err := denied()
	if err != nil {
		fmt.Println(err)
		return
	}
	x := policy.Explain(request, set)
	request, set, err = policy.Apply(x.Changes, request, set)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(policy.Decide(request, set).Outcome == policy.Allowed)
	fmt.Println(x.Changes[0].Document)
	// Output:
	// true
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::photos/cat.jpg", "arn:aws:s3:::photos/dog.jpg"]},
	//     {"Sid": "MFA", "Effect": "Deny", "Action": ["s3:PutObject"], "Resource": "*",
	//      "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
	//   ]
	// }
}
