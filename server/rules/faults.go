package rules

import (
	"context"
	"crypto/sha256"
	"errors"

	"safelight/server/store"
)

// faults take sentences out of the rules, so that the model test can prove that it would notice. Only tests set them;
// the names say what goes wrong, the comments cite FORMAT.md.
type faults struct {
	splitPublish bool // "Manifest, owner box and pepper change together or not at all"
	blindPublish bool // "commit and publish are one transaction"
	lateExpiry   bool // "A share is gone for every operation when now ≥ expires, whether or not the sweep has run"
	forgetClock  bool // "A persisted highest-seen time keeps a clock that jumps back from reviving anything"
	lateManifest bool // "The manifest lies in a row …, written before the swap"
	earlyDrop    bool // "… removed after it"
	noReload     bool // "a reader that misses it reloads the record"
	anyTake      bool // "take and guess carry the revision the viewer verified"
	anyGuess     bool // the same
	tornOpen     bool // "open answers from one snapshot"
	purgeOnce    bool // "after 24 h parts once more"
	partsFirst   bool // "An abandoned upload: first a transaction closes it, then its parts go"
	dropFirst    bool // "A publish that drops a bundle deletes its parts only after the transaction"
	forgetTakes  bool // "a known take id is free"
	lateNote     bool // "The event is durable before the pepper / evaluation is answered", in one transaction with the count
	lateRow      bool // a row of a chain is written before the record that names it
	earlyRow     bool // and dropped after the last that did
	keepLog      bool // "A publish with another or no key erases the stored events"
	keepKnocks   bool // "A statement that no longer asks first drops all knocks"
	blindKnock   bool // "At most 8 pending at a time", judged in one transaction
	answerTwice  bool // "each c is answered once"
	blindPost    bool // "closed by its owner, or holds 200", judged in one transaction
	postTwice    bool // "the same bytes again → success, stored once"
	admitFirst   bool // only what can be stored is counted, for an address and for a mailbox
	noteAgain    bool // an opening that has to read again is one event
}

// faultyPublish is what publishing would be without a sentence of FORMAT.md. It is reached in tests alone.
func (s *Shares) faultyPublish(ctx context.Context, id ID, e *edition, step func(now int64, r *record) error) error {
	row, r, now, err := s.load(ctx, id)
	if err != nil {
		return err
	}
	before := *r
	if err := step(now, r); errors.Is(err, errUnchanged) {
		return nil
	} else if err != nil {
		return err
	}
	if s.faults.dropFirst {
		for _, u := range r.Uploads {
			if u.State == uploadDropped {
				s.parts.Delete(ctx, u.ID)
			}
		}
	}
	if s.faults.splitPublish {
		return s.splitPublish(ctx, row, before, r)
	}
	err = s.swap(ctx, row, r)
	for s.faults.blindPublish && errors.Is(err, store.ErrConflict) {
		if row, err = s.records.Load(ctx, id); err == nil {
			err = s.swap(ctx, row, r)
		}
	}
	if errors.Is(err, store.ErrConflict) {
		return busy()
	}
	if err == nil && s.faults.lateManifest && e.args.Manifest != nil {
		return s.manifests.PutManifest(ctx, id, e.st.Manifest, e.args.Manifest)
	}
	return err
}

// splitPublish writes everything but pepper and box first, and these two then.
func (s *Shares) splitPublish(ctx context.Context, row store.Record, before record, r *record) error {
	half := *r
	half.Pepper, half.OwnerBox = before.Pepper, before.OwnerBox
	if before.State == stateUploading {
		half = *r // no pepper at all would be noticed too easily
	}
	err := s.swap(ctx, row, &half)
	for err == nil {
		var now *record
		if row, now, _, err = s.load(ctx, row.Key); err == nil {
			now.Pepper, now.OwnerBox = r.Pepper, r.OwnerBox
			if err = s.swap(ctx, row, now); err == nil {
				return nil
			}
		}
	}
	if errors.Is(err, store.ErrConflict) {
		return busy()
	}
	return err
}

// deleteOpen deletes the parts of all open uploads.
func (s *Shares) deleteOpen(ctx context.Context, r *record) {
	for _, u := range r.Uploads {
		if u.State == uploadOpen {
			s.parts.Delete(ctx, u.ID)
		}
	}
}

// updating is what update is, or takes the place of it.
type updating func(ctx context.Context, id ID, step func(now int64, r *record) error) error

// guarded is update, or what it would be if a change were judged by a record that somebody may have replaced since.
func (s *Shares) guarded(blind bool) updating {
	if !blind {
		return s.update
	}
	return func(ctx context.Context, id ID, step func(now int64, r *record) error) error {
		row, r, now, err := s.load(ctx, id)
		if err != nil {
			return err
		}
		if err := step(now, r); errors.Is(err, errUnchanged) {
			return nil
		} else if err != nil {
			return err
		}
		err = s.swap(ctx, row, r)
		for errors.Is(err, store.ErrConflict) {
			if row, err = s.records.Load(ctx, id); err == nil {
				err = s.swap(ctx, row, r)
			}
		}
		return err
	}
}

// noteLate adds an event in a transaction of its own.
func (s *Shares) noteLate(ctx context.Context, id ID, e *entry) {
	s.update(ctx, id, func(now int64, r *record) error {
		if !r.logs() {
			return errUnchanged
		}
		r.Logged++
		return s.push(ctx, id, &r.Log, s.sizes.logRow, e.sealed)
	})
}

// putLate writes rows that a record names already.
func (s *Shares) putLate(ctx context.Context, id ID, r *record) {
	for _, c := range []*chain{&r.Log, &r.Posts} {
		if c.late != nil {
			s.putRow(ctx, id, sha256.Sum256(c.late), c.late)
		}
	}
}
