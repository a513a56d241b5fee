package api

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// target is the value to set: a pointer field gets what it points to.
func target(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Pointer {
		return v
	}
	if v.IsNil() {
		v.Set(reflect.New(v.Type().Elem()))
	}
	return v.Elem()
}

// scalarError says why a text is not a value of its kind, without the text: it
// may be a secret.
type scalarError struct{ words string }

func (e scalarError) Error() string { return e.words }

var (
	errBoolean   = scalarError{"boolean must follow xsd1.1 definition"}
	errInteger   = scalarError{"not an integer"}
	errNumber    = scalarError{"not a number"}
	errBlob      = scalarError{"blob must be base64 encoded"}
	errTimestamp = scalarError{"timestamp must follow ISO8601"}
)

// setText sets a scalar from its text on the wire: a form, a header, an XML
// element.
func setText(v reflect.Value, s *Shape, text string) error {
	switch s.Kind {
	case String:
		target(v).SetString(text)
	case Boolean:
		return setBoolean(v, text)
	case Integer, Long:
		n, err := strconv.ParseInt(text, 10, bits(s.Kind))
		if err != nil {
			return errInteger
		}
		target(v).SetInt(n)
	case Float, Double:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errNumber
		}
		target(v).SetFloat(n)
	case Blob:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return errBlob
		}
		v.SetBytes(b)
	case Timestamp:
		t, err := parseTime(text)
		if err != nil {
			return err
		}
		*(target(v).Addr().Interface().(*time.Time)) = t
	}
	return nil
}

// setBoolean: XML Schema 1.1, part 2, 3.3.2.2, which AWS's own words name.
func setBoolean(v reflect.Value, text string) error {
	switch text {
	case "true", "1":
		target(v).SetBool(true)
	case "false", "0":
		target(v).SetBool(false)
	default:
		return errBoolean
	}
	return nil
}

func bits(k Kind) int {
	if k == Integer {
		return 32
	}
	return 64
}

// parseTime reads AWS's three forms: ISO 8601, seconds since 1970, and the form
// of HTTP headers.
func parseTime(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02", time.RFC1123} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.ContainsAny(text, "xXpP_") {
		return time.Time{}, errTimestamp
	}
	return unixTime(seconds)
}

// unixTime: beyond the year 9999 no form of ours can print it.
func unixTime(seconds float64) (time.Time, error) {
	if math.IsNaN(seconds) || math.Abs(seconds) > 253402300799 {
		return time.Time{}, errTimestamp
	}
	whole, frac := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(frac*1000))*int64(time.Millisecond)).UTC(), nil
}

// Time formats of the models, and S3's variant of ISO 8601.
const (
	isoFormat  = "iso8601"
	unixFormat = "unixTimestamp"
	httpFormat = "rfc822"
	s3Format   = "iso8601.000"
)

func appendTime(dst []byte, t time.Time, format string) []byte {
	t = t.UTC()
	switch format {
	case unixFormat:
		return appendUnix(dst, t.UnixMilli())
	case httpFormat:
		return t.AppendFormat(dst, "Mon, 02 Jan 2006 15:04:05 GMT")
	case s3Format:
		return t.AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	}
	return t.AppendFormat(dst, "2006-01-02T15:04:05Z")
}

// appendUnix writes milliseconds as seconds, with as much of a fraction as there
// is.
func appendUnix(dst []byte, ms int64) []byte {
	if ms < 0 {
		dst, ms = append(dst, '-'), -ms
	}
	dst = strconv.AppendInt(dst, ms/1000, 10)
	if ms %= 1000; ms == 0 {
		return dst
	}
	fraction := strconv.Itoa(int(1000 + ms)) // its first digit holds the zeros
	return append(append(dst, '.'), strings.TrimRight(fraction[1:], "0")...)
}

// appendText appends a scalar that is neither string nor blob as text. v is a
// value or a pointer that is not nil; format is the protocol's time format.
func appendText(dst []byte, v reflect.Value, s *Shape, format string) []byte {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch s.Kind {
	case Boolean:
		return strconv.AppendBool(dst, v.Bool())
	case Integer, Long:
		return strconv.AppendInt(dst, v.Int(), 10)
	case Float, Double:
		return appendFloat(dst, v.Float())
	case Timestamp:
		if s.TimeFormat != "" {
			format = s.TimeFormat
		}
		return appendTime(dst, timeOf(v), format)
	case Blob:
		return base64.StdEncoding.AppendEncode(dst, v.Bytes())
	}
	return append(dst, v.String()...)
}

func timeOf(v reflect.Value) time.Time {
	if v.CanAddr() {
		return *(v.Addr().Interface().(*time.Time))
	}
	return v.Interface().(time.Time)
}

func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// absent says whether an output value is left out: a nil pointer, slice or map.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return v.IsNil()
	}
	return false
}
