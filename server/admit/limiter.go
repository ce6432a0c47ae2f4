package admit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAddresses bounds the memory of a Limiter, about 100 bytes each. An attacker who has that many addresses does not
// need a limiter to forget him.
const maxAddresses = 100_000

// Limiter counts what an address does in an hour. Its methods are safe for concurrent use and never wait.
type Limiter struct {
	perHour int

	mu    sync.Mutex
	day   int64 // since 1970, of salt
	salt  [32]byte
	rates map[[32]byte]*rate.Limiter
}

// NewLimiter allows perHour events to each address, all at once or spread; 0 is no limit.
func NewLimiter(perHour int) *Limiter { return &Limiter{perHour: perHour} }

// Allow counts one event of addr at now, or returns how long addr has to wait; then nothing is counted. An IPv6
// address stands for its /64, which one household or machine has to itself. What is named by of, such as a share, is
// counted by itself.
func (l *Limiter) Allow(addr netip.Addr, now time.Time, of ...byte) (wait time.Duration) {
	if l == nil || l.perHour == 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	k := l.key(addr, of)
	r := l.rates[k]
	if r == nil {
		r = rate.NewLimiter(rate.Limit(float64(l.perHour)/time.Hour.Seconds()), l.perHour)
		l.rates[k] = r
	}
	reserved := r.ReserveN(now, 1)
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}

// forget starts a new day with a new salt, and makes room when there are too many addresses.
func (l *Limiter) forget(now time.Time) {
	day := now.Unix() / 86400
	if l.rates != nil && day == l.day && len(l.rates) < maxAddresses {
		return
	}
	l.day = day
	rand.Read(l.salt[:])
	l.rates = map[[32]byte]*rate.Limiter{}
}

func (l *Limiter) key(addr netip.Addr, of []byte) (k [32]byte) {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			addr = p.Addr()
		}
	}
	a := addr.As16()
	mac := hmac.New(sha256.New, l.salt[:])
	mac.Write(a[:])
	mac.Write(of)
	mac.Sum(k[:0])
	return k
}
