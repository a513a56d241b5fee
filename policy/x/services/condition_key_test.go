package services

import (
	"slices"
	"strings"
	"testing"
)

// IAM User Guide, reference_policies_condition-keys.
func TestGlobalConditionKeys(t *testing.T) {
	tests := []struct{ name, want, kind string }{
		{"aws:username", "aws:username", "String"},
		{"AWS:UserName", "aws:username", "String"},
		{"aws:SourceIp", "aws:SourceIp", "IPAddress"},
		{"aws:CurrentTime", "aws:CurrentTime", "Date"},
		{"aws:MultiFactorAuthPresent", "aws:MultiFactorAuthPresent", "Bool"},
		{"aws:MultiFactorAuthAge", "aws:MultiFactorAuthAge", "Numeric"},
		{"aws:PrincipalArn", "aws:PrincipalArn", "ARN"},
		{"aws:TagKeys", "aws:TagKeys", "ArrayOfString"},
		{"aws:PrincipalTag/team", "aws:PrincipalTag/${TagKey}", "String"},
		{"aws:requesttag/Cost Center/2", "aws:RequestTag/${TagKey}", "String"},
		{"aws:RequestTag/", "", ""},
		{"aws:RequestTag", "", ""},
		{"aws:NoSuchKey", "", ""},
		{"aws:usernames", "", ""},
		{"username", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := GlobalConditionKey(tt.name)
			if got != (ConditionKey{Name: tt.want, Type: tt.kind}) || ok != (tt.want != "") {
				t.Errorf("got %+v, %v; want %s of %s", got, ok, tt.want, tt.kind)
			}
		})
	}
}

func TestServiceConditionKeys(t *testing.T) {
	tests := []struct{ prefix, name, want, kind string }{
		{"iam", "iam:PassedToService", "iam:PassedToService", "String"},
		{"iam", "IAM:passedtoservice", "iam:PassedToService", "String"},
		{"iam", "iam:ResourceTag/team", "iam:ResourceTag/${TagKey}", "String"},
		{"iam", "iam:PermissionsBoundary", "iam:PermissionsBoundary", "ARN"},
		{"iam", "sts:ExternalId", "", ""},
		{"sts", "sts:ExternalId", "sts:ExternalId", "String"},
		{"s3", "s3:ExistingObjectTag/class", "s3:ExistingObjectTag/<key>", "String"},
		{"s3", "s3:ExistingObjectTag/", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.prefix+" "+tt.name, func(t *testing.T) {
			got, ok := requireService(t, tt.prefix).ConditionKey(tt.name)
			if got.Name != tt.want || ok != (tt.want != "") || got.Type != tt.kind {
				t.Errorf("got %+v, %v; want %s of %s", got, ok, tt.want, tt.kind)
			}
		})
	}
}

// Some keys stand in the table of another service than their prefix names.
func TestFindConditionKey(t *testing.T) {
	tests := []struct {
		name, want string
		prefix     bool
	}{
		{"iam:PassedToService", "iam:PassedToService", true},
		{"CATALOG:changetype", "catalog:ChangeType", true},
		{"catalog:nosuch", "", true},
		{"saml:aud", "saml:aud", true},
		{"cognito-identity.amazonaws.com:aud", "cognito-identity.amazonaws.com:aud", true},
		{"token.actions.x.ghe.com:actor", "token.actions.${Domain}.ghe.com:actor", false},
		{"secretsmanager:ResourceTag/team", "secretsmanager:ResourceTag/tag-key", true},
		{"iam:nosuch", "", true},
		{"nosuch:key", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := FindConditionKey(tt.name); got.Name != tt.want || ok != (tt.want != "") {
				t.Errorf("got %+v, %v; want %q", got, ok, tt.want)
			}
			prefix, _, _ := strings.Cut(tt.name, ":")
			if got := HasConditionKeys(prefix); got != tt.prefix {
				t.Errorf("keys of %q: %v", prefix, got)
			}
		})
	}
}

func TestGlobalConditionKeyNames(t *testing.T) {
	names := slices.Collect(GlobalConditionKeys())
	for name := range GlobalConditionKeys() {
		if name != names[0] {
			t.Errorf("the first is %q", name)
		}
		break
	}
	if !slices.Contains(names, "aws:username") || !slices.Contains(names, "aws:RequestTag/${TagKey}") {
		t.Errorf("got %q", names)
	}
}

func TestMatchesConditionKey(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"a:B", "A:b", true},
		{"a:B", "a:BB", false},
		{"a:T/${TagKey}", "a:t/x", true},
		{"a:T/${TagKey}", "a:t/", false},
		{"a:T/${TagKey}", "a:t", false},
		{"a:T/<key>", "a:t/x/y", true},
		{"a:T/tag-key", "a:t/team", true},
		{"a:T/tag-key", "a:t/", false},
		{"a:T/", "a:t/team", true},
		{"a:T/", "a:t/", false},
		{"a:T/", "a:t", false},
		{"a:${name}.value", "a:env.value", true},
		{"a:${name}.value", "a:.value", false},
		{"a:${name}.value", "a:value", false},
		{"a:env/${name}.value", "a:env/.VALUE", false},
		{"a:${open", "a:${open", true},
		{"a:<open", "a:<open", true},
	}
	for _, tt := range tests {
		t.Run(tt.pattern+" "+tt.name, func(t *testing.T) {
			if got := MatchesConditionKey(tt.pattern, tt.name); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// An action's documented keys are its own and those of its resource types.
func TestActionConditionKeys(t *testing.T) {
	iam := requireService(t, "iam")
	a, _ := iam.Action("CreateUser")
	keys := iam.ActionConditionKeys(a)
	for _, want := range []string{"iam:PermissionsBoundary", "aws:RequestTag/${TagKey}", "aws:TagKeys", "iam:ResourceTag/${TagKey}", "aws:ResourceTag/${TagKey}"} {
		if !slices.Contains(keys, want) {
			t.Errorf("%v lacks %s", keys, want)
		}
	}
	if slices.Contains(keys, "iam:PassedToService") {
		t.Errorf("%v has another action's key", keys)
	}
	if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
		t.Errorf("%v is unsorted or has a key twice", keys)
	}
	keys[0] = "changed by the caller"
	if slices.Contains(iam.ActionConditionKeys(a), keys[0]) {
		t.Error("the answer is the table's own")
	}
}
