package metadata

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// iso is the form of instants in the metadata service's answers.
const iso = "2006-01-02T15:04:05Z"

// delivery is the version of the metadata service that credentials are for.
type delivery int

const (
	v2 delivery = iota
	v1
	deliveries
)

// String is the value of ec2:RoleDelivery.
func (d delivery) String() string {
	if d == v1 {
		return "1.0"
	}
	return "2.0"
}

// issued are an instance's newest credentials of one delivery.
type issued struct {
	newest  atomic.Pointer[issue]
	issuing sync.Mutex // held by who makes the next ones
}

// issue are credentials, and what they were issued for.
type issue struct {
	Credentials
	subject subject
}

// subject is what credentials speak of: where it is another, there are others.
type subject struct {
	role, roleARN string
	generation    int
	address       string
}

// rotateAt is when credentials are replaced: after three quarters of their life, which
// leaves those that are out an hour and a half. SDKs ask for new ones 5 to 15 minutes
// before theirs expire, and AWS has them ready five minutes before
// [instance-metadata-security-credentials]: they always find newer ones.
func (i *issue) rotateAt() time.Time { return i.Expires.Add(-i.Expires.Sub(i.Updated) / 4) }

func (i *issue) good(of subject, now time.Time) bool {
	return i != nil && i.subject == of && now.Before(i.rotateAt()) && !now.Before(i.Updated.Add(-time.Minute))
}

// credentials are the instance's, the same until they rotate or what they speak of
// changes. Those before stay good until they expire or their role ends.
func (s *Service) credentials(kept *state, told *Instance, role *directory.Role, d delivery, now time.Time) (*Credentials, error) {
	of := subject{role.ID, told.RoleARN, role.Generation, told.PrivateIP}
	place := &kept.issued[d]
	if c := place.newest.Load(); c.good(of, now) {
		return &c.Credentials, nil
	}
	place.issuing.Lock()
	defer place.issuing.Unlock()
	if c := place.newest.Load(); c.good(of, now) { // who waited finds them made
		return &c.Credentials, nil
	}
	c, err := s.issue(told, role, d, now)
	if err != nil {
		return nil, err
	}
	place.newest.Store(&issue{*c, of})
	return c, nil
}

// issue makes credentials as sts:AssumeRole does, with the instance's id as the session's
// name [iam-roles-for-amazon-ec2].
func (s *Service) issue(told *Instance, role *directory.Role, d delivery, now time.Time) (*Credentials, error) {
	g := &authn.Grant{
		Kind: authn.RoleSession,
		Principal: policy.Principal{
			Kind: policy.RoleSession, Account: told.Account, EntityID: role.ID, EntityARN: told.RoleARN,
			ARN: "arn:aws:sts::" + told.Account + ":assumed-role/" + role.Name + "/" + told.ID,
		},
		UserID: role.ID + ":" + told.ID, Generation: role.Generation, Name: told.ID,
		Issued:   now.UTC().Truncate(time.Second),
		Instance: api.Origin{RoleDelivery: d.String(), ARN: told.ARN, PrivateIP: told.PrivateIP},
	}
	g.Expires = g.Issued.Add(s.Lifetime)
	made, err := s.Tokens.Issue(g)
	if err != nil {
		return nil, err
	}
	s.Log.Info("instance credentials issued", "instance", told.ARN, "role", told.RoleARN, "access_key_id", made.AccessKeyID, "delivery", d.String(), "expires", g.Expires)
	c := &Credentials{
		AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, SessionToken: made.SessionToken,
		Updated: g.Issued, Expires: g.Expires,
	}
	c.answer = c.encode()
	return c, nil
}

// encode is the answer of iam/security-credentials/ROLE.
func (c *Credentials) encode() []byte {
	return indented(struct {
		Code, LastUpdated, Type, AccessKeyId, SecretAccessKey, Token, Expiration string
	}{
		"Success", c.Updated.UTC().Format(iso), "AWS-HMAC", c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.Expires.UTC().Format(iso),
	})
}

// text is encode, once where the credentials are our own.
func (c *Credentials) text() []byte {
	if c.answer != nil {
		return c.answer
	}
	return c.encode()
}

// indented is JSON as the metadata service prints it.
func indented(v any) []byte {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("metadata: strings are no JSON: " + err.Error()) // they always are
	}
	return text
}
