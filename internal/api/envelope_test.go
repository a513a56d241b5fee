package api_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// eachModelledError calls f once for every code of every service.
func eachModelledError(f func(svc *api.Service, e *api.Error)) {
	for _, svc := range append(services, ec2, files, notes, everything) {
		seen := map[string]bool{"AccessDenied": true}
		f(svc, &api.Error{Code: "AccessDenied", Status: 403, Message: text})
		for _, op := range svc.Operations {
			for _, e := range op.Errors {
				if !seen[e.Code] {
					seen[e.Code] = true
					f(svc, &api.Error{Code: e.Code, Status: e.Status, Fault: e.Fault, Message: text, Members: []api.Member{{Name: "Reason", Value: text}}})
				}
			}
		}
	}
}

// text has what each format must escape.
const text = "a \"quoted\" <b>&amp;\\ 'word' \U0001F422\n\t]]>"

type xmlError struct {
	Type, Code, Message, Reason string
}

// TestEveryError: an independent parser reads back code, message and members of
// every error of every service in every form.
func TestEveryError(t *testing.T) {
	n := 0
	eachModelledError(func(svc *api.Service, e *api.Error) {
		n++
		r := api.EncodeError(nil, svc, e, requestID, api.Native)
		var got xmlError
		var err error
		switch svc.Protocol {
		case api.Query:
			doc := struct {
				XMLName   xml.Name
				Error     xmlError
				RequestId string
			}{}
			err = xml.Unmarshal(r.Body, &doc)
			got = doc.Error
			if doc.RequestId != requestID || doc.XMLName.Space != svc.Namespace || (got.Type == "Receiver") != e.Fault {
				t.Errorf("%s: %s", e.Code, r.Body)
			}
			checkTwin(t, svc, e)
		case api.EC2Query:
			doc := struct {
				Errors    struct{ Error xmlError }
				RequestID string
			}{}
			err = xml.Unmarshal(r.Body, &doc)
			got = doc.Errors.Error
		case api.RESTXML:
			err = xml.Unmarshal(r.Body, &got)
		default:
			got = jsonError(t, r)
		}
		reason := ""
		if len(e.Members) > 0 {
			reason = text
		}
		if err != nil || got.Code != e.Code || got.Message != text || got.Reason != reason || r.Status != e.Status {
			t.Errorf("%s %s: %v\n%s", svc.ID, e.Code, err, r.Body)
		}
		for _, f := range r.Header {
			if strings.ContainsAny(f.Value, "\r\n") || f.Value == "" {
				t.Errorf("%s %s: header %q", svc.ID, e.Code, f)
			}
		}
	})
	if n < 100 {
		t.Errorf("only %d errors", n)
	}
}

func checkTwin(t *testing.T, svc *api.Service, e *api.Error) {
	t.Helper()
	r := api.EncodeError(nil, svc, e, requestID, api.JSONTwin)
	doc := struct {
		Error     xmlError
		RequestId string
	}{}
	if err := json.Unmarshal(r.Body, &doc); err != nil || doc.Error.Code != e.Code || doc.Error.Message != text || doc.RequestId != requestID {
		t.Errorf("%s: %v in %s", e.Code, err, r.Body)
	}
}

// jsonError reads an error of the JSON protocols as the SDKs do: the code from
// the type after # or from the header, the message under either name.
func jsonError(t *testing.T, r api.Response) xmlError {
	t.Helper()
	var doc map[string]string
	if err := json.Unmarshal(r.Body, &doc); err != nil {
		t.Fatalf("%v in %s", err, r.Body)
	}
	e := xmlError{Code: doc["__type"], Message: doc["message"] + doc["Message"], Reason: doc["Reason"]}
	if _, name, ok := strings.Cut(e.Code, "#"); ok {
		e.Code = name
	}
	for _, f := range r.Header {
		if f.Name == "x-amzn-ErrorType" {
			e.Code = f.Value
		}
	}
	return e
}

// Every operation without a handler says so in its own protocol.
func TestEveryOperationNotImplemented(t *testing.T) {
	for _, svc := range services {
		for _, op := range svc.Operations {
			e := api.NotImplemented(op)
			r := api.EncodeError(nil, svc, e, requestID, api.Native)
			if r.Status != 501 || e.Code != "NotImplemented" || !strings.Contains(string(r.Body), "The operation "+op.Name+" is not implemented.") {
				t.Errorf("%s:%s: %d %s", svc.ID, op.Name, r.Status, r.Body)
			}
		}
	}
}

// A service of a protocol that has no codec is a fault of ours, not a panic.
func TestUnknownProtocol(t *testing.T) {
	svc := &api.Service{Name: "odd", Protocol: "smoke"}
	op := everything.Operations[0]
	if _, err := api.DecodeInput(svc, op, form(), nil); err == nil {
		t.Error("decoded")
	}
	if _, err := api.EncodeOutput(nil, svc, op, &all{}, requestID, api.Native); err == nil {
		t.Error("encoded")
	}
}
