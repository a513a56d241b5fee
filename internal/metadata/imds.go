package metadata

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Source tells about the one instance that a handler is for.
type Source interface {
	Describe(ctx context.Context) (*Instance, error)
}

// ErrUnknown: whoever asks is no instance.
var ErrUnknown = errors.New("metadata: no instance asks from there")

// Names of headers, in the form that net/http keeps them in [configuring-instance-metadata-service].
const (
	headerToken     = "X-Aws-Ec2-Metadata-Token"
	headerTTL       = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
	headerForwarded = "X-Forwarded-For"
)

// maxTTL is the longest life of a token in seconds: six hours [instancedata-data-retrieval].
const maxTTL = 21600

// imds is the instance metadata service, of one instance or of many.
type imds struct {
	find   func(r *http.Request) (*Instance, error)
	tokens *tokens
	clock  func() time.Time
}

// NewIMDS is the instance metadata service of one instance, for a listener that only its
// program reaches: whoever reaches it is the instance. Its server wants [ConnContext],
// for the hop limit.
func NewIMDS(s Source) http.Handler {
	return newIMDS(func(r *http.Request) (*Instance, error) { return s.Describe(r.Context()) }, time.Now)
}

func newIMDS(find func(r *http.Request) (*Instance, error), clock func() time.Time) *imds {
	return &imds{find: find, tokens: newTokens(), clock: clock}
}

// ServeHTTP implements http.Handler. It is no call of an API: nothing is authorized here,
// since an instance asks about itself alone.
func (h *imds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["Server"] = serverName
	if !localHost(r) || len(r.Header[headerForwarded]) > 0 {
		refuse(w, http.StatusForbidden) // a browser's page, or a proxy that is open to others
		return
	}
	version, rest, ok := cutVersion(r.URL.Path)
	token := r.Method == http.MethodPut && rest == tokenPath
	if r.Method != http.MethodGet && !token {
		w.Header().Set("Allow", "GET, PUT")
		refuse(w, http.StatusMethodNotAllowed)
		return
	}
	i, err := h.find(r)
	switch {
	case errors.Is(err, ErrUnknown):
		refuse(w, http.StatusForbidden)
	case err != nil || i == nil:
		refuse(w, http.StatusServiceUnavailable)
	case i.Ended || i.Disabled:
		refuse(w, http.StatusForbidden) // [instancedata-data-retrieval]: 403, the service is off
	case token && ok:
		h.putToken(w, r, i)
	default:
		h.get(w, r, i, version, rest)
	}
}

// putToken answers PUT /latest/api/token. Its answer travels as many hops as the
// instance's options say.
func (h *imds) putToken(w http.ResponseWriter, r *http.Request, i *Instance) {
	values := r.Header[headerTTL]
	if len(values) != 1 {
		refuse(w, http.StatusBadRequest)
		return
	}
	ttl, err := strconv.ParseUint(values[0], 10, 32)
	if err != nil || ttl < 1 || ttl > maxTTL {
		refuse(w, http.StatusBadRequest)
		return
	}
	limitHops(r.Context(), i.HopLimit)
	w.Header()[headerTTL] = []string{strconv.FormatUint(ttl, 10)}
	answer(w, plainText, []byte(h.tokens.issue(i.ARN, h.clock().Add(time.Duration(ttl)*time.Second))))
}

// get answers every other request: with a token, or without one where the instance's
// options let it.
func (h *imds) get(w http.ResponseWriter, r *http.Request, i *Instance, version, rest string) {
	credentials := i.Credentials
	switch values := r.Header[headerToken]; {
	case len(values) == 0 && i.V1:
		credentials = i.CredentialsV1
	case len(values) != 1 || !h.tokens.valid(values[0], i.ARN, h.clock()):
		refuse(w, http.StatusUnauthorized)
		return
	}
	if version == "" {
		if rest != "" {
			refuse(w, http.StatusNotFound)
			return
		}
		answer(w, plainText, []byte(versionList))
		return
	}
	text, kind, ok := page{i, credentials}.find(rest)
	if !ok {
		refuse(w, http.StatusNotFound)
		return
	}
	answer(w, kind, text)
}

// Header values, made once.
var (
	serverName  = []string{"EC2ws"}
	plainText   = []string{"text/plain"}
	jsonText    = []string{"application/json"}
	neverCached = []string{"no-store"}
	noSniffing  = []string{"nosniff"}
)

func answer(w http.ResponseWriter, kind []string, text []byte) {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["X-Content-Type-Options"] = kind, neverCached, noSniffing
	w.Write(text)
}

func refuse(w http.ResponseWriter, status int) {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["X-Content-Type-Options"] = plainText, neverCached, noSniffing
	w.WriteHeader(status)
	w.Write([]byte(strconv.Itoa(status) + " - " + http.StatusText(status)))
}

// localHost says whether the request names the host as what only this machine, or this
// network, calls so: a web page whose name was pointed here (DNS rebinding) does not.
func localHost(r *http.Request) bool {
	switch r.Host {
	case "169.254.169.254", "localhost", "[fd00:ec2::254]":
		return true
	}
	if loopback(r.Host) {
		return true
	}
	ip, err := netip.ParseAddr(hostName(r.Host))
	return err == nil && (ip == imdsAddress || ip == imdsAddress6 || ip == localAddress(r))
}

// hostName is a Host header without its port and brackets.
func hostName(host string) string {
	if at := strings.LastIndexByte(host, ':'); at >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:at]
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host, _ = strings.CutSuffix(inner, "]")
	}
	return host
}

// Addresses of AWS's metadata service.
var (
	imdsAddress  = netip.MustParseAddr("169.254.169.254")
	imdsAddress6 = netip.MustParseAddr("fd00:ec2::254")
)

// localAddress is the address that the connection came to.
func localAddress(r *http.Request) netip.Addr {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(interface{ AddrPort() netip.AddrPort })
	if !ok {
		return netip.Addr{}
	}
	return local.AddrPort().Addr().Unmap()
}
