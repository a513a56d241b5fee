package ec2

import (
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// launchParameters are those of RunInstances that do something here. Any other that is
// given is refused by name, those of later models too.
var launchParameters = []string{
	"ImageId", "InstanceType", "MaxCount", "MinCount", "Placement", "ClientToken", "DryRun", "IamInstanceProfile",
	"PrivateIpAddress", "TagSpecifications", "MetadataOptions", "InstanceInitiatedShutdownBehavior",
}

// checkLaunch refuses what is malformed, and what is not done here.
func checkLaunch(in *ec2.RunInstancesInput) *api.Error {
	if name := givenBesides(in, launchParameters); name != "" {
		return unsupported(name)
	}
	switch least, most := *in.MinCount, *in.MaxCount; {
	case least < 1:
		return invalidValue("Value (%d) for parameter minCount is invalid. Minimum number of instances must be greater than 0.", least)
	case most < least:
		return invalidValue("Value (%d) for parameter maxCount is invalid. Maximum number of instances must not be less than the minimum number, %d.", most, least)
	case most > 1 && in.PrivateIpAddress != nil:
		return fault("InvalidParameterCombination", "The parameter privateIpAddress may not be used with more than one instance")
	}
	if b := in.InstanceInitiatedShutdownBehavior; b != nil && *b != "terminate" {
		return unsupported("InstanceInitiatedShutdownBehavior, but terminate,")
	}
	if t := in.ClientToken; t != nil && utf8.RuneCountInString(*t) > maxToken {
		return invalidValue("Value for parameter clientToken is invalid. It has at most %d characters.", maxToken)
	}
	for _, check := range []*api.Error{checkPlacement(in.Placement), checkMetadata(in.MetadataOptions), checkTagged(in.TagSpecifications)} {
		if check != nil {
			return check
		}
	}
	return nil
}

// givenBesides is the name of a member that is given and is none of the known; what
// asks for nothing, as EbsOptimized=false, is not given.
func givenBesides(in any, known []string) string {
	v := reflect.ValueOf(in).Elem()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; !slices.Contains(known, name) && asksForSomething(v.Field(i)) {
			return name
		}
	}
	return ""
}

// asksForSomething: a pointer to false, or to a structure that asks for nothing, does
// not; a list does if it has an element.
func asksForSomething(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && (v.Elem().Kind() != reflect.Bool && v.Elem().Kind() != reflect.Struct || asksForSomething(v.Elem()))
	case reflect.Struct:
		for i := range v.NumField() {
			if asksForSomething(v.Field(i)) {
				return true
			}
		}
		return false
	case reflect.Slice:
		return v.Len() > 0
	}
	return !v.IsZero()
}

func checkPlacement(p *ec2.Placement) *api.Error {
	if p == nil {
		return nil
	}
	if name := givenBesides(p, []string{"AvailabilityZone", "Tenancy"}); name != "" {
		return unsupported("Placement." + name)
	}
	if p.Tenancy != nil && *p.Tenancy != "default" {
		return unsupported("Placement.Tenancy, but default,")
	}
	return nil
}

func checkMetadata(o *ec2.InstanceMetadataOptionsRequest) *api.Error {
	if o == nil {
		return nil
	}
	return checkMetadataOptions(o.HttpPutResponseHopLimit, o.HttpProtocolIpv6)
}

func checkMetadataOptions(hopLimit *int32, ipv6 *string) *api.Error {
	switch {
	case hopLimit != nil && (*hopLimit < 1 || *hopLimit > 64): // [API_InstanceMetadataOptionsRequest]
		return invalidValue("Value (%d) for parameter HttpPutResponseHopLimit is invalid. It must be between 1 and 64.", *hopLimit)
	case ipv6 != nil && *ipv6 == "enabled":
		return unsupported("HttpProtocolIpv6, but disabled,")
	}
	return nil
}

// checkTagged refuses tags of what is not launched: volumes, network interfaces.
func checkTagged(specifications []ec2.TagSpecification) *api.Error {
	for _, s := range specifications {
		switch {
		case s.ResourceType == nil:
			return fault("MissingParameter", "The request must contain the parameter TagSpecification.ResourceType")
		case *s.ResourceType != "instance":
			return unsupported("TagSpecification.ResourceType, but instance,")
		case len(s.Tags) == 0:
			return fault("InvalidParameter", "Tag specification must have at least one tag")
		}
	}
	return nil
}

var imageID = regexp.MustCompile(`^ami-([0-9a-f]{8}|[0-9a-f]{17})$`)

// checkPlace refuses images, zones and addresses that there are not.
func (s *Service) checkPlace(i *directory.Instance) *api.Error {
	switch zone := s.regions.Zone(i.Zone); {
	case !imageID.MatchString(i.Image):
		return fault("InvalidAMIID.Malformed", "Invalid id: \"%s\"", i.Image)
	case i.Image != authz.ImageID:
		return fault("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", i.Image)
	case zone == nil:
		return invalidValue("Invalid availability zone: [%s]", i.Zone)
	case zone.State == "unavailable":
		return fault("Unsupported", "The requested Availability Zone is currently unavailable: [%s]", i.Zone)
	}
	if i.PrivateIP == "" {
		return nil
	}
	ip, err := netip.ParseAddr(i.PrivateIP)
	if err != nil || !ip.Is4() || ip.String() != i.PrivateIP || !ip.IsGlobalUnicast() { // loopback is every program's, link-local the metadata service's
		return invalidValue("Value (%s) for parameter privateIpAddress is invalid. It must be the IPv4 address of one machine, and not of loopback.", i.PrivateIP)
	}
	return nil
}
