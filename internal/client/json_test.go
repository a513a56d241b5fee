package client

import (
	"context"
	"io"
	"strings"
	"testing"
)

// A call of AWS JSON names its operation in X-Amz-Target, and is signed or not.
func TestJSON(t *testing.T) {
	alone(t, keys...)
	address, last := answering(t, 200, "", `{"Names":["x"]}`)
	c := open(t, Options{Endpoint: address})
	type input struct{ Max int }
	var out struct{ Names []string }
	if err := c.JSON(context.Background(), "organizations", "Target_1.ListNames", input{7}, &out); err != nil || len(out.Names) != 1 || out.Names[0] != "x" {
		t.Fatal(out, err)
	}
	body, _ := io.ReadAll(last.Body)
	if string(body) != `{"Max":7}` || last.Method != "POST" || last.URL.Path != "/" {
		t.Errorf("%s %s %s", last.Method, last.URL, body)
	}
	if h := last.Header; h.Get("X-Amz-Target") != "Target_1.ListNames" || h.Get("Content-Type") != "application/x-amz-json-1.1" ||
		!strings.Contains(h.Get("Authorization"), "/organizations/aws4_request") {
		t.Error(h)
	}
	if err := c.UnsignedJSON(context.Background(), "organizations", "Target_1.ListNames", input{8}, nil); err != nil {
		t.Fatal(err)
	}
	if body, _ = io.ReadAll(last.Body); string(body) != `{"Max":8}` || last.Header.Get("Authorization") != "" || last.Header.Get("X-Amz-Date") != "" {
		t.Errorf("%s %v", body, last.Header)
	}
	if err := c.JSON(context.Background(), "organizations", "Target_1.ListNames", func() {}, nil); err == nil {
		t.Error("a function is sent as JSON")
	}
}

// The error's type stands in the body, with or without a namespace, or in a header.
func TestJSONRefusals(t *testing.T) {
	alone(t, keys...)
	for _, c := range []struct{ name, header, body, want string }{
		{"type", "", `{"__type":"AccessDeniedException","Message":"no"}`, "AccessDeniedException: no"},
		{"type with a namespace", "", `{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}`, "AccessDeniedException: no"},
		{"header first", "Other:", `{"__type":"AccessDeniedException"}`, "Other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := answering(t, 400, c.header, c.body)
			err := open(t, Options{Endpoint: address}).UnsignedJSON(context.Background(), "s", "T.O", struct{}{}, nil)
			if err == nil || err.Error() != c.want {
				t.Errorf("%v, not %s", err, c.want)
			}
		})
	}
}

// Over the control socket an unsigned call names its service in the host.
func TestJSONOverTheControlSocket(t *testing.T) {
	alone(t)
	c := open(t, Options{Data: listening(t)})
	var out struct{ Host, Signed string }
	for name, call := range map[string]func() error{
		"JSON":     func() error { return c.JSON(context.Background(), "organizations", "T.O", struct{}{}, &out) },
		"unsigned": func() error { return c.UnsignedJSON(context.Background(), "organizations", "T.O", struct{}{}, &out) },
	} {
		if err := call(); err != nil || out.Host != "organizations.localhost" || out.Signed != "" {
			t.Error(name, out, err)
		}
	}
}
