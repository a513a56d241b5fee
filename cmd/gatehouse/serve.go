package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/gatehouse-iam/gatehouse/internal/node"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
)

// serveFlags are those of contract.md; each has an environment twin and a twin in
// the configuration file.
type serveFlags struct {
	Listen            string        `default:"127.0.0.1:4780" placeholder:"HOST:PORT" help:"Address of every AWS API; port 0 picks a free one."`
	ConsoleListen     string        `default:"127.0.0.1:4781" placeholder:"HOST:PORT" help:"Address of health and metrics; \"off\" for none."`
	PublicURL         string        `placeholder:"URL" help:"The console's address as people reach it, behind a proxy or from another host."`
	Data              string        `placeholder:"DIR" help:"The data folder (default: $XDG_DATA_HOME/gatehouse, else ~/.local/share/gatehouse)."`
	Ephemeral         bool          `help:"Keep the state in a temporary folder, gone at exit: for tests and CI."`
	AccountID         string        `placeholder:"ID" help:"Id of the first account, 12 digits (first start only; default random)."`
	Region            string        `default:"us-east-1" help:"The home region."`
	RootEmail         string        `default:"root@localhost" placeholder:"EMAIL" help:"E-mail of the root user (first start only)."`
	BootstrapAdmin    bool          `help:"At the first start also create the user admin with an access key, and write DATA/admin.env."`
	TLSCert           string        `name:"tls-cert" placeholder:"FILE" help:"TLS certificate for both listeners, read anew when it changes."`
	TLSKey            string        `name:"tls-key" placeholder:"FILE" help:"The certificate's private key."`
	InsecurePlaintext bool          `help:"Allow a listener that is not on loopback without TLS."`
	TrustedProxies    []string      `placeholder:"CIDR" help:"Proxies whose X-Forwarded-For and X-Forwarded-Proto count."`
	DenialRetention   time.Duration `default:"24h" placeholder:"24h" help:"How long a denial can be explained with its policies as they were, while the journal has room."`
	MetadataListen    string        `default:"off" placeholder:"HOST:PORT" help:"Address of the instance metadata service; off for none."`
	CredentialsLife   time.Duration `name:"instance-credentials-lifetime" default:"6h" placeholder:"6h" help:"How long the credentials of an instance last; they are renewed well before."`
	S3Backend         string        `name:"s3-backend" default:"embedded" placeholder:"embedded" help:"Where objects are kept: embedded (in the data folder), off, or the URL of an S3 endpoint."`
	S3Host            []string      `name:"s3-host" placeholder:"HOST" help:"Names under which BUCKET.HOST is a bucket (default: localhost, s3.localhost)."`
	DynamodbBackend   string        `name:"dynamodb-backend" default:"off" placeholder:"off" help:"The DynamoDB back end; not implemented in this version."`
	Store             string        `default:"embedded" help:"The store; this version has \"embedded\"."`
	LogFormat         string        `default:"text" enum:"text,json" help:"Form of the log on stderr: text or json."`
	LogLevel          string        `default:"info" enum:"debug,info,warn,error" help:"The least level that is logged."`
	Config            string        `placeholder:"FILE" help:"A YAML file with a setting a line, named as the flags are."`
}

type serveCommand struct {
	serveFlags
	file *file // the configuration file's; nil where there is none
}

// Help is the long help.
func (*serveCommand) Help() string {
	return `Each flag has an environment twin: --root-email is GATEHOUSE_ROOT_EMAIL. The first
start makes an account and its root user. GATEHOUSE_ROOT_PASSWORD,
GATEHOUSE_ROOT_ACCESS_KEY_ID and GATEHOUSE_ROOT_SECRET_ACCESS_KEY are read then, and
GATEHOUSE_MASTER_KEY at each start; GATEHOUSE_S3_BACKEND_ACCESS_KEY_ID,
GATEHOUSE_S3_BACKEND_SECRET_ACCESS_KEY and GATEHOUSE_S3_BACKEND_REGION are those of an
--s3-backend that is a URL, and may stand in the configuration file. When the server answers it prints one line on stdout:
ready http://HOST:PORT account=ID region=REGION console=URL

Example:
  gatehouse serve --ephemeral --bootstrap-admin --listen :0`
}

// Run serves until SIGTERM or SIGINT.
func (c *serveCommand) Run(k *kong.Context, s *streams) error {
	if err := c.readConfig(k); err != nil {
		return err
	}
	config, err := c.node(s)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	n, err := node.Start(ctx, config)
	if err != nil {
		return err
	}
	n.Welcome(s.err)
	fmt.Fprintf(s.out, "ready %s account=%s region=%s console=%s\n", n.URL(), n.Account(), c.Region, n.ConsoleURL())
	<-ctx.Done()
	stop() // a second signal ends the process at once
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	return n.Close(drain)
}

// drainTime bounds how long calls under way may take at the end.
const drainTime = 15 * time.Second

// notYet are the settings whose feature is not there: their default only.
func (c *serveCommand) notYet() error {
	for _, f := range [][3]string{
		{"--dynamodb-backend", c.DynamodbBackend, "off"}, {"--store", c.Store, "embedded"},
	} {
		if f[1] != f[2] {
			return &node.Setting{Name: f[0], Value: f[1], Accepted: "this version has only " + f[2]}
		}
	}
	return nil
}

func (c *serveCommand) node(s *streams) (node.Config, error) {
	if err := c.notYet(); err != nil {
		return node.Config{}, err
	}
	proxies, err := prefixes(c.TrustedProxies)
	if err != nil {
		return node.Config{}, err
	}
	data := c.Data
	if data == "" && !c.Ephemeral {
		data = defaultData(s.env)
	}
	return node.Config{
		Listen: c.Listen, ConsoleListen: c.ConsoleListen, PublicURL: c.PublicURL, Data: data, Ephemeral: c.Ephemeral,
		AccountID: c.AccountID, Region: c.Region, Regions: c.regions(), RootEmail: c.RootEmail, BootstrapAdmin: c.BootstrapAdmin,
		TLSCert: c.TLSCert, TLSKey: c.TLSKey, InsecurePlaintext: c.InsecurePlaintext, TrustedProxies: proxies, DenialRetention: c.DenialRetention,
		S3: c.s3(s), MetadataListen: c.MetadataListen, CredentialsLifetime: c.CredentialsLife,
		First: node.FirstStart{
			RootPassword: s.env("GATEHOUSE_ROOT_PASSWORD"), RootAccessKeyID: s.env("GATEHOUSE_ROOT_ACCESS_KEY_ID"),
			RootSecretAccessKey: s.env("GATEHOUSE_ROOT_SECRET_ACCESS_KEY"),
		},
		MasterKey: s.env(seal.MasterVariable), Log: logger(s.err, c.LogFormat, c.LogLevel),
	}, nil
}

// s3 is where objects are kept.
func (c *serveCommand) s3(s *streams) node.S3Config {
	return node.S3Config{
		Backend: c.S3Backend, Executable: ownExecutable(), Hosts: c.S3Host,
		AccessKeyID: c.secret(s, node.S3AccessKeyID), SecretAccessKey: c.secret(s, node.S3SecretAccessKey), Region: c.secret(s, node.S3Region),
	}
}

// ownExecutable is this binary: on Linux the one that runs, even where its file was
// replaced by another version since.
func ownExecutable() string {
	const running = "/proc/self/exe"
	if _, err := os.Stat(running); err == nil {
		return running
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// defaultData is the data folder where none is given [XDG base directories]; ""
// where there is no home either.
func defaultData(env func(string) string) string {
	if base := env("XDG_DATA_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "gatehouse")
	}
	home := env("HOME")
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".local", "share", "gatehouse")
}

func prefixes(texts []string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, t := range texts {
		p, err := netip.ParsePrefix(t)
		if err != nil {
			return nil, &node.Setting{Name: "--trusted-proxies", Value: t, Accepted: "CIDRs, as 10.0.0.0/8"}
		}
		list = append(list, p)
	}
	return list, nil
}

func logger(w io.Writer, format, level string) *slog.Logger {
	var l slog.Level
	l.UnmarshalText([]byte(level)) // the flag's enum has only known ones
	o := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
