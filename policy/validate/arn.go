package validate

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gatehouse-iam/gatehouse/policy"
	"github.com/gatehouse-iam/gatehouse/policy/x/services"
)

// The parts of an ARN; the last may hold colons.
const (
	partPartition = 1
	partService   = 2
	partRegion    = 3
	partAccount   = 4
	partResource  = 5
	arnParts      = 6
)

// partitions of AWS.
var partitions = []string{"aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"}

func (v *validator) resources(s *statement) {
	v.emptyList(s.resource, "EMPTY_ARRAY_RESOURCE", "resources")
	v.emptyList(s.notResource, "EMPTY_ARRAY_RESOURCE", "resources")
	for _, list := range [...]*spot{s.resource, s.notResource} {
		for _, item := range list.items() {
			if v.expect(item, policy.JSONString, "a string") && item.text() != "*" {
				v.resource(item)
			}
		}
	}
}

// resource is an ARN pattern's form, part by part, and then what the tables
// know of its service.
func (v *validator) resource(item *spot) {
	text := item.text()
	parts := strings.SplitN(text, ":", arnParts)
	if parts[0] != "arn" || len(parts) == 1 {
		v.report("INVALID_ARN_PREFIX", fmt.Sprintf("%q is neither \"*\" nor an ARN. Begin it with \"arn:\" and name the partition, the service, the region, the account and the resource.", clip(text)), item)
		return
	}
	if len(parts) < arnParts {
		v.report("MISSING_ARN_FIELD", fmt.Sprintf("The ARN has %d of its six parts. Write all of arn:partition:service:region:account:resource; a part may be empty or \"*\".", len(parts)), item)
	}
	v.partition(item, parts)
	if len(parts) <= partService {
		return
	}
	forms := v.arnService(item, parts)
	if len(parts) < arnParts {
		return
	}
	if !v.resourceVariables(item, len(text)-len(parts[partResource])) {
		return
	}
	if known := v.region(item, parts, forms); v.account(item, parts, forms) && known && len(forms) > 0 {
		v.resourceForm(item, parts, forms)
	}
}

// partAt is a part of an ARN as a place of its own.
func partAt(item *spot, parts []string, i int) *spot {
	from := i
	for _, p := range parts[:i] {
		from += len(p)
	}
	return item.part(from, from+len(parts[i]))
}

func (v *validator) partition(item *spot, parts []string) {
	if parts[partPartition] != "*" && !slices.Contains(partitions, parts[partPartition]) {
		v.report("INVALID_PARTITION", fmt.Sprintf("AWS has no partition %q. Use one of %s, or \"*\".", clip(parts[partPartition]), strings.Join(partitions, ", ")), partAt(item, parts, partPartition))
	}
}

// arnService gives the resource types that ARNs of the service can be of.
func (v *validator) arnService(item *spot, parts []string) []services.ARNForm {
	service := parts[partService]
	at := partAt(item, parts, partService)
	forms := services.ARNForms(service)
	switch {
	case len(forms) > 0:
	case service == "":
		v.report("INVALID_SERVICE", "The third part of an ARN is its service, and this one is empty. Write for example arn:aws:s3:::name.", item)
	case strings.ContainsAny(service, "*?"):
		v.report("WILDCARD_IN_SERVICE_NAME", "A wildcard in the service takes in services that do not exist yet, and saving refuses it. Write each service out.", at)
	case len(services.ARNForms(strings.ToLower(service))) > 0:
		v.report("INVALID_ARN_SERVICE_CASE", fmt.Sprintf("ARNs are compared with their case. Write the service as %q.", strings.ToLower(service)), at)
	default:
		if _, ok := services.Service(service); !ok || service != strings.ToLower(service) {
			v.report("INVALID_SERVICE", fmt.Sprintf("There is no service %q%s", clip(service), v.didYouMean(service, services.ServicePrefixes())), at)
		}
	}
	return forms
}

// isPattern: something other than literal text is in it.
func isPattern(s string) bool { return strings.ContainsAny(s, "*?") || strings.Contains(s, "${") }

// region checks the fourth part; it says whether that can be a region.
func (v *validator) region(item *spot, parts []string, forms []services.ARNForm) bool {
	region := parts[partRegion]
	at := partAt(item, parts, partRegion)
	needed, taken := uses(forms, partRegion)
	switch {
	case region == "" && needed && len(forms) > 0:
		v.report("MISSING_ARN_REGION", fmt.Sprintf("The resources of %s are in a region, and the ARN names none. Name it in the fourth part, or write \"*\".", parts[partService]), item)
	case region == "":
		return true
	case parts[partService] == "s3" && !regionalS3(parts[partResource]), !taken && len(forms) > 0 && (region != "*" || parts[partService] == "iam"):
		v.report("ARN_REGION_NOT_ALLOWED", fmt.Sprintf("The resources of %s are in no region. Leave the fourth part of the ARN empty.", parts[partService]), at)
	case !isRegion(region) && !literalPart(forms, partRegion, region):
		v.report("INVALID_ARN_REGION", fmt.Sprintf("There is no region %q%s", clip(region), v.didYouMean(region, slices.Values(regions))), at)
	default:
		return true
	}
	return false
}

// regionalS3 says whether S3 has resources of this kind in a region (V-09).
func regionalS3(resource string) bool {
	return slices.ContainsFunc([]string{"accesspoint", "access-grants", "async-request", "job", "storage-lens"}, func(kind string) bool {
		return strings.HasPrefix(resource, kind)
	})
}

// ofAWS are services that have resources of AWS's own, whose ARNs name no
// account: documents of Systems Manager, views of Resource Explorer.
var ofAWS = []string{"ssm", "resource-explorer-2"}

// account checks the fifth part; it says whether that can be an account.
func (v *validator) account(item *spot, parts []string, forms []services.ARNForm) bool {
	account := parts[partAccount]
	at := partAt(item, parts, partAccount)
	needed, taken := uses(forms, partAccount)
	switch {
	case account == "" && needed && len(forms) > 0 && !slices.Contains(ofAWS, parts[partService]):
		v.report("MISSING_ARN_ACCOUNT", fmt.Sprintf("The resources of %s belong to an account, and the ARN names none. Name it in the fifth part, or write \"*\".", parts[partService]), item)
	case account == "", isPattern(account):
		return true
	case !taken && len(forms) > 0:
		v.report("ARN_ACCOUNT_NOT_ALLOWED", fmt.Sprintf("The ARNs of %s name no account. Leave the fifth part empty.", parts[partService]), at)
	case !isAccount(account) && account != "aws" && !literalPart(forms, partAccount, account):
		v.report("INVALID_ARN_ACCOUNT", fmt.Sprintf("%q is no account id: that is 12 digits.", clip(account)), at)
	default:
		return true
	}
	return false
}

// uses says whether all of the forms, and whether any of them, have something
// in a part of the ARN.
func uses(forms []services.ARNForm, part int) (all, some bool) {
	all = true
	for _, f := range forms {
		filled := formPart(f, part) != ""
		all, some = all && filled, some || filled
	}
	return all, some
}

// formPart is what the form has in a part of the ARN, with stars for its
// placeholders.
func formPart(f services.ARNForm, part int) string { return formParts(f.Type.ARN)[part] }

// literalPart: a form has this text there, "aws" or "us-west-2".
func literalPart(forms []services.ARNForm, part int, text string) bool {
	return slices.ContainsFunc(forms, func(f services.ARNForm) bool { return formPart(f, part) == text })
}

// isAccount reports 12 digits.
func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// resourceForm compares with the ARNs that the service's tables have.
func (v *validator) resourceForm(item *spot, parts []string, forms []services.ARNForm) {
	pattern := newARNPattern(item.text())
	if pattern.canBe(transform) {
		return
	}
	var fits []services.ARNForm
	for _, f := range forms {
		if !v.spend(lookupEffort + len(parts[partResource])*len(f.Type.ARN)/8) {
			return
		}
		if pattern.canBe(f.Type.ARN) {
			return
		}
		if pattern.resourceCanBe(f.Type.ARN) {
			fits = append(fits, f)
		}
	}
	if len(fits) > 0 {
		v.placeOfForm(item, parts, fits)
		return
	}
	v.report("INVALID_ARN_RESOURCE", fmt.Sprintf("No resource of %s has such an ARN. The service has %s.", parts[partService], examples(forms)), item)
}

// transform is a macro that AWS runs in CloudFormation; the tables lack it.
const transform = "arn:${Partition}:cloudformation:${Region}:aws:transform/${Name}"

// placeOfForm is what stands against an ARN whose resource fits some types, and
// whose region or account fits none of these: the nearest type tells.
func (v *validator) placeOfForm(item *spot, parts []string, fits []services.ARNForm) {
	nearest := fits[0]
	for _, f := range fits {
		if odd(f, parts, partRegion) != odd(f, parts, partAccount) {
			nearest = f
			break
		}
	}
	form := nearest.Type.ARN
	switch {
	case odd(nearest, parts, partRegion) && parts[partRegion] == "":
		v.report("MISSING_ARN_REGION", fmt.Sprintf("Resources of this kind are in a region, and the ARN names none: %s.", form), item)
	case odd(nearest, parts, partRegion):
		v.report("ARN_REGION_NOT_ALLOWED", fmt.Sprintf("Resources of this kind are in no region: %s.", form), partAt(item, parts, partRegion))
	case parts[partAccount] == "":
		v.report("MISSING_ARN_ACCOUNT", fmt.Sprintf("Resources of this kind belong to an account, and the ARN names none: %s.", form), item)
	default:
		v.report("ARN_ACCOUNT_NOT_ALLOWED", fmt.Sprintf("ARNs of this kind name no account: %s.", form), partAt(item, parts, partAccount))
	}
}

// odd: one of the ARN and the form has something in the part.
func odd(f services.ARNForm, parts []string, part int) bool {
	return (parts[part] == "") != (formPart(f, part) == "")
}

// examples are some forms, for a sentence.
func examples(forms []services.ARNForm) string {
	const most = 4
	var some []string
	for _, f := range forms {
		if !slices.Contains(some, f.Type.ARN) {
			some = append(some, f.Type.ARN)
		}
	}
	more := ""
	if len(some) > most {
		more = fmt.Sprintf(" and %d more", len(some)-most)
		some = some[:most]
	}
	return strings.Join(some, ", ") + more
}

// arnPattern is a resource of a statement with what is not literal as stars.
type arnPattern struct {
	everything bool
	parts      []string
}

func newARNPattern(text string) arnPattern {
	parts := strings.SplitN(starred(text), ":", arnParts)
	for len(parts) < arnParts {
		parts = append(parts, "*") // G-10
	}
	return arnPattern{everything: strings.Trim(text, "*") == "", parts: parts}
}

// canBe says whether the pattern has an ARN in common with the form of a
// resource type. A star that ends a part may take in more parts (M-03), so
// nothing is held against what stands after one.
func (p arnPattern) canBe(form string) bool {
	if p.everything {
		return true
	}
	parts := formParts(form)
	for i := partPartition; i < arnParts; i++ {
		if p.parts[i] == "" && parts[i] == "*" && i < partResource {
			if i != partAccount || !slices.Contains(ofAWS, p.parts[partService]) {
				return false
			}
			continue
		}
		if !overlaps(p.parts[i], parts[i]) {
			return false
		}
		if (i == partRegion || i == partAccount) && len(p.parts[i]) > 1 && strings.HasSuffix(p.parts[i], "*") {
			return true
		}
	}
	return true
}

// resourceCanBe compares the last part alone.
func (p arnPattern) resourceCanBe(form string) bool {
	return overlaps(p.parts[partResource], formParts(form)[partResource])
}

// formParts are the parts of a form of the tables, with its placeholders as
// stars. There are some thousand forms; each is cut once.
func formParts(form string) []string {
	if parts, ok := cutForms.Load(form); ok {
		return parts.([]string)
	}
	parts := strings.SplitN(starred(form), ":", arnParts)
	cutForms.Store(form, parts)
	return parts
}

var cutForms sync.Map

// starred puts a star in the place of each variable or placeholder.
func starred(s string) string {
	if !strings.Contains(s, "${") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "${")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteByte('*')
		_, after, closed := strings.Cut(rest, "}")
		if !closed {
			return b.String()
		}
		s = after
	}
}
