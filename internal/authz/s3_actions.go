package authz

// s3Target is what an action of S3 is asked for on.
type s3Target uint8

const (
	onBucket    s3Target = iota
	onObject             // of the request
	onSource             // the object that x-amz-copy-source names
	onNewBucket          // a bucket that is to be, in the caller's account
	onBuckets            // all of the caller's account
	onRole               // the role that S3 is to take on
)

// s3Ask is one permission that an operation needs.
type s3Ask struct {
	action  string // without its prefix where that is s3
	version string // the action where the request names a version of the object
	on      s3Target
	// when: asked for only where the request has one of these members of its input,
	// and not with the value except. words is how the table of docs/s3-operations.md says it.
	when   []string
	except string
	words  string
	// tagged: asked for only where the source of a copy has tags, and they are copied.
	tagged bool
}

func bucket(action string) []s3Ask { return []s3Ask{{action: action}} }

func object(action, version string, more ...s3Ask) []s3Ask {
	return append([]s3Ask{{action: action, version: version, on: onObject}}, more...)
}

// Members of inputs that ask for more than the operation itself.
var (
	objectACL = []string{"ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP"}
	bucketACL = []string{"ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP"}

	withACL       = s3Ask{action: "PutObjectAcl", on: onObject, when: objectACL, words: "with an ACL"}
	withTags      = s3Ask{action: "PutObjectTagging", on: onObject, when: []string{"Tagging"}, words: "with tags"}
	withRetention = s3Ask{action: "PutObjectRetention", on: onObject, when: []string{"ObjectLockMode", "ObjectLockRetainUntilDate"}, words: "with a retention"}
	withLegalHold = s3Ask{action: "PutObjectLegalHold", on: onObject, when: []string{"ObjectLockLegalHoldStatus"}, words: "with a legal hold"}
	withBypass    = s3Ask{action: "BypassGovernanceRetention", on: onObject, when: []string{"BypassGovernanceRetention"}, words: "to pass governance mode by"}
)

// s3Actions are the permissions that each operation needs: [using-with-s3-policy-actions],
// the Service Authorization Reference, and the operation's own page where a comment names it.
// All that apply must be allowed (E-20).
var s3Actions = map[string][]s3Ask{
	// Objects.
	"AbortMultipartUpload":    object("AbortMultipartUpload", ""),
	"CompleteMultipartUpload": object("PutObject", ""),
	"CopyObject": {
		{action: "GetObject", version: "GetObjectVersion", on: onSource},
		{action: "PutObject", on: onObject}, withACL, withTags, withRetention, withLegalHold,
		{action: "GetObjectTagging", version: "GetObjectVersionTagging", on: onSource, tagged: true, words: "where the source's tags are copied"},
		{action: "PutObjectTagging", on: onObject, tagged: true, words: "where the source's tags are copied"},
	},
	"CreateMultipartUpload": object("PutObject", "", withACL, withTags, withRetention, withLegalHold),
	"DeleteObject":          object("DeleteObject", "DeleteObjectVersion", withBypass),
	"DeleteObjectTagging":   object("DeleteObjectTagging", "DeleteObjectVersionTagging"),
	"DeleteObjects":         {}, // each key is decided by itself: DeleteKeyRow
	"GetObject":             object("GetObject", "GetObjectVersion"),
	"GetObjectAcl":          object("GetObjectAcl", "GetObjectVersionAcl"),
	"GetObjectAttributes": object("GetObject", "GetObjectVersion", // [API_GetObjectAttributes]
		s3Ask{action: "GetObjectAttributes", version: "GetObjectVersionAttributes", on: onObject}),
	"GetObjectLegalHold":  object("GetObjectLegalHold", ""),
	"GetObjectRetention":  object("GetObjectRetention", ""),
	"GetObjectTagging":    object("GetObjectTagging", "GetObjectVersionTagging"),
	"GetObjectTorrent":    object("GetObjectTorrent", ""),
	"HeadObject":          object("GetObject", "GetObjectVersion"),
	"ListParts":           object("ListMultipartUploadParts", ""),
	"PutObject":           object("PutObject", "", withACL, withTags, withRetention, withLegalHold),
	"PutObjectAcl":        object("PutObjectAcl", "PutObjectVersionAcl"),
	"PutObjectLegalHold":  object("PutObjectLegalHold", ""),
	"PutObjectRetention":  object("PutObjectRetention", "", withBypass),
	"PutObjectTagging":    object("PutObjectTagging", "PutObjectVersionTagging"),
	"RestoreObject":       object("RestoreObject", ""),
	"SelectObjectContent": object("GetObject", ""),
	"UploadPart":          object("PutObject", ""),
	"UploadPartCopy": {
		{action: "GetObject", version: "GetObjectVersion", on: onSource},
		{action: "PutObject", on: onObject},
	},

	// The buckets of an account.
	"ListBuckets": {{action: "ListAllMyBuckets", on: onBuckets}},
	"CreateBucket": { // [API_CreateBucket]: the ACL private needs nothing more
		{action: "CreateBucket", on: onNewBucket},
		{action: "PutBucketAcl", on: onNewBucket, when: bucketACL, except: "private", words: "with an ACL other than private"},
		{action: "PutBucketOwnershipControls", on: onNewBucket, when: []string{"ObjectOwnership"}, words: "with an object ownership"},
		{action: "PutBucketObjectLockConfiguration", on: onNewBucket, when: []string{"ObjectLockEnabledForBucket"}, words: "with Object Lock"},
		{action: "PutBucketVersioning", on: onNewBucket, when: []string{"ObjectLockEnabledForBucket"}, words: "with Object Lock"},
		{action: "TagResource", on: onNewBucket, when: []string{"CreateBucketConfiguration.Tags"}, words: "with tags"},
	},

	// A bucket and what is in it.
	"DeleteBucket":         bucket("DeleteBucket"),
	"HeadBucket":           bucket("ListBucket"),
	"ListMultipartUploads": bucket("ListBucketMultipartUploads"),
	"ListObjectVersions":   bucket("ListBucketVersions"),
	"ListObjects":          bucket("ListBucket"),
	"ListObjectsV2":        bucket("ListBucket"),

	// A bucket's settings. Mostly, who may put one may delete it.
	"GetBucketLocation": bucket("GetBucketLocation"),

	"GetBucketPolicy":       bucket("GetBucketPolicy"),
	"GetBucketPolicyStatus": bucket("GetBucketPolicyStatus"),
	"PutBucketPolicy":       bucket("PutBucketPolicy"),
	"DeleteBucketPolicy":    bucket("DeleteBucketPolicy"),

	"GetPublicAccessBlock":    bucket("GetBucketPublicAccessBlock"),
	"PutPublicAccessBlock":    bucket("PutBucketPublicAccessBlock"),
	"DeletePublicAccessBlock": bucket("PutBucketPublicAccessBlock"),

	"GetBucketOwnershipControls":    bucket("GetBucketOwnershipControls"),
	"PutBucketOwnershipControls":    bucket("PutBucketOwnershipControls"),
	"DeleteBucketOwnershipControls": bucket("PutBucketOwnershipControls"),

	"GetBucketAcl": bucket("GetBucketAcl"),
	"PutBucketAcl": bucket("PutBucketAcl"),

	"GetBucketTagging":    bucket("GetBucketTagging"),
	"PutBucketTagging":    bucket("PutBucketTagging"),
	"DeleteBucketTagging": bucket("PutBucketTagging"),

	"GetBucketVersioning": bucket("GetBucketVersioning"),
	"PutBucketVersioning": bucket("PutBucketVersioning"),

	"GetObjectLockConfiguration": bucket("GetBucketObjectLockConfiguration"),
	"PutObjectLockConfiguration": bucket("PutBucketObjectLockConfiguration"),

	"GetBucketEncryption":    bucket("GetEncryptionConfiguration"),
	"PutBucketEncryption":    bucket("PutEncryptionConfiguration"),
	"DeleteBucketEncryption": bucket("PutEncryptionConfiguration"),

	"GetBucketCors":    bucket("GetBucketCORS"),
	"PutBucketCors":    bucket("PutBucketCORS"),
	"DeleteBucketCors": bucket("PutBucketCORS"),

	"GetBucketLifecycleConfiguration": bucket("GetLifecycleConfiguration"),
	"PutBucketLifecycleConfiguration": bucket("PutLifecycleConfiguration"),
	"DeleteBucketLifecycle":           bucket("PutLifecycleConfiguration"),

	"GetBucketReplication": bucket("GetReplicationConfiguration"),
	"PutBucketReplication": { // [API_PutBucketReplication]: the role is passed
		{action: "PutReplicationConfiguration"},
		{action: "iam:PassRole", on: onRole, when: []string{"ReplicationConfiguration.Role"}},
	},
	"DeleteBucketReplication": bucket("PutReplicationConfiguration"),

	"GetBucketWebsite":    bucket("GetBucketWebsite"),
	"PutBucketWebsite":    bucket("PutBucketWebsite"),
	"DeleteBucketWebsite": bucket("DeleteBucketWebsite"),

	"GetBucketLogging": bucket("GetBucketLogging"),
	"PutBucketLogging": bucket("PutBucketLogging"),

	"GetBucketNotificationConfiguration": bucket("GetBucketNotification"),
	"PutBucketNotificationConfiguration": bucket("PutBucketNotification"),

	"GetBucketRequestPayment": bucket("GetBucketRequestPayment"),
	"PutBucketRequestPayment": bucket("PutBucketRequestPayment"),

	"GetBucketAccelerateConfiguration": bucket("GetAccelerateConfiguration"),
	"PutBucketAccelerateConfiguration": bucket("PutAccelerateConfiguration"),

	"GetBucketAnalyticsConfiguration":    bucket("GetAnalyticsConfiguration"),
	"ListBucketAnalyticsConfigurations":  bucket("GetAnalyticsConfiguration"),
	"PutBucketAnalyticsConfiguration":    bucket("PutAnalyticsConfiguration"),
	"DeleteBucketAnalyticsConfiguration": bucket("PutAnalyticsConfiguration"),

	"GetBucketInventoryConfiguration":    bucket("GetInventoryConfiguration"),
	"ListBucketInventoryConfigurations":  bucket("GetInventoryConfiguration"),
	"PutBucketInventoryConfiguration":    bucket("PutInventoryConfiguration"),
	"DeleteBucketInventoryConfiguration": bucket("PutInventoryConfiguration"),

	"GetBucketMetricsConfiguration":    bucket("GetMetricsConfiguration"),
	"ListBucketMetricsConfigurations":  bucket("GetMetricsConfiguration"),
	"PutBucketMetricsConfiguration":    bucket("PutMetricsConfiguration"),
	"DeleteBucketMetricsConfiguration": bucket("PutMetricsConfiguration"),

	"GetBucketIntelligentTieringConfiguration":    bucket("GetIntelligentTieringConfiguration"),
	"ListBucketIntelligentTieringConfigurations":  bucket("GetIntelligentTieringConfiguration"),
	"PutBucketIntelligentTieringConfiguration":    bucket("PutIntelligentTieringConfiguration"),
	"DeleteBucketIntelligentTieringConfiguration": bucket("PutIntelligentTieringConfiguration"),
}

// S3Unmapped are the operations of the model that have no permissions here, and why.
var S3Unmapped = map[string]string{
	"CreateSession":          "of directory buckets (S3 Express One Zone), which are not here",
	"ListDirectoryBuckets":   "of directory buckets (S3 Express One Zone), which are not here",
	"WriteGetObjectResponse": "of S3 Object Lambda, which is another service (s3-object-lambda)",
}
