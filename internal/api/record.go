package api

import "reflect"

// hiddenText is what CloudTrail prints for what it hides.
const hiddenText = "HIDDEN_DUE_TO_SECURITY_REASONS"

// AppendRecord appends an input or output as audit records hold it: JSON with
// lower-camel names, without secrets, or null where it has no member.
func AppendRecord(dst []byte, s *Shape, v any) []byte {
	value := reflect.ValueOf(v)
	if s == nil || !value.IsValid() || value.Kind() != reflect.Pointer || value.IsNil() {
		return append(dst, "null"...)
	}
	before := len(dst)
	dst = appendRecordStructure(dst, s, value.Elem())
	if len(dst) == before+2 { // {}
		return append(dst[:before], "null"...)
	}
	return dst
}

func appendRecordStructure(dst []byte, s *Shape, v reflect.Value) []byte {
	dst = append(dst, '{')
	first := true
	for i := range s.Members {
		m := &s.Members[i]
		if absent(v.Field(i)) || m.Shape.Kind == Blob && m.Payload {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(append(dst, '"'), lowerFirst(m.Name)...)
		dst = append(dst, '"', ':')
		dst = appendRecordValue(dst, m.Shape, v.Field(i))
	}
	return append(dst, '}')
}

func appendRecordValue(dst []byte, s *Shape, v reflect.Value) []byte {
	if s.Sensitive {
		return appendJSONString(dst, hiddenText)
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch s.Kind {
	case Structure:
		return appendRecordStructure(dst, s, v)
	case List:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendRecordValue(dst, s.Element, v.Index(i))
		}
		return append(dst, ']')
	case Map:
		dst = append(dst, '{')
		for i, key := range sortedKeys(v) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendJSONString(dst, key.String()), ':')
			dst = appendRecordValue(dst, s.Element, v.MapIndex(key))
		}
		return append(dst, '}')
	case Timestamp:
		return appendJSONString(dst, timeOf(v).UTC().Format("Jan 2, 2006, 3:04:05 PM"))
	}
	return appendJSON(dst, s, v)
}

// AppendJSONString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD.
func AppendJSONString(dst []byte, s string) []byte { return appendJSONString(dst, s) }
