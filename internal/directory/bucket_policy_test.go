package directory

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// bucketStatement is a bucket policy of one statement.
func bucketStatement(principal, action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"s 1","Effect":"Allow","Principal":` + principal + `,"Action":` + action + `,"Resource":` + resource + `}]}`
}

const (
	photos   = `"arn:aws:s3:::photos"`
	inPhotos = `"arn:aws:s3:::photos/*"`
	anybody  = `"*"`
)

func setBucketPolicy(t *testing.T, d *Directory, name, text string) error {
	t.Helper()
	return d.Update(t.Context(), testAccount, func(tx *Tx) error {
		_, b, err := tx.FindBucket(name)
		if err != nil {
			return err
		}
		identified, err := tx.IdentifyBucketPolicy(b, text)
		if err == nil {
			tx.SetBucketPolicy(b, identified)
		}
		return err
	})
}

// API_PutBucketPolicy, API_GetBucketPolicy, API_DeleteBucketPolicy.
func TestBucketPolicy(t *testing.T) {
	d := openDirectory(t)
	addBucket(t, d, testAccount, "photos")
	shown := func() (string, error) { v := d.View(testAccount); return v.BucketPolicy(v.OwnBucket("photos")) }
	_, err := shown()
	expectError(t, err, "NoSuchBucketPolicy", "The bucket policy does not exist")
	if v := d.View(testAccount); v.CompiledBucketPolicy(v.OwnBucket("photos")) != nil {
		t.Error("a policy decides that is not there")
	}
	text := "{\n \"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"s3:*\", \"Resource\": [" + photos + "," + inPhotos + "]}\n}"
	if err := setBucketPolicy(t, d, "photos", text); err != nil {
		t.Fatal(err)
	}
	if got, err := shown(); err != nil || got != text {
		t.Errorf("%s %v", got, err)
	}
	v := d.View(testAccount)
	p := v.CompiledBucketPolicy(v.OwnBucket("photos"))
	if p.Name() != "arn:aws:s3:::photos" || p.Type() != policy.Resource {
		t.Errorf("%s %v", p.Name(), p.Type())
	}
	change(t, d, func(tx *Tx) error {
		_, b, err := tx.FindBucket("photos")
		if err != nil {
			return err
		}
		return tx.SetBucketTags(b, []api.Tag{{Key: "k"}})
	})
	v = d.View(testAccount)
	if again := v.CompiledBucketPolicy(v.OwnBucket("photos")); again != p {
		t.Error("a change of tags compiles the policy again")
	}
	for range 2 {
		change(t, d, func(tx *Tx) error {
			_, b, err := tx.FindBucket("photos")
			if err == nil {
				tx.DeleteBucketPolicy(b)
			}
			return err
		})
	}
	if _, err := shown(); code(err) != "NoSuchBucketPolicy" {
		t.Error(err)
	}
}

func code(err error) string {
	var e *api.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// What S3 saves as a bucket policy, and its words for what it does not.
func TestBucketPolicyCheck(t *testing.T) {
	d := openDirectory(t)
	addBucket(t, d, testAccount, "photos")
	addUsers(t, d, "ana")
	ana := "arn:aws:iam::" + testAccount + ":user/ana"
	get := `"s3:GetObject"`
	const (
		badAction    = "Policy has invalid action"
		badResource  = "Policy has invalid resource"
		badPrincipal = "Invalid principal in policy"
		noUse        = "Action does not apply to any resource(s) in statement"
	)
	for _, c := range []struct{ name, text, words string }{
		{"everybody", bucketStatement(anybody, get, inPhotos), ""},
		{"an account", bucketStatement(`{"AWS":"444455556666"}`, get, inPhotos), ""},
		{"a user", bucketStatement(`{"AWS":["`+ana+`","*"]}`, get, inPhotos), ""},
		{"a service", bucketStatement(`{"Service":"logging.s3.amazonaws.com"}`, `"s3:PutObject"`, inPhotos), ""},
		{"every action", bucketStatement(anybody, `"*"`, photos), ""},
		{"a pattern", bucketStatement(anybody, `"s3:Get*"`, photos), ""},
		{"of any case", bucketStatement(anybody, `"S3:getobject"`, inPhotos), ""},
		{"bucket and objects", bucketStatement(anybody, `["s3:ListBucket","s3:GetObject"]`, "["+photos+","+inPhotos+"]"), ""},
		{"a variable", bucketStatement(anybody, get, `"arn:aws:s3:::photos/${aws:username}/*"`), ""},
		{"a star behind the name", bucketStatement(anybody, `["s3:ListBucket","s3:GetObject"]`, `"arn:aws:s3:::photos*"`), ""},
		{"all but", strings.Replace(bucketStatement(anybody, `"s3:GetObject"`, photos), `"Action"`, `"NotAction"`, 1), ""},
		{"all but a resource", strings.Replace(bucketStatement(anybody, get, `"arn:aws:s3:::photos/x"`), `"Resource"`, `"NotResource"`, 1), ""},

		{"nothing", "", "Policies must be valid JSON and the first byte must be '{'"},
		{"a blank first", " " + bucketStatement(anybody, get, inPhotos), "Policies must be valid JSON and the first byte must be '{'"},
		{"a list", "[]", "Policies must be valid JSON and the first byte must be '{'"},
		{"no JSON", "{", "This policy contains invalid Json"},
		{"two documents", bucketStatement(anybody, get, inPhotos) + "{}", "This policy contains invalid Json"},
		{"no statement", `{"Version":"2012-10-17"}`, "Missing required field Statement"},
		{"no statements", `{"Version":"2012-10-17","Statement":[]}`, "Could not parse the policy: Statement is empty!"},
		{"version", strings.Replace(bucketStatement(anybody, get, inPhotos), "2012-10-17", "2012-10-18", 1), "The policy must contain a valid version string"},
		{"an unknown element", strings.Replace(bucketStatement(anybody, get, inPhotos), `"Sid"`, `"Name"`, 1), "Invalid policy syntax."},
		{"no principal", strings.Replace(bucketStatement(anybody, get, inPhotos), `"Principal":"*",`, "", 1), "Missing required field Principal"},
		{"no action", strings.Replace(bucketStatement(anybody, get, inPhotos), `"Action":"s3:GetObject",`, "", 1), "Missing required field Action"},
		{"no resource", strings.Replace(bucketStatement(anybody, get, inPhotos), `,"Resource":`+inPhotos, "", 1), "Missing required field Resource"},
		{"no effect", strings.Replace(bucketStatement(anybody, get, inPhotos), `"Effect":"Allow",`, "", 1), "Missing required field Effect"},
		{"another service's action", bucketStatement(anybody, `"sqs:SendMessage"`, photos), badAction},
		{"no such action", bucketStatement(anybody, `"s3:GetNothing"`, photos), badAction},
		{"one of two", bucketStatement(anybody, `["s3:GetObject","s3:HeadObject"]`, inPhotos), badAction},
		{"no such action but", strings.Replace(bucketStatement(anybody, `"s3:HeadObject"`, photos), `"Action"`, `"NotAction"`, 1), badAction},
		{"no service", bucketStatement(anybody, `"GetObject"`, photos), badAction},
		{"no action's pattern", bucketStatement(anybody, `"s3:Get[O"`, photos), badAction},
		{"an action of no bucket", bucketStatement(anybody, `"s3:ListAllMyBuckets"`, photos), noUse},
		{"an object's action on the bucket", bucketStatement(anybody, get, photos), noUse},
		{"a bucket's action on objects", bucketStatement(anybody, `["s3:GetObject","s3:ListBucket"]`, inPhotos), noUse},
		{"another bucket", bucketStatement(anybody, get, `"arn:aws:s3:::other/*"`), badResource},
		{"a longer name", bucketStatement(anybody, get, `"arn:aws:s3:::photos2/*"`), badResource},
		{"every bucket", bucketStatement(anybody, get, `"arn:aws:s3:::*"`), badResource},
		{"everything", bucketStatement(anybody, get, `"*"`), badResource},
		{"no ARN", bucketStatement(anybody, get, `"photos/*"`), badResource},
		{"a region", bucketStatement(anybody, get, `"arn:aws:s3:us-east-1::photos/*"`), badResource},
		{"another partition", bucketStatement(anybody, get, `"arn:aws-cn:s3:::photos/*"`), badResource},
		{"another bucket but", strings.Replace(bucketStatement(anybody, get, `"arn:aws:s3:::other/*"`), `"Resource"`, `"NotResource"`, 1), badResource},
		{"a user who is not there", bucketStatement(`{"AWS":"`+ana+`2"}`, get, inPhotos), badPrincipal},
		{"an id that nobody has", bucketStatement(`{"AWS":"AIDAAAAAAAAAAAAAAAAAA"}`, get, inPhotos), badPrincipal},
		{"a group", bucketStatement(`{"AWS":"arn:aws:iam::`+testAccount+`:group/g"}`, get, inPhotos), badPrincipal},
		{"a pattern of users", bucketStatement(`{"AWS":"arn:aws:iam::`+testAccount+`:user/*"}`, get, inPhotos), badPrincipal},
		{"a bare ARN", bucketStatement(`"`+ana+`"`, get, inPhotos), badPrincipal},
		{"a canonical id", bucketStatement(`{"CanonicalUser":"`+CanonicalID(testAccount)+`"}`, get, inPhotos), badPrincipal},
		{"a provider", bucketStatement(`{"Federated":"accounts.google.com"}`, get, inPhotos), badPrincipal},
		{"all but somebody, allowed", strings.Replace(bucketStatement(`{"AWS":"`+ana+`"}`, get, inPhotos), `"Principal"`, `"NotPrincipal"`, 1), badPrincipal},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := setBucketPolicy(t, d, "photos", c.text)
			if c.words == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			expectError(t, err, "MalformedPolicy", c.words)
		})
	}
	t.Run("20 KiB", func(t *testing.T) {
		text := bucketStatement(anybody, get, inPhotos)
		if err := setBucketPolicy(t, d, "photos", text+strings.Repeat(" ", maxBucketPolicySize-len(text))); err != nil {
			t.Error(err)
		}
		err := setBucketPolicy(t, d, "photos", text+strings.Repeat(" ", maxBucketPolicySize-len(text)+1))
		expectError(t, err, "PolicyTooLarge", "Policy exceeds the maximum allowed document size.")
	})
}

// P-04: a user or role of any account is named by its id, which outlives its name: the
// policy follows a rename, and a new user of the old name gets nothing.
func TestBucketPolicyPrincipals(t *testing.T) {
	d := openDirectory(t)
	addAccount(t, d)
	addBucket(t, d, testAccount, "photos")
	in := func(fn func(tx *Tx) error) {
		t.Helper()
		if err := d.Update(t.Context(), otherAccount, fn); err != nil {
			t.Fatal(err)
		}
	}
	in(func(tx *Tx) error { _, err := tx.CreateUser(NewUser{Name: "ana", Path: "/"}); return err })
	named := func(name string) string {
		return bucketStatement(`{"AWS":"arn:aws:iam::`+otherAccount+`:user/`+name+`"}`, `"s3:GetObject"`, inPhotos)
	}
	if err := setBucketPolicy(t, d, "photos", named("ana")); err != nil {
		t.Fatal(err)
	}
	shown := func() string {
		v := d.View(testAccount)
		text, err := v.BucketPolicy(v.OwnBucket("photos"))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if got := shown(); got != named("ana") {
		t.Errorf("%s", got)
	}
	id := d.View(otherAccount).user("ana").ID
	if saved := d.View(testAccount).OwnBucket("photos").Policy.Text; !strings.Contains(saved, `{"AWS":"`+id+`"}`) {
		t.Errorf("it is saved as %s", saved)
	}
	in(func(tx *Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		return tx.DeleteUser(u)
	})
	in(func(tx *Tx) error { _, err := tx.CreateUser(NewUser{Name: "ana", Path: "/"}); return err })
	if got := shown(); !strings.Contains(got, id) || strings.Contains(got, "user/ana") {
		t.Errorf("the new user is named: %s", got)
	}
	if err := setBucketPolicy(t, d, "photos", shown()); code(err) != "MalformedPolicy" {
		t.Errorf("the id of nobody is saved: %v", err)
	}
}

// E-25: a policy that cannot be read denies.
func TestUnreadableBucketPolicy(t *testing.T) {
	d := openDirectory(t)
	addBucket(t, d, testAccount, "photos")
	change(t, d, func(tx *Tx) error {
		_, b, err := tx.FindBucket("photos")
		if err == nil {
			tx.SetBucketPolicy(b, "{")
		}
		return err
	})
	v := d.View(testAccount)
	b := v.OwnBucket("photos")
	r := &policy.Request{Principal: &policy.Principal{Kind: policy.Root, Account: testAccount}, Action: "s3:ListBucket", Resource: b.ARN(), ResourceAccount: testAccount}
	if got := policy.Decide(r, &policy.Set{Resource: v.CompiledBucketPolicy(b)}); got.Outcome != policy.ExplicitDeny || got.By != policy.Resource {
		t.Errorf("%+v", got)
	}
	if text, err := v.BucketPolicy(b); err != nil || text != "{" {
		t.Errorf("it is not shown as it is: %s %v", text, err)
	}
}

// FuzzBucketPolicy: what is saved compiles, and whatever is refused is MalformedPolicy.
func FuzzBucketPolicy(f *testing.F) {
	for _, seed := range []string{
		bucketStatement(anybody, `"s3:GetObject"`, inPhotos), bucketStatement(`{"AWS":"444455556666"}`, `["s3:*"]`, photos),
		"{", `{"Statement":null}`, `{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":"s3:x","NotResource":"arn:aws:s3:::photos"}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := checkBucketPolicy("photos", text)
		if err == nil {
			if _, err := policy.Compile(policy.Resource, "p", text); err != nil {
				t.Errorf("saved, but does not compile: %v", err)
			}
			return
		}
		if c := code(err); c != "MalformedPolicy" && c != "PolicyTooLarge" {
			t.Error(err)
		}
	})
}
