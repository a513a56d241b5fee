package directory_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// managed is a directory whose first account manages an organization.
func managed(t *testing.T) *directory.Directory {
	t.Helper()
	d, _ := bootstrapped(t, directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "root@example.com"})
	inAccount(t, d, firstAccount, func(tx *directory.Tx) error {
		_, err := tx.CreateOrganization(directory.AllFeatures)
		return err
	})
	return d
}

func inAccount(t *testing.T, d *directory.Directory, account string, fn func(tx *directory.Tx) error) {
	t.Helper()
	if err := d.Update(t.Context(), account, fn); err != nil {
		t.Fatal(err)
	}
}

// member creates an account and returns its creation.
func member(t *testing.T, d *directory.Directory, n directory.NewAccount) *directory.AccountCreation {
	t.Helper()
	var c *directory.AccountCreation
	inAccount(t, d, firstAccount, func(tx *directory.Tx) (err error) {
		c, err = tx.CreateAccount(n)
		return err
	})
	return c
}

func code(err error) string {
	var e *api.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestCreateOrganization(t *testing.T) {
	d := managed(t)
	v := d.View(firstAccount)
	o, err := v.ManagedOrganization()
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct{ value, pattern string }{ // [API_Organization, API_Root]
		"id":   {o.ID, `^o-[a-z0-9]{10,32}$`},
		"root": {o.Root, `^r-[0-9a-z]{4,32}$`},
	} {
		if !regexp.MustCompile(c.pattern).MatchString(c.value) {
			t.Errorf("%s %q", what, c.value)
		}
	}
	a := v.AccountRecord()
	if o.FeatureSet != "ALL" || v.Manager() != firstAccount || a.JoinedMethod != "INVITED" || !a.Joined.Equal(startTime.Truncate(time.Second)) {
		t.Errorf("%+v %+v", o, a)
	}
	for arn, want := range map[string]string{
		o.ARN(firstAccount):                        "arn:aws:organizations::111122223333:organization/" + o.ID,
		o.RootARN(firstAccount):                    "arn:aws:organizations::111122223333:root/" + o.ID + "/" + o.Root,
		o.AccountARN(firstAccount, "444455556666"): "arn:aws:organizations::111122223333:account/" + o.ID + "/444455556666",
	} {
		if arn != want {
			t.Errorf("%s, want %s", arn, want)
		}
	}
	err = d.Update(t.Context(), firstAccount, func(tx *directory.Tx) error {
		_, err := tx.CreateOrganization(directory.AllFeatures)
		return err
	})
	if code(err) != "AlreadyInOrganizationException" {
		t.Errorf("%v", err)
	}
}

func TestNoOrganization(t *testing.T) {
	d, _ := bootstrapped(t, directory.BootstrapOptions{AccountID: firstAccount, RootEmail: "root@example.com"})
	v := d.View(firstAccount)
	_, err := v.Organization()
	_, managedErr := v.ManagedOrganization()
	if code(err) != "AWSOrganizationsNotInUseException" || code(managedErr) != code(err) || v.Manager() != "" {
		t.Errorf("%v %v %q", err, managedErr, v.Manager())
	}
	if none := d.View("999999999999"); none.Manager() != "" {
		t.Error("an account that is not there has a manager")
	}
	err = d.Update(t.Context(), "999999999999", func(tx *directory.Tx) error {
		_, err := tx.CreateOrganization(directory.AllFeatures)
		return err
	})
	if err == nil {
		t.Error("an account that is not there has an organization")
	}
}

func TestCreateAccount(t *testing.T) {
	d := managed(t)
	c := member(t, d, directory.NewAccount{Name: "Data", Email: "data@example.com", Tags: []api.Tag{{Key: "team", Value: "blue"}}})
	if c.State != "SUCCEEDED" || !regexp.MustCompile(`^car-[a-z0-9]{8,32}$`).MatchString(c.ID) || !directory.IsAccountID(c.AccountID) {
		t.Fatalf("%+v", c)
	}
	v := d.View(c.AccountID)
	a := v.AccountRecord()
	if a == nil || a.Name != "Data" || a.Email != "data@example.com" || a.Organization != firstAccount || a.JoinedMethod != "CREATED" || len(a.Tags) != 1 {
		t.Fatalf("%+v", a)
	}
	t.Run("a root user without password and key", func(t *testing.T) {
		if a.Root.Login != nil || len(a.Root.Keys) != 0 || v.AccountByEmail("DATA@example.com") != c.AccountID {
			t.Errorf("%+v", a.Root)
		}
	})
	t.Run("the role of the management account", func(t *testing.T) {
		r, err := v.Role("OrganizationAccountAccessRole")
		if err != nil || !slices.Equal(r.Attached, []string{directory.AdministratorAccess}) || !strings.Contains(v.TrustText(r), `"arn:aws:iam::111122223333:root"`) {
			t.Errorf("%+v %v", r, err)
		}
		if e := v.RolePolicies(r); len(e.Identity) != 1 || e.Unreadable != "" {
			t.Errorf("%+v", e)
		}
	})
	t.Run("nothing else", func(t *testing.T) {
		if v.Counts() != (directory.Counts{Roles: 1}) {
			t.Errorf("%+v", v.Counts())
		}
	})
	t.Run("the organization is seen from it, not managed", func(t *testing.T) {
		if o, err := v.Organization(); err != nil || v.Manager() != firstAccount || o.ID == "" {
			t.Errorf("%v", err)
		}
		if _, err := v.ManagedOrganization(); code(err) != "AccessDeniedException" {
			t.Errorf("%v", err)
		}
	})
	t.Run("the status is kept", func(t *testing.T) {
		if kept := d.View(firstAccount).Creation(c.ID); kept == nil || kept.AccountID != c.AccountID {
			t.Errorf("%+v", kept)
		}
		if v.Creation(c.ID) != nil {
			t.Error("the member sees the creation")
		}
	})
	t.Run("it is not the first account", func(t *testing.T) {
		if d.FirstAccount() != firstAccount {
			t.Error(d.FirstAccount())
		}
	})
	t.Run("another role name", func(t *testing.T) {
		other := member(t, d, directory.NewAccount{Name: "Two", Email: "two@example.com", RoleName: "Way.In"})
		if _, err := d.View(other.AccountID).Role("Way.In"); err != nil {
			t.Error(err)
		}
	})
}

// EMAIL_ALREADY_EXISTS [API_CreateAccountStatus]: told by the status.
func TestCreateAccountWithATakenEmail(t *testing.T) {
	d := managed(t)
	member(t, d, directory.NewAccount{Name: "Data", Email: "data@example.com"})
	for _, email := range []string{"data@example.com", "DATA@EXAMPLE.COM", "root@example.com"} {
		c := member(t, d, directory.NewAccount{Name: "Again", Email: email})
		if c.State != "FAILED" || c.FailureReason != "EMAIL_ALREADY_EXISTS" || c.AccountID != "" {
			t.Errorf("%s: %+v", email, c)
		}
	}
	if n := len(slices.Collect(d.View(firstAccount).OrganizationAccounts(""))); n != 2 {
		t.Errorf("%d accounts", n)
	}
}

// Two accounts of the same e-mail at the same time: one gets it.
func TestCreateAccountRace(t *testing.T) {
	d := managed(t)
	states := make(chan string)
	const calls = 6
	for range calls {
		go func() {
			var c *directory.AccountCreation
			err := d.Update(t.Context(), firstAccount, func(tx *directory.Tx) (err error) {
				c, err = tx.CreateAccount(directory.NewAccount{Name: "Data", Email: "data@example.com"})
				return err
			})
			if err != nil {
				states <- err.Error()
				return
			}
			states <- c.State
		}()
	}
	counts := map[string]int{}
	for range calls {
		counts[<-states]++
	}
	if counts["SUCCEEDED"] != 1 || counts["FAILED"] != calls-1 {
		t.Errorf("%v", counts)
	}
}

func TestOrganizationAccounts(t *testing.T) {
	d := managed(t)
	made := []string{firstAccount}
	for _, name := range []string{"a", "b", "c"} {
		made = append(made, member(t, d, directory.NewAccount{Name: name, Email: name + "@example.com"}).AccountID)
	}
	outside, err := d.NewTestAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(made)
	v := d.View(firstAccount)
	ids := func(after string) (ids []string) {
		for a := range v.OrganizationAccounts(after) {
			ids = append(ids, a.ID)
		}
		return ids
	}
	if got := ids(""); !slices.Equal(got, made) {
		t.Errorf("%v, want %v", got, made)
	}
	if got := ids(made[1]); !slices.Equal(got, made[2:]) {
		t.Errorf("after %s: %v", made[1], got)
	}
	if _, err := v.OrganizationAccount(made[1]); err != nil {
		t.Error(err)
	}
	for _, id := range []string{outside.Account, "999999999999", ""} {
		if _, err := v.OrganizationAccount(id); code(err) != "AccountNotFoundException" {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, id := range made {
		if id != firstAccount && len(slices.Collect(d.View(id).OrganizationAccounts(""))) != 0 {
			t.Errorf("the member %s lists accounts", id)
		}
	}
}
