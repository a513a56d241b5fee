package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// TestOperations: the counts of the table are those of the list, and the list is
// what is served.
func TestOperations(t *testing.T) {
	var list []struct {
		Service, Operation, Authorization string
		Implemented                       bool
	}
	if err := json.Unmarshal([]byte(process.Gatehouse(t, nil, "operations", "--output", "json").Stdout), &list); err != nil {
		t.Fatal(err)
	}
	served, all := map[string]int{}, map[string]int{}
	for _, o := range list {
		all[o.Service]++
		if o.Implemented {
			served[o.Service]++
		}
		if o.Implemented != (o.Authorization != "") {
			t.Errorf("%s:%s is implemented: %v, authorized as %q", o.Service, o.Operation, o.Implemented, o.Authorization)
		}
	}
	table := process.Gatehouse(t, nil, "operations").Stdout
	for _, service := range []string{"iam", "sts", "organizations"} {
		line := fmt.Sprintf("%s: %d of %d implemented\n", service, served[service], all[service])
		if served[service] == 0 || !strings.Contains(table, line) {
			t.Errorf("the table does not end with %q", line)
		}
		t.Log(strings.TrimSpace(line))
	}
	if r := process.Gatehouse(t, nil, "operations", "--service", "iamm"); r.Code != 2 || !strings.Contains(r.Stderr, "iam, ") {
		t.Errorf("unknown service: %d %s", r.Code, r.Stderr)
	}
	server := rootServer(t)
	for _, o := range list {
		if o.Service == "iam" && !o.Implemented {
			_, body := exchange(t, server, newWireCall(server, "Version=2010-05-08&Action="+o.Operation).bytes(t))
			if e := parseError(t, body); e.Code != "NotImplemented" {
				t.Errorf("%s: %s", o.Operation, body)
			}
		}
	}
}

// event is an event as `gatehouse events --output json` prints it.
type event struct {
	Event struct {
		EventName, ErrorCode, RequestID string
		UserIdentity                    struct{ ARN, AccessKeyID string }
		RequestParameters               map[string]any
		ResponseElements                map[string]any
	}
	Decision json.RawMessage
}

// events runs `gatehouse events`, until it finds as many as are wanted: the last
// second of a running server may not be there yet.
func events(t *testing.T, data string, want int, arguments ...string) []event {
	t.Helper()
	var found []event
	for range 100 {
		found = nil
		r := process.Gatehouse(t, nil, append([]string{"events", "--data", data, "--output", "json"}, arguments...)...)
		if r.Code > 1 || (r.Code == 1) != (r.Stdout == "") {
			t.Fatalf("exit %d: %s%s", r.Code, r.Stdout, r.Stderr)
		}
		for line := range strings.Lines(r.Stdout) {
			var e event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			found = append(found, e)
		}
		if len(found) >= want {
			break
		}
	}
	return found
}

// TestEvents finds calls by the request id that their clients were told.
func TestEvents(t *testing.T) {
	server, admin, data := adminServer(t)
	root := iam.NewFromConfig(connection(server, admin))
	made, err := root.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("admin")})
	if err != nil {
		t.Fatal(err)
	}
	listed, err := root.ListUsers(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	g := &goSDK{config: connection(server, admin), iam: root}
	_, refusal := g.as(g.keyOf(t, "nobody", "")).ListRoles(t.Context(), nil)
	var refused *awshttp.ResponseError
	if !errors.As(refusal, &refused) {
		t.Fatal(refusal)
	}
	writeID, _ := awsmiddleware.GetRequestIDMetadata(made.ResultMetadata)
	readID, _ := awsmiddleware.GetRequestIDMetadata(listed.ResultMetadata)
	for _, c := range []struct{ id, name, code, user string }{
		{writeID, "CreateAccessKey", "", "admin"}, {readID, "ListUsers", "", "admin"}, {refused.ServiceRequestID(), "ListRoles", "AccessDenied", "nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := events(t, data, 1, "--request-id", c.id)
			if len(found) != 1 {
				t.Fatalf("found %d events", len(found))
			}
			e := found[0].Event
			if e.EventName != c.name || e.ErrorCode != c.code || e.RequestID != c.id || e.UserIdentity.ARN != "arn:aws:iam::"+server.Account+":user/"+c.user {
				t.Errorf("%+v", e)
			}
			if (len(found[0].Decision) > 0) != (c.code == "AccessDenied") {
				t.Errorf("decision: %s", found[0].Decision)
			}
		})
	}
	all := process.Gatehouse(t, nil, "events", "--data", data, "--limit", "1000", "--output", "json").Stdout
	for _, secret := range []string{*made.AccessKey.SecretAccessKey, admin.SecretAccessKey} {
		if strings.Contains(all, secret) {
			t.Error("a secret access key stands in the journal")
		}
	}
	if r := process.Gatehouse(t, nil, "events", "--data", data, "--request-id", "00000000-0000-0000-0000-000000000000"); r.Code != 1 {
		t.Errorf("a request that never was: exit %d, %s", r.Code, r.Stdout)
	}
}
