package rules

import (
	"context"
	"errors"
	"fmt"
	"math"

	"safelight/server/store"
)

// Takedown erases a share or a mailbox without its owner, and a record that nobody can read. Unknown ones and those
// that are gone answer CodeGone.
func (s *Shares) Takedown(ctx context.Context, id ID) error {
	err := s.eraseNow(ctx, id, func(int64, *record) error { return nil })
	if errors.Is(err, errRecord) {
		err = s.eraseUnreadable(ctx, id)
	}
	if err != nil {
		return err
	}
	s.tell(TakenDown, id)
	return nil
}

// eraseUnreadable erases a record that cannot be decoded. Its uploads are not known: their parts become orphans, which
// Check lists.
func (s *Shares) eraseUnreadable(ctx context.Context, id ID) error {
	row, err := s.records.Load(ctx, id)
	if err != nil {
		return fmt.Errorf("load record: %w", err)
	}
	now, err := s.clock.now(ctx)
	if err != nil {
		return err
	}
	if err := s.swap(ctx, row, &record{State: stateGone, Gone: now}); err != nil {
		return err
	}
	s.tend(ctx, id) // what fails here was told
	return nil
}

// Stats is what can be counted without knowing anything about anybody.
type Stats struct {
	Uploading, Live, Draining int64 // shares
	Mailboxes                 int64
	Gone                      int64 // shares that wait for their parts to be deleted once more
	Unreadable                int64 // records
	Bytes                     int64 // of parts, as announced: those sent twice may count twice
	Database                  store.Stats
}

// Stats counts. It loads every record.
func (s *Shares) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	if c, ok := s.records.(store.Counter); ok {
		var err error
		if st.Database, err = c.Stats(ctx); err != nil {
			return st, fmt.Errorf("count records: %w", err)
		}
	}
	err := s.each(ctx, func(id ID, _ store.Record, r *record, err error) error {
		switch {
		case err != nil:
			st.Unreadable++
			return nil
		case r.State == stateUploading:
			st.Uploading++
		case r.State == stateLive:
			st.Live++
		case r.State == stateDraining:
			st.Draining++
		case r.State == stateMailbox:
			st.Mailboxes++
		default:
			st.Gone++
		}
		st.Bytes += r.bytes()
		return nil
	})
	return st, err
}

// Report is what Check found. Everything in it but Shares and Orphans is a loss; there is no loss without a fault of
// the machine or a restored backup.
type Report struct {
	Shares           int      // records, readable or not
	Orphans          []Upload // have parts and belong to no share
	MissingParts     []ID     // shares with a bundle that is not complete
	MissingManifests []ID     // shares without the manifest that their statement names, or without events or posts that they had
	Unreadable       []ID     // records that cannot be decoded
	Unsealable       []ID     // records sealed under a key that is not configured, or changed from outside
	ClockAhead       int64    // ms that the stored time is ahead of the system's
}

// OK reports whether nothing is lost.
func (r *Report) OK() bool {
	return len(r.MissingParts)+len(r.MissingManifests)+len(r.Unreadable)+len(r.Unsealable) == 0
}

// Check compares records, manifests and parts. It changes nothing; shares may come and go meanwhile.
func (s *Shares) Check(ctx context.Context) (Report, error) {
	var rep Report
	// Parts first: an upload that is seen now has stood in a record since before its first part.
	stored, err := s.storedUploads(ctx)
	if err != nil {
		return rep, err
	}
	known := make(map[Upload]bool)
	err = s.each(ctx, func(id ID, row store.Record, r *record, err error) error {
		rep.Shares++
		if err != nil {
			rep.Unreadable = append(rep.Unreadable, id)
			return nil
		}
		for _, u := range r.Uploads {
			known[u.ID] = true
		}
		return s.checkShare(ctx, id, row.Counter, r, &rep)
	})
	if err != nil {
		return rep, err
	}
	for _, u := range stored {
		if !known[u] && len(rep.Unreadable) == 0 { // an unreadable record may name any upload
			rep.Orphans = append(rep.Orphans, u)
		}
	}
	now, err := s.clock.now(ctx)
	rep.ClockAhead = now - s.clock.system().UnixMilli()
	return rep, err
}

// checkShare looks for what belongs to r. What is missing because r was swapped meanwhile is not missing.
func (s *Shares) checkShare(ctx context.Context, id ID, counter uint64, r *record, rep *Report) error {
	now, err := s.clock.now(ctx)
	if err != nil {
		return err
	}
	if r.State == stateUploading || r.State == stateGone || now >= r.end() {
		return nil // of one whose time is over nothing is needed, and no rotation seals it anew
	}
	manifest, parts, sealed := true, true, true
	if r.State != stateMailbox {
		if parts, sealed, err = s.checkOpens(ctx, id, r); err != nil {
			return err
		}
	}
	for _, sum := range r.rows() {
		if _, err := s.manifests.Manifest(ctx, id, sum); errors.Is(err, store.ErrNotFound) {
			manifest = false
		} else if err != nil {
			return fmt.Errorf("load manifest: %w", err)
		}
	}
	if manifest && parts && sealed {
		return nil
	}
	if row, err := s.records.Load(ctx, id); err != nil || row.Counter != counter {
		return nil
	}
	for _, f := range []struct {
		ok   bool
		list *[]ID
	}{{manifest, &rep.MissingManifests}, {parts, &rep.MissingParts}, {sealed, &rep.Unsealable}} {
		if !f.ok {
			*f.list = append(*f.list, id)
		}
	}
	return nil
}

// rows are the rows that r names: its manifest, and those of events and posts.
func (r *record) rows() (sums [][32]byte) {
	if r.State != stateMailbox {
		sums = append(sums, r.st.Manifest)
	}
	for _, list := range [][]byte{r.Log.Rows, r.Posts.Rows} {
		for i := 0; i < len(list); i += 32 {
			sums = append(sums, [32]byte(list[i:]))
		}
	}
	return sums
}

// checkOpens looks whether the bundles of a share are complete, and whether its secrets can be unsealed.
func (s *Shares) checkOpens(ctx context.Context, id ID, r *record) (parts, sealed bool, err error) {
	parts, sealed = true, true
	for _, b := range r.st.Bundles {
		infos, err := s.parts.List(ctx, Upload(b.Upload))
		if err != nil {
			return false, false, fmt.Errorf("list parts: %w", err)
		}
		parts = parts && len(infos) >= int(b.Parts()) && total(infos) >= int64(b.Size)
	}
	for field, b := range map[string][]byte{fieldPepper: r.Pepper, fieldOPRFKey: r.OPRFKey} {
		if len(b) > 0 || field == fieldPepper {
			_, err := s.keys.open(id, field, b)
			sealed = sealed && err == nil
		}
	}
	return parts, sealed, nil
}

func (s *Shares) storedUploads(ctx context.Context) (all []Upload, err error) {
	var after Upload
	for {
		page, err := s.parts.Uploads(ctx, after, 1000)
		if err != nil {
			return nil, fmt.Errorf("list uploads: %w", err)
		}
		if len(page) == 0 {
			return all, nil
		}
		all = append(all, page...)
		after = page[len(page)-1]
	}
}

// each calls f for every record there is, also unreadable ones.
func (s *Shares) each(ctx context.Context, f func(id ID, row store.Record, r *record, err error) error) error {
	ids, err := s.records.Due(ctx, math.MaxInt64, math.MaxInt32)
	if err != nil {
		return fmt.Errorf("list records: %w", err)
	}
	for _, id := range ids {
		row, err := s.records.Load(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("load record: %w", err)
		}
		r, err := decodeRecord(row.Value)
		if err := f(id, row, r, err); err != nil {
			return err
		}
	}
	return nil
}

// Rotate seals everything anew under the current record key and returns how many records it changed. When it is done
// without an error, previous keys are not needed any more. A record that cannot be read or opened does not keep the
// others from being sealed anew; the error names it, and Takedown erases it. What the database still holds of former
// values is scrubbed in any case: an interrupted run may have left some.
func (s *Shares) Rotate(ctx context.Context) (changed int, err error) {
	var failed []error
	err = s.each(ctx, func(id ID, _ store.Record, r *record, err error) error {
		did := false
		if err == nil {
			did, err = s.rotate(ctx, id, r)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("share %v: %w", id, err))
		}
		if did {
			changed++
		}
		return ctx.Err()
	})
	failed = append(failed, err)
	if db, ok := s.records.(store.Scrubber); ok {
		failed = append(failed, db.Scrub(ctx))
	}
	return changed, errors.Join(failed...)
}

// rotate seals the secrets of one record anew, if they need it.
func (s *Shares) rotate(ctx context.Context, id ID, r *record) (did bool, err error) {
	if s.keys.current(r.Pepper) && s.keys.current(r.OPRFKey) {
		return false, nil
	}
	err = s.update(ctx, id, func(_ int64, r *record) error {
		return errors.Join(s.reseal(id, fieldPepper, &r.Pepper), s.reseal(id, fieldOPRFKey, &r.OPRFKey))
	})
	if isGone(err) {
		return false, nil // its time is over; the sweep erases it
	}
	return err == nil, err
}

func (s *Shares) reseal(id ID, field string, b *[]byte) error {
	if s.keys.current(*b) {
		return nil
	}
	plain, err := s.keys.open(id, field, *b)
	if err != nil {
		return err
	}
	*b, err = s.keys.seal(s.rand, id, field, plain)
	return err
}
