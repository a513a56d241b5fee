package iamtoolbox

import (
	"context"
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iamtoolbox"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
)

// policy gives the document of a policy as it was when it took part in a denial.
func (s *Service) policy(ctx context.Context, call *api.Call, _ *directory.View, in *iamtoolbox.GetRequestAuthorizationPolicyInput) (*iamtoolbox.GetRequestAuthorizationPolicyOutput, error) {
	d, err := s.denial(ctx, call, *in.AuthorizationId)
	if err != nil {
		return nil, err
	}
	told, err := d.Tell()
	if err != nil {
		return nil, err
	}
	for i := range told.Policies {
		if p := &told.Policies[i]; uri(p) == *in.PolicyUri {
			return document(p.Record)
		}
	}
	return nil, api.Errorf(http.StatusNotFound, "ResourceNotFoundException", "The policy was not evaluated for the authorization id %s.", d.AuthorizationID)
}

func document(p *journal.Policy) (*iamtoolbox.GetRequestAuthorizationPolicyOutput, error) {
	switch {
	case p.Missing:
		return nil, api.Errorf(http.StatusNotFound, "ResourceNotFoundException", "The policy document was not kept: the server's disk did not follow at that time.")
	case p.Unreadable:
		return nil, api.Errorf(http.StatusNotFound, "ResourceNotFoundException", "The policy could not be read when it was evaluated, and denied the request for that.")
	}
	return &iamtoolbox.GetRequestAuthorizationPolicyOutput{PolicyDocument: api.Document(p.Text)}, nil
}
