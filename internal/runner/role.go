package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/client"
)

// Assumption is a role to be assumed, and how [API_AssumeRole].
type Assumption struct {
	RoleARN     string
	SessionName string
	Duration    time.Duration // 0 is an hour, the service's default
	ExternalID  string
}

// Session are a role's temporary credentials. Its JSON is what a credential_process
// prints [Sourcing credentials with an external process].
type Session struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

// String keeps credentials out of logs and errors.
func (s Session) String() string { return "[credentials of " + s.AccessKeyID + "]" }

// GoString as String.
func (s Session) GoString() string { return s.String() }

// JSON is the session as a credential_process prints it.
func (s Session) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	return append(text, '\n'), err
}

// Assume assumes the role with the client's credentials.
func Assume(ctx context.Context, c *client.Client, a Assumption) (Session, error) {
	form := url.Values{"RoleArn": {a.RoleARN}, "RoleSessionName": {a.SessionName}}
	if a.Duration != 0 {
		form.Set("DurationSeconds", strconv.Itoa(int(a.Duration/time.Second)))
	}
	if a.ExternalID != "" {
		form.Set("ExternalId", a.ExternalID)
	}
	var out struct {
		Result struct {
			Credentials struct {
				AccessKeyID     string `xml:"AccessKeyId"`
				SecretAccessKey string
				SessionToken    string
				Expiration      string
			}
		} `xml:"AssumeRoleResult"`
	}
	if err := c.Query(ctx, "sts", "2011-06-15", "AssumeRole", form, &out); err != nil {
		return Session{}, assumeAdvice(err)
	}
	k := out.Result.Credentials
	if k.AccessKeyID == "" || k.SessionToken == "" {
		return Session{}, errors.New("the server's answer to AssumeRole holds no credentials")
	}
	return Session{1, k.AccessKeyID, k.SecretAccessKey, k.SessionToken, k.Expiration}, nil
}

// assumeAdvice adds to a refusal what to do about it.
func assumeAdvice(err error) error {
	var refused *client.Error
	switch {
	case !errors.As(err, &refused):
		return err
	case strings.Contains(refused.Message, "assumed by root"):
		return fmt.Errorf("%w Use the credentials of a user: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, as gatehouse serve --bootstrap-admin writes them to admin.env", err)
	case refused.Code == "AccessDenied":
		return fmt.Errorf("%w (the role's trust policy must name you, and a policy of yours allow sts:AssumeRole on it: gatehouse why says which is missing)", err)
	}
	return err
}

// SessionName is a session name of the text [API_AssumeRole: RoleSessionName]: two to
// 64 letters, digits, and _+=,.@-.
func SessionName(text string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_+=,.@-", r) {
			return r
		}
		return '-'
	}, text)
	if len(name) < 2 {
		return "gatehouse"
	}
	return name[:min(len(name), 64)]
}
