// Package directory is what exists: accounts and all that is in them. It keeps
// the invariants, and nothing else does: a name is unique, a group with members
// is not deleted, a quota holds.
//
// The whole state is in memory, built from the store's log of commits and from
// nothing else. It is an immutable Snapshot that readers load without waiting; a
// write stages records in a Tx, commits them to the store as one transaction that
// asserts the revision of every record it read, and returns when the snapshot
// shows them. Authentication, decisions and wire formats are not done here.
//
// Stored keys, one record (versioned JSON) an entity; names in keys are in lower
// case, since AWS's names are unique without regard to case:
//
//	a/ACCOUNT/account           Account
//	a/ACCOUNT/user/NAME         User
//	a/ACCOUNT/group/NAME        Group
//	a/ACCOUNT/role/NAME         Role
//	a/ACCOUNT/policy/NAME       Policy (customer-managed)
//	a/ACCOUNT/policychange      rewritten with every change to a policy of the account
//	a/ACCOUNT/profile/NAME      InstanceProfile
//	a/ACCOUNT/key/ID            AccessKey
//	a/ACCOUNT/used/ID           LastUsed, of an access key or role
//	a/ACCOUNT/organization      Organization, under its management account
//	a/ACCOUNT/resourcepolicy    ResourcePolicy of the organization, likewise
//	a/ACCOUNT/creation/ID       AccountCreation, under the management account
//	a/ACCOUNT/bucket/NAME       Bucket
//	a/ACCOUNT/instance/ID       Instance
//	bucket/NAME                 the account's id: bucket names are unique everywhere
//	address/IP                  Address: an instance's private address is unique everywhere
//	alias/ALIAS                 the account's id: aliases are unique everywhere
//	email/EMAIL                 the account's id: root e-mails are, too
//	first                       the id of the first start's account
//	identitykey                 IdentityKey: signs instance identity documents
//	event/ID                    an event on its way to the journal
package directory
