package authz

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// TestAccessKeyLastUsedRow: the decision is on the owner, and the refusal does not
// tell whose the key is (D-09).
func TestAccessKeyLastUsedRow(t *testing.T) {
	d := people(t)
	var users, roots string
	change(t, d, func(tx *directory.Tx) error {
		u, err := tx.User("ana")
		if err != nil {
			return err
		}
		k, _, err := tx.CreateAccessKey(u)
		if err != nil {
			return err
		}
		r, _, err := tx.CreateAccessKey(nil)
		if err != nil {
			return err
		}
		users, roots = k.ID, r.ID
		return nil
	})
	const none = "AKIA0000000000000000"
	for id, want := range map[string]string{
		users: arn + "user/ops/Ana | access key " + users + " | " + anaTags,
		roots: arn + "root | access key " + roots + " |",
		none:  "* | access key " + none + " |",
	} {
		c := rowCase{"GetAccessKeyLastUsed", &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id}, []string{want}}
		c.run(t, d, rootCaller())
	}
}
