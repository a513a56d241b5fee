// Package client calls a server as any AWS client does: over its endpoint with the
// caller's AWS credentials, or, where there are none, over the control socket of
// its data folder as the account's root user. The client commands use it.
package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// DefaultEndpoint is where a server listens that was told nothing.
const DefaultEndpoint = "http://127.0.0.1:4780"

// signingRegion is the one region that every service takes, whatever the server's.
const signingRegion = "us-east-1"

// callTime bounds a call.
const callTime = time.Minute

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 64 << 20

// doer sends requests.
type doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Client calls a server.
type Client struct {
	endpoint string
	http     doer
	// credentials sign a call; nil over the control socket.
	credentials func(context.Context) (sigv4.Credentials, error)
	region      string // that calls are signed for
	socket      string // path of the control socket, "" over the endpoint
}

// In is the client for calls of services of a region, which take no other's signature.
func (c *Client) In(region string) *Client {
	there := *c
	there.region = region
	return &there
}

// Endpoint is the server's address as a client's --endpoint-url takes it, "" over
// the control socket.
func (c *Client) Endpoint() string {
	if c.socket != "" {
		return ""
	}
	return c.endpoint
}

// Error is the server's refusal of a call.
type Error struct {
	Status        int
	Code, Message string
}

// Error is both.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code
	}
	return e.Code + ": " + e.Message
}

// Query calls an operation of a query service, "sts" or "iam", and decodes the
// answer's XML into out.
func (c *Client) Query(ctx context.Context, service, version, action string, parameters url.Values, out any) error {
	form := url.Values{"Action": {action}, "Version": {version}}
	for name, values := range parameters {
		form[name] = values
	}
	body := []byte(form.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	answer, err := c.do(r, service, body)
	if err != nil {
		return err
	}
	return xml.Unmarshal(answer, out)
}

// Get calls an operation of a REST-JSON service that signs as service, and decodes
// the answer into out. path is escaped already.
func (c *Client) Get(ctx context.Context, service, path string, query url.Values, out any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.endpoint+path, nil)
	if err != nil {
		return err
	}
	r.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	answer, err := c.do(r, service, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// do signs and sends a request.
func (c *Client) do(r *http.Request, service string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(r.Context(), callTime)
	defer cancel()
	r = r.WithContext(ctx)
	if err := c.sign(r, service, body); err != nil {
		return nil, err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, c.unreachable(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, c.unreachable(err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, refusal(resp, answer)
	}
	return answer, nil
}

func (c *Client) sign(r *http.Request, service string, body []byte) error {
	if c.socket != "" {
		r.Host = service + ".localhost" // the server takes the service from it
	}
	if c.credentials == nil {
		return nil
	}
	keys, err := c.credentials(r.Context())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	signer := sigv4.Signer{Region: cmp.Or(c.region, signingRegion), Service: service}
	return signer.Sign(r, keys, hex.EncodeToString(sum[:]), time.Now())
}

// unreachable says what to do about a server that does not answer.
func (c *Client) unreachable(err error) error {
	var of *url.Error
	if errors.As(err, &of) { // its address is said already
		err = of.Err
	}
	if c.socket != "" {
		return fmt.Errorf("no server answers on its control socket %s: %w (start one with gatehouse serve, or name its data folder with --data)", c.socket, err)
	}
	return fmt.Errorf("no server answers at %s: %w (start one with gatehouse serve, or name its address with --endpoint or AWS_ENDPOINT_URL)", c.endpoint, err)
}

// refusal reads an error in the words of any of the protocols.
func refusal(resp *http.Response, answer []byte) error {
	e := &Error{Status: resp.StatusCode, Code: resp.Status}
	type fault struct{ Code, Message string }
	var query struct {
		Error fault
		EC2   fault `xml:"Errors>Error"` // in EC2's own envelope
	}
	var rest struct {
		Type    string `json:"__type"`
		Message string
	}
	switch {
	case xml.Unmarshal(answer, &query) == nil && query.Error.Code != "":
		e.Code, e.Message = query.Error.Code, query.Error.Message
	case query.EC2.Code != "":
		e.Code, e.Message = query.EC2.Code, query.EC2.Message
	case json.Unmarshal(answer, &rest) == nil:
		e.Message = rest.Message
		if rest.Type != "" {
			e.Code = rest.Type[strings.LastIndexByte(rest.Type, '#')+1:]
		}
		if kind, _, _ := strings.Cut(resp.Header.Get("X-Amzn-Errortype"), ":"); kind != "" {
			e.Code = kind
		}
	}
	return e
}
