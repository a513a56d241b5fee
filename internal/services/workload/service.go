// Package workload is what runners ask for: the state of the instance whose program
// they run, with its credentials, and that its program ended. Whether a caller is the
// runner, the rows in package authz say; what is told, package metadata.
package workload

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/workload"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/metadata"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

// Metadata tells of instances. A *metadata.Service does.
type Metadata interface {
	Describe(ctx context.Context, v *directory.View, i *directory.Instance) (*metadata.Instance, error)
	Seen(instance string)
}

// Service is the workload API.
type Service struct{ metadata Metadata }

// New returns the service.
func New(m Metadata) *Service { return &Service{m} }

// Implementation is the service as it is served.
func (s *Service) Implementation() services.Implementation {
	return services.Implementation{
		API: workload.API, Rows: authz.Workload(),
		Methods: map[string]services.Method{
			"DescribeWorkload": services.Read(s.describeWorkload),
			"EndWorkload":      services.Write(endWorkload),
		},
	}
}

// describeWorkload answers with the instance as its metadata service tells of it. Of a
// terminated one it tells nothing but that.
func (s *Service) describeWorkload(ctx context.Context, call *api.Call, v *directory.View, in *workload.DescribeWorkloadInput) (*workload.DescribeWorkloadOutput, error) {
	v = v.Of(call.Account)
	i := v.Instance(authz.InstanceIDOf(*in.InstanceArn))
	if i == nil {
		return nil, errors.New("workload: an instance that proved itself is not there")
	}
	if !i.Living() {
		return document(&metadata.Instance{ARN: *in.InstanceArn, ID: i.ID, Account: call.Account, Region: call.Region, Launched: i.Launched, Ended: true})
	}
	told, err := s.metadata.Describe(ctx, v, i)
	if err != nil {
		return nil, err
	}
	s.metadata.Seen(i.ID)
	return document(told)
}

func document(i *metadata.Instance) (*workload.DescribeWorkloadOutput, error) {
	text, err := json.Marshal(i)
	if err != nil {
		return nil, errors.New("workload: the instance is no JSON") // its credentials stay out of the log
	}
	return &workload.DescribeWorkloadOutput{Instance: text}, nil
}

// endWorkload terminates the instance whose program ended. Again, it changes nothing.
func endWorkload(_ context.Context, call *api.Call, tx *directory.Tx, in *workload.EndWorkloadInput) (*workload.EndWorkloadOutput, error) {
	tx = tx.In(call.Account)
	if i := tx.Instance(authz.InstanceIDOf(*in.InstanceArn)); i != nil && i.Living() {
		tx.EndInstance(i, true)
	}
	return &workload.EndWorkloadOutput{}, nil
}
