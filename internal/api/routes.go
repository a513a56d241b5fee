package api

// routes are the plans of a REST service's operations, made on first use.
type routes struct {
	plans map[*Operation]*plan
}

func (s *Service) routes() *routes {
	if r := s.compiled.Load(); r != nil {
		return r
	}
	r := &routes{plans: map[*Operation]*plan{}}
	for _, op := range s.Operations {
		r.plans[op] = newPlan(op)
	}
	s.compiled.Store(r)
	return r
}
