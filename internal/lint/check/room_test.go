package check

import (
	"slices"
	"testing"
)

func TestPolicyClock(t *testing.T) {
	tests := []struct {
		path, text string
		want       []string
	}{
		{"policy/decide.go", "package policy\nimport \"time\"\nvar x = time.Now()\n", []string{"3 policy-clock"}},
		{"policy/decide.go", "package policy\nimport \"time\"\nvar x = time.Since(y)\n", []string{"3 policy-clock"}},
		{"policy/decide.go", "package policy\nimport clock \"time\"\nvar now = clock.Now\n", []string{"3 policy-clock"}},
		{"policy/internal/date/date.go", "package date\nimport \"time\"\nvar x = time.Now()\n", []string{"3 policy-clock"}},
		{"policy/decide.go", "package policy\nimport \"time\"\nvar x, y = time.Parse(a, b)\n", nil},
		{"internal/journal/clock.go", "package journal\nimport \"time\"\nvar x = time.Now()\n", nil},
		{"policyfile/x.go", "package policyfile\nimport \"time\"\nvar x = time.Now()\n", nil},
		{"policy/decide_test.go", "package policy\nimport \"time\"\nvar x = time.Now()\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			if got := findings(t, tt.path, tt.text); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestPipeline(t *testing.T) {
	handler := "package p\nimport \"net/http\"\nfunc f(w http.ResponseWriter, r *http.Request) {}\n"
	tests := []struct {
		path, text string
		caught     bool
	}{
		{"internal/services/iam/user.go", handler, true},
		{"internal/api/codec.go", handler, true},
		{"policy/x.go", handler, true},
		{"internal/services/iam/user.go", "package p\nimport web \"net/http\"\nvar h = \nweb.HandlerFunc(f)\n", true},
		{"internal/server/listener.go", handler, false},
		{"internal/metadata/imds.go", handler, false},
		{"internal/metadatas/imds.go", handler, true},
		{"internal/server/pipeline/step.go", handler, false},
		{"internal/services/iam/user_test.go", handler, false},
		{"cmd/gatehouse/serve.go", handler, false},
		{"authorizer/middleware.go", handler, false},
		{"internal/services/iam/user.go", "package p\nimport \"net/http\"\nvar s = http.StatusForbidden\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			got := findings(t, tt.path, tt.text)
			if caught := slices.ContainsFunc(got, func(s string) bool { return s[2:] == "pipeline" }); caught != tt.caught {
				t.Errorf("got %v", got)
			}
		})
	}
}

// Who may import whom: docs/ARCHITECTURE.md.
func TestImports(t *testing.T) {
	tests := []struct {
		from, to string
		may      bool
	}{
		{"policy", "internal/api", false},
		{"policy", "sigv4", false},
		{"sigv4", "policy", false},
		{"policy", "policy/internal/arn", true},
		{"internal/api", "policy", true},
		{"internal/api", "internal/store", false},
		{"internal/api/iam", "internal/api", true},
		{"internal/catalog", "internal/api", false},
		{"internal/store", "internal/api", true},
		{"internal/store", "internal/directory", false},
		{"internal/store/embedded", "internal/store", true},
		{"internal/seal", "internal/store", true},
		{"internal/journal", "internal/authz", true},
		{"internal/journal", "internal/services/iam", false},
		{"internal/directory", "internal/store", true},
		{"internal/directory", "internal/authz", false},
		{"internal/directory", "internal/journal", false},
		{"internal/authn", "internal/directory", true},
		{"internal/authn", "sigv4", true},
		{"internal/authn", "internal/authz", false},
		{"internal/authz", "internal/services/iam", false},
		{"internal/services", "internal/authz", true},
		{"internal/services/iam", "internal/services", true},
		{"internal/services/iam", "internal/services/sts", false},
		{"internal/services/iam", "internal/services/iam/password", true},
		{"internal/services/iam/password", "internal/services/iam", true},
		{"internal/services/iam", "internal/services/iamuser", false},
		{"internal/services/iam", "internal/catalog", true},
		{"internal/services/iam", "internal/server", false},
		{"internal/gateway/s3", "internal/services/iam", false},
		{"internal/server", "internal/services/iam", true},
		{"internal/server", "cmd/gatehouse", false},
		{"cmd/gatehouse", "internal/server", true},
		{"gatehousetest", "internal/server", true},
		{"internal/store", "internal/somethingnew", false},
	}
	for _, tt := range tests {
		t.Run(tt.from+" imports "+tt.to, func(t *testing.T) {
			text := "package p\nimport _ \"github.com/gatehouse-iam/gatehouse/" + tt.to + "\"\n"
			var want []string
			if !tt.may {
				want = []string{"2 imports"}
			}
			if got := findings(t, tt.from+"/x.go", text); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestImportsOfOthersAreFree(t *testing.T) {
	text := "package p\nimport _ \"github.com/gatehouse-iam/gatehouse-tools/internal\"\nimport _ \"go.etcd.io/bbolt\"\n"
	if got := findings(t, "policy/x.go", text); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

// The generator of the shapes is a module of its own and reads what it wrote.
func TestGeneratorReadsItsShapes(t *testing.T) {
	text := "package main\nimport _ \"github.com/gatehouse-iam/gatehouse/internal/server\"\n"
	if got := findings(t, "internal/api/gen/x.go", text); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}
