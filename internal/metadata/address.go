package metadata

import (
	"net/http"
	"net/netip"
	"time"
)

// NewIMDSByAddress is the metadata service of every instance with a private address, for
// a listener in their network: who asks is known by the address that it asks from. A
// peer on loopback is no instance, whatever the records say.
func (s *Service) NewIMDSByAddress() http.Handler { return newIMDS(s.byAddress, s.Clock) }

func (s *Service) byAddress(r *http.Request) (*Instance, error) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return nil, ErrUnknown
	}
	ip := peer.Addr().Unmap().WithZone("")
	if ip.IsLoopback() || ip.IsUnspecified() {
		return nil, s.unknown(ip)
	}
	v := s.Directory.View("")
	account, i := v.InstanceAt(ip)
	if i == nil || !i.Living() {
		return nil, s.unknown(ip)
	}
	told, err := s.Describe(r.Context(), v.Of(account), i)
	if err != nil {
		s.Log.Error("an instance is not described", "instance", i.ID, "err", err)
		return nil, err
	}
	s.Seen(i.ID)
	return told, nil
}

// unknown logs who asked that is no instance, a line a second at the most.
func (s *Service) unknown(ip netip.Addr) error {
	now, last := s.Clock().UnixNano(), s.refused.Load()
	if now-last >= int64(time.Second) && s.refused.CompareAndSwap(last, now) {
		s.Log.Warn("metadata refused: no instance has this address", "address", ip)
	}
	return ErrUnknown
}
