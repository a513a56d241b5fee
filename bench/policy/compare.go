package main

import "fmt"

// enginesOf prepares every engine for the description: ours first. OPA's query
// comes in both of its forms, of which the faster is timed; where layers must
// all allow, evaluating it partially ahead would multiply their rules out into
// thousands, in twenty seconds.
func enginesOf(d *description) ([]engine, error) {
	ours, err := newGatehouse(d)
	if err != nil {
		return nil, err
	}
	engines := []engine{ours}
	for _, style := range []cedarStyle{inScope, inCondition} {
		cedar, err := newCedar(d, style)
		if err != nil {
			return nil, err
		}
		engines = append(engines, cedar)
	}
	for _, partial := range []bool{false, true} {
		if partial && d.session != nil {
			continue
		}
		opa, err := newOPA(d, partial)
		if err != nil {
			return nil, err
		}
		engines = append(engines, opa)
	}
	return engines, nil
}

// compare holds every decision of every engine against the description's own.
func compare(d *description, engines []engine) error {
	for i := range d.requests {
		r := &d.requests[i]
		want := d.plainly(r)
		for _, e := range engines {
			if got := e.decide(i); got != (want == allowed) {
				return fmt.Errorf("%s: %s says allowed=%v of %s on %s with %v, the description %d", d.name, e.name(), got, r.action, r.resource, r.keys, want)
			}
		}
	}
	return nil
}
