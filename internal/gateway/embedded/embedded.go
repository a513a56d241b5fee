// Package embedded runs the built-in S3 back end: a child process of the gatehouse
// binary on a private socket. It is started when the first call needs it, watched, and
// started again when it dies. What runs in the child is package versity, which is
// linked into the command alone: a program that has a server in it for its tests does
// not carry the back end.
//
// Nothing here decides who may do what: the socket is its owner's alone, and only the
// gateway talks to it.
package embedded

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Command is the subcommand that is the child. Its flags are --data and --socket.
const Command = "s3-backend"

// Ready is the line that the child prints when it takes requests.
const Ready = "s3 back end ready"

// Start is what the child is told on its standard input, one line of JSON: nobody
// else can read it there. The child ends when its input does.
type Start struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	Region          string `json:"region"`
}

// String keeps the secret out of logs and errors.
func (s Start) String() string { return "[start with the key " + s.AccessKeyID + "]" }

// GoString as String.
func (s Start) GoString() string { return s.String() }

// Options of a Backend.
type Options struct {
	Executable string // path of a gatehouse binary
	Data       string // the folder of the objects and what belongs to them; made where it is not
	Region     string
	Log        *slog.Logger
	Patience   time.Duration // how long a call waits for the child; 0 is 10 s
}

// Backend is the child, as the gateway sees it.
type Backend struct {
	Options
	start  Start
	socket string
	made   string // a temporary folder of the socket's, "" where it is in Data

	up      atomic.Bool // the child takes requests
	mu      sync.Mutex
	running bool          // the child is watched
	failing bool          // the last start failed; the next one waits
	changed chan struct{} // closed and replaced when up or failing change
	closing chan struct{}
	ended   chan struct{} // closed when nothing is watched any more
}

// patience is how long a call waits for the back end to start.
const patience = 10 * time.Second

// longestSocket is how long the path of a socket may be, in bytes: sun_path of unix(7)
// holds 104 on some systems.
const longestSocket = 103

// New prepares a back end. It starts nothing.
func New(o Options) (*Backend, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Patience == 0 {
		o.Patience = patience
	}
	b := &Backend{Options: o, changed: make(chan struct{}), closing: make(chan struct{}), ended: make(chan struct{}),
		start: Start{AccessKeyID: rand.Text(), SecretAccessKey: rand.Text() + rand.Text(), Region: o.Region}}
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return nil, fmt.Errorf("s3 back end: %w", err)
	}
	if err := os.Chmod(o.Data, 0o700); err != nil {
		return nil, fmt.Errorf("s3 back end: %w", err)
	}
	if err := b.placeSocket(); err != nil {
		return nil, fmt.Errorf("s3 back end: %w", err)
	}
	return b, nil
}

// placeSocket puts the socket into the data folder, or, where its path would be too
// long there, into a temporary folder that is its owner's alone.
func (b *Backend) placeSocket() error {
	const name = "backend.sock"
	if b.socket = filepath.Join(b.Data, name); len(b.socket) <= longestSocket {
		return nil
	}
	folder, err := os.MkdirTemp("", "gatehouse-s3-")
	if err != nil {
		return err
	}
	b.made, b.socket = folder, filepath.Join(folder, name)
	return nil
}

// URL is the back end's address, for requests over connections of Dial.
func (*Backend) URL() *url.URL { return &url.URL{Scheme: "http", Host: "s3.localhost"} }

// Dial connects to the child, whatever the address.
func (b *Backend) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", b.socket)
}

// Credentials are what the child takes. They are random, of this Backend, and written
// nowhere.
func (b *Backend) Credentials(context.Context) (sigv4.Credentials, error) {
	return sigv4.Credentials{AccessKeyID: b.start.AccessKeyID, SecretAccessKey: b.start.SecretAccessKey}, nil
}

// Ready starts the child where it does not run yet, and returns when it takes
// requests. Where that takes too long, or its last start failed, the call is to be
// tried again: the error is AWS's SlowDown.
func (b *Backend) Ready(ctx context.Context) error {
	if b.up.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, b.Patience)
	defer cancel()
	for {
		changed, err := b.state()
		if err != nil || changed == nil {
			return err
		}
		select {
		case <-changed:
		case <-b.closing:
			return notReady()
		case <-ctx.Done():
			return notReady()
		}
	}
}

// state is nil, nil where the child takes requests, else what tells of a change, or
// why there is nothing to wait for.
func (b *Backend) state() (changed chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.closing:
		return nil, notReady()
	default:
	}
	if !b.running {
		b.running = true
		go b.watch()
	}
	switch {
	case b.up.Load():
		return nil, nil
	case b.failing:
		return nil, notReady()
	}
	return b.changed, nil
}

// notReady is what AWS answers where a client is to come again [S3 error responses].
func notReady() error {
	return api.Errorf(http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
}

// set notes a change and wakes those who wait for it.
func (b *Backend) set(up, failing bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.up.Store(up)
	b.failing = failing
	close(b.changed)
	b.changed = make(chan struct{})
}

// Close stops the child and waits for its end. A child that does not end by itself is
// killed when ctx ends, or after a while.
func (b *Backend) Close(ctx context.Context) error {
	b.mu.Lock()
	select {
	case <-b.closing:
	default:
		close(b.closing)
	}
	running := b.running
	b.mu.Unlock()
	if running {
		<-b.ended // bounded: the child is killed
	}
	if b.made != "" {
		return os.RemoveAll(b.made)
	}
	return nil
}

// line is the child's start as it is sent.
func (s Start) line() []byte {
	text, _ := json.Marshal(s) // strings only
	return append(text, '\n')
}
