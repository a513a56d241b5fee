package catalog

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/validate"
)

// AWS's own policies pass the validator, but for those that are known to have
// errors: actions and services that AWS withdrew or never documented, ARNs of
// no resource, keys that an action never has. AWS's page of checks says of some
// checks that AWS's policies have such findings. A new one here is looked at
// before it goes into the file: it may be the validator that is wrong.
func TestManagedPoliciesHaveKnownErrorsOnly(t *testing.T) {
	const file = "testdata/managed_policy_errors.tsv"
	counts := map[string]int{}    // by code and policy
	documents := map[string]int{} // with a finding of a type
	for p := range ManagedPolicies() {
		types := map[validate.FindingType]bool{}
		for _, f := range validate.Policy(policy.Identity, p.Document(), validate.Options{}) {
			types[f.Type] = true
			switch {
			case f.Type == validate.Error:
				counts[f.Code+"\t"+p.Path+p.Name]++
			case f.Code == "GATEHOUSE_CHECKS_LEFT_OUT":
				t.Errorf("%s is too large for every check", p.ARN)
			}
		}
		for kind := range types {
			documents[string(kind)]++
		}
	}
	t.Logf("documents with findings: %v", documents)
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		lines = append(lines, fmt.Sprintf("%s\t%d", k, counts[k]))
	}
	got := strings.Join(lines, "\n") + "\n"
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the errors are not those of %s:\n%s", file, difference(strings.Split(string(want), "\n"), strings.Split(got, "\n")))
	}
}

// difference lists the lines that only one of two texts has.
func difference(want, got []string) string {
	var b strings.Builder
	for _, line := range want {
		if !slices.Contains(got, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}
