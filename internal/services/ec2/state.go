package ec2

import (
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// state is an instance's, with AWS's code [API_InstanceState].
type state struct {
	code int32
	name string
}

var (
	pending      = state{0, "pending"}
	running      = state{16, "running"}
	shuttingDown = state{32, "shutting-down"}
	terminated   = state{48, "terminated"}
	stopped      = state{80, "stopped"}
)

// silence is how long a runner may ask for nothing before its program counts as
// stopped; it asks far oftener.
const silence = time.Minute

// stateOf is the state of an instance whose program last asked at seen, zero where it
// has not since the server started. A program that was never heard of is on its way,
// until a runner would have been heard of. A machine with an address asks when it needs
// something, and is not stopped for its silence.
func stateOf(i *directory.Instance, seen, started, now time.Time) state {
	switch {
	case !i.Living():
		return terminated
	case i.Proof == nil && seen.IsZero():
		return pending
	case i.Proof == nil:
		return running
	case seen.IsZero() && now.Sub(later(i.Launched, started)) <= silence:
		return pending
	case now.Sub(seen) <= silence:
		return running
	}
	return stopped
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (s *Service) stateOf(i *directory.Instance, now time.Time) state {
	return stateOf(i, s.watch.LastSeen(i.ID), s.started, now)
}

func (s state) out() *ec2.InstanceState { return &ec2.InstanceState{Code: &s.code, Name: &s.name} }
