package api

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// DecodeAnswer reads a successful answer into the operation's output struct. body is
// nil where the payload is a stream. S3 answers some operations with 200 before it
// knows how they end (CopyObject, CompleteMultipartUpload): an error in the body is
// returned as an *Error [API_CopyObject, "Response and special errors"]. Any other
// error says that the answer is none of the operation.
func DecodeAnswer(svc *Service, op *Operation, status int, header http.Header, body []byte) (any, error) {
	if svc.Protocol != RESTXML {
		return nil, fmt.Errorf("%s: answers of protocol %s are not read here", op.Name, svc.Protocol)
	}
	out := op.NewOutput()
	if e := errorInAnswer(body); e != nil {
		return nil, e
	}
	if op.Output == nil {
		return out, nil
	}
	if err := decodeAnswer(op, reflect.ValueOf(out).Elem(), status, header, body); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", op.Name, err)
	}
	return out, nil
}

func decodeAnswer(op *Operation, v reflect.Value, status int, header http.Header, body []byte) error {
	inBody := false
	for i := range op.Output.Members {
		m := &op.Output.Members[i]
		switch {
		case m.Payload:
			if err := answerPayload(m.Shape, v.Field(i), body); err != nil {
				return err
			}
		case m.Location == "":
			inBody = true
		default:
			if err := answerMember(m, v.Field(i), status, header); err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
		}
	}
	if inBody && len(body) > 0 {
		return noError(decodeXML(op.Output, v, body))
	}
	return nil
}

// answerMember reads a member from the status line or the header.
func answerMember(m *MemberShape, v reflect.Value, status int, header http.Header) error {
	switch m.Location {
	case "statusCode":
		target(v).SetInt(int64(status))
	case "header":
		if values := header.Values(m.Wire); len(values) > 0 {
			return setHeader(v, m.Shape, values)
		}
	case "headers":
		prefixed(header, http.CanonicalHeaderKey(m.Wire), v)
	}
	return nil
}

func answerPayload(s *Shape, v reflect.Value, body []byte) error {
	switch {
	case len(body) == 0:
	case s.Kind == Blob:
		v.SetBytes(body)
	case s.Kind == String:
		target(v).SetString(string(body))
	default:
		return noError(decodeXML(s, target(v), body))
	}
	return nil
}

// errorInAnswer finds an error where an answer should be.
func errorInAnswer(body []byte) *Error {
	if !bytes.Contains(body[:min(len(body), 512)], []byte("<Error")) {
		return nil
	}
	var e struct {
		XMLName xml.Name
		Code    string
		Message string
	}
	if err := xml.Unmarshal(body, &e); err != nil || e.XMLName.Local != "Error" || e.Code == "" {
		return nil
	}
	status := http.StatusInternalServerError
	if e.Code == "SlowDown" || e.Code == "ServiceUnavailable" {
		status = http.StatusServiceUnavailable
	}
	return &Error{Code: strings.TrimSpace(e.Code), Status: status, Message: e.Message}
}
