package policytest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/policytest"
)

const exampleRepository = "../../examples/policy-tests"

func testExample(t *testing.T, dir string) *policytest.Run {
	t.Helper()
	r, err := policytest.Test([]string{dir}, policytest.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The repository that we show passes its own tests, and they cover all of it.
func TestExampleRepository(t *testing.T) {
	r := testExample(t, exampleRepository)
	n := r.Counts()
	if n.Failed > 0 || n.Errors > 0 || n.Uncompared > 0 || n.Passed < 10 {
		var b strings.Builder
		_ = r.Text(&b, true)
		t.Error(b.String())
	}
	if len(r.Coverage.Unmatched) > 0 {
		t.Errorf("%+v", r.Coverage.Unmatched)
	}
}

// Each of its policies is held by a test: without any one statement some case
// fails.
func TestExampleRepositoryFailsWithAnyStatementGone(t *testing.T) {
	policies, err := filepath.Glob(exampleRepository + "/policies/*.json")
	if err != nil || len(policies) == 0 {
		t.Fatal(policies, err)
	}
	for _, name := range policies {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range strings.Count(string(text), `"Action"`) {
			dir := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(dir, os.DirFS(exampleRepository).(fs.ReadDirFS)); err != nil {
				t.Fatal(err)
			}
			broken := otherActions(string(text), n)
			if err := os.WriteFile(filepath.Join(dir, "policies", filepath.Base(name)), []byte(broken), 0o644); err != nil {
				t.Fatal(err)
			}
			if counts := testExample(t, dir).Counts(); counts.Failed+counts.Errors == 0 {
				t.Errorf("%s passes with statement %d broken", filepath.Base(name), n)
			}
		}
	}
}

// otherActions makes the n-th statement one about actions that no case has.
func otherActions(text string, n int) string {
	parts := strings.Split(text, `"Action"`)
	return strings.Join(parts[:n+1], `"Action"`) + `"Action": "sts:AssumeRoleWithSAML", "NotAction"` + strings.Join(parts[n+1:], `"Action"`)
}
