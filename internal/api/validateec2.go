package api

import (
	"net/http"
	"strings"
)

// ec2 is the violation as EC2 words it, which names the first alone: a missing parameter
// (fog/fog#851), and a value that is none of a set (boto/boto3#2233). The set itself can
// have a thousand words and is not printed.
func (f violation) ec2() *Error {
	name := ec2Name(f.path)
	switch f.fault {
	case inputRequired:
		return Errorf(http.StatusBadRequest, "MissingParameter", "The request must contain the parameter %s", name)
	case invalidEnum:
		return Errorf(http.StatusBadRequest, "InvalidParameterValue", "Invalid %s for %s.", lowerFirst(f.value), name)
	}
	_, constraint, _ := strings.Cut(f.text, "constraint: ")
	return Errorf(http.StatusBadRequest, "InvalidParameterValue", "Invalid %s for %s. %s", lowerFirst(f.value), name, constraint)
}

// nameOf is how messages name a member: EC2's by what it is called in requests.
func (c *checker) nameOf(m *MemberShape) string {
	if c.svc.Protocol == EC2Query {
		return queryDecoder{ec2: true}.name(m)
	}
	return m.Name
}

// ec2Name is a parameter's path with its parts as requests have them:
// Placement.AvailabilityZone, TagSpecification.1.Tag.
func ec2Name(path string) string {
	parts := strings.Split(path, ".")
	named := parts[:0]
	for _, part := range parts {
		if part != "member" {
			named = append(named, upperFirst(part))
		}
	}
	return strings.Join(named, ".")
}
