package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/policy/x/archive"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// tarball is an npm archive of one file, and its digest as npm writes it.
func tarball(t *testing.T, name, text string) (packed []byte, integrity string) {
	t.Helper()
	return tarballOf(t, files{name: []byte(text)})
}

func tarballOf(t *testing.T, contents files) (packed []byte, integrity string) {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	entries := tar.NewWriter(zipped)
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		if err := entries.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(contents[name]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := entries.Write(contents[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := entries.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(out.Bytes())
	return out.Bytes(), "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

func TestUnpackTakesThePinnedArchiveOnly(t *testing.T) {
	packed, integrity := tarball(t, "package/dist/data.json", "{}")
	got, err := npmPackage{name: "p", version: "1", integrity: integrity}.unpack(packed)
	if err != nil || len(got) != 1 || string(got["dist/data.json"]) != "{}" {
		t.Errorf("got %v, %v", got, err)
	}
	other, _ := tarball(t, "package/dist/data.json", "[]")
	if _, err := (npmPackage{name: "p", version: "1", integrity: integrity}).unpack(other); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("another archive: %v", err)
	}
}

func TestUnpackRefusesWhatIsNoArchive(t *testing.T) {
	for _, bad := range []string{"", "no archive"} {
		sum := sha512.Sum512([]byte(bad))
		p := npmPackage{integrity: "sha512-" + base64.StdEncoding.EncodeToString(sum[:])}
		if _, err := p.unpack([]byte(bad)); err == nil {
			t.Errorf("%q is unpacked", bad)
		}
	}
}

const onePolicy = `{"B": {"arn": "arn:aws:iam::aws:policy/path/B", "latestVersionId": "v10",
	"createdDate": "2015-02-06T18:39:46.000Z", "lastUpdatedDate": "2020-01-02T03:04:05.000Z",
	"versions": {"v9": {"document": {}}, "v10": {"document": {"Version": "2012-10-17", "Statement": [{"Action": "a:<b>&"}]}}}},
	"A": {"arn": "arn:aws:iam::aws:policy/A", "latestVersionId": "v1", "createdDate": "2015-02-06T18:39:46.000Z",
	"lastUpdatedDate": "2015-02-06T18:39:46.000Z", "versions": {"v1": {"document": {"Z": 1, "A": 2}}}}}`

func TestManagedPolicyData(t *testing.T) {
	index, data, err := managedPolicyData(files{"dist/managedPolicies.json": []byte(onePolicy)})
	if err != nil {
		t.Fatal(err)
	}
	want := "/A\tANPAEF6TGQUGWVVC5NJI5\tv1\t2015-02-06T18:39:46Z\t2015-02-06T18:39:46Z\t0:0:13\n" +
		"/path/B\tANPAB4ZW6BTN6SWEJAEXB\tv10\t2015-02-06T18:39:46Z\t2020-01-02T03:04:05Z\t0:13:58\n"
	if string(index) != want {
		t.Errorf("index:\n%s\nwant:\n%s", index, want)
	}
	r := archive.NewReader(string(data))
	first, err := r.Text(archive.Location{Length: 13})
	if err != nil || first != `{"Z":1,"A":2}` {
		t.Errorf("document %q, %v: elements keep their order", first, err)
	}
	second, err := r.Text(archive.Location{Offset: 13, Length: 58})
	if err != nil || second != `{"Version":"2012-10-17","Statement":[{"Action":"a:<b>&"}]}` {
		t.Errorf("document %q, %v: text is not escaped", second, err)
	}
}

func TestManagedPolicyDataRefusesAnOddSource(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"newest version missing", `"v10": {`, `"v8": {`, "version v10 is missing"},
		{"latest is not the newest", `"v9": {`, `"v11": {`, "newer than the latest"},
		{"a customer's ARN", "iam::aws:policy/A", "iam::123456789012:policy/A", "has the ARN"},
		{"ARN of another name", "policy/path/B", "policy/path/C", "has the ARN"},
		{"a tab in the ARN", "policy/path/B", `policy/pa\tth/B`, "has the ARN"},
		{"no JSON", `{"B"`, `{B`, "invalid character"},
		{"no date", `2020-01-02T03:04:05.000Z`, `yesterday`, "parsing time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(onePolicy, tt.from, tt.to, 1)
			_, _, err := managedPolicyData(files{"dist/managedPolicies.json": []byte(text)})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// An id that a server has stored must be the one a later version gives.
func TestPolicyIDsStay(t *testing.T) {
	if got := policyID("arn:aws:iam::aws:policy/AdministratorAccess"); got != administratorAccessID {
		t.Errorf("got %s, want %s", got, administratorAccessID)
	}
	p, ok := catalog.ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	if !ok || p.ID != administratorAccessID {
		t.Errorf("the embedded policy is %+v", p)
	}
}

const administratorAccessID = "ANPAXUEARDEVTUHKHZ23E"

func oneService() files {
	return files{
		"data/serviceNames.json": []byte(`{"svc": "A Service"}`),
		"data/actions/svc.json": []byte(`{"tag": {"name": "Tag", "accessLevel": "Tagging, Write", "conditionKeys": ["svc:b", "aws:a"]},
			"get": {"name": "Get", "description": "left behind", "accessLevel": "Read", "dependentActions": ["iam:PassRole"],
			"resourceTypes": [{"name": "z"}, {"name": "a", "required": true, "conditionKeys": ["svc:b"]}]}}`),
		"data/resourceTypes/svc.json": []byte(`{"z": {"key": "z", "arn": "arn:z"}, "a": {"key": "a", "arn": "arn:a", "conditionKeys": ["svc:b"]}}`),
		"data/conditionKeys/svc.json": []byte(`{"svc:b": {"key": "svc:b", "type": "String"}, "aws:a": {"key": "aws:a", "type": "Bool"}}`),
	}
}

func TestServiceData(t *testing.T) {
	index, data, err := serviceData(oneService())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"p":"svc","n":"A Service","a":[` +
		`{"n":"Get","l":"Read","r":[{"t":"a","q":true,"c":["svc:b"]},{"t":"z"}],"d":["iam:PassRole"]},` +
		`{"n":"Tag","l":"Tagging","c":["aws:a","svc:b"]}],` +
		`"r":[{"n":"a","a":"arn:a","c":["svc:b"]},{"n":"z","a":"arn:z"}],` +
		`"c":[{"n":"aws:a","t":"Bool"},{"n":"svc:b","t":"String"}]}`
	at := archive.Location{Length: len(want)}
	if string(index) != "svc\t"+at.String()+"\n" {
		t.Errorf("index %q", index)
	}
	if got, err := archive.NewReader(string(data)).Text(at); err != nil || got != want {
		t.Errorf("table\n%s, %v\nwant\n%s", got, err, want)
	}
}

func TestServiceDataRefusesAnOddSource(t *testing.T) {
	for path := range oneService() {
		t.Run("without "+path, func(t *testing.T) {
			pkg := oneService()
			delete(pkg, path)
			if _, _, err := serviceData(pkg); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
		})
		t.Run("broken "+path, func(t *testing.T) {
			pkg := oneService()
			pkg[path] = []byte("{")
			if _, _, err := serviceData(pkg); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAccessLevel(t *testing.T) {
	tests := []struct {
		text string
		want services.AccessLevel
	}{
		{"List", services.List}, {"Read", services.Read}, {"Write", services.Write},
		{"Tagging, Write", services.Tagging}, {"Permissions management, Write", services.PermissionsManagement},
		{"Permissions management", services.PermissionsManagement}, {"write", ""}, {"", ""}, {"Read, List", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if got, err := accessLevel(tt.text); got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestGlobalKeyData(t *testing.T) {
	program := "exports.globalConditionKeys = [\n{\n key: 'aws:username',\n category: 'principal',\n type: 'String',\n},\n" +
		"{\n key: 'aws:RequestTag/tag-key',\n category: 'request',\n type: 'String', //note\n},\n]"
	got, err := globalKeyData(files{"dist/cjs/globalConditionKeys.js": []byte(program)})
	want := "aws:requesttag/${tagkey}\taws:RequestTag/${TagKey}\tString\naws:username\taws:username\tString\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if _, err := globalKeyData(files{}); err == nil {
		t.Error("a package without keys is accepted")
	}
}

func TestWriteData(t *testing.T) {
	dir := t.TempDir()
	reduce := func(files) (index, data []byte, err error) { return []byte("i"), []byte("d"), nil }
	if err := writeData(dir, "x", nil, reduce); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"x.tsv": "i", "x.gz": "d"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	if err := writeData(dir, "y", nil, managedPolicyData); err == nil || !strings.Contains(err.Error(), "y:") {
		t.Errorf("an empty package: %v", err)
	}
	if err := writeData(filepath.Join(dir, "missing"), "x", nil, reduce); err == nil {
		t.Error("a folder that is not there is written to")
	}
}

// What the generator writes is what the catalog reads: the types are shared,
// so a table survives the way through its stored form.
func TestStoredFormKeepsEverything(t *testing.T) {
	table, err := serviceTable(oneService(), "svc", "A Service")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	var read services.ServiceTable
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(read)
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("%s, %v\n%s", text, err, again)
	}
}
