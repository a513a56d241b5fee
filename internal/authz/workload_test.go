package authz

import (
	"crypto/sha256"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/workload"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// A runner proves itself by its instance's secret, and by nothing else; whatever is
// wrong, the answer is the same.
func TestWorkloadProof(t *testing.T) {
	d := openDirectory(t)
	other, err := d.NewTestAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const secret = "the secret of the runner"
	proof := sha256.Sum256([]byte(secret))
	mine, plain := &directory.Instance{Proof: proof[:]}, &directory.Instance{PrivateIP: "10.0.0.5"}
	change(t, d, func(tx *directory.Tx) error {
		if err := tx.CreateInstance(mine); err != nil {
			return err
		}
		return tx.CreateInstance(plain)
	})
	arn := mine.ARN("us-east-1", accountID)
	for name, c := range map[string]struct {
		arn, secret string
		proven      bool
	}{
		"its secret":           {arn, secret, true},
		"another secret":       {arn, "the secret of another one", false},
		"its secret and more":  {arn, secret + " ", false},
		"the hash itself":      {arn, string(proof[:]), false},
		"without a proof":      {plain.ARN("us-east-1", accountID), secret, false},
		"no such instance":     {directory.InstanceARN("us-east-1", accountID, "i-0123456789abcdef0"), secret, false},
		"a pattern":            {directory.InstanceARN("us-east-1", accountID, "*"), secret, false},
		"another account":      {mine.ARN("us-east-1", other.Account), secret, false},
		"another region":       {mine.ARN("eu-west-1", accountID), secret, false},
		"no account":           {mine.ARN("us-east-1", ""), secret, false},
		"an account of no one": {mine.ARN("us-east-1", "999999999999"), secret, false},
		"no ARN":               {mine.ID, secret, false},
		"a role's ARN":         {"arn:aws:iam::111122223333:role/instance/" + mine.ID, secret, false},
	} {
		t.Run(name, func(t *testing.T) {
			for operation, in := range map[string]any{
				"DescribeWorkload": &workload.DescribeWorkloadInput{InstanceArn: &c.arn, Secret: &c.secret},
				"EndWorkload":      &workload.EndWorkloadInput{InstanceArn: &c.arn, Secret: &c.secret},
			} {
				call := &api.Call{Service: workload.API, Operation: workload.API.Operation(operation), Region: "us-east-1"}
				err := Authorize(d.View(""), call, Workload()[operation], in)
				if c.proven && (err != nil || call.Account != accountID) {
					t.Errorf("%s: %v, of account %q", operation, err, call.Account)
				}
				if !c.proven && (err != errUnproven || call.Account != "") {
					t.Errorf("%s: %v, of account %q", operation, err, call.Account)
				}
			}
		})
	}
}
