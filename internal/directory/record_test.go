package directory

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is one record of a kind, every field set, and its key.
type sample struct {
	key    string
	record record
}

// samples are all that is ever stored: what is written here is read for ever.
func samples() []sample {
	at := func(seconds int) time.Time { return testStart.Add(time.Duration(seconds) * time.Second) }
	entity := func(id, name string) Entity {
		return Entity{Version: 1, ID: id, Name: name, Path: "/team/", Created: at(0), Tags: []api.Tag{{Key: "k", Value: "<v>"}}}
	}
	grants := func(boundary string) Grants {
		return Grants{Attached: []string{testReadOnly, testARN + ":policy/team/Own"}, Inline: []Inline{{Name: "in", Document: NewDocument(testDocument)}}, Boundary: boundary}
	}
	login := &LoginProfile{Hash: "$argon2id$1", Created: at(1), Changed: at(2), ResetRequired: true, Previous: []string{"$argon2id$0"}}
	of := func(kind, name string) string { return "a/" + testAccount + "/" + kind + "/" + name }
	return []sample{
		{"a/" + testAccount + "/account", &Account{
			Version: 1, ID: testAccount, Name: "main", Email: "Root@example.com", Created: at(0), Alias: "main-alias",
			Root:         RootUser{Login: login, Keys: []string{"AKIAROOT"}, Generation: 3},
			Passwords:    &PasswordPolicy{8, true, true, true, true, true, 90, 5, true},
			Organization: testAccount, Joined: at(3), JoinedMethod: "INVITED", Tags: []api.Tag{{Key: "k", Value: "v"}},
		}},
		{of("user", "ana"), &User{
			Entity: entity("AIDA1", "Ana"), Grants: grants(testReadOnly), Groups: []string{"AGPA1"}, Keys: []string{"AKIA1"},
			Login: login, PasswordLastUsed: at(4), Generation: 2,
		}},
		{of("group", "readers"), &Group{Entity: entity("AGPA1", "Readers"), Grants: grants(""), Members: 1}},
		{of("role", "app"), &Role{
			Entity: entity("AROA1", "App"), Grants: grants(testReadOnly), Description: "d", MaxSessionDuration: 7200,
			Trust: NewDocument(testTrust), Profiles: 1, Generation: 4,
		}},
		{of("policy", "own"), &Policy{
			Entity: entity("ANPA1", "Own"), Description: "d", Updated: at(5), Default: 2, Last: 3,
			Versions:    []PolicyVersion{{Number: 2, Created: at(6), Document: NewDocument(testDocument)}},
			Attachments: 3, Boundaries: 1,
		}},
		{"a/" + testAccount + "/policychange", &reference{Version: 1, Account: testAccount}},
		{of("profile", "hosts"), &InstanceProfile{Entity: entity("AIPA1", "Hosts"), Role: "AROA1"}},
		{of("key", "AKIA1"), &AccessKey{Version: 1, ID: "AKIA1", User: "AIDA1", Secret: []byte{0, 1, 0xff}, Active: true, Created: at(7)}},
		{of("used", "AKIA1"), &LastUsed{Version: 1, At: at(8).Add(5), Service: "iam", Region: "us-east-1"}},
		{"a/" + testAccount + "/organization", &Organization{Version: 1, ID: "o-1", Root: "r-1", FeatureSet: "ALL", Created: at(9)}},
		{"a/" + testAccount + "/resourcepolicy", &ResourcePolicy{
			Version: 1, ID: "rp-1", Content: NewDocument(testDocument), Created: at(12), Tags: []api.Tag{{Key: "k", Value: "v"}},
		}},
		{of("creation", "car-1"), &AccountCreation{
			Version: 1, ID: "car-1", AccountName: "n", AccountID: "222233334444", State: "FAILED",
			FailureReason: "EMAIL_ALREADY_EXISTS", Requested: at(10), Completed: at(11),
		}},
		{of("bucket", "photos"), &Bucket{
			Version: 1, Name: "photos", Region: "us-east-1", Created: at(13), Tags: []api.Tag{{Key: "k", Value: "<v>"}},
			Policy: NewDocument(testDocument), PublicAccess: &PublicAccessBlock{true, true, true, true}, Ownership: BucketOwnerEnforced,
		}},
		{"bucket/photos", &reference{Version: 1, Account: testAccount}},
		{of("instance", "i-1"), &Instance{
			Version: 1, ID: "i-1", Reservation: "r-1", Image: "ami-1", Type: "t3.micro", Zone: "us-east-1a", Launched: at(15), Ended: at(16),
			Tags: []api.Tag{{Key: "k", Value: "v"}}, PrivateIP: "10.0.0.5", ClientToken: "t", Proof: []byte{0, 1, 0xff},
			Metadata: MetadataOptions{true, true, 2, true}, Profile: "AIPA1", ProfileARN: testARN + ":instance-profile/team/Hosts",
			Association: "iip-assoc-1", Associated: at(17), Request: []byte{2, 3, 0xfe}, Index: 1, Stopped: true,
		}},
		{"address/10.0.0.5", &Address{Version: 1, Account: testAccount, Instance: "i-1"}},
		{"alias/main-alias", &reference{Version: 1, Account: testAccount}},
		{"email/root@example.com", &reference{Version: 1, Account: testAccount}},
		{"identitykey", &IdentityKey{Version: 1, Certificate: []byte{3, 4, 0xfd}, Key: []byte{0, 1, 0xff}}},
		{"first", &reference{Version: 1, Account: testAccount}},
	}
}

const recordsGolden = "testdata/records.golden"

// TestRecordsGolden: keys and records are a contract between versions and between
// nodes. A change here is a migration, not an update of the golden file.
func TestRecordsGolden(t *testing.T) {
	var b strings.Builder
	for _, s := range samples() {
		value, err := json.Marshal(s.record)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\t%s\n", s.key, value)
	}
	if *update {
		if err := os.WriteFile(recordsGolden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(recordsGolden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(golden) {
		t.Errorf("records are written as\n%s\nwant\n%s", b.String(), golden)
	}
}

// Every field of every record is in the golden file, new ones too.
func TestRecordsGoldenIsComplete(t *testing.T) {
	for _, s := range samples() {
		everyField(t, fmt.Sprintf("%T", s.record), reflect.ValueOf(s.record).Elem())
	}
}

func everyField(t *testing.T, path string, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() && !field.Anonymous {
			continue
		}
		name, value := path+"."+field.Name, v.Field(i)
		if path == "*directory.Group.Grants" && field.Name == "Boundary" {
			continue // groups have none
		}
		if value.IsZero() {
			t.Errorf("%s is not in the sample", name)
		}
		if value.Kind() == reflect.Pointer && value.Type().Elem().Kind() == reflect.Struct {
			value = value.Elem()
		}
		if value.Kind() == reflect.Struct && value.Type() != reflect.TypeFor[time.Time]() && value.Type() != reflect.TypeFor[Document]() {
			everyField(t, name, value)
		}
	}
}

// What an older node wrote, this one reads and would write again byte for byte.
func TestRecordsAreReadBack(t *testing.T) {
	s := openStore(t)
	var changes []store.Change
	for _, line := range goldenLines(t) {
		changes = append(changes, store.Change{Key: line[0], Value: []byte(line[1])})
	}
	if _, err := s.Commit(t.Context(), nil, changes); err != nil {
		t.Fatal(err)
	}
	d := openNode(t, s)
	v := d.View(testAccount)
	last, _ := d.LastUsed("AKIA1")
	aliases, emails := pointer(v.snapshot.aliases, "main-alias"), pointer(v.snapshot.emails, "root@example.com")
	read := []record{
		v.AccountRecord(), v.user("ANA"), v.group("readers"), v.role("APP"), v.policy("own"), v.state.policyChange, v.profile("hosts"),
		v.AccessKey("AKIA1"), &last, v.OrganizationRecord(), v.ResourcePolicyRecord(), v.Creation("car-1"),
		v.OwnBucket("photos"), pointer(v.snapshot.buckets, "photos"), v.Instance("i-1"), get(v.snapshot.addresses, "10.0.0.5"), aliases, emails, v.snapshot.identityKey, &v.snapshot.first,
	}
	for i, line := range goldenLines(t) {
		value, err := json.Marshal(read[i])
		if err != nil || string(value) != line[1] {
			t.Errorf("%s is read as %s (%v), want %s", line[0], value, err, line[1])
		}
		if read[i].rev() == 0 {
			t.Errorf("%s has no revision", line[0])
		}
	}
	if d.FirstAccount() != testAccount || v.AccountByAlias("Main-Alias") != testAccount || v.AccountByEmail("ROOT@example.com") != testAccount {
		t.Error("a reference does not find its account")
	}
}

// A store that was written before there were resource policies is read as it is, and
// the records in it stay as they are when one is added.
func TestStoreBeforeResourcePolicies(t *testing.T) {
	s := openStore(t)
	var changes []store.Change
	for _, line := range goldenLines(t) {
		if !strings.HasSuffix(line[0], "/resourcepolicy") {
			changes = append(changes, store.Change{Key: line[0], Value: []byte(line[1])})
		}
	}
	if _, err := s.Commit(t.Context(), nil, changes); err != nil {
		t.Fatal(err)
	}
	d := openNode(t, s)
	if p := d.View(testAccount).ResourcePolicyRecord(); p != nil {
		t.Fatalf("%+v", p)
	}
	if err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
		o, err := tx.ManagedOrganization()
		if err != nil {
			return err
		}
		_, err = tx.SetResourcePolicy(o, `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"organizations:List*","Resource":"*"}]}`, nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	again := openNode(t, s).View(testAccount)
	if p := again.ResourcePolicyRecord(); p == nil || p.Version != recordVersion {
		t.Errorf("%+v", p)
	}
	for _, line := range goldenLines(t) {
		if strings.HasSuffix(line[0], "/resourcepolicy") {
			continue
		}
		if e, _, err := s.Get(t.Context(), line[0]); err != nil || string(e.Value) != line[1] {
			t.Errorf("%s is %s now (%v)", line[0], e.Value, err)
		}
	}
}

func goldenLines(t *testing.T) (lines [][2]string) {
	t.Helper()
	golden, err := os.ReadFile(filepath.FromSlash(recordsGolden))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(golden)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		lines = append(lines, [2]string{key, value})
	}
	return lines
}

// The golden file has every kind of key that the package comment lists.
func TestKeyLayoutIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, line := range goldenLines(t) {
		parts := strings.Split(line[0], "/")
		kind := "\t" + parts[0]
		if parts[0] == "a" {
			kind = "a/ACCOUNT/" + parts[2]
		}
		kinds = append(kinds, kind)
		if !strings.Contains(string(doc), kind) {
			t.Errorf("doc.go does not tell of %s", kind)
		}
	}
	for line := range strings.Lines(string(doc)) {
		key, isKey := strings.CutPrefix(line, "//\t")
		if !isKey || strings.HasPrefix(key, "event/") { // the journal's, which the directory does not read
			continue
		}
		if !strings.Contains(strings.Join(kinds, "\n")+"\n", strings.TrimRight(key[:strings.IndexAny(key, " ")], "ABCDEFGHIJKLMNOPQRSTUVWXYZ/")) && !strings.HasPrefix(key, "a/ACCOUNT/") {
			t.Errorf("no golden record of %s", key)
		}
	}
}

// unreadable are records that a node must not go on without (E-25), and what the
// error says.
func unreadable() map[string][3]string {
	of := func(kind string) string { return "a/" + testAccount + "/" + kind + "/x" }
	return map[string][3]string{
		"no JSON":                 {of("user"), `{"v":1`, "unexpected end of JSON input"},
		"of a newer version":      {of("user"), `{"v":2,"id":"AIDA1","name":"x"}`, "is of version 2, this Gatehouse reads 1: start the version that wrote it"},
		"of no version":           {of("group"), `{"id":"AGPA1"}`, "is of version 0"},
		"null":                    {of("role"), `null`, "is of version 0"},
		"a list":                  {of("policy"), `[]`, "cannot unmarshal"},
		"of an unknown kind":      {of("star"), `{"v":1}`, `unknown kind of record "star"`},
		"newer reference":         {"alias/x", `{"v":9,"account":"111122223333"}`, "is of version 9"},
		"newer e-mail":            {"email/x", `{"v":9}`, "is of version 9"},
		"newer first":             {"first", `{"v":9}`, "is of version 9"},
		"newer key":               {of("key"), `{"v":9}`, "is of version 9"},
		"newer use":               {of("used"), `{"v":9}`, "is of version 9"},
		"newer account":           {"a/" + testAccount + "/account", `{"v":9}`, "is of version 9"},
		"newer resource policy":   {"a/" + testAccount + "/resourcepolicy", `{"v":9}`, "is of version 9"},
		"delegation without text": {"a/" + testAccount + "/resourcepolicy", `{"v":1,"id":"rp-1"}`, "is not whole"},
		"user without id":         {of("user"), `{"v":1,"name":"x"}`, "is not whole"},
		"group without id":        {of("group"), `{"v":1,"name":"x"}`, "is not whole"},
		"profile without id":      {of("profile"), `{"v":1,"name":"x"}`, "is not whole"},
		"inline without document": {of("user"), `{"v":1,"id":"AIDA1","name":"x","inline":[{"name":"p"}]}`, "is not whole"},
		"role without trust":      {of("role"), `{"v":1,"id":"AROA1","name":"x","trust":null}`, "is not whole"},
		"policy without default":  {of("policy"), `{"v":1,"id":"ANPA1","name":"x","default":2,"versions":[{"number":1,"document":"{}"}]}`, "is not whole"},
		"newer bucket":            {of("bucket"), `{"v":9}`, "is of version 9"},
		"newer bucket's owner":    {"bucket/x", `{"v":9}`, "is of version 9"},
		"instance without id":     {of("instance"), `{"v":1,"zone":"us-east-1a"}`, "is not whole"},
		"address of nothing":      {"address/10.0.0.5", `{"v":1,"account":"111122223333"}`, "is not whole"},
		"bucket without name":     {of("bucket"), `{"v":1,"ownership":"BucketOwnerEnforced"}`, "is not whole"},
		"bucket of no ownership":  {of("bucket"), `{"v":1,"name":"x"}`, "is not whole"},
		"version without text":    {of("policy"), `{"v":1,"id":"ANPA1","name":"x","default":1,"versions":[{"number":1,"document":null}]}`, "is not whole"},
	}
}

// A record that cannot be read keeps the directory from opening; the error names
// the key and the revision.
func TestOpenRefusesUnreadableRecords(t *testing.T) {
	for name, c := range unreadable() {
		t.Run(name, func(t *testing.T) {
			s := openStore(t)
			revision, err := s.Commit(t.Context(), nil, []store.Change{{Key: c[0], Value: []byte(c[1])}})
			if err != nil {
				t.Fatal(err)
			}
			d, err := Open(t.Context(), s, Options{})
			if err == nil {
				t.Fatal("it opened", d.Close(t.Context()))
			}
			expectUnreadable(t, err, c[0], revision, c[2])
		})
	}
}

func expectUnreadable(t *testing.T, err error, key string, revision int64, words string) {
	t.Helper()
	for _, want := range []string{fmt.Sprintf("directory: record %q at revision %d: ", key, revision), words} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// The same record, while a directory follows its store, empties it: nothing is
// known and nothing is written any more (E-25).
func TestFollowRefusesUnreadableRecords(t *testing.T) {
	for name, c := range unreadable() {
		t.Run(name, func(t *testing.T) {
			s := openStore(t)
			d := openNode(t, s)
			bootstrap(t, d)
			addUsers(t, d, "ana")
			revision, err := s.Commit(t.Context(), nil, []store.Change{{Key: c[0], Value: []byte(c[1])}})
			if err != nil {
				t.Fatal(err)
			}
			<-d.done // it has ended by itself
			expectUnreadable(t, d.Err(), c[0], revision, c[2])
			if v := d.View(testAccount); v.Exists() || v.user("ana") != nil || d.FirstAccount() != "" || d.Mark(testAccount) != (Mark{}) {
				t.Error("the failed directory still knows its account")
			}
			ran := false
			err = d.Update(t.Context(), testAccount, func(tx *Tx) error {
				ran = true
				_, err := tx.CreateUser(NewUser{Name: "bob", Path: "/"})
				return err
			})
			if err != d.Err() || ran {
				t.Errorf("a transaction ran: %v, error %v", ran, err)
			}
			if _, ok, err := s.Get(t.Context(), "a/"+testAccount+"/user/bob"); ok || err != nil {
				t.Errorf("the failed directory wrote: %v %v", ok, err)
			}
		})
	}
}

// Keys of other rooms, the journal's events and the keyring's, are none of the
// directory's; a later version's are not either, outside the accounts.
func TestOtherRoomsKeys(t *testing.T) {
	s := openStore(t)
	var changes []store.Change
	for _, key := range []string{"event/1", "keyring", "z", "later/1"} {
		changes = append(changes, store.Change{Key: key, Value: []byte("not JSON")})
	}
	if _, err := s.Commit(t.Context(), nil, changes); err != nil {
		t.Fatal(err)
	}
	bootstrap(t, openNode(t, s))
}
