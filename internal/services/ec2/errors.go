package ec2

import (
	"net/http"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// The errors of EC2 [errors-overview]; words from live answers where a comment names
// one, else ours in AWS's style.

func fault(code, format string, args ...any) *api.Error {
	return api.Errorf(http.StatusBadRequest, code, format, args...)
}

func invalidValue(format string, args ...any) *api.Error {
	return fault("InvalidParameterValue", format, args...)
}

// unsupported names what is asked for and not done here: nothing is ignored.
func unsupported(parameter string) *api.Error {
	return fault("UnsupportedOperation", "The parameter %s is not supported: an instance here is a program, or a machine with an address of its own.", parameter)
}

func notFound(id string) *api.Error {
	return fault("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
}

// dryRun is the answer to a call that would have succeeded [CommonParameters].
func dryRun(asked *bool) error {
	if asked == nil || !*asked {
		return nil
	}
	return api.Errorf(http.StatusPreconditionFailed, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
}
