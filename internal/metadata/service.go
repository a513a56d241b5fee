package metadata

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/authn"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// Options of a Service.
type Options struct {
	Directory *directory.Directory
	Tokens    *authn.Tokens
	Sealer    directory.Sealer // of the identity key
	Region    string
	ZoneID    func(zone string) string // of the region catalogue; nil: none is known
	Lifetime  time.Duration            // of credentials; 0 is six hours
	Clock     func() time.Time         // nil is time.Now
	// Published gets the certificate of identity documents, PEM, when the key is first
	// used; nil where nobody wants it.
	Published func(certificate []byte)
	Log       *slog.Logger // nil: nothing is logged
}

// defaultLifetime is how long credentials last: the longest that AWS's do, as seen in
// [instance-metadata-security-credentials].
const defaultLifetime = 6 * time.Hour

// Service knows what to tell about each instance, and issues its credentials. What it
// keeps is made anew when it is gone: a restart loses nothing but who asked last.
type Service struct {
	Options
	identity identity
	states   sync.Map // instance id → *state
	swept    atomic.Int64
	refused  atomic.Int64 // when a refused address was last logged
}

// NewService returns a Service.
func NewService(o Options) *Service {
	if o.Lifetime == 0 {
		o.Lifetime = defaultLifetime
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.ZoneID == nil {
		o.ZoneID = func(string) string { return "" }
	}
	s := &Service{Options: o}
	s.identity = identity{directory: o.Directory, sealer: o.Sealer, clock: o.Clock, generate: generateKey, published: o.Published}
	return s
}

// state is what the service keeps of an instance. Readers take no lock.
type state struct {
	account string
	seen    atomic.Int64 // Unix nanoseconds
	issued  [deliveries]issued
	signed  atomic.Pointer[signedDocument]
}

// state finds or makes that of an instance.
func (s *Service) state(account, instance string) *state {
	if kept, ok := s.states.Load(instance); ok {
		return kept.(*state)
	}
	s.sweep()
	kept, _ := s.states.LoadOrStore(instance, &state{account: account})
	return kept.(*state)
}

// sweepTime is how often what is kept of instances that have ended is forgotten.
const sweepTime = time.Minute

// sweep forgets instances that have ended, so that there are no more states than
// instances, and those of the last minute.
func (s *Service) sweep() {
	now, last := s.Clock().UnixNano(), s.swept.Load()
	if now-last < int64(sweepTime) || !s.swept.CompareAndSwap(last, now) {
		return
	}
	s.states.Range(func(id, kept any) bool {
		i := s.Directory.View(kept.(*state).account).Instance(id.(string))
		if i == nil || !i.Living() {
			s.states.Delete(id)
		}
		return true
	})
}

// Seen notes that the program of an instance asked for something now.
func (s *Service) Seen(instance string) {
	if kept, ok := s.states.Load(instance); ok {
		kept.(*state).seen.Store(s.Clock().UnixNano())
	}
}

// LastSeen is when the program of an instance last asked, zero where it has not since
// this server started.
func (s *Service) LastSeen(instance string) time.Time {
	kept, ok := s.states.Load(instance)
	if !ok {
		return time.Time{}
	}
	if at := kept.(*state).seen.Load(); at != 0 {
		return time.Unix(0, at).UTC()
	}
	return time.Time{}
}

// Describe is what is told about an instance of the view's account in the view's state.
// Which profile, role and trust policy it has is read there, at each call.
func (s *Service) Describe(ctx context.Context, v *directory.View, i *directory.Instance) (*Instance, error) {
	told := s.facts(v.Account(), i)
	if !i.Living() {
		s.states.Delete(i.ID)
		return told, nil
	}
	kept := s.state(v.Account(), i.ID)
	if err := s.addIdentity(ctx, kept, told); err != nil {
		s.Log.Error("an instance identity document stays unsigned", "instance", i.ID, "err", err)
	}
	now := s.Clock()
	role := s.addRole(v, i, told, now)
	if role == nil {
		return told, nil
	}
	var err error
	if told.Credentials, err = s.credentials(kept, told, role, v2, now); err != nil || !told.V1 {
		return told, err
	}
	told.CredentialsV1, err = s.credentials(kept, told, role, v1, now)
	return told, err
}

// facts are what the instance's record says. Of one that has ended only that is told.
func (s *Service) facts(account string, i *directory.Instance) *Instance {
	told := &Instance{ARN: i.ARN(s.Region, account), ID: i.ID, Account: account, Region: s.Region, Launched: i.Launched}
	if told.Ended = !i.Living(); told.Ended {
		return told
	}
	told.Zone, told.ZoneID, told.Image, told.Type = i.Zone, s.ZoneID(i.Zone), i.Image, i.Type
	told.PrivateIP, told.Reservation = i.PrivateIP, i.Reservation
	told.Disabled, told.V1, told.HopLimit, told.TagsShown = i.Metadata.Disabled, i.Metadata.V1, i.Metadata.HopLimit, i.Metadata.Tags
	if told.TagsShown && len(i.Tags) > 0 {
		told.Tags = make(map[string]string, len(i.Tags))
		for _, t := range i.Tags {
			told.Tags[t.Key] = t.Value
		}
	}
	return told
}
