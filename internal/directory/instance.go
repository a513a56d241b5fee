package directory

import (
	"crypto/rand"
	"encoding/hex"
	"iter"
	"net/http"
	"net/netip"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/tidwall/btree"
)

// MaxInstances is how many living instances an account has (choice: AWS counts vCPUs
// [ec2-on-demand-instances-limits]).
const MaxInstances = 1000

// Instance is the account's instance with the id, or nil.
func (v *View) Instance(id string) *Instance {
	return find(v, "a/"+v.account+"/instance/"+id, func(s *state) *Instance { return get(s.instances, id) })
}

// Instances ranges over the account's instances in the order of their ids.
func (v *View) Instances(after string) iter.Seq[*Instance] {
	return ordered(v, after, func(s *state) *btree.Map[string, *Instance] { return s.instances })
}

// InstanceAt finds the living instance with a private address in the whole service:
// whose it is, and its record. nil where there is none.
func (v *View) InstanceAt(ip netip.Addr) (account string, i *Instance) {
	a := v.address(ip.Unmap().String())
	if a == nil {
		return "", nil
	}
	if i = v.Of(a.Account).Instance(a.Instance); i == nil {
		return "", nil
	}
	return a.Account, i
}

func (v *View) address(ip string) *Address {
	a := get(v.snapshot.addresses, ip)
	if v.tx == nil {
		return a
	}
	return noted(v, "address/"+ip, a)
}

// Living says whether the instance was not terminated.
func (i *Instance) Living() bool { return i.Ended.IsZero() }

// ARN of the instance.
func (i *Instance) ARN(region, account string) string {
	return InstanceARN(region, account, i.ID)
}

// InstanceARN is the ARN of an instance by its id, or of a pattern of ids.
func InstanceARN(region, account, id string) string {
	return "arn:aws:ec2:" + region + ":" + account + ":instance/" + id
}

// Clone is for changing it: what is shared with the state is copied.
func (i *Instance) Clone() *Instance {
	c := *i
	c.Tags = append(c.Tags[:0:0], i.Tags...)
	return &c
}

// NewResourceID is a new id of EC2's with its prefix: "i-", "r-", "iip-assoc-", and 17
// hexadecimal digits [resource-ids].
func NewResourceID(prefix string) string {
	var b [9]byte
	rand.Read(b[:])
	return prefix + hex.EncodeToString(b[:])[:17]
}

// CreateInstance makes an instance under a new id. Its address must be free in the
// whole service.
func (tx *Tx) CreateInstance(i *Instance) error {
	i.ID, i.Launched = NewResourceID("i-"), tx.Now()
	tx.Instance(i.ID) // the commit asserts that it is not there
	if i.PrivateIP != "" {
		if tx.address(i.PrivateIP) != nil {
			return api.Errorf(http.StatusBadRequest, "InvalidIPAddress.InUse", "Address %s is in use.", i.PrivateIP)
		}
		tx.stage("address/"+i.PrivateIP, &Address{Version: recordVersion, Account: tx.account, Instance: i.ID})
	}
	tx.PutInstance(i)
	return nil
}

// EndInstance terminates a living instance: its address and its profile are free, its
// record stays to be seen for a while. byProgram: its program ended.
func (tx *Tx) EndInstance(i *Instance, byProgram bool) *Instance {
	c := i.Clone()
	c.Ended, c.Stopped = tx.Now(), byProgram
	c.Profile, c.ProfileARN, c.Association = "", "", ""
	if c.PrivateIP != "" {
		if a := tx.address(c.PrivateIP); a != nil && a.Account == tx.account && a.Instance == c.ID {
			tx.stage("address/"+c.PrivateIP, nil)
		}
		c.PrivateIP = ""
	}
	tx.PutInstance(c)
	return c
}

// AssociateProfile gives an instance a profile, in the place of the one it has.
func (tx *Tx) AssociateProfile(i *Instance, p *InstanceProfile) *Instance {
	c := i.Clone()
	c.associate(p, tx)
	tx.PutInstance(c)
	return c
}

// SetProfile gives an instance that is not stored yet its profile.
func (tx *Tx) SetProfile(i *Instance, p *InstanceProfile) { i.associate(p, tx) }

func (i *Instance) associate(p *InstanceProfile, tx *Tx) {
	i.Profile, i.ProfileARN = p.ID, p.ARN(tx.account)
	i.Association, i.Associated = NewResourceID("iip-assoc-"), tx.Now()
}

// DisassociateProfile takes its profile from an instance.
func (tx *Tx) DisassociateProfile(i *Instance) {
	c := i.Clone()
	c.Profile, c.ProfileARN, c.Association = "", "", ""
	tx.PutInstance(c)
}
