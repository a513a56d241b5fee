package api

import (
	"bytes"
	"net/http"
	"strings"
)

// Registry knows the services that are served on the API listener. It is fixed
// once made.
type Registry struct {
	services []*Service
	byScope  map[string][]*Service // by what they sign as, and by their own names
	byTarget map[string]*Service
}

// NewRegistry makes a registry of those services.
func NewRegistry(services ...*Service) *Registry {
	r := &Registry{services: services, byScope: map[string][]*Service{}, byTarget: map[string]*Service{}}
	for _, s := range services {
		for _, name := range s.SigningNames() {
			r.byScope[name] = append(r.byScope[name], s)
		}
		if s.TargetPrefix != "" {
			r.byTarget[s.TargetPrefix] = s
		}
	}
	return r
}

// Services are all services, in the order that NewRegistry got them.
func (g *Registry) Services() []*Service { return g.services }

// Service finds a service by its signing name; nil when it is not served.
func (g *Registry) Service(name string) *Service {
	if all := g.byScope[name]; len(all) > 0 {
		return all[0]
	}
	return nil
}

// Scoped is the service that a request is signed for. Where several sign as one, it
// is the REST service that has a route for the request, else the first.
func (g *Registry) Scoped(name string, r *http.Request) *Service {
	all := g.byScope[name]
	for _, svc := range all[min(1, len(all)):] {
		if svc.IsREST() && svc.Route(r) != nil {
			return svc
		}
	}
	return g.Service(name)
}

// Find says which operation a request calls. scopeService is the service of the
// signature's credential scope, empty when there is none or it is not known yet:
// it goes before X-Amz-Target, and that before Action and Version (contract.md,
// "One port, many services"). The operation of a REST service lies in method and
// path; an unsigned request of one is not found here.
//
// The service is given with an error too when it is known, so that the error can
// be worded in its protocol. Nothing found at all is nil, nil, nil: the caller
// goes on with host and path.
func (g *Registry) Find(r *http.Request, body []byte, scopeService string) (*Service, *Operation, error) {
	if svc := g.Scoped(scopeService, r); svc != nil {
		op, err := g.FindIn(svc, r, body)
		return svc, op, err
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		prefix, _, _ := strings.Cut(target, ".")
		if svc := g.byTarget[prefix]; svc != nil {
			op, err := g.FindIn(svc, r, body)
			return svc, op, err
		}
	}
	return g.byAction(r, body)
}

// Targeted says whether X-Amz-Target names one of the services.
func (g *Registry) Targeted(r *http.Request) bool {
	prefix, _, found := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return found && g.byTarget[prefix] != nil
}

// HasAction says whether the query names an action, as the query services' do.
func (g *Registry) HasAction(r *http.Request) bool {
	action, _, err := actionOf(r, nil)
	return err != nil || action != ""
}

// FindIn finds the operation of a service that is known.
func (g *Registry) FindIn(svc *Service, r *http.Request, body []byte) (*Operation, error) {
	switch svc.Protocol {
	case JSON:
		prefix, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if op := svc.Operation(name); op != nil && prefix == svc.TargetPrefix && isAmazonJSON(r) && r.Method == http.MethodPost {
			return op, nil
		}
		return nil, errUnknownOperation()
	case Query, EC2Query:
		action, version, err := actionOf(r, body)
		if err != nil {
			return nil, err
		}
		return findAction(svc, action, version)
	}
	if op := svc.Route(r); op != nil {
		return op, nil
	}
	return nil, errNoRoute(svc)
}

// errNoRoute: S3's "List of error codes", or what the JSON protocols answer.
func errNoRoute(svc *Service) *Error {
	if svc.Protocol == RESTJSON {
		return &Error{Code: "UnknownOperationException", Status: http.StatusNotFound}
	}
	return Errorf(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
}

func findAction(svc *Service, action, version string) (*Operation, error) {
	switch {
	case action == "":
		return nil, errMissingAction()
	case version == svc.Version || svc.Protocol == EC2Query && version != "":
		// EC2 keeps its old versions alive.
		if op := svc.Operation(action); op != nil {
			return op, nil
		}
	}
	return nil, errInvalidAction(svc, action, version)
}

// byAction finds an unsigned query request, or one signed for a service that we
// do not know, by action and version.
func (g *Registry) byAction(r *http.Request, body []byte) (*Service, *Operation, error) {
	action, version, err := actionOf(r, body)
	if err != nil || action == "" {
		return nil, nil, noError(err)
	}
	for _, svc := range g.services {
		if (svc.Protocol == Query || svc.Protocol == EC2Query) && svc.Version == version {
			op, err := findAction(svc, action, version)
			return svc, op, err
		}
	}
	return nil, nil, errInvalidAction(&Service{Protocol: Query}, action, version)
}

// noError keeps a nil *Error from becoming an error that is not nil.
func noError(e *Error) error {
	if e == nil {
		return nil
	}
	return e
}

// errMissingAction: IAM API Reference, Common Errors.
func errMissingAction() *Error {
	return Errorf(http.StatusBadRequest, "MissingAction", "The request is missing an action or a required parameter.")
}

const codeInvalidAction = "InvalidAction"

// errInvalidAction: the words are AWS's (django-ses/django-ses#158 and, for EC2,
// cognitect-labs/aws-api#6).
func errInvalidAction(svc *Service, action, version string) *Error {
	action, version = shorten(action, maxName), shorten(version, maxName)
	if svc.Protocol == EC2Query {
		return Errorf(http.StatusBadRequest, codeInvalidAction, "The action %s is not valid for this web service.", action)
	}
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	return Errorf(http.StatusBadRequest, codeInvalidAction, "Could not find operation %s for version %s", action, version)
}

// actionOf reads Action and Version from the URL's query and a form. Either one
// twice is refused, as errTwice says.
func actionOf(r *http.Request, body []byte) (action, version string, err *Error) {
	texts := [2][]byte{nil, nil}
	if r.URL.RawQuery != "" {
		texts[0] = []byte(r.URL.RawQuery)
	}
	if len(body) > 0 && isForm(r) {
		texts[1] = body
	}
	var seenAction, seenVersion bool
	for _, text := range texts {
		for len(text) > 0 {
			var pair []byte
			pair, text, _ = bytes.Cut(text, []byte{'&'})
			name, value, _ := bytes.Cut(pair, []byte{'='})
			var into *string
			var seen *bool
			switch {
			case parameterIs(name, "Action"):
				into, seen = &action, &seenAction
			case parameterIs(name, "Version"):
				into, seen = &version, &seenVersion
			default:
				continue
			}
			decoded, ok := unescape(string(value))
			switch {
			case !ok:
				return "", "", errQueryString()
			case *seen:
				return "", "", errTwice(string(name))
			}
			*into, *seen = decoded, true
		}
	}
	return action, version, nil
}

// parameterIs compares a name that may be escaped.
func parameterIs(raw []byte, name string) bool {
	if string(raw) == name {
		return true
	}
	if bytes.IndexByte(raw, '%') < 0 {
		return false
	}
	decoded, ok := unescape(string(raw))
	return ok && decoded == name
}
