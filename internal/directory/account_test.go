package directory

import "testing"

// TestAliasOfTwoNodes: two accounts ask for one alias at the same time; one gets it.
func TestAliasOfTwoNodes(t *testing.T) {
	s := openStore(t)
	d := openNode(t, s)
	bootstrap(t, d)
	other, err := d.NewTestAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	node := openNode(t, s)
	runs := 0
	err = node.Update(t.Context(), other.Account, func(tx *Tx) error {
		err := tx.SetAccountAlias("acme")
		if runs++; runs == 1 {
			change(t, d, func(tx *Tx) error { return tx.SetAccountAlias("acme") })
		}
		return err
	})
	expectError(t, err, "EntityAlreadyExists", "The account alias acme already exists.")
	if got := d.View(testAccount).AccountByAlias("acme"); got != testAccount {
		t.Errorf("the alias leads to %q", got)
	}
}

// TestAliasMoves: the old alias is free at once, for anybody.
func TestAliasMoves(t *testing.T) {
	d := openDirectory(t)
	other, err := d.NewTestAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, alias := range []string{"acme", "acme-eu"} {
		change(t, d, func(tx *Tx) error { return tx.SetAccountAlias(alias) })
	}
	if err := d.Update(t.Context(), other.Account, func(tx *Tx) error { return tx.SetAccountAlias("acme") }); err != nil {
		t.Fatal(err)
	}
	v := d.View(testAccount)
	if v.AccountByAlias("acme") != other.Account || v.AccountByAlias("acme-eu") != testAccount || v.AccountRecord().Alias != "acme-eu" {
		t.Errorf("acme leads to %s, acme-eu to %s", v.AccountByAlias("acme"), v.AccountByAlias("acme-eu"))
	}
}

// TestAliasNoAccountID is S-06: an alias that could be an account's id leads astray
// who signs in.
func TestAliasNoAccountID(t *testing.T) {
	d := openDirectory(t)
	err := d.Update(t.Context(), testAccount, func(tx *Tx) error { return tx.SetAccountAlias("444455556666") })
	expectError(t, err, "InvalidInput", "The account alias must not be 12 digits.")
	change(t, d, func(tx *Tx) error { return tx.SetAccountAlias("44445555666") })
}
