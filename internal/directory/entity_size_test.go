package directory

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// TestEntityTooLarge: white space is not counted against AWS's quotas (G-12), so
// that documents within them outgrow a record. That is the caller's fault, and
// changes nothing.
func TestEntityTooLarge(t *testing.T) {
	d := openDirectory(t)
	bootstrap(t, d)
	wide := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}` + strings.Repeat("\t", 130_000) + "}"
	change(t, d, func(tx *Tx) error {
		_, err := tx.CreatePolicy(Entity{Name: "p", Path: "/"}, "", wide)
		return err
	})
	add := func(tx *Tx) error {
		p, err := tx.CustomerPolicy("arn:aws:iam::" + testAccount + ":policy/p")
		if err != nil {
			return err
		}
		_, err = tx.AddVersion(p, wide, false)
		return err
	}
	versions := 1
	for ; versions < maxPolicyVersions; versions++ {
		err := d.Update(t.Context(), testAccount, add)
		if err == nil {
			continue
		}
		expectError(t, err, "LimitExceeded", "Cannot exceed quota for EntitySize: 1048576")
		var answer *api.Error
		if !errors.As(err, &answer) || !strings.Contains(answer.Log, "policy/p") {
			t.Errorf("the log does not say which: %v", err)
		}
		break
	}
	if m, _ := d.View(testAccount).ManagedPolicy("arn:aws:iam::" + testAccount + ":policy/p"); versions == maxPolicyVersions || len(m.Customer.Versions) != versions {
		t.Errorf("%d versions, of %d that were accepted", len(m.Customer.Versions), versions)
	}
}
