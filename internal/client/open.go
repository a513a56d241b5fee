package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"github.com/gatehouse-iam/gatehouse/internal/node"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Options are what a client command was told.
type Options struct {
	Endpoint string              // of --endpoint; "" takes AWS_ENDPOINT_URL, else DefaultEndpoint
	Data     string              // the data folder, whose control socket is used without credentials
	Env      func(string) string // a variable of the environment
}

// Open finds the server and the credentials: the caller's own as the AWS CLI finds
// them in the environment and in profiles, else the control socket. A profile that
// is asked for and does not work is an error, never a reason to be root instead.
func Open(ctx context.Context, o Options) (*Client, error) {
	endpoint, err := o.endpoint()
	if err != nil {
		return nil, err
	}
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion(signingRegion), config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return nil, fmt.Errorf("AWS credentials: %w", err)
	}
	// What no source of credentials was found for is left to the instance's
	// metadata, which is not asked.
	if aws.IsCredentialsProvider(c.Credentials, (*ec2rolecreds.Provider)(nil)) {
		return o.overSocket()
	}
	var calls doer = &http.Client{}
	if c.HTTPClient != nil { // with the certificates of AWS_CA_BUNDLE
		calls = c.HTTPClient
	}
	return &Client{endpoint: endpoint, http: calls, credentials: func(ctx context.Context) (sigv4.Credentials, error) {
		keys, err := c.Credentials.Retrieve(ctx)
		if err != nil {
			return sigv4.Credentials{}, fmt.Errorf("AWS credentials: %w", err)
		}
		return sigv4.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, SessionToken: keys.SessionToken}, nil
	}}, nil
}

func (o *Options) endpoint() (string, error) {
	name, text := "--endpoint", o.Endpoint
	if text == "" {
		name, text = "AWS_ENDPOINT_URL", o.Env("AWS_ENDPOINT_URL")
	}
	if text == "" {
		text = DefaultEndpoint
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
		return "", fmt.Errorf("%s: %q is not accepted: the server's address, as %s", name, text, DefaultEndpoint)
	}
	return strings.TrimSuffix(text, "/"), nil
}

// overSocket is the control socket's client. An endpoint that was named is another
// server, perhaps: its caller wants to be known there.
func (o *Options) overSocket() (*Client, error) {
	socket := filepath.Join(o.Data, node.ControlSocket)
	if o.Endpoint != "" {
		return nil, fmt.Errorf("there are no AWS credentials, neither in the environment nor in a profile, to call %s with", o.Endpoint)
	}
	if _, err := os.Stat(socket); err != nil {
		return nil, noSocket(socket, err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	return &Client{endpoint: "http://localhost", socket: socket, http: &http.Client{Transport: transport}}, nil
}

func noSocket(socket string, err error) error {
	const none = "there are no AWS credentials, neither in the environment nor in a profile"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s, and no server's control socket at %s: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or name a running server's data folder with --data", none, socket)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s, and the control socket %s is its owner's alone: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE", none, socket)
	}
	return fmt.Errorf("%s, and the control socket cannot be used: %w", none, err)
}
