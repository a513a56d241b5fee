package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestChangeFields is what a change says beside its sentence.
func TestChangeFields(t *testing.T) {
	deny := func(more ...any) string { return statements(denyOf("s3:*", "*", more...), allows("*", "*")) }
	for _, c := range []struct {
		name string
		decisionCase
		want Change
	}{
		{"AddPolicy of a user", decisionCase{}, Change{Kind: AddPolicy, Level: -1, Index: -1, Account: accountC, Target: anaARN,
			Statement: -1, Text: `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}`}},
		{"AddPolicy of a role", decisionCase{by: worker}, Change{Kind: AddPolicy, Level: -1, Index: -1, Account: accountC,
			Target: roleARN, Statement: -1, Text: `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}`}},
		{"AddPolicy of a session", decisionCase{by: visitor, identity: full, sessionRequired: true}, Change{Kind: AddPolicy,
			Type: Session, Level: -1, Index: -1, Account: accountC, Target: visitorARN, Statement: -1,
			Text: `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}`}},
		{"AddPolicy of a resource", decisionCase{by: nobody, owner: accountB}, Change{Kind: AddPolicy, Type: Resource, Level: -1,
			Index: -1, Account: accountB, Target: "arn:aws:s3:::b/k", Statement: -1,
			Text: `{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}`}},
		{"AddPolicy of a resource whose ARN says whose it is", decisionCase{by: nobody, on: "arn:aws:sqs:eu:" + accountB + ":q"},
			Change{Kind: AddPolicy, Type: Resource, Level: -1, Index: -1, Account: accountB,
				Target: "arn:aws:sqs:eu:" + accountB + ":q", Statement: -1,
				Text: `{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:sqs:eu:444455556666:q"}`}},
		{"AddPolicy of a role's trust", decisionCase{action: "sts:AssumeRole", on: "arn:aws:iam::x:role/R"}, Change{Kind: AddPolicy, Type: Trust,
			Level: -1, Index: -1, Account: accountC, Target: "arn:aws:iam::x:role/R", Statement: -1,
			Text: `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"}, "Action": "sts:AssumeRole"}`}},
		{"AddPolicy of a level", decisionCase{identity: full, scp: [][]string{full, {}}}, Change{Kind: AddPolicy,
			Type: ServiceControl, Level: 1, Index: -1, Statement: -1,
			Text: `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}`}},
		{"AddPolicy of an RCP", decisionCase{identity: full, rcp: [][]string{{}}}, Change{Kind: AddPolicy,
			Type: ResourceControl, Index: -1, Statement: -1,
			Text: `{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}`}},
		{"AddStatement", decisionCase{identity: full, endpoint: append(silent[:1:1], silent...)}, Change{Kind: AddStatement,
			Type: Endpoint, Level: -1, Policy: Endpoint.String(), Statement: -1,
			Text: `{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}`}},
		{"AddValue", decisionCase{identity: append(silent[:1:1], onlyRead("Sid", "Read")...)}, Change{Kind: AddValue, Level: -1,
			Index: 1, Policy: Identity.String(), Account: accountC, Sid: "Read", Element: "Resource", Value: "arn:aws:s3:::b/k"}},
		{"RemoveStatement", decisionCase{boundary: []string{deny("Sid", "No")}, identity: full}, Change{Kind: RemoveStatement,
			Type: Boundary, Level: -1, Policy: Boundary.String(), Account: accountC, Sid: "No"}},
		{"RemovePolicy", decisionCase{identity: full, scp: [][]string{full, {full[0], denyAll[0]}}}, Change{Kind: RemovePolicy,
			Type: ServiceControl, Level: 1, Index: 1, Policy: ServiceControl.String(), Statement: -1}},
		{"SetKey", decisionCase{identity: noMFA("BoolIfExists")}, Change{Kind: SetKey, Level: -1, Index: -1, Statement: -1,
			Key: "aws:MultiFactorAuthPresent", Value: "true"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := Explain(c.request(t), c.set(t))
			if len(x.Changes) == 0 {
				t.Fatal("no change")
			}
			got := x.Changes[0]
			got.Document = ""
			if got != c.want {
				t.Errorf("%+v, want\n%+v", got, c.want)
			}
		})
	}
	noEntity := *ana
	noEntity.EntityARN = ""
	x := Explain(&Request{Principal: &noEntity, Action: "s3:GetObject", Resource: "*"}, &Set{})
	if x.Changes[0].Target != anaARN {
		t.Errorf("without the entity's ARN: %+v", x.Changes[0])
	}
}

// TestChangeDocument is one text for all changes of a policy.
func TestChangeDocument(t *testing.T) {
	text := `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Deny", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"},
  {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
  {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
  {"Effect": "Allow", "Action": "*", "Resource": "*"}
]}`
	const want = `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Deny", "Action": [ "s3:PutObject"], "Resource": "*"},
  {"Effect": "Deny", "NotAction": ["iam:*", "s3:GetObject"], "Resource": "*"},
  {"Effect": "Allow", "Action": "*", "Resource": "*"}
]}`
	c := decisionCase{identity: []string{text}}
	x := Explain(c.request(t), c.set(t))
	if len(x.Changes) != 3 {
		t.Fatalf("%+v", x.Changes)
	}
	for i := range x.Changes {
		if got := x.Changes[i].Document; strings.ReplaceAll(got, "[ ", "[") != strings.ReplaceAll(want, "[ ", "[") {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

// TestApply is where changes go, and that none goes anywhere else.
func TestApply(t *testing.T) {
	s := everyType(t)
	r := &Request{Principal: ana, Action: "s3:GetObject", Resource: "*"}
	for _, at := range s.shelves() {
		t.Run(fmt.Sprint(at.kind, at.level), func(t *testing.T) {
			list, _ := s.list(at.kind, at.level)
			last := len(list) - 1
			c := Change{Kind: AddValue, Type: at.kind, Level: at.level, Index: last, Element: "Action", Value: "x:y"}
			got, changed, err := Apply([]Change{c}, r, s)
			if err != nil {
				t.Fatal(err)
			}
			if *got != *r {
				t.Errorf("request %+v", got)
			}
			for _, other := range s.shelves() {
				before, _ := s.list(other.kind, other.level)
				after, _ := changed.list(other.kind, other.level)
				if len(before) != len(after) {
					t.Fatalf("%v: %d policies, before %d", other, len(after), len(before))
				}
				for i := range before {
					if same := before[i] == after[i]; same != (other != at || i != last) {
						t.Errorf("%v %d is the same: %v", other, i, same)
					}
				}
			}
			after, _ := changed.list(at.kind, at.level)
			if p := after[last]; p.Name() != list[last].Name() || p.Type() != at.kind || !strings.Contains(p.Text(), `"x:y"`) {
				t.Errorf("%q %s", p.Name(), p.Text())
			}
			_, changed, err = Apply([]Change{{Kind: RemovePolicy, Type: at.kind, Level: at.level, Index: last}}, r, s)
			if err != nil {
				t.Fatal(err)
			}
			if after, _ = changed.list(at.kind, at.level); len(after) != last {
				t.Errorf("%d policies are left", len(after))
			}
			add := Change{Kind: AddPolicy, Type: at.kind, Level: at.level, Index: -1, Policy: "new",
				Text: `{"Effect":"Allow","Action":"sts:*"}`}
			if at.kind != Trust {
				add.Text = `{"Effect":"Allow","Action":"sts:*","Resource":"*"}`
			}
			if at.kind.takesPrincipal() {
				add.Text = strings.Replace(add.Text, "{", `{"Principal":"*",`, 1)
			}
			_, changed, err = Apply([]Change{add}, r, s)
			if single := at.kind == Resource || at.kind == Trust; single != (err != nil) {
				t.Fatalf("one more: %v", err)
			} else if single {
				return
			}
			if after, _ = changed.list(at.kind, at.level); len(after) != last+2 || after[last+1].Name() != "new" ||
				after[last+1].Text() != newDocument(add.Text) {
				t.Errorf("%d policies, one more", len(after))
			}
		})
	}
}

// TestApplyShared: one policy in several places is one document.
func TestApplyShared(t *testing.T) {
	p := compiled(t, ServiceControl, statements(denyOf("s3:*", "*", "Sid", "A"), allows("*", "*")))
	s := &Set{Identity: []*Policy{compiled(t, Identity, full[0])}, ServiceControl: [][]*Policy{{p}, {p, p}}}
	r := &Request{Principal: ana, Action: "s3:GetObject", Resource: "*"}
	x := Explain(r, s)
	if len(x.Changes) != 1 || x.Changes[0].Kind != RemoveStatement {
		t.Fatalf("%+v", x.Changes)
	}
	x.flips(t, r, s)
	_, set, err := Apply(x.Changes, r, s)
	if err != nil {
		t.Fatal(err)
	}
	if q := set.ServiceControl[0][0]; q == p || q != set.ServiceControl[1][0] || q != set.ServiceControl[1][1] {
		t.Errorf("%v", set.ServiceControl)
	}
	denial := compiled(t, ServiceControl, denyAll[0])
	everything := compiled(t, ServiceControl, full[0])
	s.ServiceControl = [][]*Policy{{denial, everything}, {everything, denial}}
	x = Explain(r, s)
	if len(x.Changes) != 2 || x.Changes[1].Kind != RemovePolicy || x.Changes[1].Level != 1 || x.Changes[1].Index != 1 {
		t.Errorf("it is detached twice: %+v", x.Changes)
	}
	x.flips(t, r, s)
	quiet := compiled(t, ServiceControl, silent[0])
	s.ServiceControl = [][]*Policy{{quiet}, {quiet}}
	if x = Explain(r, s); len(x.Changes) != 1 {
		t.Errorf("one statement does for both levels: %+v", x.Changes)
	}
	x.flips(t, r, s)
	denial = compiled(t, Session, denyAll[0])
	s.ServiceControl, s.Session = nil, []*Policy{denial, denial}
	if x = Explain(r, s); len(x.Changes) != 2 || x.Changes[0].Kind != RemoveStatement || x.Changes[0].Index != 1 {
		t.Errorf("what is changed need not go: %+v", x.Changes)
	}
	x.flips(t, r, s)
	s.Session, s.ServiceControl = nil, [][]*Policy{{nil}}
	if _, set, err = Apply([]Change{{Kind: SetKey, Key: "a", Value: "b"}}, r, s); err != nil || set.ServiceControl[0][0] != nil {
		t.Errorf("what could not be loaded stays so: %v, %v", set, err)
	}
}

// TestApplyErrors: a change that cannot be made is none.
func TestApplyErrors(t *testing.T) {
	s := everyType(t)
	s.Session = []*Policy{Unreadable(Session, "s"), nil}
	r := &Request{Principal: ana, Action: "s3:GetObject", Resource: "*"}
	for _, c := range []struct {
		want string
		Change
	}{
		{"change 0: there is no change of kind 9", Change{Kind: 9, Level: -1}},
		{"change 0: there is no identity-based policy 1 at level -1", Change{Kind: RemovePolicy, Level: -1, Index: 1}},
		{"change 0: there is no identity-based policy -1 at level -1", Change{Kind: RemovePolicy, Level: -1, Index: -1}},
		{"change 0: there is no identity-based policy 0 at level 0", Change{Kind: RemovePolicy}},
		{"change 0: there is no service control policy 0 at level 2", Change{Kind: RemovePolicy, Type: ServiceControl, Level: 2}},
		{"change 0: there is no service control policy 0 at level -1", Change{Kind: RemovePolicy, Type: ServiceControl, Level: -1}},
		{"change 0: there is no resource control policy 0 at level 1", Change{Kind: RemovePolicy, Type: ResourceControl, Level: 1}},
		{"change 0: there is no policy 0 at level -1", Change{Kind: RemovePolicy, Type: 99, Level: -1}},
		{"change 0: the policy cannot be read", Change{Kind: RemoveStatement, Type: Session, Level: -1}},
		{"change 0: the policy cannot be read", Change{Kind: AddStatement, Type: Session, Level: -1, Index: 1, Text: newOne}},
		{"change 0: no resource control policy can stand at level 1", Change{Kind: AddPolicy, Type: ResourceControl, Level: 1, Text: newOne}},
		{"change 0: no policy can stand at level -1", Change{Kind: AddPolicy, Type: 99, Level: -1, Text: newOne}},
		{`change 0: "[]" is no statement: Syntax errors in policy.`, Change{Kind: AddPolicy, Level: -1, Text: "[]"}},
		{`change 0: "[]" is no statement`, Change{Kind: AddStatement, Level: -1, Text: "[]"}},
		{"change 0: the policy has no statement 1", Change{Kind: RemoveStatement, Level: -1, Statement: 1}},
		{"change 0: statement 0 has no NotAction", Change{Kind: AddValue, Level: -1, Element: "NotAction"}},
		{`change 0: Action of statement 0 lists no "x"`, Change{Kind: RemoveValue, Level: -1, Element: "Action", Value: "x"}},
		{`policy "identity-based policy": the policy would have no statement left`, Change{Kind: RemoveStatement, Level: -1}},
		{`policy "identity-based policy", changed: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.`,
			Change{Kind: AddValue, Level: -1, Element: "Action", Value: "x"}},
		{"there cannot be two policies of the type role trust policy", Change{Kind: AddPolicy, Type: Trust, Level: -1,
			Text: `{"Effect":"Allow","Principal":"*","Action":"sts:*"}`}},
	} {
		request, set, err := Apply([]Change{c.Change}, r, s)
		if err == nil || err.Error() != c.want || request != nil || set != nil {
			t.Errorf("%+v: %v, want %s", c.Change, err, c.want)
		}
	}
	_, _, err := Apply([]Change{{Kind: SetKey}, {Kind: 9, Level: -1}}, r, s)
	if err == nil || err.Error() != "change 1: there is no change of kind 9" {
		t.Error(err)
	}
}

// TestSetKey is what a request has of a key that was set.
func TestSetKey(t *testing.T) {
	r := &Request{Principal: ana, Action: "s3:GetObject", Resource: "*",
		Context: contextOf(t, m{"one": "1", "many": []string{"1", "2"}, "other": "3"})}
	set := func(key string) Change {
		return Change{Kind: SetKey, Level: -1, Index: -1, Statement: -1, Key: key, Value: "v"}
	}
	got, _, err := Apply([]Change{set("ONE"), set("Many"), set("none"), set("aws:tagkeys")}, r, &Set{})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"One": "{v [] false}", "many": "{ [v] true}", "none": "{v [] false}",
		"aws:TagKeys": "{ [v] true}", "other": "{3 [] false}"} {
		if v, ok := got.Context.Lookup(KeyOf(key)); !ok || fmt.Sprint(v) != want {
			t.Errorf("%s: %v, %v", key, v, ok)
		}
	}
	if _, ok := got.Context.Lookup(KeyOf("absent")); ok {
		t.Error("there is no such key")
	}
	r.Context = nil
	if got, _, _ = Apply([]Change{set("a")}, r, &Set{}); got.Context == nil {
		t.Fatal("the key is lost")
	}
	if _, ok := got.Context.Lookup(KeyOf("b")); ok {
		t.Error("there was no context to ask")
	}
}

// TestChangeSentence is every kind of change and policy in words.
func TestChangeSentence(t *testing.T) {
	const allows = `{"Effect": "Allow", "Principal": {"AWS": ["x", "y"]}, "Action": ["a:b", "a:c"], "Resource": "r"}`
	for _, c := range []struct {
		Change
		want string
	}{
		{Change{Kind: SetKey, Key: "aws:SecureTransport", Value: "true"}, "Call with aws:SecureTransport = true (over TLS)"},
		{Change{Kind: SetKey, Key: "AWS:MultiFactorAuthPresent", Value: "true"}, "Call with AWS:MultiFactorAuthPresent = true (sign in with MFA)"},
		{Change{Kind: SetKey, Key: "aws:UserAgent", Value: "x"}, "Call with aws:UserAgent = x"},
		{Change{Kind: AddValue, Type: Trust, Policy: "p", Statement: 1, Sid: "S", Element: "Principal.AWS", Value: "v"},
			`Add "v" to Principal.AWS of statement 2 (Sid S) of role trust policy p`},
		{Change{Kind: RemoveValue, Policy: "p", Element: "Action", Value: "v"}, `Remove "v" from Action of statement 1 of identity-based policy p`},
		{Change{Kind: AddStatement, Type: Resource, Text: allows}, "Add a statement to resource-based policy that allows a:b, a:c on r to x, y"},
		{Change{Kind: AddStatement, Type: ResourceControl, Text: allows}, "Add a statement to resource control policy that allows a:b, a:c on r"},
		{Change{Kind: AddStatement, Type: Endpoint, Text: allows}, "Add a statement to VPC endpoint policy that allows a:b, a:c on r"},
		{Change{Kind: AddStatement, Text: "x"}, "Add a statement to identity-based policy that allows x"},
		{Change{Kind: AddPolicy, Target: "arn:aws:iam::1:user/d/ana", Text: allows}, "Attach a policy to user ana that allows a:b, a:c on r to x, y"},
		{Change{Kind: AddPolicy, Target: "arn:aws:iam::1:group/g", Text: allows}, "Attach a policy to arn:aws:iam::1:group/g that allows a:b, a:c on r to x, y"},
		{Change{Kind: AddPolicy, Target: "arn:aws:iam::1:root", Text: allows}, "Attach a policy to arn:aws:iam::1:root that allows a:b, a:c on r to x, y"},
		{Change{Kind: AddPolicy, Target: "arn:aws:sts::1:role/x", Text: allows}, "Attach a policy to arn:aws:sts::1:role/x that allows a:b, a:c on r to x, y"},
		{Change{Kind: AddPolicy, Type: Boundary, Text: allows}, "Attach a permissions boundary that allows a:b, a:c on r to x, y"},
		{Change{Kind: AddPolicy, Type: ServiceControl, Level: 3, Text: allows}, "Attach a service control policy at level 3 of the organization that allows a:b, a:c on r to x, y"},
		{Change{Kind: RemoveStatement, Type: ServiceControl, Policy: "p-x", Statement: 1, Sid: "DenyAll"}, "Remove statement 2 (Sid DenyAll) from service control policy p-x"},
		{Change{Kind: RemovePolicy, Type: Session}, "Pass no session policy"},
		{Change{Kind: RemovePolicy, Type: ResourceControl, Policy: "p", Level: 1}, "Detach resource control policy p at level 1 of the organization"},
		{Change{Kind: RemovePolicy, Type: Resource}, "Delete resource-based policy"},
		{Change{Kind: RemovePolicy, Policy: "inline"}, "Delete identity-based policy inline"},
		{Change{Kind: RemovePolicy, Policy: managed}, "Detach identity-based policy " + managed},
		{Change{Kind: RemovePolicy, Policy: byAWS}, "Detach identity-based policy " + byAWS},
		{Change{Kind: RemoveStatement, Policy: byAWS}, "Remove statement 1 from a copy of identity-based policy " + byAWS +
			" (the original is AWS's: put the copy in its place)"},
		{Change{Kind: 9}, "change of kind 9"},
	} {
		if got := c.Change.String(); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}

// TestCallersOwn is which keys a caller sets by how it calls.
func TestCallersOwn(t *testing.T) {
	for _, name := range strings.Fields(`aws:MultiFactorAuthPresent aws:MultiFactorAuthAge aws:SourceIp aws:VpcSourceIp aws:SourceVpc
		aws:SourceVpcArn aws:SourceVpce aws:SecureTransport aws:RequestedRegion aws:UserAgent aws:Referer aws:TagKeys
		aws:RequestTag/team AWS:sourceip sts:ExternalId sts:RoleSessionName sts:SourceIdentity iam:PassedToService s3:prefix
		kms:ViaService`) {
		if !callersOwn(name) {
			t.Errorf("%s is the caller's", name)
		}
	}
	for _, name := range strings.Fields(`aws:PrincipalArn aws:PrincipalTag/team aws:userid aws:username aws:CurrentTime aws:EpochTime
		aws:ResourceAccount aws:ResourceTag/team aws:SourceIdentity aws:TokenIssueTime aws:FederatedProvider aws:SourceArn
		aws:SourceAccount aws:CalledVia aws:ViaAWSService iam:ResourceTag/team s3:ExistingObjectTag/x s3:ResourceAccount
		kms:CallerAccount ec2:SourceInstanceArn ec2:RoleDelivery accounts.google.com:sub oidc/x:aud saml:sub k`) {
		if callersOwn(name) {
			t.Errorf("%s is not the caller's", name)
		}
	}
}

// TestManyValues: only so many values of keys are tried.
func TestManyValues(t *testing.T) {
	var values []string
	for i := range mostValues + 1 {
		values = append(values, fmt.Sprint(i))
	}
	c := decisionCase{identity: []string{statements(
		allows("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": values}}),
		denyOf("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": values[:mostValues]}}))}}
	if x := Explain(c.request(t), c.set(t)); x.Changes[0].Kind == SetKey {
		t.Errorf("%+v", x.Changes[0])
	}
	c.identity[0] = strings.Replace(c.identity[0], `"255"]}}`, `"254"]}}`, 1)
	if x := Explain(c.request(t), c.set(t)); x.Changes[0].Value != "255" {
		t.Errorf("%+v", x.Changes[0])
	}
	same := slices.Repeat([]string{"a"}, mostValues)
	c.identity[0] = statements(allows("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": append(same, "b")}}),
		denyOf("*", "*", "Condition", m{"StringEquals": m{"s3:prefix": "a"}}))
	if x := Explain(c.request(t), c.set(t)); x.Changes[0].Value != "b" {
		t.Errorf("one value counts once: %+v", x.Changes[0])
	}
}
