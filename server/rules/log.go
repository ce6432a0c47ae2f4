package rules

import (
	"context"
	"crypto/sha256"
	"fmt"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// entry is the event that a request adds to the access log. It is sealed once, however often its update is tried.
type entry struct {
	event  accesslog.Event
	key    [accesslog.KeySize]byte
	sealed []byte
	over   []byte // hash of the row that fell out of the ring
}

// note adds an event to the access log of r, if it keeps one. It stands in the same transaction as what it tells of, so
// that neither is there without the other. guess is the id of the guess that it belongs to, or empty.
func (s *Shares) note(ctx context.Context, id ID, now int64, r *record, e *entry, kind accesslog.Kind, guess []byte) error {
	if !r.logs() {
		return nil
	}
	event := accesslog.Event{Kind: kind, At: uint64(now), Revision: r.st.Revision}
	if len(guess) != 0 {
		event.Tag = accesslog.Tag(guess)
	}
	if err := e.seal(id, r.st.LogKey, event); err != nil {
		return err
	}
	if s.faults.lateNote {
		return nil
	}
	r.Logged++
	if err := s.push(ctx, id, &r.Log, s.sizes.logRow, e.sealed); err != nil {
		return err
	}
	e.over = s.ringOver(r)
	if s.faults.earlyRow {
		s.afterPush(ctx, id, r, e)
	}
	return nil
}

// logs reports whether r keeps an access log.
func (r *record) logs() bool { return len(r.st.LogKey) != 0 }

// onlyIf returns the id of a guess, or nothing.
func onlyIf(redeemed bool, guess []byte) []byte {
	if redeemed {
		return guess
	}
	return nil
}

// afterPush drops the row that fell out of the ring, now that no record names it. When that fails, the row goes with the
// share.
func (s *Shares) afterPush(ctx context.Context, id ID, r *record, e *entry) {
	if s.faults.lateNote && e.sealed != nil {
		s.noteLate(ctx, id, e)
	}
	if s.faults.lateRow {
		s.putLate(ctx, id, r)
	}
	if e.over != nil {
		s.fail(id, s.manifests.DropManifest(ctx, id, [sha256.Size]byte(e.over)))
		e.over = nil
	}
}

// seal seals event, unless the same one, but for its time, is sealed already.
func (e *entry) seal(id ID, logKey []byte, event accesslog.Event) error {
	same := e.event
	same.At = event.At
	if e.sealed != nil && same == event && e.key == [accesslog.KeySize]byte(logKey) {
		return nil
	}
	key, err := accesslog.ParseKey(logKey)
	if err != nil {
		return err // a publish checked it
	}
	sealed, err := key.Seal(statement.ID(id), event)
	if err != nil {
		return err
	}
	e.event, e.key, e.sealed = event, [accesslog.KeySize]byte(logKey), sealed
	return nil
}

// ringOver takes the oldest row out of the log when all its events are older than those that are kept. It returns the
// hash of the row, which goes once the record is swapped.
func (s *Shares) ringOver(r *record) (drop []byte) {
	kept := len(r.Log.Rows)/sha256.Size*s.sizes.logRow + len(r.Log.Tail)/accesslog.SealedSize
	if kept-s.sizes.logRow < s.sizes.ring {
		return nil
	}
	drop = r.Log.Rows[:sha256.Size:sha256.Size]
	r.Log.Rows = r.Log.Rows[sha256.Size:]
	return drop
}

// readLog is the owner's action log.
func (s *Shares) readLog(ctx context.Context, id ID, q *statement.Request) (wire.Message, error) {
	r, events, now, err := s.chained(ctx, id, func(r *record) *chain { return &r.Log }, func(_ int64, r *record) error {
		if err := ownsShare(q, r); err != nil {
			return err
		}
		return errUnchanged
	})
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	if over := len(events) - s.sizes.ring*accesslog.SealedSize; over > 0 {
		events = events[over:]
	}
	return &wire.LogReply{Ever: r.Logged, Events: events, Now: uint64(now)}, nil
}

// endLog forgets the events of r: they belong to another key, or to none.
func (r *record) endLog() {
	r.Stale = append(r.Stale, r.Log.Rows...)
	r.Scrub = r.Scrub || r.Logged > 0
	r.Logged, r.Log = 0, chain{}
}
