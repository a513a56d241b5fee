package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/store"
)

const (
	testDocument = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	testTrust    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	testARN      = "arn:aws:iam::" + testAccount
	testReadOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess"
)

func addPolicies(t *testing.T, d *Directory, names ...string) {
	t.Helper()
	change(t, d, func(tx *Tx) error {
		for _, name := range names {
			if _, err := tx.CreatePolicy(Entity{Name: name, Path: "/"}, "", testDocument); err != nil {
				return err
			}
		}
		return nil
	})
}

func addRoles(t *testing.T, d *Directory, names ...string) {
	t.Helper()
	change(t, d, func(tx *Tx) error {
		for _, name := range names {
			if _, err := tx.CreateRole(NewRole{Name: name, Path: "/", Trust: testTrust}); err != nil {
				return err
			}
		}
		return nil
	})
}

func addProfiles(t *testing.T, d *Directory, names ...string) {
	t.Helper()
	change(t, d, func(tx *Tx) error {
		for _, name := range names {
			if _, err := tx.CreateProfile(Entity{Name: name, Path: "/"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// aws-errors 1.7, 1.8: what is and what is no ARN of a managed policy.
func TestCheckPolicyARN(t *testing.T) {
	for _, arn := range []string{
		testARN + ":policy/p", testARN + ":policy/a/b/p", testReadOnly, "arn:aws:iam::aws:policy/service-role/X",
		testARN + ":policy/A_1+=,.@-", "arn:aws:iam::999999999999:policy/another-account",
	} {
		if err := CheckPolicyARN(arn); err != nil {
			t.Errorf("%s: %v", arn, err)
		}
	}
	for _, arn := range []string{
		"", "p", "arn:aws:iam", "arn:aws:iam::policy/p", testARN + ":policy/", testARN + ":policy/p/", testARN + ":policy", testARN + ":user/u",
		testARN + ":policy/a*", testARN + ":policy/ä", "arn:aws:iam:us-east-1:" + testAccount + ":policy/p", "arn:aws:s3::" + testAccount + ":policy/p",
		"arn:aws:iam::12345:policy/p", "arn:aws:iam::AWS:policy/p", "arn:aws:iam:::policy/p", "ARN:aws:iam::aws:policy/p", "x:aws:iam::aws:policy/p",
	} {
		expectError(t, CheckPolicyARN(arn), "InvalidInput", "ARN "+arn+" is not valid.")
	}
	for _, partition := range []string{"aws-cn", "aws-us-gov", "nowhere", ""} {
		expectError(t, CheckPolicyARN("arn:"+partition+":iam::aws:policy/p"), "ValidationError", "Invalid ARN partition")
	}
}

// S-05: policies, roles and instance profiles an account.
func TestQuotasOfTheAccount(t *testing.T) {
	d := openDirectory(t)
	tests := []struct {
		quota string
		limit int
		add   func(t *testing.T, d *Directory, names ...string)
		more  func(tx *Tx) error
	}{
		{"PoliciesPerAccount", 1500, addPolicies, func(tx *Tx) error {
			_, err := tx.CreatePolicy(Entity{Name: "more", Path: "/"}, "", testDocument)
			return err
		}},
		{"RolesPerAccount", 1000, addRoles, func(tx *Tx) error {
			_, err := tx.CreateRole(NewRole{Name: "more", Path: "/", Trust: testTrust})
			return err
		}},
		{"InstanceProfilesPerAccount", 1000, addProfiles, func(tx *Tx) error {
			_, err := tx.CreateProfile(Entity{Name: "more", Path: "/"})
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.quota, func(t *testing.T) {
			for n := 0; n < tt.limit; n += 50 {
				names := make([]string, 50)
				for i := range names {
					names[i] = fmt.Sprint("n", n+i)
				}
				tt.add(t, d, names...)
			}
			expectError(t, d.Update(t.Context(), testAccount, tt.more), "LimitExceeded", fmt.Sprintf("Cannot exceed quota for %s: %d", tt.quota, tt.limit))
		})
	}
}

// E-23, behind the decision too: a transaction finds no policy of AWS to change.
func TestAWSPoliciesCannotBeChanged(t *testing.T) {
	d := openDirectory(t)
	err := d.Update(t.Context(), testAccount, func(tx *Tx) error {
		_, err := tx.CustomerPolicy(testReadOnly)
		return err
	})
	expectError(t, err, "AccessDenied", "Cannot modify the policy "+testReadOnly+": it is managed by AWS.")
}

// The policies of AWS that an account uses are counted from its entities, each once.
func TestAWSPoliciesInUse(t *testing.T) {
	d := openDirectory(t)
	const power = "arn:aws:iam::aws:policy/PowerUserAccess"
	addUsers(t, d, "ana", "bob")
	addGroups(t, d, "team")
	addPolicies(t, d, "own")
	if arns := d.View(testAccount).AWSPoliciesInUse(); len(arns) != 0 {
		t.Errorf("of an empty account: %v", arns)
	}
	change(t, d, func(tx *Tx) error {
		ana, bob, team := must(tx.User("ana")), must(tx.User("bob")), must(tx.Group("team"))
		return errors.Join(tx.AttachUserPolicy(ana, testReadOnly), tx.AttachGroupPolicy(team, testReadOnly), tx.SetUserBoundary(bob, power))
	})
	change(t, d, withUser("ana", func(tx *Tx, u *User) error { return tx.AttachUserPolicy(u, testARN+":policy/own") }))
	v := d.View(testAccount)
	if arns := v.AWSPoliciesInUse(); !slices.Equal(arns, []string{power, testReadOnly}) {
		t.Errorf("in use: %v", arns)
	}
	if m := must(v.Policy(testReadOnly)); m.Attachments != 2 || m.Boundaries != 0 {
		t.Errorf("ReadOnlyAccess: %d attachments, %d boundaries", m.Attachments, m.Boundaries)
	}
	if m := must(v.Policy(power)); m.Attachments != 0 || m.Boundaries != 1 {
		t.Errorf("PowerUserAccess: %d attachments, %d boundaries", m.Attachments, m.Boundaries)
	}
	if arns := d.View("999999999999").AWSPoliciesInUse(); len(arns) != 0 {
		t.Errorf("of no account: %v", arns)
	}
}

// must is for what the test has made itself.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// race runs two transactions on two nodes over one store, n times; each round, set
// is run before and check after. Both must never succeed.
func race(t *testing.T, rounds int, set func(tx *Tx, round string) error, one, two func(tx *Tx, round string) error) (ones, twos int) {
	t.Helper()
	s := openStore(t)
	nodes := [2]*Directory{openNode(t, s), openNode(t, s)}
	bootstrap(t, nodes[0])
	for i := range rounds {
		round := fmt.Sprint("n", i)
		change(t, nodes[0], func(tx *Tx) error { return set(tx, round) })
		if err := nodes[1].catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		errs := together(t, nodes, func(tx *Tx) error { return one(tx, round) }, func(tx *Tx) error { return two(tx, round) })
		switch {
		case errs[0] == nil && errs[1] == nil:
			t.Fatalf("round %s: both succeeded", round)
		case errs[0] != nil && errs[1] != nil:
			t.Fatalf("round %s: neither succeeded: %v; %v", round, errs[0], errs[1])
		case errs[0] == nil:
			ones++
		default:
			twos++
		}
		for _, err := range errs {
			if e := (*api.Error)(nil); err != nil && !errors.As(err, &e) {
				t.Fatalf("round %s: %v is no answer of AWS's", round, err)
			}
		}
	}
	sound(t, s)
	return ones, twos
}

func together(t *testing.T, nodes [2]*Directory, fns ...func(tx *Tx) error) [2]error {
	var errs [2]error
	var wait sync.WaitGroup
	for i, fn := range fns {
		wait.Go(func() { errs[i] = nodes[i].Update(t.Context(), testAccount, fn) })
	}
	wait.Wait()
	return errs
}

// sound checks, in a directory opened anew, that every count and reference agrees
// with what is there.
func sound(t *testing.T, s store.Store) {
	t.Helper()
	v := openNode(t, s).View(testAccount)
	for p := range v.Policies("") {
		attached, bounded := slices.Collect(v.Attached(p.ARN(testAccount))), slices.Collect(v.Bounded(p.ARN(testAccount)))
		if p.Attachments != len(attached) || p.Boundaries != len(bounded) {
			t.Errorf("policy %s counts %d and %d, is attached to %v and bounds %v", p.Name, p.Attachments, p.Boundaries, attached, bounded)
		}
	}
	check := func(owner string, g *Grants) {
		for _, arn := range append(slices.Clone(g.Attached), g.Boundary) {
			if _, ok := v.ManagedPolicy(arn); arn != "" && !ok {
				t.Errorf("%s has the policy %s, which is not there", owner, arn)
			}
		}
	}
	for u := range v.Users("") {
		check("user "+u.Name, &u.Grants)
	}
	for r := range v.Roles("") {
		check("role "+r.Name, &r.Grants)
		if n := len(slices.Collect(v.ProfilesOf(r.ID))); n != r.Profiles {
			t.Errorf("role %s counts %d profiles, is in %d", r.Name, r.Profiles, n)
		}
	}
	for p := range v.Profiles("") {
		if p.Role != "" && v.RoleByID(p.Role) == nil {
			t.Errorf("profile %s holds a role that is not there", p.Name)
		}
	}
}

const raceRounds = 40

// DeletePolicy on one node and a use of the policy on another cannot both succeed:
// what is attached is there.
func TestPolicyRaces(t *testing.T) {
	set := func(tx *Tx, round string) error {
		_, errPolicy := tx.CreatePolicy(Entity{Name: round, Path: "/"}, "", testDocument)
		_, errUser := tx.CreateUser(NewUser{Name: round, Path: "/"})
		_, errRole := tx.CreateRole(NewRole{Name: round, Path: "/", Trust: testTrust})
		return errors.Join(errPolicy, errUser, errRole)
	}
	deletion := func(tx *Tx, round string) error {
		p, err := tx.CustomerPolicy(testARN + ":policy/" + round)
		if err != nil {
			return err
		}
		return tx.DeletePolicy(p)
	}
	uses := map[string]func(tx *Tx, round string) error{
		"AttachUserPolicy": func(tx *Tx, round string) error {
			return tx.AttachUserPolicy(must(tx.User(round)), testARN+":policy/"+round)
		},
		"PutRolePermissionsBoundary": func(tx *Tx, round string) error {
			return tx.SetRoleBoundary(must(tx.Role(round)), testARN+":policy/"+round)
		},
		"CreatePolicyVersion": func(tx *Tx, round string) error {
			p, err := tx.CustomerPolicy(testARN + ":policy/" + round)
			if err != nil {
				return err
			}
			_, err = tx.AddVersion(p, testDocument, false)
			return err
		},
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			deleted, used := race(t, raceRounds, set, deletion, use)
			t.Logf("DeletePolicy won %d times, %s %d times", deleted, name, used)
		})
	}
}

// DeleteRole on one node and AddRoleToInstanceProfile on another cannot both
// succeed, nor can two roles come into one profile.
func TestRoleAndProfileRaces(t *testing.T) {
	set := func(tx *Tx, round string) error {
		_, errProfile := tx.CreateProfile(Entity{Name: round, Path: "/"})
		_, errRole := tx.CreateRole(NewRole{Name: round, Path: "/", Trust: testTrust})
		_, errOther := tx.CreateRole(NewRole{Name: "other" + round, Path: "/", Trust: testTrust})
		return errors.Join(errProfile, errRole, errOther)
	}
	add := func(prefix string) func(tx *Tx, round string) error {
		return func(tx *Tx, round string) error {
			r, err := tx.Role(prefix + round)
			if err != nil {
				return err
			}
			return tx.AddRole(must(tx.Profile(round)), r)
		}
	}
	deletion := func(tx *Tx, round string) error { return tx.DeleteRole(must(tx.Role(round))) }
	t.Run("DeleteRole", func(t *testing.T) { race(t, raceRounds, set, deletion, add("")) })
	t.Run("two roles", func(t *testing.T) { race(t, raceRounds, set, add(""), add("other")) })
}

// One name goes to one of two that create it at once, in whatever case.
func TestCreationRaces(t *testing.T) {
	creations := map[string]func(tx *Tx, name string) error{
		"CreatePolicy": func(tx *Tx, name string) error {
			_, err := tx.CreatePolicy(Entity{Name: name, Path: "/"}, "", testDocument)
			return err
		},
		"CreateRole": func(tx *Tx, name string) error {
			_, err := tx.CreateRole(NewRole{Name: name, Path: "/", Trust: testTrust})
			return err
		},
		"CreateInstanceProfile": func(tx *Tx, name string) error {
			_, err := tx.CreateProfile(Entity{Name: name, Path: "/"})
			return err
		},
	}
	for name, create := range creations {
		t.Run(name, func(t *testing.T) {
			upper := func(tx *Tx, round string) error { return create(tx, strings.ToUpper(round)) }
			race(t, raceRounds, func(*Tx, string) error { return nil }, create, upper)
		})
	}
}
