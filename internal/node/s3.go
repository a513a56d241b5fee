package node

import (
	"context"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/gateway/embedded"
	"github.com/gatehouse-iam/gatehouse/internal/gateway/s3"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// S3Config says where objects are kept.
type S3Config struct {
	Backend string // "embedded", a URL, or "off" or "" for none
	// Executable is the gatehouse binary whose child process the embedded back end is.
	Executable string
	// Credentials and region that requests to the back end at a URL are signed with.
	AccessKeyID, SecretAccessKey string
	Region                       string // "" is the home region
	// Hosts are the names under which BUCKET.HOST is a bucket; none for those of localhost.
	Hosts []string
}

// String keeps the secret out of logs.
func (c S3Config) String() string { return "[s3 back end " + c.Backend + "]" }

// GoString as String.
func (c S3Config) GoString() string { return c.String() }

// Back ends that are no URL.
const (
	backendEmbedded = "embedded"
	backendOff      = "off"
)

// The settings of the credentials that a back end takes. They are no flags: a flag's
// value is seen by every user of the machine.
const (
	S3AccessKeyID     = "s3-backend-access-key-id"
	S3SecretAccessKey = "s3-backend-secret-access-key"
	S3Region          = "s3-backend-region"
)

func (c *S3Config) check() error {
	if err := c.checkHosts(); err != nil {
		return err
	}
	switch c.Backend {
	case "", backendOff, backendEmbedded:
		if c.Backend == backendEmbedded && c.Executable == "" {
			return &Setting{"--s3-backend", c.Backend, "a URL or off in a program that is not gatehouse itself, or the path of a gatehouse binary to run"}
		}
		if c.AccessKeyID != "" || c.SecretAccessKey != "" || c.Region != "" {
			return &Setting{"GATEHOUSE_S3_BACKEND_ACCESS_KEY_ID and its kind", "(hidden)", "only together with the URL of a back end, in --s3-backend"}
		}
		return nil
	}
	u, err := url.Parse(c.Backend)
	if err == nil && u.User != nil {
		return &Setting{"--s3-backend", "(hidden)", "a URL without credentials in it; they are read from GATEHOUSE_S3_BACKEND_ACCESS_KEY_ID and GATEHOUSE_S3_BACKEND_SECRET_ACCESS_KEY"}
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return &Setting{"--s3-backend", c.Backend, "embedded, off, or the URL of an S3 endpoint, as https://s3.example.com"}
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return &Setting{"--s3-backend", c.Backend, "a URL needs the credentials of its back end: set GATEHOUSE_S3_BACKEND_ACCESS_KEY_ID and GATEHOUSE_S3_BACKEND_SECRET_ACCESS_KEY, or " + S3AccessKeyID + " and " + S3SecretAccessKey + " in the configuration file"}
	}
	if c.Region != "" && !backendRegion(c.Region) {
		return &Setting{"GATEHOUSE_S3_BACKEND_REGION", c.Region, "the back end's region, as us-east-1"}
	}
	return nil
}

// backendRegion takes what other S3 servers call regions, too: "auto", "garage".
func backendRegion(name string) bool {
	return len(name) <= 64 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// checkHosts takes names that a Host header can be, without a port.
func (c *S3Config) checkHosts() error {
	for _, host := range c.Hosts {
		if host == "" || len(host) > 253 || strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") != "" ||
			strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") || net.ParseIP(host) != nil {
			return &Setting{"--s3-host", host, "host names without a port, as s3.example.com"}
		}
	}
	return nil
}

// openS3 makes the way to the back end; nil for none. Nothing is started. Requests to it
// are signed at the machine's own time, which the back end's is compared with.
func (n *Node) openS3() (*s3.Backend, error) {
	switch n.config.S3.Backend {
	case "", backendOff:
		return nil, nil
	case backendEmbedded:
		return n.openEmbedded()
	}
	u, err := url.Parse(n.config.S3.Backend)
	if err != nil {
		return nil, err
	}
	keys := sigv4.Credentials{AccessKeyID: n.config.S3.AccessKeyID, SecretAccessKey: n.config.S3.SecretAccessKey}
	region := n.config.S3.Region
	if region == "" {
		region = n.config.Region
	}
	return s3.NewBackend(s3.BackendOptions{
		URL: u, Region: region, Log: n.config.Log,
		Credentials: func(context.Context) (sigv4.Credentials, error) { return keys, nil },
	}), nil
}

// openEmbedded is the way to the child process, which the first call starts.
func (n *Node) openEmbedded() (*s3.Backend, error) {
	child, err := embedded.New(embedded.Options{
		Executable: n.config.S3.Executable, Data: filepath.Join(n.data, "s3"), Region: n.config.Region, Log: n.config.Log,
	})
	if err != nil {
		return nil, err
	}
	n.objects = child
	return s3.NewBackend(s3.BackendOptions{
		URL: child.URL(), Region: n.config.Region, Credentials: child.Credentials, Transport: s3.NewTransport(child.Dial),
		Ready: child.Ready, Embedded: true, Log: n.config.Log,
	}), nil
}
