package rules

import (
	"crypto/sha256"
	"time"

	"safelight/server/wire"
)

// maxRefunds bounds the guesses that are remembered for a refund; the oldest are forgotten.
const maxRefunds = 64

// refill adds the guesses that time has brought, up to a full bucket.
func (r *record) refill(now int64) {
	step := wire.GuessInterval.Milliseconds()
	if n := max(now-r.GuessesAt, 0) / step; n > 0 {
		r.Guesses = min(r.Guesses+uint64(n), wire.GuessBucket)
		r.GuessesAt += n * step
	}
	if r.Guesses >= wire.GuessBucket {
		r.GuessesAt = now
	}
}

// guess takes one guess out of the bucket and remembers its id.
func (r *record) guess(now int64, id [16]byte) error {
	r.refill(now)
	if r.Guesses == 0 {
		wait := time.Duration(r.GuessesAt-now)*time.Millisecond + wire.GuessInterval
		return &Error{Code: wire.CodeLater, RetryAfter: wait}
	}
	r.Guesses--
	sum := sha256.Sum256(id[:])
	r.Refunds = append(r.Refunds, sum[:]...)
	if over := len(r.Refunds) - maxRefunds*sha256.Size; over > 0 {
		r.Refunds = r.Refunds[over:]
	}
	return nil
}

// refund puts the guess that led to a right unlock token back, once, and reports whether it did.
func (r *record) refund(now int64, id []byte) bool {
	if len(id) == 0 {
		return false
	}
	at := find(r.Refunds, sha256.Sum256(id))
	if at < 0 {
		return false
	}
	r.Refunds = remove(r.Refunds, at)
	r.refill(now)
	r.Guesses = min(r.Guesses+1, wire.GuessBucket)
	return true
}
