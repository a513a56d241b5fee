// Package model makes random sequences of calls to a server and to a reference
// that was written from AWS's documentation alone, and compares: each answer, and
// at the end the whole state, which must keep its invariants besides. The server
// runs in the test's process; every call is signed and goes over HTTP.
package model

import (
	"context"
	"flag"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-iam/gatehouse/gatehousetest"
	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
	"github.com/gatehouse-iam/gatehouse/test/model/inventory"
)

// histories is how many there are in a run, and stepsOf how long they are on average.
func histories() string {
	if os.Getenv("LONG_TESTS") == "1" {
		return "10000"
	}
	return "300"
}

const stepsOf = "50"

func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": histories(), "rapid.steps": stepsOf, "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// TestHistories: no answer and no state differs from the reference's.
func TestHistories(t *testing.T) {
	server := gatehousetest.Start(t)
	made, calls := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		account := server.NewAccount(t)
		h := &history{T: rt, server: account, iam: iamOf(account, account.Root.AccessKeyID, account.Root.SecretAccessKey), ref: newAccount(account.ID)}
		rt.Repeat(h.actions())
		h.T = rt
		h.compare()
		made, calls = made+1, calls+h.calls
	})
	t.Logf("%d histories of %d calls", made, calls)
}

// http is the client of all calls.
var http = process.NewClient()

// optionsOf are a client's settings. Each call is made once: a retry would hide a fault.
func optionsOf(a *gatehousetest.Account, id, secret string) aws.Config {
	return aws.Config{
		Region: a.Region, BaseEndpoint: &a.Endpoint, Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
		HTTPClient: http,
		Retryer:    func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) },
	}
}

func iamOf(a *gatehousetest.Account, id, secret string) *iam.Client {
	return iam.NewFromConfig(optionsOf(a, id, secret))
}

// compare looks at the whole account after a history.
func (h *history) compare() {
	page := int32(rapid.IntRange(1, 40).Draw(h.T, "page"))
	got, err := inventory.Observe(h.Context(), h.iam, page)
	if err != nil {
		h.Fatal(err)
	}
	if d := cmp.Diff(h.ref.state(), got); d != "" {
		h.Errorf("the reference has (-), the server has (+):\n%s", d)
	}
	for _, fault := range got.Broken() {
		h.Error(fault)
	}
	differ, err := inventory.Asymmetries(h.Context(), h.iam, &got)
	if err != nil {
		h.Fatal(err)
	}
	for _, fault := range differ {
		h.Error(fault)
	}
	h.compareSummary()
	h.useKeys()
}

// compareSummary: the first start's user and group are counted, too.
func (h *history) compareSummary() {
	out, err := h.iam.GetAccountSummary(h.Context(), nil)
	if err != nil {
		h.Fatal(err)
	}
	for name, want := range map[string]int{
		"Users": len(h.ref.users) + 1, "Groups": len(h.ref.groups) + 1, "Roles": len(h.ref.roles),
		"Policies": len(h.ref.policies), "InstanceProfiles": len(h.ref.profiles),
	} {
		if got := int(out.SummaryMap[name]); got != want {
			h.Errorf("GetAccountSummary counts %d %s; there are %d", got, name, want)
		}
	}
}

// useKeys: every key that is there and active signs, as its user; no other does.
func (h *history) useKeys() {
	for name, u := range h.ref.users {
		for id, k := range u.keys {
			who, err := sts.NewFromConfig(optionsOf(h.server, id, k.secret)).GetCallerIdentity(context.Background(), nil)
			if (err == nil) != k.active || err == nil && *who.UserId != u.id {
				h.Errorf("a key of %s, active: %v: %v", name, k.active, err)
			}
		}
	}
}
