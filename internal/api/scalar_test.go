package api

import (
	"reflect"
	"testing"
	"time"
)

// TestTime: the models' three forms, read and written.
func TestTime(t *testing.T) {
	for _, c := range []struct{ in, iso, unix, s3, rfc string }{
		{"2026-11-24T14:00:00Z", "2026-11-24T14:00:00Z", "1795528800", "2026-11-24T14:00:00.000Z", "Tue, 24 Nov 2026 14:00:00 GMT"},
		{"2026-11-24T15:00:00+01:00", "2026-11-24T14:00:00Z", "1795528800", "2026-11-24T14:00:00.000Z", "Tue, 24 Nov 2026 14:00:00 GMT"},
		{"2026-11-24T15:00:00+0100", "2026-11-24T14:00:00Z", "1795528800", "2026-11-24T14:00:00.000Z", "Tue, 24 Nov 2026 14:00:00 GMT"},
		{"2026-11-24T14:00Z", "2026-11-24T14:00:00Z", "1795528800", "2026-11-24T14:00:00.000Z", "Tue, 24 Nov 2026 14:00:00 GMT"},
		{"2026-11-24", "2026-11-24T00:00:00Z", "1795478400", "2026-11-24T00:00:00.000Z", "Tue, 24 Nov 2026 00:00:00 GMT"},
		{"1795528800.25", "2026-11-24T14:00:00Z", "1795528800.25", "2026-11-24T14:00:00.250Z", "Tue, 24 Nov 2026 14:00:00 GMT"},
		{"1.7955288E9", "2026-11-24T14:00:00Z", "1795528800", "2026-11-24T14:00:00.000Z", "Tue, 24 Nov 2026 14:00:00 GMT"},
		{"2026-11-24T14:00:00.005Z", "2026-11-24T14:00:00Z", "1795528800.005", "2026-11-24T14:00:00.005Z", "Tue, 24 Nov 2026 14:00:00 GMT"},
		{"Tue, 24 Nov 2026 14:00:00 GMT", "2026-11-24T14:00:00Z", "1795528800", "2026-11-24T14:00:00.000Z", "Tue, 24 Nov 2026 14:00:00 GMT"},
		{"0", "1970-01-01T00:00:00Z", "0", "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
		{"-1.5", "1969-12-31T23:59:58Z", "-1.5", "1969-12-31T23:59:58.500Z", "Wed, 31 Dec 1969 23:59:58 GMT"},
		{"-0.25", "1969-12-31T23:59:59Z", "-0.25", "1969-12-31T23:59:59.750Z", "Wed, 31 Dec 1969 23:59:59 GMT"},
	} {
		at, err := parseTime(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		for format, want := range map[string]string{isoFormat: c.iso, unixFormat: c.unix, s3Format: c.s3, httpFormat: c.rfc, "": c.iso} {
			if got := string(appendTime(nil, at, format)); got != want {
				t.Errorf("%s as %q: %s, not %s", c.in, format, got, want)
			}
		}
	}
	for _, in := range []string{"", "yesterday", "2026-13-01", "NaN", "Inf", "1e300", "-1e300", "0x10", "1_0", "2026-11-24T25:00:00Z"} {
		if at, err := parseTime(in); err == nil {
			t.Errorf("%q is %v", in, at)
		}
	}
}

func TestScalars(t *testing.T) {
	type everything struct {
		S *string
		B *bool
		I *int32
		L *int64
		F *float64
		X []byte
		T *time.Time
	}
	kinds := []Kind{String, Boolean, Integer, Long, Double, Blob, Timestamp}
	for _, c := range []struct {
		field    int
		in, want string // want "": refused
	}{
		{0, "x", "x"}, {1, "true", "true"}, {1, "false", "false"}, {1, "1", "true"}, {1, "0", "false"}, {1, "True", ""}, {1, "TRUE", ""}, {1, "FALSE", ""}, {1, "yes", ""}, {1, "", ""},
		{2, "-5", "-5"}, {2, "+5", "5"}, {2, "2147483647", "2147483647"}, {2, "2147483648", ""}, {2, "", ""}, {2, "1.0", ""}, {2, " 1", ""},
		{3, "9223372036854775807", "9223372036854775807"}, {3, "9223372036854775808", ""},
		{4, "1.5", "1.5"}, {4, "1e400", ""}, {4, "NaN", "NaN"}, {4, "-Inf", "-Infinity"}, {4, "Infinity", "Infinity"}, {4, "x", ""},
		{5, "aGk=", "aGk="}, {5, "aGk", ""}, {6, "2026-11-24T14:00:00Z", "2026-11-24T14:00:00Z"}, {6, "x", ""},
	} {
		var v everything
		field, s := reflect.ValueOf(&v).Elem().Field(c.field), &Shape{Kind: kinds[c.field]}
		err := setText(field, s, c.in)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("kind %d takes %q", s.Kind, c.in)
		case c.want == "" && !absent(field):
			t.Errorf("kind %d: %q is refused but leaves a value", s.Kind, c.in)
		case c.want != "" && err != nil:
			t.Errorf("kind %d: %q: %v", s.Kind, c.in, err)
		case c.want != "" && string(appendText(nil, field, s, isoFormat)) != c.want:
			t.Errorf("kind %d: %q is %s", s.Kind, c.in, appendText(nil, field, s, isoFormat))
		}
	}
}

// TestKindNames: every kind has a name in the words of SerializationException.
func TestKindNames(t *testing.T) {
	seen := map[string]Kind{}
	for k := String; k < List; k++ {
		if before, ok := seen[typeName(k)]; ok && !(before == Float && k == Double) {
			t.Errorf("kinds %d and %d are both %s", before, k, typeName(k))
		}
		seen[typeName(k)] = k
	}
}
