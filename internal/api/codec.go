package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// Response is an answer ready to be written: the codecs make it, the server
// decides when it goes out.
type Response struct {
	Status int
	Header []Field
	Body   []byte
}

// Field is a header field of a Response.
type Field struct{ Name, Value string }

// Form is the form of an answer where a protocol has more than one.
type Form uint8

// The forms.
const (
	Native   Form = iota
	JSONTwin      // a query service's answer as JSON: Accept: application/json
)

// FormOf is the form that the request asks for. IAM and STS answer in JSON when
// the Accept header is application/json; the other protocols have one form.
func FormOf(svc *Service, r *http.Request) Form {
	if svc != nil && svc.Protocol != Query {
		return Native
	}
	accept := r.Header["Accept"]
	if len(accept) == 1 && hasMediaType(accept[0], jsonType) {
		return JSONTwin
	}
	return Native
}

// hasMediaType says whether a Content-Type or Accept header is of that type,
// whatever its parameters.
func hasMediaType(header, mediaType string) bool {
	header, _, _ = strings.Cut(header, ";")
	return strings.EqualFold(strings.TrimSpace(header), mediaType)
}

// DecodeInput reads the operation's input from the request; body is the whole
// body, or nil for a streaming operation. The result is a pointer to the input
// struct, also where the operation has no input. Errors are *Error, in the
// protocol's words. It checks form, not constraints: that is Validate.
func DecodeInput(svc *Service, op *Operation, r *http.Request, body []byte) (any, error) {
	in := op.NewInput()
	if op.Input == nil {
		return in, nil
	}
	var err *Error
	switch v := reflect.ValueOf(in).Elem(); svc.Protocol {
	case Query:
		err = decodeQuery(op.Input, v, r, body)
	case EC2Query:
		err = decodeEC2(op.Input, v, r, body)
	case JSON:
		err = decodeJSON(op.Input, v, r, body)
	case RESTXML, RESTJSON:
		err = decodeREST(svc, op, v, r, body)
	default:
		return nil, fmt.Errorf("%s: no codec for protocol %s", svc.Name, svc.Protocol)
	}
	if err != nil {
		return nil, err
	}
	return in, nil
}

// EncodeOutput makes the answer of a call that went well. The body is appended
// to dst, which may be nil. out is a pointer to the operation's output struct;
// nil is an empty output. An error is a fault of ours: out is not what the
// operation answers.
func EncodeOutput(dst []byte, svc *Service, op *Operation, out any, requestID string, form Form) (Response, error) {
	v, err := outputValue(op, out)
	if err != nil {
		return Response{}, err
	}
	switch svc.Protocol {
	case Query:
		return encodeQuery(dst, svc, op, v, requestID, form), nil
	case EC2Query:
		return encodeEC2(dst, svc, op, v, requestID), nil
	case JSON:
		return encodeJSON(dst, svc, op, v, requestID), nil
	case RESTXML, RESTJSON:
		return encodeREST(dst, svc, op, v, requestID), nil
	}
	return Response{}, fmt.Errorf("%s: no codec for protocol %s", svc.Name, svc.Protocol)
}

// outputValue is the output struct to encode; the zero Value for none.
func outputValue(op *Operation, out any) (reflect.Value, error) {
	v := reflect.ValueOf(out)
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() || op.Output == nil {
		return reflect.Value{}, nil
	}
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct || v.Elem().NumField() != len(op.Output.Members) {
		return reflect.Value{}, fmt.Errorf("%s: %T is not its output", op.Name, out)
	}
	return v.Elem(), nil
}

// EncodeError makes the answer of a call that failed, in the service's protocol;
// a nil service is answered as the query protocols do. The body is appended to
// dst.
func EncodeError(dst []byte, svc *Service, e *Error, requestID string, form Form) Response {
	if svc == nil {
		svc = &Service{Protocol: Query}
	}
	switch svc.Protocol {
	case EC2Query:
		return encodeEC2Error(dst, e, requestID)
	case JSON:
		return encodeJSONError(dst, svc, e, requestID)
	case RESTXML:
		return encodeRESTXMLError(dst, e, requestID)
	case RESTJSON:
		return encodeRESTJSONError(dst, svc, e, requestID)
	}
	return encodeQueryError(dst, svc, e, requestID, form)
}

// Operation finds an operation by name; nil when there is none.
func (s *Service) Operation(name string) *Operation {
	lo, hi := 0, len(s.Operations)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if s.Operations[mid].Name < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(s.Operations) && s.Operations[lo].Name == name {
		return s.Operations[lo]
	}
	return nil
}

// Modelled finds an error of the service's model by its wire code; nil when the
// model has none, as with the errors of authentication.
func (s *Service) Modelled(code string) *ErrorShape {
	for _, op := range s.Operations {
		for _, e := range op.Errors {
			if e.Code == code {
				return e
			}
		}
	}
	return nil
}
