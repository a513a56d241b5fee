package main

import (
	"fmt"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// The bars of growth.
const (
	perStatement      = 15 // ns
	perStatementReach = 2
	besideOthers      = 1.2 // times
)

// measureGrowth measures what statements cost that cannot decide.
func measureGrowth(e effort) ([]bar, error) {
	literal, err := measurePerStatement(e, "arn:aws:s3:::bucket-%03d/*", "arn:aws:s3:::bucket-%03d/key")
	if err != nil {
		return nil, err
	}
	open, err := measurePerStatement(e, "arn:aws:dynamodb:*:"+account+":table/t-%03d", "arn:aws:dynamodb:eu-west-1:"+account+":table/t-%03d")
	if err != nil {
		return nil, err
	}
	apart, err := measureBeside(e, true)
	if err != nil {
		return nil, err
	}
	together, err := measureBeside(e, false)
	if err != nil {
		return nil, err
	}
	name := "10 to 50 statements that all match by action, a statement"
	return []bar{
		{name: name, measured: literal, unit: "ns", limit: perStatement, reach: perStatementReach},
		{name: name + ", the region open", measured: open, unit: "ns", limit: perStatement, reach: perStatementReach},
		{name: "1,000 statements of other services beside 5, in other policies", measured: apart, unit: "×", limit: besideOthers},
		{name: "1,000 statements of other services beside 5, in one policy", measured: together, unit: "×", limit: besideOthers},
	}, nil
}

// measurePerStatement measures a policy of 10 and one of 50 statements on
// different resources. Half the requests find one, half do not.
func measurePerStatement(e effort, pattern, resource string) (float64, error) {
	sized := func(n int) (*gatehouse, error) {
		d := &description{name: "growth", identity: []document{{name: "policy"}}}
		service := "s3:*"
		action := "s3:GetObject"
		if pattern[len("arn:aws:")] == 'd' {
			service, action = "dynamodb:*", "dynamodb:GetItem"
		}
		for i := range n {
			d.identity[0].statements = append(d.identity[0].statements, statement{sid: fmt.Sprintf("S%d", i),
				actions: []string{service}, resources: []string{fmt.Sprintf(pattern, i)}})
			for _, k := range []int{i, 500 + i} { // one that is there, and one that is not
				d.requests = append(d.requests, request{action: action, resource: fmt.Sprintf(resource, k)})
			}
		}
		return newGatehouse(d)
	}
	ten, err := sized(10)
	if err != nil {
		return 0, err
	}
	fifty, err := sized(50)
	if err != nil {
		return 0, err
	}
	times := interleaved(e.rounds, e.about, round(ten, len(ten.requests)), round(fifty, len(fifty.requests)))
	var slopes []float64
	for i := range times[0] {
		slopes = append(slopes, (times[1][i]/float64(len(fifty.requests))-times[0][i]/float64(len(ten.requests)))/40)
	}
	return median(slopes), nil
}

// measureBeside measures five statements alone, and beside 1,000 of other
// services: in ten other policies, or in the policy of the five.
func measureBeside(e effort, apart bool) (float64, error) {
	alone := besides()
	crowded := besides()
	for i := range 10 {
		p := document{name: fmt.Sprintf("others-%d", i)}
		for j := range 100 {
			service := fmt.Sprintf("service%d", (i*100+j)%50)
			p.statements = append(p.statements, statement{sid: fmt.Sprintf("O%dS%d", i, j), actions: []string{service + ":Get*", service + ":Put*"},
				resources: []string{fmt.Sprintf("arn:aws:%s:eu-west-1:%s:thing/%d-%d/*", service, account, i, j)}})
		}
		if apart {
			crowded.identity = append(crowded.identity, p)
		} else {
			crowded.identity[0].statements = append(crowded.identity[0].statements, p.statements...)
		}
	}
	a, err := newGatehouse(alone)
	if err != nil {
		return 0, err
	}
	b, err := newGatehouse(crowded)
	if err != nil {
		return 0, err
	}
	for i := range a.requests {
		if a.decide(i) != b.decide(i) || policy.Decide(&a.requests[i], a.set).Outcome == policy.ExplicitDeny {
			return 0, fmt.Errorf("the others change the decision on %s", a.requests[i].Resource)
		}
	}
	times := interleaved(e.rounds, e.about, round(a, len(a.requests)), round(b, len(b.requests)))
	return ratio(times[1], times[0]), nil
}

// besides is a policy of five statements of one service, and its requests.
func besides() *description {
	d := &description{name: "beside", identity: []document{{name: "policy"}}}
	for i := range 5 {
		d.identity[0].statements = append(d.identity[0].statements, statement{sid: fmt.Sprintf("S%d", i),
			actions: []string{"s3:GetObject", "s3:PutObject"}, resources: []string{fmt.Sprintf("arn:aws:s3:::bucket-%d/*", i)}, conditions: asked(i)})
		for _, k := range []int{i, 50 + i} {
			r := request{action: "s3:GetObject", resource: fmt.Sprintf("arn:aws:s3:::bucket-%d/key", k), keys: map[string]string{
				"aws:PrincipalTag/team": "data", "aws:SourceIp": "203.0.113.4", "aws:RequestTag/project": "web-a", "aws:MultiFactorAuthAge": "10"}}
			d.requests = append(d.requests, r)
		}
	}
	return d
}
