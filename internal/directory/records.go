package directory

import (
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// recordVersion is written into every record, and checked when one is read.
const recordVersion = 1

// Entity is what users, groups, roles, policies and instance profiles share.
type Entity struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	Created time.Time `json:"created"`
	Tags    []api.Tag `json:"tags,omitempty"`

	revision int64
	arn      string // of users and roles in the state; "" in a Clone
}

// Grants are the policies of a user, group or role.
type Grants struct {
	Attached []string `json:"attached,omitempty"` // policy ARNs, in the order attached
	Inline   []Inline `json:"inline,omitempty"`   // in the order of their names
	Boundary string   `json:"boundary,omitempty"` // policy ARN; users and roles only
}

// Inline is an inline policy.
type Inline struct {
	Name     string    `json:"name"`
	Document *Document `json:"document"`
}

// User is an IAM user.
type User struct {
	Entity
	Grants
	Groups           []string      `json:"groups,omitempty"` // group ids
	Keys             []string      `json:"keys,omitempty"`   // access key ids
	Login            *LoginProfile `json:"login,omitempty"`
	PasswordLastUsed time.Time     `json:"passwordLastUsed,omitzero"`
	// Generation ends all of the user's sessions when it is raised.
	Generation int `json:"generation,omitempty"`
}

// LoginProfile is a console password.
type LoginProfile struct {
	Hash          string    `json:"hash"` // argon2id, PHC string format
	Created       time.Time `json:"created"`
	Changed       time.Time `json:"changed,omitzero"` // the password, after it was created
	ResetRequired bool      `json:"resetRequired,omitempty"`
	// Previous hashes, the newest first, as many as the account's policy asks for.
	Previous []string `json:"previous,omitempty"`
}

// PasswordPolicy is what an account asks of its users' passwords.
type PasswordPolicy struct {
	MinimumLength int  `json:"minimumLength"` // characters
	Symbols       bool `json:"symbols,omitempty"`
	Numbers       bool `json:"numbers,omitempty"`
	Uppercase     bool `json:"uppercase,omitempty"`
	Lowercase     bool `json:"lowercase,omitempty"`
	// UsersChange lets every user change the own password.
	UsersChange bool `json:"usersChange,omitempty"`
	MaxAge      int  `json:"maxAge,omitempty"` // days, 0: passwords do not expire
	Reuse       int  `json:"reuse,omitempty"`  // previous passwords that cannot be used again
	HardExpiry  bool `json:"hardExpiry,omitempty"`
}

// Group is a group of users. Who is in it stands in the users' records.
type Group struct {
	Entity
	Grants
	Members int `json:"members,omitempty"` // raised and lowered with each membership
}

// Role is an IAM role.
type Role struct {
	Entity
	Grants
	Description        string    `json:"description,omitempty"`
	MaxSessionDuration int       `json:"maxSessionDuration"` // seconds
	Trust              *Document `json:"trust"`              // principals that exist are unique ids in it (P-04)
	Profiles           int       `json:"profiles,omitempty"` // instance profiles that hold the role
	Generation         int       `json:"generation,omitempty"`
}

// Policy is a customer-managed policy.
type Policy struct {
	Entity
	Description string          `json:"description,omitempty"`
	Updated     time.Time       `json:"updated"`
	Default     int             `json:"default"` // number of the default version
	Last        int             `json:"last"`    // number of the newest version ever made
	Versions    []PolicyVersion `json:"versions"`
	Attachments int             `json:"attachments,omitempty"` // to users, groups and roles
	Boundaries  int             `json:"boundaries,omitempty"`  // of users and roles
}

// PolicyVersion is one version of a policy: v1, v2, …
type PolicyVersion struct {
	Number   int       `json:"number"`
	Created  time.Time `json:"created"`
	Document *Document `json:"document"`
}

// InstanceProfile hands a role to instances.
type InstanceProfile struct {
	Entity
	Role string `json:"role,omitempty"` // role id
}

// AccessKey is a long-term access key of a user, or of the root user.
type AccessKey struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`
	User    string    `json:"user,omitempty"` // user id; "" for the root user
	Secret  []byte    `json:"secret"`         // sealed
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`

	revision int64
}

// Account is an account with its root user.
type Account struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Created time.Time `json:"created"`
	Alias   string    `json:"alias,omitempty"`
	Root    RootUser  `json:"root"`
	// Passwords is the account's own password policy; nil: AWS's default.
	Passwords *PasswordPolicy `json:"passwords,omitempty"`
	// Organization is the management account's id where the account is in one.
	Organization string    `json:"organization,omitempty"`
	Joined       time.Time `json:"joined,omitzero"`
	JoinedMethod string    `json:"joinedMethod,omitempty"` // "CREATED" or "INVITED"
	Tags         []api.Tag `json:"tags,omitempty"`

	revision int64
}

// RootUser is the root user of an account.
type RootUser struct {
	Login      *LoginProfile `json:"login,omitempty"`
	Keys       []string      `json:"keys,omitempty"`
	Generation int           `json:"generation,omitempty"`
}

// Organization is an organization, kept under its management account.
type Organization struct {
	Version    int       `json:"v"`
	ID         string    `json:"id"`   // o-…
	Root       string    `json:"root"` // r-…
	FeatureSet string    `json:"featureSet"`
	Created    time.Time `json:"created"`

	revision int64
}

// ResourcePolicy is an organization's own policy, by which its management account
// delegates to members. It is kept under the management account.
type ResourcePolicy struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`      // rp-…
	Content *Document `json:"content"` // principals that exist are unique ids in it (P-04)
	Created time.Time `json:"created"`
	Tags    []api.Tag `json:"tags,omitempty"`

	revision int64
}

// AccountCreation is the status of a CreateAccount request.
type AccountCreation struct {
	Version       int       `json:"v"`
	ID            string    `json:"id"` // car-…
	AccountName   string    `json:"accountName"`
	AccountID     string    `json:"accountId,omitempty"`
	State         string    `json:"state"` // IN_PROGRESS, SUCCEEDED, FAILED
	FailureReason string    `json:"failureReason,omitempty"`
	Requested     time.Time `json:"requested"`
	Completed     time.Time `json:"completed,omitzero"`

	revision int64
}

// Bucket is an S3 bucket that the account owns. What is in it lies at the back end.
type Bucket struct {
	Version int       `json:"v"`
	Name    string    `json:"name"` // unique in the whole service
	Region  string    `json:"region"`
	Created time.Time `json:"created"`
	Tags    []api.Tag `json:"tags,omitempty"`
	// Policy is the bucket policy; principals that exist are unique ids in it (P-04).
	Policy       *Document          `json:"policy,omitempty"`
	PublicAccess *PublicAccessBlock `json:"publicAccess,omitempty"` // nil: none
	Ownership    string             `json:"ownership"`              // "BucketOwnerEnforced": ACLs are off

	revision int64
}

// PublicAccessBlock is a bucket's Block Public Access [API_PublicAccessBlockConfiguration].
type PublicAccessBlock struct {
	BlockPublicACLs       bool `json:"blockPublicAcls,omitempty"`
	IgnorePublicACLs      bool `json:"ignorePublicAcls,omitempty"`
	BlockPublicPolicy     bool `json:"blockPublicPolicy,omitempty"`
	RestrictPublicBuckets bool `json:"restrictPublicBuckets,omitempty"`
}

// Instance is an EC2 instance: a program on this machine, or a machine with an address
// of its own.
type Instance struct {
	Version     int       `json:"v"`
	ID          string    `json:"id"`          // i-…
	Reservation string    `json:"reservation"` // r-…
	Image       string    `json:"image"`       // ami-…
	Type        string    `json:"type"`
	Zone        string    `json:"zone"`
	Launched    time.Time `json:"launched"`
	Ended       time.Time `json:"ended,omitzero"` // when it was terminated
	Tags        []api.Tag `json:"tags,omitempty"`
	// PrivateIP is the address that its metadata requests come from; "" for a program
	// that proves itself with a secret.
	PrivateIP   string `json:"privateIp,omitempty"`
	ClientToken string `json:"clientToken,omitempty"`
	// Proof is the SHA-256 of the secret by which its runner proves itself.
	Proof       []byte          `json:"proof,omitempty"`
	Metadata    MetadataOptions `json:"metadata"`
	Profile     string          `json:"profile,omitempty"`     // instance profile id
	ProfileARN  string          `json:"profileArn,omitempty"`  // stays when the profile is gone
	Association string          `json:"association,omitempty"` // iip-assoc-…
	Associated  time.Time       `json:"associated,omitzero"`
	// Request is the SHA-256 of what RunInstances was asked with ClientToken.
	Request []byte `json:"request,omitempty"`
	Index   int    `json:"index,omitempty"`   // among those of one reservation
	Stopped bool   `json:"stopped,omitempty"` // ended by its program's end, not by TerminateInstances

	revision int64
}

// Address says whose instance has a private address: it is one's in the whole service,
// since metadata requests are known by it.
type Address struct {
	Version  int    `json:"v"`
	Account  string `json:"account"`
	Instance string `json:"instance"`

	revision int64
}

// MetadataOptions are an instance's [API_InstanceMetadataOptionsRequest].
type MetadataOptions struct {
	Disabled bool `json:"disabled,omitempty"` // HttpEndpoint
	V1       bool `json:"v1,omitempty"`       // HttpTokens is optional
	HopLimit int  `json:"hopLimit"`           // 1 to 64
	Tags     bool `json:"tags,omitempty"`     // InstanceMetadataTags
}

// LastUsed is when an access key or role was last used.
type LastUsed struct {
	Version int       `json:"v"`
	At      time.Time `json:"at"`
	Service string    `json:"service,omitempty"`
	Region  string    `json:"region,omitempty"`

	revision int64
}
