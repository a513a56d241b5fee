package server

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Where no service is known, faults are worded as the request is: in JSON where it
// is one of the JSON protocols, else as the query services do.
var (
	foreignQuery  = &api.Service{Name: "sts", Protocol: api.Query, Namespace: "https://sts.amazonaws.com/doc/2011-06-15/"}
	foreignJSON10 = &api.Service{Protocol: api.JSON, JSONVersion: "1.0"}
	foreignJSON11 = &api.Service{Protocol: api.JSON, JSONVersion: "1.1"}
)

func foreignService(r *http.Request) *api.Service {
	switch contentType := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(contentType, "application/x-amz-json-1.0"):
		return foreignJSON10
	case strings.HasPrefix(contentType, "application/x-amz-json-1.1"):
		return foreignJSON11
	}
	return foreignQuery
}

// scopeWord is how a scope's services and regions look; anything else is not
// repeated.
var scopeWord = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// errNoService: what a signature names stands in the answer, so that whoever has
// pointed another service's client here sees it.
func errNoService(r *http.Request, s *sigv4.Signature) error {
	message := "The request names no operation of a service that is served here."
	if scopeWord.MatchString(s.Service) {
		message = "The request is signed for the service " + s.Service + ", which is not served here."
	}
	if foreignService(r) != foreignQuery {
		return api.Errorf(http.StatusBadRequest, "UnknownOperationException", "%s", message)
	}
	return api.Errorf(http.StatusBadRequest, "InvalidAction", "%s", message)
}
