package api

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// decodeREST reads a request whose members lie in the path, the query string,
// headers and the body, as the model's locations say.
func decodeREST(svc *Service, op *Operation, v reflect.Value, r *http.Request, body []byte) *Error {
	in := restRequest{svc: svc, plan: svc.plan(op), r: r}
	if err := in.path(v, r.URL.EscapedPath()); err != nil {
		return err
	}
	if err := in.queryMembers(v); err != nil {
		return err
	}
	if err := in.headers(v); err != nil {
		return err
	}
	switch p := in.plan; {
	case p.payload >= 0:
		return in.payload(op.Input.Members[p.payload].Shape, v.Field(p.payload), body)
	case p.inBody && len(body) > 0:
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
	svc  *Service
	plan *plan
	r    *http.Request
}

func (in *restRequest) bad(m *MemberShape, why error) *Error {
	return malformedREST(in.svc, m.Name+": "+why.Error())
}

// path reads the labels of the operation's template from an escaped path.
func (in *restRequest) path(v reflect.Value, path string) *Error {
	if !in.plan.fits(path) {
		return in.notThePath()
	}
	rest := path[1:]
	for i := range in.plan.path {
		part, text := &in.plan.path[i], rest
		if !part.greedy {
			text, rest, _ = strings.Cut(rest, "/")
		}
		if part.member < 0 {
			continue
		}
		label, err := unescapePath(text)
		if err != nil {
			return in.notThePath()
		}
		m := &in.plan.op.Input.Members[part.member]
		if err := setText(v.Field(part.member), m.Shape, label); err != nil {
			return in.bad(m, err)
		}
	}
	return nil
}

func (in *restRequest) notThePath() *Error {
	return malformedREST(in.svc, "the path is not of this operation")
}

// unescapePath allocates only where there is something to decode.
func unescapePath(text string) (string, error) {
	if strings.IndexByte(text, '%') < 0 {
		return text, nil
	}
	return url.PathUnescape(text)
}

// queryMembers reads the parameters of the query. Of one that is given twice nobody
// knows which is meant; those that no member has say nothing.
func (in *restRequest) queryMembers(v reflect.Value) *Error {
	if in.r.URL.RawQuery == "" && len(in.plan.catchAll) == 0 {
		return nil
	}
	var seen bitset
	var others map[string][]string
	if len(in.plan.catchAll) > 0 {
		others = map[string][]string{}
	}
	err := eachParameter([2]string{in.r.URL.RawQuery}, func(name, value string) *Error {
		i, known := in.plan.query[name]
		if !known {
			if others != nil {
				others[name] = append(others[name], value)
			}
			return nil
		}
		return in.queryMember(v, i, name, value, &seen)
	})
	for _, i := range in.plan.catchAll {
		in.queryMap(&in.plan.op.Input.Members[i], v.Field(i), others)
	}
	return err
}

// queryMember reads one parameter; i is beyond the members for a literal of the template.
func (in *restRequest) queryMember(v reflect.Value, i int, name, value string, seen *bitset) *Error {
	again := seen.get(i)
	seen.set(i)
	if members := in.plan.op.Input.Members; i < len(members) {
		m := &members[i]
		switch {
		case m.Shape.Kind == List:
			if err := appendOne(v.Field(i), m.Shape, value); err != nil {
				return in.bad(m, err)
			}
			return nil
		case again:
			return in.bad(m, scalarError{"given more than once"})
		}
		if err := setText(v.Field(i), m.Shape, value); err != nil {
			return in.bad(m, err)
		}
		return nil
	}
	if again {
		return malformedREST(in.svc, name+": given more than once")
	}
	return nil
}

// appendOne appends one value to a list.
func appendOne(v reflect.Value, s *Shape, text string) error {
	v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	return setText(v.Index(v.Len()-1), s.Element, text)
}

// queryMap takes every parameter that is no other member's.
func (in *restRequest) queryMap(m *MemberShape, v reflect.Value, others map[string][]string) {
	all := reflect.MakeMap(v.Type())
	for name, values := range others {
		element := reflect.ValueOf(values)
		if m.Shape.Element.Kind != List {
			element = reflect.ValueOf(values[0])
		}
		all.SetMapIndex(reflect.ValueOf(name), element)
	}
	v.Set(all)
}

// headers reads the members that lie in the header.
func (in *restRequest) headers(v reflect.Value) *Error {
	for _, i := range in.plan.inHeader {
		m := &in.plan.op.Input.Members[i]
		if m.Location == "headers" {
			prefixed(in.r.Header, in.plan.headers[i], v.Field(i))
			continue
		}
		values := in.r.Header[in.plan.headers[i]]
		if len(values) == 0 {
			continue
		}
		if len(values) > 1 && m.Shape.Kind != List && in.svc.Protocol == RESTXML {
			return in.bad(m, scalarError{"given more than once"})
		}
		if err := setHeader(v.Field(i), m.Shape, values); err != nil {
			return in.bad(m, err)
		}
	}
	return nil
}

func setHeader(v reflect.Value, s *Shape, values []string) error {
	joined := values[0]
	if len(values) > 1 {
		joined = strings.Join(values, ",")
	}
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
	if root := s3Roots[op.Action]; root != "" {
		return root
	}
	return op.Output.Name
}

// s3Roots are the root elements in the response syntax of S3's pages, where they are not
// the name of the output [API_ListObjectsV2, API_DeleteObjects …].
var s3Roots = map[string]string{
	"s3:CompleteMultipartUpload": "CompleteMultipartUploadResult",
	"s3:CreateMultipartUpload":   "InitiateMultipartUploadResult",
	"s3:CreateSession":           "CreateSessionResult",
	"s3:DeleteObjects":           "DeleteResult",
	"s3:GetBucketAcl":            "AccessControlPolicy",
	"s3:GetBucketTagging":        "Tagging",
	"s3:GetBucketVersioning":     "VersioningConfiguration",
	"s3:GetObjectAcl":            "AccessControlPolicy",
	"s3:GetObjectAttributes":     "GetObjectAttributesResponse",
	"s3:GetObjectTagging":        "Tagging",
	"s3:ListBuckets":             "ListAllMyBucketsResult",
	"s3:ListMultipartUploads":    "ListMultipartUploadsResult",
	"s3:ListObjectVersions":      "ListVersionsResult",
	"s3:ListObjects":             "ListBucketResult",
	"s3:ListObjectsV2":           "ListBucketResult",
	"s3:ListParts":               "ListPartsResult",
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
