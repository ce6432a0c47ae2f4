package main

import (
	"bytes"
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"safelight/client/share"
	"safelight/client/transfer"
	"safelight/client/variant"
	"safelight/crypto/keys"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// entry is what the owner and the viewers of one share know of it: what they sent, and what of that was acknowledged.
// Whoever works on a share holds mu.
type entry struct {
	mu sync.Mutex

	owner  keys.Owner
	limit  uint64    // of views
	photos [2][]byte // variants in the quick and the full bundle; the second may be nil
	upload statement.UploadID

	created     bool                   // acknowledged
	sent, acked uint64                 // the highest revision that was sent, and that is known to be there; 0: none
	gates       map[uint64]*share.Lock // by revision
	deleteSent  bool
	deleted     bool              // acknowledged
	takes       map[[16]byte]bool // take ids that were sent; true: acknowledged
	taken       uint64            // views, as last told
	swept       bool              // a sweep ran a day after everything else
}

func newEntry(r *mathrand.Rand) *entry {
	e := &entry{gates: map[uint64]*share.Lock{}, takes: map[[16]byte]bool{}}
	e.limit = []uint64{0, 0, 1, 3}[r.IntN(4)]
	e.photos[share.Quick] = picture(r, 1_000+r.IntN(40_000))
	if r.IntN(4) > 0 {
		e.photos[share.Full] = picture(r, 100_000+r.IntN(600_000))
	}
	return e
}

// picture returns n bytes that begin like a JPEG: whoever opens a share looks at that much.
func picture(r *mathrand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	copy(b, "\xff\xd8\xff")
	return b
}

func (e *entry) gate(revision uint64) (g keys.Gate) {
	if lock := e.gates[revision]; lock != nil {
		g.PW = &lock.PW
	}
	return g
}

func (e *entry) unlock(revision uint64) []byte {
	return e.owner.View().UnlockToken(e.gate(revision)).Bytes()
}

// broken is a promise that the server did not keep, unless what it wraps is only that the server was away.
func broken(format string, args ...any) error { return fmt.Errorf(format, args...) }

// audit compares the share with what was promised. It settles what is unknown because an answer was lost.
func (e *entry) audit(ctx context.Context, c *transfer.Client) error {
	view := e.owner.View()
	r, err := c.Open(ctx, view.ID(), view.ReadToken().Bytes(), nil, nil)
	switch code := transfer.CodeOf(err); {
	case err == nil:
		return e.auditOpen(ctx, c, r)
	case code == wire.CodeUploading && e.acked > 0:
		return broken("revision %d was acknowledged, and the share is still uploading", e.acked)
	case code == wire.CodeUploading && e.swept:
		return broken("an abandoned share is still there")
	case code == wire.CodeUploading:
		return e.auditSealed(ctx, c)
	case code == wire.CodeGone && e.mayBeGone():
		e.deleted = e.deleted || e.deleteSent
		return e.auditSealed(ctx, c)
	case code == wire.CodeGone:
		return broken("created %v, revision %d, %d of %d views acknowledged, and the share is gone", e.created, e.acked, e.taken, e.limit)
	}
	return err
}

func (e *entry) mayBeGone() bool {
	usedUp := e.limit > 0 && uint64(len(e.takes)) >= e.limit
	return !e.created || e.deleteSent || e.swept && (e.acked == 0 || usedUp)
}

// auditSealed checks that bytes of a share that does not open are not given out, to the right token neither.
func (e *entry) auditSealed(ctx context.Context, c *transfer.Client) error {
	if !e.created {
		return nil
	}
	var b bytes.Buffer
	err := c.Range(ctx, e.owner.ID(), e.upload, e.unlock(1), 0, 1, &b)
	if err == nil {
		return broken("parts are readable though the share is not open")
	}
	if transfer.CodeOf(err) != wire.CodeGone {
		return err
	}
	return nil
}

// auditOpen checks a share that opens: it has to be what its owner sent last, whole.
func (e *entry) auditOpen(ctx context.Context, c *transfer.Client, r wire.OpenReply) error {
	o, err := share.Open(e.owner.View(), reply(r), time.Now())
	if err != nil {
		return broken("revision %d does not verify: %w", e.acked, err)
	}
	revision := o.Statement.Revision
	switch {
	case e.deleted:
		return broken("a deleted share opens")
	case revision < e.acked || revision > e.sent:
		return broken("revision %d opens; %d was acknowledged and %d sent", revision, e.acked, e.sent)
	case r.Taken < e.taken || r.Taken > uint64(len(e.takes)):
		return broken("%d views are counted; %d were, and %d asked for", r.Taken, e.taken, len(e.takes))
	}
	e.acked, e.taken = revision, r.Taken
	s, err := e.openFree(ctx, c, o)
	if err != nil {
		return err
	}
	if err := e.auditPhotos(ctx, c, s); err != nil {
		return err
	}
	return e.auditTakes(ctx, c, o)
}

// openFree opens the manifest without counting a view: where views are counted, as its owner.
func (e *entry) openFree(ctx context.Context, c *transfer.Client, o *share.Opening) (*share.Share, error) {
	view, g := e.owner.View(), e.gate(e.acked)
	if e.limit > 0 {
		st, err := c.State(ctx, e.owner)
		if err != nil {
			return nil, err
		}
		edition, err := share.OpenState(e.owner, state(st))
		if err != nil {
			return nil, broken("the owner cannot open revision %d: %w", e.acked, err)
		}
		return edition.Share()
	}
	r, err := c.Open(ctx, view.ID(), view.ReadToken().Bytes(), o.Unlock(g).Bytes(), nil)
	if err != nil {
		return nil, err
	}
	if len(r.Pepper) != 32 || !bytes.Equal(r.Manifest, reply(r).Manifest) {
		return nil, broken("revision %d: no pepper for the right token", e.acked)
	}
	s, err := o.Unseal([32]byte(r.Pepper), g)
	if err != nil {
		return nil, broken("revision %d: %w", e.acked, err)
	}
	return s, nil
}

// auditPhotos reads every variant.
func (e *entry) auditPhotos(ctx context.Context, c *transfer.Client, s *share.Share) error {
	fetch := func(bundle int, from, to int64) ([]byte, error) {
		var b bytes.Buffer
		err := c.Range(ctx, e.owner.ID(), s.Statement.Bundles[bundle].Upload, e.unlock(e.acked), from, to-from, &b)
		return b.Bytes(), err
	}
	photos, err := s.Photos(fetch)
	if err != nil {
		return broken("photos: %w", err)
	}
	var found [2]bool
	for _, v := range photos[0].Variants {
		which := share.Quick
		if variant.Role(v.Role) == variant.Original {
			which = share.Full
		}
		data, err := s.Read(v, fetch)
		if err != nil {
			return fmt.Errorf("reading a bundle: %w", err)
		}
		if !bytes.Equal(data, e.photos[which]) {
			return broken("other bytes come back")
		}
		found[which] = true
	}
	complete := s.Statement.Stage == statement.StageComplete
	if !found[share.Quick] || complete && e.photos[share.Full] != nil && !found[share.Full] {
		return broken("stage %d, and variants are missing: %v", s.Statement.Stage, found)
	}
	return nil
}

// auditTakes repeats every take that was acknowledged, which is free, and tries another one when all are used.
func (e *entry) auditTakes(ctx context.Context, c *transfer.Client, o *share.Opening) error {
	acked := uint64(0)
	for id, ok := range e.takes {
		if !ok {
			continue
		}
		acked++
		pepper, err := c.Take(ctx, e.owner.ID(), e.unlock(e.acked), e.acked, id, nil)
		if err != nil {
			return broken("a counted take is not known any more: %w", err)
		}
		if _, err := o.Unseal(pepper, e.gate(e.acked)); err != nil {
			return broken("a counted take gives a pepper that does not fit: %w", err)
		}
	}
	if acked > e.taken || acked > e.limit {
		return broken("%d takes were acknowledged, %d are counted, %d allowed", acked, e.taken, e.limit)
	}
	if e.limit == 0 || e.taken < e.limit {
		return nil
	}
	_, err := c.Take(ctx, e.owner.ID(), e.unlock(e.acked), e.acked, [16]byte{0xff}, nil)
	switch {
	case err == nil:
		return broken("one more take after the last gave the pepper")
	case transfer.CodeOf(err) != wire.CodeUsed:
		return broken("one more take after the last: %w, want used", err)
	}
	return nil
}

func reply(r wire.OpenReply) share.Reply {
	return share.Reply{
		Statement: r.Statement, Signature: r.Signature, Manifest: r.Manifest, Locks: r.Locks,
		Pepper: r.Pepper, Taken: r.Taken, State: r.State, Now: r.Now,
	}
}

func state(r wire.StateReply) share.State {
	return share.State{
		Statement: r.Statement, Signature: r.Signature, Manifest: r.Manifest, Locks: r.Locks,
		OwnerBox: r.OwnerBox, Pepper: r.Pepper, Stage: r.Stage, Taken: r.Taken, Now: r.Now, Life: r.State,
	}
}
