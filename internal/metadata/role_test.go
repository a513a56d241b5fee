package metadata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// TestTrustOfTheRole: the trust policy must let ec2.amazonaws.com in by its name
// [id_roles_use_switch-role-ec2].
func TestTrustOfTheRole(t *testing.T) {
	allow := func(principal, action, condition string) string {
		if condition != "" {
			condition = `,"Condition":` + condition
		}
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"` + action + `"` + condition + `}]}`
	}
	const ec2 = `{"Service":"ec2.amazonaws.com"}`
	deny := strings.Replace(trustEC2, "[{", `[{"Effect":"Deny","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:*"},{`, 1)
	for name, c := range map[string]struct {
		trust   string
		trusted bool
	}{
		"the service":              {trustEC2, true},
		"among others":             {allow(`{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}`, "sts:AssumeRole", ""), true},
		"every action":             {allow(ec2, "sts:*", ""), true},
		"another service":          {allow(`{"Service":"lambda.amazonaws.com"}`, "sts:AssumeRole", ""), false},
		"the account":              {allow(`{"AWS":"111122223333"}`, "sts:AssumeRole", ""), false},
		"another action":           {allow(ec2, "sts:TagSession", ""), false},
		"denied":                   {deny, false},
		"of this account":          {allow(ec2, "sts:AssumeRole", `{"StringEquals":{"aws:SourceAccount":"111122223333"}}`), true},
		"of another account":       {allow(ec2, "sts:AssumeRole", `{"StringEquals":{"aws:SourceAccount":"444455556666"}}`), false},
		"an instance of here":      {allow(ec2, "sts:AssumeRole", `{"ArnLike":{"aws:SourceArn":"arn:aws:ec2:us-east-1:111122223333:instance/*"}}`), true},
		"an instance of elsewhere": {allow(ec2, "sts:AssumeRole", `{"ArnLike":{"aws:SourceArn":"arn:aws:ec2:eu-west-1:*:instance/*"}}`), false},
		"until tomorrow":           {allow(ec2, "sts:AssumeRole", `{"DateLessThan":{"aws:CurrentTime":"2026-03-02T00:00:00Z"}}`), true},
		"until yesterday":          {allow(ec2, "sts:AssumeRole", `{"NumericLessThan":{"aws:EpochTime":"1772236800"}}`), false},
		"a service":                {allow(ec2, "sts:AssumeRole", `{"Bool":{"aws:PrincipalIsAWSService":"true"},"StringEquals":{"aws:PrincipalServiceName":"ec2.amazonaws.com"}}`), true},
		"in this region":           {allow(ec2, "sts:AssumeRole", `{"StringEquals":{"aws:RequestedRegion":"us-east-1","aws:ResourceAccount":"111122223333"}}`), true},
		"an instance's session":    {allow(ec2, "sts:AssumeRole", `{"StringLike":{"sts:RoleSessionName":"i-*"}}`), true},
		"an external id":           {allow(ec2, "sts:AssumeRole", `{"StringEquals":{"sts:ExternalId":"x"}}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			id := h.launch(nil)
			h.onRole(func(tx *directory.Tx, r *directory.Role) error { return tx.SetTrust(r, c.trust) })
			got := h.told(id)
			if got.Role != "reader" {
				t.Errorf("role %q", got.Role)
			}
			if c.trusted {
				if got.Failure != "" || got.Credentials == nil {
					t.Errorf("failed: %s", got.Failure)
				}
				return
			}
			if got.Failure != "AssumeRoleUnauthorizedAccess" || got.Credentials != nil || !strings.Contains(got.FailureMessage, "EC2 cannot assume the role reader.") {
				t.Errorf("%q %q %v", got.Failure, got.FailureMessage, got.Credentials)
			}
		})
	}
}

// TestProfileOfTheInstance: what it has now counts, at each call.
func TestProfileOfTheInstance(t *testing.T) {
	h := newHouse(t)
	id := h.launch(nil)
	h.onRole(func(tx *directory.Tx, r *directory.Role) error { p, _ := tx.Profile("hosts"); return tx.TakeRole(p, r) })
	if got := h.told(id); got.ProfileARN == "" || got.Role != "" || got.Credentials != nil || got.Failure != "" {
		t.Errorf("a profile without a role: %+v", got)
	}
	h.change(func(tx *directory.Tx) error { p, _ := tx.Profile("hosts"); return tx.DeleteProfile(p) })
	if got := h.told(id); got.Failure != "InstanceProfileNotFound" || got.ProfileARN == "" || got.Credentials != nil {
		t.Errorf("a profile that is gone: %+v", got)
	}
	h.update(id, func(tx *directory.Tx, i *directory.Instance) { tx.DisassociateProfile(i) })
	if got := h.told(id); got.ProfileARN != "" || got.Failure != "" || got.Credentials != nil {
		t.Errorf("no profile: %+v", got)
	}
}

// TestCredentialsStayOutOfText: neither logs nor errors show a secret.
func TestCredentialsStayOutOfText(t *testing.T) {
	h := newHouse(t)
	c := h.told(h.launch(nil)).Credentials
	for _, text := range []string{fmt.Sprint(*c), fmt.Sprintf("%#v", *c), fmt.Sprintf("%v", c)} {
		if strings.Contains(text, c.SecretAccessKey) || strings.Contains(text, c.SessionToken) || !strings.Contains(text, c.AccessKeyID) {
			t.Error(text)
		}
	}
}
