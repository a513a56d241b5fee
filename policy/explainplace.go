package policy

// place is a policy where it stands in a Set.
type place struct {
	kind   Type
	level  int // of an SCP or RCP; -1 for the other types
	index  int
	policy *Policy
	note   string // why it takes no part; "" if it does
}

// Why policies take no part in a decision.
const (
	noteNoPermission  = "no policy is asked: the call needs no permission (E-17)"
	noteKind          = "no policy is asked: credentials of this kind may not make the call (E-18)"
	noteLinked        = "service-linked roles are not bound by it (E-03, E-04)"
	noteSCPOwn        = "it binds the principals of accounts, and the caller belongs to none (E-04)"
	noteNoEndpoint    = "a service that acts for itself comes through no endpoint (E-16)"
	noteTrust         = "the role's trust policy is asked in its place (E-14)"
	noteOwnBucket     = "nothing in it keeps the root user of the bucket's account from it (E-02)"
	noteRootIdentity  = "the root user has no identity policies (E-02)"
	noteRootBoundary  = "the root user has no permissions boundary (E-02)"
	noteAnonymous     = "an anonymous caller has no policies of its own (E-15)"
	noteServiceItself = "a service that acts for itself has no policies of its own (E-16)"
	noteToken         = "a provider's token has no policies of its own (E-17)"
)

// places lists the policies of the set in the order of D-02.
func (e *evaluation) places() []place {
	var all []place
	add := func(kind Type, level int, note string, policies []*Policy) {
		if settled := e.settledNote(); settled != "" {
			note = settled
		}
		for i, p := range policies {
			all = append(all, place{kind, level, i, p, note})
		}
	}
	for level, policies := range e.set.ServiceControl {
		add(ServiceControl, level, e.scpNote(), policies)
	}
	for level, policies := range e.set.ResourceControl {
		add(ResourceControl, level, e.rcpNote(), policies)
	}
	add(Endpoint, -1, e.endpointNote(), e.set.Endpoint)
	if e.set.Resource != nil {
		add(Resource, -1, e.resourceNote(), []*Policy{e.set.Resource})
	}
	if e.set.Trust != nil {
		add(Trust, -1, "", []*Policy{e.set.Trust})
	}
	add(Identity, -1, e.ownNote(noteRootIdentity), e.set.Identity)
	add(Boundary, -1, e.ownNote(noteRootBoundary), e.set.Boundary)
	add(Session, -1, e.ownNote(""), e.set.Session)
	return all
}

// settledNote is why no policy at all is asked.
func (e *evaluation) settledNote() string {
	switch d, settled := e.settled(); {
	case !settled:
		return ""
	case d.Outcome == Allowed:
		return noteNoPermission
	}
	return noteKind
}

func (e *evaluation) rcpNote() string {
	if e.principal.serviceLinked() {
		return noteLinked
	}
	return ""
}

func (e *evaluation) scpNote() string {
	if e.boundBySCPs() || e.principal.serviceLinked() {
		return e.rcpNote()
	}
	return noteSCPOwn
}

func (e *evaluation) endpointNote() string {
	if e.principal.Kind == Service {
		return noteNoEndpoint
	}
	return ""
}

func (e *evaluation) resourceNote() string {
	switch {
	case e.set.Trust != nil, e.assumesRole():
		return noteTrust
	case e.ownBucketPolicy():
		return noteOwnBucket
	}
	return ""
}

// ownNote is why the caller's own policies take no part. root is what is said
// of the root user, "" for what it may have like others.
func (e *evaluation) ownNote(root string) string {
	switch e.principal.Kind {
	case Root:
		return root
	case Anonymous:
		return noteAnonymous
	case Service:
		return noteServiceItself
	case Provider:
		return noteToken
	}
	return ""
}
