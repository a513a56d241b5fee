package policy_test

import (
	"errors"
	"fmt"

	"github.com/gatehouse-iam/gatehouse/policy"
)

func Example() {
	reader, err := policy.Compile(policy.Identity, "ReadPhotos", `{
	  "Version": "2012-10-17",
	  "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::photos/${aws:username}/*"}
	}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	context, err := policy.ContextOf(map[string]any{"aws:username": "ana", "aws:TagKeys": []string{"team"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ana := "arn:aws:iam::111122223333:user/ana"
	request := policy.Request{
		Principal: &policy.Principal{Kind: policy.User, Account: "111122223333", ARN: ana, EntityARN: ana},
		Action:    "s3:GetObject",
		Resource:  "arn:aws:s3:::photos/ana/cat.jpg",
		Context:   context,
	}
	set := policy.Set{Identity: []*policy.Policy{reader}}
	fmt.Println(policy.Decide(&request, &set).Outcome == policy.Allowed)

	request.Resource = "arn:aws:s3:::photos/eve/cat.jpg"
	fmt.Println(policy.Decide(&request, &set).Message(&request, request.Resource))
	// Output:
	// true
	// User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::photos/eve/cat.jpg because no identity-based policy allows the s3:GetObject action
}

func ExampleCheck() {
	err := policy.Check(policy.Identity, `{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}]
}`)
	var e *policy.Error
	if errors.As(err, &e) {
		fmt.Println(e.Message)
		fmt.Printf("line %d, column %d, %s\n", e.Line, e.Column, e.Element)
	}
	// Output:
	// Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.
	// line 3, column 47, Statement[0].Action
}

func ExamplePrincipals() {
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ana"},"Action":"sts:AssumeRole"}]}`
	principals, err := policy.Principals(policy.Trust, text)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range principals { // saving turns the ARN into the user's id
		text = text[:p.Offset] + `"AIDACKCEVSQ6C2EXAMPLE"` + text[p.End:]
	}
	fmt.Println(text)
	// Output:
	// {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"AIDACKCEVSQ6C2EXAMPLE"},"Action":"sts:AssumeRole"}]}
}
