package main

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// requestsPerSize are asked, half of them allowed.
const requestsPerSize = 240

// ask gives the description its requests: drawn from its own statements, so
// that they look for what is there, and turned away from them in one thing or
// another, until half are allowed and half are not.
func (d *description) ask(n int) {
	random := rand.New(rand.NewPCG(20, 12))
	var statements []*statement
	for _, one := range d.documents() {
		for i := range one.statements {
			if !strings.HasPrefix(one.statements[i].actions[0], "*") && one.statements[i].resources[0] != "*" {
				statements = append(statements, &one.statements[i])
			}
		}
	}
	seen := map[string]bool{}
	allow, deny := n/2, n/2
	for allow+deny > 0 {
		r := d.draw(random, statements[random.IntN(len(statements))])
		id := r.action + " " + r.resource
		if seen[id] {
			continue
		}
		left := &deny
		if d.plainly(&r) == allowed {
			left = &allow
		}
		if *left == 0 {
			continue
		}
		*left--
		seen[id] = true
		d.requests = append(d.requests, r)
	}
}

func (d *description) draw(random *rand.Rand, s *statement) request {
	action := concrete(random, s.actions[random.IntN(len(s.actions))])
	resource := concrete(random, s.resources[random.IntN(len(s.resources))])
	r := request{action: action, resource: resource, keys: map[string]string{
		"aws:PrincipalArn":       userARN,
		"aws:username":           user,
		"aws:PrincipalTag/team":  "platform",
		"aws:RequestedRegion":    "eu-west-1",
		"aws:SourceIp":           "203.0.113.77",
		"aws:SecureTransport":    "true",
		"aws:CurrentTime":        "2026-11-24T10:30:00Z",
		"aws:MultiFactorAuthAge": "120",
	}}
	if d.role != "" {
		r.keys["aws:PrincipalArn"] = d.role
		delete(r.keys, "aws:username")
	}
	if random.IntN(2) == 0 {
		r.keys["aws:RequestTag/project"] = "web-shop"
	}
	if random.IntN(2) == 0 {
		r.keys["aws:SourceArn"] = "arn:aws:sns:eu-west-1:" + account + ":feed-orders"
	}
	if random.IntN(2) == 0 {
		r.turn(random)
	}
	return r
}

// turn makes the request differ in one thing.
func (r *request) turn(random *rand.Rand) {
	switch random.IntN(9) {
	case 0:
		r.resource = strings.Replace(r.resource, "-", "x", 1)
	case 1:
		cut := strings.LastIndexAny(r.resource, ":/")
		r.resource = r.resource[:cut+1] + "elsewhere/" + r.resource[cut+1:]
	case 2:
		service, _, _ := strings.Cut(r.action, ":")
		r.action = service + ":UntagResource"
	case 3:
		r.keys["aws:PrincipalTag/team"] = "sales"
	case 4:
		r.keys["aws:SourceIp"] = "192.0.2.9"
	case 5:
		r.keys["aws:SecureTransport"] = "false"
	case 6:
		delete(r.keys, "aws:MultiFactorAuthAge")
	case 7:
		r.action, r.resource = "glue:GetTable", "arn:aws:glue:eu-west-1:"+account+":table/sales/"+token(random)
	case 8:
		r.keys["aws:CurrentTime"] = "2027-03-01T10:30:00Z"
	}
}

// concrete is a text that matches the pattern.
func concrete(random *rand.Rand, pattern string) string {
	if verb, found := strings.CutSuffix(pattern, "*"); found && !strings.HasPrefix(pattern, "arn:") {
		return verbOf(random, verb)
	}
	pattern = strings.ReplaceAll(pattern, variable, user)
	pattern = strings.Replace(pattern, ":*:", ":eu-west-1:", 1)
	for strings.Contains(pattern, "*") {
		pattern = strings.Replace(pattern, "*", token(random), 1)
	}
	return pattern
}

// verbOf is an action of the service that begins so.
func verbOf(random *rand.Rand, prefix string) string {
	var fits []string
	for _, svc := range services {
		for _, a := range svc.named(0, len(svc.actions)) {
			if strings.HasPrefix(a, prefix) {
				fits = append(fits, a)
			}
		}
	}
	slices.Sort(fits)
	return fits[random.IntN(len(fits))]
}

func token(random *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 8)
	for i := range b {
		b[i] = letters[random.IntN(len(letters))]
	}
	return string(b)
}
