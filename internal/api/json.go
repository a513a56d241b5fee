package api

import (
	"encoding/base64"
	"errors"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// decodeJSON reads a body of the JSON 1.0 and 1.1 protocols. Unknown members are
// ignored; null is absent.
func decodeJSON(s *Shape, v reflect.Value, r *http.Request, body []byte) *Error {
	if !isAmazonJSON(r) {
		return errUnknownOperation()
	}
	return decodeJSONBody(s, v, body)
}

// isAmazonJSON: without application/x-amz-json-1.N AWS finds no operation.
func isAmazonJSON(r *http.Request) bool {
	t := r.Header["Content-Type"]
	return len(t) == 1 && (hasMediaType(t[0], "application/x-amz-json-1.1") || hasMediaType(t[0], "application/x-amz-json-1.0"))
}

func decodeJSONBody(s *Shape, v reflect.Value, body []byte) *Error {
	d := jsonDecoder{jsonReader{data: string(body)}}
	if d.peek() == 0 && d.pos == len(d.data) {
		return nil // no body is an empty input
	}
	err := d.value(s, v)
	if err == nil {
		err = d.end()
	}
	if err == nil {
		return nil
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	// AWS says nothing but the code of a text that is not JSON.
	e := errSerialization("")
	e.Log = err.Error()
	return e
}

func errSerialization(words string) *Error {
	return Errorf(http.StatusBadRequest, "SerializationException", "%s", words)
}

// Words of AWS's for a value of the wrong type.
const (
	wordsList      = "Start of list found where not expected"
	wordsStructure = "Start of structure or map found where not expected."
)

type jsonDecoder struct{ jsonReader }

func (d *jsonDecoder) value(s *Shape, v reflect.Value) error {
	c := d.peek()
	if c == 'n' {
		return d.null(v)
	}
	switch s.Kind {
	case Structure:
		return d.structure(s, v, c)
	case List:
		return d.list(s, v, c)
	case Map:
		return d.mapping(s, v, c)
	}
	switch c {
	case '{':
		return errSerialization(wordsStructure)
	case '[':
		return errSerialization(wordsList)
	}
	return d.scalar(s, v, c)
}

// null leaves a member absent. In a list or map there is no absence.
func (d *jsonDecoder) null(v reflect.Value) error {
	if err := d.literal("null"); err != nil {
		return err
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return nil
	}
	if d.depth == 0 {
		return nil // the whole input
	}
	return errSerialization("Unexpected null in a list or map")
}

func (d *jsonDecoder) structure(s *Shape, v reflect.Value, c byte) error {
	switch c {
	case '{':
	case '[':
		return errSerialization(wordsList)
	default:
		return d.wrong("Expected null")
	}
	v = target(v)
	return d.object(func(name string) error {
		for i := range s.Members {
			if m := &s.Members[i]; m.Wire == name && m.Location == "" {
				return d.value(m.Shape, v.Field(i))
			}
		}
		return d.skip()
	})
}

func (d *jsonDecoder) list(s *Shape, v reflect.Value, c byte) error {
	switch c {
	case '[':
	case '{':
		return errSerialization(wordsStructure)
	default:
		return d.wrong("Expected list or null")
	}
	list := reflect.MakeSlice(v.Type(), 0, 0)
	err := d.array(func() error {
		list = reflect.Append(list, reflect.Zero(v.Type().Elem()))
		return d.value(s.Element, list.Index(list.Len()-1))
	})
	v.Set(list)
	return err
}

func (d *jsonDecoder) mapping(s *Shape, v reflect.Value, c byte) error {
	switch c {
	case '{':
	case '[':
		return errSerialization(wordsList)
	default:
		return d.wrong("Expected map or null")
	}
	m := reflect.MakeMap(v.Type())
	v.Set(m)
	return d.object(func(name string) error {
		element := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(s.Element, element); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(name), element)
		return nil
	})
}

// wrong reads the scalar first: what is not JSON at all has no words.
func (d *jsonDecoder) wrong(words string) error {
	if err := d.skip(); err != nil {
		return err
	}
	return errSerialization(words)
}

func (d *jsonDecoder) scalar(s *Shape, v reflect.Value, c byte) error {
	switch {
	case c == '"' && s.Kind == String:
		text, err := d.text()
		if err != nil {
			return err
		}
		target(v).SetString(text)
		return nil
	case c == '"' && (s.Kind == Blob || s.Kind == Timestamp || s.Kind == Float || s.Kind == Double):
		return d.quoted(s, v)
	case (c == 't' || c == 'f') && s.Kind == Boolean:
		return d.boolean(v, c)
	case c == '"' || c == 't' || c == 'f' || s.Kind == String || s.Kind == Blob || s.Kind == Boolean:
		return d.wrong(tokenName(c) + " can not be converted to " + typeName(s.Kind))
	}
	text, err := d.number()
	if err != nil {
		return err
	}
	return setNumber(s, v, text)
}

func (d *jsonDecoder) boolean(v reflect.Value, c byte) error {
	word := "true"
	if c == 'f' {
		word = "false"
	}
	if err := d.literal(word); err != nil {
		return err
	}
	target(v).SetBool(c == 't')
	return nil
}

// quoted reads the kinds that have a form as text.
func (d *jsonDecoder) quoted(s *Shape, v reflect.Value) error {
	text, err := d.text()
	if err != nil {
		return err
	}
	switch s.Kind {
	case Blob:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return errSerialization("Base64 encoded length is unexpected or has an illegal character")
		}
		v.SetBytes(b)
		return nil
	case Timestamp:
		if s.TimeFormat == isoFormat || s.TimeFormat == httpFormat {
			if setText(v, s, text) == nil {
				return nil
			}
		}
	default:
		if text == "NaN" || text == "Infinity" || text == "-Infinity" {
			f, _ := strconv.ParseFloat(strings.Replace(text, "Infinity", "Inf", 1), 64)
			target(v).SetFloat(f)
			return nil
		}
	}
	return errSerialization("STRING_VALUE can not be converted to " + typeName(s.Kind))
}

func setNumber(s *Shape, v reflect.Value, text string) error {
	switch s.Kind {
	case Integer, Long:
		return setInteger(s, v, text)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return errSerialization("NUMBER_VALUE can not be converted to " + typeName(s.Kind))
	}
	if s.Kind != Timestamp {
		target(v).SetFloat(f)
		return nil
	}
	t, err := unixTime(f)
	if err != nil {
		return errSerialization("NUMBER_VALUE can not be converted to " + typeName(Timestamp))
	}
	*(target(v).Addr().Interface().(*time.Time)) = t
	return nil
}

// setInteger also takes 5.0 and 1e3, which are whole numbers.
func setInteger(s *Shape, v reflect.Value, text string) error {
	n, err := strconv.ParseInt(text, 10, bits(s.Kind))
	if err != nil {
		f, ferr := strconv.ParseFloat(text, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return errSerialization("NUMBER_VALUE can not be converted to " + typeName(s.Kind))
		}
		n = int64(f)
	}
	if s.Kind == Integer && n != int64(int32(n)) {
		return errSerialization("NUMBER_VALUE can not be converted to " + typeName(Integer))
	}
	target(v).SetInt(n)
	return nil
}

func tokenName(c byte) string {
	switch c {
	case '"':
		return "STRING_VALUE"
	case 't':
		return "TRUE_VALUE"
	case 'f':
		return "FALSE_VALUE"
	}
	return "NUMBER_VALUE"
}

func typeName(k Kind) string {
	switch k {
	case Boolean:
		return "a Boolean"
	case Integer:
		return "an Integer"
	case Long:
		return "a Long"
	case Float, Double:
		return "a Double"
	case Blob:
		return "a Blob"
	case Timestamp:
		return "milliseconds since epoch"
	}
	return "a String"
}

func encodeJSON(dst []byte, svc *Service, op *Operation, v reflect.Value, requestID string) Response {
	return jsonResponse(svc, op.status(), appendJSONStructure(dst, op.Output, v), requestID)
}

func jsonResponse(svc *Service, status int, body []byte, requestID string) Response {
	return Response{Status: status, Body: body, Header: []Field{
		{"x-amzn-RequestId", requestID}, {"Content-Type", "application/x-amz-json-" + svc.JSONVersion},
	}}
}

// encodeJSONError: with JSON 1.1 the type is the bare code and modelled faults
// name their message as the model does; with 1.0 the type has the namespace of
// the service, or of the framework for faults that no model has (aws-errors 5).
func encodeJSONError(dst []byte, svc *Service, e *Error, requestID string) Response {
	modelled := svc.Modelled(e.Code)
	message := "message"
	if modelled != nil && modelled.Message != "" {
		message = modelled.Message
	}
	dst = appendJSONString(append(dst, `{"__type":`...), jsonErrorType(svc, e.Code, modelled))
	if e.Message != "" {
		dst = append(appendJSONString(append(dst, ','), message), ':')
		dst = appendJSONString(dst, e.Message)
	}
	dst = append(appendJSONMembers(dst, e.Members), '}')
	return jsonResponse(svc, e.Status, dst, requestID)
}

func jsonErrorType(svc *Service, code string, modelled *ErrorShape) string {
	switch {
	case svc.JSONVersion != "1.0":
		return code
	case modelled == nil:
		return "com.amazon.coral.service#" + code
	}
	return "com.amazonaws." + svc.Name + ".v" + strings.ReplaceAll(svc.Version, "-", "") + "#" + code
}
