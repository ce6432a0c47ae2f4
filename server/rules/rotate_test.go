package rules

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"safelight/server/store"
	"safelight/server/wire"
)

// damage swaps a value that nobody can read into the place of a record.
func (w *world) damage(o *owner, value []byte) {
	w.t.Helper()
	row, err := w.records.Load(ctx, o.id)
	if err != nil {
		w.t.Fatal(err)
	}
	row.Value = value
	if err := w.records.Swap(ctx, row); err != nil {
		w.t.Fatal(err)
	}
}

// TestRotateGoesOn: records that cannot be read, or opened, do not keep the others under the old key; each is named, and
// takedown clears the way.
func TestRotateGoesOn(t *testing.T) {
	w := newWorld(t)
	var all []*owner
	for range 9 {
		o, _, _ := w.live(withPassphrase)
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b *owner) int { return strings.Compare(a.id.String(), b.id.String()) })
	unreadable, foreign := all[0], all[4] // the first stood in the way of all others
	w.damage(unreadable, []byte{9, 9, 9})
	old := w.key
	w.key = RecordKey{3}
	w.restart()
	row, err := w.records.Load(ctx, foreign.id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := decodeRecord(row.Value)
	if err != nil {
		t.Fatal(err)
	}
	if r.Pepper, err = (keyring{w.keys[0]}).seal(w.rand, foreign.id, fieldPepper, make([]byte, 32)); err != nil {
		t.Fatal(err)
	}
	r.Pepper[len(r.Pepper)-1] ^= 1
	r.Pepper[0] = old[0] ^ 0xff // no key that is known
	value, err := r.encode()
	if err != nil {
		t.Fatal(err)
	}
	w.damage(foreign, value)

	w.key = RecordKey{2}
	w.restart(old)
	n, err := w.Rotate(ctx)
	if n != 7 || err == nil || !strings.Contains(err.Error(), unreadable.id.String()) || !strings.Contains(err.Error(), foreign.id.String()) {
		t.Fatalf("Rotate = %d, %v; want 7, and both that stood in the way", n, err)
	}
	if !errors.Is(err, errRecord) || !errors.Is(err, errNoKey) {
		t.Errorf("Rotate = %v, want errRecord and errNoKey", err)
	}
	for _, o := range []*owner{unreadable, foreign} {
		wantCode(t, "takedown", w.Takedown(ctx, o.id), "")
		wantCode(t, "takedown again", w.Takedown(ctx, o.id), wire.CodeGone)
		_, err := w.open(o, o.unlock[:])
		wantCode(t, "open after takedown", err, wire.CodeGone)
	}
	if n, err := w.Rotate(ctx); n != 0 || err != nil {
		t.Errorf("Rotate after takedown = %d, %v", n, err)
	}
	w.restart() // without the old key
	for _, o := range all {
		if o == unreadable || o == foreign {
			continue
		}
		if r, err := w.open(o, o.unlock[:]); err != nil || len(r.Pepper) != 32 {
			t.Errorf("open after the rotation: %v", err)
		}
	}
	w.pass(2 * day)
	w.sweep()
	rep, err := w.Check(ctx)
	if err != nil || !rep.OK() || len(rep.Orphans) != 1 {
		t.Errorf("Check = %+v, %v; want nothing lost, and the parts of what could not be read as an orphan", rep, err)
	}
}

// TestRotateScrubs: what a rotation replaced is scrubbed, also by a run that finds nothing left to do, or fails.
func TestRotateScrubs(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(nil)
	other, _, _ := w.live(nil)
	sealed := func() []byte {
		row, err := w.records.Load(ctx, o.id)
		if err != nil {
			t.Fatal(err)
		}
		r, err := decodeRecord(row.Value)
		if err != nil {
			t.Fatal(err)
		}
		return r.Pepper
	}()
	old := w.key
	w.key = RecordKey{2}
	w.restart(old)
	crash := errors.New("crash")
	w.records.Fault = func(op string) error {
		if op == "before scrub" {
			return crash
		}
		return nil
	}
	if n, err := w.Rotate(ctx); n != 2 || !errors.Is(err, crash) {
		t.Fatalf("Rotate = %d, %v, want 2 and the crash", n, err)
	}
	w.records.Fault = nil
	if !w.records.Holds(sealed) {
		t.Fatal("control: the pepper under the old key is not found before the scrub")
	}
	w.damage(other, []byte{9})
	if n, err := w.Rotate(ctx); n != 0 || !errors.Is(err, errRecord) {
		t.Errorf("Rotate = %d, %v", n, err)
	}
	if w.records.Holds(sealed) {
		t.Error("the pepper under the old key is still in the database's files")
	}
}

// TestCheckLeavesExpiredAlone: a share whose time is over, and that no sweep has met yet, is not sealed anew, and is no
// loss when the old key is gone.
func TestCheckLeavesExpiredAlone(t *testing.T) {
	w := newWorld(t)
	w.live(nil)
	w.live(func(d *draft) { d.st.Expires = uint64(epoch + day) })
	w.pass(day)
	old := w.key
	w.key = RecordKey{2}
	w.restart(old)
	if n, err := w.Rotate(ctx); n != 1 || err != nil {
		t.Fatalf("Rotate = %d, %v, want 1: the other has expired", n, err)
	}
	w.restart()
	if rep, err := w.Check(ctx); err != nil || !rep.OK() {
		t.Errorf("Check = %+v, %v; want nothing lost", rep, err)
	}
	w.key = RecordKey{3} // control: one that is alive is a loss
	w.restart()
	if rep, err := w.Check(ctx); err != nil || len(rep.Unsealable) != 1 {
		t.Errorf("control: Check = %+v, %v; want one share that cannot be unsealed", rep, err)
	}
}

// TestCheckFindsLostRows: a row of events or posts that is missing is a loss.
func TestCheckFindsLostRows(t *testing.T) {
	w := newWorld(t)
	w.sizes.logRow, w.sizes.postRow = 2, 2
	o, _, _ := w.live(withLog)
	box := w.mailbox()
	for n := range byte(5) {
		w.open(o, o.unlock[:])
		wantCode(t, "post", w.post(box, n), "")
	}
	if rep, err := w.Check(ctx); err != nil || !rep.OK() {
		t.Fatalf("Check = %+v, %v", rep, err)
	}
	for _, id := range []ID{o.id, box.id} {
		row, err := w.records.Load(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		r, err := decodeRecord(row.Value)
		if err != nil {
			t.Fatal(err)
		}
		rows := r.rows()
		if err := w.records.DropManifest(ctx, id, rows[len(rows)-1]); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := w.Check(ctx)
	if err != nil || len(rep.MissingManifests) != 2 {
		t.Errorf("Check = %+v, %v, want both", rep, err)
	}
	if _, _, _, err := w.chained(ctx, box.id, func(r *record) *chain { return &r.Posts }, func(int64, *record) error { return errUnchanged }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("reading what is lost = %v, want ErrNotFound and no endless loop", err)
	}
}
