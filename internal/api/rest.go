package api

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// decodeREST reads a request whose members lie in the path, the query string,
// headers and the body, as the model's locations say.
func decodeREST(svc *Service, op *Operation, v reflect.Value, r *http.Request, body []byte) *Error {
	in := restRequest{svc: svc, op: op, r: r}
	if err := in.parse(); err != nil {
		return err
	}
	payload, inBody := -1, false
	for i := range op.Input.Members {
		m := &op.Input.Members[i]
		switch {
		case m.Payload:
			payload = i
		case m.Location == "":
			inBody = true
		default:
			if err := in.member(m, v.Field(i)); err != nil {
				return malformedREST(svc, m.Name+": "+err.Error())
			}
		}
	}
	switch {
	case payload >= 0:
		return in.payload(op.Input.Members[payload].Shape, v.Field(payload), body)
	case inBody && len(body) > 0:
		return decodeRESTBody(svc, op.Input, v, r, body)
	}
	return nil
}

func decodeRESTBody(svc *Service, s *Shape, v reflect.Value, r *http.Request, body []byte) *Error {
	if svc.Protocol == RESTXML {
		return decodeXML(s, v, body)
	}
	return decodeRESTJSON(s, v, r, body)
}

// malformedREST is the answer to a member whose text is not of its type.
func malformedREST(svc *Service, words string) *Error {
	if svc.Protocol == RESTXML {
		return Errorf(http.StatusBadRequest, "InvalidArgument", "%s", words)
	}
	return errSerialization(words)
}

type restRequest struct {
	svc    *Service
	op     *Operation
	r      *http.Request
	labels map[string]string
	query  map[string][]string
}

func (in *restRequest) parse() *Error {
	labels, ok := matchURI(in.op.URI, in.r.URL.EscapedPath())
	if !ok {
		return malformedREST(in.svc, "the path is not of this operation")
	}
	in.labels, in.query = labels, map[string][]string{}
	return eachParameter([2]string{in.r.URL.RawQuery}, func(name, value string) *Error {
		in.query[name] = append(in.query[name], value)
		return nil
	})
}

// member reads a member from its place outside the body.
func (in *restRequest) member(m *MemberShape, v reflect.Value) error {
	switch m.Location {
	case "uri":
		if text, ok := in.labels[m.Wire]; ok {
			return setText(v, m.Shape, text)
		}
	case "querystring":
		return in.queryMember(m, v)
	case "header":
		if values := in.r.Header.Values(m.Wire); len(values) > 0 {
			return setHeader(v, m.Shape, values)
		}
	case "headers":
		prefixed(in.r.Header, http.CanonicalHeaderKey(m.Wire), v)
	}
	return nil
}

func (in *restRequest) queryMember(m *MemberShape, v reflect.Value) error {
	values := in.query[m.Wire]
	switch {
	case m.Shape.Kind == Map:
		in.queryMap(m, v)
		return nil
	case len(values) == 0:
		return nil
	case m.Shape.Kind == List:
		return setList(v, m.Shape, values)
	case len(values) > 1:
		return scalarError{"given more than once"}
	}
	return setText(v, m.Shape, values[0])
}

// queryMap takes every parameter that is no other member's.
func (in *restRequest) queryMap(m *MemberShape, v reflect.Value) {
	all := reflect.MakeMap(v.Type())
	for name, values := range in.query {
		if slices.ContainsFunc(in.op.Input.Members, func(o MemberShape) bool { return o.Location == "querystring" && o.Wire == name }) {
			continue
		}
		element := reflect.ValueOf(values)
		if m.Shape.Element.Kind != List {
			element = reflect.ValueOf(values[0])
		}
		all.SetMapIndex(reflect.ValueOf(name), element)
	}
	v.Set(all)
}

func setHeader(v reflect.Value, s *Shape, values []string) error {
	joined := strings.Join(values, ",")
	if s.Kind != List {
		return setText(v, s, strings.TrimSpace(joined))
	}
	parts := strings.Split(joined, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return setList(v, s, parts)
}

func setList(v reflect.Value, s *Shape, texts []string) error {
	list := reflect.MakeSlice(v.Type(), len(texts), len(texts))
	for i, text := range texts {
		if err := setText(list.Index(i), s.Element, text); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

// prefixed collects the headers that begin with the member's prefix: S3's user
// metadata. Names are lower case, as S3 keeps them.
func prefixed(header http.Header, prefix string, v reflect.Value) {
	var found map[string]string
	for name, values := range header {
		if len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			if found == nil {
				found = map[string]string{}
			}
			found[strings.ToLower(name[len(prefix):])] = strings.Join(values, ",")
		}
	}
	if len(found) > 0 {
		v.Set(reflect.ValueOf(found))
	}
}

// payload reads a member that is the whole body. A stream is not read here.
func (in *restRequest) payload(s *Shape, v reflect.Value, body []byte) *Error {
	switch {
	case s.Kind == Blob && body != nil:
		v.SetBytes(body)
	case s.Kind == String && body != nil:
		target(v).SetString(string(body))
	case s.Kind == Structure && len(body) > 0:
		return decodeRESTBody(in.svc, s, target(v), in.r, body)
	}
	return nil
}

// matchURI reads the labels of a template such as /{Bucket}/{Key+}?acl from an
// escaped path. A label with + takes the rest of the path, slashes too.
func matchURI(template, path string) (map[string]string, bool) {
	template, _, _ = strings.Cut(template, "?")
	labels := map[string]string{}
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	for i, part := range want {
		if i >= len(have) {
			return nil, false
		}
		text := have[i]
		name, isLabel := strings.CutPrefix(part, "{")
		if !isLabel {
			if part != text {
				return nil, false
			}
			continue
		}
		name = strings.TrimSuffix(name, "}")
		greedy := strings.HasSuffix(name, "+")
		if greedy {
			name, text = strings.TrimSuffix(name, "+"), strings.Join(have[i:], "/")
		}
		label, err := url.PathUnescape(text)
		if err != nil || label == "" {
			return nil, false
		}
		labels[name] = label
		if greedy {
			return labels, true
		}
	}
	return labels, len(have) == len(want) || len(have) == len(want)+1 && have[len(want)] == ""
}

// encodeREST puts the output's members where the model says.
func encodeREST(dst []byte, svc *Service, op *Operation, v reflect.Value, requestID string) Response {
	out := Response{Status: op.status(), Header: []Field{{requestIDHeader(svc), requestID}}}
	if !v.IsValid() {
		return out
	}
	payload, inBody := -1, false
	for i := range op.Output.Members {
		m := &op.Output.Members[i]
		switch {
		case m.Payload:
			payload = i
		case m.Location == "":
			inBody = true
		case !absent(v.Field(i)):
			out.place(m, v.Field(i))
		}
	}
	switch {
	case payload >= 0:
		out.payload(dst, svc, &op.Output.Members[payload], v.Field(payload))
	case inBody:
		out.body(dst, svc, rootName(op), op.Output, v, svc.Namespace)
	}
	return out
}

func requestIDHeader(svc *Service) string {
	if svc.Protocol == RESTXML {
		return "x-amz-request-id"
	}
	return "x-amzn-RequestId"
}

// rootName of an XML body: the models do not give it for outputs, so what the
// operation's row says goes before the shape's name.
func rootName(op *Operation) string {
	if op.ResultWrapper != "" {
		return op.ResultWrapper
	}
	return op.Output.Name
}

// place puts a member into the status line or the header.
func (out *Response) place(m *MemberShape, v reflect.Value) {
	switch m.Location {
	case "statusCode":
		out.Status = int(reflect.Indirect(v).Int())
	case "header":
		out.Header = append(out.Header, Field{m.Wire, headerText(m.Shape, v)})
	case "headers":
		for _, key := range sortedKeys(v) {
			out.Header = append(out.Header, Field{m.Wire + key.String(), v.MapIndex(key).String()})
		}
	}
}

func headerText(s *Shape, v reflect.Value) string {
	switch s.Kind {
	case List:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = headerText(s.Element, v.Index(i))
		}
		return strings.Join(parts, ",")
	case Blob:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	return string(appendText(nil, v, s, httpFormat))
}

func (out *Response) payload(dst []byte, svc *Service, m *MemberShape, v reflect.Value) {
	switch {
	case absent(v):
		out.Body = dst
	case m.Shape.Kind == Blob:
		out.Body = append(dst, v.Bytes()...)
	case m.Shape.Kind == String:
		out.Body = append(dst, v.Elem().String()...)
	default:
		namespace := m.Namespace
		if namespace == "" {
			namespace = svc.Namespace
		}
		out.body(dst, svc, m.Wire, m.Shape, v.Elem(), namespace)
	}
}

// body writes members as the body, in XML or JSON.
func (out *Response) body(dst []byte, svc *Service, root string, s *Shape, v reflect.Value, namespace string) {
	if svc.Protocol == RESTJSON {
		out.Header = append(out.Header, Field{"Content-Type", jsonType})
		out.Body = appendJSONStructure(dst, s, v)
		return
	}
	out.Header = append(out.Header, Field{"Content-Type", "application/xml"})
	w := xmlWriter{dst: append(dst, xmlDeclaration...), format: s3Format}
	w.structure(root, s, v, namespace)
	out.Body = w.dst
}
