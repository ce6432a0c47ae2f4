package api

import (
	"net/http"
	"net/netip"
	"strings"
)

// Client finds out who asks. The address is used to limit, and neither stored nor logged.
type Client struct {
	Proxies []netip.Prefix // whose Header is believed
	Header  string
}

// Addr returns the address of the client of r: the connection's, or, if that is a trusted proxy's, the last one in the
// header that is not.
func (c Client) Addr(r *http.Request) netip.Addr {
	addr := remote(r.RemoteAddr)
	if c.Header == "" || !c.trusts(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values(c.Header), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := remote(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break // what stands before nonsense is not to be believed
		}
		addr = hop
		if !c.trusts(hop) {
			break
		}
	}
	return addr
}

func (c Client) trusts(a netip.Addr) bool {
	for _, p := range c.Proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// remote reads an address with or without a port; nonsense is the zero address, which is limited like one client.
func remote(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}
