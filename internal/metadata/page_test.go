package metadata

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// [instancedata-data-categories], as far as instances have it here.
func TestTree(t *testing.T) {
	h := newHouse(t)
	id := h.launch(func(i *directory.Instance) {
		i.PrivateIP, i.Metadata.Tags = "10.0.0.5", true
		i.Tags = []api.Tag{{Key: "Name", Value: "web server"}, {Key: "empty", Value: ""}}
	})
	service := h.only(id)
	good := token(t, service)
	for path, want := range map[string]string{
		"/":                                strings.Join(versions, " "),
		"/latest":                          "dynamic meta-data",
		"/latest/":                         "dynamic meta-data",
		"/2021-07-15/":                     "dynamic meta-data",
		"/latest/meta-data":                "ami-id iam/ instance-id instance-type local-ipv4 placement/ reservation-id services/ tags/",
		"/latest/meta-data/":               "ami-id iam/ instance-id instance-type local-ipv4 placement/ reservation-id services/ tags/",
		"/1.0/meta-data/ami-id":            "ami-00000000000000000",
		"/latest/meta-data/instance-id":    id,
		"/latest/meta-data/instance-type":  "t3.micro",
		"/latest/meta-data/local-ipv4":     "10.0.0.5",
		"/latest/meta-data/reservation-id": "r-0123456789abcdef0",
		"/latest/meta-data/placement/":     "availability-zone availability-zone-id region",
		"/latest/meta-data/placement/availability-zone":    "us-east-1a",
		"/latest/meta-data/placement/availability-zone-id": "id-of-us-east-1a",
		"/latest/meta-data/placement/region":               region,
		"/latest/meta-data/services/":                      "domain partition",
		"/latest/meta-data/services/domain":                "amazonaws.com",
		"/latest/meta-data/services/partition":             "aws",
		"/latest/meta-data/iam":                            "info security-credentials/",
		"/latest/meta-data/iam/security-credentials":       "reader",
		"/latest/meta-data/iam/security-credentials/":      "reader",
		"/latest/meta-data/tags/":                          "instance/",
		"/latest/meta-data/tags/instance":                  "Name empty",
		"/latest/meta-data/tags/instance/Name":             "web server",
		"/latest/meta-data/tags/instance/empty":            "",
		"/latest/dynamic/":                                 "instance-identity/",
		"/latest/dynamic/instance-identity/":               "document signature",
	} {
		if got := lines(get(t, service, good, path, http.StatusOK)); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	told := h.told(id)
	if get(t, service, good, "/latest/dynamic/instance-identity/document", 200) != told.Document || get(t, service, good, "/latest/dynamic/instance-identity/signature", 200) != told.Signature {
		t.Error("another identity document")
	}
}

func TestWhatIsNotThere(t *testing.T) {
	h := newHouse(t)
	id := h.launch(func(i *directory.Instance) { i.Tags = []api.Tag{{Key: "Name", Value: "web"}} })
	service := h.only(id)
	good := token(t, service)
	for _, path := range []string{
		"/latest/user-data", "/latest/meta-data/instance-id/", "/latest/meta-data/nothing", "/latest/meta-data//instance-id", "//latest/meta-data/instance-id",
		"/meta-data/instance-id", "/1999-01-01/meta-data/instance-id", "/latest/meta-data/iam/security-credentials/writer", "/latest/meta-data/iam/security-credentials/reader/",
		"/latest/meta-data/iam/security-credentials/READER", "/latest/meta-data/local-ipv4", "/latest/meta-data/tags", "/latest/meta-data/tags/instance/Name",
		"/latest/dynamic/instance-identity/pkcs7", "/latest/dynamic/instance-identity/rsa2048", "/latest/meta-data/placement/../instance-id", "/latest/api/token",
	} {
		get(t, service, good, path, http.StatusNotFound)
	}
	h.update(id, func(tx *directory.Tx, i *directory.Instance) { tx.DisassociateProfile(i) })
	for _, path := range []string{"/latest/meta-data/iam/", "/latest/meta-data/iam/info", "/latest/meta-data/iam/security-credentials/", "/latest/meta-data/iam/security-credentials/reader"} {
		get(t, service, good, path, http.StatusNotFound)
	}
}

// document reads a JSON answer.
func document(t *testing.T, text string) map[string]string {
	t.Helper()
	var d map[string]string
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return d
}

// [instance-metadata-security-credentials]: the members of the document.
func TestCredentialsDocument(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	service := h.only(id)
	w := call{method: "GET", path: "/latest/meta-data/iam/security-credentials/reader", header: map[string]string{headerToken: token(t, service)}}.of(service)
	c := h.told(id).Credentials
	want := map[string]string{
		"Code": "Success", "LastUpdated": "2026-03-01T12:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": c.AccessKeyID,
		"SecretAccessKey": c.SecretAccessKey, "Token": c.SessionToken, "Expiration": "2026-03-01T18:00:00Z",
	}
	got := document(t, w.Body.String())
	for member, value := range want {
		if got[member] != value {
			t.Errorf("%s is %q, want %q", member, got[member], value)
		}
	}
	if len(got) != len(want) || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%d members, headers %v", len(got), w.Header())
	}
}

// [instancedata-data-categories] iam/info.
func TestInfoDocument(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	service := h.only(id)
	good := token(t, service)
	got := document(t, get(t, service, good, "/latest/meta-data/iam/info", 200))
	if got["Code"] != "Success" || got["LastUpdated"] == "" || got["InstanceProfileArn"] != "arn:aws:iam::111122223333:instance-profile/hosts" || !strings.HasPrefix(got["InstanceProfileId"], "AIPA") {
		t.Errorf("%v", got)
	}
	h.onRole(func(tx *directory.Tx, r *directory.Role) error {
		return tx.SetTrust(r, strings.Replace(trustEC2, "ec2.", "lambda.", 1))
	})
	for _, path := range []string{"/latest/meta-data/iam/info", "/latest/meta-data/iam/security-credentials/reader"} {
		got = document(t, get(t, service, good, path, 200))
		if got["Code"] != "AssumeRoleUnauthorizedAccess" || got["Message"] == "" || got["SecretAccessKey"] != "" {
			t.Errorf("%s: %v", path, got)
		}
	}
	h.onRole(func(tx *directory.Tx, r *directory.Role) error { p, _ := tx.Profile("hosts"); return tx.TakeRole(p, r) })
	if got = document(t, get(t, service, good, "/latest/meta-data/iam/info", 200)); got["Code"] != "Success" {
		t.Errorf("a profile without a role: %v", got)
	}
	get(t, service, good, "/latest/meta-data/iam/security-credentials/", 404)
}

// FuzzPath: no path shows a secret but that of the role's credentials, and none fails.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"/", "/latest/", "/latest/meta-data/iam/info", "/latest/meta-data/iam/security-credentials/reader", "/latest/meta-data/tags/instance/Name", "//", "/latest/meta-data/iam/security-credentials/reader/x"} {
		f.Add(path)
	}
	i := &Instance{
		ARN: "arn", ID: "i-1", Zone: "z", Region: "r", Role: "reader", ProfileARN: "p", TagsShown: true, Tags: map[string]string{"Name": "n", "a/b": "c"},
		Credentials: &Credentials{AccessKeyID: "ASIA", SecretAccessKey: "SECRETSECRET", SessionToken: "TOKENTOKEN"},
	}
	f.Fuzz(func(t *testing.T, path string) {
		version, rest, ok := cutVersion(path)
		if ok == (version == "") {
			t.Fatal(version, rest, ok)
		}
		text, kind, found := page{i, i.Credentials}.find(rest)
		if found && (len(kind) != 1 || rest != "" && strings.HasPrefix(rest, "/")) {
			t.Fatalf("%q: %s", path, text)
		}
		secret := strings.Contains(string(text), "SECRETSECRET") || strings.Contains(string(text), "TOKENTOKEN")
		if secret != (rest == "meta-data/iam/security-credentials/reader") {
			t.Fatalf("%q: %s", path, text)
		}
	})
}

// FuzzToken: nothing is a token but what was issued.
func FuzzToken(f *testing.F) {
	tokens := newTokens()
	good := tokens.issue("arn", start.Add(1000))
	f.Add(good, "arn")
	f.Add(strings.Repeat("A", 64), "arn")
	f.Fuzz(func(t *testing.T, text, instance string) {
		if tokens.valid(text, instance, start.Add(-1)) && (text != good || instance != "arn") {
			t.Fatalf("%q of %q", text, instance)
		}
	})
}
