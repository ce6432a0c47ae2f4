package rules

import (
	"bytes"
	"testing"
	"time"

	"safelight/crypto/oprf"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

var testKey = oprf.Key{7} // a small scalar is a key

func withPassphrase(d *draft) {
	d.st.Suite, d.args.OPRFKey = statement.SuiteOPRF1, testKey[:]
}

func withViews(n uint64) func(*draft) { return func(d *draft) { d.st.ViewLimit = n } }

func (w *world) guess(o *owner, revision uint64) (*wire.GuessReply, error) {
	b, err := oprf.Blind([]byte("guess"))
	if err != nil {
		w.t.Errorf("Blind = %v", err)
		return nil, err
	}
	return w.Guess(ctx, o.id, &wire.GuessRequest{Read: o.read, Revision: revision, Blinded: b.Element})
}

func TestViews(t *testing.T) {
	w := newWorld(t)
	o, d, bundle := w.live(withViews(2))
	up := d.st.Bundles[0].Upload
	r, err := w.open(o, o.unlock[:])
	if err != nil || len(r.Pepper) != 0 || r.State != wire.StateLive {
		t.Fatalf("open of a counted share = %+v, %v; want no pepper", r, err)
	}
	_, err = w.take(o, 2, 1)
	wantCode(t, "take of another revision", err, wire.CodeChanged)
	for _, take := range []byte{1, 1, 2, 1} { // the same id again is free
		r, err := w.take(o, 1, take)
		if err != nil || !bytes.Equal(r.Pepper[:], d.args.Pepper) {
			t.Fatalf("take %d = %v, %v", take, r, err)
		}
	}
	_, err = w.take(o, 1, 3)
	wantCode(t, "the third take of two", err, wire.CodeUsed)

	r, err = w.open(o, o.unlock[:])
	if err != nil || r.State != wire.StateDraining || r.Taken != 2 {
		t.Fatalf("open after the last view = %+v, %v; want draining, 2 taken", r, err)
	}
	d = d.next()
	d.st.ViewLimit = 3
	wantCode(t, "publish of a higher limit", w.publish(o, d, nil), "")
	_, err = w.take(o, 2, 3)
	wantCode(t, "take after the limit was raised", err, "")
	w.pass(wire.DrainTime.Milliseconds() - 1)
	if b, err := w.bundle(o, up); err != nil || !bytes.Equal(b, bundle) {
		t.Fatalf("Read while draining = %d bytes, %v", len(b), err)
	}
	w.pass(1)
	_, err = w.bundle(o, up)
	wantCode(t, "Read after draining", err, wire.CodeGone)
	_, err = w.take(o, 2, 1)
	wantCode(t, "take after draining", err, wire.CodeGone)
	w.sweep()
	if !w.parts.Empty() {
		t.Error("parts are left after draining")
	}
}

func TestLimitLowered(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(withViews(3))
	for take := range byte(2) {
		_, err := w.take(o, 1, take)
		wantCode(t, "take", err, "")
	}
	d = d.next()
	d.st.ViewLimit = 1
	wantCode(t, "publish of a lower limit", w.publish(o, d, nil), "")
	r, err := w.open(o, nil)
	if err != nil || r.State != wire.StateDraining {
		t.Fatalf("open = %+v, %v; want draining", r, err)
	}
	w.pass(5 * hour)
	d = d.next() // another change does not make draining longer
	d.st.Expires += uint64(hour)
	wantCode(t, "publish while draining", w.publish(o, d, nil), "")
	d = d.next()
	d.st.ViewLimit = 0
	wantCode(t, "publish without a limit", w.publish(o, d, nil), "")
	w.pass(2 * hour)
	r, err = w.open(o, o.unlock[:])
	if err != nil || r.State != wire.StateLive || len(r.Pepper) != 32 {
		t.Errorf("open after the limit was removed = %+v, %v; want live, with a pepper", r, err)
	}
}

func TestDrainingIsNotProlonged(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(withViews(1))
	_, err := w.take(o, 1, 1)
	wantCode(t, "take", err, "")
	w.pass(5 * hour)
	d = d.next()
	d.st.Expires += uint64(hour)
	wantCode(t, "publish while draining", w.publish(o, d, nil), "")
	w.pass(hour)
	_, err = w.open(o, nil)
	wantCode(t, "open six hours after the last view", err, wire.CodeGone)
}

func TestGuess(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(withPassphrase)
	blinding, err := oprf.Blind([]byte("p"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := w.Guess(ctx, o.id, &wire.GuessRequest{Read: o.read, Revision: 1, Blinded: blinding.Element})
	wantCode(t, "guess", err, "")
	got, err := blinding.Finalize(g.Evaluated[:])
	want, err2 := oprf.FullEvaluate(testKey, []byte("p"))
	if err != nil || err2 != nil || got != want {
		t.Errorf("guess does not evaluate the share's key: %x, %v; want %x, %v", got, err, want, err2)
	}
	tests := []struct {
		name string
		q    wire.GuessRequest
		want wire.Code
	}{
		{"wrong read token", wire.GuessRequest{Revision: 1, Blinded: blinding.Element}, wire.CodeGone},
		{"another revision", wire.GuessRequest{Read: o.read, Revision: 2, Blinded: blinding.Element}, wire.CodeChanged},
		{"the identity", wire.GuessRequest{Read: o.read, Revision: 1}, wire.CodeMalformed},
	}
	for _, tt := range tests {
		_, err := w.Guess(ctx, o.id, &tt.q)
		wantCode(t, tt.name, err, tt.want)
	}
	plain, _, _ := w.live(nil)
	_, err = w.guess(plain, 1)
	wantCode(t, "guess of a share without a passphrase", err, wire.CodeMalformed)

	for range wire.GuessBucket - 2 { // the first and that of the identity are gone
		_, err := w.guess(o, 1)
		wantCode(t, "guess", err, "")
	}
	w.pass(4 * 60_000)
	_, err = w.guess(o, 1)
	wantCode(t, "guess on an empty bucket", err, wire.CodeLater)
	if wait := AsError(err).RetryAfter; wait != 6*time.Minute {
		t.Errorf("RetryAfter = %v, want 6m", wait)
	}
	w.pass(6 * 60_000)
	g, err = w.guess(o, 1)
	wantCode(t, "guess ten minutes later", err, "")

	stranger := newOwner(w.rand)
	for _, tt := range []struct {
		name   string
		unlock [32]byte
		want   wire.Code
	}{
		{"a wrong unlock token puts nothing back", stranger.unlock, wire.CodeLater},
		{"a right one puts the guess back", o.unlock, ""},
		{"but only once", o.unlock, wire.CodeLater},
	} {
		_, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: tt.unlock[:], Guess: g.Guess[:]}, nil)
		wantCode(t, "open", err, "")
		_, err = w.guess(o, 1)
		wantCode(t, tt.name, err, tt.want)
	}

	w.restart() // the bucket is durable
	_, err = w.guess(o, 1)
	wantCode(t, "guess after a restart", err, wire.CodeLater)
	d = d.next()
	d.args.OPRFKey = testKey[:]
	wantCode(t, "publish of the same key", w.publish(o, d, nil), "")
	_, err = w.guess(o, 2)
	wantCode(t, "guess under the same key", err, wire.CodeLater)
	d = d.next()
	d.args.OPRFKey = append([]byte{8}, make([]byte, 31)...)
	wantCode(t, "publish of a new key", w.publish(o, d, nil), "")
	for range wire.GuessBucket {
		_, err = w.guess(o, 3)
		wantCode(t, "guess under a new key", err, "")
	}
}

func TestTakeRefunds(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(func(d *draft) { withPassphrase(d); d.st.ViewLimit = 5 })
	for take := range byte(2) {
		var last *wire.GuessReply
		for range wire.GuessBucket {
			g, err := w.guess(o, 1)
			wantCode(t, "guess", err, "")
			last = g
		}
		for range 2 { // the second time the take id is known
			_, err := w.Take(ctx, o.id, &wire.TakeRequest{Unlock: o.unlock, Revision: 1, Take: [16]byte{take}, Guess: last.Guess[:]})
			wantCode(t, "take", err, "")
		}
		_, err := w.guess(o, 1)
		wantCode(t, "guess after a refund", err, "")
		_, err = w.guess(o, 1)
		wantCode(t, "guess after one refund", err, wire.CodeLater)
		w.pass(wire.GuessBucket * wire.GuessInterval.Milliseconds())
	}
}

func TestReadRanges(t *testing.T) {
	w := newWorld(t)
	o := newOwner(w.rand)
	c := w.create(o)
	up := c.Uploads[0]
	all := sealedFile(w.rand, 2*statement.MinPartSize+1000)
	for n := range 3 {
		_, err := w.put(o, up, uint32(n), all[n*statement.MinPartSize:min(len(all), (n+1)*statement.MinPartSize)])
		wantCode(t, "Put", err, "")
	}
	d := o.first(w.rand, int64(c.Now), up.Upload, len(all))
	_, err := w.owner(o, o.request(t, statement.ActionCommit, d, up.Upload[:]))
	wantCode(t, "commit", err, "")
	size := int64(len(all))
	tests := []struct {
		name           string
		offset, length int64
		want           wire.Code
	}{
		{"all", 0, size, ""},
		{"first byte", 0, 1, ""},
		{"last byte", size - 1, 1, ""},
		{"nothing", 5, 0, ""},
		{"across a border", statement.MinPartSize - 1, 2, ""},
		{"a whole part", statement.MinPartSize, statement.MinPartSize, ""},
		{"across two borders", 100, 2 * statement.MinPartSize, ""},
		{"behind the end", size, 1, wire.CodeRange},
		{"over the end", size - 1, 2, wire.CodeRange},
		{"negative", -1, 2, wire.CodeRange},
		{"too long to add", 1, 1<<63 - 1, wire.CodeRange},
	}
	for _, tt := range tests {
		body, err := w.Read(ctx, o.id, up.Upload, o.unlock, func(n int64) (int64, int64, error) { return tt.offset, tt.length, nil })
		wantCode(t, tt.name, err, tt.want)
		if err != nil {
			continue
		}
		var got bytes.Buffer
		if _, err := body.WriteTo(&got); err != nil || !bytes.Equal(got.Bytes(), all[tt.offset:tt.offset+tt.length]) {
			t.Errorf("%s: Read = %d bytes, %v", tt.name, got.Len(), err)
		}
		body.Close()
	}
	_, err = w.bundle(o, c.Uploads[1].Upload)
	wantCode(t, "Read of an upload that is no bundle", err, wire.CodeChanged)
	stranger := newOwner(w.rand)
	stranger.id = o.id
	_, err = w.bundle(stranger, up.Upload)
	wantCode(t, "Read with a wrong unlock token", err, wire.CodeGone)
	if err := w.parts.Delete(ctx, up.Upload); err != nil {
		t.Fatal(err)
	}
	_, err = w.bundle(o, up.Upload)
	wantCode(t, "Read of bytes that were lost", err, wire.CodeChanged)
}

// TestRightGuessTooLate: somebody with the right passphrase comes when no view is left. He is refused, and his guess is put
// back.
func TestRightGuessTooLate(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(func(d *draft) { withPassphrase(d); withViews(1)(d) })
	_, err := w.take(o, 1, 1)
	wantCode(t, "take", err, "")
	for range 3 * wire.GuessBucket {
		g, err := w.guess(o, 1)
		wantCode(t, "guess", err, "")
		for range 2 { // the second time it is not put back
			_, err = w.Take(ctx, o.id, &wire.TakeRequest{Unlock: o.unlock, Revision: 1, Take: [16]byte{2}, Guess: g.Guess[:]})
			wantCode(t, "take too late", err, wire.CodeUsed)
		}
	}
	if r, err := w.open(o, nil); err != nil || r.Taken != 1 {
		t.Errorf("open = %v views taken, %v", r, err)
	}
}
