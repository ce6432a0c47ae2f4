package rules

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"safelight/crypto/accesslog"
	"safelight/crypto/oprf"
	"safelight/crypto/statement"
	"safelight/server/store"
	"safelight/server/wire"
)

// Open answers a viewer from one snapshot. A wrong unlock token is answered as none. With an access log the pepper is
// for who brings a guess id, which is zeros where nothing was guessed: it says that somebody was told before. One from
// before the log was switched on does not say so. allow is asked once, before an event is added to the log; nil allows
// everybody.
func (s *Shares) Open(ctx context.Context, id ID, q *wire.OpenRequest, allow Admit) (*wire.OpenReply, error) {
	o := opening{q: q, allow: allow}
	r, manifest, now, err := s.snapshot(ctx, id, func(now int64, r *record) error {
		return s.openStep(ctx, id, now, r, &o)
	}, func() { o.stored = o.noted })
	if err != nil {
		return nil, err
	}
	s.afterPush(ctx, id, r, &o.entry)
	reply := &wire.OpenReply{
		Statement: r.Statement, Signature: r.Signature, Manifest: manifest, Locks: r.Locks,
		Taken: r.taken(), State: r.State, Now: uint64(now),
	}
	if s.faults.tornOpen {
		if _, r, _, err = s.load(ctx, id); err != nil {
			return nil, err
		}
	}
	if o.released {
		if reply.Pepper, err = s.keys.open(id, fieldPepper, r.Pepper); err != nil {
			return nil, err
		}
	}
	return reply, nil
}

// opening is an open under way, which may have to be tried again, and read again.
type opening struct {
	q        *wire.OpenRequest
	allow    Admit
	released bool // the pepper
	entry    entry
	noted    [accesslog.KeySize]byte // log key of the event that the last try added, or a former one
	stored   [accesslog.KeySize]byte // log key of the event that is stored
}

// openStep does to r what opening it does.
func (s *Shares) openStep(ctx context.Context, id ID, now int64, r *record, o *opening) error {
	if err := readable(r, o.q.Read); err != nil {
		return err
	}
	right := len(o.q.Unlock) != 0 && matches(r.Unlock, o.q.Unlock)
	redeemed := right && r.refund(now, o.q.Guess)
	o.released = right && r.st.ViewLimit == 0 && (!r.logs() || toldOfLog(o.q.Guess))
	o.noted = o.stored
	if o.released && r.logs() && (!bytes.Equal(o.stored[:], r.st.LogKey) || s.faults.noteAgain) {
		if o.allow != nil {
			if err := o.allow(ctx); err != nil {
				return err
			}
			o.allow = nil
		}
		o.noted = [accesslog.KeySize]byte(r.st.LogKey)
		return s.note(ctx, id, now, r, &o.entry, accesslog.Opened, onlyIf(redeemed, o.q.Guess))
	}
	if redeemed {
		return nil
	}
	return errUnchanged
}

// toldOfLog reports whether the guess id that an opening brings says that somebody was told of the access log: all zeros,
// or one that was given out while there was a log. Between a guess and its opening the owner may have switched one on.
func toldOfLog(guess []byte) bool {
	return len(guess) != 0 && (guess[0]&underLog != 0 || bytes.Equal(guess, make([]byte, len(guess))))
}

// underLog is the bit of a guess id's first byte that tells whether the share kept a log when the guess was made, which
// carried the revision that the viewer has verified.
const underLog = 1

// readable refuses whoever does not have the read token, and everybody before the first commit.
func readable(r *record, read [32]byte) error {
	if right := matches(r.Read, read[:]); !right || r.State == stateMailbox {
		return gone()
	}
	if r.State == stateUploading {
		return refuse(wire.CodeUploading, "")
	}
	return nil
}

// unlocked refuses whoever does not have the unlock token.
func unlocked(r *record, unlock [32]byte) error {
	right := matches(r.Unlock, unlock[:])
	if !right || r.State == stateUploading || r.State == stateMailbox {
		return gone()
	}
	return nil
}

// Take counts a view and releases the pepper. A take id that was counted before is free.
func (s *Shares) Take(ctx context.Context, id ID, q *wire.TakeRequest) (*wire.TakeReply, error) {
	var rec *record
	var what taking
	var e entry
	err := s.update(ctx, id, func(now int64, r *record) (err error) {
		rec = r
		what, err = s.take(ctx, id, now, r, q, &e)
		return err
	})
	if err == nil && what == takenAll {
		err = refuse(wire.CodeUsed, "")
	}
	if err != nil {
		return nil, err
	}
	s.afterPush(ctx, id, rec, &e)
	pepper, err := s.keys.open(id, fieldPepper, rec.Pepper)
	if err != nil {
		return nil, err
	}
	if what == takenNow {
		s.tell(Taken, id)
	}
	return &wire.TakeReply{Pepper: [32]byte(pepper)}, nil
}

// taking is what came of a take that was not refused at once.
type taking int

const (
	takenBefore taking = iota // free
	takenNow                  // counted
	takenAll                  // none is left
)

// take counts a view in r, if it may.
func (s *Shares) take(ctx context.Context, id ID, now int64, r *record, q *wire.TakeRequest, e *entry) (taking, error) {
	if err := unlocked(r, q.Unlock); err != nil {
		return 0, err
	}
	if q.Revision != r.st.Revision && !s.faults.anyTake {
		return 0, refuse(wire.CodeChanged, "")
	}
	if r.st.ViewLimit == 0 {
		return 0, refuse(wire.CodeMalformed, "this share has no view limit: open gives what take would")
	}
	refunded := r.refund(now, q.Guess)
	unchanged := errUnchanged
	if refunded {
		unchanged = nil // a right guess is put back whatever comes of it
	}
	sum := sha256.Sum256(q.Take[:])
	switch known := find(r.Takes, sum) >= 0; {
	case known && refunded:
		// No view, but a right guess: without an event it would look like a wrong one.
		return takenBefore, s.note(ctx, id, now, r, e, accesslog.Opened, q.Guess)
	case known:
		return takenBefore, unchanged
	case r.State != stateLive || r.taken() >= r.st.ViewLimit:
		return takenAll, unchanged
	}
	r.Takes = append(r.Takes, sum[:]...)
	r.settle(now)
	return takenNow, s.note(ctx, id, now, r, e, accesslog.Taken, onlyIf(refunded, q.Guess))
}

// Guess evaluates a blinded passphrase. One guess is taken out of the bucket first, durably.
func (s *Shares) Guess(ctx context.Context, id ID, q *wire.GuessRequest) (*wire.GuessReply, error) {
	reply := new(wire.GuessReply)
	if err := s.random(reply.Guess[:]); err != nil {
		return nil, err
	}
	var rec *record
	var e entry
	err := s.update(ctx, id, func(now int64, r *record) error {
		rec = r
		if err := readable(r, q.Read); err != nil {
			return err
		}
		if q.Revision != r.st.Revision && !s.faults.anyGuess {
			return refuse(wire.CodeChanged, "")
		}
		if r.st.Suite == statement.SuiteNone {
			return refuse(wire.CodeMalformed, "this share has no passphrase")
		}
		if reply.Guess[0] &^= underLog; r.logs() {
			reply.Guess[0] |= underLog
		}
		if err := r.guess(now, reply.Guess); err != nil {
			return err
		}
		return s.note(ctx, id, now, r, &e, accesslog.Tried, reply.Guess[:])
	})
	if err != nil {
		return nil, err
	}
	s.afterPush(ctx, id, rec, &e)
	key, err := s.keys.open(id, fieldOPRFKey, rec.OPRFKey)
	if err != nil {
		return nil, err
	}
	reply.Evaluated, err = oprf.Evaluate(oprf.Key(key), q.Blinded[:])
	if errors.Is(err, oprf.ErrElement) {
		return nil, refuse(wire.CodeMalformed, err.Error())
	}
	if err != nil {
		return nil, err
	}
	s.tell(Guessed, id)
	return reply, nil
}

// Size returns how many bytes an upload has, for whoever may read it.
func (s *Shares) Size(ctx context.Context, id ID, up Upload, unlock [32]byte) (int64, error) {
	b, err := s.readableBundle(ctx, id, up, unlock)
	return int64(b.Size), err
}

// Pick chooses a slice of size bytes. Its error is handed on as it is.
type Pick func(size int64) (offset, length int64, err error)

// Read streams a slice of an upload, which is one byte string however it is stored. It is picked when it is known that
// the reader may have it. The caller closes the body.
func (s *Shares) Read(ctx context.Context, id ID, up Upload, unlock [32]byte, pick Pick) (store.Body, error) {
	b, err := s.readableBundle(ctx, id, up, unlock)
	if err != nil {
		return nil, err
	}
	offset, length, err := pick(int64(b.Size))
	if err != nil {
		return nil, err
	}
	if offset < 0 || length < 0 || offset > int64(b.Size)-length {
		return nil, &Error{Code: wire.CodeRange, Size: int64(b.Size)}
	}
	body, err := s.parts.Read(ctx, up, cut(b, offset, length))
	if err == nil {
		return body, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read parts: %w", err)
	}
	// Deleted since we looked, or lost: the common answer if the share went, else the viewer opens again.
	if _, err := s.readableBundle(ctx, id, up, unlock); err != nil {
		return nil, err
	}
	return nil, refuse(wire.CodeChanged, "bytes are missing")
}

func (s *Shares) readableBundle(ctx context.Context, id ID, up Upload, unlock [32]byte) (statement.Bundle, error) {
	_, r, _, err := s.load(ctx, id)
	if err != nil {
		return statement.Bundle{}, err
	}
	if err := unlocked(r, unlock); err != nil {
		return statement.Bundle{}, err
	}
	b, ok := r.bundle(up)
	if !ok {
		return b, refuse(wire.CodeChanged, "no bundle of the current revision")
	}
	return b, nil
}

// cut divides a range of a bundle at the borders of its parts.
func cut(b statement.Bundle, offset, length int64) (list []store.PartRange) {
	size := int64(b.PartSize)
	for length > 0 {
		n, at := uint32(offset/size), offset%size
		step := min(length, size-at)
		list = append(list, store.PartRange{N: n, Offset: at, Length: step})
		offset, length = offset+step, length-step
	}
	return list
}
