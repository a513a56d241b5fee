// Package catalog is the policies that AWS manages, as data, and the regions that the
// configuration declares.
//
// The policies are generated (`make generate`, internal/catalog/gen), checked
// in, and embedded in the binary in compressed blocks. Starting the program
// reads none of it: an index of plain text is searched where it lies in the
// binary, and a look-up inflates only the block it needs.
//
// Any room may read the catalog. It decides nothing, and knows nothing of the
// accounts that this server holds. The service authorization tables, made by
// the same generator, are in policy/x/services.
package catalog

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy/x/archive"
)

// managedPolicyPrefix starts the ARN of every AWS-managed policy: the account
// field is the word "aws" (IAM User Guide, reference_identifiers).
const managedPolicyPrefix = "arn:aws:iam::aws:policy"

var (
	//go:embed data/managed_policies.tsv
	managedPolicyIndex string
	//go:embed data/managed_policies.gz
	managedPolicyTexts string

	managedPolicies        = archive.NewIndex(managedPolicyIndex)
	managedPolicyDocuments = archive.NewReader(managedPolicyTexts)
)

// Policy is an AWS-managed policy in its newest version, as GetPolicy
// tells of it. Values are the caller's own; nothing is shared.
type Policy struct {
	ARN              string
	Name             string
	Path             string    // "/", "/service-role/", "/aws-service-role/", "/job-function/", …
	ID               string    // ANPA and 17 more; made from the ARN, see gen: the source has none
	DefaultVersionID string    // AWS's own number: "v12"
	CreateDate       time.Time // of the first version
	UpdateDate       time.Time // of the newest version, and so that version's CreateDate

	location string
}

// Document is the policy's text: AWS's elements in AWS's order, indented by
// four spaces. It is inflated at each call, a fraction of a millisecond for
// most; who decides by it keeps the compiled form.
func (p *Policy) Document() string {
	var text bytes.Buffer
	compact := managedPolicyDocuments.MustText(p.location)
	if err := json.Indent(&text, []byte(compact), "", "    "); err != nil {
		panic(fmt.Errorf("catalog: document of %s: %w", p.ARN, err))
	}
	return text.String()
}

func managedPolicyAt(i int) *Policy {
	f := managedPolicies.Fields(i)
	slash := strings.LastIndexByte(f[0], '/') + 1
	return &Policy{
		ARN:              managedPolicyPrefix + f[0],
		Name:             f[0][slash:],
		Path:             f[0][:slash],
		ID:               f[1],
		DefaultVersionID: f[2],
		CreateDate:       mustTime(f[3]),
		UpdateDate:       mustTime(f[4]),
		location:         f[5],
	}
}

// ManagedPolicy finds an AWS-managed policy by its ARN. ARNs are
// compared exactly: they are case-sensitive.
func ManagedPolicy(arn string) (*Policy, bool) {
	key, ok := strings.CutPrefix(arn, managedPolicyPrefix)
	if !ok {
		return nil, false
	}
	i, ok := managedPolicies.Find(key)
	if !ok {
		return nil, false
	}
	return managedPolicyAt(i), true
}

// ManagedPolicies gives every AWS-managed policy in the order of their ARNs.
// No document is read.
func ManagedPolicies() iter.Seq[*Policy] {
	return func(yield func(*Policy) bool) {
		for i := range managedPolicies.Len() {
			if !yield(managedPolicyAt(i)) {
				return
			}
		}
	}
}

func mustTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(fmt.Errorf("catalog: the index is damaged: %w", err))
	}
	return t
}
