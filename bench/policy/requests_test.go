package main

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// TestRequestsAreTheSameEveryRun: figures of two runs are of the same questions.
func TestRequestsAreTheSameEveryRun(t *testing.T) {
	a, b := descriptions(), descriptions()
	for i := range a {
		if !reflect.DeepEqual(a[i].requests, b[i].requests) {
			t.Errorf("%s asks other things the second time", a[i].name)
		}
	}
}

// TestRequestsAreDistinct: none is asked twice.
func TestRequestsAreDistinct(t *testing.T) {
	for _, d := range descriptions() {
		seen := map[string]bool{}
		for _, r := range d.requests {
			id := r.action + " " + r.resource
			if seen[id] {
				t.Errorf("%s asks %s twice", d.name, id)
			}
			seen[id] = true
		}
	}
}

// TestConcrete: what is drawn of a pattern matches it.
func TestConcrete(t *testing.T) {
	random := seeded()
	for _, d := range []*description{small(), typical(), large()} {
		for _, p := range d.documents() {
			for _, s := range p.statements {
				for _, a := range s.actions {
					if a == "*" {
						continue
					}
					if got := concrete(random, a); !like(a, got) {
						t.Errorf("%s is not %s", got, a)
					}
				}
				for _, pattern := range s.resources {
					got := concrete(random, pattern)
					if !concerns(pattern, &request{resource: got, keys: map[string]string{"aws:username": user}}) {
						t.Errorf("%s is not %s", got, pattern)
					}
				}
			}
		}
	}
}

// TestTurnChangesOneThing: at most one of action and resource, or one key.
func TestTurnChangesOneThing(t *testing.T) {
	random := seeded()
	turned := map[string]bool{}
	for range 500 {
		before := typical().draw(random, &typical().identity[0].statements[0])
		after := request{action: before.action, resource: before.resource, keys: maps.Clone(before.keys)}
		after.turn(random)
		var differs []string
		if after.action != before.action || after.resource != before.resource {
			differs = append(differs, "what is asked")
		}
		for _, k := range keys {
			if after.keys[k.name] != before.keys[k.name] {
				differs = append(differs, k.name)
			}
		}
		if len(differs) > 1 {
			t.Fatalf("%v differ", differs)
		}
		for _, one := range differs {
			turned[one] = true
		}
	}
	for _, want := range []string{"what is asked", "aws:SourceIp", "aws:SecureTransport", "aws:PrincipalTag/team", "aws:MultiFactorAuthAge", "aws:CurrentTime"} {
		if !turned[want] {
			t.Errorf("%s never changed: %v", want, slices.Sorted(maps.Keys(turned)))
		}
	}
}

// TestEveryRequestKeyIsKnown: to the other engines by its attribute.
func TestEveryRequestKeyIsKnown(t *testing.T) {
	for _, d := range descriptions() {
		for _, r := range d.requests {
			for name := range r.keys {
				if keyNamed(name).attribute == "" {
					t.Errorf("%s has no attribute", name)
				}
			}
			for _, k := range keys {
				if _, present := r.keys[k.name]; !present && !k.optional {
					t.Fatalf("%s: %s is always there, and is not in %v", d.name, k.name, r.keys)
				}
			}
		}
	}
}

func TestFolder(t *testing.T) {
	for resource, want := range map[string]string{
		"arn:aws:s3:::home/ana/k": "ana", "arn:aws:s3:::home/ana/": "ana", "arn:aws:s3:::home/ana": "", "arn:aws:s3:::home": "", "arn:aws:s3:::home//k": "",
	} {
		if got := folder(resource); got != want {
			t.Errorf("%s is in %q, not %q", resource, got, want)
		}
	}
}
