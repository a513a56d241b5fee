package authz

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/s3"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// Every operation of the model has permissions, or a reason why not.
func TestEveryS3OperationIsMapped(t *testing.T) {
	rows := S3(nil)
	for _, op := range s3.API.Operations {
		why, unmapped := S3Unmapped[op.Name]
		switch {
		case (rows[op.Name] != nil) == unmapped:
			t.Errorf("%s: a row: %v, unmapped: %q", op.Name, rows[op.Name] != nil, why)
		case unmapped && why == "":
			t.Errorf("%s has no reason", op.Name)
		}
	}
	for name := range s3Actions {
		if s3.API.Operation(name) == nil {
			t.Errorf("%s is no operation", name)
		}
	}
	for name := range S3Unmapped {
		if s3.API.Operation(name) == nil {
			t.Errorf("%s is no operation", name)
		}
	}
}

// The actions are AWS's, on its resource types.
func TestS3ActionsAreDocumented(t *testing.T) {
	kinds := map[s3Target]string{onBucket: "bucket", onNewBucket: "bucket", onObject: "object", onSource: "object", onRole: "role"}
	for operation, asks := range s3Actions {
		for _, a := range asks {
			for _, name := range []string{a.action, a.version} {
				if name == "" {
					continue
				}
				prefix, name, _ := strings.Cut(prefixed(name), ":")
				service, _ := services.Service(prefix)
				action, ok := service.Action(name)
				if !ok || action.Name != name {
					t.Errorf("%s: no such action: %s:%s", operation, prefix, name)
					continue
				}
				kind := kinds[a.on]
				if ok := slices.ContainsFunc(action.Resources, func(r services.ActionResource) bool { return r.Type == kind }); !ok && a.on != onBuckets {
					t.Errorf("%s: %s is not of a %s", operation, name, kind)
				}
				if a.on == onBuckets && len(action.Resources) > 0 {
					t.Errorf("%s: %s has resources", operation, name)
				}
			}
		}
	}
}

// Every member that a permission depends on is one of the operation's input.
func TestS3MembersAreThere(t *testing.T) {
	for operation, asks := range s3Actions {
		op := s3.API.Operation(operation)
		if op == nil {
			continue
		}
		for _, a := range asks {
			for _, m := range a.when {
				if fieldOf(reflect.TypeOf(op.NewInput()), m) == nil {
					t.Errorf("%s has no %s", operation, m)
				}
			}
		}
	}
}

// shelf is a desk with a bucket "b" of the account, and "far" of another.
func shelf(t *testing.T, identity string) *directory.Directory {
	t.Helper()
	d := desk(t, identity)
	accounts(t, d)
	putBucket(t, d, accountID, directory.Bucket{Name: "b"})
	putBucket(t, d, outsideID, directory.Bucket{Name: "far"})
	return d
}

// putBucket makes a bucket, or changes it.
func putBucket(t *testing.T, d *directory.Directory, account string, b directory.Bucket) {
	t.Helper()
	if err := d.Update(t.Context(), account, func(tx *directory.Tx) error {
		tx.Bucket(b.Name)
		tx.OwnBucket(b.Name)
		b.Region, b.Ownership = "us-east-1", directory.BucketOwnerEnforced
		tx.PutBucket(&b)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func s3Call(caller *api.Principal, operation string) *api.Call {
	call := &api.Call{
		Service: s3.API, Operation: s3.API.Operation(operation), Principal: caller,
		Region: "us-east-1", Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	if caller != nil {
		call.Account = caller.Account
	}
	return call
}

// s3Asked is what the row of an S3 operation asks, an ask a line: action, resource, and
// the condition keys that the request has.
func s3Asked(t *testing.T, d *directory.Directory, operation string, in any) (lines []string, err error) {
	t.Helper()
	call := s3Call(rootCaller(), operation)
	q := Question{Call: call, View: d.View(accountID)}
	if err := S3(noObjectTags)[operation](&q, in); err != nil {
		return nil, err
	}
	for i := range q.Asks {
		a := &q.Asks[i]
		line := a.Action + " " + a.Resource
		for name, v := range a.requested(call.Time) {
			documented(t, &Ask{Action: a.Action, Keys: []KeyValue{{Name: undistinguished(name), Value: v}}})
			if line += " " + name + "=" + v.One; v.IsMany {
				line += fmt.Sprint(v.Many)
			}
		}
		if keys := keysOf(a); keys != "" {
			line += " " + keys
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// undistinguished is a key with the placeholder that the tables have for S3's tags.
func undistinguished(key string) string {
	if prefix, _, ok := strings.Cut(key, "/"); ok && strings.HasPrefix(key, "s3:") {
		return prefix + "/<key>"
	}
	return key
}

func noObjectTags(context.Context, string, string, string) ([]api.Tag, error) { return nil, nil }

// [using-with-s3-policy-actions] and the operations' own pages: what a request needs.
func TestS3Asks(t *testing.T) {
	d := shelf(t, "")
	b, k, v := ptr("b"), ptr("dir/k"), ptr("v1")
	retain := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, operation string
		in              any
		want            []string
	}{
		{"read", "GetObject", &s3.GetObjectInput{Bucket: b, Key: k}, []string{"s3:GetObject arn:aws:s3:::b/dir/k"}},
		{"read a version", "GetObject", &s3.GetObjectInput{Bucket: b, Key: k, VersionId: v}, []string{"s3:GetObjectVersion arn:aws:s3:::b/dir/k s3:versionid=v1"}},
		{"head", "HeadObject", &s3.HeadObjectInput{Bucket: b, Key: k}, []string{"s3:GetObject arn:aws:s3:::b/dir/k"}},
		{"head a bucket", "HeadBucket", &s3.HeadBucketInput{Bucket: b}, []string{"s3:ListBucket arn:aws:s3:::b"}},
		{"attributes", "GetObjectAttributes", &s3.GetObjectAttributesInput{Bucket: b, Key: k}, []string{"s3:GetObject arn:aws:s3:::b/dir/k", "s3:GetObjectAttributes arn:aws:s3:::b/dir/k"}},
		{"attributes of a version", "GetObjectAttributes", &s3.GetObjectAttributesInput{Bucket: b, Key: k, VersionId: v}, []string{
			"s3:GetObjectVersion arn:aws:s3:::b/dir/k s3:versionid=v1", "s3:GetObjectVersionAttributes arn:aws:s3:::b/dir/k s3:versionid=v1"}},
		{"select", "SelectObjectContent", &s3.SelectObjectContentInput{Bucket: b, Key: k}, []string{"s3:GetObject arn:aws:s3:::b/dir/k"}},
		{"all buckets", "ListBuckets", &s3.ListBucketsInput{}, []string{"s3:ListAllMyBuckets arn:aws:s3:::*"}},
		{"list", "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: b, Prefix: ptr("home/"), Delimiter: ptr("/"), MaxKeys: ptr(int32(7))},
			[]string{"s3:ListBucket arn:aws:s3:::b s3:delimiter=/ s3:max-keys=7 s3:prefix=home/"}},
		{"list with an empty prefix", "ListObjects", &s3.ListObjectsInput{Bucket: b, Prefix: ptr("")}, []string{"s3:ListBucket arn:aws:s3:::b s3:prefix="}},
		{"list versions", "ListObjectVersions", &s3.ListObjectVersionsInput{Bucket: b, Prefix: ptr("p")}, []string{"s3:ListBucketVersions arn:aws:s3:::b s3:prefix=p"}},
		{"list uploads", "ListMultipartUploads", &s3.ListMultipartUploadsInput{Bucket: b, Prefix: ptr("p")}, []string{"s3:ListBucketMultipartUploads arn:aws:s3:::b"}},
		{"list parts", "ListParts", &s3.ListPartsInput{Bucket: b, Key: k}, []string{"s3:ListMultipartUploadParts arn:aws:s3:::b/dir/k"}},
		{"write", "PutObject", &s3.PutObjectInput{Bucket: b, Key: k, StorageClass: ptr("STANDARD_IA"), ServerSideEncryption: ptr("aws:kms"), SSEKMSKeyId: ptr("key")}, []string{
			"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=true s3:RequestObjectTagKeys=[] s3:x-amz-server-side-encryption=aws:kms" +
				" s3:x-amz-server-side-encryption-aws-kms-key-id=key s3:x-amz-storage-class=STANDARD_IA"}},
		{"write with tags", "PutObject", &s3.PutObjectInput{Bucket: b, Key: k, Tagging: ptr("team=a%20b&x=")}, []string{
			"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=true s3:RequestObjectTagKeys=[team x] s3:RequestObjectTag/team=a b s3:RequestObjectTag/x=",
			"s3:PutObjectTagging arn:aws:s3:::b/dir/k s3:RequestObjectTagKeys=[team x] s3:RequestObjectTag/team=a b s3:RequestObjectTag/x="}},
		{"write with an ACL", "PutObject", &s3.PutObjectInput{Bucket: b, Key: k, ACL: ptr("public-read")}, []string{
			"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=true s3:RequestObjectTagKeys=[] s3:x-amz-acl=public-read",
			"s3:PutObjectAcl arn:aws:s3:::b/dir/k s3:x-amz-acl=public-read"}},
		{"write with grants", "CreateMultipartUpload", &s3.CreateMultipartUploadInput{Bucket: b, Key: k, GrantRead: ptr("id=1")}, []string{
			"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=false s3:RequestObjectTagKeys=[] s3:x-amz-grant-read=id=1",
			"s3:PutObjectAcl arn:aws:s3:::b/dir/k s3:x-amz-grant-read=id=1"}},
		{"write with a lock", "PutObject", &s3.PutObjectInput{Bucket: b, Key: k, ObjectLockMode: ptr("GOVERNANCE"), ObjectLockRetainUntilDate: &retain, ObjectLockLegalHoldStatus: ptr("ON")}, []string{
			"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=true s3:RequestObjectTagKeys=[] s3:object-lock-legal-hold=ON s3:object-lock-mode=GOVERNANCE" +
				" s3:object-lock-remaining-retention-days=3 s3:object-lock-retain-until-date=2026-03-04T00:00:00Z",
			"s3:PutObjectRetention arn:aws:s3:::b/dir/k s3:object-lock-mode=GOVERNANCE s3:object-lock-remaining-retention-days=3 s3:object-lock-retain-until-date=2026-03-04T00:00:00Z",
			"s3:PutObjectLegalHold arn:aws:s3:::b/dir/k s3:object-lock-legal-hold=ON"}},
		{"part", "UploadPart", &s3.UploadPartInput{Bucket: b, Key: k}, []string{"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=false"}},
		{"complete", "CompleteMultipartUpload", &s3.CompleteMultipartUploadInput{Bucket: b, Key: k}, []string{"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=true"}},
		{"abort", "AbortMultipartUpload", &s3.AbortMultipartUploadInput{Bucket: b, Key: k}, []string{"s3:AbortMultipartUpload arn:aws:s3:::b/dir/k"}},
		{"delete", "DeleteObject", &s3.DeleteObjectInput{Bucket: b, Key: k}, []string{"s3:DeleteObject arn:aws:s3:::b/dir/k"}},
		{"delete a version in governance mode", "DeleteObject", &s3.DeleteObjectInput{Bucket: b, Key: k, VersionId: v, BypassGovernanceRetention: ptr(true)}, []string{
			"s3:DeleteObjectVersion arn:aws:s3:::b/dir/k s3:versionid=v1", "s3:BypassGovernanceRetention arn:aws:s3:::b/dir/k"}},
		{"delete, and do not bypass", "DeleteObject", &s3.DeleteObjectInput{Bucket: b, Key: k, BypassGovernanceRetention: ptr(false)}, []string{"s3:DeleteObject arn:aws:s3:::b/dir/k"}},
		{"delete many", "DeleteObjects", &s3.DeleteObjectsInput{Bucket: b, Delete: &s3.Delete{Objects: []s3.ObjectIdentifier{{Key: k}}}}, nil},
		{"tag", "PutObjectTagging", &s3.PutObjectTaggingInput{Bucket: b, Key: k, VersionId: v, Tagging: &s3.Tagging{TagSet: []s3.Tag{{Key: ptr("a"), Value: ptr("1")}}}}, []string{
			"s3:PutObjectVersionTagging arn:aws:s3:::b/dir/k s3:RequestObjectTagKeys=[a] s3:versionid=v1 s3:RequestObjectTag/a=1"}},
		{"retention", "PutObjectRetention", &s3.PutObjectRetentionInput{Bucket: b, Key: k, Retention: &s3.ObjectLockRetention{Mode: ptr("GOVERNANCE"), RetainUntilDate: &retain}, BypassGovernanceRetention: ptr(true)}, []string{
			"s3:PutObjectRetention arn:aws:s3:::b/dir/k s3:object-lock-mode=GOVERNANCE s3:object-lock-remaining-retention-days=3 s3:object-lock-retain-until-date=2026-03-04T00:00:00Z",
			"s3:BypassGovernanceRetention arn:aws:s3:::b/dir/k"}},
		{"copy", "CopyObject", &s3.CopyObjectInput{Bucket: b, Key: k, CopySource: ptr("/far/a%2Fb?versionId=v2"), MetadataDirective: ptr("REPLACE")}, []string{
			"s3:GetObjectVersion arn:aws:s3:::far/a/b s3:versionid=v2",
			"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=true s3:RequestObjectTagKeys=[] s3:x-amz-copy-source=far/a/b s3:x-amz-metadata-directive=REPLACE",
			"s3:GetObjectVersionTagging arn:aws:s3:::far/a/b s3:versionid=v2",
			"s3:PutObjectTagging arn:aws:s3:::b/dir/k s3:RequestObjectTagKeys=[]"}},
		{"copy with tags of its own", "CopyObject", &s3.CopyObjectInput{Bucket: b, Key: k, CopySource: ptr("far/k"), TaggingDirective: ptr("REPLACE"), Tagging: ptr("a=1")}, []string{
			"s3:GetObject arn:aws:s3:::far/k",
			"s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=true s3:RequestObjectTagKeys=[a] s3:x-amz-copy-source=far/k s3:RequestObjectTag/a=1",
			"s3:PutObjectTagging arn:aws:s3:::b/dir/k s3:RequestObjectTagKeys=[a] s3:RequestObjectTag/a=1"}},
		{"copy a part", "UploadPartCopy", &s3.UploadPartCopyInput{Bucket: b, Key: k, CopySource: ptr("far/k")}, []string{
			"s3:GetObject arn:aws:s3:::far/k", "s3:PutObject arn:aws:s3:::b/dir/k s3:ObjectCreationOperation=false s3:x-amz-copy-source=far/k"}},
		{"make a bucket", "CreateBucket", &s3.CreateBucketInput{Bucket: ptr("new"), ACL: ptr("private"), CreateBucketConfiguration: &s3.CreateBucketConfiguration{LocationConstraint: ptr("eu-west-1")}}, []string{
			"s3:CreateBucket arn:aws:s3:::new aws:TagKeys=[] s3:locationconstraint=eu-west-1 s3:x-amz-acl=private"}},
		{"make a bucket with all", "CreateBucket", &s3.CreateBucketInput{Bucket: ptr("new"), ACL: ptr("public-read"), ObjectOwnership: ptr("ObjectWriter"), ObjectLockEnabledForBucket: ptr(true)}, []string{
			"s3:CreateBucket arn:aws:s3:::new aws:TagKeys=[] s3:x-amz-acl=public-read s3:x-amz-object-ownership=ObjectWriter",
			"s3:PutBucketAcl arn:aws:s3:::new s3:x-amz-acl=public-read", "s3:PutBucketOwnershipControls arn:aws:s3:::new",
			"s3:PutBucketObjectLockConfiguration arn:aws:s3:::new", "s3:PutBucketVersioning arn:aws:s3:::new"}},
		{"make a bucket with tags", "CreateBucket", &s3.CreateBucketInput{Bucket: ptr("new"), CreateBucketConfiguration: &s3.CreateBucketConfiguration{Tags: []s3.Tag{{Key: ptr("a"), Value: ptr("1")}}}}, []string{
			"s3:CreateBucket arn:aws:s3:::new aws:TagKeys=[a] aws:RequestTag/a=1", "s3:TagResource arn:aws:s3:::new aws:TagKeys=[a] aws:RequestTag/a=1"}},
		{"replicate", "PutBucketReplication", &s3.PutBucketReplicationInput{Bucket: b, ReplicationConfiguration: &s3.ReplicationConfiguration{Role: ptr("arn:aws:iam::111122223333:role/r")}}, []string{
			"s3:PutReplicationConfiguration arn:aws:s3:::b", "iam:PassRole arn:aws:iam::111122223333:role/r iam:PassedToService=s3.amazonaws.com"}},
		{"inventory", "PutBucketInventoryConfiguration", &s3.PutBucketInventoryConfigurationInput{Bucket: b, InventoryConfiguration: &s3.InventoryConfiguration{OptionalFields: []string{"Size"}}}, []string{
			"s3:PutInventoryConfiguration arn:aws:s3:::b s3:InventoryAccessibleOptionalFields=[Size]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s3Asked(t, d, tt.operation, tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("asks\n%s\nand should\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}
