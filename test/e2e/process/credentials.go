package process

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Credentials are what a client signs with.
type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

// Root is a root access key, as a first start takes it from the environment.
var Root = Credentials{AccessKeyID: "AKIAROOTROOTROOTROOT", SecretAccessKey: "root/secret+of/the+tests/and+of/nobody+else"}

// RootEnvironment makes a first start give the root user the key Root.
func RootEnvironment() []string {
	return []string{
		"GATEHOUSE_ROOT_ACCESS_KEY_ID=" + Root.AccessKeyID,
		"GATEHOUSE_ROOT_SECRET_ACCESS_KEY=" + Root.SecretAccessKey,
		"GATEHOUSE_ROOT_PASSWORD=root password of the tests",
	}
}

// Environment are the variables that make a client sign with the credentials and
// find the server.
func (s *Server) Environment(c Credentials) []string {
	list := []string{
		"AWS_ENDPOINT_URL=" + s.URL, "AWS_REGION=" + s.Region, "AWS_DEFAULT_REGION=" + s.Region,
		"AWS_ACCESS_KEY_ID=" + c.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey,
	}
	if c.SessionToken != "" {
		list = append(list, "AWS_SESSION_TOKEN="+c.SessionToken)
	}
	return list
}

var exported = regexp.MustCompile(`(?m)^export ([A-Z_]+)=(\S+)$`)

// ReadProfile reads what a file of exports, as admin.env, sets.
func ReadProfile(t testing.TB, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, m := range exported.FindAllStringSubmatch(string(text), -1) {
		set[m[1]] = m[2]
	}
	if len(set) != strings.Count(string(text), "\n") {
		t.Fatalf("%s holds something else than exports:\n%s", path, text)
	}
	return set
}

// AdminOf reads the administrator's key that --bootstrap-admin left.
func AdminOf(t testing.TB, path string) Credentials {
	t.Helper()
	set := ReadProfile(t, path)
	return Credentials{AccessKeyID: set["AWS_ACCESS_KEY_ID"], SecretAccessKey: set["AWS_SECRET_ACCESS_KEY"]}
}
