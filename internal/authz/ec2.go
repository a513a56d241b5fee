package authz

import (
	"net/http"
	"regexp"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/catalog"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// EC2 are the rows of the EC2 API. regions say in which zone an instance is that asks
// for none; they may be nil where nothing is decided.
func EC2(regions *catalog.Regions) Table {
	return merge(launchRows(regions), instanceRows(regions), instanceTagRows(regions), Table{
		"DescribeRegions":                        ec2List[ec2.DescribeRegionsInput](),
		"DescribeAvailabilityZones":              ec2List[ec2.DescribeAvailabilityZonesInput](),
		"DescribeInstances":                      ec2List[ec2.DescribeInstancesInput](),
		"DescribeTags":                           ec2List[ec2.DescribeTagsInput](),
		"DescribeIamInstanceProfileAssociations": ec2List[ec2.DescribeIamInstanceProfileAssociationsInput](),
	})
}

// ec2List: lists have no resource, and AWS's refusal names none (aws-errors 4.1).
func ec2List[In any]() Row {
	return On(func(q *Question, _ *In) error {
		q.On("*").Print("-").Key("ec2:Region", &q.Call.Region)
		return nil
	})
}

var (
	instanceID    = regexp.MustCompile(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)
	associationID = regexp.MustCompile(`^iip-assoc-[0-9a-f]{17}$`)
)

// CheckInstanceID refuses what no instance can have as its id.
func CheckInstanceID(id string) error {
	if instanceID.MatchString(id) {
		return nil
	}
	return api.Errorf(http.StatusBadRequest, "InvalidInstanceID.Malformed", "Invalid id: \"%s\"", short63(id))
}

// CheckAssociationID refuses what no association can have as its id (aws/aws-cli#2570).
func CheckAssociationID(id string) error {
	if associationID.MatchString(id) {
		return nil
	}
	return api.Errorf(http.StatusBadRequest, "InvalidParameterValue", "Invalid value for associationId.")
}

func short63(s string) string {
	if len(s) > 63 {
		return s[:63] + "…"
	}
	return s
}

// onInstance asks for an action on an instance: with its condition keys and tags where
// it is there.
func (q *Question) onInstance(regions *catalog.Regions, action, id string) *Ask {
	i := q.View.Instance(id)
	if i == nil {
		return q.Ask(action, directory.InstanceARN(q.Call.Region, q.Call.Account, id)).Key("ec2:Region", &q.Call.Region)
	}
	ask := q.Ask(action, i.ARN(q.Call.Region, q.Call.Account)).Key("ec2:Region", &q.Call.Region)
	return ask.instance(regions, i).ResourceTags(i.Tags)
}

// instance adds what the Service Authorization Reference has of an instance.
func (a *Ask) instance(regions *catalog.Regions, i *directory.Instance) *Ask {
	options := MetadataText(i.Metadata)
	zoneID, ebs, tenancy, market := regions.ZoneID(i.Zone), "false", "default", "on-demand"
	a.Key("ec2:InstanceType", &i.Type).Key("ec2:AvailabilityZone", &i.Zone).Key("ec2:AvailabilityZoneId", unlessEmpty(zoneID))
	a.Key("ec2:EbsOptimized", &ebs).Key("ec2:Tenancy", &tenancy).Key("ec2:InstanceMarketType", &market)
	a.Key("ec2:MetadataHttpTokens", &options.Tokens).Key("ec2:MetadataHttpEndpoint", &options.Endpoint)
	a.Key("ec2:MetadataHttpPutResponseHopLimit", &options.HopLimit).Key("ec2:InstanceMetadataTags", &options.Tags)
	return a.Key("ec2:InstanceProfile", unlessEmpty(i.ProfileARN)).Key("ec2:InstanceID", unlessEmpty(i.ID))
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// passRole asks for handing the role of a profile to an instance: who may not pass it
// must not reach it by a program of its own either [id_roles_use_passrole]. A profile
// without a role hands out none; putting one into it asks again.
func (q *Question) passRole(p *directory.InstanceProfile, instance string) {
	if p == nil {
		return
	}
	r := q.View.RoleByID(p.Role)
	if r == nil {
		return
	}
	service := "ec2.amazonaws.com"
	q.Ask("iam:PassRole", r.ARN(q.Call.Account)).Key("iam:PassedToService", &service).Key("iam:AssociatedResourceArn", &instance).ResourceTags(r.Tags)
}
