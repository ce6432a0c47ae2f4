package rules

import (
	"context"
	"errors"
	"fmt"

	"safelight/server/store"
)

// Swept counts what a sweep did.
type Swept struct {
	Shares int // looked at
	Gone   int // erased: expired, drained or abandoned
	Purged int // of which nothing is left
}

// sweepPage is how many shares are looked at between two scrubs of the database.
const sweepPage = 100

// Sweep does what is due: erases shares whose time is over, deletes parts, forgets. It may run at any time, also
// twice at once, and goes on with the next share when one fails; the error joins what failed.
func (s *Shares) Sweep(ctx context.Context) (Swept, error) {
	var done Swept
	now, err := s.clock.now(ctx)
	if err != nil {
		return done, err
	}
	if err := s.clock.keep(ctx, now); err != nil {
		return done, err
	}
	var failed []error
	seen := make(map[ID]bool)
	for {
		// What fails stays due, so that the page has to reach behind all that was seen.
		due, err := s.records.Due(ctx, now, sweepPage+len(seen))
		if err != nil {
			return done, errors.Join(append(failed, fmt.Errorf("list what is due: %w", err))...)
		}
		var page []ID
		for _, id := range due {
			if !seen[id] && len(page) < sweepPage {
				seen[id] = true
				page = append(page, id)
			}
		}
		if len(page) == 0 {
			return done, errors.Join(failed...)
		}
		failed = append(failed, s.tendPage(ctx, page, &done))
	}
}

// tend does at once for one share what a sweep would do.
func (s *Shares) tend(ctx context.Context, id ID) error {
	return s.tendPage(ctx, []ID{id}, new(Swept))
}

// tendPage takes shares through the order of FORMAT.md, "Deletion": first the record, in one transaction; then what
// the database still holds of it; then parts; last the note that they are gone.
func (s *Shares) tendPage(ctx context.Context, page []ID, done *Swept) error {
	var failed []error
	rest := make(map[ID]*record)
	scrub := false
	for _, id := range page {
		done.Shares++
		r, err := s.settleDue(ctx, id, done)
		if err == nil && r != nil {
			scrub = scrub || r.Scrub || r.State == stateGone && !r.Purged
			if err = s.dropRows(ctx, id, r); err == nil {
				rest[id] = r
			}
		}
		s.fail(id, err)
		failed = append(failed, err)
	}
	if db, ok := s.records.(store.Scrubber); ok && scrub {
		if err := db.Scrub(ctx); err != nil {
			err = fmt.Errorf("scrub: %w", err)
			s.fail(ID{}, err)
			return errors.Join(append(failed, err)...)
		}
	}
	for _, id := range page {
		if rest[id] == nil {
			continue
		}
		err := s.finish(ctx, id, rest[id].st.Revision, done)
		s.fail(id, err)
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// settleDue erases a share whose time is over and closes uploads that were abandoned. It returns the record as it is
// then; nil when there is none.
func (s *Shares) settleDue(ctx context.Context, id ID, done *Swept) (*record, error) {
	for try := 0; ; try++ {
		row, r, now, err := s.loadAny(ctx, id)
		if err != nil || r == nil {
			return nil, err
		}
		kind := r.overdue(now)
		if s.faults.partsFirst && kind == Abandoned {
			s.deleteOpen(ctx, r)
		}
		switch {
		case kind == "" && !r.forgetKnocks(now):
			return r, nil
		case kind == "":
		case kind == Abandoned && r.State != stateUploading:
			r.abandon(now)
		default:
			r.erase(now)
		}
		err = s.swap(ctx, row, r)
		if err == nil {
			if r.State == stateGone {
				done.Gone++
			}
			if kind != "" {
				s.tell(kind, id)
			}
			return r, nil
		}
		if isGone(err) {
			return nil, nil
		}
		if !errors.Is(err, store.ErrConflict) || try == maxTries {
			return nil, err
		}
		if err := s.pause(ctx, try); err != nil {
			return nil, err
		}
	}
}

// loadAny is load for the sweep: it returns gone shares too, and nil when there is no record.
func (s *Shares) loadAny(ctx context.Context, id ID) (row store.Record, r *record, now int64, err error) {
	row, err = s.records.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return row, nil, 0, nil
	}
	if err != nil {
		return row, nil, 0, fmt.Errorf("load record: %w", err)
	}
	if now, err = s.clock.now(ctx); err != nil {
		return row, nil, 0, err
	}
	r, err = decodeRecord(row.Value)
	return row, r, now, err
}

// overdue says why a share has to change without anybody asking; "" when it does not.
func (r *record) overdue(now int64) Kind {
	switch {
	case r.State == stateGone:
		return ""
	case now >= r.Expires:
		return Expired
	case r.State == stateDraining && now >= r.DrainUntil:
		return Drained
	case now >= r.idle():
		return Abandoned
	}
	return ""
}

// abandon closes all open uploads.
func (r *record) abandon(now int64) {
	for i := range r.Uploads {
		if r.Uploads[i].State == uploadOpen {
			r.Uploads[i].drop(now)
		}
	}
}

// dropRows drops the rows of manifests that nobody needs any more.
func (s *Shares) dropRows(ctx context.Context, id ID, r *record) error {
	if r.State == stateGone {
		if err := s.manifests.DropManifests(ctx, id); err != nil {
			return fmt.Errorf("drop manifests: %w", err)
		}
		return nil
	}
	for i := 0; i < len(r.Stale); i += 32 {
		if err := s.manifests.DropManifest(ctx, id, [32]byte(r.Stale[i:])); err != nil {
			return fmt.Errorf("drop manifest: %w", err)
		}
	}
	return nil
}

// finish deletes parts that are due, and notes that and what was done since revision was loaded.
func (s *Shares) finish(ctx context.Context, id ID, revision uint64, done *Swept) error {
	row, r, now, err := s.loadAny(ctx, id)
	if err != nil || r == nil {
		return err
	}
	if r.State == stateGone {
		return s.purge(ctx, now, row, r, done)
	}
	deleted := make(map[Upload]bool)
	for _, u := range r.Uploads {
		if u.due() > now {
			continue
		}
		deleted[u.ID] = true
		if s.faults.purgeOnce && u.State == uploadDeleted {
			continue
		}
		if err := s.parts.Delete(ctx, u.ID); err != nil {
			return fmt.Errorf("delete parts: %w", err)
		}
	}
	if r.st.Revision == revision && (r.Scrub || len(r.Stale) > 0) {
		r.Scrub, r.Stale = false, nil
	} else if len(deleted) == 0 {
		return nil
	}
	r.forget(deleted)
	err = s.swap(ctx, row, r)
	if errors.Is(err, store.ErrConflict) || isGone(err) {
		return nil // it is still due
	}
	return err
}

// forget notes that the parts of uploads were deleted; those deleted for the second time leave the record.
func (r *record) forget(deleted map[Upload]bool) {
	var left []upload
	for _, u := range r.Uploads {
		if deleted[u.ID] && u.State == uploadDeleted {
			continue
		}
		if deleted[u.ID] {
			u.State = uploadDeleted
		}
		left = append(left, u)
	}
	r.Uploads = left
}

// purge deletes the parts of a share that is gone; the second time, the record as well.
func (s *Shares) purge(ctx context.Context, now int64, row store.Record, r *record, done *Swept) error {
	if now < r.due() {
		return nil
	}
	if !r.Purged || !s.faults.purgeOnce {
		if err := s.deleteAll(ctx, r); err != nil {
			return err
		}
	}
	if !r.Purged {
		r.Purged = true
		err := s.swap(ctx, row, r)
		if errors.Is(err, store.ErrConflict) || isGone(err) {
			return nil // another sweep was faster
		}
		return err
	}
	err := s.records.Delete(ctx, row.Key, row.Counter)
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("delete record: %w", err)
	}
	done.Purged++
	s.tell(Purged, row.Key)
	return nil
}

func (s *Shares) deleteAll(ctx context.Context, r *record) error {
	for _, u := range r.Uploads {
		if err := s.parts.Delete(ctx, u.ID); err != nil {
			return fmt.Errorf("delete parts: %w", err)
		}
	}
	return nil
}

// eraseNow erases a share, if allow says so, and starts with the rest. What fails of the rest is the next sweep's.
func (s *Shares) eraseNow(ctx context.Context, id ID, allow func(now int64, r *record) error) error {
	err := s.update(ctx, id, func(now int64, r *record) error {
		if err := allow(now, r); err != nil {
			return err
		}
		r.erase(now)
		return nil
	})
	if err != nil {
		return err
	}
	s.tend(ctx, id) // what fails here was told
	return nil
}
