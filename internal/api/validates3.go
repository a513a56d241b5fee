package api

import (
	"net/http"
	"strings"
)

// s3 is the violation in S3's codes [ErrorResponses, "List of error codes"]: a document
// that is not of its schema, or is missing, is MalformedXML; a header or parameter is an
// invalid argument. The first violation alone is named.
func (f violation) s3(op *Operation) *Error {
	name, _, nested := strings.Cut(f.path, ".")
	m := op.Input.memberFolded(name)
	if m == nil || nested || m.Payload || m.Location == "" {
		return Errorf(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
	}
	e := Errorf(http.StatusBadRequest, "InvalidArgument", "Invalid Argument")
	if f.fault == inputRequired {
		e = Errorf(http.StatusBadRequest, "InvalidRequest", "Missing required parameter or header for this request: %s", m.Wire)
	}
	e.Members = []Member{{Name: "ArgumentName", Value: m.Wire}}
	return e
}

// memberFolded is the member of a name, whose first letter may be of either case.
func (s *Shape) memberFolded(name string) *MemberShape {
	for i := range s.Members {
		if strings.EqualFold(s.Members[i].Name, name) {
			return &s.Members[i]
		}
	}
	return nil
}
