package organizations

import (
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
)

func TestDescribeCreateAccountStatusOfNoRequest(t *testing.T) {
	f := organized(t)
	in := &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: ptr("car-0123456789abcdef")}
	f.refused(root(), "DescribeCreateAccountStatus", in, "CreateAccountStatusNotFoundException",
		"We can't find a create account request with the CreateAccountRequestId that you specified.")
	in.CreateAccountRequestId = ptr("0123456789abcdef")
	f.refused(root(), "DescribeCreateAccountStatus", in, "InvalidInputException", "You provided a value that does not match the required pattern.")
}

func TestListCreateAccountStatus(t *testing.T) {
	f := organized(t)
	for _, name := range []string{"a1", "b2", "A1", "c3", "B2"} { // the third and the last e-mail are taken
		did[organizations.CreateAccountOutput](f, root(), "CreateAccount", accountInput(name))
	}
	for name, c := range map[string]struct {
		states []string
		want   int
	}{
		"all": {nil, 5}, "succeeded": {[]string{"SUCCEEDED"}, 3}, "failed": {[]string{"FAILED"}, 2},
		"in progress": {[]string{"IN_PROGRESS"}, 0}, "two states": {[]string{"FAILED", "SUCCEEDED"}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.t = t
			seen := map[string]bool{}
			in := &organizations.ListCreateAccountStatusInput{States: c.states, MaxResults: ptr(int32(2))}
			for {
				out := did[organizations.ListCreateAccountStatusOutput](&f, root(), "ListCreateAccountStatus", in)
				for _, s := range out.CreateAccountStatuses {
					seen[*s.Id] = true
				}
				if in.NextToken = out.NextToken; in.NextToken == nil {
					break
				}
			}
			if len(seen) != c.want {
				t.Errorf("%d", len(seen))
			}
		})
	}
	f.refused(root(), "ListCreateAccountStatus", &organizations.ListCreateAccountStatusInput{NextToken: ptr("x")}, "InvalidInputException", errNextToken().Message)
}
