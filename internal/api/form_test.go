package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestUnescape(t *testing.T) {
	for _, c := range []struct {
		in, want string
		ok       bool
	}{
		{"", "", true},
		{"plain-._~", "plain-._~", true},
		{"a+b%20c", "a b c", true},
		{"%2B%26%3D%25", "+&=%", true},
		{"%c5%BC", "ż", true},
		{"ż", "ż", true},
		{"ż%20ż", "ż ż", true},
		{"%00", "\x00", true},
		{"%", "", false},
		{"%4", "", false},
		{"%g0", "", false},
		{"%0g", "", false},
		{"%ff", "", false},
		{"\xff", "", false},
		{"%c5", "", false},
	} {
		got, ok := unescape(c.in)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%q: %q, %v", c.in, got, ok)
		}
	}
}

func TestParametersOf(t *testing.T) {
	for _, c := range []struct {
		rule, query, contentType, body string
		want                           [2]string
	}{
		{"a form", "", "application/x-www-form-urlencoded", "a=1", [2]string{"", "a=1"}},
		{"its type in capitals, with a parameter", "", "Application/X-WWW-Form-Urlencoded; charset=utf-8", "a=1", [2]string{"", "a=1"}},
		{"without a type", "", "", "a=1", [2]string{"", "a=1"}},
		{"the URL too", "b=2", "", "a=1", [2]string{"b=2", "a=1"}},
		{"another type", "b=2", "application/json", "a=1", [2]string{"b=2", ""}},
		{"multipart", "", "multipart/form-data; boundary=x", "a=1", [2]string{"", ""}},
	} {
		r := &http.Request{URL: &url.URL{RawQuery: c.query}, Header: http.Header{}}
		if c.contentType != "" {
			r.Header.Set("Content-Type", c.contentType)
		}
		if got := parameters(r, []byte(c.body)); got != c.want {
			t.Errorf("%s: %q", c.rule, got)
		}
	}
	two := &http.Request{URL: &url.URL{}, Header: http.Header{"Content-Type": {formType, "text/plain"}}}
	if got := parameters(two, []byte("a=1")); got[1] != "" {
		t.Errorf("a body of two types is read: %q", got)
	}
}

// FuzzForm: what is read is what net/url reads; it is only stricter about UTF-8.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"a=1&b=2", "a=%e2%82%ac+x", "&&=&a", "a=b=c", "%61=1", "a;b=1", "%", "a=\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := url.Values{}
		err := eachParameter([2]string{"", s}, func(name, value string) *Error {
			got.Add(name, value)
			return nil
		})
		if strings.Contains(s, ";") {
			return // net/url refuses it, AWS does not separate by it
		}
		want, wantErr := url.ParseQuery(s)
		valid := true
		for name, values := range want {
			valid = valid && utf8.ValidString(name) && !slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) })
		}
		if (err == nil) != (wantErr == nil && valid) {
			t.Fatalf("%q: %v, net/url %v", s, err, wantErr)
		}
		if err == nil && got.Encode() != want.Encode() {
			t.Fatalf("%q: %v, net/url %v", s, got, want)
		}
	})
}
