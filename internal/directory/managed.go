package directory

import (
	"strings"
	"sync"

	"github.com/gatehouse-iam/gatehouse/internal/catalog"
)

// awsDocuments keeps the AWS-managed documents that are in use.
var awsDocuments sync.Map // ARN → *Document

func awsDocument(arn string) *Document {
	if d, ok := awsDocuments.Load(arn); ok {
		return d.(*Document)
	}
	p, ok := catalog.ManagedPolicy(arn)
	if !ok {
		return nil
	}
	d, _ := awsDocuments.LoadOrStore(p.ARN, NewDocument(p.Document())) // not by arn, which may be a part of a caller's request
	return d.(*Document)
}

// CustomerPolicyName is the policy name in an ARN of a customer-managed policy of
// the view's account; ok is false for any other ARN.
func (v *View) CustomerPolicyName(arn string) (string, bool) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::"+v.account+":policy/")
	if !ok || rest == "" {
		return "", false
	}
	return rest[strings.LastIndexByte(rest, '/')+1:], true
}
