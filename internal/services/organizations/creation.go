package organizations

import (
	"context"
	"iter"
	"net/http"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/organizations"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func creationMethods() methods {
	return methods{
		"DescribeCreateAccountStatus": services.Read(describeCreateAccountStatus),
		"ListCreateAccountStatus":     services.Read(listCreateAccountStatus),
	}
}

// describeCreateAccountStatus tells what became of a CreateAccount request.
func describeCreateAccountStatus(_ context.Context, _ *api.Call, v *directory.View, in *organizations.DescribeCreateAccountStatusInput) (*organizations.DescribeCreateAccountStatusOutput, error) {
	_, v, err := managed(v)
	if err != nil {
		return nil, err
	}
	c := v.Creation(*in.CreateAccountRequestId)
	if c == nil {
		return nil, api.Errorf(http.StatusBadRequest, "CreateAccountStatusNotFoundException", "We can't find a create account request with the CreateAccountRequestId that you specified.")
	}
	status := creation(c)
	return &organizations.DescribeCreateAccountStatusOutput{CreateAccountStatus: &status}, nil
}

// listCreateAccountStatus pages through the CreateAccount requests, those in the
// given states where there are some.
func listCreateAccountStatus(_ context.Context, _ *api.Call, v *directory.View, in *organizations.ListCreateAccountStatusInput) (*organizations.ListCreateAccountStatusOutput, error) {
	_, v, err := managed(v)
	if err != nil {
		return nil, err
	}
	asked := func(after string) iter.Seq[*directory.AccountCreation] {
		return func(yield func(*directory.AccountCreation) bool) {
			for c := range v.Creations(after) {
				if (len(in.States) == 0 || slices.Contains(in.States, c.State)) && !yield(c) {
					return
				}
			}
		}
	}
	statuses, next, err := page(in.NextToken, in.MaxResults, asked, func(c *directory.AccountCreation) (string, organizations.CreateAccountStatus) {
		return c.ID, creation(c)
	})
	if err != nil {
		return nil, err
	}
	return &organizations.ListCreateAccountStatusOutput{CreateAccountStatuses: statuses, NextToken: next}, nil
}

func creation(c *directory.AccountCreation) organizations.CreateAccountStatus {
	status := organizations.CreateAccountStatus{
		Id: &c.ID, AccountName: &c.AccountName, State: &c.State, RequestedTimestamp: &c.Requested,
	}
	if c.AccountID != "" {
		status.AccountId = &c.AccountID
	}
	if c.FailureReason != "" {
		status.FailureReason = &c.FailureReason
	}
	if !c.Completed.IsZero() {
		status.CompletedTimestamp = &c.Completed
	}
	return status
}
