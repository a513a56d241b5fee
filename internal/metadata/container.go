package metadata

import (
	"crypto/subtle"
	"net/http"
	"net/netip"
)

// container is the container credentials endpoint of one instance.
type container struct {
	source Source
	token  string
}

// NewContainerCredentials is the endpoint that AWS_CONTAINER_CREDENTIALS_FULL_URI names,
// for a program on loopback, where any local user could ask: so it answers only to who
// sends the token that AWS_CONTAINER_AUTHORIZATION_TOKEN holds
// [SDKs and Tools Reference Guide, "Container credential provider"].
func NewContainerCredentials(s Source, token string) http.Handler { return &container{s, token} }

// ServeHTTP implements http.Handler, as that of the metadata service does.
func (c *container) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["Server"] = serverName
	switch {
	case !loopback(r.Host) || len(r.Header[headerForwarded]) > 0:
		complain(w, http.StatusForbidden, "Forbidden", "The request did not come from this machine.")
		return
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", "GET")
		complain(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "Credentials are answered to GET.")
		return
	}
	switch authorization := r.Header["Authorization"]; {
	case len(authorization) == 0:
		complain(w, http.StatusUnauthorized, "Unauthorized", "The request has no Authorization header.")
	case len(authorization) > 1 || c.token == "" || subtle.ConstantTimeCompare([]byte(authorization[0]), []byte(c.token)) != 1:
		complain(w, http.StatusForbidden, "Forbidden", "The authorization token is another.")
	default:
		c.answer(w, r)
	}
}

func (c *container) answer(w http.ResponseWriter, r *http.Request) {
	i, err := c.source.Describe(r.Context())
	switch {
	case err != nil || i == nil:
		complain(w, http.StatusServiceUnavailable, "ServiceUnavailable", "The server does not answer. Try again.")
	case i.Ended:
		complain(w, http.StatusForbidden, "Forbidden", "The instance was terminated.")
	case i.Failure != "":
		complain(w, http.StatusForbidden, i.Failure, i.FailureMessage)
	case i.Credentials == nil:
		complain(w, http.StatusNotFound, "NoRole", "The instance has no instance profile with a role.")
	default:
		answer(w, jsonText, i.containerCredentials())
	}
}

func (i *Instance) containerCredentials() []byte {
	c := i.Credentials
	return indented(struct{ RoleArn, AccessKeyId, SecretAccessKey, Token, Expiration string }{
		i.RoleARN, c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.Expires.UTC().Format(iso),
	})
}

// complain answers with the document that SDKs read errors from.
func complain(w http.ResponseWriter, status int, code, message string) {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["X-Content-Type-Options"] = jsonText, neverCached, noSniffing
	w.WriteHeader(status)
	w.Write(indented(struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{code, message}))
}

// loopback says whether a Host header names this machine by itself.
func loopback(host string) bool {
	name := hostName(host)
	if name == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}
