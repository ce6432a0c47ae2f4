package rules

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"
	"time"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// visitor is somebody who knocks.
type visitor struct {
	commit      statement.Commitment
	key, random [32]byte
}

func newVisitor(o *owner, n byte) visitor {
	v := visitor{random: [32]byte{n}}
	v.key = accesslog.DeriveKey([32]byte{n}).Public()
	v.commit = statement.NewCommitment(statement.ID(o.id), v.key, v.random)
	return v
}

// asking makes a share that asks first.
func (w *world) asking() (*owner, *draft) {
	w.t.Helper()
	o, d, _ := w.live(func(d *draft) { d.st.AskFirst = 1 })
	return o, d
}

func (w *world) knockAt(o *owner, n byte) (*wire.KnockReply, error) {
	return w.Knock(ctx, o.id, &wire.KnockRequest{Read: o.read, Commit: newVisitor(o, n).commit}, nil)
}

func (w *world) reveal(o *owner, v visitor) (*wire.KnockReply, error) {
	return w.Reveal(ctx, o.id, &wire.RevealRequest{Read: o.read, Commit: v.commit, Key: v.key, Random: v.random})
}

func (w *world) admit(o *owner, a *statement.AdmitArgs) (*wire.AdmitReply, error) {
	m, err := w.owner(o, o.body(w.t, statement.ActionAdmit, w.fresh(o), 0, a))
	if err != nil {
		return nil, err
	}
	if _, err := wire.Encode(m); err != nil {
		w.t.Fatal(err)
	}
	return m.(*wire.AdmitReply), nil
}

func (o *owner) answerTo(c statement.Commitment, n byte) *statement.AdmitArgs {
	value := [32]byte{n}
	return &statement.AdmitArgs{Step: statement.AdmitAnswer, Commit: c, Value: value[:],
		Signature: o.Sign(statement.TypeKnock, statement.KnockBody(statement.ID(o.id), c, value))}
}

func (o *owner) letIn(c statement.Commitment, n byte) *statement.AdmitArgs {
	// Bytes that stand nowhere else: some tests look for them in files.
	sum := sha256.Sum256([]byte{n})
	box := bytes.Repeat(sum[:], 3)[:statement.BoxSize]
	return &statement.AdmitArgs{Step: statement.AdmitLetIn, Commit: c, Value: box,
		Signature: o.Sign(statement.TypeAdmit, statement.AdmitBody(c, box))}
}

// revealed takes a visitor to where the owner decides.
func (w *world) revealed(o *owner) (visitor, *wire.KnockReply) {
	w.t.Helper()
	v := newVisitor(o, 1)
	_, err := w.knockAt(o, 1)
	wantCode(w.t, "knock", err, "")
	_, err = w.admit(o, o.answerTo(v.commit, 9))
	wantCode(w.t, "answer", err, "")
	r, err := w.reveal(o, v)
	wantCode(w.t, "reveal", err, "")
	return v, r
}

func (w *world) admitted(o *owner, v visitor) {
	w.t.Helper()
	_, err := w.admit(o, o.letIn(v.commit, 5))
	wantCode(w.t, "let in", err, "")
}

func TestKnock(t *testing.T) {
	w := newWorld(t)
	o, _ := w.asking()
	v := newVisitor(o, 1)
	want := func(what string, r *wire.KnockReply, err error, status uint64, answered, boxed bool) {
		t.Helper()
		wantCode(t, what, err, "")
		if _, err := wire.Encode(r); err != nil {
			t.Fatal(err)
		}
		until := uint64(epoch) + uint64(wire.KnockLife.Milliseconds())
		if r.Status != status || (len(r.Answer) == 32) != answered || (len(r.Box) == 80) != boxed || r.Until != until {
			t.Fatalf("%s = %+v, want status %d", what, r, status)
		}
	}
	list := func(status uint64) wire.Knock {
		t.Helper()
		m, err := w.admit(o, &statement.AdmitArgs{})
		wantCode(t, "list", err, "")
		if len(m.Knocks) != 1 || m.Knocks[0].Commit != v.commit || m.Knocks[0].Since != uint64(epoch) || m.Knocks[0].Status != status {
			t.Fatalf("list = %+v, want one with status %d", m.Knocks, status)
		}
		return m.Knocks[0]
	}
	for range 2 {
		r, err := w.knockAt(o, 1)
		want("knock", r, err, wire.KnockWaiting, false, false)
		w.pass(1000)
	}
	r, err := w.reveal(o, v)
	want("reveal too early", r, err, wire.KnockWaiting, false, false)
	if k := list(wire.KnockWaiting); len(k.Key) != 0 {
		t.Error("a key that was shown too early was kept")
	}
	_, err = w.admit(o, o.letIn(v.commit, 5))
	wantCode(t, "let in before the key", err, wire.CodeMalformed)
	for range 2 {
		_, err = w.admit(o, o.answerTo(v.commit, 9))
		wantCode(t, "answer", err, "")
	}
	_, err = w.admit(o, o.answerTo(v.commit, 8))
	wantCode(t, "a second answer", err, wire.CodeMalformed)
	r, err = w.knockAt(o, 1)
	want("knock", r, err, wire.KnockAnswered, true, false)
	body := statement.KnockBody(statement.ID(o.id), v.commit, [32]byte(r.Answer))
	if err := statement.VerifySignature(o.Public(), statement.TypeKnock, body, r.Signature); err != nil {
		t.Error(err)
	}
	for range 2 {
		r, err = w.reveal(o, v)
		want("reveal", r, err, wire.KnockRevealed, true, false)
	}
	if k := list(wire.KnockRevealed); [32]byte(k.Key) != v.key || [32]byte(k.Random) != v.random {
		t.Errorf("the owner sees %x %x", k.Key, k.Random)
	}
	for n := range byte(2) { // another device seals again: the first box stays
		_, err = w.admit(o, o.letIn(v.commit, 5+n))
		wantCode(t, "let in", err, "")
	}
	_, err = w.admit(o, &statement.AdmitArgs{Step: statement.AdmitRefuse, Commit: v.commit})
	wantCode(t, "refuse after letting in", err, "")
	r, err = w.knockAt(o, 1)
	want("knock", r, err, wire.KnockAdmitted, true, true)
	if !bytes.Equal(r.Box, o.letIn(v.commit, 5).Value) || statement.VerifySignature(o.Public(), statement.TypeAdmit, statement.AdmitBody(v.commit, r.Box), r.BoxSigned) != nil {
		t.Error("the box is not the first one, or not signed")
	}
	w.now.Store(epoch + wire.KnockLife.Milliseconds() - 1)
	list(wire.KnockAdmitted)
	w.pass(1)
	if m, err := w.admit(o, &statement.AdmitArgs{}); err != nil || len(m.Knocks) != 0 {
		t.Errorf("list after its time = %+v, %v", m, err)
	}
	if _, err := w.reveal(o, v); codeOf(err) != wire.CodeMalformed {
		t.Errorf("reveal after its time = %v", err)
	}
}

func TestKnockRefused(t *testing.T) {
	w := newWorld(t)
	o, d := w.asking()
	plain, _, _ := w.live(nil)
	uploading := newOwner(w.rand)
	w.create(uploading)
	v := newVisitor(o, 1)
	stranger := newOwner(w.rand)
	knock := func(o *owner, read [32]byte) error {
		_, err := w.Knock(ctx, o.id, &wire.KnockRequest{Read: read, Commit: v.commit}, nil)
		return err
	}
	wantCode(t, "wrong read", knock(o, stranger.read), wire.CodeGone)
	wantCode(t, "unknown", knock(stranger, stranger.read), wire.CodeGone)
	wantCode(t, "does not ask", knock(plain, plain.read), wire.CodeMalformed)
	wantCode(t, "uploading", knock(uploading, uploading.read), wire.CodeUploading)
	_, err := w.admit(plain, &statement.AdmitArgs{})
	wantCode(t, "admit where nobody is asked", err, wire.CodeMalformed)
	_, err = w.admit(uploading, &statement.AdmitArgs{})
	wantCode(t, "admit while uploading", err, wire.CodeUploading)
	_, err = w.reveal(o, v)
	wantCode(t, "reveal without a knock", err, wire.CodeMalformed)
	other := v
	other.random[5] ^= 1
	_, err = w.reveal(o, other)
	wantCode(t, "another commitment", err, wire.CodeMalformed)
	low := visitor{random: [32]byte{1}}
	low.commit = statement.NewCommitment(statement.ID(o.id), low.key, low.random)
	_, err = w.reveal(o, low)
	wantCode(t, "key of low order", err, wire.CodeMalformed)

	wantCode(t, "knock", knock(o, o.read), "")
	forged := stranger.answerTo(v.commit, 9)
	_, err = w.admit(o, forged)
	wantCode(t, "answer signed by somebody else", err, wire.CodeMalformed)
	_, err = w.admit(o, o.answerTo(statement.Commitment{1}, 9))
	wantCode(t, "answer to nobody", err, "")
	_, err = w.admit(o, o.answerTo(v.commit, 9))
	wantCode(t, "answer", err, "")
	_, err = w.reveal(o, v)
	wantCode(t, "reveal", err, "")
	_, err = w.admit(o, stranger.letIn(v.commit, 9))
	wantCode(t, "let in, signed by somebody else", err, wire.CodeMalformed)
	refuse := &statement.AdmitArgs{Step: statement.AdmitRefuse, Commit: v.commit}
	for range 2 {
		_, err = w.admit(o, refuse)
		wantCode(t, "refuse", err, "")
	}
	w.admitted(o, v) // too late: it was decided
	r, err := w.knockAt(o, 1)
	if err != nil || r.Status != wire.KnockRefused || len(r.Box) != 0 {
		t.Errorf("knock after a refusal = %+v, %v", r, err)
	}

	n := d.next()
	n.st.AskFirst = 0
	wantCode(t, "publish", w.publish(o, n, nil), "")
	if w.records.Holds(v.commit[:]) {
		t.Error("a statement that asks nobody left a knock behind")
	}
	wantCode(t, "knock after that", knock(o, o.read), wire.CodeMalformed)
}

func TestKnocksAreFew(t *testing.T) {
	w := newWorld(t)
	o, _ := w.asking()
	asked := 0
	allow := func(context.Context) error { asked++; return nil }
	knock := func(n byte) error {
		_, err := w.Knock(ctx, o.id, &wire.KnockRequest{Read: o.read, Commit: newVisitor(o, n).commit}, allow)
		return err
	}
	for n := range byte(wire.MaxPending) {
		wantCode(t, "knock", knock(n), "")
		wantCode(t, "knock again", knock(n), "")
		w.pass(60_000)
	}
	err := knock(100)
	wantCode(t, "one too many", err, wire.CodeLater)
	if wait := AsError(err).RetryAfter; wait != 7*time.Minute {
		t.Errorf("wait %v, want 7 minutes", wait)
	}
	if asked != wire.MaxPending {
		t.Errorf("the address was counted %d times, want %d: once for each that was added", asked, wire.MaxPending)
	}
	_, err = w.admit(o, &statement.AdmitArgs{Step: statement.AdmitRefuse, Commit: newVisitor(o, 0).commit})
	wantCode(t, "refuse", err, "")
	wantCode(t, "knock in the place of one that was refused", knock(101), "")
	w.pass(8 * 60_000)
	wantCode(t, "knock in the place of one whose time is over", knock(102), "")

	refused := errors.New("too often")
	_, err = w.Knock(ctx, o.id, &wire.KnockRequest{Read: o.read, Commit: newVisitor(o, 103).commit}, func(context.Context) error { return refused })
	wantCode(t, "full before the address is counted", err, wire.CodeLater)
	w.pass(wire.KnockLife.Milliseconds())
	_, err = w.Knock(ctx, o.id, &wire.KnockRequest{Read: o.read, Commit: newVisitor(o, 103).commit}, func(context.Context) error { return refused })
	if !errors.Is(err, refused) {
		t.Errorf("Knock = %v, want the error of allow", err)
	}
	// Decided ones do not add up for ever.
	for n := range byte(100) {
		wantCode(t, "knock", knock(n), "")
		_, err = w.admit(o, &statement.AdmitArgs{Step: statement.AdmitRefuse, Commit: newVisitor(o, n).commit})
		wantCode(t, "refuse", err, "")
	}
	if m, err := w.admit(o, &statement.AdmitArgs{}); err != nil || len(m.Knocks) > maxKnocks {
		t.Errorf("%d knocks are kept, %v", len(m.Knocks), err)
	}
}

// TestKnocksAtOnce: of 200 who knock at the same moment, eight wait.
func TestKnocksAtOnce(t *testing.T) {
	w := newWorld(t)
	o, _ := w.asking()
	var wg sync.WaitGroup
	got := make(chan bool, 200)
	for n := range 200 {
		wg.Go(func() {
			_, err := w.knockAt(o, byte(n))
			if code := codeOf(err); code != "" && code != wire.CodeLater && code != wire.CodeBusy {
				t.Errorf("knock = %v", err)
			}
			if err == nil {
				got <- true
			}
		})
	}
	wg.Wait()
	if len(got) != wire.MaxPending {
		t.Errorf("%d wait, want %d", len(got), wire.MaxPending)
	}
}

func TestKnockIsLoggedAndSwept(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(func(d *draft) { d.st.AskFirst = 1; withLog(d) })
	for range 2 {
		_, err := w.knockAt(o, 1)
		wantCode(t, "knock", err, "")
	}
	w.wantLog(o, accesslog.Knocked)
	v := newVisitor(o, 1)
	w.pass(wire.KnockLife.Milliseconds() - 1)
	w.sweep()
	if !w.records.Holds(v.commit[:]) {
		t.Error("a knock was swept before its time")
	}
	w.pass(1)
	w.sweep()
	row, err := w.records.Load(ctx, o.id)
	if r, err2 := decodeRecord(row.Value); err != nil || err2 != nil || len(r.Knocks) != 0 {
		t.Errorf("knocks after the sweep: %v, %v, %v", r.Knocks, err, err2)
	}
	wantCode(t, "open", func() error { _, err := w.open(o, o.unlock[:]); return err }(), "")
}
