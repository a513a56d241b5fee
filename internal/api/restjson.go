package api

import (
	"net/http"
	"reflect"
)

// decodeRESTJSON reads the JSON body of a REST-JSON request. A Content-Type, if
// there is one, must be JSON's.
func decodeRESTJSON(s *Shape, v reflect.Value, r *http.Request, body []byte) *Error {
	if t := r.Header.Get("Content-Type"); t != "" && !hasMediaType(t, jsonType) {
		return Errorf(http.StatusUnsupportedMediaType, "UnsupportedMediaTypeException", "The Content-Type of the request is not %s.", jsonType)
	}
	return decodeJSONBody(s, v, body)
}

// encodeRESTJSONError: the code is in a header, the message in the body.
func encodeRESTJSONError(dst []byte, svc *Service, e *Error, requestID string) Response {
	message := "message"
	if modelled := svc.Modelled(e.Code); modelled != nil && modelled.Message != "" {
		message = modelled.Message
	}
	dst = append(appendJSONString(append(dst, '{'), message), ':')
	dst = append(appendJSONMembers(appendJSONString(dst, e.Message), e.Members), '}')
	return Response{Status: e.Status, Body: dst, Header: []Field{
		{"x-amzn-RequestId", requestID}, {"x-amzn-ErrorType", e.Code}, {"Content-Type", jsonType},
	}}
}
