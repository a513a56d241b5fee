package api_test

import (
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/accessanalyzer"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/iamtoolbox"
)

// TestFindOfOneScope: the IAM toolbox signs as IAM; method and path tell which of the
// two is called.
func TestFindOfOneScope(t *testing.T) {
	registry := api.NewRegistry(iam.API, iamtoolbox.API, accessanalyzer.API)
	for _, c := range []struct{ method, url, body, scope, service, operation, err string }{
		{"GET", "/authorization-details/0a", "", "iam", "iam-toolbox", "GetRequestAuthorizationDetails", ""},
		{"GET", "/authorization-details/0a?nextToken=x", "", "iam", "iam-toolbox", "GetRequestAuthorizationDetails", ""},
		{"GET", "/authorization-details/0a/policy?policyUri=x", "", "iam", "iam-toolbox", "GetRequestAuthorizationPolicy", ""},
		{"GET", "/authorization-details/0a/policy", "", "iam", "iam-toolbox", "GetRequestAuthorizationPolicy", ""},
		{"POST", "/authorization-details/0a", "", "iam", "iam", "", "MissingAction"},
		{"POST", "/", "Action=GetUser&Version=2010-05-08", "iam", "iam", "GetUser", ""},
		{"GET", "/?Action=GetUser&Version=2010-05-08", "", "iam", "iam", "GetUser", ""},
		{"GET", "/authorization-details/0a", "", "iam-toolbox", "iam-toolbox", "GetRequestAuthorizationDetails", ""},
		{"POST", "/policy/validation", "{}", "access-analyzer", "access-analyzer", "ValidatePolicy", ""},
		{"POST", "/policy/validation?maxResults=1", "{}", "access-analyzer", "access-analyzer", "ValidatePolicy", ""},
		{"GET", "/analyzer/x", "", "access-analyzer", "access-analyzer", "GetAnalyzer", ""},
		{"GET", "/nothing", "", "access-analyzer", "access-analyzer", "", "UnknownOperationException"},
	} {
		r := httptest.NewRequest(c.method, c.url, strings.NewReader(c.body))
		if c.body != "" && c.body != "{}" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		svc, op, err := registry.Find(r, []byte(c.body), c.scope)
		service, operation, code := "", "", ""
		if svc != nil {
			service = svc.Name
		}
		if op != nil {
			operation = op.Name
		}
		if err != nil {
			code, _, _ = strings.Cut(err.Error(), ":")
		}
		if service != c.service || operation != c.operation || code != c.err {
			t.Errorf("%s %s, signed for %s: %s %s %v", c.method, c.url, c.scope, service, operation, err)
		}
	}
	if registry.Service("iam") != iam.API || registry.Service("iam-toolbox") != iamtoolbox.API || iamtoolbox.API.SigningName() != "iam" || iam.API.SigningName() != "iam" {
		t.Error("what signs as what")
	}
}

// TestDocument: a document stands in an answer as it is.
func TestDocument(t *testing.T) {
	out := &iamtoolbox.GetRequestAuthorizationDetailsOutput{RequestContext: map[string]api.Document{"b": api.Document(`["x"]`), "a": api.Document(` {"n": 1} `)}}
	answer, err := api.EncodeOutput(nil, iamtoolbox.API, iamtoolbox.API.Operation("GetRequestAuthorizationDetails"), out, "request", 0)
	if want := `{"requestContext":{"a": {"n": 1} ,"b":["x"]}}`; err != nil || string(answer.Body) != want {
		t.Errorf("%s, %v", answer.Body, err)
	}
	if kind := reflect.TypeFor[api.Document]().Kind(); kind != reflect.Slice {
		t.Errorf("a document is a %s", kind)
	}
}
