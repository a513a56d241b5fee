package node_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/node"
)

// A back end that cannot be meant is refused before anything is opened, and no error
// has a secret.
func TestS3Settings(t *testing.T) {
	keys := node.S3Config{Backend: "https://s3.example.com", AccessKeyID: "AKID", SecretAccessKey: "hunter2"}
	for _, c := range []struct {
		name    string
		set     func(*node.S3Config)
		setting string
		words   string
	}{
		{"a word", func(c *node.S3Config) { c.Backend = "minio" }, "--s3-backend", "embedded, off, or the URL"},
		{"another scheme", func(c *node.S3Config) { c.Backend = "ftp://s3.example.com" }, "--s3-backend", "embedded, off, or the URL"},
		{"a query", func(c *node.S3Config) { c.Backend += "?x" }, "--s3-backend", "embedded, off, or the URL"},
		{"credentials in the URL", func(c *node.S3Config) { c.Backend = "https://AKID:hunter2@s3.example.com" }, "--s3-backend", "without credentials in it"},
		{"no access key", func(c *node.S3Config) { c.AccessKeyID = "" }, "--s3-backend", "GATEHOUSE_S3_BACKEND_ACCESS_KEY_ID"},
		{"no secret", func(c *node.S3Config) { c.SecretAccessKey = "" }, "--s3-backend", "s3-backend-secret-access-key"},
		{"a region that is none", func(c *node.S3Config) { c.Region = "us/east" }, "GATEHOUSE_S3_BACKEND_REGION", "us-east-1"},
		{"credentials of none", func(c *node.S3Config) { c.Backend = "off" }, "GATEHOUSE_S3_BACKEND_ACCESS_KEY_ID and its kind", "only together with the URL"},
		{"embedded without a binary", func(c *node.S3Config) { *c = node.S3Config{Backend: "embedded"} }, "--s3-backend", "the path of a gatehouse binary"},
		{"a host with a port", func(c *node.S3Config) { c.Hosts = []string{"s3.example.com:80"} }, "--s3-host", "without a port"},
		{"an address", func(c *node.S3Config) { c.Hosts = []string{"10.0.0.1"} }, "--s3-host", "host names"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := config(t)
			cfg.S3 = keys
			c.set(&cfg.S3)
			n, err := node.Start(context.Background(), cfg)
			if err == nil {
				stop(t, n)
				t.Fatal("it starts")
			}
			var setting *node.Setting
			if !errors.As(err, &setting) || setting.Name != c.setting || !strings.Contains(setting.Accepted, c.words) {
				t.Error(err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error has the secret:", err)
			}
		})
	}
	if text := fmt.Sprintf("%v %+v %#v", keys, keys, keys); strings.Contains(text, "hunter2") {
		t.Error(text)
	}
}

// A back end that is not there is no reason not to start: what needs none is answered.
func TestS3BackendIsDown(t *testing.T) {
	cfg := config(t)
	cfg.S3 = node.S3Config{Backend: "http://127.0.0.1:1", AccessKeyID: "AKID", SecretAccessKey: "hunter2", Region: "garage"}
	n := start(t, cfg)
	if status, _ := get(t, n.ConsoleURL()+"/readyz"); status != http.StatusOK {
		t.Error(status)
	}
	if status, answer := get(t, n.URL()+"/photos/cat.jpg"); status != http.StatusNotFound && status != http.StatusForbidden {
		t.Errorf("%d %s", status, answer)
	}
}

// The metadata service answers instances alone, by their address: nobody on loopback is
// one. It is off unless it is asked for.
func TestMetadataListener(t *testing.T) {
	cfg := config(t)
	cfg.MetadataListen = "127.0.0.1:0"
	n := start(t, cfg)
	if status, answer := get(t, n.MetadataURL()+"/latest/meta-data/"); status != http.StatusForbidden {
		t.Errorf("%d %s", status, answer)
	}
	stop(t, n)
	if _, err := http.Get(n.MetadataURL()); err == nil {
		t.Error("it is served after the end")
	}
	if n := start(t, config(t)); n.MetadataURL() != "" {
		t.Error(n.MetadataURL())
	}
}

// The metadata service is on loopback or link-local, or the operator's word.
func TestMetadataSettings(t *testing.T) {
	for name, set := range map[string]func(*node.Config){
		"every address":         func(c *node.Config) { c.MetadataListen = "0.0.0.0:0" },
		"every address and TLS": func(c *node.Config) { c.MetadataListen, c.TLSCert, c.TLSKey = "0.0.0.0:0", "c", "k" },
		"no port":               func(c *node.Config) { c.MetadataListen = "127.0.0.1" },
		"a lifetime too short":  func(c *node.Config) { c.CredentialsLifetime = time.Second },
		"a lifetime too long":   func(c *node.Config) { c.CredentialsLifetime = 37 * time.Hour },
		"a negative lifetime":   func(c *node.Config) { c.CredentialsLifetime = -time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			set(&cfg)
			n, err := node.Start(context.Background(), cfg)
			if err == nil {
				stop(t, n)
				t.Fatal("it starts")
			}
			var setting *node.Setting
			if !errors.As(err, &setting) || setting.Name != "--metadata-listen" && setting.Name != "--instance-credentials-lifetime" {
				t.Error(err)
			}
		})
	}
	cfg := config(t)
	cfg.MetadataListen, cfg.InsecurePlaintext = "0.0.0.0:0", true
	start(t, cfg)
}
