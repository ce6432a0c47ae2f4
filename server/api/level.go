package api

import (
	"context"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"safelight/server/rules"
	"safelight/server/wire"
)

// goneAfter is how long after a request was read the common answer comes at the earliest. To find no record takes less
// time than to find one and compare a token, and a small record less than a large one: whoever measures must not learn
// which it was.
const goneAfter = 20 * time.Millisecond

// beganKey is where a request's context keeps when it was read.
const beganKey = "began"

// begin notes that now all of the request is there. How long a body took is the client's doing, so that it does not
// count: else it could place the end of our work where the difference shows.
func begin(c *gin.Context) { c.Set(beganKey, time.Now()) }

// level waits before the common answer until it comes when it always comes, and likewise before the one that says that a
// token admits nobody: it may be that of a mailbox, which is there or not. Twice is once.
func (s *server) level(c *gin.Context, err error) {
	if code := rules.AsError(err).Code; code != wire.CodeGone && code != wire.CodeToken || s.GoneAfter < 0 {
		return
	}
	if began, ok := c.Value(beganKey).(time.Time); ok {
		s.Wait(c.Request.Context(), began.Add(s.GoneAfter)) // who goes away meanwhile is answered to no purpose
	}
}

// beatEvery is how far apart the moments are at which waiting requests are let go.
const beatEvery = 5 * time.Millisecond

// beat lets waiting requests go at moments that none of them has chosen. A timer of its own would not do: the runtime
// sleeps in whole milliseconds, so that one that is set later by a tenth fires later by a tenth, and tells how long the
// work before took. It beats as long as anybody waits, and a second longer. The zero beat is ready.
type beat struct {
	mu      sync.Mutex
	first   time.Time               // moments are counted from here
	waiting map[int64]chan struct{} // by the moment at which each is closed
	beating bool
}

// wait returns at the first beat from until on, or when ctx is over.
func (b *beat) wait(ctx context.Context, until time.Time) {
	if time.Until(until) <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-b.at(until):
	}
}

// at returns what is closed at the first beat from until on.
func (b *beat) at(until time.Time) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.first, b.waiting = time.Now(), make(map[int64]chan struct{})
	}
	n := int64(until.Sub(b.first)/beatEvery) + 1
	c := b.waiting[n]
	if c == nil {
		c = make(chan struct{})
		b.waiting[n] = c
	}
	if !b.beating {
		b.beating = true
		go b.run()
	}
	return c
}

func (b *beat) run() {
	t := time.NewTicker(beatEvery)
	defer t.Stop()
	for quiet := 0; b.letGo(quiet > int(time.Second/beatEvery)); quiet++ {
		if b.crowded() {
			quiet = 0
		}
		<-t.C
	}
}

// letGo closes what is due. It reports whether to go on: not when it may stop and nobody waits.
func (b *beat) letGo(mayStop bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := int64(time.Since(b.first) / beatEvery)
	for n, c := range b.waiting {
		if n <= now {
			close(c)
			delete(b.waiting, n)
		}
	}
	b.beating = len(b.waiting) > 0 || !mayStop
	return b.beating
}

// crowded reports whether anybody waits.
func (b *beat) crowded() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting) > 0
}
