package node

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/metadata"
)

// checkMetadata checks the settings of the instance metadata service.
func (c *Config) checkMetadata() error {
	if l := c.CredentialsLifetime; l < 0 || l > 0 && (l < shortestLifetime || l > longestLifetime) {
		return &Setting{"--instance-credentials-lifetime", l.String(), "10s to 36h, as 6h"}
	}
	if !c.servesMetadata() {
		return nil
	}
	return c.checkMetadataListener()
}

// checkMetadataListener lets the service be on loopback and on link-local addresses,
// which no router forwards. It is never under TLS: AWS's clients ask it over plain HTTP.
func (c *Config) checkMetadataListener() error {
	plain := *c
	plain.TLSCert, plain.TLSKey = "", ""
	err := plain.checkListener("--metadata-listen", c.MetadataListen)
	if err == nil {
		return nil
	}
	host, _, _ := net.SplitHostPort(c.MetadataListen)
	if ip, no := netip.ParseAddr(host); no == nil && ip.IsLinkLocalUnicast() {
		return nil
	}
	var setting *Setting
	if errors.As(err, &setting) && host != "" {
		setting.Accepted = "a link-local or loopback address, as 169.254.169.254:80; any other with --insecure-plaintext, in a network that only instances are in"
	}
	return err
}

const (
	shortestLifetime = 10 * time.Second
	longestLifetime  = 36 * time.Hour
)

func (c *Config) servesMetadata() bool { return c.MetadataListen != "" && c.MetadataListen != "off" }

// openMetadata listens for the instances of a network. Who asks is known by its address
// there: requests carry no signature.
func (n *Node) openMetadata(context.Context) error {
	if !n.config.servesMetadata() {
		return nil
	}
	l, err := net.Listen("tcp", listenAddress(n.config.MetadataListen))
	if err != nil {
		return cannotListen("--metadata-listen", n.config.MetadataListen, err)
	}
	n.instances = &listener{l, &http.Server{
		Handler: n.metadata.NewIMDSByAddress(), ConnContext: metadata.ConnContext,
		ReadHeaderTimeout: metadataTime, ReadTimeout: metadataTime, WriteTimeout: metadataTime, IdleTimeout: time.Minute,
		MaxHeaderBytes: maxMetadataHeader, ErrorLog: slog.NewLogLogger(n.config.Log.Handler(), slog.LevelDebug),
	}}
	return nil
}

// certificateFile is in the data folder, once an instance has asked for its identity.
const certificateFile = "instance-identity.pem"

// publishCertificate writes the certificate that identity documents are verified with
// where an operator finds it. It is no secret.
func (n *Node) publishCertificate(certificate []byte) {
	path := filepath.Join(n.data, certificateFile)
	if err := os.WriteFile(path, certificate, 0o644); err != nil { // #nosec G306 -- public
		n.config.Log.Warn("the certificate of identity documents is not written", "err", err)
	}
}

const (
	metadataTime      = 10 * time.Second
	maxMetadataHeader = 16 << 10
)

// MetadataURL is the address of the instance metadata service, "" where it is off.
func (n *Node) MetadataURL() string {
	if n.instances == nil {
		return ""
	}
	return "http://" + n.instances.Addr().String()
}
