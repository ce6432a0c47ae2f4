package rules

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
	"safelight/server/store/mem"
	"safelight/server/wire"
)

var logKey = accesslog.DeriveKey([32]byte{7})

func withLog(d *draft) {
	public := logKey.Public()
	d.st.LogKey = public[:]
}

// log returns the events of a share, opened.
func (w *world) log(o *owner) (events []accesslog.Event, ever uint64) {
	w.t.Helper()
	m, err := w.owner(o, o.body(w.t, statement.ActionLog, w.fresh(o), 0, nil))
	wantCode(w.t, "log", err, "")
	r := m.(*wire.LogReply)
	if _, err := wire.Encode(r); err != nil {
		w.t.Fatalf("log: %v", err)
	}
	for b := r.Events; len(b) > 0; b = b[accesslog.SealedSize:] {
		e, err := logKey.Open(statement.ID(o.id), b[:accesslog.SealedSize])
		if err != nil {
			w.t.Fatalf("event %d: %v", len(events), err)
		}
		events = append(events, e)
	}
	return events, r.Ever
}

// wantLog compares kinds.
func (w *world) wantLog(o *owner, want ...accesslog.Kind) []accesslog.Event {
	w.t.Helper()
	events, ever := w.log(o)
	var got []accesslog.Kind
	for _, e := range events {
		got = append(got, e.Kind)
	}
	if !slices.Equal(got, want) || ever != uint64(len(want)) {
		w.t.Fatalf("log = %v, %d ever, want %v", got, ever, want)
	}
	return events
}

func TestLogOfOpens(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(func(d *draft) { withLog(d); withPassphrase(d) })
	w.wantLog(o)
	for range 2 { // neither releases the pepper
		w.open(o, nil)
		w.open(o, make([]byte, 32))
	}
	w.wantLog(o)
	w.pass(1000)
	g, err := w.guess(o, d.st.Revision)
	wantCode(t, "guess", err, "")
	w.pass(1000)
	ask := &wire.OpenRequest{Read: o.read, Unlock: o.unlock[:], Guess: g.Guess[:]}
	for range 2 { // the second brings a guess that was redeemed already
		_, err = w.Open(ctx, o.id, ask, nil)
		wantCode(t, "open", err, "")
	}
	untold, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: o.unlock[:]}, nil)
	wantCode(t, "open of somebody who was not told", err, "")
	if len(untold.Pepper) != 0 {
		t.Error("a pepper came, and no event with it")
	}
	events := w.wantLog(o, accesslog.Tried, accesslog.Opened, accesslog.Opened)
	tag := accesslog.Tag(g.Guess[:])
	for i, want := range []accesslog.Event{
		{Kind: accesslog.Tried, At: uint64(epoch + 1000), Revision: 1, Tag: tag},
		{Kind: accesslog.Opened, At: uint64(epoch + 2000), Revision: 1, Tag: tag},
		{Kind: accesslog.Opened, At: uint64(epoch + 2000), Revision: 1},
	} {
		if events[i] != want {
			t.Errorf("event %d = %+v, want %+v", i, events[i], want)
		}
	}
}

// TestLogBegunAfterTheGuess: a guess id that was given out before there was a log says that nobody was told of one, and is
// put back all the same.
func TestLogBegunAfterTheGuess(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(withPassphrase)
	g, err := w.guess(o, d.st.Revision)
	wantCode(t, "guess", err, "")
	n := d.next()
	withLog(n)
	wantCode(t, "publish", w.publish(o, n, nil), "")
	for range 64 { // whatever the id is
		early, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: o.unlock[:], Guess: g.Guess[:]}, nil)
		wantCode(t, "open", err, "")
		if len(early.Pepper) != 0 {
			t.Fatal("the pepper came to somebody who was not told")
		}
		g.Guess[1]++
	}
	w.wantLog(o)
	g, err = w.guess(o, n.st.Revision)
	wantCode(t, "guess", err, "")
	for _, guess := range [][]byte{g.Guess[:], make([]byte, 16)} {
		late, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: o.unlock[:], Guess: guess}, nil)
		wantCode(t, "open", err, "")
		if len(late.Pepper) == 0 {
			t.Errorf("no pepper with %x", guess)
		}
	}
	w.wantLog(o, accesslog.Tried, accesslog.Opened, accesslog.Opened)
}

// interrupted is a database in which something happens once between the load of a record and that of its manifest.
type interrupted struct {
	mem.Records
	meanwhile func()
}

func (d *interrupted) Manifest(ctx context.Context, id ID, sum [32]byte) ([]byte, error) {
	if f := d.meanwhile; f != nil {
		d.meanwhile = nil
		f()
	}
	return d.Records.Manifest(ctx, id, sum)
}

// TestOpenReadAgain: an opening that finds its manifest replaced reads again and stays one event, unless the log that has
// it is gone.
func TestOpenReadAgain(t *testing.T) {
	other := accesslog.DeriveKey([32]byte{8}).Public()
	for _, tt := range []struct {
		name   string
		change func(d *draft)
		f      faults
		want   uint64 // events ever
	}{
		{"same log", func(*draft) {}, faults{}, 1},
		{"another log", func(d *draft) { d.st.LogKey = other[:] }, faults{}, 1},
		{"no log any more", func(d *draft) { d.st.LogKey = nil }, faults{}, 0},
		{"control: noted again", func(*draft) {}, faults{noteAgain: true}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, db := newWorld(t), new(interrupted)
			w.over(db)
			w.faults = tt.f
			o, d, _ := w.live(withLog)
			n := d.next()
			n.manifest(w.rand)
			tt.change(n)
			db.meanwhile = func() { wantCode(t, "publish", w.publish(o, n, nil), "") }
			asked := 0
			reply, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: o.unlock[:], Guess: make([]byte, 16)},
				func(context.Context) error { asked++; return nil })
			wantCode(t, "open", err, "")
			if st, err := statement.Parse(reply.Statement); err != nil || st.Revision != 2 || len(reply.Pepper) == 0 {
				t.Errorf("open = revision %d, %v, %d bytes of pepper", st.Revision, err, len(reply.Pepper))
			}
			_, r, _, err := w.load(ctx, o.id)
			if err != nil {
				t.Fatal(err)
			}
			if r.Logged != tt.want || asked != 1 {
				t.Errorf("%d events, asked %d times, want %d and 1", r.Logged, asked, tt.want)
			}
		})
	}
}

// TestOpenTooOften: who opens too often is not let in, and nothing is noted or spent; who is not told of anything
// secret is not counted.
func TestOpenTooOften(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(func(d *draft) { withLog(d); withPassphrase(d) })
	g, err := w.guess(o, d.st.Revision)
	wantCode(t, "guess", err, "")
	full := func(context.Context) error { return refuse(wire.CodeLater, "") }
	ask := func(unlock, guess []byte, allow Admit) error {
		_, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: unlock, Guess: guess}, allow)
		return err
	}
	wantCode(t, "too often", ask(o.unlock[:], g.Guess[:], full), wire.CodeLater)
	wantCode(t, "no unlock token", ask(nil, nil, full), "")
	wantCode(t, "a wrong one", ask(make([]byte, 32), make([]byte, 16), full), "")
	wantCode(t, "not told of the log", ask(o.unlock[:], nil, full), "")
	w.wantLog(o, accesslog.Tried)
	wantCode(t, "in time", ask(o.unlock[:], g.Guess[:], nil), "")
	if events := w.wantLog(o, accesslog.Tried, accesslog.Opened); events[1].Tag != accesslog.Tag(g.Guess[:]) {
		t.Error("the guess was spent on the opening that was refused")
	}
	plain, _, _ := w.live(nil)
	_, err = w.Open(ctx, plain.id, &wire.OpenRequest{Read: plain.read, Unlock: plain.unlock[:]}, full)
	wantCode(t, "a share without a log", err, "")
}

func TestLogOfTakes(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(func(d *draft) { withLog(d); withViews(2)(d) })
	w.open(o, o.unlock[:])
	w.wantLog(o)
	for range 3 { // a known take id is no event
		_, err := w.take(o, 1, 1)
		wantCode(t, "take", err, "")
	}
	w.wantLog(o, accesslog.Taken)
	_, err := w.take(o, 2, 2)
	wantCode(t, "take of another revision", err, wire.CodeChanged)
	_, err = w.take(o, 1, 2)
	wantCode(t, "take", err, "")
	_, err = w.take(o, 1, 3)
	wantCode(t, "take too many", err, wire.CodeUsed)
	w.wantLog(o, accesslog.Taken, accesslog.Taken)
}

// TestLogOfReload: whoever reloads a share with a view limit guesses again, rightly, and takes with the id that he has. His
// guess must not pass for a wrong one.
func TestLogOfReload(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(func(d *draft) { withLog(d); withPassphrase(d); withViews(1)(d) })
	var tags [2][accesslog.TagSize]byte
	for i := range tags {
		g, err := w.guess(o, 1)
		wantCode(t, "guess", err, "")
		tags[i] = accesslog.Tag(g.Guess[:])
		for range 2 {
			_, err = w.Take(ctx, o.id, &wire.TakeRequest{Unlock: o.unlock, Revision: 1, Take: [16]byte{1}, Guess: g.Guess[:]})
			wantCode(t, "take", err, "")
		}
	}
	events := w.wantLog(o, accesslog.Tried, accesslog.Taken, accesslog.Tried, accesslog.Opened)
	if events[1].Tag != tags[0] || events[3].Tag != tags[1] {
		t.Errorf("tags %x, want %x", [][8]byte{events[1].Tag, events[3].Tag}, tags)
	}
}

func TestNoLog(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(nil)
	before, err := w.records.Load(ctx, o.id)
	wantCode(t, "load", err, "")
	w.open(o, o.unlock[:])
	w.wantLog(o)
	after, err := w.records.Load(ctx, o.id)
	if err != nil || after.Counter != before.Counter || after.Value[0] != recordVersion {
		t.Errorf("an open without a log wrote something, or: version %d, %v", after.Value[0], err)
	}
}

// TestLogRing fills the ring more than once over, with rows, and looks at what is kept and what is left.
func TestLogRing(t *testing.T) {
	w := newWorld(t)
	w.sizes.logRow, w.sizes.ring = 7, 20
	o, _, _ := w.live(withLog)
	for n := 1; n <= 60; n++ {
		w.now.Store(epoch + int64(n))
		_, err := w.open(o, o.unlock[:])
		wantCode(t, "open", err, "")
		events, ever := w.log(o)
		if len(events) != min(n, 20) || ever != uint64(n) {
			t.Fatalf("after %d: %d events, %d ever", n, len(events), ever)
		}
		for i, e := range events {
			if want := epoch + int64(n-len(events)+i+1); e.At != uint64(want) {
				t.Fatalf("after %d: event %d is of %d, want %d", n, i, e.At, want)
			}
		}
		if st, err := w.records.Stats(ctx); err != nil || st.Manifests > 1+4 {
			t.Fatalf("after %d: %d rows, %v; want the manifest and four rows at most", n, st.Manifests, err)
		}
	}
}

func TestPublishEndsLog(t *testing.T) {
	other := accesslog.DeriveKey([32]byte{8}).Public()
	for _, tt := range []struct {
		name string
		key  []byte
		left int
	}{
		{"same key", func() []byte { k := logKey.Public(); return k[:] }(), 5},
		{"no key", nil, 0},
		{"another key", other[:], 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.sizes.logRow = 2
			o, d, _ := w.live(withLog)
			var sealed [][]byte
			for range 5 {
				w.open(o, o.unlock[:])
			}
			m, err := w.owner(o, o.body(t, statement.ActionLog, w.fresh(o), 0, nil))
			wantCode(t, "log", err, "")
			for b := m.(*wire.LogReply).Events; len(b) > 0; b = b[112:] {
				sealed = append(sealed, b[:112])
			}
			n := d.next()
			n.st.LogKey = tt.key
			wantCode(t, "publish", w.publish(o, n, nil), "")
			if events, ever := w.log(o); len(events) != tt.left || ever != uint64(tt.left) {
				t.Errorf("%d events, %d ever, want %d", len(events), ever, tt.left)
			}
			for i, b := range sealed {
				if got := w.records.Holds(b); got != (tt.left > 0) {
					t.Errorf("event %d is in the database: %v", i, got)
				}
			}
		})
	}
}

func TestLogKeyIsChecked(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(nil)
	n := d.next()
	n.st.LogKey = make([]byte, 32)
	wantCode(t, "publish with a key of low order", w.publish(o, n, nil), wire.CodeStatement)
}

// TestLogCountsAll lets many open at once: every pepper that was given has its event.
func TestLogCountsAll(t *testing.T) {
	w := newWorld(t)
	w.sizes.logRow = 16
	o, _, _ := w.live(withLog)
	var wg sync.WaitGroup
	given := make(chan bool, 100)
	for range 100 {
		wg.Go(func() {
			r, err := w.open(o, o.unlock[:])
			if code := codeOf(err); code != "" && code != wire.CodeBusy {
				t.Errorf("open = %v", err)
			}
			if err == nil && len(r.Pepper) == 32 {
				given <- true
			}
		})
	}
	wg.Wait()
	if events, ever := w.log(o); len(events) < len(given) || ever != uint64(len(events)) {
		t.Errorf("%d events, %d ever, for %d peppers", len(events), ever, len(given))
	}
}

// TestOldRecords: a record that needs no annex is written as it was before there was one, and read.
func TestOldRecords(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(withViews(3))
	row, err := w.records.Load(ctx, o.id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := decodeRecord(row.Value)
	if err != nil || row.Value[0] != recordVersion {
		t.Fatalf("version %d, %v", row.Value[0], err)
	}
	old, err := r.MarshalMsg([]byte{recordVersion})
	if err != nil || !bytes.Equal(old, row.Value) {
		t.Errorf("a record without an annex is written differently; %v", err)
	}
	for name, b := range map[string][]byte{
		"version 3":             append([]byte{3}, old[1:]...),
		"bytes behind":          append(bytes.Clone(old), 0x90),
		"version 2, no annex":   append([]byte{annexVersion}, old[1:]...),
		"version 1, with annex": func() []byte { b, _ := (&annex{}).MarshalMsg(bytes.Clone(old)); return b }(),
		"annex cut":             func() []byte { b, _ := (&annex{}).MarshalMsg(bytes.Clone(old)); b[0] = 2; return b[:len(b)-1] }(),
		"half a hash": func() []byte {
			b, _ := (&annex{PostSums: make([]byte, 31)}).MarshalMsg(bytes.Clone(old))
			b[0] = 2
			return b
		}(),
		"half an event": func() []byte {
			b, _ := (&annex{Log: chain{Tail: make([]byte, 111)}}).MarshalMsg(bytes.Clone(old))
			b[0] = 2
			return b
		}(),
	} {
		if _, err := decodeRecord(b); err == nil {
			t.Errorf("%s is read as a record", name)
		}
	}
	b, _ := (&annex{}).MarshalMsg(bytes.Clone(old))
	b[0] = annexVersion
	if _, err := decodeRecord(b); err != nil {
		t.Errorf("a record with an empty annex: %v", err)
	}
}
