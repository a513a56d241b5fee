package main

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/client"
	"github.com/gatehouse-iam/gatehouse/internal/why"
)

type whyCommand struct {
	ID       string `arg:"" help:"The request id of the denied call, the authorization id at the end of its message, or the encoded message."`
	Endpoint string `placeholder:"URL" help:"The server's address (default: AWS_ENDPOINT_URL, else http://127.0.0.1:4780)."`
	Data     string `placeholder:"DIR" help:"The data folder, whose control socket is used where there are no AWS credentials (default: as serve)."`
	Output   string `default:"table" enum:"table,json" help:"table or json."`
}

// Help is the long help.
func (*whyCommand) Help() string {
	return `Tells who asked for what, what each policy said of it as it was then, which element of which
statement did not match and on what value, which condition keys the request lacked, and the
smallest change that would allow it, with the AWS CLI's command where there is one.

Calls the server with your AWS credentials (environment or profile), which must be of the
denied caller's account and may read denials: iam:GetRequestAuthorizationDetails,
iam:GetRequestAuthorizationPolicy and, for encoded messages, sts:DecodeAuthorizationMessage.
Without credentials it uses the control socket in the server's data folder.

Example:
  gatehouse why 7vkq0c1m2a9x4w8n3b6d5f0g1
  gatehouse why --data /var/lib/gatehouse --output json 6c7ee9f9-6b9a-4bd2-93a2-2f0f2c9c4a01`
}

// Run asks and prints.
func (c *whyCommand) Run(s *streams) error {
	data := c.Data
	if data == "" {
		data = defaultData(s.env)
	}
	ctx := context.Background()
	server, err := client.Open(ctx, client.Options{Endpoint: c.Endpoint, Data: data, Env: s.env})
	if err != nil {
		return err
	}
	answer, err := why.Find(ctx, server, c.ID)
	if err != nil {
		return err
	}
	if c.Output == "json" {
		return answer.JSON(s.out, server.Endpoint())
	}
	return answer.Text(s.out, server.Endpoint())
}
