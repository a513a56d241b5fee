package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/store"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// A write is decided in the state that it changes: what was taken from its caller
// after it had been let through no longer holds.
func TestPermissionTakenAway(t *testing.T) {
	table := []struct {
		name string
		take func(t *testing.T, h *house, key string)
		code string
	}{
		{"nothing is taken", func(*testing.T, *house, string) {}, ""},
		{"the policy is detached", func(t *testing.T, h *house, _ string) {
			h.must(t, admin(h.a), "iam", "DetachUserPolicy", map[string]any{"UserName": "worker", "PolicyArn": h.workerPolicy()})
		}, "AccessDenied"},
		{"a policy denies", func(t *testing.T, h *house, _ string) {
			h.must(t, admin(h.a), "iam", "PutUserPolicy", map[string]any{"UserName": "worker", "PolicyName": "no",
				"PolicyDocument": strings.Replace(allowAll, "Allow", "Deny", 1)})
		}, "AccessDenied"},
		{"a permissions boundary is set", func(t *testing.T, h *house, _ string) {
			h.must(t, admin(h.a), "iam", "PutUserPermissionsBoundary", map[string]any{"UserName": "worker",
				"PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
		}, "AccessDenied"},
		{"the key is deleted", func(t *testing.T, h *house, key string) {
			h.must(t, admin(h.a), "iam", "DeleteAccessKey", map[string]any{"UserName": "worker", "AccessKeyId": key})
		}, "InvalidClientTokenId"},
		{"the key is made inactive", func(t *testing.T, h *house, key string) {
			h.must(t, admin(h.a), "iam", "UpdateAccessKey", map[string]any{"UserName": "worker", "AccessKeyId": key, "Status": "Inactive"})
		}, "InvalidClientTokenId"},
		{"the user is renamed", func(t *testing.T, h *house, _ string) {
			h.must(t, admin(h.a), "iam", "UpdateUser", map[string]any{"UserName": "worker", "NewUserName": "other"})
		}, "InvalidClientTokenId"},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			p := newProbe()
			h := newHouse(t, p.implementation())
			worker := h.newWorker(t)
			p.prepared, p.proceed = make(chan struct{}), make(chan struct{})
			done := make(chan answer)
			go func() { done <- h.call(t, worker, "probe", "Wait", nil) }()
			<-p.prepared
			c.take(t, h, worker.AccessKeyID)
			close(p.proceed)
			a := <-done
			if a.code() != c.code {
				t.Errorf("%d %s", a.status, a.body)
			}
			if wrote := len(p.written) > 0; wrote != (c.code == "") {
				t.Error("the method wrote:", wrote)
			}
		})
	}
}

func (h *house) workerPolicy() string { return "arn:aws:iam::" + h.a.Account + ":policy/work" }

// newWorker makes a user who may do everything by one policy.
func (h *house) newWorker(t *testing.T) sigv4.Credentials {
	t.Helper()
	c := admin(h.a)
	h.must(t, c, "iam", "CreateUser", map[string]any{"UserName": "worker"})
	h.must(t, c, "iam", "CreatePolicy", map[string]any{"PolicyName": "work", "PolicyDocument": allowAll})
	h.must(t, c, "iam", "AttachUserPolicy", map[string]any{"UserName": "worker", "PolicyArn": h.workerPolicy()})
	key := h.must(t, c, "iam", "CreateAccessKey", map[string]any{"UserName": "worker"})
	return sigv4.Credentials{AccessKeyID: key.field("AccessKeyId"), SecretAccessKey: key.field("SecretAccessKey")}
}

// Of writers who make the same thing at the same time, one makes it.
func TestConcurrentWriters(t *testing.T) {
	h := newHouse(t)
	const writers = 8
	codes := make(chan string, writers)
	var all sync.WaitGroup
	for range writers {
		all.Go(func() { codes <- h.call(t, admin(h.a), "iam", "CreateUser", map[string]any{"UserName": "ana"}).code() })
	}
	all.Wait()
	close(codes)
	counts := map[string]int{}
	for code := range codes {
		counts[code]++
	}
	if counts[""] != 1 || counts["EntityAlreadyExists"] != writers-1 {
		t.Error(counts)
	}
}

// After a call has returned, the next one on any connection sees it (item 12).
func TestReadYourWrites(t *testing.T) {
	h := newHouse(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			name := fmt.Sprintf("user-%d", i)
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // each call on a connection of its own
			for _, operation := range []string{"CreateUser", "GetUser", "DeleteUser"} {
				svc, op := h.find(t, "iam", operation)
				r, body := h.request(t, svc, op, map[string]any{"UserName": name})
				sign(t, r, body, "iam", admin(h.a))
				resp, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					t.Errorf("%s %s: %s", operation, name, resp.Status)
				}
			}
		})
	}
	all.Wait()
}

// Each call has one event: a write's commits with its change, all others go to the
// journal. They name the request as the answer does.
func TestOneEventACall(t *testing.T) {
	h := newHouse(t, newProbe().implementation())
	table := []struct {
		name      string
		caller    sigv4.Credentials
		service   string
		operation string
		in        map[string]any
		committed bool
	}{
		{"a write", admin(h.a), "iam", "CreateUser", map[string]any{"UserName": "ana"}, true},
		{"a write without a caller's permission", h.newNobody(t), "iam", "DeleteUser", map[string]any{"UserName": "ana"}, false},
		{"a write that fails", admin(h.a), "iam", "DeleteUser", map[string]any{"UserName": "bob"}, false},
		{"a write that panics", admin(h.a), "probe", "Panic", nil, false},
		{"a read", admin(h.a), "iam", "GetUser", map[string]any{"UserName": "ana"}, false},
		{"a read that fails", admin(h.a), "iam", "GetUser", map[string]any{"UserName": "bob"}, false},
		{"bad input", admin(h.a), "iam", "CreateUser", map[string]any{"UserName": "no/slash"}, false},
		{"a forged call", sigv4.Credentials{AccessKeyID: h.a.AdminKeyID, SecretAccessKey: "x"}, "iam", "GetUser", nil, false},
		{"not implemented", admin(h.a), "iam", "CreateSAMLProvider", nil, false},
	}
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			recorded, committed := len(h.journal.texts()), h.events(t)
			a := h.call(t, c.caller, c.service, c.operation, c.in)
			id := a.header.Get("x-amzn-RequestId")
			if inBody := a.field("RequestId"); inBody != id || len(id) != 36 {
				t.Errorf("request id %q in the header, %q in the body", id, inBody)
			}
			var fresh []string
			for key, event := range h.events(t) {
				if committed[key] == "" {
					fresh = append(fresh, event)
				}
			}
			if c.committed != (len(fresh) == 1) || len(fresh) > 1 {
				t.Fatalf("%d events are committed", len(fresh))
			}
			fresh = append(fresh, h.journal.texts()[recorded:]...)
			if len(fresh) != 1 || !strings.Contains(fresh[0], `"requestID":"`+id+`"`) || !strings.Contains(fresh[0], `"eventName":"`+c.operation+`"`) {
				t.Errorf("%q", fresh)
			}
			if failed := a.code() != ""; failed != strings.Contains(fresh[0], `"errorCode":"`+a.code()+`"`) {
				t.Errorf("%q", fresh[0])
			}
		})
	}
}

// events are the committed ones that the journal has not taken over.
func (h *house) events(t *testing.T) map[string]string {
	t.Helper()
	page, err := h.store.List(t.Context(), "event/", store.ListOptions{})
	ok(t, err)
	events := map[string]string{}
	for _, e := range page.Entries {
		events[e.Key] = string(e.Value)
	}
	return events
}

// Request ids are UUIDs, and no two are the same.
func TestRequestIDs(t *testing.T) {
	h := newHouse(t)
	seen := map[string]bool{}
	for range 50 {
		id := h.must(t, admin(h.a), "sts", "GetCallerIdentity", nil).header.Get("x-amzn-RequestId")
		if len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) || seen[id] {
			t.Fatalf("%q", id)
		}
		seen[id] = true
	}
}
