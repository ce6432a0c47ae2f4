package client

import (
	"context"
	"errors"
	"testing"
	"time"

	"safelight/crypto/knock"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// TestAnswersAreFew: whatever the server lists, and however often, each commitment gets one answer, and no more get one than
// are good for the words.
func TestAnswersAreFew(t *testing.T) {
	for _, fresh := range []int{0, 30} { // how many others it makes up for every look
		const looks, listed = 5, 30
		w, l := lying(t)
		sent := w.send(t, SendConfig{AskFirst: true}, photo(40, 30))
		m, err := Manage(t.Context(), sent.Manage, w.Config)
		if err != nil {
			t.Fatal(err)
		}
		look := 0
		l.rewrite = func(route string, b []byte) []byte {
			var r wire.AdmitReply
			if route != "owner" || wire.Decode(&r, b) != nil {
				return b
			}
			for i := range listed { // always there, and never answered
				c := [32]byte{byte(look*fresh + i), 1}
				r.Knocks = append(r.Knocks, wire.Knock{Commit: c, Since: r.Now, Status: wire.KnockWaiting})
			}
			b, err := wire.Encode(&r)
			if err != nil {
				t.Error(err)
			}
			return b
		}
		for look = range looks {
			if _, err := m.Knocks(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		answers := map[statement.Commitment]map[string]bool{}
		for _, b := range l.asked["owner"] {
			q, err := statement.ParseRequest(b)
			if err != nil || q.Action != statement.ActionAdmit {
				continue
			}
			a, err := q.AdmitArgs()
			if err != nil || a.Step != statement.AdmitAnswer {
				continue
			}
			if answers[a.Commit] == nil {
				answers[a.Commit] = map[string]bool{}
			}
			answers[a.Commit][string(a.Value)] = true
		}
		if want := min(listed+(looks-1)*fresh, knock.MaxAnswers); len(answers) != want {
			t.Errorf("%d were answered, want %d", len(answers), want)
		}
		for c, values := range answers {
			if len(values) != 1 {
				t.Fatalf("%x has %d answers", c[:2], len(values))
			}
		}
	}
}

// knocked lets a viewer knock until the owner sees the words.
func (w *world) knocked(t *testing.T, link string, m *Managed) (Knocking, chan error) {
	t.Helper()
	askAgain = 10 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	o, err := Open(ctx, link, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	go func() {
		_, err := o.Unlock(ctx, Key{Ask: true})
		opened <- err
	}()
	for {
		list, err := m.Knocks(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range list {
			if k.Words != "" {
				return k, opened
			}
		}
		time.Sleep(askAgain)
	}
}

// TestLetIn: who is let in opens, also when the share was sealed anew since the owner looked. Who is not waiting any more is
// not called let in.
func TestLetIn(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, SendConfig{AskFirst: true}, photo(40, 30))
	var devices [2]*Managed
	for i := range devices {
		m, err := Manage(t.Context(), sent.Manage, w.Config)
		if err != nil {
			t.Fatal(err)
		}
		devices[i] = m
	}
	m, other := devices[0], devices[1]
	k, opened := w.knocked(t, sent.Link, m)
	if err := m.LetIn(t.Context(), k); err != nil {
		t.Fatalf("LetIn = %v", err)
	}
	if err := <-opened; err != nil {
		t.Errorf("Unlock of who was let in = %v", err)
	}
	k, opened = w.knocked(t, sent.Link, m)
	if err := other.Refuse(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	if err := m.LetIn(t.Context(), k); !errors.Is(err, ErrNotWaiting) {
		t.Errorf("LetIn of who was refused = %v, want ErrNotWaiting", err)
	}
	if err := <-opened; !errors.Is(err, ErrNotLetIn) {
		t.Errorf("Unlock of who was refused = %v", err)
	}
	// Sealed anew, with another R, after this device has looked.
	on, off := true, false
	for _, ask := range []*bool{&off, &on} {
		if err := other.Set(t.Context(), Change{AskFirst: ask}); err != nil {
			t.Fatal(err)
		}
	}
	k, opened = w.knocked(t, sent.Link, m)
	if err := m.LetIn(t.Context(), k); err != nil {
		t.Fatalf("LetIn after a change = %v", err)
	}
	if err := <-opened; err != nil {
		t.Errorf("Unlock after a change = %v", err)
	}
}

// TestOlderState: the owner's device signs nothing on top of a revision that is older than what it has seen.
func TestOlderState(t *testing.T) {
	w, l := lying(t)
	sent := w.send(t, SendConfig{}, photo(40, 30))
	var old []byte
	lie := false
	l.rewrite = func(route string, b []byte) []byte {
		var r wire.StateReply
		if route != "owner" || wire.Decode(&r, b) != nil {
			return b
		}
		if old == nil {
			old = b
		}
		if lie {
			return old
		}
		return b
	}
	m, err := Manage(t.Context(), sent.Manage, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	for _, hours := range []time.Duration{2, 3} {
		if err := m.Set(t.Context(), Change{Expires: hours * time.Hour}); err != nil {
			t.Fatalf("control: %v", err)
		}
	}
	lie = true
	if err := m.Set(t.Context(), Change{Expires: 4 * time.Hour}); !errors.Is(err, ErrDamaged) {
		t.Errorf("an older state = %v, want ErrDamaged", err)
	}
}

// TestAskedInVain: nobody answers in time, or everybody asks at once.
func TestAskedInVain(t *testing.T) {
	askAgain = time.Millisecond
	w, l := lying(t)
	sent := w.send(t, SendConfig{AskFirst: true}, photo(40, 30))
	o, err := Open(t.Context(), sent.Link, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Unlock(t.Context(), Key{}); !errors.Is(err, ErrLocked) || errors.Is(err, ErrNoAnswer) {
		t.Errorf("without asking: %v", err)
	}
	looks := 0
	l.rewrite = func(route string, b []byte) []byte { // a quarter of an hour, in three looks
		var r wire.KnockReply
		if route != "knock" || wire.Decode(&r, b) != nil {
			return b
		}
		if looks++; looks == 3 {
			r.Now = r.Until
		}
		b, err := wire.Encode(&r)
		if err != nil {
			t.Error(err)
		}
		return b
	}
	said := 0
	_, err = o.Unlock(t.Context(), Key{Ask: true, Asked: func(a Asking) {
		if said++; a.Words != "" || time.Until(a.Until) > wire.KnockLife {
			t.Errorf("Asked(%+v)", a)
		}
	}})
	if !errors.Is(err, ErrLocked) || !errors.Is(err, ErrNoAnswer) || looks != 3 || said != 1 {
		t.Errorf("after %d looks, told %d times: %v", looks, said, err)
	}
	l.rewrite = nil
	for range wire.MaxPending {
		v := knock.NewViewer(o.view.ID())
		if _, err := o.client.Knock(t.Context(), o.view.ID(), o.view.ReadToken().Bytes(), v.Commitment()); err != nil {
			break
		}
	}
	if _, err := o.Unlock(t.Context(), Key{Ask: true}); !errors.Is(err, ErrLocked) || !errors.Is(err, ErrCrowded) {
		t.Errorf("with every place taken: %v", err)
	}
}

// TestNotAskedAnyMore: who waits goes on when the owner does not want to be asked any more.
func TestNotAskedAnyMore(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, SendConfig{AskFirst: true}, photo(40, 30))
	m, err := Manage(t.Context(), sent.Manage, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	_, opened := w.knocked(t, sent.Link, m)
	select {
	case err := <-opened:
		t.Fatalf("control: opened before: %v", err)
	case <-time.After(5 * askAgain):
	}
	off := false
	if err := m.Set(t.Context(), Change{AskFirst: &off}); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Errorf("Unlock = %v", err)
	}
}
