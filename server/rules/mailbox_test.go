package rules

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

// sealedPost returns bytes that look like a post.
func sealedPost(n byte) []byte {
	b := []byte("age-encryption.org/v1\n-> mlkem768x25519 " + strings.Repeat("A", 1494) + "\n" + strings.Repeat("A", 43) +
		"\n--- " + strings.Repeat("A", 43) + "\n")
	b = append(b, make([]byte, statement.PostSize-len(b))...)
	b[len(b)-1] = n
	return b
}

// box is the document of a mailbox that an owner is about to send.
type box struct {
	statement.Mailbox
	read, post []byte // hashes
}

func (w *world) newBox(o *owner) *box {
	return &box{statement.Mailbox{
		Version: 1, ID: statement.ID(o.id), Owner: o.Public(), Revision: 1, Created: uint64(w.now.Load()),
		Expires: uint64(w.now.Load() + 7*day), Open: 1, Recipient: [1216]byte{1},
	}, sum(o.read), sum(o.unlock)} // the kit's unlock token stands for the post token
}

func (b *box) body(t fataler, o *owner, fresh []byte) []byte {
	doc, err := b.Append(nil)
	if err != nil {
		t.Fatalf("Append = %v", err)
	}
	return o.body(t, statement.ActionMailbox, fresh, b.Revision, &statement.MailboxArgs{
		Document: doc, Signature: [64]byte(o.Sign(statement.TypeMailbox, doc)), ReadHash: [32]byte(b.read), PostHash: [32]byte(b.post),
	})
}

func (w *world) sendBox(o *owner, b *box) error {
	_, err := w.owner(o, b.body(w.t, o, w.fresh(o)))
	return err
}

// mailbox makes one.
func (w *world) mailbox() *owner {
	w.t.Helper()
	o := newOwner(w.rand)
	wantCode(w.t, "mailbox", w.sendBox(o, w.newBox(o)), "")
	return o
}

func (w *world) post(o *owner, n byte) error {
	_, err := w.Post(ctx, o.id, &wire.PostRequest{Token: o.unlock, Sealed: sealedPost(n)}, nil)
	return err
}

func (w *world) look(o *owner) *wire.MailboxReply {
	w.t.Helper()
	m, err := w.owner(o, o.body(w.t, statement.ActionMailbox, w.fresh(o), 0, nil))
	wantCode(w.t, "look into the mailbox", err, "")
	if _, err := wire.Encode(m); err != nil {
		w.t.Fatal(err)
	}
	return m.(*wire.MailboxReply)
}

func TestMailbox(t *testing.T) {
	w := newWorld(t)
	o := newOwner(w.rand)
	b := w.newBox(o)
	body := b.body(t, o, w.fresh(o))
	for range 2 { // the second is a retry
		_, err := w.owner(o, body)
		wantCode(t, "mailbox", err, "")
		w.pass(1000)
	}
	wantCode(t, "retry with another challenge", w.sendBox(o, b), "")
	r, err := w.OpenMailbox(ctx, o.id, &wire.MailboxOpenRequest{Read: o.read})
	wantCode(t, "open", err, "")
	if m, err := statement.OpenMailbox(r.Document, r.Signature, statement.ID(o.id)); err != nil || m != b.Mailbox || r.Stored != 0 {
		t.Errorf("open = %+v, %v", r, err)
	}
	for n := range byte(40) { // more than one row
		w.pass(1000)
		for range 2 {
			wantCode(t, "post", w.post(o, n), "")
		}
	}
	m := w.look(o)
	if len(m.Posts) != 40 {
		t.Fatalf("%d posts, want 40", len(m.Posts))
	}
	for i, p := range m.Posts {
		if !slices.Equal(p.Sealed, sealedPost(byte(i))) || p.Received != uint64(epoch+3000+int64(i)*1000) {
			t.Fatalf("post %d: received %d", i, p.Received)
		}
	}
	r, err = w.OpenMailbox(ctx, o.id, &wire.MailboxOpenRequest{Read: o.read})
	if err != nil || r.Stored != 40 {
		t.Errorf("open = %d stored, %v", r.Stored, err)
	}

	b.Revision, b.Open, b.Expires = 2, 0, b.Expires+uint64(day)
	wantCode(t, "close", w.sendBox(o, b), "")
	wantCode(t, "close again", w.sendBox(o, b), "")
	wantCode(t, "post into a closed one", w.post(o, 100), wire.CodeClosed)
	wantCode(t, "post what is there already", w.post(o, 3), "")
	b.Revision, b.Open = 3, 1
	wantCode(t, "open it again", w.sendBox(o, b), "")
	wantCode(t, "post", w.post(o, 100), "")

	w.now.Store(int64(b.Expires))
	wantCode(t, "post after expiry", w.post(o, 101), wire.CodeGone)
	_, err = w.OpenMailbox(ctx, o.id, &wire.MailboxOpenRequest{Read: o.read})
	wantCode(t, "open after expiry", err, wire.CodeGone)
	w.sweep()
	if w.records.Holds(sealedPost(3)[1700:]) || w.records.Holds(b.post) {
		t.Error("an expired mailbox left something behind")
	}
	wantCode(t, "the same id again", w.sendBox(o, w.newBox(o)), wire.CodeExists)
}

func TestMailboxRefused(t *testing.T) {
	w := newWorld(t)
	stored := w.mailbox()
	share, _, _ := w.live(nil)
	thief := newOwner(w.rand)
	errToken := errors.New("no token")
	for _, tt := range []struct {
		name  string
		owner *owner
		edit  func(*box)
		want  wire.Code
	}{
		{"good", nil, func(*box) {}, ""},
		{"created at another time", nil, func(b *box) { b.Created-- }, wire.CodeStatement},
		{"expired", nil, func(b *box) { b.Created, b.Expires = b.Created-2, b.Created-1 }, wire.CodeStatement},
		{"too far", nil, func(b *box) { b.Expires = b.Created + uint64(91*day) }, wire.CodeExpires},
		{"as far as may be", nil, func(b *box) { b.Expires = b.Created + uint64(90*day) }, ""},
		{"no post hash", nil, func(b *box) { b.post = make([]byte, 32) }, wire.CodeMalformed},
		{"open 2", nil, func(b *box) { b.Open = 2 }, wire.CodeStatement},
		{"revision 2 of nothing", nil, func(b *box) { b.Revision = 2 }, wire.CodeGone},
		{"another one in its place", stored, func(b *box) { b.Expires++ }, wire.CodeExists},
		{"in the place of a share", share, func(*box) {}, wire.CodeMalformed},
		{"revision 2 of a share", share, func(b *box) { b.Revision = 2 }, wire.CodeMalformed},
		{"revision 3", stored, func(b *box) { b.Revision = 3 }, wire.CodeRevision},
		{"another recipient", stored, func(b *box) { b.Revision, b.Recipient = 2, [1216]byte{2} }, wire.CodeRevision},
		{"another creation", stored, func(b *box) { b.Revision, b.Created = 2, b.Created-1 }, wire.CodeRevision},
		{"another read hash", stored, func(b *box) { b.Revision, b.read = 2, make([]byte, 32) }, wire.CodeRevision},
		{"another post hash", stored, func(b *box) { b.Revision, b.post = 2, b.read }, wire.CodeRevision},
		{"past expiry", stored, func(b *box) { b.Revision, b.Expires = 2, b.Created+1; w.pass(2) }, wire.CodeExpires},
		{"expiry too far", stored, func(b *box) { b.Revision, b.Expires = 2, b.Created+uint64(91*day) }, wire.CodeExpires},
		{"shorter", stored, func(b *box) { b.Revision, b.Expires = 2, b.Expires-uint64(day) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := tt.owner
			if o == nil {
				o = newOwner(w.rand)
			}
			b := w.newBox(o)
			if o == stored {
				b.Created = uint64(epoch)
			}
			tt.edit(b)
			err := w.sendBox(o, b)
			wantCode(t, "mailbox", err, tt.want)
			if tt.want == wire.CodeRevision {
				if e := AsError(err); len(e.Statement) == 0 || len(e.Signature) != 64 {
					t.Error("the refusal does not carry the stored mailbox")
				}
			}
		})
	}
	o := newOwner(w.rand)
	thief.id = o.id
	wantCode(t, "signed by somebody else", w.sendBox(thief, w.newBox(o)), wire.CodeStatement)
	doc, _ := w.newBox(o).Append(nil)
	replay := thief.body(t, statement.ActionMailbox, w.fresh(o), 1, &statement.MailboxArgs{
		Document: doc, Signature: [64]byte(o.Sign(statement.TypeMailbox, doc)), ReadHash: [32]byte{1}, PostHash: [32]byte{1}})
	_, err := w.owner(o, replay)
	wantCode(t, "somebody else's request with the owner's document", err, wire.CodeGone)
	_, err = w.Owner(ctx, o.id, w.newBox(o).body(t, o, w.fresh(o)), Admission{Mailbox: func(context.Context) error { return errToken }})
	if !errors.Is(err, errToken) {
		t.Errorf("Owner = %v, want the error of admit", err)
	}
	_, err = w.OpenMailbox(ctx, o.id, &wire.MailboxOpenRequest{Read: o.read})
	wantCode(t, "open what was not admitted", err, wire.CodeGone)
}

// TestRoomsApart tries every door of a share at a mailbox, and the reverse.
func TestRoomsApart(t *testing.T) {
	w := newWorld(t)
	m := w.mailbox()
	share, d, _ := w.live(withViews(2))
	wantCode(t, "post to a share", w.post(share, 1), wire.CodeGone)
	_, err := w.OpenMailbox(ctx, share.id, &wire.MailboxOpenRequest{Read: share.read})
	wantCode(t, "open a share as a mailbox", err, wire.CodeGone)
	_, err = w.open(m, m.unlock[:])
	wantCode(t, "open a mailbox as a share", err, wire.CodeGone)
	_, err = w.take(m, 1, 1)
	wantCode(t, "take", err, wire.CodeGone)
	_, err = w.guess(m, 1)
	wantCode(t, "guess", err, wire.CodeGone)
	_, err = w.knockAt(m, 1)
	wantCode(t, "knock", err, wire.CodeGone)
	_, err = w.reveal(m, newVisitor(m, 1))
	wantCode(t, "reveal", err, wire.CodeGone)
	_, err = w.bundle(m, [16]byte{1})
	wantCode(t, "read", err, wire.CodeGone)
	_, err = w.put(m, wire.Grant{Upload: [16]byte{1}}, 0, sealedFile(w.rand, 200))
	wantCode(t, "put", err, wire.CodeGone)
	for _, action := range []statement.Action{statement.ActionUpload, statement.ActionState, statement.ActionLog, statement.ActionAdmit} {
		_, err = w.owner(m, m.body(t, action, w.fresh(m), 0, nil))
		wantCode(t, "an action of shares", err, wire.CodeMalformed)
	}
	n := d.next()
	n.st.ID, n.st.Owner = statement.ID(m.id), m.Public()
	wantCode(t, "publish", w.publish(m, n, nil), wire.CodeMalformed)
	wantCode(t, "delete", w.delete(m), "")
	wantCode(t, "delete again", w.delete(m), wire.CodeGone)
	wantCode(t, "post after delete", w.post(m, 1), wire.CodeGone)
}

func TestMailboxIsFull(t *testing.T) {
	w := newWorld(t)
	o := w.mailbox()
	var wg sync.WaitGroup
	stored := make(chan bool, 256)
	for n := range 230 {
		wg.Go(func() {
			for {
				err := w.post(o, byte(n))
				if codeOf(err) == wire.CodeBusy {
					continue
				}
				if code := codeOf(err); code != "" && code != wire.CodeClosed {
					t.Errorf("post = %v", err)
				}
				if err == nil {
					stored <- true
				}
				return
			}
		})
	}
	wg.Wait()
	if m := w.look(o); len(stored) != wire.MaxPosts || len(m.Posts) != wire.MaxPosts {
		t.Errorf("%d were stored, %d are there, want %d", len(stored), len(m.Posts), wire.MaxPosts)
	}
	wantCode(t, "one more", w.post(o, 255), wire.CodeClosed)
	wantCode(t, "create in its name", w.AdmitByPost(ctx, o.id, o.unlock), wire.CodeClosed)
}

func TestPostRefused(t *testing.T) {
	w := newWorld(t)
	o := w.mailbox()
	asked := 0
	allow := func(context.Context) error { asked++; return refuse(wire.CodeLater, "") }
	post := func(id ID, token [32]byte, sealed []byte) error {
		_, err := w.Post(ctx, id, &wire.PostRequest{Token: token, Sealed: sealed}, allow)
		return err
	}
	bad := sealedPost(1)
	bad[0] = 'A'
	wantCode(t, "not sealed", post(o.id, o.unlock, bad), wire.CodeMalformed)
	wantCode(t, "short", post(o.id, o.unlock, bad[1:]), wire.CodeMalformed)
	wantCode(t, "read token", post(o.id, o.read, sealedPost(1)), wire.CodeGone)
	wantCode(t, "unknown", post(ID{1}, o.unlock, sealedPost(1)), wire.CodeGone)
	if asked != 0 {
		t.Errorf("the address was counted %d times for noise", asked)
	}
	wantCode(t, "too often", post(o.id, o.unlock, sealedPost(1)), wire.CodeLater)
	wantCode(t, "wrong token", w.AdmitByPost(ctx, o.id, o.read), wire.CodeToken)
	wantCode(t, "no mailbox", w.AdmitByPost(ctx, ID{1}, o.unlock), wire.CodeToken)
	share, _, _ := w.live(nil)
	wantCode(t, "a share", w.AdmitByPost(ctx, share.id, share.unlock), wire.CodeToken)
}

// TestCreatesByPost: of 500 creates at once in the name of a mailbox, as many as may are admitted.
func TestCreatesByPost(t *testing.T) {
	w := newWorld(t)
	w.sizes.creates = 50
	o := w.mailbox()
	var wg sync.WaitGroup
	got := make(chan bool, 100)
	for range 100 {
		wg.Go(func() {
			err := w.AdmitByPost(ctx, o.id, o.unlock)
			for codeOf(err) == wire.CodeBusy {
				err = w.AdmitByPost(ctx, o.id, o.unlock)
			}
			if err == nil {
				got <- true
			} else if codeOf(err) != wire.CodeClosed {
				t.Errorf("AdmitByPost = %v", err)
			}
		})
	}
	wg.Wait()
	if len(got) != 50 {
		t.Errorf("%d were admitted, want 50", len(got))
	}
	if protocolSizes.creates != 400 {
		t.Errorf("%d creates, want 400", protocolSizes.creates)
	}
	closed := w.newBox(o)
	closed.Created, closed.Expires, closed.Revision, closed.Open = uint64(epoch), uint64(epoch+day), 2, 0
	w.sizes.creates = 400
	wantCode(t, "close", w.sendBox(o, closed), "")
	wantCode(t, "create for a closed one", w.AdmitByPost(ctx, o.id, o.unlock), wire.CodeClosed)
}
