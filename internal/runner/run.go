package runner

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/client"
	"github.com/gatehouse-iam/gatehouse/internal/metadata"
)

// Options say what is run, and on what instance.
type Options struct {
	Client   *client.Client // with the caller's credentials
	Endpoint string         // the server's address for the program
	Launch   Launch
	Network  Network
	Connect  []string // HOST:PORT that the program reaches from a network of its own
	Command  []string
	Environ  []string // the caller's
	In       *os.File
	Out, Err *os.File
	Say      io.Writer        // where the runner says what it does
	Beat     <-chan time.Time // each asks the server whether the instance goes on
}

// Times of a run.
const (
	// HeartBeat is how often Beat is to come.
	HeartBeat = 10 * time.Second
	// graceTime is what a program has to end by itself when its instance is terminated.
	graceTime = 10 * time.Second
	// endTime bounds the last call.
	endTime = 5 * time.Second
)

// run is one run of a program.
type run struct {
	Options
	path      string
	instance  *Instance
	namespace *namespace // nil in the host's network
	reason    string     // why it is nil, though nobody asked for that
	servers   []io.Closer
}

// Run makes an instance, runs the program on it to its end and returns its exit code.
func Run(ctx context.Context, o Options) (code int, err error) {
	r := &run{Options: o}
	defer r.close()
	closeInherited()
	if r.path, err = exec.LookPath(o.Command[0]); err != nil {
		return 0, fmt.Errorf("%w: name a program that is in PATH, after --", err)
	}
	if err := r.openNetwork(); err != nil {
		return 0, err
	}
	if err := hide(); err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, passedOn...)
	defer signal.Stop(signals)
	if r.instance, err = RunInstance(ctx, o.Client, o.Launch); err != nil {
		return 0, err
	}
	defer r.end()
	state, err := r.instance.Describe(ctx)
	if err != nil {
		return 0, fmt.Errorf("the server made instance %s and does not tell about it: %w", r.instance.ID, err)
	}
	c, err := r.start()
	if err != nil {
		return 0, err
	}
	fmt.Fprintln(o.Say, "gatehouse: "+r.describe(state))
	return r.await(ctx, c, signals), nil
}

// openNetwork makes the network namespace, where there is to be one.
func (r *run) openNetwork() error {
	if r.Network == Host {
		if len(r.Connect) > 0 {
			return errors.New("--connect is for a network of its own: in the host's everything is reached (take --network own, or leave --connect out)")
		}
		return nil
	}
	forwards, err := forwardsOf(r.Endpoint, r.Connect, hostNames())
	if err == nil {
		r.namespace, err = openNamespace(setUpOf(forwards), stdio{r.In, r.Out, r.Err})
	}
	switch {
	case err == nil:
		r.serveForwards(forwards)
		return nil
	case r.Network == Own:
		return fmt.Errorf("--network own: %w", err)
	case len(r.Connect) > 0:
		return fmt.Errorf("--connect needs a network namespace: %w", err)
	}
	r.reason = err.Error()
	return nil
}

// setUpOf is the network with the forwards and the metadata service.
func setUpOf(forwards []forward) setUp {
	s := setUp{Addresses: []netip.Addr{imdsAddress}, Listen: []netip.AddrPort{netip.AddrPortFrom(imdsAddress, imdsPort)}}
	s.Optional = []netip.AddrPort{netip.AddrPortFrom(imdsAddress6, imdsPort)}
	for _, f := range forwards {
		for _, a := range f.inside {
			if a.Addr().Is6() && len(f.inside) > 1 { // a name's second address
				s.Optional = append(s.Optional, a)
				continue
			}
			if !a.Addr().IsLoopback() {
				s.Addresses = append(s.Addresses, a.Addr())
			}
			s.Listen = append(s.Listen, a)
		}
	}
	return s
}

func (r *run) serveForwards(forwards []forward) {
	for _, f := range forwards {
		for _, a := range f.inside {
			if l := r.namespace.listeners[a]; l != nil {
				go serveForward(l, to(f.target))
			}
		}
	}
}

// start starts the program, its credentials within reach.
func (r *run) start() (*child, error) {
	where := Where{r.Endpoint, r.instance.Region}
	if r.namespace == nil {
		more, err := r.serveContainer()
		if err != nil {
			return nil, err
		}
		return start(&exec.Cmd{
			Path: r.path, Args: r.Command, Env: onInstance(r.Environ, where, more...),
			Stdin: r.In, Stdout: r.Out, Stderr: r.Err, SysProcAttr: withRunner(),
		})
	}
	for a, l := range r.namespace.listeners {
		if a.Addr() == imdsAddress || a.Addr() == imdsAddress6 {
			r.serve(l, metadata.NewIMDS(r.instance))
		}
	}
	err := r.namespace.become(program{Path: r.path, Args: r.Command, Env: onInstance(r.Environ, where)})
	return r.namespace.child, err
}

// serveContainer serves container credentials on loopback, and returns the variables
// by which the program finds them [Container credential provider].
func (r *run) serveContainer() ([]string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	var random [32]byte
	rand.Read(random[:]) // never fails
	token := base64.RawURLEncoding.EncodeToString(random[:])
	r.serve(l, metadata.NewContainerCredentials(r.instance, token))
	return []string{
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://" + l.Addr().String() + "/credentials",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN=" + token,
		"AWS_EC2_METADATA_DISABLED=true",
	}, nil
}

func (r *run) serve(l net.Listener, h http.Handler) {
	s := &http.Server{Handler: h, ConnContext: metadata.ConnContext, ReadHeaderTimeout: dialTime, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: quiet}
	r.servers = append(r.servers, s)
	go s.Serve(l)
}

// describe is what is said of the run at its start.
func (r *run) describe(i *metadata.Instance) string {
	role := "without a role"
	if i.Role != "" {
		role = "role " + i.Role
	}
	text := i.ID + " in " + i.Zone + ", " + role + ", "
	if r.namespace != nil {
		return text + "network of its own: metadata service at http://" + imdsAddress.String() + ", server at " + r.Endpoint
	}
	text += "host's network: container credentials endpoint on loopback"
	if r.reason != "" {
		text += " (no network of its own: " + r.reason + ")"
	}
	return text
}

// await passes signals on to the program until it has ended.
func (r *run) await(ctx context.Context, c *child, signals <-chan os.Signal) int {
	var late <-chan time.Time // when a program that was told to end has had its time
	beats := r.Beat
	for {
		select {
		case <-c.ended:
			return exitCode(c.command)
		case s := <-signals:
			if !fromTerminal(s) {
				c.signal(s)
			}
		case <-beats:
			if r.goesOn(ctx) {
				continue
			}
			fmt.Fprintf(r.Say, "gatehouse: instance %s was terminated: its program is ended\n", r.instance.ID)
			c.signal(terminate)
			beats, late = nil, time.After(graceTime)
		case <-late:
			c.kill()
		}
	}
}

// goesOn tells the server that the program runs, and asks whether it still may. A
// server that does not answer ends nothing.
func (r *run) goesOn(ctx context.Context) bool {
	i, err := r.instance.Describe(ctx)
	var refused *client.Error
	if errors.As(err, &refused) {
		return !strings.HasPrefix(refused.Code, "AccessDenied")
	}
	return err != nil || !i.Ended
}

// end terminates the instance.
func (r *run) end() {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	if err := r.instance.End(ctx); err != nil {
		fmt.Fprintf(r.Say, "gatehouse: instance %s is not known to have ended: %v (aws ec2 terminate-instances ends it)\n", r.instance.ID, err)
	}
}

func (r *run) close() {
	for _, s := range r.servers {
		s.Close()
	}
	if r.namespace != nil {
		r.namespace.close()
	}
}

// quiet is for what goes wrong between a program and what serves it: the program says
// what it makes of it.
var quiet = log.New(io.Discard, "", 0)
