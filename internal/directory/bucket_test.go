package directory

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/store"
)

const otherAccount = "444455556666"

// addAccount makes a second account.
func addAccount(t *testing.T, d *Directory) {
	t.Helper()
	if err := d.Update(t.Context(), otherAccount, func(tx *Tx) error {
		tx.AccountRecord()
		tx.AccountByEmail("other@example.com")
		tx.newAccount(&Account{ID: otherAccount, Name: "other", Email: "other@example.com", Created: tx.Now()})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// addBucket makes a bucket of an account.
func addBucket(t *testing.T, d *Directory, account, name string) *Bucket {
	t.Helper()
	b, err := createBucket(t, d, account, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func createBucket(t *testing.T, d *Directory, account, name string) (b *Bucket, err error) {
	t.Helper()
	err = d.Update(t.Context(), account, func(tx *Tx) (err error) {
		b, err = tx.CreateBucket(NewBucket{Name: name, Region: "us-east-1"})
		return err
	})
	return b, err
}

// The rules of [bucketnamingrules], one a row.
func TestBucketNames(t *testing.T) {
	for _, name := range []string{"abc", "a1b", "1ab", "my.bucket.name", "amzn-s3", "a-1-b", strings.Repeat("a", 63), "1.2.3.x", "300.2.3", "a.b.c.d"} {
		if err := CheckBucketName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for rule, name := range map[string]string{
		"3 characters":     "ab",
		"63 characters":    strings.Repeat("a", 64),
		"lower case":       "aBc",
		"no underscore":    "a_bc",
		"no slash":         "a/bc",
		"no space":         "a bc",
		"ASCII letters":    "äbcd",
		"begins":           "-abc",
		"begins with dot":  ".abc",
		"ends":             "abc-",
		"adjacent periods": "a..bc",
		"an address":       "192.168.5.4",
		"like an address":  "999.168.5.4",
		"xn--":             "xn--abc",
		"sthree-":          "sthree-abc",
		"configurator":     "sthree-configurator-abc",
		"amzn-s3-demo-":    "amzn-s3-demo-abc",
		"-s3alias":         "abc-s3alias",
		"--ol-s3":          "abc--ol-s3",
		".mrap":            "abc.mrap",
		"--x-s3":           "abc--x-s3",
		"--table-s3":       "abc--table-s3",
		"-an":              "abc-111122223333-us-east-1-an",
		"nothing":          "",
		"a dot":            "..",
	} {
		err := CheckBucketName(name)
		var e *api.Error
		if !errors.As(err, &e) || e.Code != "InvalidBucketName" || e.Status != 400 || e.Message != "The specified bucket is not valid." {
			t.Errorf("%s: %q: %v", rule, name, err)
		}
	}
}

// create-bucket-faq: ACLs are off and public access is blocked in new buckets. A name is
// one account's in the whole service.
func TestCreateBucket(t *testing.T) {
	d := openDirectory(t)
	addAccount(t, d)
	addBucket(t, d, testAccount, "photos")
	for _, account := range []string{testAccount, otherAccount} {
		owner, b, err := d.View(account).FindBucket("photos")
		if err != nil || owner != testAccount || b.Ownership != BucketOwnerEnforced || *b.PublicAccess != (PublicAccessBlock{true, true, true, true}) {
			t.Errorf("%s sees %s %+v %v", account, owner, b, err)
		}
	}
	if b := d.View(testAccount).OwnBucket("photos"); b.ARN() != "arn:aws:s3:::photos" || !b.Created.Equal(testStart) || b.Region != "us-east-1" {
		t.Errorf("%+v", b)
	}
	_, err := createBucket(t, d, testAccount, "photos")
	expectError(t, err, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
	_, err = createBucket(t, d, otherAccount, "photos")
	expectError(t, err, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.")
	_, err = createBucket(t, d, otherAccount, "Photos")
	expectError(t, err, "InvalidBucketName", "The specified bucket is not valid.")
	if d.View(otherAccount).OwnBucket("photos") != nil {
		t.Error("the other account has the bucket, too")
	}
	_, _, err = d.View("").FindBucket("nothing")
	expectError(t, err, "NoSuchBucket", "The specified bucket does not exist")
}

// A deleted bucket's name is free for anybody.
func TestRemoveBucket(t *testing.T) {
	d := openDirectory(t)
	addAccount(t, d)
	addBucket(t, d, testAccount, "photos")
	change(t, d, func(tx *Tx) error {
		_, b, err := tx.FindBucket("photos")
		if err != nil {
			return err
		}
		tx.RemoveBucket(b)
		if owner, b := tx.Bucket("photos"); owner != "" || b != nil {
			t.Errorf("the transaction sees it: %s %+v", owner, b)
		}
		return nil
	})
	if owner, b := d.View(otherAccount).Bucket("photos"); owner != "" || b != nil {
		t.Errorf("%s %+v", owner, b)
	}
	addBucket(t, d, otherAccount, "photos")
	if owner, _ := d.View(testAccount).Bucket("photos"); owner != otherAccount {
		t.Error(owner)
	}
}

// Two accounts that make a bucket of one name at once, on two nodes: one gets it.
func TestBucketNamesOfTwoNodes(t *testing.T) {
	s := openStore(t)
	one, two := openNode(t, s), openNode(t, s)
	bootstrap(t, one)
	addAccount(t, one)
	for range 20 {
		errs := make(chan error)
		for account, d := range map[string]*Directory{testAccount: one, otherAccount: two} {
			go func() {
				errs <- d.Update(t.Context(), account, func(tx *Tx) error {
					_, err := tx.CreateBucket(NewBucket{Name: "photos", Region: "us-east-1"})
					return err
				})
			}()
		}
		var refused []error
		for range 2 {
			if err := <-errs; err != nil {
				refused = append(refused, err)
			}
		}
		if len(refused) != 1 {
			t.Fatalf("refused: %v", refused)
		}
		var e *api.Error
		if !errors.As(refused[0], &e) || e.Code != "BucketAlreadyExists" {
			t.Fatal(refused[0])
		}
		if err := one.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		owner, b := one.View("").Bucket("photos")
		if err := one.Update(t.Context(), owner, func(tx *Tx) error {
			_, b, err := tx.FindBucket(b.Name)
			if err == nil {
				tx.RemoveBucket(b)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := two.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// general-s3-quotas: 10,000 buckets an account.
func TestBucketQuota(t *testing.T) {
	d := openDirectory(t)
	addBucket(t, d, testAccount, "bucket-0")
	v := d.View(testAccount)
	for i := v.state.buckets.Len(); i < MaxBuckets; i++ {
		v.state.buckets.Set(strings.Repeat("x", i%200+3)+string(rune('a'+i/200)), &Bucket{})
	}
	expectError(t, v.MayCreateBucket("one-more"), "TooManyBuckets", "You have attempted to create more buckets than allowed")
	if err := d.View(otherAccount).MayCreateBucket("one-more"); err != nil {
		t.Error(err)
	}
}

// finding-canonical-user-id: 64 hexadecimal digits an account. They are a contract: ACLs
// and listings of yesterday hold them.
func TestCanonicalID(t *testing.T) {
	for account, want := range map[string]string{
		testAccount:  "d6b0580c4ffbc094ac2c45e936a8de045b31d665917ff6a7bc8b8aaa60d23673",
		otherAccount: "c35f6e486bf1f95820154178a95c2b82be43cc12bd6650e9ae84cd4bc9539433",
	} {
		if got := CanonicalID(account); got != want {
			t.Errorf("%s: %s, want %s", account, got, want)
		}
	}
}

// API_PutBucketTagging and its errors; keys differ by case [CostAllocTagging].
func TestBucketTags(t *testing.T) {
	d := openDirectory(t)
	addBucket(t, d, testAccount, "photos")
	set := func(tags ...api.Tag) error {
		return d.Update(t.Context(), testAccount, func(tx *Tx) error {
			_, b, err := tx.FindBucket("photos")
			if err != nil {
				return err
			}
			return tx.SetBucketTags(b, tags)
		})
	}
	if err := set(api.Tag{Key: "b", Value: "2"}, api.Tag{Key: "B"}, api.Tag{Key: "a/ö:1", Value: "x + y"}); err != nil {
		t.Fatal(err)
	}
	var many []api.Tag
	for i := range MaxTags + 1 {
		many = append(many, api.Tag{Key: strings.Repeat("k", i+1)})
	}
	for _, c := range []struct {
		tags          []api.Tag
		code, message string
	}{
		{[]api.Tag{{Key: "a"}, {Key: "a"}}, "InvalidTag", "Cannot provide multiple Tags with the same key"},
		{[]api.Tag{{Key: "aws:a"}}, "InvalidTag", "System tags cannot be added/updated by requester"},
		{[]api.Tag{{Key: "AWS:a"}}, "InvalidTag", "System tags cannot be added/updated by requester"},
		{[]api.Tag{{Key: ""}}, "InvalidTag", "The TagKey you have provided is invalid"},
		{[]api.Tag{{Key: strings.Repeat("k", 129)}}, "InvalidTag", "The TagKey you have provided is invalid"},
		{[]api.Tag{{Key: "a\n"}}, "InvalidTag", "The TagKey you have provided is invalid"},
		{[]api.Tag{{Key: "a", Value: strings.Repeat("v", 257)}}, "InvalidTag", "The TagValue you have provided is invalid"},
		{[]api.Tag{{Key: "a", Value: "\xff"}}, "InvalidTag", "The TagValue you have provided is invalid"},
		{[]api.Tag{{Key: "a", Value: "<v>"}}, "InvalidTag", "The TagValue you have provided is invalid"},
		{many, "BadRequest", "Bucket tag count cannot be greater than 50"},
	} {
		expectError(t, set(c.tags...), c.code, c.message)
	}
	b := d.View(testAccount).OwnBucket("photos")
	if len(b.Tags) != 3 || b.Tags[0].Key != "B" || b.Tags[1].Key != "a/ö:1" {
		t.Errorf("%+v", b.Tags)
	}
	if err := set(many[:MaxTags]...); err != nil {
		t.Error(err)
	}
	if err := set(); err != nil || d.View(testAccount).OwnBucket("photos").Tags != nil {
		t.Errorf("%v %+v", err, d.View(testAccount).OwnBucket("photos").Tags)
	}
}

// A change of one setting leaves the others, and the record before it, as they are.
func TestBucketSettings(t *testing.T) {
	d := openDirectory(t)
	before := addBucket(t, d, testAccount, "photos")
	edit := func(fn func(tx *Tx, b *Bucket)) *Bucket {
		change(t, d, func(tx *Tx) error {
			_, b, err := tx.FindBucket("photos")
			if err == nil {
				fn(tx, b)
			}
			return err
		})
		return d.View(testAccount).OwnBucket("photos")
	}
	if b := edit(func(tx *Tx, b *Bucket) { tx.SetPublicAccessBlock(b, &PublicAccessBlock{BlockPublicPolicy: true}) }); *b.PublicAccess != (PublicAccessBlock{BlockPublicPolicy: true}) {
		t.Errorf("%+v", b.PublicAccess)
	}
	if b := edit(func(tx *Tx, b *Bucket) { tx.SetObjectOwnership(b, NoOwnershipControls) }); b.Ownership != NoOwnershipControls || b.PublicAccess == nil {
		t.Errorf("%+v", b)
	}
	if b := edit(func(tx *Tx, b *Bucket) { tx.SetPublicAccessBlock(b, nil) }); b.PublicAccess != nil || b.Ownership != NoOwnershipControls {
		t.Errorf("%+v", b)
	}
	if before.PublicAccess == nil || !before.PublicAccess.BlockPublicACLs || before.Ownership != BucketOwnerEnforced {
		t.Errorf("the old record has changed: %+v", before)
	}
}

// A decision reads the bucket without allocating, and a transaction asserts what it read.
func TestBucketReads(t *testing.T) {
	d := openDirectory(t)
	addBucket(t, d, testAccount, "photos")
	v := d.View("")
	if n := testing.AllocsPerRun(100, func() { v.Bucket("photos") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	tx := newTransaction()
	newView(d, d.snapshot.Load(), otherAccount, tx).Bucket("photos")
	for _, key := range []string{"bucket/photos", "a/" + testAccount + "/bucket/photos"} {
		if tx.reads[key] == 0 {
			t.Errorf("%s is not asserted", key)
		}
	}
}

// A name that points at an account without the bucket finds nothing (E-25).
func TestBucketReferenceWithoutRecord(t *testing.T) {
	s := openStore(t)
	d := openNode(t, s)
	bootstrap(t, d)
	for _, account := range []string{testAccount, otherAccount} {
		revision, err := s.Commit(t.Context(), nil, []store.Change{{Key: "bucket/photos", Value: []byte(`{"v":1,"account":"` + account + `"}`)}})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.wait(t.Context(), revision); err != nil {
			t.Fatal(err)
		}
		if owner, b := d.View(testAccount).Bucket("photos"); owner != "" || b != nil {
			t.Errorf("%s %+v", owner, b)
		}
	}
}
