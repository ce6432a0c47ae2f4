package api

import (
	"net/netip"
	"sync"

	"github.com/gin-gonic/gin"

	"safelight/server/rules"
	"safelight/server/wire"
)

// A body of an owner request lies in memory as a whole before its signature can be checked, and may take five minutes to
// arrive. So large ones are few at a time: else whoever sends many slowly would fill the machine.
const (
	largeBody       = 64 << 10 // more than a manifest of the second size, with everything beside it
	largeAtOnce     = 256
	largeAtOnceEach = 16 // from one address; an IPv6 address counts as its /64
)

// crowd counts large bodies under way. The zero crowd is ready.
type crowd struct {
	mu  sync.Mutex
	all int
	by  map[netip.Addr]int
}

// enter reports whether one more of addr may come in. Then leave has to follow.
func (c *crowd) enter(addr netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= largeAtOnce || c.by[addr] >= largeAtOnceEach {
		return false
	}
	if c.by == nil {
		c.by = make(map[netip.Addr]int)
	}
	c.all++
	c.by[addr]++
	return true
}

func (c *crowd) leave(addr netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.by[addr]--; c.by[addr] == 0 {
		delete(c.by, addr)
	}
}

// household is the address that stands for addr: the first of its /64, or itself.
func household(addr netip.Addr) netip.Addr {
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return addr
}

// ownerBody reads the body of an owner request.
func (s *server) ownerBody(c *gin.Context) ([]byte, error) {
	if n := c.Request.ContentLength; n >= 0 && n <= largeBody {
		return body(c, n)
	}
	addr := household(s.Client.Addr(c.Request))
	if !s.large.enter(addr) {
		return nil, &rules.Error{Code: wire.CodeBusy, RetryAfter: wire.BusyRetryAfter}
	}
	defer s.large.leave(addr)
	return body(c, wire.MaxOwnerBody)
}
