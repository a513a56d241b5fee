package server

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is a TLS certificate that is read anew when its files change.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu       sync.Mutex
	current  *tls.Certificate
	modified [2]time.Time // of the files in force
	failed   string       // why the files could last not be read: logged once
}

// LoadCertificate reads a certificate and its key.
func LoadCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	now, err := c.modifiedNow()
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return c, c.load(now)
}

// Config is a server's TLS configuration with the certificate.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

// get returns the certificate; files that changed and cannot be read leave the
// old one in force.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, err := c.modifiedNow()
	if err == nil && now == c.modified {
		return c.current, nil
	}
	if err == nil {
		err = c.load(now)
	}
	if err == nil {
		c.failed = ""
		c.log.Info("the TLS certificate was read anew", "file", c.certFile)
	} else if c.failed != err.Error() {
		c.failed = err.Error()
		c.log.Warn("the TLS certificate cannot be read anew; the old one stays in force", "err", err)
	}
	return c.current, nil
}

func (c *Certificate) modifiedNow() (times [2]time.Time, err error) {
	for i, file := range [2]string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return times, err
		}
		times[i] = info.ModTime()
	}
	return times, nil
}

// load reads the files, which were last changed at those times.
func (c *Certificate) load(modified [2]time.Time) error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("tls: %s, %s: %w", c.certFile, c.keyFile, err)
	}
	c.current, c.modified = &pair, modified
	return nil
}
