package rules

import (
	"bytes"
	"errors"
	"testing"

	"safelight/crypto/statement"
	"safelight/server/store"
	"safelight/server/wire"
)

func (w *world) rows() int64 {
	st, err := w.records.Stats(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return st.Records
}

func TestExpiry(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(nil)
	w.pass(7*day - 1)
	_, err := w.open(o, nil)
	wantCode(t, "open just before the expiry", err, "")
	w.pass(1)
	fresh := w.fresh(o)
	calls := map[string]func() error{
		"open":    func() error { _, err := w.open(o, nil); return err },
		"read":    func() error { _, err := w.bundle(o, d.st.Bundles[0].Upload); return err },
		"size":    func() error { _, err := w.Size(ctx, o.id, Upload(d.st.Bundles[0].Upload), o.unlock); return err },
		"take":    func() error { _, err := w.take(o, 1, 1); return err },
		"guess":   func() error { _, err := w.guess(o, 1); return err },
		"publish": func() error { n := d.next(); n.st.Expires += uint64(day); return w.publish(o, n, nil) },
		"state": func() error {
			_, err := w.owner(o, o.body(t, statement.ActionState, fresh, 0, nil))
			return err
		},
		"delete":   func() error { return w.delete(o) },
		"takedown": func() error { return w.Takedown(ctx, o.id) },
	}
	for name, call := range calls {
		wantCode(t, name+" after the expiry, before any sweep", call(), wire.CodeGone)
	}
	// A clock that jumps back revives nothing, not even in another process.
	w.pass(-3 * day)
	w.restart()
	for name, call := range calls {
		wantCode(t, name+" when the clock jumped back", call(), wire.CodeGone)
	}
	w.pass(3 * day)
	done, err := w.Sweep(ctx)
	if err != nil || done.Gone != 1 || !w.parts.Empty() {
		t.Errorf("Sweep = %+v, %v; parts left: %v", done, err, !w.parts.Empty())
	}
	for _, secret := range [][]byte{d.args.Statement, d.args.UnlockHash, d.args.Manifest, d.args.OwnerBox} {
		if w.records.Holds(secret) {
			t.Errorf("the database still holds %.8x… after the sweep", secret)
		}
	}
	w.sweep()
	if n := w.rows(); n != 2 { // with the clock's
		t.Errorf("%d records a moment later, want the share's to wait for late parts", n)
	}
	w.pass(day)
	done, err = w.Sweep(ctx)
	if err != nil || done.Purged != 1 || w.rows() != 1 {
		t.Errorf("Sweep a day later = %+v, %v; %d records", done, err, w.rows())
	}
}

func TestAbandonedShare(t *testing.T) {
	w := newWorld(t)
	o := newOwner(w.rand)
	c := w.create(o)
	for range 3 { // every part is a sign of life of the whole share
		w.pass(day - 1)
		w.sweep()
		_, err := w.put(o, c.Uploads[0], 0, sealedFile(new(random), 200))
		wantCode(t, "Put", err, "")
	}
	w.pass(day)
	w.sweep()
	_, err := w.put(o, c.Uploads[1], 1, []byte("late"))
	wantCode(t, "Put into an abandoned share", err, wire.CodeGone)
	if !w.parts.Empty() {
		t.Error("parts of an abandoned share are left")
	}
	w.pass(day)
	w.sweep()
	w.create(o) // its id is free again
}

func TestAbandonedUpload(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(nil)
	g, err := w.owner(o, o.body(t, statement.ActionUpload, w.fresh(o), 0, nil))
	wantCode(t, "upload", err, "")
	up := *g.(*wire.Grant)
	_, err = w.put(o, up, 0, sealedFile(w.rand, 300))
	wantCode(t, "Put", err, "")
	w.pass(day)
	w.sweep()
	_, err = w.put(o, up, 0, sealedFile(w.rand, 300))
	wantCode(t, "Put into an abandoned upload", err, wire.CodeGone)
	d = d.next()
	d.st.Bundles = []statement.Bundle{{Upload: up.Upload, Size: 300, PartSize: statement.MinPartSize}}
	d.manifest(w.rand)
	wantCode(t, "publish of an abandoned upload", w.publish(o, d, up.Upload[:]), wire.CodeUpload)
	if infos, err := w.parts.List(ctx, up.Upload); err != nil || len(infos) != 0 {
		t.Errorf("parts of an abandoned upload = %v, %v", infos, err)
	}
	w.pass(day)
	w.sweep()
	if r := w.state(o); r.State != wire.StateLive {
		t.Errorf("state = %d, want live", r.State)
	}
	row, err := w.records.Load(ctx, o.id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := decodeRecord(row.Value)
	if err != nil || len(r.Uploads) != 1 {
		t.Errorf("uploads two days later = %v, %v; want the bundle's alone", r.Uploads, err)
	}
}

// TestSweepGoesOn: records that cannot be read, however many, keep nobody else alive.
func TestSweepGoesOn(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(nil)
	for i := range 2 * sweepPage {
		r := store.Record{Key: ID{1, byte(i), byte(i >> 8)}, Value: []byte("nonsense")}
		if err := w.records.Create(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	w.pass(7 * day)
	done, err := w.Sweep(ctx)
	if !errors.Is(err, errRecord) || done.Gone != 1 {
		t.Errorf("Sweep = %+v, %v; want one share gone and an error for the others", done, err)
	}
	_, err = w.open(o, nil)
	wantCode(t, "open", err, wire.CodeGone)
}

// TestDeleteSurvivesFailures: once a delete was acknowledged, the rest happens whatever fails first.
func TestDeleteSurvivesFailures(t *testing.T) {
	for _, op := range []string{"before drop-manifests", "before scrub", "before delete-parts", "after delete-parts"} {
		w := newWorld(t)
		o, d, _ := w.live(nil)
		failed := false
		fault := func(at string) error {
			if at == op && !failed {
				failed = true
				return errors.New("storage does not answer")
			}
			return nil
		}
		w.records.Fault, w.parts.Fault = fault, fault
		wantCode(t, "delete", w.delete(o), "")
		if !failed {
			t.Errorf("nothing failed %s", op)
		}
		w.sweep()
		if !w.parts.Empty() || w.records.Holds(d.args.Manifest) || w.records.Holds(d.args.Statement) {
			t.Errorf("something is left when a delete failed %s and a sweep followed", op)
		}
	}
}

func TestTakedown(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(nil)
	wantCode(t, "Takedown of a share that is not there", w.Takedown(ctx, ID{9}), wire.CodeGone)
	wantCode(t, "Takedown of the clock", w.Takedown(ctx, clockKey), wire.CodeGone)
	wantCode(t, "Takedown", w.Takedown(ctx, o.id), "")
	_, err := w.open(o, nil)
	wantCode(t, "open", err, wire.CodeGone)
	if !w.parts.Empty() {
		t.Error("parts are left after Takedown")
	}
}

func TestCheck(t *testing.T) {
	w := newWorld(t)
	var owners []*owner
	var drafts []*draft
	for range 4 {
		o, d, _ := w.live(withPassphrase)
		owners, drafts = append(owners, o), append(drafts, d)
	}
	rep, err := w.Check(ctx)
	if err != nil || !rep.OK() || rep.Shares != 4 || len(rep.Orphans) != 0 {
		t.Fatalf("Check = %+v, %v; want 4 shares and nothing else", rep, err)
	}
	orphan := Upload{0xff}
	b := []byte("orphan")
	if _, err := w.parts.Put(ctx, orphan, 0, bytes.NewReader(b), int64(len(b)), sumOf(b)); err != nil {
		t.Fatal(err)
	}
	if rep, err = w.Check(ctx); err != nil || len(rep.Orphans) != 1 || rep.Orphans[0] != orphan {
		t.Errorf("Check = %+v, %v; want one orphan", rep, err)
	}
	err = errors.Join(
		w.parts.Delete(ctx, Upload(drafts[0].st.Bundles[0].Upload)),
		w.records.DropManifest(ctx, owners[1].id, drafts[1].st.Manifest),
		w.records.Create(ctx, store.Record{Key: ID{5}, Value: []byte{2}}),
	)
	if err != nil {
		t.Fatal(err)
	}
	rep, err = w.Check(ctx)
	if err != nil || len(rep.MissingParts) != 1 || rep.MissingParts[0] != owners[0].id ||
		len(rep.MissingManifests) != 1 || rep.MissingManifests[0] != owners[1].id || len(rep.Unreadable) != 1 || rep.OK() {
		t.Errorf("Check = %+v, %v", rep, err)
	}
	w.key = RecordKey{9}
	w.restart()
	if rep, err = w.Check(ctx); err != nil || len(rep.Unsealable) != 4 {
		t.Errorf("Check with another record key = %+v, %v; want 4 that do not open", rep, err)
	}
	st, err := w.Stats(ctx)
	if err != nil || st.Live != 4 || st.Unreadable != 1 || st.Bytes != 800 || st.Database.Records == 0 {
		t.Errorf("Stats = %+v, %v", st, err)
	}
}

func TestCheckTellsAWrongClock(t *testing.T) {
	w := newWorld(t)
	w.pass(day)
	w.sweep()
	w.pass(-day)
	w.restart()
	if rep, err := w.Check(ctx); err != nil || rep.ClockAhead != day {
		t.Errorf("Check = %+v, %v; want the stored time a day ahead", rep, err)
	}
}
