package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
)

type credentialsCommand struct {
	roleFlags
	serverFlags
}

// Help is the long help.
func (*credentialsCommand) Help() string {
	return `Assumes the role with your AWS credentials (environment or profile) and prints its temporary
credentials as a credential_process of an AWS configuration file does. The AWS CLI and the SDKs
call it again when they expire. --profile names whose credentials assume the role: not the profile
that the line stands in.

Example, in ~/.aws/config:
  [profile auditor]
  credential_process = gatehouse credentials --profile default --role-arn arn:aws:iam::123456789012:role/auditor
  endpoint_url = http://127.0.0.1:4780
  region = us-east-1`
}

// Run prints the credentials.
func (c *credentialsCommand) Run(s *streams) error {
	ctx := context.Background()
	if err := c.oncePerRole(); err != nil {
		return err
	}
	server, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	session, err := c.assume(ctx, server)
	if err != nil {
		return err
	}
	text, err := session.JSON()
	if err != nil {
		return err
	}
	_, err = s.out.Write(text)
	return err
}

// underWay names the roles that processes above this one are assuming: a profile that
// takes its credentials from itself would start processes without end.
const underWay = "_GATEHOUSE_ASSUMING"

func (c *credentialsCommand) oncePerRole() error {
	roles := strings.Fields(os.Getenv(underWay))
	if slices.Contains(roles, c.RoleARN) {
		return errors.New("the profile's credential_process asks for its own credentials: name the profile whose credentials assume the role, with --profile")
	}
	return os.Setenv(underWay, strings.Join(append(roles, c.RoleARN), " "))
}
