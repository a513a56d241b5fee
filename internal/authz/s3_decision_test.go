package authz

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/authz/authztest"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// policyOf is a bucket policy of statements.
func policyOf(statements ...string) *directory.Document {
	return directory.NewDocument(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
}

// grantTo is a statement that allows an action on all of a bucket to principals.
func grantTo(principal, action, bucket string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":"` + action + `","Resource":["arn:aws:s3:::` + bucket + `","arn:aws:s3:::` + bucket + `/*"]}`
}

// decide asks for an S3 operation in a state of the directory.
func decide(d *directory.Directory, caller *api.Principal, operation string, in any) error {
	return decideWith(d, s3Call(caller, operation), in, noObjectTags)
}

func decideWith(d *directory.Directory, call *api.Call, in any, tags ObjectTags) error {
	return Authorize(d.View(call.Account), call, S3(tags)[call.Operation.Name], in)
}

// answer is an error's code and sentence.
func answer(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return "allowed"
	}
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	return e.Code + ": " + authztest.Sentence(t, e.Message)
}

// farRoot is the root user of the account that "far" belongs to.
func farRoot() *api.Principal {
	p := rootCaller()
	arn := directory.RootARN(outsideID)
	p.Account, p.ARN, p.EntityARN, p.EntityID, p.UserID = outsideID, arn, arn, outsideID, outsideID
	return p
}

// E-06, E-11, E-13, E-15: who reads an object of whose bucket, by whose policies.
func TestS3AcrossAccounts(t *testing.T) {
	ana := `{"AWS":"arn:aws:iam::` + accountID + `:user/ana"}`
	account := `{"AWS":"` + accountID + `"}`
	const own, none = "s3:GetObject", ""
	for name, tt := range map[string]struct {
		bucket, identity, policy string
		anonymous, root          bool
		want                     string
	}{
		"own bucket, identity allows":                   {bucket: "b", identity: own, want: "allowed"},
		"own bucket, nothing allows":                    {bucket: "b", want: `AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action`},
		"own bucket, its policy names the user":         {bucket: "b", policy: grantTo(ana, "s3:GetObject", "b"), want: "allowed"},
		"own bucket, its policy names the account":      {bucket: "b", policy: grantTo(account, "s3:GetObject", "b"), want: `AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action`},
		"own bucket, its policy denies":                 {bucket: "b", identity: own, policy: strings.Replace(grantTo(`"*"`, "s3:GetObject", "b"), "Allow", "Deny", 1), want: `AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" with an explicit deny in a resource-based policy`},
		"far bucket, identity alone":                    {bucket: "far", identity: own, want: "AccessDenied: Access Denied"},
		"far bucket, its policy alone":                  {bucket: "far", policy: grantTo(ana, "s3:GetObject", "far"), want: "AccessDenied: Access Denied"},
		"far bucket, both":                              {bucket: "far", identity: own, policy: grantTo(ana, "s3:GetObject", "far"), want: "allowed"},
		"far bucket, identity and the account":          {bucket: "far", identity: own, policy: grantTo(account, "s3:GetObject", "far"), want: "allowed"},
		"far bucket, both, another action":              {bucket: "far", identity: own, policy: grantTo(ana, "s3:PutObject", "far"), want: "AccessDenied: Access Denied"},
		"anonymous, nothing":                            {bucket: "b", anonymous: true, want: "AccessDenied: Access Denied"},
		"anonymous, everyone":                           {bucket: "b", anonymous: true, policy: grantTo(`"*"`, "s3:GetObject", "b"), want: "allowed"},
		"anonymous, a user":                             {bucket: "b", anonymous: true, policy: grantTo(ana, "s3:GetObject", "b"), want: "AccessDenied: Access Denied"},
		"root of the owner":                             {bucket: "b", root: true, want: "allowed"},
		"root of the owner, denied":                     {bucket: "b", root: true, policy: strings.Replace(grantTo(`"*"`, "s3:*", "b"), "Allow", "Deny", 1), want: `AccessDenied: User: arn:aws:iam::111122223333:root is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" with an explicit deny in a resource-based policy`},
		"root of another account, nothing":              {bucket: "far", root: true, want: "AccessDenied: Access Denied"},
		"root of another account that the policy names": {bucket: "far", root: true, policy: grantTo(account, "s3:GetObject", "far"), want: "allowed"},
		"no such bucket":                                {bucket: "gone", identity: own, want: "NoSuchBucket: The specified bucket does not exist"},
		"no such bucket, anonymous":                     {bucket: "gone", anonymous: true, identity: none, want: "NoSuchBucket: The specified bucket does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			identity := ""
			if tt.identity != "" {
				identity = document("Allow", tt.identity, "*")
			}
			d := shelf(t, identity)
			if tt.policy != "" {
				owner := map[string]string{"b": accountID, "far": outsideID}[tt.bucket]
				putBucket(t, d, owner, directory.Bucket{Name: tt.bucket, Policy: policyOf(tt.policy)})
			}
			caller := userCaller(t, d, "ana")
			if tt.anonymous {
				caller = nil
			} else if tt.root {
				caller = rootCaller()
			}
			err := decide(d, caller, "GetObject", &s3.GetObjectInput{Bucket: &tt.bucket, Key: ptr("k")})
			if got := answer(t, err); got != tt.want {
				t.Errorf("%s\nand should %s", got, tt.want)
			}
		})
	}
}

// E-02: the root user of the owner may take away a policy that denies all.
func TestRootRemovesBucketPolicy(t *testing.T) {
	d := shelf(t, "")
	putBucket(t, d, accountID, directory.Bucket{Name: "b", Policy: policyOf(strings.Replace(grantTo(`"*"`, "s3:*", "b"), "Allow", "Deny", 1))})
	if err := decide(d, rootCaller(), "DeleteBucketPolicy", &s3.DeleteBucketPolicyInput{Bucket: ptr("b")}); err != nil {
		t.Error(err)
	}
	if err := decide(d, rootCaller(), "DeleteBucket", &s3.DeleteBucketInput{Bucket: ptr("b")}); err == nil {
		t.Error("and all else")
	}
}

// E-25: a bucket policy that cannot be read denies.
func TestUnreadableBucketPolicy(t *testing.T) {
	d := shelf(t, document("Allow", "*", "*"))
	putBucket(t, d, accountID, directory.Bucket{Name: "b", Policy: directory.NewDocument("{")})
	if err := decide(d, userCaller(t, d, "ana"), "GetObject", &s3.GetObjectInput{Bucket: ptr("b"), Key: ptr("k")}); err == nil {
		t.Error("allowed")
	}
}

// D-03, D-09: inside one organization the caller learns what of its own is missing, and
// nothing of the other account's policy.
func TestS3AcrossAccountsOfAnOrganization(t *testing.T) {
	read := &s3.GetObjectInput{Bucket: ptr("near"), Key: ptr("k")}
	const who = `AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::near/k" because no `
	for name, tt := range map[string]struct{ identity, policy, want string }{
		"identity alone":     {document("Allow", "s3:*", "*"), "", who + "resource-based policy allows the s3:GetObject action"},
		"its policy alone":   {"", grantTo(`"*"`, "s3:*", "near"), who + "identity-based policy allows the s3:GetObject action"},
		"neither":            {"", "", who + "identity-based policy allows the s3:GetObject action"},
		"its policy forbids": {document("Allow", "s3:*", "*"), strings.Replace(grantTo(`"*"`, "s3:*", "near"), "Allow", "Deny", 1), who + "resource-based policy allows the s3:GetObject action"},
	} {
		t.Run(name, func(t *testing.T) {
			d := shelf(t, tt.identity)
			b := directory.Bucket{Name: "near"}
			if tt.policy != "" {
				b.Policy = policyOf(tt.policy)
			}
			putBucket(t, d, memberID, b)
			if got := answer(t, decide(d, userCaller(t, d, "ana"), "GetObject", read)); got != tt.want {
				t.Errorf("%s\nand should %s", got, tt.want)
			}
		})
	}
}

// [access-control-block-public-access]: under RestrictPublicBuckets a public policy
// counts for the owner's account alone, in all that it grants to others.
func TestRestrictPublicBuckets(t *testing.T) {
	ana := grantTo(`{"AWS":"arn:aws:iam::`+accountID+`:user/ana"}`, "s3:GetObject", "far")
	public := grantTo(`"*"`, "s3:GetObject", "far")
	read := &s3.GetObjectInput{Bucket: ptr("far"), Key: ptr("k")}
	for name, tt := range map[string]struct {
		restrict              bool
		statements            []string
		stranger, anonymous   bool // may read
		ownUserWithoutAPolicy bool
	}{
		"not restricted, public":     {false, []string{ana, public}, true, true, true},
		"restricted, not public":     {true, []string{ana}, true, false, false},
		"restricted, public":         {true, []string{public}, false, false, true},
		"restricted, public as well": {true, []string{ana, public}, false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := shelf(t, document("Allow", "s3:GetObject", "*"))
			if err := d.Update(t.Context(), outsideID, func(tx *directory.Tx) error {
				_, err := tx.CreateUser(directory.NewUser{Name: "bob", Path: "/"})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			putBucket(t, d, outsideID, directory.Bucket{
				Name: "far", Policy: policyOf(tt.statements...),
				PublicAccess: &directory.PublicAccessBlock{RestrictPublicBuckets: tt.restrict},
			})
			bob, err := d.View(outsideID).User("bob")
			if err != nil {
				t.Fatal(err)
			}
			own := farRoot()
			own.Kind, own.ARN, own.EntityARN, own.EntityID = userCaller(t, d, "ana").Kind, bob.ARN(outsideID), bob.ARN(outsideID), bob.ID
			for who, c := range map[string]struct {
				caller *api.Principal
				may    bool
			}{
				"stranger": {userCaller(t, d, "ana"), tt.stranger}, "anonymous": {nil, tt.anonymous},
				"own root": {farRoot(), true}, "own user": {own, tt.ownUserWithoutAPolicy},
			} {
				if err := decide(d, c.caller, "GetObject", read); (err == nil) != c.may {
					t.Errorf("%s: %v", who, err)
				}
			}
		})
	}
}

// [bucket-owner-condition]: a bucket of another than the expected account is refused.
func TestExpectedBucketOwner(t *testing.T) {
	d := shelf(t, document("Allow", "s3:*", "*"))
	ana := userCaller(t, d, "ana")
	for name, tt := range map[string]struct {
		owner, source *string
		want          string
	}{
		"not named": {nil, nil, "allowed"},
		"right":     {ptr(accountID), ptr(accountID), "allowed"},
		"wrong":     {ptr(outsideID), nil, "AccessDenied: Access Denied"},
		"no one":    {ptr(""), nil, "AccessDenied: Access Denied"},
		"source":    {ptr(accountID), ptr(outsideID), "AccessDenied: Access Denied"},
	} {
		in := &s3.CopyObjectInput{Bucket: ptr("b"), Key: ptr("k"), CopySource: ptr("b/from"), ExpectedBucketOwner: tt.owner, ExpectedSourceBucketOwner: tt.source}
		if got := answer(t, decide(d, ana, "CopyObject", in)); got != tt.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// E-20: a copy needs both sides, and names the one that is missing.
func TestCopyNeedsBothSides(t *testing.T) {
	in := &s3.CopyObjectInput{Bucket: ptr("b"), Key: ptr("k"), CopySource: ptr("b/from")}
	for allow, want := range map[string]string{"s3:GetObject": "s3:PutObject", "s3:PutObject": "s3:GetObject", "s3:*Object": ""} {
		d := shelf(t, document("Allow", allow, "*"))
		got := answer(t, decide(d, userCaller(t, d, "ana"), "CopyObject", in))
		if want == "" && got != "allowed" || !strings.Contains(got, want) {
			t.Errorf("%s: %s", allow, got)
		}
	}
}

// [copy-object]: tags that are copied need permissions at both ends, and only where
// there are any.
func TestCopyOfTags(t *testing.T) {
	in := &s3.CopyObjectInput{Bucket: ptr("b"), Key: ptr("k"), CopySource: ptr("b/from?versionId=v9")}
	const objects = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:GetObjectVersion","s3:PutObject"],"Resource":"*"}}`
	const tagging = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:GetObjectVersion","s3:PutObject","s3:GetObjectVersionTagging","s3:PutObjectTagging"],"Resource":"*"}}`
	broken := errors.New("connection refused to 10.1.2.3")
	for name, tt := range map[string]struct {
		identity string
		tags     []api.Tag
		err      error
		looked   int
		want     string
	}{
		"none, not allowed":    {objects, nil, nil, 1, "allowed"},
		"some, not allowed":    {objects, []api.Tag{{Key: "a", Value: "1"}}, nil, 1, "s3:GetObjectVersionTagging"},
		"some, allowed":        {tagging, []api.Tag{{Key: "a", Value: "1"}}, nil, 0, "allowed"},
		"not known":            {objects, nil, broken, 1, "ServiceUnavailable"},
		"not known, no matter": {tagging, nil, broken, 0, "allowed"},
	} {
		d := shelf(t, tt.identity)
		looked := 0
		err := decideWith(d, s3Call(userCaller(t, d, "ana"), "CopyObject"), in, func(_ context.Context, bucket, key, version string) ([]api.Tag, error) {
			if looked++; bucket != "b" || key != "from" || version != "v9" {
				t.Errorf("looked at %s/%s %s", bucket, key, version)
			}
			return tt.tags, tt.err
		})
		if got := answer(t, err); !strings.Contains(got, tt.want) || looked != tt.looked || strings.Contains(got, "10.1.2.3") {
			t.Errorf("%s: %s, looked %d times", name, got, looked)
		}
	}
}

// tagged is a policy that allows to read what has team=red.
const tagged = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject*","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/team":"red","s3:ExistingObjectTag/stage":"test"}}}}`

// An object's tags are looked up where a policy asks, once, and the record tells them.
func TestExistingObjectTag(t *testing.T) {
	red := []api.Tag{{Key: "team", Value: "red"}, {Key: "stage", Value: "test"}}
	for name, tt := range map[string]struct {
		identity string
		tags     []api.Tag
		err      error
		looked   int
		want     string
	}{
		"the right tags":        {tagged, red, nil, 1, "allowed"},
		"others":                {tagged, []api.Tag{{Key: "team", Value: "blue"}}, nil, 1, "AccessDenied"},
		"none":                  {tagged, nil, nil, 1, "AccessDenied"},
		"not known":             {tagged, nil, errors.New("down"), 1, "ServiceUnavailable"},
		"no policy asks":        {document("Allow", "s3:*", "*"), nil, errors.New("down"), 0, "allowed"},
		"denied, and not asked": {document("Deny", "s3:*", "*"), nil, errors.New("down"), 0, "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			d := shelf(t, tt.identity)
			looked := 0
			call := s3Call(userCaller(t, d, "ana"), "GetObjectAttributes")
			err := decideWith(d, call, &s3.GetObjectAttributesInput{Bucket: ptr("b"), Key: ptr("k")}, func(ctx context.Context, bucket, key, version string) ([]api.Tag, error) {
				if _, bounded := ctx.Deadline(); !bounded || bucket != "b" || key != "k" || version != "" {
					t.Errorf("looked at %s/%s %q", bucket, key, version)
				}
				looked++
				return tt.tags, tt.err
			})
			if got := answer(t, err); !strings.HasPrefix(got, tt.want) || looked != tt.looked {
				t.Errorf("%s, looked %d times", got, looked)
			}
			var denied *Denial
			if errors.As(err, &denied) && tt.looked > 0 {
				recorded := maps.Collect(denied.Context(call))
				for _, tag := range tt.tags {
					if recorded["s3:ExistingObjectTag/"+tag.Key].One != tag.Value {
						t.Errorf("%v is not in %v", tag, recorded)
					}
				}
			}
		})
	}
}

// D-09: the tags of another account's object decide, and are not told.
func TestExistingObjectTagOfAnotherAccount(t *testing.T) {
	d := shelf(t, tagged)
	putBucket(t, d, memberID, directory.Bucket{Name: "near", Policy: policyOf(grantTo(`"*"`, "s3:*", "near"))})
	call := s3Call(userCaller(t, d, "ana"), "GetObject")
	for team, want := range map[string]bool{"red": true, "blue": false} {
		err := decideWith(d, call, &s3.GetObjectInput{Bucket: ptr("near"), Key: ptr("k")}, func(context.Context, string, string, string) ([]api.Tag, error) {
			return []api.Tag{{Key: "team", Value: team}, {Key: "stage", Value: "test"}}, nil
		})
		if (err == nil) != want {
			t.Errorf("%s: %v", team, err)
		}
		var denied *Denial
		if errors.As(err, &denied) {
			for key := range denied.Context(call) {
				if strings.HasPrefix(key, "s3:ExistingObjectTag/") {
					t.Errorf("tells %s", key)
				}
			}
		}
	}
}

// A denial keeps what was asked, whatever is decided after it.
func TestDenialKeepsItsRequest(t *testing.T) {
	d := shelf(t, "")
	call := s3Call(userCaller(t, d, "ana"), "ListObjectsV2")
	var first *Denial
	if !errors.As(decideWith(d, call, &s3.ListObjectsV2Input{Bucket: ptr("b"), Prefix: ptr("one")}, noObjectTags), &first) {
		t.Fatal("not denied")
	}
	for range 3 {
		_ = decideWith(d, call, &s3.ListObjectsV2Input{Bucket: ptr("b"), Prefix: ptr("two")}, noObjectTags)
	}
	if got := maps.Collect(first.Context(call))["s3:prefix"].One; got != "one" {
		t.Errorf("s3:prefix is %q", got)
	}
}

// [using-with-s3-actions], [example-bucket-policies]: the conditions that people write.
func TestS3Conditions(t *testing.T) {
	allow := func(action, condition string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"` + action + `","Resource":"*","Condition":{` + condition + `}}}`
	}
	b, k := ptr("b"), ptr("k")
	for name, tt := range map[string]struct {
		policy    string
		operation string
		yes, no   any
	}{
		"home folder": {allow("s3:ListBucket", `"StringLike":{"s3:prefix":["home/${aws:username}/*"]}`), "ListObjectsV2",
			&s3.ListObjectsV2Input{Bucket: b, Prefix: ptr("home/ana/x")}, &s3.ListObjectsV2Input{Bucket: b, Prefix: ptr("home/bob/x")}},
		"a prefix must be sent": {allow("s3:ListBucket", `"StringEquals":{"s3:prefix":""}`), "ListObjects",
			&s3.ListObjectsInput{Bucket: b, Prefix: ptr("")}, &s3.ListObjectsInput{Bucket: b}},
		"few keys": {allow("s3:ListBucket", `"NumericLessThanEquals":{"s3:max-keys":"10"}`), "ListObjectsV2",
			&s3.ListObjectsV2Input{Bucket: b, MaxKeys: ptr(int32(10))}, &s3.ListObjectsV2Input{Bucket: b, MaxKeys: ptr(int32(11))}},
		"one version": {allow("s3:GetObjectVersion", `"StringEquals":{"s3:VersionId":"v1"}`), "GetObject",
			&s3.GetObjectInput{Bucket: b, Key: k, VersionId: ptr("v1")}, &s3.GetObjectInput{Bucket: b, Key: k, VersionId: ptr("v2")}},
		"a version is another action": {allow("s3:GetObject", `"Null":{"s3:VersionId":"true"}`), "GetObject",
			&s3.GetObjectInput{Bucket: b, Key: k}, &s3.GetObjectInput{Bucket: b, Key: k, VersionId: ptr("v1")}},
		"encrypted": {allow("s3:PutObject", `"StringEquals":{"s3:x-amz-server-side-encryption":"AES256"}`), "PutObject",
			&s3.PutObjectInput{Bucket: b, Key: k, ServerSideEncryption: ptr("AES256")}, &s3.PutObjectInput{Bucket: b, Key: k}},
		"storage class": {allow("s3:PutObject", `"StringNotEquals":{"s3:x-amz-storage-class":"GLACIER"}`), "PutObject",
			&s3.PutObjectInput{Bucket: b, Key: k}, &s3.PutObjectInput{Bucket: b, Key: k, StorageClass: ptr("GLACIER")}},
		"tags that may be put": {allow("s3:PutObject*", `"ForAllValues:StringLike":{"s3:RequestObjectTagKeys":["team"]},"StringEqualsIfExists":{"s3:RequestObjectTag/team":"red"}`), "PutObject",
			&s3.PutObjectInput{Bucket: b, Key: k, Tagging: ptr("team=red")}, &s3.PutObjectInput{Bucket: b, Key: k, Tagging: ptr("team=red&x=y")}},
		"tag value": {allow("s3:PutObject*", `"StringEquals":{"s3:RequestObjectTag/team":"red"}`), "PutObject",
			&s3.PutObjectInput{Bucket: b, Key: k, Tagging: ptr("team=red")}, &s3.PutObjectInput{Bucket: b, Key: k, Tagging: ptr("team=blue")}},
		"region of new buckets": {allow("s3:CreateBucket", `"StringLike":{"s3:LocationConstraint":"eu-west-1"}`), "CreateBucket",
			&s3.CreateBucketInput{Bucket: ptr("new"), CreateBucketConfiguration: &s3.CreateBucketConfiguration{LocationConstraint: ptr("eu-west-1")}}, &s3.CreateBucketInput{Bucket: ptr("new")}},
		"copies from one place": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{"StringLike":{"s3:x-amz-copy-source":"b/public/*"}}}]}`, "CopyObject",
			&s3.CopyObjectInput{Bucket: b, Key: k, CopySource: ptr("/b/public%2Fa")}, &s3.CopyObjectInput{Bucket: b, Key: k, CopySource: ptr("b/private/a")}},
		"of the own account": {allow("s3:GetObject", `"StringEquals":{"s3:ResourceAccount":"`+accountID+`","aws:ResourceAccount":"`+accountID+`"}`), "GetObject",
			&s3.GetObjectInput{Bucket: b, Key: k}, &s3.GetObjectInput{Bucket: ptr("far"), Key: k}},
	} {
		t.Run(name, func(t *testing.T) {
			d := shelf(t, tt.policy)
			putBucket(t, d, outsideID, directory.Bucket{Name: "far", Policy: policyOf(grantTo(`"*"`, "s3:*", "far"))})
			ana := userCaller(t, d, "ana")
			if err := decide(d, ana, tt.operation, tt.yes); err != nil {
				t.Errorf("%v", err)
			}
			if err := decide(d, ana, tt.operation, tt.no); err == nil {
				t.Error("and the other as well")
			}
		})
	}
}

// [bucket-policy-s3-sigv4-conditions], [amazon-s3-policy-keys]: how the request came.
func TestS3SignatureConditions(t *testing.T) {
	header := api.Signed{Algorithm: "AWS4-HMAC-SHA256", PayloadHash: "UNSIGNED-PAYLOAD"}
	presigned := api.Signed{Algorithm: "AWS4-HMAC-SHA256", Presigned: true, Age: 90 * time.Second, PayloadHash: "UNSIGNED-PAYLOAD"}
	for condition, want := range map[string][3]bool{ // header, presigned, not signed
		`"StringEquals":{"s3:authType":"REST-HEADER"}`:                   {true, false, false},
		`"StringEquals":{"s3:authType":"REST-QUERY-STRING"}`:             {false, true, false},
		`"StringEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}`:      {true, true, false},
		`"NumericLessThan":{"s3:signatureAge":"90001"}`:                  {false, true, false},
		`"NumericLessThan":{"s3:signatureAge":"90000"}`:                  {false, false, false},
		`"StringEquals":{"s3:x-amz-content-sha256":"UNSIGNED-PAYLOAD"}`:  {true, true, false},
		`"NumericGreaterThanEquals":{"s3:TlsVersion":"1.2"}`:             {true, false, true},
		`"Null":{"s3:authType":"true","s3:x-amz-content-sha256":"true"}`: {false, false, true},
	} {
		d := shelf(t, "")
		putBucket(t, d, accountID, directory.Bucket{Name: "b", Policy: policyOf(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{` + condition + `}}`)})
		for i, signed := range []api.Signed{header, presigned, {}} {
			caller := userCaller(t, d, "ana")
			if signed.Algorithm == "" {
				caller = nil
			}
			call := s3Call(caller, "GetObject")
			call.Signed = signed
			if !signed.Presigned {
				call.TLSVersion = "1.3"
			}
			err := decideWith(d, call, &s3.GetObjectInput{Bucket: ptr("b"), Key: ptr("k")}, noObjectTags)
			if (err == nil) != want[i] {
				t.Errorf("%s, %+v: %v", condition, signed, err)
			}
		}
	}
}

// The keys of S3 are those of S3's calls.
func TestS3KeysElsewhere(t *testing.T) {
	d := shelf(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"s3:authType":"false"}}}}`)
	call := iamCall(userCaller(t, d, "ana"), "GetUser")
	call.Signed.Algorithm = "AWS4-HMAC-SHA256"
	if err := Authorize(d.View(accountID), call, func(q *Question, _ any) error { q.On("*"); return nil }, nil); err == nil {
		t.Error("IAM has s3:authType")
	}
}

// T-06: there are no MFA devices, so a code is nobody's.
func TestMFAOfDeletes(t *testing.T) {
	d := shelf(t, "")
	for operation, in := range map[string]any{
		"DeleteObject":        &s3.DeleteObjectInput{Bucket: ptr("b"), Key: ptr("k"), MFA: ptr("x 1")},
		"DeleteObjects":       &s3.DeleteObjectsInput{Bucket: ptr("b"), MFA: ptr("x 1")},
		"PutBucketVersioning": &s3.PutBucketVersioningInput{Bucket: ptr("b"), MFA: ptr("x 1")},
	} {
		if got := answer(t, decide(d, rootCaller(), operation, in)); got != "AccessDenied: Access Denied" {
			t.Errorf("%s: %s", operation, got)
		}
	}
}

// [API_DeleteObjects]: each key is decided as DeleteObject is, and a refusal leads to no
// record.
func TestDeleteKeyRow(t *testing.T) {
	d := shelf(t, document("Allow", "s3:DeleteObject", "arn:aws:s3:::b/mine/*"))
	row := DeleteKeyRow(noObjectTags)
	call := s3Call(userCaller(t, d, "ana"), "DeleteObjects")
	if err := decideWith(d, call, &s3.DeleteObjectsInput{Bucket: ptr("b")}, noObjectTags); err != nil {
		t.Errorf("the request itself: %v", err)
	}
	for name, tt := range map[string]struct {
		in   DeleteKey
		want string
	}{
		"allowed":     {DeleteKey{Bucket: ptr("b"), Key: ptr("mine/a")}, ""},
		"another":     {DeleteKey{Bucket: ptr("b"), Key: ptr("yours/a")}, `s3:DeleteObject on resource: "arn:aws:s3:::b/yours/a" because no identity-based policy allows the s3:DeleteObject action`},
		"a version":   {DeleteKey{Bucket: ptr("b"), Key: ptr("mine/a"), VersionId: ptr("v")}, `s3:DeleteObjectVersion on resource: "arn:aws:s3:::b/mine/a" because no identity-based policy allows the s3:DeleteObjectVersion action`},
		"past a lock": {DeleteKey{Bucket: ptr("b"), Key: ptr("mine/a"), BypassGovernanceRetention: ptr(true)}, `s3:BypassGovernanceRetention on resource: "arn:aws:s3:::b/mine/a" because no identity-based policy allows the s3:BypassGovernanceRetention action`},
	} {
		err := Authorize(d.View(accountID), call, row, &tt.in)
		var e *api.Error
		switch {
		case tt.want == "" && err != nil, tt.want != "" && !errors.As(err, &e):
			t.Errorf("%s: %v", name, err)
		case tt.want != "" && e.Message != "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: "+tt.want:
			t.Errorf("%s: %s", name, e.Message)
		}
	}
}

// [API_GetObject]: who may not list is not told that an object is not there.
func TestMay(t *testing.T) {
	d := shelf(t, document("Allow", "s3:GetObject*", "*"))
	may := NewMay(noObjectTags)
	call := s3Call(userCaller(t, d, "ana"), "GetObject")
	for range 2 {
		got := answer(t, may(d.View(accountID), call, "s3:ListBucket", Place{Bucket: ptr("b")}))
		if want := `s3:ListBucket on resource: "arn:aws:s3:::b" because no identity-based policy allows the s3:ListBucket action`; !strings.HasSuffix(got, want) {
			t.Error(got)
		}
		if err := may(d.View(accountID), call, "GetObjectRetention", Place{Bucket: ptr("b"), Key: ptr("k")}); err != nil {
			t.Error(err)
		}
	}
	if err := may(d.View(accountID), call, "ListBucket", Place{Bucket: ptr("gone")}); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Error(err)
	}
}

// M-05, aws-errors 2.3: all buckets are no resource that is printed, and the grants of
// S3's walk-throughs on arn:aws:s3:::* work.
func TestListBuckets(t *testing.T) {
	for resource, want := range map[string]string{
		"*": "allowed", "arn:aws:s3:::*": "allowed",
		"arn:aws:s3:::b": "AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action",
	} {
		d := shelf(t, document("Allow", "s3:ListAllMyBuckets", resource))
		if got := answer(t, decide(d, userCaller(t, d, "ana"), "ListBuckets", &s3.ListBucketsInput{})); got != want {
			t.Errorf("%s: %s", resource, got)
		}
		if got := answer(t, decide(d, nil, "ListBuckets", &s3.ListBucketsInput{})); got != "AccessDenied: Access Denied" {
			t.Errorf("anonymous: %s", got)
		}
	}
}

// T-08: a role is passed by those who may, and none of another account.
func TestReplicationPassesItsRole(t *testing.T) {
	for role, want := range map[string]bool{"arn:aws:iam::" + accountID + ":role/r": true, "arn:aws:iam::" + outsideID + ":role/r": false} {
		d := shelf(t, document("Allow", "*", "*"))
		in := &s3.PutBucketReplicationInput{Bucket: ptr("b"), ReplicationConfiguration: &s3.ReplicationConfiguration{Role: &role}}
		if err := decide(d, userCaller(t, d, "ana"), "PutBucketReplication", in); (err == nil) != want {
			t.Errorf("%s: %v", role, err)
		}
	}
}
