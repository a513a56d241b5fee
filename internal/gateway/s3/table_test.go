package s3

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
)

var updateTable = flag.Bool("update", false, "write docs/s3-operations.md anew")

const tablePage = "../../../docs/s3-operations.md"

// notServed are the reasons why an operation that has its permissions has no method:
// what the names of the operations have in common, and why.
var notServed = []struct{ part, why string }{
	{"AnalyticsConfiguration", "reports of AWS's own storage"},
	{"InventoryConfiguration", "reports of AWS's own storage"},
	{"MetricsConfiguration", "reports of AWS's own storage"},
	{"IntelligentTieringConfiguration", "the back end has no storage classes to move between"},
	{"Accelerate", "there are no edge locations"},
	{"Cors", "the gateway answers no browser of another site"},
	{"Encryption", "how objects lie on the disk is the back end's affair"},
	{"Lifecycle", "nothing deletes objects by their age yet"},
	{"Logging", "the journal has every call"},
	{"Notification", "there is no service yet that could be told"},
	{"Replication", "there is one back end"},
	{"RequestPayment", "nobody is billed"},
	{"Website", "the gateway serves no web sites"},
	{"LegalHold", "Object Lock is not there yet"},
	{"Retention", "Object Lock is not there yet"},
	{"ObjectLock", "Object Lock is not there yet"},
	{"RestoreObject", "there are no archives to restore from"},
	{"SelectObjectContent", "AWS takes no new users of it since July 2024"},
	{"GetObjectTorrent", "AWS has ended it in April 2022"},
}

// whyNot is why an operation is not served.
func whyNot(operation string) string {
	if why := authz.S3Unmapped[operation]; why != "" {
		return why
	}
	for _, r := range notServed {
		if strings.Contains(operation, r.part) {
			return r.why
		}
	}
	return ""
}

// Every operation of the model is served, or has a reason why not; none that is served
// lacks its permissions.
func TestEveryOperationIsServedOrHasAReason(t *testing.T) {
	i := New(nil, nil, slog.Default()).Implementation()
	for _, op := range s3.API.Operations {
		_, served := i.Methods[op.Name]
		if !served && whyNot(op.Name) == "" {
			t.Errorf("%s is not served, and nothing says why", op.Name)
		}
		if served != (i.Rows[op.Name] != nil) {
			t.Errorf("%s: served %v, decided %v", op.Name, served, i.Rows[op.Name] != nil)
		}
	}
	for name := range i.Methods {
		if s3.API.Operation(name) == nil {
			t.Errorf("%s is no operation", name)
		}
	}
	for _, r := range notServed {
		used := false
		for _, op := range s3.API.Operations {
			_, served := i.Methods[op.Name]
			used = used || !served && whyNot(op.Name) == r.why
		}
		if !used {
			t.Errorf("all of %s is served", r.part)
		}
	}
}

// docs/s3-operations.md is what is decided and served: -update writes it.
func TestTablePage(t *testing.T) {
	page := writeTable(New(nil, nil, slog.Default()))
	if *updateTable {
		if err := os.WriteFile(tablePage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(tablePage)
	if err != nil {
		t.Fatal(err)
	}
	if page != string(old) {
		t.Error("docs/s3-operations.md is not of these operations: run go test ./internal/gateway/s3 -run TestTablePage -update")
	}
}

const tableHead = `# S3: operations, permissions, condition keys

Written by a test from what the gateway decides and serves (internal/gateway/s3/table_test.go); do not edit.

Each request needs all permissions of its operation. They are those of AWS: the page "Required permissions for Amazon S3
API operations" (using-with-s3-policy-actions), the Service Authorization Reference, and the operations' own pages. A
permission with a slash in it is the second one where the request names a version of the object. A bucket's owner, its
policy and its Block Public Access settings come from the directory; the policy of a bucket that restricts public access
and has a public policy counts for its own account only.

Every request also has ` + "`s3:authType`, `s3:signatureversion`, `s3:signatureAge`" + ` (presigned requests),
` + "`s3:x-amz-content-sha256`, `s3:TlsVersion`, `s3:ResourceAccount`" + ` and the global keys, each where it has a value. The keys in the table are there where the request sends what they tell; tags of an object that is
there are looked up only where a policy asks for them, and where that fails the request fails. ` + "`s3:BucketTag`" + ` and
` + "`aws:ResourceTag`" + ` are those of buckets with attribute-based access control turned on, which is not here.

`

func writeTable(g *Gateway) string {
	i := g.Implementation()
	var rows strings.Builder
	mapped, served := 0, 0
	for _, op := range s3.API.Operations {
		state := "yes"
		if _, ok := i.Methods[op.Name]; ok {
			served++
		} else {
			state = "no: " + whyNot(op.Name)
		}
		if authz.S3Unmapped[op.Name] == "" {
			mapped++
		}
		rows.WriteString(tableRow(op, state))
	}
	return tableHead + fmt.Sprintf("Of the %d operations of the model, %d have their permissions here, and %d are served.\n\n", len(s3.API.Operations), mapped, served) +
		"| operation | request | permission | on | condition keys | served |\n| --- | --- | --- | --- | --- | --- |\n" + rows.String()
}

// tableRow is a line for each permission; the operation stands in the first.
func tableRow(op *api.Operation, state string) string {
	permissions := authz.S3Permissions(op.Name)
	if len(permissions) == 0 {
		return fmt.Sprintf("| %s | `%s %s` | – | – | – | %s |\n", op.Name, op.Method, op.URI, state)
	}
	var rows strings.Builder
	for i, p := range permissions {
		if i == 0 {
			fmt.Fprintf(&rows, "| %s | `%s %s` ", op.Name, op.Method, op.URI)
		} else {
			rows.WriteString("| | ")
			state = ""
		}
		fmt.Fprintf(&rows, "| %s | %s | %s | %s |\n", actions(op, &p), p.Resource, conditionKeys(p.Keys), state)
	}
	return rows.String()
}

func actions(op *api.Operation, p *authz.S3Permission) string {
	words := "`" + p.Action + "`"
	if p.Version != "" {
		words += " / `" + p.Version + "`"
	}
	if op.Name == "DeleteObjects" {
		words += ", each key by itself"
	}
	if p.When != "" {
		words += ", " + p.When
	}
	return words
}

func conditionKeys(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	return "`" + strings.Join(names, "` `") + "`"
}
