package api

import (
	"net/netip"
	"sync"

	"github.com/gin-gonic/gin"

	"safelight/server/rules"
	"safelight/server/wire"
)

// What takes long is limited in number, in all and from one address; an IPv6 address counts as its /64.
//
// A body of an owner request lies in memory as a whole before its signature can be checked, and may take five minutes to
// arrive: whoever sends many slowly would fill the machine. A PUT may take an hour, and the disk keeps the space free that it
// has announced: whoever begins many and sends nothing would leave no space for others.
const (
	largeBody       = 64 << 10 // more than a manifest of the second size, with everything beside it
	largeAtOnce     = 256
	largeAtOnceEach = 16
	putsAtOnce      = 4096
	putsAtOnceEach  = 64
)

// crowd counts what is under way. Its two limits are set before use.
type crowd struct {
	most, each int

	mu  sync.Mutex
	all int
	by  map[netip.Addr]int
}

// enter reports whether one more of addr may come in. Then leave has to follow.
func (c *crowd) enter(addr netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= c.most || c.by[addr] >= c.each {
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
	leave, err := s.among(&s.large, c)
	if err != nil {
		return nil, err
	}
	defer leave()
	return body(c, wire.MaxOwnerBody)
}

// among counts a request in, or refuses it; leave counts it out.
func (s *server) among(all *crowd, c *gin.Context) (leave func(), err error) {
	addr := household(s.Client.Addr(c.Request))
	if !all.enter(addr) {
		return nil, &rules.Error{Code: wire.CodeBusy, Detail: "too many large requests at once", RetryAfter: wire.BusyRetryAfter}
	}
	return func() { all.leave(addr) }, nil
}
