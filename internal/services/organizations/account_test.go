package organizations

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
)

func TestCreateAccount(t *testing.T) {
	f := organized(t)
	in := accountInput("data")
	in.RoleName, in.IamUserAccessToBilling = ptr("WayIn"), ptr("ALLOW")
	in.Tags = []organizations.Tag{{Key: ptr("team"), Value: ptr("blue")}}
	status := did[organizations.CreateAccountOutput](f, root(), "CreateAccount", in).CreateAccountStatus
	if !strings.HasPrefix(*status.Id, "car-") || *status.State != "SUCCEEDED" || *status.AccountName != "data" || status.FailureReason != nil {
		t.Fatalf("%+v", status)
	}
	t.Run("its status says the same [API_DescribeCreateAccountStatus]", func(t *testing.T) {
		out := did[organizations.DescribeCreateAccountStatusOutput](f, root(), "DescribeCreateAccountStatus",
			&organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: status.Id})
		if diff := cmp.Diff(status, out.CreateAccountStatus); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("it is described", func(t *testing.T) {
		got := did[organizations.DescribeAccountOutput](f, root(), "DescribeAccount", &organizations.DescribeAccountInput{AccountId: status.AccountId}).Account
		o, err := f.directory.View(manager).ManagedOrganization()
		if err != nil {
			t.Fatal(err)
		}
		want := &organizations.Account{
			Id: status.AccountId, Arn: ptr("arn:aws:organizations::111122223333:account/" + o.ID + "/" + *status.AccountId),
			Email: ptr("data@example.com"), Name: ptr("data"), Status: ptr("ACTIVE"), State: ptr("ACTIVE"),
			JoinedMethod: ptr("CREATED"), JoinedTimestamp: &start, Paths: []string{o.ID + "/" + o.Root + "/" + *status.AccountId + "/"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("its role", func(t *testing.T) {
		if _, err := f.directory.View(*status.AccountId).Role("WayIn"); err != nil {
			t.Error(err)
		}
	})
}

func TestCreateAccountWithATakenEmail(t *testing.T) {
	f := organized(t)
	f.create("data")
	in := accountInput("Data")
	status := did[organizations.CreateAccountOutput](f, root(), "CreateAccount", in).CreateAccountStatus
	if *status.State != "FAILED" || *status.FailureReason != "EMAIL_ALREADY_EXISTS" || status.AccountId != nil || status.CompletedTimestamp == nil {
		t.Errorf("%+v", status)
	}
}

// [InvalidInputException] and the model's constraints.
func TestCreateAccountRefuses(t *testing.T) {
	f := organized(t)
	tag := func(keys ...string) (tags []organizations.Tag) {
		for _, key := range keys {
			tags = append(tags, organizations.Tag{Key: &key, Value: ptr("")})
		}
		return tags
	}
	var many []string
	for i := range 51 {
		many = append(many, fmt.Sprint("k", i))
	}
	for name, c := range map[string]struct {
		change  func(in *organizations.CreateAccountInput)
		reason  string
		message string
	}{
		"duplicate tags": {func(in *organizations.CreateAccountInput) { in.Tags = tag("team", "Team") }, "DUPLICATE_TAG_KEY", "Your request includes duplicate tag keys"},
		"a system tag":   {func(in *organizations.CreateAccountInput) { in.Tags = tag("aws:team") }, "INVALID_SYSTEM_TAGS_PARAMETER", "You specified a tag key that is a system tag: keys cannot begin with aws:."},
		"51 tags":        {func(in *organizations.CreateAccountInput) { in.Tags = tag(many...) }, "MAX_LENGTH_EXCEEDED", "You provided a list of tags that is longer than allowed."},
		"no e-mail":      {func(in *organizations.CreateAccountInput) { in.Email = ptr("somebody") }, "INVALID_PATTERN", "You provided a value that does not match the required pattern."},
		"no name":        {func(in *organizations.CreateAccountInput) { in.AccountName = nil }, "INPUT_REQUIRED", "You must include a value for all required parameters."},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.t = t
			in := accountInput("data")
			c.change(in)
			e := f.refused(root(), "CreateAccount", in, "InvalidInputException", c.message)
			if len(e.Members) != 1 || e.Members[0].Name != "Reason" || e.Members[0].Value != c.reason {
				t.Errorf("%v", e.Members)
			}
		})
	}
	if n := len(slices.Collect(f.directory.View(manager).OrganizationAccounts(""))); n != 1 {
		t.Errorf("%d accounts", n)
	}
}

// Tags need organizations:TagResource besides [API_CreateAccount].
func TestCreateAccountWithTagsNeedsTagResource(t *testing.T) {
	f := organized(t)
	maker := f.user("maker", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:CreateAccount","Resource":"*"}]}`)
	in := accountInput("data")
	in.Tags = []organizations.Tag{{Key: ptr("team"), Value: ptr("blue")}}
	f.refused(maker, "CreateAccount", in, "AccessDeniedException", noAccess)
	in.Tags = nil
	did[organizations.CreateAccountOutput](f, maker, "CreateAccount", in)
}

func TestDescribeAccount(t *testing.T) {
	f := organized(t)
	outside, err := f.directory.NewTestAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(id string) *organizations.DescribeAccountInput {
		return &organizations.DescribeAccountInput{AccountId: &id}
	}
	for _, id := range []string{"999999999999", outside.Account} {
		f.refused(root(), "DescribeAccount", ask(id), "AccountNotFoundException", noAccount)
	}
	out := did[organizations.DescribeAccountOutput](f, root(), "DescribeAccount", ask(manager)).Account
	if *out.JoinedMethod != "INVITED" || *out.Email != "root@example.com" {
		t.Errorf("%+v", out)
	}
	t.Run("M-05 decided on the account's ARN", func(t *testing.T) {
		member := f.create("data")
		o, err := f.directory.View(manager).ManagedOrganization()
		if err != nil {
			t.Fatal(err)
		}
		one := f.user("one", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:DescribeAccount","Resource":"`+o.AccountARN(manager, member)+`"}]}`)
		did[organizations.DescribeAccountOutput](f, one, "DescribeAccount", ask(member))
		f.refused(one, "DescribeAccount", ask(manager), "AccessDeniedException", noAccess)
		f.refused(one, "DescribeAccount", ask("999999999999"), "AccessDeniedException", noAccess)
	})
	t.Run("K-22 the account's tags", func(t *testing.T) {
		in := accountInput("tagged")
		in.Tags = []organizations.Tag{{Key: ptr("team"), Value: ptr("blue")}}
		tagged := *did[organizations.CreateAccountOutput](f, root(), "CreateAccount", in).CreateAccountStatus.AccountId
		blue := f.user("blue", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:DescribeAccount","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}}]}`)
		did[organizations.DescribeAccountOutput](f, blue, "DescribeAccount", ask(tagged))
		f.refused(blue, "DescribeAccount", ask(manager), "AccessDeniedException", noAccess)
	})
}

func TestListAccounts(t *testing.T) {
	f := organized(t)
	want := []string{manager}
	for i := range 24 {
		want = append(want, f.create(fmt.Sprint("member", i)))
	}
	slices.Sort(want)
	for _, size := range []int32{0, 1, 7, 20} { // 0: as the service likes, 20 at most
		var got []string
		in := &organizations.ListAccountsInput{MaxResults: &size}
		if size == 0 {
			in.MaxResults = nil
		}
		for {
			out := did[organizations.ListAccountsOutput](f, root(), "ListAccounts", in)
			if limit := int(size); len(out.Accounts) > 20 || limit > 0 && len(out.Accounts) > limit || len(out.Accounts) == 0 {
				t.Fatalf("a page of %d for %d", len(out.Accounts), size)
			}
			for _, a := range out.Accounts {
				got = append(got, *a.Id)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %v", size, got)
		}
	}
	for _, token := range []string{"", "x", "!", "MS8", "Mi8xMTE"} {
		e := f.refused(root(), "ListAccounts", &organizations.ListAccountsInput{NextToken: &token}, "InvalidInputException", errNextToken().Message)
		if len(e.Members) != 1 || e.Members[0].Value != "INVALID_NEXT_TOKEN" {
			t.Errorf("%q: %v", token, e.Members)
		}
	}
}
