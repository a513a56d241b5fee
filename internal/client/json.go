package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// JSON calls an operation of a service of the protocol AWS JSON 1.1 that signs as
// service. target names the operation, as "AWSOrganizationsV20161128.ListAccounts".
// in is sent as JSON, and the answer decoded into out, where that is not nil.
func (c *Client) JSON(ctx context.Context, service, target string, in, out any) error {
	return c.json(ctx, service, target, in, out)
}

// UnsignedJSON is JSON without the caller's credentials: for operations that take
// something else as proof, in their input. Over the control socket such a call is its
// owner's, as all are.
func (c *Client) UnsignedJSON(ctx context.Context, service, target string, in, out any) error {
	unsigned := *c
	unsigned.credentials = nil
	return unsigned.json(ctx, service, target, in, out)
}

func (c *Client) json(ctx context.Context, service, target string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	answer, err := c.do(r, service, body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}
