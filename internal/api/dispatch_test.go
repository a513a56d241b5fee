package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/api/sts"
)

var registry = api.NewRegistry(iam.API, sts.API, organizations.API, ec2, files)

func TestFind(t *testing.T) {
	const (
		formType   = "application/x-www-form-urlencoded"
		jsonType   = "application/x-amz-json-1.1"
		missing    = "MissingAction: The request is missing an action or a required parameter."
		unknown    = "UnknownOperationException: "
		noVersion  = "InvalidAction: Could not find operation GetUser for version NO_VERSION_SPECIFIED"
		twice      = "MalformedInput: Parameter Action is given more than once"
		badEscape  = "MalformedQueryString: The query string contains a syntax error."
		identities = "Action=GetCallerIdentity&Version=2011-06-15"
	)
	for _, c := range []struct {
		rule                                       string
		method, url, contentType, target, body     string
		scope, wantService, wantOperation, wantErr string
	}{
		{"form", "POST", "/", formType, "", identities, "sts", "sts", "GetCallerIdentity", ""},
		{"form without Content-Type", "POST", "/", "", "", identities, "sts", "sts", "GetCallerIdentity", ""},
		{"URL", "GET", "/?" + identities, "", "", "", "sts", "sts", "GetCallerIdentity", ""},
		{"URL of a POST", "POST", "/?Action=GetUser&Version=2010-05-08", formType, "", "UserName=u", "iam", "iam", "GetUser", ""},
		{"action in the URL, version in the form", "POST", "/?Action=GetUser", formType, "", "Version=2010-05-08", "iam", "iam", "GetUser", ""},
		{"escaped names and values", "POST", "/", formType, "", "%41ction=Get%55ser&Version=2010%2D05%2D08", "iam", "iam", "GetUser", ""},
		{"without a scope", "POST", "/", formType, "", "Action=AssumeRoleWithSAML&Version=2011-06-15", "", "sts", "AssumeRoleWithSAML", ""},
		{"a scope that is not served", "POST", "/", formType, "", identities, "sqs", "sts", "GetCallerIdentity", ""},
		{"the scope goes before the action", "POST", "/", formType, "", identities, "iam", "iam", "", "InvalidAction: Could not find operation GetCallerIdentity for version 2011-06-15"},
		{"unknown action", "POST", "/", formType, "", "Action=Dance&Version=2010-05-08", "iam", "iam", "", "InvalidAction: Could not find operation Dance for version 2010-05-08"},
		{"names are exact", "POST", "/", formType, "", "Action=getUser&Version=2010-05-08", "iam", "iam", "", "InvalidAction: Could not find operation getUser for version 2010-05-08"},
		{"wrong version", "POST", "/", formType, "", "Action=GetUser&Version=2009-01-01", "iam", "iam", "", "InvalidAction: Could not find operation GetUser for version 2009-01-01"},
		{"a long action and version: the message stays short", "POST", "/", formType, "", "Action=" + long(99999) + "&Version=" + strings.Repeat("é", 999), "iam", "iam", "",
			"InvalidAction: Could not find operation " + long(256) + "… for version " + strings.Repeat("é", 128) + "…"},
		{"no version", "POST", "/", formType, "", "Action=GetUser", "iam", "iam", "", noVersion},
		{"no version, no scope", "POST", "/", formType, "", "Action=GetUser", "", "", "", noVersion},
		{"no action", "POST", "/", formType, "", "Version=2010-05-08", "iam", "iam", "", missing},
		{"nothing", "GET", "/", "", "", "", "iam", "iam", "", missing},
		{"a body that is no form", "POST", "/", "application/json", "", identities, "sts", "sts", "", missing},
		{"action twice", "POST", "/?Action=GetUser", formType, "", "Action=DeleteUser&Version=2010-05-08", "iam", "iam", "", twice},
		{"action twice, once escaped", "POST", "/", formType, "", "Action=GetUser&%41ction=DeleteUser&Version=2010-05-08", "iam", "iam", "", "MalformedInput: Parameter %41ction is given more than once"},
		{"bad escape", "POST", "/", formType, "", "Action=%zz", "iam", "iam", "", badEscape},
		{"bad escape, no scope", "POST", "/", formType, "", "Action=%zz", "", "", "", badEscape},
		{"nothing to go by", "GET", "/bucket/key", "", "", "", "", "", "", ""},
		{"EC2", "POST", "/", formType, "", "Action=RunInstances&Version=2016-11-15", "ec2", "ec2", "RunInstances", ""},
		{"EC2, an older version", "POST", "/", formType, "", "Action=RunInstances&Version=2014-02-01", "ec2", "ec2", "RunInstances", ""},
		{"EC2, unknown action", "POST", "/", formType, "", "Action=Dance&Version=2016-11-15", "ec2", "ec2", "", "InvalidAction: The action Dance is not valid for this web service."},
		{"target", "POST", "/", jsonType, "AWSOrganizationsV20161128.ListAccounts", "{}", "organizations", "organizations", "ListAccounts", ""},
		{"target without a scope", "POST", "/", jsonType, "AWSOrganizationsV20161128.ListAccounts", "{}", "", "organizations", "ListAccounts", ""},
		{"unknown target", "POST", "/", jsonType, "AWSOrganizationsV20161128.Dance", "{}", "organizations", "organizations", "", unknown},
		{"another prefix", "POST", "/", jsonType, "AWSOther.ListAccounts", "{}", "organizations", "organizations", "", unknown},
		{"no target", "POST", "/", jsonType, "", "{}", "organizations", "organizations", "", unknown},
		{"another Content-Type", "POST", "/", formType, "AWSOrganizationsV20161128.ListAccounts", "{}", "organizations", "organizations", "", unknown},
		{"GET with a target", "GET", "/", jsonType, "AWSOrganizationsV20161128.ListAccounts", "", "organizations", "organizations", "", unknown},
		{"the scope goes before the target", "POST", "/", formType, "AWSOrganizationsV20161128.ListAccounts", identities, "sts", "sts", "GetCallerIdentity", ""},
		{"REST has no such route", "GET", "/b/k", "", "", "", "files", "files", "", "MethodNotAllowed: The specified method is not allowed against this resource."},
	} {
		t.Run(c.rule, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.url, nil)
			for name, value := range map[string]string{"Content-Type": c.contentType, "X-Amz-Target": c.target} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			svc, op, err := registry.Find(r, []byte(c.body), c.scope)
			gotService, gotOperation, gotErr := "", "", ""
			if svc != nil {
				gotService = svc.Name
			}
			if op != nil {
				gotOperation = op.Name
			}
			if err != nil {
				gotErr = err.Error()
			}
			if gotService != c.wantService || gotOperation != c.wantOperation || gotErr != c.wantErr {
				t.Errorf("%q %q %q", gotService, gotOperation, gotErr)
			}
		})
	}
}

func TestRegistry(t *testing.T) {
	if registry.Service("iam") != iam.API || registry.Service("sqs") != nil || len(registry.Services()) != 5 {
		t.Error("the services are not found by name")
	}
	for _, svc := range services {
		for _, op := range svc.Operations {
			if svc.Operation(op.Name) != op {
				t.Errorf("%s:%s is not found", svc.ID, op.Name)
			}
		}
		for _, name := range []string{"", "A", "Zzz", "GetUse", "GetUserX"} {
			if svc.Operation(name) != nil {
				t.Errorf("%s:%s is found", svc.ID, name)
			}
		}
	}
	if iam.API.Modelled("NoSuchEntity") == nil || iam.API.Modelled("AccessDenied") != nil {
		t.Error("Modelled does not tell the model's errors from others")
	}
}

// FuzzQuery: nothing panics, errors are the caller's, and what is found is
// decoded from the same parameters.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"Action=CreateRole&Version=2010-05-08&RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v",
		"Action=SimulateCustomPolicy&Version=2010-05-08&ContextEntries.member.2.ContextKeyValues.member.1=x&PolicyInputList=",
		"Action=PutAccountProperties&Version=2010-05-08&Properties.entry.1.key=a&Properties.entry.1.value=b",
		"Action=GetUser&Version=2010-05-08&UserName=%e2%82%ac+", "&&=&a", "Tags.member.1=", "Action=%",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		svc, op, err := registry.Find(form(), []byte(body), "iam")
		if err != nil || op == nil {
			return
		}
		in, err := api.DecodeInput(svc, op, form(), []byte(body))
		if err != nil {
			if e := err.(*api.Error); e.Status != 400 && e.Status != 404 {
				t.Fatalf("%v", err)
			}
			return
		}
		if !strings.Contains(body, op.Name[1:]) && !strings.Contains(body, "%") {
			t.Fatalf("%q is %s", body, op.Name)
		}
		api.Validate(svc, op, in)
	})
}
