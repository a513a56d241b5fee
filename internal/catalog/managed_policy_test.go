package catalog

import (
	"encoding/json"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy/x/archive"
)

// The documents below are AWS's own (AWS Managed Policy Reference Guide).
func TestManagedPolicyDocuments(t *testing.T) {
	tests := []struct{ arn, version, want string }{
		{"arn:aws:iam::aws:policy/AdministratorAccess", "v1", `{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*"
        }
    ]
}`},
		{"arn:aws:iam::aws:policy/IAMUserChangePassword", "v5", `{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "iam:ChangePassword"
            ],
            "Resource": [
                "arn:aws:iam::*:user/${aws:username}",
                "arn:aws:iam::*:user/*/${aws:username}"
            ]
        },
        {
            "Effect": "Allow",
            "Action": [
                "iam:GetAccountPasswordPolicy"
            ],
            "Resource": "*"
        }
    ]
}`},
	}
	for _, tt := range tests {
		t.Run(tt.arn, func(t *testing.T) {
			p, ok := ManagedPolicy(tt.arn)
			if !ok {
				t.Fatal("not there")
			}
			if p.DefaultVersionID != tt.version || p.Document() != tt.want {
				t.Errorf("got %s:\n%s\nwant %s:\n%s", p.DefaultVersionID, p.Document(), tt.version, tt.want)
			}
		})
	}
}

func TestManagedPolicyOfSeveralPaths(t *testing.T) {
	tests := []struct{ arn, path, name string }{
		{"arn:aws:iam::aws:policy/ReadOnlyAccess", "/", "ReadOnlyAccess"},
		{"arn:aws:iam::aws:policy/job-function/Billing", "/job-function/", "Billing"},
		{"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "/service-role/", "AWSLambdaBasicExecutionRole"},
		{"arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy", "/aws-service-role/", "AWSSupportServiceRolePolicy"},
		{"arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials", "/root-task/", "IAMAuditRootUserCredentials"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, ok := ManagedPolicy(tt.arn)
			if !ok || p.ARN != tt.arn || p.Path != tt.path || p.Name != tt.name {
				t.Errorf("got %+v, %v", p, ok)
			}
		})
	}
}

func TestManagedPolicyDates(t *testing.T) {
	p, ok := ManagedPolicy("arn:aws:iam::aws:policy/ReadOnlyAccess")
	if !ok {
		t.Fatal("not there")
	}
	if want := time.Date(2015, 2, 6, 18, 39, 48, 0, time.UTC); !p.CreateDate.Equal(want) {
		t.Errorf("created %v, want %v", p.CreateDate, want)
	}
	if p.UpdateDate.Year() < 2026 {
		t.Errorf("updated %v: the newest version is not the one held", p.UpdateDate)
	}
}

func TestReadOnlyAccessIsWhole(t *testing.T) {
	p, _ := ManagedPolicy("arn:aws:iam::aws:policy/ReadOnlyAccess")
	document := p.Document()
	for _, action := range []string{`"a4b:Get*"`, `"iam:Get*"`, `"s3:List*"`, `"xray:Get*"`} {
		if !strings.Contains(document, action) {
			t.Errorf("ReadOnlyAccess lacks %s", action)
		}
	}
}

func TestManagedPolicyMisses(t *testing.T) {
	for _, arn := range []string{
		"", "arn:aws:iam::aws:policy", "arn:aws:iam::aws:policy/", "arn:aws:iam::aws:policy/administratoraccess",
		"arn:aws:iam::aws:policy/AdministratorAccess/", "arn:aws:iam::aws:policy/AdministratorAccess\t",
		"arn:aws:iam::aws:policyAdministratorAccess", "arn:aws:iam::123456789012:policy/AdministratorAccess",
		"arn:aws-cn:iam::aws:policy/AdministratorAccess", "AdministratorAccess", "arn:aws:iam::aws:policy/\xff",
	} {
		if p, ok := ManagedPolicy(arn); ok {
			t.Errorf("%q is found as %v", arn, p)
		}
	}
}

// Every policy is read once: names, ids and dates are in AWS's form and every
// document is one JSON object with statements.
func TestEveryManagedPolicy(t *testing.T) {
	name := regexp.MustCompile(`^[\w+=,.@-]{1,128}$`) // API reference, CreatePolicy
	path := regexp.MustCompile(`^/([!-~]+/)?$`)
	id := regexp.MustCompile(`^ANPA[A-Z2-7]{17}$`)
	version := regexp.MustCompile(`^v[1-9][0-9]*$`)
	ids := map[string]bool{}
	previous, count := "", 0
	for p := range ManagedPolicies() {
		count++
		if p.ARN <= previous {
			t.Errorf("%s comes after %s", p.ARN, previous)
		}
		previous = p.ARN
		if !name.MatchString(p.Name) || !path.MatchString(p.Path) || !id.MatchString(p.ID) || !version.MatchString(p.DefaultVersionID) {
			t.Errorf("%+v is out of form", p)
		}
		if ids[p.ID] {
			t.Errorf("two policies have the id %s", p.ID)
		}
		ids[p.ID] = true
		if p.CreateDate.Year() < 2015 || p.UpdateDate.Before(p.CreateDate) {
			t.Errorf("%s: created %v, updated %v", p.ARN, p.CreateDate, p.UpdateDate)
		}
		if found, ok := ManagedPolicy(p.ARN); !ok || *found != *p {
			t.Errorf("%s is listed and not found", p.ARN)
		}
		requireDocument(t, p)
	}
	if want := 1594; count != want {
		t.Errorf("%d policies, want %d", count, want)
	}
}

func requireDocument(t *testing.T, p *Policy) {
	t.Helper()
	var document struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(p.Document()), &document); err != nil {
		t.Errorf("%s: %v", p.ARN, err)
		return
	}
	statements := statementsOf(t, p.ARN, document.Statement)
	if document.Version != "2012-10-17" || len(statements) == 0 {
		t.Errorf("%s: version %q, %d statements", p.ARN, document.Version, len(statements))
	}
	for _, s := range statements {
		if s["Effect"] != "Allow" && s["Effect"] != "Deny" {
			t.Errorf("%s: a statement's effect is %v", p.ARN, s["Effect"])
		}
	}
}

// statementsOf reads one statement or a list of them: the grammar allows both
// (IAM User Guide, reference_policies_grammar) and AWS itself uses both.
func statementsOf(t *testing.T, arn string, text json.RawMessage) []map[string]any {
	t.Helper()
	statements := make([]map[string]any, 1)
	into := any(&statements)
	if text[0] == '{' {
		into = &statements[0]
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Errorf("%s: %v", arn, err)
	}
	return statements
}

func TestManagedPoliciesCanStop(t *testing.T) {
	for p := range ManagedPolicies() {
		if p.Name == "" {
			t.Error("no name")
		}
		return
	}
	t.Error("no policy")
}

// What a server keeps in memory for the catalog stays small whatever was read:
// where the lines of the index start, and one inflated block.
func TestManagedPoliciesKeepLittle(t *testing.T) {
	before := liveHeap()
	index, documents := archive.NewIndex(managedPolicyIndex), archive.NewReader(managedPolicyTexts)
	for i := range index.Len() {
		_ = documents.MustText(index.Fields(i)[5])
	}
	kept := int64(liveHeap()) - int64(before)
	t.Logf("live heap after every document was read: %d KiB more", kept>>10)
	if limit := int64(256 << 10); kept > limit {
		t.Errorf("%d bytes kept, want at most %d", kept, limit)
	}
	runtime.KeepAlive(index)
	runtime.KeepAlive(documents)
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkManagedPolicy(b *testing.B) {
	b.Run("find", func(b *testing.B) {
		for b.Loop() {
			if _, ok := ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); !ok {
				b.Fatal("not there")
			}
		}
	})
	b.Run("document, block inflated each time", func(b *testing.B) {
		p, _ := ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
		for b.Loop() {
			_ = archive.NewReader(managedPolicyTexts).MustText(p.location)
		}
	})
}
