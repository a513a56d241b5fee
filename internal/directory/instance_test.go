package directory

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
)

// [resource-ids]: a prefix and 17 hexadecimal digits, of which no two are the same.
func TestNewResourceID(t *testing.T) {
	form, seen := regexp.MustCompile(`^iip-assoc-[0-9a-f]{17}$`), map[string]bool{}
	for range 1000 {
		id := NewResourceID("iip-assoc-")
		if !form.MatchString(id) || seen[id] {
			t.Fatal(id)
		}
		seen[id] = true
	}
}

// An address is one instance's in the whole service, while that lives.
func TestInstanceAddress(t *testing.T) {
	s := openStore(t)
	d := openNode(t, s)
	bootstrap(t, d)
	other, err := d.NewTestAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ip := netip.MustParseAddr("10.0.0.5")
	first := &Instance{PrivateIP: "10.0.0.5"}
	change(t, d, func(tx *Tx) error { return tx.CreateInstance(first) })
	for name, v := range map[string]*View{"its account": d.View(testAccount), "another": d.View(other.Account), "no account": d.View("")} {
		for _, of := range []netip.Addr{ip, netip.MustParseAddr("::ffff:10.0.0.5")} {
			if account, i := v.InstanceAt(of); account != testAccount || i == nil || i.ID != first.ID {
				t.Errorf("in the view of %s, %s is %s's %+v", name, of, account, i)
			}
		}
	}
	again := func(tx *Tx) error { return tx.CreateInstance(&Instance{PrivateIP: "10.0.0.5"}) }
	for _, account := range []string{testAccount, other.Account} {
		if err := d.Update(t.Context(), account, again); err == nil || !strings.HasPrefix(err.Error(), "InvalidIPAddress.InUse: Address 10.0.0.5 is in use.") {
			t.Errorf("%s: %v", account, err)
		}
	}
	change(t, d, func(tx *Tx) error { tx.EndInstance(tx.Instance(first.ID), false); return nil })
	if account, i := d.View("").InstanceAt(ip); account != "" || i != nil {
		t.Errorf("%s, %+v", account, i)
	}
	if err := d.Update(t.Context(), other.Account, again); err != nil {
		t.Error(err)
	}
	// What is stored is what a node that starts now finds.
	if account, i := openNode(t, s).View("").InstanceAt(ip); account != other.Account || i == nil || i.PrivateIP != "10.0.0.5" {
		t.Errorf("%s, %+v", account, i)
	}
}

// Two nodes that launch at one address at the same time: one of them is refused.
func TestInstanceAddressOnTwoNodes(t *testing.T) {
	s := openStore(t)
	here, there := openNode(t, s), openNode(t, s)
	bootstrap(t, here)
	errs := make(chan error, 2)
	for _, d := range []*Directory{here, there} {
		go func() {
			errs <- d.Update(t.Context(), testAccount, func(tx *Tx) error { return tx.CreateInstance(&Instance{PrivateIP: "10.0.0.5"}) })
		}()
	}
	failed := 0
	for range 2 {
		if err := <-errs; err != nil {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d of 2 are refused", failed)
	}
}

// Ending an instance frees what it has; its record stays.
func TestEndInstance(t *testing.T) {
	d := openDirectory(t)
	i := &Instance{PrivateIP: "10.0.0.5", Proof: []byte{1}}
	change(t, d, func(tx *Tx) error {
		p, err := tx.CreateProfile(Entity{Name: "web", Path: "/"})
		if err != nil {
			return err
		}
		tx.SetProfile(i, p)
		return tx.CreateInstance(i)
	})
	if r := d.View(testAccount).Instance(i.ID); r.ProfileARN != testARN+":instance-profile/web" || r.Association == "" || !r.Living() || r.ARN("us-east-1", testAccount) != "arn:aws:ec2:us-east-1:111122223333:instance/"+i.ID {
		t.Errorf("%+v", r)
	}
	change(t, d, func(tx *Tx) error { tx.EndInstance(tx.Instance(i.ID), true); return nil })
	if r := d.View(testAccount).Instance(i.ID); r.Living() || !r.Stopped || r.Profile+r.ProfileARN+r.Association+r.PrivateIP != "" || len(r.Proof) != 1 {
		t.Errorf("%+v", r)
	}
}
