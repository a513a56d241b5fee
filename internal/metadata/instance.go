// Package metadata is the instance metadata service and the container credentials
// endpoint: what a program on an instance learns of itself, and the temporary
// credentials of its role. Who an instance is stands in the directory; which role it
// has is read at each call, so that a change counts at once.
package metadata

import "time"

// Instance is what is told about one instance at one time. Its JSON is the answer of
// workload:DescribeWorkload, which runners of another version read: members are added,
// never renamed.
type Instance struct {
	ARN       string `json:"arn"`
	ID        string `json:"id"`
	Account   string `json:"account"`
	Region    string `json:"region"`
	Zone      string `json:"zone"`
	ZoneID    string `json:"zoneId"`
	Image     string `json:"image"`
	Type      string `json:"type"`
	PrivateIP string `json:"privateIp,omitempty"`
	// Reservation is the id of the launch that it was part of.
	Reservation string `json:"reservation,omitempty"`
	// Ended says that the instance was terminated: its program is to end, and nothing
	// more is told.
	Ended    bool              `json:"ended,omitempty"`
	Launched time.Time         `json:"launched"`
	Tags     map[string]string `json:"tags,omitempty"`

	Disabled  bool `json:"disabled,omitempty"` // the metadata service is off
	V1        bool `json:"v1,omitempty"`       // requests without a token are answered
	HopLimit  int  `json:"hopLimit"`
	TagsShown bool `json:"tagsShown,omitempty"`

	ProfileARN string `json:"profileArn,omitempty"` // "" without an instance profile
	ProfileID  string `json:"profileId,omitempty"`
	Role       string `json:"role,omitempty"` // its name; "" where the profile holds none
	RoleARN    string `json:"roleArn,omitempty"`
	// Failure is AWS's code of why there are no credentials though there is a profile with
	// a role: "AssumeRoleUnauthorizedAccess", "InstanceProfileNotFound". Credentials are
	// nil then.
	Failure        string       `json:"failure,omitempty"`
	FailureMessage string       `json:"failureMessage,omitempty"`
	Credentials    *Credentials `json:"credentials,omitempty"`
	// CredentialsV1 are those for requests without a token, which say so in their
	// ec2:RoleDelivery; nil unless V1.
	CredentialsV1 *Credentials `json:"credentialsV1,omitempty"`

	Document string `json:"document"` // instance identity document, JSON text
	// Signature of Document: base64 of RSA with SHA-256, PKCS #1 v1.5; "" where there is
	// no key to sign with.
	Signature string `json:"signature"`
}

// Credentials are the role's temporary credentials.
type Credentials struct {
	AccessKeyID     string    `json:"accessKeyId"`
	SecretAccessKey string    `json:"secretAccessKey"`
	SessionToken    string    `json:"sessionToken"`
	Updated         time.Time `json:"updated"`
	Expires         time.Time `json:"expires"`

	answer []byte // the metadata service's, made once; nil where they came from elsewhere
}

// String keeps credentials out of logs and errors.
func (c Credentials) String() string { return "[credentials of " + c.AccessKeyID + "]" }

// GoString as String.
func (c Credentials) GoString() string { return c.String() }
