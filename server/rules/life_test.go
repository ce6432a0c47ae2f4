package rules

import (
	"bytes"
	"testing"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

func TestLife(t *testing.T) {
	w := newWorld(t)
	o := newOwner(w.rand)
	_, err := w.open(o, nil)
	wantCode(t, "open before create", err, wire.CodeGone)
	c := w.create(o)
	_, err = w.open(o, nil)
	wantCode(t, "open while uploading", err, wire.CodeUploading)
	stranger := newOwner(w.rand)
	stranger.id = o.id
	_, err = w.open(stranger, nil)
	wantCode(t, "open with a wrong read token", err, wire.CodeGone)

	parts := [][]byte{sealedFile(w.rand, statement.MinPartSize), w.rand.bytes(100)}
	for n := range 2 {
		for again := range 2 {
			created, err := w.put(o, c.Uploads[0], uint32(n), parts[n])
			if err != nil || created != (again == 0) {
				t.Fatalf("Put of part %d, try %d = %v, %v", n, again, created, err)
			}
		}
	}
	up := c.Uploads[0].Upload
	d := o.first(w.rand, int64(c.Now), up, statement.MinPartSize+100)
	body := o.request(t, statement.ActionCommit, d, up[:])
	_, err = w.bundle(o, up)
	wantCode(t, "Read before commit", err, wire.CodeGone)
	for range 2 { // the second is a retry
		m, err := w.owner(o, body)
		wantCode(t, "commit", err, "")
		if got := m.(*wire.DoneReply).Now; got != uint64(epoch) {
			t.Errorf("commit = %d, want %d", got, epoch)
		}
	}
	r, err := w.open(o, o.unlock[:])
	wantCode(t, "open", err, "")
	if !bytes.Equal(r.Manifest, d.args.Manifest) || !bytes.Equal(r.Pepper, d.args.Pepper) || !bytes.Equal(r.Statement, d.args.Statement) {
		t.Error("open does not give what was committed")
	}
	r, err = w.open(o, stranger.unlock[:])
	if err != nil || len(r.Pepper) != 0 {
		t.Errorf("open with a wrong unlock token = pepper %x, %v; want none", r.Pepper, err)
	}
	b, err := w.bundle(o, up)
	if err != nil || !bytes.Equal(b, bytes.Join(parts, nil)) {
		t.Errorf("Read = %d bytes, %v", len(b), err)
	}
	if n, err := w.Size(ctx, o.id, up, o.unlock); n != int64(len(b)) || err != nil {
		t.Errorf("Size = %d, %v", n, err)
	}
	_, err = w.take(o, 1, 1)
	wantCode(t, "take without a limit", err, wire.CodeMalformed)

	wantCode(t, "delete", w.delete(o), "")
	_, err = w.open(o, o.unlock[:])
	wantCode(t, "open after delete", err, wire.CodeGone)
	_, err = w.bundle(o, up)
	wantCode(t, "Read after delete", err, wire.CodeGone)
	if !w.parts.Empty() {
		t.Error("parts are left after delete")
	}
	for _, secret := range [][]byte{d.args.Pepper, d.args.Statement, d.args.UnlockHash, d.args.Manifest, d.args.OwnerBox} {
		if w.records.Holds(secret) {
			t.Errorf("the database still holds %.8x… after delete", secret)
		}
	}
	w.pass(day)
	w.sweep()
	if st, err := w.Stats(ctx); err != nil || st.Gone+st.Live+st.Uploading != 0 {
		t.Errorf("Stats after the last sweep = %+v, %v", st, err)
	}
}
