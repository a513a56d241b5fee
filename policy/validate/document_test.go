package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// G-12: a quota is what is still taken, and each type counts in its own way.
func TestSizes(t *testing.T) {
	// padded is a document of a size: white space around it, or letters in it.
	padded := func(kind policy.Type, statement string, size int) string {
		text := of(statement)
		letters := size - policy.Size(kind, text)
		return strings.Replace(text, `"Sid":"`, `"Sid":"`+strings.Repeat("a", letters), 1)
	}
	const plain = `{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}`
	const named = `{"Sid":"a","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`
	const trust = `{"Sid":"a","Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}`
	tests := []struct {
		kind      policy.Type
		statement string
		most      int
		code      string
	}{
		{policy.Identity, plain, 6144, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"},
		{policy.Boundary, plain, 6144, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"},
		{policy.Trust, trust, 2048, "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA"},
		{policy.Resource, named, 20480, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA"},
		{policy.ServiceControl, plain, 5120, "POLICY_SIZE_EXCEEDS_SCP_QUOTA"},
		{policy.ResourceControl, named, 5120, "POLICY_SIZE_EXCEEDS_RCP_QUOTA"},
		{policy.Session, plain, 100_000, ""},
		{policy.Endpoint, named, 100_000, ""},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.kind), func(t *testing.T) {
			if found := Policy(tt.kind, padded(tt.kind, tt.statement, tt.most), Options{}); len(found) > 0 {
				t.Errorf("at the quota: %s", codesOf(found))
			}
			found := Policy(tt.kind, padded(tt.kind, tt.statement, tt.most+1), Options{})
			switch {
			case tt.code == "" && len(found) > 0:
				t.Errorf("without a quota: %s", codesOf(found))
			case tt.code != "" && (len(found) != 1 || found[0].Code != tt.code):
				t.Errorf("over the quota: %s", codesOf(found))
			}
		})
	}
}

// White space counts in the policies of an organization, and not in IAM's.
func TestSizesCountWhiteSpaceBySome(t *testing.T) {
	text := of(`{"Effect":"Deny","Action":"s3:*","Resource":"*"}`) + strings.Repeat(" \n", 4000)
	if found := Policy(policy.Identity, text, Options{}); len(found) > 0 {
		t.Errorf("identity: %s", codesOf(found))
	}
	if found := Policy(policy.ServiceControl, text, Options{}); !hasCode(found, "POLICY_SIZE_EXCEEDS_SCP_QUOTA") {
		t.Errorf("service control: %s", codesOf(found))
	}
}

// Every code leads to where AWS documents it.
func TestLinks(t *testing.T) {
	tests := []struct{ code, want string }{
		{
			"JSON_SYNTAX_ERROR",
			"access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-json-syntax-error",
		},
		{
			"MISSING_VERSION",
			"access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-missing-version",
		},
		{
			"PASS_ROLE_WITH_STAR_IN_RESOURCE",
			"access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-star-in-resource",
		},
		{
			"EMPTY_SID_VALUE",
			"access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-sid-value",
		},
		{
			"GATEHOUSE_MISSING_CLAIM_FOR_SHARED_ISSUER",
			"id_roles_providers_oidc_secure-by-default.html",
		},
	}
	all := Codes()
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			i := slices.IndexFunc(all, func(c Code) bool { return c.Name == tt.code })
			if i < 0 || all[i].Learn != "https://docs.aws.amazon.com/IAM/latest/UserGuide/"+tt.want {
				t.Errorf("got %+v", all[max(i, 0)])
			}
		})
	}
	for i, c := range all {
		if i > 0 && all[i-1].Name >= c.Name {
			t.Errorf("%s comes before %s", all[i-1].Name, c.Name)
		}
		if !strings.HasPrefix(c.Learn, userGuide) || anchors[c.Type] == "" {
			t.Errorf("%+v", c)
		}
	}
}

// Without effort left the checks that compare say nothing, and one finding says
// that; the others go on.
func TestEffortRunsOut(t *testing.T) {
	const text = `{"Version":"2012-10-17","Statement":[
		{"Effect":"allow","Action":["s3:Get*","s3:GetObject","s3:Fly*","s3:Walk","nosuch:X"],
		 "Resource":["arn:aws:s3:::b*","arn:aws:s3:::b/k","arn:aws:iam::111122223333:person/a"],
		 "Condition":{"StringEquals":{"s3:prefix":"a","s3:prefixes":"b","aws:ResourceTag/a":"b"}}}]}`
	root, err := policy.ParseJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	run := func(effort int) []string {
		v := &validator{
			kind: policy.Identity, text: text, root: &spot{node: root}, effort: effort,
			seen: map[string]*spot{}, known: map[string]*entries{},
		}
		v.document()
		v.leftOut()
		var codes []string
		for _, f := range v.sorted() {
			codes = append(codes, f.Code)
		}
		slices.Sort(codes)
		return codes
	}
	whole := run(mostEffort)
	if slices.Contains(whole, "GATEHOUSE_CHECKS_LEFT_OUT") || !slices.Contains(whole, "REDUNDANT_ACTION") || !slices.Contains(whole, "INVALID_ARN_RESOURCE") {
		t.Errorf("with all effort: %q", whole)
	}
	for effort := 0; effort < 40_000; effort += 97 {
		codes := run(effort)
		for _, always := range []string{"INVALID_EFFECT", "INVALID_SERVICE_IN_ACTION", "INVALID_SERVICE_CONDITION_KEY"} {
			if !slices.Contains(codes, always) {
				t.Fatalf("with effort %d no %s: %q", effort, always, codes)
			}
		}
		for _, code := range codes {
			if code != "GATEHOUSE_CHECKS_LEFT_OUT" && !slices.Contains(whole, code) {
				t.Fatalf("with effort %d also %s", effort, code)
			}
		}
	}
	if codes := run(0); !slices.Contains(codes, "GATEHOUSE_CHECKS_LEFT_OUT") || slices.Contains(codes, "REDUNDANT_ACTION") {
		t.Errorf("with no effort: %q", codes)
	}
}

// A finding names so many places, and its sentence so many things.
func TestFindingsStayShort(t *testing.T) {
	many := func(n int, form string) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(form, i))
		}
		return strings.Join(all, ",")
	}
	tests := []struct {
		name, code, statement string
		kind                  policy.Type
		places                int
	}{
		{
			"redundant actions", "REDUNDANT_ACTION",
			`{"Effect":"Deny","Action":["s3:*",` + many(300, `"s3:Get%d*"`) + `],"Resource":"*"}`,
			policy.Identity, mostPlaces,
		},
		{
			"redundant resources", "REDUNDANT_RESOURCE",
			`{"Effect":"Deny","Action":"*","Resource":["arn:aws:s3:::*",` + many(300, `"arn:aws:s3:::b%d"`) + `]}`,
			policy.Identity, mostPlaces,
		},
		{
			"actions without a key, and the key", "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
			`{"Effect":"Deny","Action":[` + many(300, `"iam:GetUse?","iam:ListUse%d*","iam:GetUser"`) + `],"Resource":"*","Condition":{"StringEquals":{"s3:prefix":"a"}}}`,
			policy.Identity, mostPlaces + 1,
		},
		{
			"an action, and resources that it is not on", "GATEHOUSE_UNSUPPORTED_RESOURCE_FOR_ACTION",
			`{"Effect":"Deny","Action":["s3:GetObject","iam:*"],"Resource":[` + many(300, `"arn:aws:iam::111122223333:user/u%d"`) + `]}`,
			policy.Identity, 1 + fewPlaces,
		},
		{
			"an action, and principals that cannot call it", "MISMATCHED_ACTION_FOR_PRINCIPAL",
			`{"Effect":"Allow","Principal":{"Service":[` + many(300, `"s%d.amazonaws.com"`) + `]},"Action":"sts:AssumeRoleWithSAML"}`,
			policy.Trust, 1 + fewPlaces,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := Policy(tt.kind, of(tt.statement), Options{})
			i := slices.IndexFunc(found, func(f Finding) bool { return f.Code == tt.code })
			if i < 0 {
				t.Fatalf("got %s", codesOf(found))
			}
			if got := len(found[i].Locations); got != tt.places {
				t.Errorf("%d places, want %d", got, tt.places)
			}
			if len(found[i].Details) > 1000 {
				t.Errorf("%d bytes of details", len(found[i].Details))
			}
		})
	}
}

// A long text of the document is cut in a sentence about it.
func TestLongTextsAreCut(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for _, statement := range []string{
		`{"Effect":"` + long + `","Action":"*","Resource":"*"}`,
		`{"` + long + `":1,"Effect":"Deny","Action":"*","Resource":"*"}`,
		`{"Effect":"Deny","Action":"` + long + `","Resource":"*"}`,
		`{"Effect":"Deny","Action":"s3:` + long + `","Resource":"*"}`,
		`{"Effect":"Deny","Action":"` + long + `:x","Resource":"*"}`,
		`{"Effect":"Deny","Action":"*","Resource":"` + long + `"}`,
		`{"Effect":"Deny","Action":"*","Resource":"arn:` + long + `:s3:::b"}`,
		`{"Effect":"Deny","Action":"*","Resource":"arn:aws:` + long + `:::b"}`,
		`{"Effect":"Deny","Action":"*","Resource":"arn:aws:sqs:` + long + `:*:b"}`,
		`{"Effect":"Deny","Action":"*","Resource":"arn:aws:sqs:*:` + long + `:b"}`,
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"` + long + `":{"a:b":"c"}}}`,
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"` + long + `":"c"}}}`,
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:` + long + `":"c"}}}`,
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"s3:` + long + `":"c"}}}`,
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"` + long + `"}}}`,
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericEquals":{"aws:MultiFactorAuthAge":"` + long + `"}}}`,
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"` + long + `"}}}`,
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateEquals":{"aws:CurrentTime":"` + long + `"}}}`,
		`{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::${` + long + `!}"}`,
	} {
		found := Policy(policy.Boundary, of(statement), Options{})
		if len(found) < 2 { // the size is one
			t.Errorf("%s: %s", clip(statement), codesOf(found))
		}
		for _, f := range found {
			if len(f.Details) > 600 {
				t.Errorf("%s: %d bytes of details", f.Code, len(f.Details))
			}
		}
	}
}
