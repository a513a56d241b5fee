package services

import (
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func requireService(t *testing.T, prefix string) *ServiceTable {
	t.Helper()
	s, ok := Service(prefix)
	if !ok {
		t.Fatalf("no service %q", prefix)
	}
	return s
}

// Rows of the Service Authorization Reference, list_awsidentityandaccessmanagementiam,
// list_awssecuritytokenservice, list_amazons3, list_amazondynamodb.
func TestDocumentedActions(t *testing.T) {
	tests := []struct {
		prefix, action string
		level          AccessLevel
		resource       string // one of its types, "" for none
		key            string // one of the action's own keys, "" for none
	}{
		{"iam", "CreateUser", Write, "user", "iam:PermissionsBoundary"},
		{"iam", "PassRole", Write, "role", "iam:PassedToService"},
		{"iam", "AttachUserPolicy", PermissionsManagement, "user", "iam:PolicyARN"},
		{"iam", "TagUser", Tagging, "user", "aws:RequestTag/${TagKey}"},
		{"iam", "ListUsers", List, "", ""},
		{"iam", "GetUser", Read, "user", ""},
		{"sts", "AssumeRole", Write, "role", "sts:ExternalId"},
		{"sts", "GetCallerIdentity", Read, "", ""},
		{"s3", "GetObject", Read, "object", "s3:x-amz-content-sha256"},
		{"dynamodb", "GetItem", Read, "table", "dynamodb:LeadingKeys"},
		{"ec2", "RunInstances", Write, "instance", ""},
		{"organizations", "CreateAccount", Write, "", "aws:RequestTag/${TagKey}"},
	}
	for _, tt := range tests {
		t.Run(tt.prefix+":"+tt.action, func(t *testing.T) {
			a, ok := requireService(t, tt.prefix).Action(tt.action)
			if !ok {
				t.Fatal("not there")
			}
			if a.Name != tt.action || a.Level != tt.level {
				t.Errorf("got %s, %s; want %s", a.Name, a.Level, tt.level)
			}
			if _, ok := a.Resource(tt.resource); ok != (tt.resource != "") || (tt.resource == "" && len(a.Resources) > 0) {
				t.Errorf("resources are %+v, want %q", a.Resources, tt.resource)
			}
			if tt.key != "" && !slices.Contains(a.ConditionKeys, tt.key) {
				t.Errorf("condition keys are %v, want %s", a.ConditionKeys, tt.key)
			}
		})
	}
}

func TestDocumentedResourceTypes(t *testing.T) {
	tests := []struct{ prefix, name, arn, key string }{
		{"iam", "user", "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}", "iam:ResourceTag/${TagKey}"},
		{"iam", "role", "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}", "aws:ResourceTag/${TagKey}"},
		{"iam", "group", "arn:${Partition}:iam::${Account}:group/${GroupNameWithPath}", ""},
		{"s3", "object", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", ""},
		{"dynamodb", "table", "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}", "aws:ResourceTag/${TagKey}"},
	}
	for _, tt := range tests {
		t.Run(tt.prefix+" "+tt.name, func(t *testing.T) {
			r, ok := requireService(t, tt.prefix).ResourceType(tt.name)
			if !ok || r.ARN != tt.arn {
				t.Fatalf("got %+v, %v; want %s", r, ok, tt.arn)
			}
			if tt.key != "" && !slices.Contains(r.ConditionKeys, tt.key) {
				t.Errorf("condition keys are %v, want %s", r.ConditionKeys, tt.key)
			}
		})
	}
}

// D-06: the action is spelt as in the service's table, whatever case it had.
func TestSpellAction(t *testing.T) {
	tests := []struct{ action, want string }{
		{"iam:createuser", "iam:CreateUser"},
		{"IAM:CREATEUSER", "iam:CreateUser"},
		{"iam:CreateUser", "iam:CreateUser"},
		{"s3:getObject", "s3:GetObject"},
		{"iam:addclientidtoopenidconnectprovider", "iam:AddClientIDToOpenIDConnectProvider"},
		{"iam:Create*", ""},
		{"iam:CreateUse", ""},
		{"iam:", ""},
		{":CreateUser", ""},
		{"CreateUser", ""},
		{"nosuchservice:CreateUser", ""},
		{"", ""},
		{"*", ""},
	}
	for _, tt := range tests {
		t.Run(tt.action, func(t *testing.T) {
			got, ok := SpellAction(tt.action)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
}

func TestServiceMisses(t *testing.T) {
	for _, prefix := range []string{"", "ia", "iamm", "iam\t", "*", "\xff"} {
		if s, ok := Service(prefix); ok {
			t.Errorf("%q is found as %s", prefix, s.Prefix)
		}
	}
	iam := requireService(t, "IAM")
	if _, ok := iam.Action("NoSuchAction"); ok {
		t.Error("an action that is not there is found")
	}
	if _, ok := iam.ResourceType("User"); ok {
		t.Error("a resource type in another case is found")
	}
}

// Every table is read once: what its rows refer to is in it, and what is
// looked up is found.
func TestEveryService(t *testing.T) {
	prefix := regexp.MustCompile(`^[a-z0-9-]+$`)
	name := regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	count, actions, types := 0, 0, 0
	for p := range ServicePrefixes() {
		count++
		s := requireService(t, p)
		if s.Prefix != p || s.Name == "" || !prefix.MatchString(p) {
			t.Errorf("%q is the table of %q, %q", p, s.Prefix, s.Name)
		}
		actions += len(s.Actions)
		types += len(s.ResourceTypes)
		for i := range s.Actions {
			a := &s.Actions[i]
			if found, ok := s.Action(strings.ToUpper(a.Name)); !ok || found != a || !name.MatchString(a.Name) {
				t.Errorf("%s:%s is not found", p, a.Name)
			}
			requireAction(t, s, a)
		}
		for _, r := range s.ResourceTypes {
			if _, ok := s.ResourceType(r.Name); !ok || !strings.HasPrefix(r.ARN, "arn:${Partition}:") {
				t.Errorf("%s: resource type %s with ARN %s", p, r.Name, r.ARN)
			}
			requireKeys(t, s, r.ConditionKeys)
		}
	}
	if count != 456 || actions != 22091 || types != 2334 {
		t.Errorf("%d services, %d actions, %d resource types", count, actions, types)
	}
}

func requireAction(t *testing.T, s *ServiceTable, a *Action) {
	t.Helper()
	levels := []AccessLevel{List, Read, Write, PermissionsManagement, Tagging}
	if !slices.Contains(levels, a.Level) {
		t.Errorf("%s:%s has access level %q", s.Prefix, a.Name, a.Level)
	}
	requireKeys(t, s, s.ActionConditionKeys(a))
	for _, r := range a.Resources {
		if _, ok := s.ResourceType(r.Type); !ok {
			t.Errorf("%s:%s names the resource type %s", s.Prefix, a.Name, r.Type)
		}
	}
}

func requireKeys(t *testing.T, s *ServiceTable, keys []string) {
	t.Helper()
	for _, k := range keys {
		if !slices.ContainsFunc(s.ConditionKeys, func(c ConditionKey) bool { return c.Name == k }) {
			t.Errorf("%s: a row names the condition key %s", s.Prefix, k)
		}
	}
}

func TestServiceIsReadOnce(t *testing.T) {
	var all sync.WaitGroup
	found := make([]*ServiceTable, 8)
	for g := range found {
		all.Go(func() { found[g], _ = Service("lambda") })
	}
	all.Wait()
	for _, s := range found {
		if s == nil || s != found[0] {
			t.Errorf("got %p and %p", s, found[0])
		}
	}
}

func TestServicePrefixesCanStop(t *testing.T) {
	for p := range ServicePrefixes() {
		if p != "a2c" {
			t.Errorf("the first prefix is %q", p)
		}
		return
	}
	t.Error("no service")
}

// The six services that a server authorizes stay in memory, so they have to
// be small.
func TestServiceTablesKeepLittle(t *testing.T) {
	before := liveHeap()
	var kept []*ServiceTable
	start := time.Now()
	for _, prefix := range []string{"iam", "sts", "s3", "dynamodb", "ec2", "organizations"} {
		i, ok := index.Find(prefix)
		if !ok {
			t.Fatal(prefix)
		}
		kept = append(kept, readService(i))
	}
	took := time.Since(start)
	size := int64(liveHeap()) - int64(before)
	t.Logf("six services: %d KiB, read in %v", size>>10, took)
	if limit := int64(3 << 20); size > limit {
		t.Errorf("%d bytes kept, want at most %d", size, limit)
	}
	runtime.KeepAlive(kept)
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkService(b *testing.B) {
	b.Run("read iam", func(b *testing.B) {
		i, _ := index.Find("iam")
		for b.Loop() {
			_ = readService(i)
		}
	})
	b.Run("spell", func(b *testing.B) {
		for b.Loop() {
			if _, ok := SpellAction("iam:createuser"); !ok {
				b.Fatal("not there")
			}
		}
	})
}
