package main

import (
	"strings"
	"testing"
)

const (
	config = `{"config":{"protocol_version":"v1.0.0"}}`
	stdlib = `{"finding":{"osv":"GO-2026-6617","fixed_version":"v1.26.9","trace":[{"module":"stdlib","version":"v1.26.8","package":"net/http","function":"Serve"}]}}`
	module = `{"finding":{"osv":"GO-2026-0001","fixed_version":"v1.2.4","trace":[{"module":"example.com/m","version":"v1.2.3","package":"m","function":"F"}]}}`
	unused = `{"finding":{"osv":"GO-2026-0002","fixed_version":"v1.2.4","trace":[{"module":"example.com/m","version":"v1.2.3"}]}}`
)

func TestReport(t *testing.T) {
	const (
		ofGo     = "GO-2026-6617: Go 1.26.8, fixed in Go 1.26.9: install that\n"
		ofModule = "GO-2026-0001: example.com/m v1.2.3, fixed in v1.2.4\n"
	)
	for name, c := range map[string]struct {
		in, want string
		fails    bool
	}{
		"nothing found":                     {config, "", false},
		"the standard library is told":      {config + stdlib + stdlib, ofGo, false},
		"a module fails":                    {config + module, ofModule, true},
		"a module that is not called":       {config + unused, "", false},
		"both":                              {config + stdlib + module, ofGo + ofModule, true},
		"no output is no clean result":      {"", "", true},
		"torn output is no clean result":    {config + stdlib[:40], "", true},
		"foreign output is no clean result": {"govulncheck: no such database", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := report(strings.NewReader(c.in), &out)
			if (err != nil) != c.fails || out.String() != c.want {
				t.Errorf("%q, %v", out.String(), err)
			}
		})
	}
}
