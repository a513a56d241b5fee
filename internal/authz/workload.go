package authz

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/workload"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// Workload are the rows of the workload API, by which the runner of an instance's
// program asks for what the instance's metadata service tells. It proves itself by a
// secret whose hash stands in the instance's record.
func Workload() Table {
	return Table{
		"DescribeWorkload": On(func(q *Question, in *workload.DescribeWorkloadInput) error {
			return q.proven(*in.InstanceArn, *in.Secret)
		}),
		"EndWorkload": On(func(q *Question, in *workload.EndWorkloadInput) error {
			return q.proven(*in.InstanceArn, *in.Secret)
		}),
	}
}

// errUnproven is the one answer whatever is wrong: the ARN, the account, the instance or
// the secret.
var errUnproven = api.Errorf(http.StatusBadRequest, "AccessDeniedException", "The instance and the secret do not belong together.")

// proven says whether the caller is the instance's runner. No policy is asked: the
// secret was made by who launched the instance, whom policies allowed that. The call is
// then one of the instance's account: its change is made there, and its event is that
// account's.
func (q *Question) proven(arn, secret string) error {
	account, id := instanceOfARN(arn, q.Call.Region)
	i := q.View.Of(account).Instance(id)
	sum, proof := sha256.Sum256([]byte(secret)), make([]byte, sha256.Size)
	known := i != nil && len(i.Proof) == sha256.Size
	if known {
		proof = i.Proof
	}
	if subtle.ConstantTimeCompare(sum[:], proof) != 1 || !known {
		return errUnproven
	}
	q.Call.Account = account
	return nil
}

// instanceOfARN is the account and id in the ARN of an instance of the region; no
// account for anything else.
func instanceOfARN(arn, region string) (account, id string) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:ec2:"+region+":")
	if !ok {
		return "", ""
	}
	account, id, ok = strings.Cut(rest, ":instance/")
	if !ok || !directory.IsAccountID(account) || CheckInstanceID(id) != nil {
		return "", ""
	}
	return account, id
}

// InstanceIDOf is the id in an instance's ARN.
func InstanceIDOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
