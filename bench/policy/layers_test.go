package main

import "testing"

// TestLayers: identity, resource, boundary and session policies combine alike in
// every engine, in every way in which they can allow, deny or say nothing.
func TestLayers(t *testing.T) {
	says := map[string]func() *document{
		"absent": func() *document { return nil },
		"allows": func() *document { return saying(false, "s3:*") },
		"silent": func() *document { return saying(false, "sqs:*") },
		"denies": func() *document { return saying(true, "s3:Get*") },
		"grants with another's denial": func() *document {
			d := saying(false, "*")
			d.statements = append(d.statements, saying(true, "sqs:Purge*").statements...)
			return d
		},
	}
	for identityName, identity := range says {
		for resourceName, resource := range says {
			for boundaryName, boundary := range says {
				for sessionName, session := range says {
					d := &description{name: identityName + ", resource " + resourceName + ", boundary " + boundaryName + ", session " + sessionName,
						role: roleARN, resource: toRole(resource()), boundary: boundary(), session: session()}
					if one := identity(); one != nil {
						d.identity = []document{*one}
					}
					d.requests = []request{{action: "s3:GetObject", resource: "arn:aws:s3:::b/k", keys: map[string]string{}}}
					layered(t, d)
				}
			}
		}
	}
}

func layered(t *testing.T, d *description) {
	t.Helper()
	ours, err := newGatehouse(d)
	if err != nil {
		t.Fatal(err)
	}
	engines := []engine{ours}
	for _, style := range []cedarStyle{inScope, inCondition} {
		c, err := newCedar(d, style)
		if err != nil {
			t.Fatal(err)
		}
		engines = append(engines, c)
	}
	opa, err := newOPA(d, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := compare(d, append(engines, opa)); err != nil {
		t.Error(err)
	}
}

func saying(deny bool, action string) *document {
	return &document{name: action, statements: []statement{{sid: "S", deny: deny, actions: []string{action}, resources: []string{"*"}}}}
}

// toRole names the role in every statement, as a resource's policy must.
func toRole(d *document) *document {
	if d != nil {
		for i := range d.statements {
			d.statements[i].roles = []string{roleARN}
		}
	}
	return d
}

// TestConditionsAlike: each operator, on values that meet it and that do not, in
// every engine.
func TestConditionsAlike(t *testing.T) {
	for name, c := range map[string]struct {
		condition condition
		value     string // "": the key is absent
	}{
		"equal":                  {condition{"StringEquals", "aws:PrincipalTag/team", []string{"a", "b"}}, "b"},
		"not equal":              {condition{"StringEquals", "aws:PrincipalTag/team", []string{"a", "b"}}, "c"},
		"another":                {condition{"StringNotEquals", "aws:PrincipalTag/team", []string{"a"}}, "c"},
		"not another":            {condition{"StringNotEquals", "aws:PrincipalTag/team", []string{"a"}}, "a"},
		"like":                   {condition{"StringLike", "aws:RequestTag/project", []string{"web-*"}}, "web-1"},
		"not like":               {condition{"StringLike", "aws:RequestTag/project", []string{"web-*"}}, "xweb-1"},
		"like nothing":           {condition{"StringLike", "aws:RequestTag/project", []string{"web-*"}}, ""},
		"like in the middle":     {condition{"StringLike", "aws:RequestTag/project", []string{"a*z"}}, "abcz"},
		"not in the middle":      {condition{"StringLike", "aws:RequestTag/project", []string{"a*z"}}, "abc"},
		"less":                   {condition{"NumericLessThan", "aws:MultiFactorAuthAge", []string{"10"}}, "9"},
		"not less":               {condition{"NumericLessThan", "aws:MultiFactorAuthAge", []string{"10"}}, "10"},
		"no number":              {condition{"NumericLessThan", "aws:MultiFactorAuthAge", []string{"10"}}, ""},
		"before":                 {condition{"DateLessThan", "aws:CurrentTime", []string{"2027-01-01T00:00:00Z"}}, "2026-12-31T23:59:59Z"},
		"not before":             {condition{"DateLessThan", "aws:CurrentTime", []string{"2027-01-01T00:00:00Z"}}, "2027-01-01T00:00:00Z"},
		"after":                  {condition{"DateGreaterThan", "aws:CurrentTime", []string{"2027-01-01T00:00:00Z"}}, "2027-01-01T00:00:01Z"},
		"not after":              {condition{"DateGreaterThan", "aws:CurrentTime", []string{"2027-01-01T00:00:00Z"}}, "2027-01-01T00:00:00Z"},
		"true":                   {condition{"Bool", "aws:SecureTransport", []string{"true"}}, "true"},
		"not true":               {condition{"Bool", "aws:SecureTransport", []string{"true"}}, "false"},
		"in a network":           {condition{"IpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "192.0.2.0/24"}}, "192.0.2.255"},
		"in no network":          {condition{"IpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "192.0.2.0/24"}}, "192.0.3.0"},
		"outside of the network": {condition{"NotIpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "192.0.2.0/24"}}, "192.0.3.0"},
		"not outside":            {condition{"NotIpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "192.0.2.0/24"}}, "10.1.1.1"},
		"ARN":                    {condition{"ArnLike", "aws:SourceArn", []string{"arn:aws:sns:*:1:feed-*"}}, "arn:aws:sns:eu-west-1:1:feed-a"},
		"another ARN":            {condition{"ArnLike", "aws:SourceArn", []string{"arn:aws:sns:*:1:feed-*"}}, "arn:aws:sns:eu-west-1:2:feed-a"},
		"no ARN":                 {condition{"ArnLike", "aws:SourceArn", []string{"arn:aws:sns:*:1:feed-*"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			one := saying(false, "*")
			one.statements[0].conditions = []condition{c.condition}
			d := &description{name: name, identity: []document{*one}, requests: []request{{action: "s3:GetObject", resource: "arn:aws:s3:::b/k", keys: map[string]string{}}}}
			if c.value != "" {
				d.requests[0].keys[c.condition.key] = c.value
			}
			engines, err := enginesOf(d)
			if err != nil {
				t.Fatal(err)
			}
			if err := compare(d, engines); err != nil {
				t.Error(err)
			}
		})
	}
}
