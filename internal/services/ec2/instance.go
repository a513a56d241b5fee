package ec2

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) instanceMethods() methods {
	return methods{
		"RunInstances":       services.Write(s.runInstances),
		"DescribeInstances":  services.Read(s.describeInstances),
		"TerminateInstances": services.Write(s.terminateInstances),
	}
}

// instanceFilters are those of DescribeInstances that there is something to say about
// [API_DescribeInstances].
func (s *Service) instanceFilters(call *api.Call) filters[*directory.Instance] {
	return filters[*directory.Instance]{
		"instance-id":              func(i *directory.Instance) []string { return []string{i.ID} },
		"instance-state-name":      func(i *directory.Instance) []string { return []string{s.stateOf(i, call.Time).name} },
		"instance-state-code":      func(i *directory.Instance) []string { return []string{decimal(s.stateOf(i, call.Time).code)} },
		"instance-type":            func(i *directory.Instance) []string { return []string{i.Type} },
		"image-id":                 func(i *directory.Instance) []string { return []string{i.Image} },
		"reservation-id":           func(i *directory.Instance) []string { return []string{i.Reservation} },
		"client-token":             func(i *directory.Instance) []string { return []string{i.ClientToken} },
		"owner-id":                 func(*directory.Instance) []string { return []string{call.Account} },
		"availability-zone":        func(i *directory.Instance) []string { return []string{i.Zone} },
		"private-ip-address":       func(i *directory.Instance) []string { return []string{i.PrivateIP} },
		"iam-instance-profile.arn": func(i *directory.Instance) []string { return []string{i.ProfileARN} },
		"iam-instance-profile.id":  func(i *directory.Instance) []string { return []string{i.Profile} },
		"tag-key":                  tagKeys,
	}
}

// describeInstances lists instances by their reservations [API_DescribeInstances].
func (s *Service) describeInstances(_ context.Context, call *api.Call, v *directory.View, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	wanted, err := s.instanceFilters(call).of(in.Filters)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, in.MaxResults, in.NextToken, len(in.InstanceIds) > 0, "instancesSet")
	if err != nil {
		return nil, err
	}
	named, err := namedInstances(v, in.InstanceIds)
	if err != nil {
		return nil, err
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	instances := v.Instances(p.after)
	if len(in.InstanceIds) > 0 {
		instances = named
	}
	found, next := take(p, instances, wanted, func(i *directory.Instance) string { return i.ID })
	return &ec2.DescribeInstancesOutput{Reservations: s.reservations(call, found), NextToken: next}, nil
}

// reservations puts the instances of one reservation together.
func (s *Service) reservations(call *api.Call, found []*directory.Instance) []ec2.Reservation {
	out, place := []ec2.Reservation{}, map[string]int{}
	for _, i := range found {
		at, known := place[i.Reservation]
		if !known {
			at = len(out)
			place[i.Reservation] = at
			out = append(out, s.reservationOut(call, i))
		}
		out[at].Instances = append(out[at].Instances, s.instanceOut(call, i))
	}
	return out
}

// terminateInstances ends instances; ending one again changes nothing
// [API_TerminateInstances]. A running program is told, and ended by its runner.
func (s *Service) terminateInstances(_ context.Context, call *api.Call, tx *directory.Tx, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	if len(in.InstanceIds) == 0 {
		return nil, fault("MissingParameter", "The request must contain the parameter InstanceId")
	}
	named, err := namedInstances(&tx.View, in.InstanceIds)
	if err != nil {
		return nil, err
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	out := &ec2.TerminateInstancesOutput{}
	for i := range named {
		before, now := s.stateOf(i, call.Time), terminated
		if i.Living() {
			tx.EndInstance(i, false)
		}
		if before == running { // as AWS answers: its program goes on until the runner hears of it
			now = shuttingDown
		}
		id := i.ID
		out.TerminatingInstances = append(out.TerminatingInstances, ec2.InstanceStateChange{
			InstanceId: &id, PreviousState: before.out(), CurrentState: now.out(),
		})
	}
	return out, nil
}
