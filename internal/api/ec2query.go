package api

import (
	"net/http"
	"reflect"
)

// decodeEC2 reads a request of EC2's query protocol: as decodeQuery, but every
// list is Name.N and members have names of their own.
func decodeEC2(s *Shape, v reflect.Value, r *http.Request, body []byte) *Error {
	return queryDecoder{ec2: true}.decode(s, v, r, body)
}

const (
	ec2Type        = "text/xml;charset=UTF-8"
	xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
)

// encodeEC2 has no wrapper around the members, and requestId comes first.
func encodeEC2(dst []byte, svc *Service, op *Operation, v reflect.Value, requestID string) Response {
	w := xmlWriter{dst: append(dst, xmlDeclaration...), indent: 4, format: s3Format}
	w.openResponse(op.Name, svc.Namespace+"/")
	w.text("requestId", requestID)
	if op.Output != nil {
		w.members(op.Output, v)
	}
	w.closeResponse(op.Name)
	return queryResponse(op.status(), ec2Type, w.dst, requestID)
}

// encodeEC2Error: <RequestID> with a capital D, no namespace, no Type.
func encodeEC2Error(dst []byte, e *Error, requestID string) Response {
	w := xmlWriter{dst: append(dst, xmlDeclaration...)}
	w.open("Response", "")
	w.open("Errors", "")
	w.open("Error", "")
	w.text("Code", e.Code)
	w.text("Message", e.Message)
	for _, m := range e.Members {
		w.text(m.Name, m.Value)
	}
	w.close("Error")
	w.close("Errors")
	w.text("RequestID", requestID)
	w.close("Response")
	return queryResponse(e.Status, ec2Type, w.dst, requestID)
}
