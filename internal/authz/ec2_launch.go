package authz

import (
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// The one image, and the type of instances that ask for none. Nothing follows from a
// type: a program has what its machine has.
const (
	ImageID     = "ami-00000000000000001"
	DefaultType = "t3.micro"
)

// LaunchOf is the instance that RunInstances is asked for, with what is taken where
// nothing is asked for. What is decided on is what is launched.
func LaunchOf(regions *catalog.Regions, in *ec2.RunInstancesInput) *directory.Instance {
	i := &directory.Instance{Image: ImageID, Type: DefaultType, Metadata: directory.MetadataOptions{HopLimit: 1}}
	if in.ImageId != nil {
		i.Image = *in.ImageId
	}
	if in.InstanceType != nil {
		i.Type = *in.InstanceType
	}
	if in.Placement != nil && in.Placement.AvailabilityZone != nil {
		i.Zone = *in.Placement.AvailabilityZone
	} else {
		i.Zone = regions.DefaultZone().Name
	}
	if in.PrivateIpAddress != nil {
		i.PrivateIP = *in.PrivateIpAddress
	}
	if o := in.MetadataOptions; o != nil {
		i.Metadata = Metadata(i.Metadata, o.HttpTokens, o.HttpEndpoint, o.InstanceMetadataTags, o.HttpPutResponseHopLimit)
	}
	i.Tags = LaunchTags(in)
	return i
}

// LaunchTags are the tags that RunInstances gives its instances.
func LaunchTags(in *ec2.RunInstancesInput) []api.Tag {
	var tags []api.Tag
	for _, s := range in.TagSpecifications {
		if s.ResourceType != nil && *s.ResourceType == "instance" {
			tags = append(tags, EC2Tags(s.Tags)...)
		}
	}
	return tags
}

// EC2Tags are the tags of a call. One without a value has an empty one [API_CreateTags].
func EC2Tags(in []ec2.Tag) []api.Tag {
	tags := make([]api.Tag, 0, len(in))
	for _, t := range in {
		var tag api.Tag
		if t.Key != nil {
			tag.Key = *t.Key
		}
		if t.Value != nil {
			tag.Value = *t.Value
		}
		tags = append(tags, tag)
	}
	return tags
}

// Metadata is an instance's metadata options with those changed that are given.
func Metadata(o directory.MetadataOptions, tokens, endpoint, tags *string, hopLimit *int32) directory.MetadataOptions {
	if tokens != nil {
		o.V1 = *tokens == "optional"
	}
	if endpoint != nil {
		o.Disabled = *endpoint == "disabled"
	}
	if tags != nil {
		o.Tags = *tags == "enabled"
	}
	if hopLimit != nil {
		o.HopLimit = int(*hopLimit)
	}
	return o
}

// MetadataWords are metadata options in the words of the API.
type MetadataWords struct{ Tokens, Endpoint, HopLimit, Tags string }

// MetadataText words metadata options.
func MetadataText(o directory.MetadataOptions) MetadataWords {
	w := MetadataWords{"required", "enabled", strconv.Itoa(o.HopLimit), "disabled"}
	if o.V1 {
		w.Tokens = "optional"
	}
	if o.Disabled {
		w.Endpoint = "disabled"
	}
	if o.Tags {
		w.Tags = "enabled"
	}
	return w
}

// ProfileOf is the account's instance profile that a call names by ARN or by name, or
// nil.
func ProfileOf(v *directory.View, s *ec2.IamInstanceProfileSpecification) *directory.InstanceProfile {
	if s == nil || s.Arn == nil && s.Name == nil {
		return nil
	}
	name := s.Name
	if s.Arn != nil {
		last := (*s.Arn)[strings.LastIndexByte(*s.Arn, '/')+1:]
		name = &last
	}
	p, err := v.Profile(*name)
	if err != nil || s.Arn != nil && p.ARN(v.Account()) != *s.Arn {
		return nil
	}
	return p
}

func launchRows(regions *catalog.Regions) Table {
	return Table{"RunInstances": On(func(q *Question, in *ec2.RunInstancesInput) error {
		q.launch(regions, in)
		return nil
	})}
}

// launch asks for RunInstances on each resource that takes part: the instances and
// their image. Networks, security groups and volumes do not exist here and are not asked
// about. Tags at launch need ec2:CreateTags as well [supported-iam-actions-tagging], and
// a profile needs iam:PassRole.
func (q *Question) launch(regions *catalog.Regions, in *ec2.RunInstancesInput) {
	i, region, all := LaunchOf(regions, in), &q.Call.Region, directory.InstanceARN(q.Call.Region, q.Call.Account, "*")
	profile := ProfileOf(q.View, in.IamInstanceProfile)
	if profile != nil {
		i.ProfileARN = profile.ARN(q.Call.Account)
	}
	q.On(all).Key("ec2:Region", region).instance(regions, i).RequestTags(i.Tags)
	owner, public, kind := "amazon", "true", "machine"
	q.On("arn:aws:ec2:"+*region+"::image/"+i.Image).Key("ec2:Region", region).Key("ec2:ImageID", &i.Image).
		Key("ec2:Owner", &owner).Key("ec2:Public", &public).Key("ec2:ImageType", &kind)
	if len(i.Tags) > 0 {
		action := "RunInstances"
		q.Ask("CreateTags", all).Key("ec2:Region", region).Key("ec2:CreateAction", &action).instance(regions, i).RequestTags(i.Tags)
	}
	q.passRole(profile, all)
}
