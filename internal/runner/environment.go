package runner

import "strings"

// Where says how a program finds the server.
type Where struct{ Endpoint, Region string }

func (w Where) variables() []string {
	return []string{"AWS_ENDPOINT_URL=" + w.Endpoint, "AWS_REGION=" + w.Region, "AWS_DEFAULT_REGION=" + w.Region}
}

// credentialVariables are the variables that say who a client is or where it learns it,
// as the AWS SDKs and the CLI read them [SDKs and tools reference: settings]. One that
// stays would win over, or fail, what the program is given.
var credentialVariables = map[string]bool{
	"AWS_ACCESS_KEY_ID": true, "AWS_SECRET_ACCESS_KEY": true, "AWS_SESSION_TOKEN": true, "AWS_SECURITY_TOKEN": true,
	"AWS_ACCESS_KEY": true, "AWS_SECRET_KEY": true, "AMAZON_ACCESS_KEY_ID": true, "AMAZON_SECRET_ACCESS_KEY": true,
	"AWS_CREDENTIAL_EXPIRATION": true, "AWS_CREDENTIAL_FILE": true, "AWS_ACCOUNT_ID": true,
	"AWS_PROFILE": true, "AWS_DEFAULT_PROFILE": true,
	"AWS_ROLE_ARN": true, "AWS_ROLE_SESSION_NAME": true,
	"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": true, "AWS_EC2_METADATA_DISABLED": true, "BOTO_CONFIG": true,
}

// credentialPrefixes are those of whole kinds: of web identity, of containers, of the
// metadata service, and of a service's own endpoint.
var credentialPrefixes = []string{"AWS_WEB_IDENTITY_", "AWS_CONTAINER_", "AWS_EC2_METADATA_", "AWS_METADATA_", "AWS_ENDPOINT_URL", "GATEHOUSE_", "_GATEHOUSE_"}

// configVariables name the files that hold profiles.
var configVariables = map[string]bool{"AWS_CONFIG_FILE": true, "AWS_SHARED_CREDENTIALS_FILE": true}

// without is the environment without what says who its user is.
func without(environment []string) []string {
	var kept []string
	for _, e := range environment {
		if name, _, _ := strings.Cut(e, "="); !isOurs(name) {
			kept = append(kept, e)
		}
	}
	return kept
}

func isOurs(name string) bool {
	if credentialVariables[name] || name == "AWS_REGION" || name == "AWS_DEFAULT_REGION" {
		return true
	}
	for _, p := range credentialPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// Environment is that of a program with the session's credentials. Profiles stay where
// they are: the variables win over them.
func (s Session) Environment(environment []string, w Where) []string {
	return append(append(without(environment), w.variables()...),
		"AWS_ACCESS_KEY_ID="+s.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+s.SecretAccessKey, "AWS_SESSION_TOKEN="+s.SessionToken,
		"AWS_CREDENTIAL_EXPIRATION="+s.Expiration)
}

// onInstance is that of a program on an instance: without profiles, too, since on an
// instance there are none and they would come first.
func onInstance(environment []string, w Where, more ...string) []string {
	var kept []string
	for _, e := range without(environment) {
		if name, _, _ := strings.Cut(e, "="); !configVariables[name] {
			kept = append(kept, e)
		}
	}
	return append(append(append(kept, w.variables()...), "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null"), more...)
}
