package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-iam/gatehouse/policy/x/archive"
)

// sourcePolicy is a policy as the package tells of it. It records the dates
// of most newer versions as the policy's own, so only the two dates of the
// policy are used.
type sourcePolicy struct {
	ARN             string    `json:"arn"`
	LatestVersionID string    `json:"latestVersionId"`
	CreatedDate     time.Time `json:"createdDate"`
	LastUpdatedDate time.Time `json:"lastUpdatedDate"`
	Versions        map[string]struct {
		Document json.RawMessage `json:"document"`
	} `json:"versions"`
}

const managedPolicyPrefix = "arn:aws:iam::aws:policy/"

// managedPolicyData reduces the package to its newest documents, in the order
// of their ARNs. Index: path and name, id, version, created, updated, location.
func managedPolicyData(pkg files) (index, data []byte, err error) {
	policies, err := readManagedPolicies(pkg["dist/managedPolicies.json"])
	if err != nil {
		return nil, nil, err
	}
	var lines bytes.Buffer
	var documents archive.Writer
	for _, p := range policies {
		document, err := p.document()
		if err != nil {
			return nil, nil, err
		}
		at, err := documents.Add(document)
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintf(&lines, "%s\t%s\t%s\t%s\t%s\t%s\n", strings.TrimPrefix(p.ARN, managedPolicyPrefix[:len(managedPolicyPrefix)-1]),
			policyID(p.ARN), p.LatestVersionID, p.CreatedDate.UTC().Format(time.RFC3339), p.LastUpdatedDate.UTC().Format(time.RFC3339), at)
	}
	data, err = documents.Bytes()
	return lines.Bytes(), data, err
}

func readManagedPolicies(text []byte) ([]sourcePolicy, error) {
	var byName map[string]sourcePolicy
	if err := json.Unmarshal(text, &byName); err != nil {
		return nil, err
	}
	var policies []sourcePolicy
	for name, p := range byName {
		if !strings.HasPrefix(p.ARN, managedPolicyPrefix) || !strings.HasSuffix(p.ARN, "/"+name) || strings.ContainsAny(p.ARN, "\t\n") {
			return nil, fmt.Errorf("policy %q has the ARN %q", name, p.ARN)
		}
		policies = append(policies, p)
	}
	slices.SortFunc(policies, func(a, b sourcePolicy) int { return cmp.Compare(a.ARN, b.ARN) })
	return policies, nil
}

// document is the newest version's text without white space, its elements in
// AWS's order.
func (p sourcePolicy) document() ([]byte, error) {
	for id := range p.Versions {
		if versionNumber(id) > versionNumber(p.LatestVersionID) {
			return nil, fmt.Errorf("%s: version %s is newer than the latest, %s", p.ARN, id, p.LatestVersionID)
		}
	}
	newest, ok := p.Versions[p.LatestVersionID]
	if !ok {
		return nil, fmt.Errorf("%s: version %s is missing", p.ARN, p.LatestVersionID)
	}
	var text bytes.Buffer
	err := json.Compact(&text, newest.Document)
	return text.Bytes(), err
}

func versionNumber(id string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "v"))
	if err != nil {
		return 0
	}
	return n
}

// policyID makes a stable id for an AWS-managed policy. AWS's own ids are in
// no source we may use; the same ARN has the same id on every server and in
// every version of ours. ANPA is a managed policy's prefix (IAM User Guide,
// reference_identifiers).
func policyID(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return "ANPA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}
