package directory

import (
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// awsManaged starts the ARNs of the policies that AWS manages.
const awsManaged = "arn:aws:iam::aws:policy/"

// CheckPolicyARN says whether the text is the ARN of a managed policy, of any
// account or of AWS: nil, or AWS's error. It says nothing of whether the policy
// exists.
func CheckPolicyARN(arn string) error {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return invalidARN(arn)
	}
	if parts[1] != "aws" {
		return api.Errorf(http.StatusBadRequest, "ValidationError", "Invalid ARN partition")
	}
	path, ok := strings.CutPrefix(parts[5], "policy/")
	if parts[2] != "iam" || parts[3] != "" || !ok || !IsAccountID(parts[4]) && parts[4] != "aws" {
		return invalidARN(arn)
	}
	if name := path[strings.LastIndexByte(path, '/')+1:]; name == "" || strings.ContainsFunc(name, notInName) {
		return invalidARN(arn)
	}
	return nil
}

func invalidARN(arn string) error {
	return api.Errorf(http.StatusBadRequest, "InvalidInput", "ARN %s is not valid.", arn)
}

// notInName says whether a character cannot stand in the name of an entity:
// [\w+=,.@-] (S-06).
func notInName(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("_+=,.@-", r)
}
