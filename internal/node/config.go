// Package node is one running Gatehouse: it opens the data folder, builds the
// rooms of the house on it and starts the listeners. It holds no logic of theirs.
package node

import (
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/catalog"
)

// Config is everything that a node needs to start.
type Config struct {
	Listen        string // host:port of every AWS API; port 0 picks one
	ConsoleListen string // host:port of health and metrics; "off" for none
	PublicURL     string // the console's address as people reach it; "" is the listener's
	Data          string // the data folder; "" only with Ephemeral
	Ephemeral     bool   // state in a temporary folder, gone at Close

	AccountID      string // of the first account; "" picks one
	Region         string
	Regions        []catalog.Region // the home region with three zones where it is none of them
	RootEmail      string
	BootstrapAdmin bool

	TLSCert, TLSKey   string
	InsecurePlaintext bool
	TrustedProxies    []netip.Prefix

	S3 S3Config

	MetadataListen      string        // host:port of the instance metadata service; "off" or "" for none
	CredentialsLifetime time.Duration // of instances' credentials; 0 is 6 hours

	DenialRetention time.Duration // how long a denial can be explained; 0 is 24 hours

	// First is read from the environment at the first start only.
	First FirstStart
	// MasterKey replaces the file master.key in the data folder.
	MasterKey string

	Clock func() time.Time // time.Now where nil
	Log   *slog.Logger     // none where nil
}

// FirstStart are the secrets that the environment may set at the first start.
type FirstStart struct {
	RootPassword        string // generated where ""
	RootAccessKeyID     string // none where ""
	RootSecretAccessKey string
}

// Setting is an error of one setting: it names the setting, the value and what is
// accepted.
type Setting struct{ Name, Value, Accepted string }

func (e *Setting) Error() string {
	return fmt.Sprintf("%s: %q is not accepted: %s", e.Name, e.Value, e.Accepted)
}

var (
	accountID   = regexp.MustCompile(`^[0-9]{12}$`)
	regionName  = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	accessKeyID = regexp.MustCompile(`^[A-Z0-9]{16,128}$`)
)

// shortestPassword is AWS's minimum for the root user [root-user-password].
const shortestPassword = 8

// shortestRetention is long enough to be of use.
const shortestRetention = time.Minute

// check says what is wrong with a configuration before anything is opened.
func (c *Config) check() error {
	switch {
	case c.AccountID != "" && !accountID.MatchString(c.AccountID):
		return &Setting{"--account-id", c.AccountID, "12 digits"}
	case !regionName.MatchString(c.Region):
		return &Setting{"--region", c.Region, "the name of a region, as us-east-1"}
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return &Setting{"--tls-cert, --tls-key", c.TLSCert + c.TLSKey, "both or neither"}
	case (c.First.RootAccessKeyID == "") != (c.First.RootSecretAccessKey == ""):
		return &Setting{"GATEHOUSE_ROOT_ACCESS_KEY_ID, GATEHOUSE_ROOT_SECRET_ACCESS_KEY", "one of them", "both or neither"}
	case c.First.RootAccessKeyID != "" && !accessKeyID.MatchString(c.First.RootAccessKeyID):
		return &Setting{"GATEHOUSE_ROOT_ACCESS_KEY_ID", c.First.RootAccessKeyID, "16 to 128 upper-case letters and digits"}
	case c.First.RootPassword != "" && len(c.First.RootPassword) < shortestPassword:
		return &Setting{"GATEHOUSE_ROOT_PASSWORD", "(hidden)", "at least 8 characters"}
	case c.First.RootSecretAccessKey != "" && len(c.First.RootSecretAccessKey) < 16:
		return &Setting{"GATEHOUSE_ROOT_SECRET_ACCESS_KEY", "(hidden)", "at least 16 characters"}
	case c.DenialRetention < 0 || c.DenialRetention > 0 && c.DenialRetention < shortestRetention:
		return &Setting{"--denial-retention", c.DenialRetention.String(), "a minute or more, as 24h"}
	}
	if _, err := mail.ParseAddress(c.RootEmail); err != nil {
		return &Setting{"--root-email", c.RootEmail, "an e-mail address, as root@localhost"}
	}
	if err := c.checkPublicURL(); err != nil {
		return err
	}
	if err := c.checkListener("--listen", c.Listen); err != nil {
		return err
	}
	if c.ConsoleListen != "off" {
		if err := c.checkListener("--console-listen", c.ConsoleListen); err != nil {
			return err
		}
	}
	if err := c.checkMetadata(); err != nil {
		return err
	}
	return c.S3.check()
}

// checkPublicURL takes an address that a browser can be sent to.
func (c *Config) checkPublicURL() error {
	if c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return &Setting{"--public-url", c.PublicURL, "the console's address, as https://gatehouse.example.com"}
	}
	return nil
}

// checkListener refuses plaintext on anything but loopback.
func (c *Config) checkListener(flag, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return &Setting{flag, address, "HOST:PORT, as 127.0.0.1:4780 or :0"}
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return &Setting{flag, address, "a port from 0 to 65535"}
	}
	if c.TLSCert != "" || c.InsecurePlaintext || isLoopback(host) {
		return nil
	}
	return &Setting{flag, address, "a loopback address; for any other give --tls-cert and --tls-key, or --insecure-plaintext where TLS ends in front of Gatehouse"}
}

// isLoopback says whether a listener's host is this machine only. An empty host
// is taken as loopback by listenAddress.
func isLoopback(host string) bool {
	if host == "" || host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// isUnspecified says whether a listener's host is every address of this machine.
func isUnspecified(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsUnspecified()
}

// listenAddress binds an address without a host, ":0", to loopback.
func listenAddress(address string) string {
	if host, port, err := net.SplitHostPort(address); err == nil && host == "" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}
