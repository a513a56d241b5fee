package api

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
)

// decodeXML reads an XML body. The root's name is not looked at, as S3 does not;
// unknown elements are skipped; a document type is refused.
func decodeXML(s *Shape, v reflect.Value, body []byte) *Error {
	d := xmlDecoder{Decoder: xml.NewDecoder(bytes.NewReader(body))}
	if err := d.document(s, v); err != nil {
		return errMalformedXML(err.Error())
	}
	return nil
}

func errMalformedXML(why string) *Error {
	e := Errorf(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
	e.Log = why
	return e
}

type xmlDecoder struct {
	*xml.Decoder
	depth int
}

var (
	errXMLType  = errors.New("an element of the wrong kind")
	errXMLTwice = errors.New("an element twice")
	errXMLDeep  = errors.New("nested too deeply")
	errXMLEntry = errors.New("an entry without key or value")
	errXMLDoc   = errors.New("a document type")
)

func (d *xmlDecoder) document(s *Shape, v reflect.Value) error {
	root := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && root {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.Directive:
			return errXMLDoc
		case xml.StartElement:
			if root {
				return errXMLTwice
			}
			root = true
			if err := d.value(s, v, t); err != nil {
				return err
			}
		}
	}
}

// value reads the element that start begins, its end included.
func (d *xmlDecoder) value(s *Shape, v reflect.Value, start xml.StartElement) error {
	if d.depth++; d.depth > maxDepth {
		return errXMLDeep
	}
	defer func() { d.depth-- }()
	switch s.Kind {
	case Structure:
		return d.structure(s, target(v), start)
	case List:
		return d.list(s, v)
	case Map:
		return d.mapping(s, v)
	}
	text, err := d.text()
	if err != nil {
		return err
	}
	if s.Kind != String {
		text = strings.TrimSpace(text)
	}
	return setText(v, s, text)
}

// children calls f for every element up to the end of this one.
func (d *xmlDecoder) children(f func(xml.StartElement) error) error {
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.Directive:
			return errXMLDoc
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := f(t); err != nil {
				return err
			}
		}
	}
}

// text reads the text up to the end of this element.
func (d *xmlDecoder) text() (string, error) {
	var b []byte
	for {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.CharData:
			b = append(b, t...)
		case xml.EndElement:
			return string(b), nil
		case xml.StartElement, xml.Directive:
			return "", errXMLType
		}
	}
}

func (d *xmlDecoder) structure(s *Shape, v reflect.Value, start xml.StartElement) error {
	if err := d.attributes(s, v, start); err != nil {
		return err
	}
	return d.children(func(child xml.StartElement) error {
		for i := range s.Members {
			m := &s.Members[i]
			if m.Location != "" || m.Attribute {
				continue
			}
			if m.Shape.Kind == List && m.Shape.Flattened {
				if child.Name.Local == m.Shape.ElementName || m.Shape.ElementName == "" && child.Name.Local == m.Wire {
					return d.element(m.Shape, v.Field(i), child)
				}
				continue
			}
			if child.Name.Local != m.Wire {
				continue
			}
			if m.Shape.Kind == Map && m.Shape.Flattened {
				return d.entry(m.Shape, v.Field(i))
			}
			if !absent(v.Field(i)) {
				return errXMLTwice
			}
			return d.value(m.Shape, v.Field(i), child)
		}
		return d.skip()
	})
}

// skip reads an element that no member has, bounded as the others.
func (d *xmlDecoder) skip() error {
	if d.depth++; d.depth > maxDepth {
		return errXMLDeep
	}
	defer func() { d.depth-- }()
	return d.children(func(xml.StartElement) error { return d.skip() })
}

// attributes: the model writes them with a prefix, xsi:type, which stands for
// any name space.
func (d *xmlDecoder) attributes(s *Shape, v reflect.Value, start xml.StartElement) error {
	for i := range s.Members {
		m := &s.Members[i]
		if !m.Attribute {
			continue
		}
		name := m.Wire[strings.IndexByte(m.Wire, ':')+1:]
		for _, a := range start.Attr {
			if a.Name.Local == name {
				if !absent(v.Field(i)) {
					return errXMLTwice
				}
				if err := setText(v.Field(i), m.Shape, a.Value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *xmlDecoder) list(s *Shape, v reflect.Value) error {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	return d.children(func(child xml.StartElement) error {
		if child.Name.Local != s.ElementName {
			return d.skip()
		}
		return d.element(s, v, child)
	})
}

func (d *xmlDecoder) element(s *Shape, v reflect.Value, child xml.StartElement) error {
	v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	return d.value(s.Element, v.Index(v.Len()-1), child)
}

func (d *xmlDecoder) mapping(s *Shape, v reflect.Value) error {
	v.Set(reflect.MakeMap(v.Type()))
	return d.children(func(child xml.StartElement) error {
		if child.Name.Local != "entry" {
			return d.skip()
		}
		return d.entry(s, v)
	})
}

func (d *xmlDecoder) entry(s *Shape, v reflect.Value) error {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	var key *string
	var element reflect.Value
	err := d.children(func(child xml.StartElement) error {
		switch child.Name.Local {
		case s.KeyName:
			if key != nil {
				return errXMLTwice
			}
			text, err := d.text()
			key = &text
			return err
		case s.ValueName:
			if element.IsValid() {
				return errXMLTwice
			}
			element = reflect.New(v.Type().Elem()).Elem()
			return d.value(s.Element, element, child)
		}
		return d.skip()
	})
	switch {
	case err != nil:
		return err
	case key == nil || !element.IsValid():
		return errXMLEntry
	case v.MapIndex(reflect.ValueOf(*key)).IsValid():
		return errXMLTwice
	}
	v.SetMapIndex(reflect.ValueOf(*key), element)
	return nil
}

// encodeRESTXMLError is S3's error: a declaration, no namespace, no Type, and
// the ids once more at the end.
func encodeRESTXMLError(dst []byte, e *Error, requestID string) Response {
	w := xmlWriter{dst: append(dst, xmlDeclaration...)}
	w.open("Error", "")
	w.text("Code", e.Code)
	w.text("Message", e.Message)
	for _, m := range e.Members {
		w.text(m.Name, m.Value)
	}
	w.text("RequestId", requestID)
	w.text("HostId", requestID)
	w.close("Error")
	return Response{Status: e.Status, Body: w.dst, Header: []Field{
		{"x-amz-request-id", requestID}, {"x-amz-id-2", requestID}, {"Content-Type", "application/xml"},
	}}
}
