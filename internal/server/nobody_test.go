package server_test

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	s3api "github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// openToAll are the operations that need no permission (E-17), whoever asks.
var openToAll = map[string]bool{"sts:GetCallerIdentity": true, "sts:GetSessionToken": true, "probe:Knock": true}

const trustOf = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:root"},"Action":"sts:AssumeRole"}}`

const allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// samplesOf name what account a has: the caller must not reach it.
func samplesOf(a directory.TestAccount) map[string]any {
	arn := func(rest string) string { return "arn:aws:iam::" + a.Account + ":" + rest }
	return map[string]any{
		"UserName": "victim", "GroupName": "victims", "RoleName": "victim-role", "PolicyName": "victim-policy",
		"InstanceProfileName": "victim-profile", "PolicyArn": arn("policy/victim-policy"), "RoleArn": arn("role/victim-role"),
		"AccessKeyId": a.AdminKeyID, "AccessKeyID": a.AdminKeyID, "Status": "Inactive", "Password": "Another-1-password", "OldPassword": "Old-1-password",
		"NewPassword": "New-1-password", "PolicyDocument": allowAll, "AssumeRolePolicyDocument": strings.ReplaceAll(trustOf, "%s", a.Account),
		"PermissionsBoundary": arn("policy/victim-policy"), "VersionId": "v1", "AccountAlias": "victim-alias", "RoleSessionName": "attack",
		"Description": "changed", "Tags": []any{map[string]any{"Key": "k", "Value": "v"}}, "TagKeys": []any{"k"}, "Name": "fed",
		"EncodedMessage": strings.Repeat("0", 25), "authorizationId": strings.Repeat("0", 25), "policyUri": arn("policy/victim-policy"),
		"policyDocument": allowAll, "policyType": "IDENTITY_POLICY",
		"PolicyInputList": []any{allowAll}, "ActionNames": []any{"iam:GetUser"}, "PolicySourceArn": arn("user/victim"),
		"Content":    `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"organizations:List*","Resource":"*"}]}`,
		"InstanceId": victimInstance, "InstanceIds": []any{victimInstance}, "Resources": []any{victimInstance}, "AssociationId": "iip-assoc-0123456789abcdef0",
		"IamInstanceProfile": map[string]any{"Name": "victim-profile"}, "MinCount": 1, "MaxCount": 1,
		"instanceArn": directory.InstanceARN(region, a.Account, victimInstance), "secret": "not the secret of the victim",
		"Key": "victim-file", "AccountId": a.Account, "Email": "attack@example.com", "AccountName": "attack", "bucket": "victim-adopted", "CreateAccountRequestId": "car-0123456789abcdef0123456789abcdef",
	}
}

const victimInstance = "i-0123456789abcdef0"

// furnish makes in account a what the samples name.
func (h *house) furnish(t *testing.T, a directory.TestAccount) {
	t.Helper()
	c, s := admin(a), samplesOf(a)
	h.must(t, c, "iam", "CreateUser", map[string]any{"UserName": "victim"})
	h.must(t, c, "iam", "CreateGroup", map[string]any{"GroupName": "victims"})
	h.must(t, c, "iam", "CreateRole", map[string]any{"RoleName": "victim-role", "AssumeRolePolicyDocument": s["AssumeRolePolicyDocument"]})
	h.must(t, c, "iam", "CreatePolicy", map[string]any{"PolicyName": "victim-policy", "PolicyDocument": allowAll})
	h.must(t, c, "iam", "CreateInstanceProfile", map[string]any{"InstanceProfileName": "victim-profile"})
	ok(t, h.dir.Update(t.Context(), a.Account, func(tx *directory.Tx) error {
		p, err := tx.Profile("victim-profile")
		if err != nil {
			return err
		}
		tx.Instance(victimInstance)
		proof := sha256.Sum256([]byte("the secret of the victim"))
		i := &directory.Instance{ID: victimInstance, Reservation: "r-0123456789abcdef0", Proof: proof[:], Tags: []api.Tag{{Key: "owner", Value: "only the victim"}}}
		tx.SetProfile(i, p)
		i.Association = "iip-assoc-0123456789abcdef0"
		tx.PutInstance(i)
		return nil
	}))
	h.must(t, c, "s3", "CreateBucket", nil)
	if a := do(t, h.file(t, c, "PUT", "victim-file", "what only the victim reads")); a.status != http.StatusOK {
		t.Fatal(a)
	}
}

// eachOperation runs f for every operation that the server knows: a new one
// cannot escape.
func (h *house) eachOperation(t *testing.T, f func(t *testing.T, svc *api.Service, op *api.Operation, i services.Implementation, in map[string]any)) {
	samples := samplesOf(h.a)
	for _, i := range h.services {
		for _, op := range i.API.Operations {
			t.Run(i.API.Name+":"+op.Name, func(t *testing.T) {
				var in map[string]any
				if _, served := i.Methods[op.Name]; served {
					in = sample(t, i.API, op, samples)
				}
				f(t, i.API, op, i, in)
			})
		}
	}
}

// A forged signature gets nowhere, at any operation.
func TestForgedSignature(t *testing.T) {
	h := newHouse(t, newFiles("files").implementation(), newProbe().implementation())
	h.furnish(t, h.a)
	before := h.dir.Mark(h.a.Account)
	forged := sigv4.Credentials{AccessKeyID: h.a.AdminKeyID, SecretAccessKey: h.b.AdminSecret}
	h.eachOperation(t, func(t *testing.T, svc *api.Service, op *api.Operation, _ services.Implementation, in map[string]any) {
		a := h.call(t, forged, svc.Name, op.Name, in)
		want := "SignatureDoesNotMatch"
		if svc.Protocol == api.JSON || svc.Protocol == api.RESTJSON {
			want = "InvalidSignatureException"
		}
		if svc.Protocol == api.EC2Query {
			want = "AuthFailure"
		}
		if op.Method == http.MethodHead && a.status == http.StatusForbidden {
			return // its answer has no body
		}
		if a.code() != want {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	if h.dir.Mark(h.a.Account) != before {
		t.Error("a forged call changed the account")
	}
}

// No signature at all gets nowhere either, but at operations that take none.
func TestUnsigned(t *testing.T) {
	h := newHouse(t, newFiles("files").implementation(), newProbe().implementation())
	h.must(t, admin(h.a), "s3", "CreateBucket", nil)
	h.eachOperation(t, func(t *testing.T, svc *api.Service, op *api.Operation, i services.Implementation, in map[string]any) {
		r, _ := h.request(t, svc, op, in)
		a := do(t, r)
		switch code := a.code(); {
		case svc.Name == "probe" && op.Anonymous:
			if a.status != http.StatusOK {
				t.Errorf("%d %s", a.status, a.body)
			}
		case svc == s3api.API:
			_, served := i.Methods[op.Name]
			if served && deniedByKey(a) || op.Name == "ListDirectoryBuckets" && a.status == http.StatusForbidden { // ListBuckets's request
				break
			}
			if want := map[bool]int{true: http.StatusForbidden, false: http.StatusNotImplemented}[served]; a.status != want {
				t.Errorf("%d %s", a.status, a.body)
			}
		case svc.IsREST(): // an unsigned request of a REST service names no operation here
			if a.status/100 != 4 {
				t.Errorf("%d %s", a.status, a.body)
			}
		case op.Anonymous && i.Methods[op.Name].Read == nil && i.Methods[op.Name].Write == nil:
			if code != "NotImplemented" {
				t.Errorf("%d %s", a.status, a.body)
			}
		case svc.Protocol == api.EC2Query:
			if code != "AuthFailure" {
				t.Errorf("%d %s", a.status, a.body)
			}
		case svc.Name == "gatehouse-workload": // its callers prove themselves by a secret
			if code != "AccessDeniedException" {
				t.Errorf("%d %s", a.status, a.body)
			}
		case !strings.HasPrefix(code, "MissingAuthenticationToken"):
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

// A caller without any permission is denied every operation that needs one, and
// an operation without a method says that it has none.
func TestNoPermission(t *testing.T) {
	h := newHouse(t, newFiles("files").implementation(), newProbe().implementation())
	h.furnish(t, h.a)
	h.must(t, admin(h.a), "iam", "CreateUser", map[string]any{"UserName": "nobody"})
	key := h.must(t, admin(h.a), "iam", "CreateAccessKey", map[string]any{"UserName": "nobody"})
	nobody := sigv4.Credentials{AccessKeyID: key.field("AccessKeyId"), SecretAccessKey: key.field("SecretAccessKey")}
	before := h.dir.Mark(h.a.Account)
	h.eachOperation(t, func(t *testing.T, svc *api.Service, op *api.Operation, i services.Implementation, in map[string]any) {
		a := h.call(t, nobody, svc.Name, op.Name, in)
		_, served := i.Methods[op.Name]
		switch {
		case served && deniedByKey(a), op.Name == "ListDirectoryBuckets" && a.code() == "AccessDenied": // ListBuckets's request
		case !served:
			if a.status != http.StatusNotImplemented || a.code() != "NotImplemented" {
				t.Errorf("%d %s", a.status, a.body)
			}
		case openToAll[svc.Name+":"+op.Name]:
			if a.status != http.StatusOK {
				t.Errorf("%d %s", a.status, a.body)
			}
		case op.Method == http.MethodHead: // its answer has no body
			if a.status != http.StatusForbidden {
				t.Errorf("%d", a.status)
			}
		case svc.Protocol == api.EC2Query:
			if a.code() != "UnauthorizedOperation" || a.status != http.StatusForbidden {
				t.Errorf("%d %s", a.status, a.body)
			}
		case !strings.HasPrefix(a.code(), "AccessDenied"):
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	if h.dir.Mark(h.a.Account) != before {
		t.Error("a denied call changed the account")
	}
}

// An administrator of another account reaches nothing of this one: no call
// changes it, and no answer shows anything of it.
func TestAnotherAccount(t *testing.T) {
	h := newHouse(t, newFiles("files").implementation(), newProbe().implementation())
	h.furnish(t, h.a)
	victim := h.must(t, admin(h.a), "iam", "GetUser", map[string]any{"UserName": "victim"}).field("UserId")
	before := h.dir.Mark(h.a.Account)
	for name, caller := range map[string]sigv4.Credentials{"administrator": admin(h.b), "root user": root(h.b)} {
		t.Run(name, func(t *testing.T) {
			h.eachOperation(t, func(t *testing.T, svc *api.Service, op *api.Operation, _ services.Implementation, in map[string]any) {
				a := h.call(t, caller, svc.Name, op.Name, in)
				if strings.Contains(a.body, victim) || strings.Contains(a.body, h.a.AdminSecret) || strings.Contains(a.body, "only the victim") {
					t.Errorf("shows what is another account's: %s", a.body)
				}
				if svc.Name == "sts" && op.Name == "AssumeRole" && !strings.HasPrefix(a.code(), "AccessDenied") {
					t.Errorf("%d %s", a.status, a.body)
				}
			})
		})
	}
	if h.dir.Mark(h.a.Account) != before {
		t.Error("another account's caller changed the account")
	}
}

// deniedByKey: DeleteObjects tells of each key by itself [API_DeleteObjects].
func deniedByKey(a answer) bool {
	return strings.Contains(a.body, "<Error><Key>victim-file</Key><Code>AccessDenied</Code>") && !strings.Contains(a.body, "<Deleted>")
}

// No request, whatever its headers, reaches a back end undecided: not one of any
// operation of S3's model, unsigned, forged, of a caller without permission or of
// another account's administrator.
func TestBackendUndecided(t *testing.T) {
	h := newHouse(t)
	h.must(t, admin(h.a), "s3", "CreateBucket", nil)
	before := h.backend.requests()
	forged := sigv4.Credentials{AccessKeyID: h.a.AdminKeyID, SecretAccessKey: h.b.AdminSecret}
	nobody := h.newNobody(t)
	for _, op := range s3api.API.Operations {
		if op.Name == "CreateBucket" { // of its own account: no back end of another's is asked for
			continue
		}
		unsigned, _ := h.s3Request(t, op)
		unsigned.Header.Set("X-Forwarded-For", "127.0.0.1")
		unsigned.Header.Set("X-Amz-Security-Token", "x")
		answers := map[string]answer{"unsigned": do(t, unsigned)}
		for name, c := range map[string]sigv4.Credentials{"forged": forged, "nobody": nobody, "another account": admin(h.b)} {
			answers[name] = h.call(t, c, "s3", op.Name, nil)
		}
		for name, a := range answers {
			if a.status/100 == 2 && !deniedByKey(a) && op.Name != "ListBuckets" && op.Name != "ListDirectoryBuckets" {
				t.Errorf("%s, %s: %d %s", op.Name, name, a.status, a.body)
			}
			if a.header.Get("Content-Security-Policy") != "sandbox" || a.header.Get("X-Amz-Request-Id") == "" {
				t.Errorf("%s, %s: %v", op.Name, name, a.header)
			}
		}
		if now := h.backend.requests(); len(now) != len(before) {
			t.Fatalf("%s reached the back end: %q", op.Name, now[len(before):])
		}
	}
	allowed, body := h.s3Request(t, s3api.API.Operation("GetObject"))
	sign(t, allowed, body, "s3", admin(h.a))
	do(t, allowed)
	if len(h.backend.requests()) == len(before) {
		t.Error("an allowed call reached no back end: the test proves nothing")
	}
}

// Every operation that is served has its row, and the other way round: New refuses
// anything else.
func TestRowsAndMethods(t *testing.T) {
	h := newHouse(t, newFiles("files").implementation(), newProbe().implementation())
	served := 0
	for _, o := range h.server.Operations() {
		if o.Implemented != (o.Row != nil) {
			t.Errorf("%s:%s", o.Service, o.Operation)
		}
		if o.Implemented {
			served++
		}
	}
	if served < 80 {
		t.Errorf("%d operations are served", served)
	}
}
