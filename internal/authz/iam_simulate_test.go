package authz

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
)

// aws-errors 4.1: the simulator is decided on the ARN of who is simulated, with the
// tags that it has; what names nobody on *.
func TestSimulateRows(t *testing.T) {
	d := rowDirectory(t)
	const arn = "arn:aws:iam::" + accountID + ":"
	simulate := func(source string) any {
		return &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &source, ActionNames: []string{"s3:GetObject"}}
	}
	keys := func(source string) any { return &iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: &source} }
	tagged := ` aws:ResourceTag/k=v iam:ResourceTag/k=v`
	for _, c := range []struct {
		name, operation string
		in              any
		want            string
	}{
		{"a user", "SimulatePrincipalPolicy", simulate(arn + "user/p/x"), arn + "user/p/x" + tagged},
		{"a user of another path", "SimulatePrincipalPolicy", simulate(arn + "user/x"), arn + "user/x"},
		{"a role", "GetContextKeysForPrincipalPolicy", keys(arn + "role/p/x"), arn + "role/p/x" + tagged},
		{"a role in another case", "GetContextKeysForPrincipalPolicy", keys(arn + "role/p/X"), arn + "role/p/X"},
		{"a group", "SimulatePrincipalPolicy", simulate(arn + "group/p/x"), arn + "group/p/x"},
		{"nobody", "SimulatePrincipalPolicy", simulate(arn + "user/nobody"), arn + "user/nobody"},
		{"another account's", "SimulatePrincipalPolicy", simulate("arn:aws:iam::444455556666:user/x"), "arn:aws:iam::444455556666:user/x"},
		{"policies", "SimulateCustomPolicy", &iam.SimulateCustomPolicyInput{}, "*"},
		{"keys of policies", "GetContextKeysForCustomPolicy", &iam.GetContextKeysForCustomPolicyInput{}, "*"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := asked(t, d, rootCaller(), c.operation, c.in)
			if len(list) != 1 || list[0].Action != "iam:"+c.operation || strings.TrimSpace(list[0].Resource+" "+keysOf(&list[0])) != c.want {
				t.Errorf("%+v, want %s", list, c.want)
			}
		})
	}
}
