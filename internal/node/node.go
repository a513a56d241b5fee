package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	objects "github.com/gatehouse-iam/gatehouse/internal/gateway/embedded"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/internal/metadata"
	"github.com/gatehouse-iam/gatehouse/internal/seal"
	"github.com/gatehouse-iam/gatehouse/internal/server"
	"github.com/gatehouse-iam/gatehouse/internal/store/embedded"
)

// Node is one running Gatehouse.
type Node struct {
	config    Config
	data      string
	store     *embedded.Store
	keyring   *seal.Keyring
	directory *directory.Directory
	journal   *journal.Journal
	metadata  *metadata.Service
	objects   *objects.Backend // the embedded S3 back end; nil where it is not used
	server    *server.Server
	first     *first

	api, console *listener
	instances    *listener // of the metadata service; nil where it is off
	control      *listener // nil where the data folder's path is too long for one
	background   context.Context
	stop         context.CancelFunc
	tasks        sync.WaitGroup
	closing      sync.Once
	closed       error
}

// Start starts a node. When it returns, the node answers.
func Start(ctx context.Context, c Config) (*Node, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	n := &Node{config: c}
	n.background, n.stop = context.WithCancel(context.Background())
	if err := n.start(ctx); err != nil {
		return nil, errors.Join(err, n.Close(context.WithoutCancel(ctx)))
	}
	return n, nil
}

func (n *Node) start(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		n.openData, n.openDirectory, n.openListeners, n.openMetadata, n.openControl, n.bootstrap, n.finishFirstStart, n.serve,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// openData opens the data folder: the store, the keyring and the journal.
func (n *Node) openData(ctx context.Context) error {
	if err := n.folder(); err != nil {
		return err
	}
	path, events := filepath.Join(n.data, "gatehouse.db"), filepath.Join(n.data, "journal")
	if err := checkLost(path, events); err != nil {
		return err
	}
	_, err := os.Stat(path)
	master, err := seal.LoadMaster(filepath.Join(n.data, "master.key"), n.config.MasterKey, !errors.Is(err, os.ErrNotExist))
	if err != nil {
		return err
	}
	if n.store, err = embedded.Open(path, embedded.Options{Ephemeral: n.config.Ephemeral}); err != nil {
		return err
	}
	if n.keyring, err = seal.OpenKeyring(ctx, n.store, master); err != nil {
		return err
	}
	n.journal, err = journal.Open(events, journal.Options{Retention: n.config.DenialRetention, Clock: n.config.Clock, Log: n.config.Log})
	return err
}

func (n *Node) folder() (err error) {
	n.data = n.config.Data
	if n.config.Ephemeral {
		n.data, err = os.MkdirTemp("", "gatehouse-")
		return err
	}
	if n.data == "" {
		return &Setting{"--data", "", "a folder, or --ephemeral"}
	}
	if n.data, err = filepath.Abs(n.data); err != nil { // what is printed holds in any folder
		return fmt.Errorf("data folder: %w", err)
	}
	if err := os.MkdirAll(n.data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return checkMode(n.data)
}

// checkMode refuses a data folder that was there before and that any user of the
// machine may write to: who replaces its files has every account in them.
func checkMode(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o002 != 0 {
		return fmt.Errorf("data folder: every user of this machine can replace what is in %s, which has mode %04o: run chmod 700 on it", folder, mode)
	}
	return nil
}

func (n *Node) openDirectory(ctx context.Context) (err error) {
	n.directory, err = directory.Open(ctx, n.store, directory.Options{
		Sealer: n.keyring.For("secret-access-key"), Clock: n.config.Clock, Log: n.config.Log,
	})
	if err != nil {
		return err
	}
	tokens := authn.NewTokens(n.keyring.For("session-token"), openedTokens)
	regions := catalog.NewRegions(n.config.Region, n.config.Regions)
	n.metadata = metadata.NewService(metadata.Options{
		Directory: n.directory, Tokens: tokens, Sealer: n.keyring.For("instance-identity"), Region: n.config.Region,
		ZoneID: regions.ZoneID, Lifetime: n.config.CredentialsLifetime, Clock: n.config.Clock, Log: n.config.Log,
		Published: n.publishCertificate,
	})
	backend, err := n.openS3()
	if err != nil {
		return err
	}
	n.server, err = server.New(server.Options{
		Region: n.config.Region, ConsoleURL: n.config.PublicURL, Directory: n.directory, Tokens: tokens,
		Journal: n.journal, Messages: journal.NewMessages(n.keyring.For(journal.MessagePurpose)),
		Implementations: Implementations(Rooms{
			Directory: n.directory, Tokens: tokens, Journal: n.journal, Keyring: n.keyring,
			Regions: regions, Metadata: n.metadata, Started: n.directory.Now(),
			S3: backend, Log: n.config.Log,
		}),
		S3Hosts:        n.config.S3.Hosts,
		TrustedProxies: n.config.TrustedProxies, Clock: n.config.Clock, Log: n.config.Log,
	})
	return err
}

// openedTokens is how many session tokens stay opened.
const openedTokens = 1 << 14

// listener is a listening socket and the server behind it.
type listener struct {
	net.Listener
	http *http.Server
}

func (n *Node) openListeners(context.Context) (err error) {
	if n.api, err = n.listen("--listen", n.config.Listen, n.server.HTTP()); err != nil {
		return err
	}
	if n.config.ConsoleListen == "off" {
		return nil
	}
	console := n.server.HTTP()
	console.Handler = n.server.Console(n.directory.Err)
	n.console, err = n.listen("--console-listen", n.config.ConsoleListen, console)
	if err == nil && n.config.PublicURL == "" {
		n.config.PublicURL = n.consoleURL()
	}
	n.server.ConsoleURL = n.config.PublicURL
	return err
}

func (n *Node) listen(flag, address string, h *http.Server) (*listener, error) {
	l, err := net.Listen("tcp", listenAddress(address))
	if err != nil {
		return nil, cannotListen(flag, address, err)
	}
	if n.config.TLSCert != "" {
		certificate, err := server.LoadCertificate(n.config.TLSCert, n.config.TLSKey, n.config.Log)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		h.TLSConfig = certificate.Config()
	}
	return &listener{l, h}, nil
}

func cannotListen(flag, address string, err error) error {
	fix := "give an address of this machine"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		fix = "is another Gatehouse running? give another address, or :0 for a free port"
	case errors.Is(err, syscall.EACCES):
		fix = "ports below 1024 are the system's: give a higher one"
	}
	return fmt.Errorf("%s %s: %w (%s)", flag, address, err, fix)
}

func (n *Node) serve(context.Context) error {
	for _, l := range []*listener{n.api, n.console, n.instances, n.control} {
		if l != nil {
			n.inBackground(func() error { return l.serve() })
		}
	}
	n.inBackground(func() error { return n.journal.Follow(n.background, n.store) })
	n.inBackground(n.flushUsage)
	return nil
}

func (l *listener) serve() error {
	if l.http.TLSConfig != nil {
		return l.http.ServeTLS(l.Listener, "", "")
	}
	return l.http.Serve(l.Listener)
}

// inBackground runs a task until it ends; the end of one that was not asked to end
// is logged.
func (n *Node) inBackground(task func() error) {
	n.tasks.Go(func() {
		err := task()
		if n.background.Err() == nil && err != nil && !errors.Is(err, http.ErrServerClosed) {
			n.config.Log.Error("a background task ended", "err", err)
		}
	})
}

// usageInterval is how far behind a crash may leave the last use of keys and roles.
const usageInterval = time.Minute

func (n *Node) flushUsage() error {
	tick := time.NewTicker(usageInterval)
	defer tick.Stop()
	for {
		select {
		case <-n.background.Done():
			return nil
		case <-tick.C:
			if err := n.directory.FlushUsage(n.background); err != nil {
				n.config.Log.Warn("last uses are not written; they are kept and tried again", "err", err)
			}
		}
	}
}

// Close drains the listeners and closes everything; what is acknowledged is on
// the disk already. Calls that are still under way when ctx ends are cut off.
// Closing again gives the same answer.
func (n *Node) Close(ctx context.Context) error {
	n.closing.Do(func() { n.closed = n.close(ctx) })
	return n.closed
}

func (n *Node) close(ctx context.Context) error {
	var errs []error
	for _, l := range []*listener{n.api, n.console, n.instances, n.control} {
		if l != nil {
			errs = append(errs, l.close(ctx))
		}
	}
	n.stop()
	n.tasks.Wait()
	if n.objects != nil {
		errs = append(errs, n.objects.Close(ctx))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime) // what is used and drained must still be written
	defer cancel()
	if n.directory != nil {
		errs = append(errs, n.directory.Close(ctx))
	}
	if n.journal != nil {
		errs = append(errs, n.journal.Close())
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	if n.config.Ephemeral && n.data != "" {
		errs = append(errs, os.RemoveAll(n.data))
	}
	return errors.Join(errs...)
}

// closeTime bounds the last writes.
const closeTime = 5 * time.Second

func (l *listener) close(ctx context.Context) error {
	err := l.http.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("calls were cut off: %w", errors.Join(err, l.http.Close()))
	}
	return errors.Join(err, ignoreClosed(l.Listener.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// URL is the address of the AWS APIs. A listener on every address of the machine
// is named localhost: clients refuse to call 0.0.0.0 and [::].
func (n *Node) URL() string {
	host, port, _ := net.SplitHostPort(n.api.Addr().String())
	if isUnspecified(host) {
		host = "localhost"
	}
	return n.scheme() + "://" + net.JoinHostPort(host, port)
}

// ConsoleURL is the console's address as people reach it, or "off".
func (n *Node) ConsoleURL() string {
	if n.console == nil {
		return "off"
	}
	return n.config.PublicURL
}

// consoleURL names loopback localhost: passkeys need a host name.
func (n *Node) consoleURL() string {
	host, port, _ := net.SplitHostPort(n.console.Addr().String())
	if isLoopback(host) || isUnspecified(host) {
		host = "localhost"
	}
	return n.scheme() + "://" + net.JoinHostPort(host, port)
}

func (n *Node) scheme() string {
	if n.config.TLSCert != "" {
		return "https"
	}
	return "http"
}

// Account is the first account's id.
func (n *Node) Account() string { return n.directory.FirstAccount() }

// Directory is the node's state, for what runs in the same process.
func (n *Node) Directory() *directory.Directory { return n.directory }

// Data is the data folder.
func (n *Node) Data() string { return n.data }

// Address is the API listener's host and port.
func (n *Node) Address() string { return n.api.Addr().String() }

// Authenticator is the node's authenticator, for what runs in the same process.
func (n *Node) Authenticator() *authn.Authenticator { return n.server.Authenticator() }

// Metadata is what the node tells its instances, for what runs in the same process.
func (n *Node) Metadata() *metadata.Service { return n.metadata }
