package runner

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var callers = []string{
	"PATH=/bin", "HOME=/home/ana", "AWS_PAGER=less", "AWS_CA_BUNDLE=/ca.pem",
	"AWS_ACCESS_KEY_ID=AKIA", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=t", "AWS_SECURITY_TOKEN=t", "AWS_CREDENTIAL_EXPIRATION=x",
	"AWS_PROFILE=p", "AWS_DEFAULT_PROFILE=p", "AWS_ROLE_ARN=r", "AWS_ROLE_SESSION_NAME=n", "AWS_WEB_IDENTITY_TOKEN_FILE=f",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI=u", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=u", "AWS_CONTAINER_AUTHORIZATION_TOKEN=t",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=f", "AWS_EC2_METADATA_DISABLED=true", "AWS_EC2_METADATA_SERVICE_ENDPOINT=u",
	"AWS_ENDPOINT_URL=http://other", "AWS_ENDPOINT_URL_S3=http://other", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true",
	"AWS_REGION=r", "AWS_DEFAULT_REGION=r", "GATEHOUSE_DATA=/d", "GATEHOUSE_MASTER_KEY=k",
	"AWS_CONFIG_FILE=/c", "AWS_SHARED_CREDENTIALS_FILE=/s",
}

var where = Where{"http://127.0.0.1:4780", "eu-west-1"}

// Nothing of who started it reaches a program on an instance, files of profiles
// included.
func TestNothingOfTheCallerReachesTheInstance(t *testing.T) {
	want := []string{
		"PATH=/bin", "HOME=/home/ana", "AWS_PAGER=less", "AWS_CA_BUNDLE=/ca.pem",
		"AWS_ENDPOINT_URL=http://127.0.0.1:4780", "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "MORE=1",
	}
	if d := cmp.Diff(want, onInstance(callers, where, "MORE=1")); d != "" {
		t.Error(d)
	}
}

// A person's program has the role's credentials and no others; profiles stay.
func TestSessionEnvironment(t *testing.T) {
	s := Session{1, "ASIA", "secret", "token", "2026-11-30T00:00:00Z"}
	want := []string{
		"PATH=/bin", "HOME=/home/ana", "AWS_PAGER=less", "AWS_CA_BUNDLE=/ca.pem", "AWS_CONFIG_FILE=/c", "AWS_SHARED_CREDENTIALS_FILE=/s",
		"AWS_ENDPOINT_URL=http://127.0.0.1:4780", "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=ASIA", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=token", "AWS_CREDENTIAL_EXPIRATION=2026-11-30T00:00:00Z",
	}
	before := slices.Clone(callers)
	if d := cmp.Diff(want, s.Environment(callers, where)); d != "" {
		t.Error(d)
	}
	if !slices.Equal(before, callers) {
		t.Error("the caller's own is changed")
	}
}
