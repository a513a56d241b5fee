package main

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// world is what the calls are measured on: a user in three groups with ten
// policies of six statements each, and a role with the same policies.
type world struct {
	endpoint string
	root     sigv4.Credentials
	user     sigv4.Credentials
	session  sigv4.Credentials
}

const policiesPerUser, statementsPerPolicy = 10, 6

// document is a policy of six statements over as many services; the last policy
// allows what is measured.
func document(i int) string {
	services := []string{"s3:Get*", "dynamodb:Query", "sqs:SendMessage", "ec2:Describe*", "lambda:InvokeFunction", "iam:GetRole"}
	var statements []string
	for k, action := range services[:statementsPerPolicy] {
		service, _, _ := strings.Cut(action, ":")
		statements = append(statements, fmt.Sprintf(
			`{"Sid":"P%dS%d","Effect":"Allow","Action":"%s","Resource":"arn:aws:%s:::team-%d/*"}`, i, k, action, strings.ReplaceAll(service, "iam", "s3"), i))
	}
	if i == policiesPerUser-1 {
		statements[statementsPerPolicy-1] = `{"Sid":"Roles","Effect":"Allow","Action":"iam:GetRole","Resource":"arn:aws:iam::` + benchAccount + `:role/*"}`
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// build makes the world over the API, as root.
func build(endpoint string) (*world, error) {
	w := &world{endpoint: endpoint, root: sigv4.Credentials{AccessKeyID: rootKeyID, SecretAccessKey: rootSecret}}
	b := &builder{w: w}
	b.iam("CreateUser", "UserName", "bench")
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + benchAccount + `:root"},"Action":"sts:AssumeRole"}}`
	b.iam("CreateRole", "RoleName", "bench-role", "AssumeRolePolicyDocument", trust)
	for g := range 3 {
		name := fmt.Sprintf("group-%d", g)
		b.iam("CreateGroup", "GroupName", name)
		b.iam("AddUserToGroup", "GroupName", name, "UserName", "bench")
	}
	for i := range policiesPerUser {
		name := fmt.Sprintf("policy-%d", i)
		arn := "arn:aws:iam::" + benchAccount + ":policy/" + name
		b.iam("CreatePolicy", "PolicyName", name, "PolicyDocument", document(i))
		b.iam("AttachRolePolicy", "RoleName", "bench-role", "PolicyArn", arn)
		if i < 9 {
			b.iam("AttachGroupPolicy", "GroupName", fmt.Sprintf("group-%d", i%3), "PolicyArn", arn)
		} else {
			b.iam("AttachUserPolicy", "UserName", "bench", "PolicyArn", arn)
		}
	}
	assume := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`
	b.iam("PutUserPolicy", "UserName", "bench", "PolicyName", "assume", "PolicyDocument", assume)
	w.user = b.credentials("iam", w.root, "CreateAccessKey", "UserName", "bench")
	session := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:Get*","s3:*"],"Resource":"*"}}`
	w.session = b.credentials("sts", w.user, "AssumeRole", "RoleArn", "arn:aws:iam::"+benchAccount+":role/bench-role", "RoleSessionName", "bench", "Policy", session)
	return w, b.err
}

type builder struct {
	w   *world
	err error
}

func values(pairs []string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func (b *builder) iam(action string, pairs ...string) {
	if b.err == nil {
		_, b.err = call(b.w.endpoint, "iam", action, values(pairs), b.w.root)
	}
}

func (b *builder) credentials(service string, as sigv4.Credentials, action string, pairs ...string) (c sigv4.Credentials) {
	if b.err != nil {
		return c
	}
	text, err := call(b.w.endpoint, service, action, values(pairs), as)
	if err == nil {
		c, err = credentialsIn(text)
	}
	b.err = err
	return c
}
