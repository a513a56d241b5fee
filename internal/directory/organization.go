package directory

import (
	"crypto/rand"
	"fmt"
	"iter"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// How an account came into its organization [API_Account, JoinedMethod]. AWS calls
// the management account invited.
const (
	joinedCreated = "CREATED"
	joinedInvited = "INVITED"
)

// States of an account creation [API_CreateAccountStatus].
const (
	creationSucceeded = "SUCCEEDED"
	creationFailed    = "FAILED"
)

// AllFeatures is the feature set of an organization that has policies
// [API_Organization].
const AllFeatures = "ALL"

// Organization is the organization that the view's account is in; the error says
// that it is in none.
func (v *View) Organization() (*Organization, error) {
	if a := v.AccountRecord(); a != nil && a.Organization != "" {
		if o := v.Of(a.Organization).OrganizationRecord(); o != nil {
			return o, nil
		}
	}
	return nil, api.Errorf(http.StatusBadRequest, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

// Manager is the management account's id where the view's account is in an
// organization, else "".
func (v *View) Manager() string {
	if a := v.AccountRecord(); a != nil {
		return a.Organization
	}
	return ""
}

// ManagedOrganization is Organization for the management account; other accounts
// of the organization may not do what it is asked for.
func (v *View) ManagedOrganization() (*Organization, error) {
	o, err := v.Organization()
	if err != nil {
		return nil, err
	}
	if v.Manager() != v.account {
		return nil, api.Errorf(http.StatusBadRequest, "AccessDeniedException", "You don't have permissions to access this resource.")
	}
	return o, nil
}

// OrganizationAccounts ranges over the accounts of the organization that the view's account
// manages, the management account too, in the order of their ids.
func (v *View) OrganizationAccounts(after string) iter.Seq[*Account] {
	return func(yield func(*Account) bool) {
		for id := range v.Accounts(after) {
			a := v.Of(id).AccountRecord()
			if a != nil && a.Organization == v.account && !yield(a) {
				return
			}
		}
	}
}

// OrganizationAccount is one account of the organization that the view's account
// manages.
func (v *View) OrganizationAccount(id string) (*Account, error) {
	if a := v.Of(id).AccountRecord(); a != nil && a.Organization == v.account {
		return a, nil
	}
	return nil, api.Errorf(http.StatusBadRequest, "AccountNotFoundException", "You specified an account that doesn't exist.")
}

// ARN of the organization, which the account manages.
func (o *Organization) ARN(manager string) string {
	return "arn:aws:organizations::" + manager + ":organization/" + o.ID
}

// RootARN of the organization's root.
func (o *Organization) RootARN(manager string) string {
	return "arn:aws:organizations::" + manager + ":root/" + o.ID + "/" + o.Root
}

// AccountARN of an account in the organization.
func (o *Organization) AccountARN(manager, account string) string {
	return "arn:aws:organizations::" + manager + ":account/" + o.ID + "/" + account
}

// CreateOrganization makes the transaction's account the management account of a
// new organization.
func (tx *Tx) CreateOrganization(featureSet string) (*Organization, error) {
	a := tx.AccountRecord()
	if a == nil {
		return nil, NoSuchEntity("The account %s cannot be found.", tx.account)
	}
	if a.Organization != "" {
		return nil, api.Errorf(http.StatusBadRequest, "AlreadyInOrganizationException", "The AWS account is already a member of an organization.")
	}
	now := tx.Now()
	o := &Organization{ID: "o-" + lowerID(10), Root: "r-" + lowerID(4), FeatureSet: featureSet, Created: now}
	tx.OrganizationRecord()
	tx.PutOrganization(o)
	a = a.Clone()
	a.Organization, a.Joined, a.JoinedMethod = tx.account, now, joinedInvited
	tx.PutAccount(a)
	return o, nil
}

// NewAccount is what CreateAccount is asked for.
type NewAccount struct {
	Name, Email string
	RoleName    string // "": OrganizationAccountAccessRole
	Tags        []api.Tag
}

const organizationRole = "OrganizationAccountAccessRole" // [orgs_manage_accounts_access-cross-account-role]

// CreateAccount makes an account in the organization that the transaction's
// account manages. What AWS does in the background is done when the transaction
// commits; what fails in the background, such as an e-mail that another root user
// has, is told by the creation's status.
func (tx *Tx) CreateAccount(n NewAccount) (*AccountCreation, error) {
	now := tx.Now()
	c := &AccountCreation{ID: "car-" + lowerID(32), AccountName: n.Name, Requested: now, Completed: now}
	tx.Creation(c.ID)
	if tx.AccountByEmail(n.Email) != "" {
		c.State, c.FailureReason = creationFailed, "EMAIL_ALREADY_EXISTS"
		tx.PutCreation(c)
		return c, nil
	}
	member := tx.In(tx.freeAccountID())
	member.newAccount(&Account{
		ID: member.account, Name: n.Name, Email: n.Email, Created: now, Tags: n.Tags,
		Organization: tx.account, Joined: now, JoinedMethod: joinedCreated,
	})
	if err := member.trustManager(tx.account, n.RoleName); err != nil {
		return nil, err
	}
	c.State, c.AccountID = creationSucceeded, member.account
	tx.PutCreation(c)
	return c, nil
}

func (tx *Tx) freeAccountID() string {
	for {
		if id := NewAccountID(); !tx.Of(id).Exists() {
			return id
		}
	}
}

// trustManager makes the role by which administrators of the management account
// reach a member.
func (tx *Tx) trustManager(manager, roleName string) error {
	if roleName == "" {
		roleName = organizationRole
	}
	role, err := tx.CreateRole(NewRole{
		Name: roleName, Path: "/",
		Trust: fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}]}`, RootARN(manager)),
	})
	if err != nil {
		return err
	}
	return tx.AttachRolePolicy(role, AdministratorAccess)
}

// lowerID is the random part of an organization's ids: lower-case letters and
// digits.
func lowerID(n int) string { return strings.ToLower(rand.Text() + rand.Text())[:n] }
