package main

import (
	"strings"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// TestSizes holds the descriptions to what they are said to be.
func TestSizes(t *testing.T) {
	for i, want := range []struct{ policies, statements, operators int }{{1, 3, 1}, {10, 60, 7}, {13, 301, 7}} {
		d := descriptions()[i]
		if got := len(d.documents()); got != want.policies {
			t.Errorf("%s: %d policies, not %d", d.name, got, want.policies)
		}
		if got := d.statements(); got != want.statements {
			t.Errorf("%s: %d statements, not %d", d.name, got, want.statements)
		}
		operators := map[string]bool{}
		for _, p := range d.documents() {
			for _, s := range p.statements {
				for _, c := range s.conditions {
					operators[c.operator] = true
				}
			}
		}
		if len(operators) < want.operators {
			t.Errorf("%s: %d operators, not %d: %v", d.name, len(operators), want.operators, operators)
		}
	}
}

func TestHalfAreAllowed(t *testing.T) {
	for _, d := range descriptions() {
		if len(d.requests) < 200 {
			t.Errorf("%s: %d requests", d.name, len(d.requests))
		}
		n := 0
		for i := range d.requests {
			if d.plainly(&d.requests[i]) == allowed {
				n++
			}
		}
		if 2*n != len(d.requests) {
			t.Errorf("%s: %d of %d allowed", d.name, n, len(d.requests))
		}
	}
}

func TestTypicalSpansTenServicesAndAVariable(t *testing.T) {
	d := typical()
	found, variables := map[string]bool{}, 0
	for _, p := range d.identity {
		for _, s := range p.statements {
			service, _, _ := strings.Cut(s.actions[0], ":")
			found[service] = true
			for _, r := range s.resources {
				variables += strings.Count(r, variable)
			}
		}
	}
	delete(found, "*")
	if len(found) != 10 || variables == 0 {
		t.Errorf("%d services, %d variables", len(found), variables)
	}
}

// TestFullSizePolicies: as AWS counts, without white space outside strings.
func TestFullSizePolicies(t *testing.T) {
	for _, p := range large().identity {
		text := p.aws()
		if n := policy.Size(policy.Identity, text); n < 6000 || n > 6144 {
			t.Errorf("%s has %d characters", p.name, n)
		}
		if err := policy.Check(policy.Identity, text); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

// TestRequestsReachEveryLayer: each layer allows or keeps some of the requests.
func TestRequestsReachEveryLayer(t *testing.T) {
	d := descriptions()[2]
	var byResource, byBoundary, bySession int
	for i := range d.requests {
		r := &d.requests[i]
		if d.resource.says(d, r) == allowed {
			byResource++
		}
		if d.boundary.says(d, r) != allowed {
			byBoundary++
		}
		if d.session.says(d, r) != allowed {
			bySession++
		}
	}
	if byResource == 0 || byBoundary == 0 || bySession == 0 {
		t.Errorf("allowed by the resource's policy %d, kept by the boundary %d, by the session %d", byResource, byBoundary, bySession)
	}
}
