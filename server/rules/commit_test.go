package rules

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

func TestCommitRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(w *world, c *wire.CreateReply, d *draft)
		want   wire.Code
	}{
		{"nothing changed", func(*world, *wire.CreateReply, *draft) {}, ""},
		{"revision 2", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Revision = 2 }, wire.CodeStatement},
		{"another creation time", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Created-- }, wire.CodeStatement},
		{"expiry too far ahead", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Expires += uint64(90 * day) }, wire.CodeExpires},
		{"expiry in the past", func(w *world, _ *wire.CreateReply, d *draft) {
			d.st.Expires = d.st.Created + 1
			w.pass(1)
		}, wire.CodeExpires},
		{"too many views", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.ViewLimit = wire.DefaultMaxViews + 1 }, wire.CodeViews},
		{"rules that contradict each other", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.ViewLimit, d.st.Stage = 1, 1 }, wire.CodeStatement},
		{"another manifest", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Manifest[0] ^= 1 }, wire.CodeStatement},
		{"locks without a statement", func(w *world, _ *wire.CreateReply, d *draft) { d.args.Locks = sealedManifest(w.rand) }, wire.CodeStatement},
		{"statement without locks", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Locks = make([]byte, 32) }, wire.CodeStatement},
		{"locks", func(w *world, _ *wire.CreateReply, d *draft) {
			d.args.Locks = sealedManifest(w.rand)
			h := sha256.Sum256(d.args.Locks)
			d.st.Locks = h[:]
		}, ""},
		{"passphrase without a key", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Suite = statement.SuiteOPRF1 }, wire.CodeStatement},
		{"key without a passphrase", func(_ *world, _ *wire.CreateReply, d *draft) { d.args.OPRFKey = testKey[:] }, wire.CodeStatement},
		{"a key of zeros", func(_ *world, _ *wire.CreateReply, d *draft) {
			withPassphrase(d)
			d.args.OPRFKey = make([]byte, 32)
		}, wire.CodeMalformed},
		{"passphrase", func(_ *world, _ *wire.CreateReply, d *draft) { withPassphrase(d) }, ""},
		{"upload of nobody", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Bundles[0].Upload = [16]byte{1} }, wire.CodeUpload},
		{"empty upload", func(_ *world, c *wire.CreateReply, d *draft) { d.st.Bundles[0].Upload = c.Uploads[1].Upload }, wire.CodeUpload},
		{"shorter bundle", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Bundles[0].Size-- }, wire.CodeUpload},
		{"longer bundle", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Bundles[0].Size++ }, wire.CodeUpload},
		{"a part is missing", func(_ *world, _ *wire.CreateReply, d *draft) { d.st.Bundles[0].Size += statement.MinPartSize }, wire.CodeUpload},
		{"larger than a share may be", func(w *world, _ *wire.CreateReply, d *draft) {
			w.limits.ShareBytes = 199
			w.restart()
		}, wire.CodeLarge},
	}
	for _, tt := range tests {
		w := newWorld(t)
		o := newOwner(w.rand)
		c := w.create(o)
		_, err := w.put(o, c.Uploads[0], 0, sealedFile(w.rand, 200))
		wantCode(t, "Put", err, "")
		d := o.first(w.rand, int64(c.Now), c.Uploads[0].Upload, 200)
		tt.change(w, c, d)
		_, err = w.owner(o, o.request(t, statement.ActionCommit, d, d.st.Bundles[0].Upload[:]))
		wantCode(t, tt.name, err, tt.want)
		if _, err := w.open(o, nil); (err == nil) != (tt.want == "") {
			t.Errorf("%s: open afterwards = %v", tt.name, err)
		}
	}
}

func TestCommitNamesItsUpload(t *testing.T) {
	w := newWorld(t)
	o := newOwner(w.rand)
	c := w.create(o)
	_, err := w.put(o, c.Uploads[0], 0, sealedFile(w.rand, 200))
	wantCode(t, "Put", err, "")
	d := o.first(w.rand, int64(c.Now), c.Uploads[0].Upload, 200)
	_, err = w.owner(o, o.request(t, statement.ActionCommit, d, c.Uploads[1].Upload[:]))
	wantCode(t, "commit that names another upload", err, wire.CodeMalformed)
	d.st.Expires++ // the request's revision is another one than the statement's
	o.sign(t, d)
	_, err = w.owner(o, o.body(t, statement.ActionCommit, c.Uploads[0].Upload[:], 2, &d.args))
	wantCode(t, "commit of another revision than the statement's", err, wire.CodeMalformed)
	d.args.Signature[5] ^= 1
	_, err = w.owner(o, o.body(t, statement.ActionCommit, c.Uploads[0].Upload[:], 1, &d.args))
	wantCode(t, "commit of an unsigned statement", err, wire.CodeStatement)
	_, err = w.owner(o, o.request(t, statement.ActionPublish, d.next(), nil))
	wantCode(t, "publish before commit", err, wire.CodeUploading)
}

func TestPublish(t *testing.T) {
	w := newWorld(t)
	w.limits.Views = 10
	w.restart()
	o, first, _ := w.live(nil)
	former := first.args

	d := first.next()
	d.st.Expires += uint64(day)
	body := o.request(t, statement.ActionPublish, d, nil)
	for range 2 {
		_, err := w.owner(o, body)
		wantCode(t, "publish, and its retry", err, "")
	}
	late := first.next()
	err := w.publish(o, late, nil)
	wantCode(t, "publish of a revision that is there", err, wire.CodeRevision)
	if e := AsError(err); !bytes.Equal(e.Statement, d.args.Statement) || !bytes.Equal(e.Signature, d.args.Signature) {
		t.Error("the refusal does not carry the stored statement")
	}
	n := d.next()
	n.args = former
	_, err = w.owner(o, o.request(t, statement.ActionCommit, n, make([]byte, 16)))
	wantCode(t, "commit of a committed share", err, wire.CodeRevision)

	n = d.next()
	n.st.Manifest[0] ^= 1
	wantCode(t, "a statement with a manifest that is not there", w.publish(o, n, nil), wire.CodeStatement)
	n = d.next()
	n.st.Bundles = []statement.Bundle{n.st.Bundles[0]}
	n.st.Bundles[0].Size--
	wantCode(t, "a bundle that changes its size", w.publish(o, n, nil), wire.CodeStatement)
	n = d.next()
	wantCode(t, "an upload that is not new", w.publish(o, n, n.st.Bundles[0].Upload[:]), wire.CodeMalformed)
	n = d.next()
	n.args.Manifest, n.args.Pepper, n.args.OwnerBox = former.Manifest, w.rand.bytes(32), former.OwnerBox
	wantCode(t, "the same manifest under another pepper", w.publish(o, n, nil), wire.CodeStatement)

	n = d.next()
	n.manifest(w.rand)
	wantCode(t, "publish of a new manifest", w.publish(o, n, nil), "")
	r, err := w.open(o, o.unlock[:])
	if err != nil || !bytes.Equal(r.Manifest, n.args.Manifest) || !bytes.Equal(r.Pepper, n.args.Pepper) {
		t.Errorf("open does not give the new manifest and pepper: %v", err)
	}
	if w.records.Holds(former.Manifest) || w.records.Holds(former.OwnerBox) {
		t.Error("the database still holds the former manifest or owner box")
	}

	// What was allowed once may stay when the operator lowers a limit.
	d, n = n, n.next()
	n.st.ViewLimit = 10
	wantCode(t, "publish of ten views", w.publish(o, n, nil), "")
	w.limits = Limits{Views: 5, Expiry: 3600e9}
	w.restart()
	d, n = n, n.next()
	n.st.ViewLimit--
	wantCode(t, "publish of nine views of five", w.publish(o, n, nil), "")
	d, n = n, n.next()
	n.st.ViewLimit++
	wantCode(t, "publish of ten views of five", w.publish(o, n, nil), wire.CodeViews)
	n = d.next()
	n.st.Expires++
	wantCode(t, "publish of a later expiry than the site allows now", w.publish(o, n, nil), wire.CodeExpires)
}

// TestStages walks the usual way: views first, originals behind, and a bundle that is replaced.
func TestStages(t *testing.T) {
	w := newWorld(t)
	o := newOwner(w.rand)
	c := w.create(o)
	quick, full := c.Uploads[0], c.Uploads[1]
	put := func(g wire.Grant, n int) {
		_, err := w.put(o, g, 0, sealedFile(w.rand, n))
		wantCode(t, "Put", err, "")
	}
	put(quick, 200)
	d := o.first(w.rand, int64(c.Now), quick.Upload, 200)
	d.st.Stage = statement.StageViews
	_, err := w.owner(o, o.request(t, statement.ActionCommit, d, quick.Upload[:]))
	wantCode(t, "commit", err, "")
	_, err = w.put(o, quick, 1, w.rand.bytes(10))
	wantCode(t, "Put into a committed upload", err, wire.CodeUpload)

	put(full, 300)
	d = d.next()
	d.st.Stage = statement.StageComplete
	d.st.Bundles = append(d.st.Bundles, statement.Bundle{Upload: full.Upload, Size: 300, PartSize: statement.MinPartSize})
	d.manifest(w.rand)
	wantCode(t, "publish of the originals", w.publish(o, d, full.Upload[:]), "")
	for _, g := range c.Uploads {
		_, err := w.bundle(o, g.Upload)
		wantCode(t, "Read", err, "")
	}

	m, err := w.owner(o, o.body(t, statement.ActionUpload, w.fresh(o), 0, nil))
	wantCode(t, "upload", err, "")
	again := *m.(*wire.Grant)
	put(again, 400)
	d = d.next()
	d.st.Bundles = []statement.Bundle{{Upload: again.Upload, Size: 400, PartSize: statement.MinPartSize}, d.st.Bundles[1]}
	d.manifest(w.rand)
	wantCode(t, "publish of another first bundle", w.publish(o, d, again.Upload[:]), "")
	_, err = w.bundle(o, quick.Upload)
	wantCode(t, "Read of a bundle that was dropped", err, wire.CodeChanged)
	if infos, err := w.parts.List(ctx, quick.Upload); err != nil || len(infos) != 0 {
		t.Errorf("parts of the dropped bundle = %v, %v; want none", infos, err)
	}
	// A PUT that was late leaves something behind, which goes a day later.
	late := sealedFile(w.rand, 200)
	if _, err := w.parts.Put(ctx, quick.Upload, 0, bytes.NewReader(late), 200, sha256.Sum256(late)); err != nil {
		t.Fatal(err)
	}
	w.sweep()
	w.pass(day)
	w.sweep()
	if infos, err := w.parts.List(ctx, quick.Upload); err != nil || len(infos) != 0 {
		t.Errorf("parts of the dropped bundle a day later = %v, %v; want none", infos, err)
	}
	for _, b := range d.st.Bundles {
		_, err := w.bundle(o, b.Upload)
		wantCode(t, "Read a day later", err, "")
	}
}
