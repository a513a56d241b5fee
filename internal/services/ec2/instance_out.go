package ec2

import (
	"strconv"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func (s *Service) reservationOut(call *api.Call, i *directory.Instance) ec2.Reservation {
	return ec2.Reservation{ReservationId: &i.Reservation, OwnerId: &call.Account, Groups: []ec2.GroupIdentifier{}}
}

// instanceOut is an instance as it is shown [API_Instance]: nothing is said of hardware,
// networks and volumes.
func (s *Service) instanceOut(call *api.Call, i *directory.Instance) ec2.Instance {
	index, off, tenancy, disabled := int32(i.Index), false, "default", "disabled"
	out := ec2.Instance{
		InstanceId: &i.ID, ImageId: &i.Image, InstanceType: &i.Type, LaunchTime: &i.Launched, AmiLaunchIndex: &index,
		State:           s.stateOf(i, call.Time).out(),
		Placement:       &ec2.Placement{AvailabilityZone: &i.Zone, Tenancy: &tenancy},
		Monitoring:      &ec2.Monitoring{State: &disabled},
		MetadataOptions: metadataOut(i.Metadata), EbsOptimized: &off,
		ClientToken: unlessEmpty(i.ClientToken), PrivateIpAddress: unlessEmpty(i.PrivateIP),
		Tags: tagsOut(i.Tags), StateTransitionReason: new(string),
		SecurityGroups: []ec2.GroupIdentifier{}, BlockDeviceMappings: []ec2.InstanceBlockDeviceMapping{},
	}
	if i.ProfileARN != "" {
		out.IamInstanceProfile = profileOut(i)
	}
	if !i.Living() {
		out.StateReason = reasonOut(i)
		*out.StateTransitionReason = transition(i)
	}
	return out
}

func profileOut(i *directory.Instance) *ec2.IamInstanceProfile {
	return &ec2.IamInstanceProfile{Arn: &i.ProfileARN, Id: &i.Profile}
}

// reasonOut is why an instance is terminated [API_StateReason].
func reasonOut(i *directory.Instance) *ec2.StateReason {
	code, message := "Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown"
	if i.Stopped {
		code, message = "Client.InstanceInitiatedShutdown", "Client.InstanceInitiatedShutdown: Instance initiated shutdown"
	}
	return &ec2.StateReason{Code: &code, Message: &message}
}

func transition(i *directory.Instance) string {
	by := "User initiated"
	if i.Stopped {
		by = "Instance initiated"
	}
	return by + " (" + i.Ended.UTC().Format("2006-01-02 15:04:05 GMT") + ")"
}

func metadataOut(o directory.MetadataOptions) *ec2.InstanceMetadataOptionsResponse {
	words, hops, applied, disabled := authz.MetadataText(o), int32(o.HopLimit), "applied", "disabled"
	return &ec2.InstanceMetadataOptionsResponse{
		State: &applied, HttpTokens: &words.Tokens, HttpEndpoint: &words.Endpoint, HttpPutResponseHopLimit: &hops,
		InstanceMetadataTags: &words.Tags, HttpProtocolIpv6: &disabled,
	}
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func decimal(n int32) string { return strconv.Itoa(int(n)) }
