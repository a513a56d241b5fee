package cases

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

func (g given) explain(t *testing.T) (Result, *policy.Explanation) {
	t.Helper()
	r, e, err := decider().Explain(g.parse(t))
	if err != nil {
		t.Fatal(err)
	}
	return r, e
}

func TestExplanationForm(t *testing.T) {
	r, _ := given{context: m{"aws:TagKeys": []string{}}, policies: m{
		"scp": [][]m{{a("Full", allow("*", "*"))}},
		"identity": []m{a("Read", allow("s3:GetObject", "arn:aws:s3:::c/*", "Sid", "Get", "Condition",
			m{"ForAllValues:StringEquals": m{"aws:TagKeys": []string{"a"}}, "Bool": m{"aws:SecureTransport": "true"}}))},
	}}.explain(t)
	text, err := r.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"explanation":{"policies":[{"policy_type":"scp","level":0,"policy":"Full","takes_part":true,"outcome":"allowed","statements":[{"statement":0,"sid":"","effect":"Allow","line":1,`,
		`{"policy_type":"identity","policy":"Read","takes_part":true,"outcome":"implicitDeny",`,
		`{"element":"Action","values":["s3:GetObject"],"request":"s3:GetObject","matched":true,"entry":0,"line":1,`,
		`{"element":"Resource","values":["arn:aws:s3:::c/*"],"request":"arn:aws:s3:::b/k","matched":false,"line":1,`,
		`"operator":"Bool","key":"aws:SecureTransport","values":["true"],"request":null,"matched":false,`,
		`"operator":"ForAllValues:StringEquals","key":"aws:TagKeys","values":["a"],"request":[],"matched":true,`,
		`"changes":[{"text":"`,
		`"fixed":""}}` + "\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s\nis missing in\n%s", want, text)
		}
	}
}

// Decide, Trace and Explain say the same; only Explain proposes.
func TestExplainDecidesAlike(t *testing.T) {
	g := given{policies: m{"identity": []m{a("Read", allow("s3:Put*", "*"))}}}
	plain := g.decide(t)
	traced, trace, err := decider().Trace(g.parse(t))
	if err != nil {
		t.Fatal(err)
	}
	full, explained := g.explain(t)
	if full.Explanation == nil || len(explained.Changes) == 0 || len(trace.Changes) > 0 || len(trace.Policies) != 1 {
		t.Errorf("%+v", full)
	}
	full.Explanation = nil
	if !reflect.DeepEqual(plain, traced) || !reflect.DeepEqual(plain, full) {
		t.Errorf("%+v\n%+v\n%+v", plain, traced, full)
	}
	bad := given{policies: m{"identity": []m{{"file": "x"}}}}.parse(t)
	if r, e, err := decider().Explain(bad); err == nil || e != nil || r.Explanation != nil || r.Error == "" {
		t.Errorf("%+v, %v", r, err)
	}
	request, set, err := decider().Build(g.parse(t))
	if err != nil {
		t.Fatal(err)
	}
	r := ResultOf("c", request, policy.Explain(request, set))
	if again, _ := g.explain(t); !reflect.DeepEqual(r, again) {
		t.Errorf("%+v", r)
	}
}

func TestChangeForm(t *testing.T) {
	for _, c := range []struct {
		name   string
		change policy.Change
		want   string
	}{
		{"key", policy.Change{Kind: policy.SetKey, Key: "k", Value: "v", Level: -1, Statement: -1}, `"kind":"set_key","key":"k","value":"v"}`},
		{"new policy", policy.Change{Kind: policy.AddPolicy, Type: policy.Identity, Level: -1, Index: -1, Statement: -1, Account: accountC, Target: anaARN, Text: `{"a":1}`, Document: `{"b":2}`},
			`"kind":"add_policy","policy_type":"identity","account":"` + accountC + `","target":"` + anaARN + `","added":{"a":1},"document":{"b":2}}`},
		{"value", policy.Change{Kind: policy.RemoveValue, Type: policy.ServiceControl, Level: 1, Policy: "P", Statement: 2, Sid: "S", Element: "Action", Value: "v", Document: `{}`},
			`"kind":"remove_value","policy_type":"scp","level":1,"policy":"P","statement":2,"sid":"S","element":"Action","value":"v","document":{}}`},
		{"unknown", policy.Change{Kind: 200, Level: -1, Statement: -1}, `"kind":"200","policy_type":"identity"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := json.Marshal(changeOf(&c.change))
			if err != nil || !strings.HasPrefix(string(got), `{"text":"`) || !strings.HasSuffix(string(got), ","+c.want) {
				t.Errorf("%s, %v\nwant …%s", got, err, c.want)
			}
		})
	}
	kinds := map[string]bool{}
	for kind := policy.SetKey; kind <= policy.RemovePolicy; kind++ {
		kinds[changeNames[kind]] = true
	}
	if len(kinds) != len(changeNames) || kinds[""] {
		t.Error(changeNames)
	}
}
