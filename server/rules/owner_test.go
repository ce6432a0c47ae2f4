package rules

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

func TestCreate(t *testing.T) {
	w := newWorld(t)
	o, stranger := newOwner(w.rand), newOwner(w.rand)
	create := func(signer *owner, public statement.PublicKey, id ID, expires int64) []byte {
		q, err := statement.NewRequest(statement.ID(id), statement.ActionCreate, nil, 0,
			&statement.CreateArgs{Owner: public, Expires: uint64(expires)})
		if err != nil {
			t.Fatal(err)
		}
		b, err := q.Seal(signer)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	errToken := errors.New("no token")
	admitted := 0
	tests := []struct {
		name string
		id   ID
		body []byte
		err  error // of admit
		want wire.Code
	}{
		{"not a request", o.id, []byte("hello"), nil, wire.CodeMalformed},
		{"for another share", stranger.id, create(o, o.Public(), o.id, epoch+day), nil, wire.CodeMalformed},
		{"key of another share", o.id, create(stranger, stranger.Public(), o.id, epoch+day), nil, wire.CodeMalformed},
		{"signed by somebody else", o.id, create(stranger, o.Public(), o.id, epoch+day), nil, wire.CodeMalformed},
		{"not admitted", o.id, create(o, o.Public(), o.id, epoch+day), errToken, "failure"},
		{"expired", o.id, create(o, o.Public(), o.id, epoch), nil, wire.CodeExpires},
		{"good", o.id, create(o, o.Public(), o.id, epoch+day), nil, ""},
		{"again", o.id, create(o, o.Public(), o.id, epoch+day), nil, wire.CodeExists},
	}
	for _, tt := range tests {
		_, err := w.Owner(ctx, tt.id, tt.body, Admission{Share: func(context.Context) error {
			if admitted++; tt.want == wire.CodeExpires || tt.want == wire.CodeExists {
				t.Errorf("%s: admit was called for what cannot be stored", tt.name)
			}
			return tt.err
		}})
		wantCode(t, tt.name, err, tt.want)
		if tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%s: Owner = %v, want the error of admit", tt.name, err)
		}
	}
	if admitted != 2 {
		t.Errorf("admit was called %d times, want 2", admitted)
	}
}

// TestFailedCreateIsFree: what cannot be stored uses up nothing of what a mailbox lets others create; and it would be
// noticed.
func TestFailedCreateIsFree(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    faults
		want uint64
	}{
		{"the mailbox counts what is stored", faults{}, 1},
		{"control: it is asked first", faults{admitFirst: true}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.faults = tt.f
			box, o := w.mailbox(), newOwner(w.rand)
			create := func(expires int64) error {
				args := &statement.CreateArgs{Owner: o.Public(), Expires: uint64(expires)}
				_, err := w.Owner(ctx, o.id, o.body(t, statement.ActionCreate, nil, 0, args), Admission{
					Share: func(ctx context.Context) error { return w.AdmitByPost(ctx, box.id, box.unlock) },
				})
				return err
			}
			wantCode(t, "expired", create(epoch), wire.CodeExpires)
			wantCode(t, "good", create(epoch+day), "")
			wantCode(t, "again", create(epoch+day), wire.CodeExists)
			_, r, _, err := w.load(ctx, box.id)
			if err != nil {
				t.Fatal(err)
			}
			if r.Creates != tt.want {
				t.Errorf("%d creates were counted, want %d", r.Creates, tt.want)
			}
		})
	}
}

func TestIntendedExpiryIsCapped(t *testing.T) {
	w := newWorld(t)
	w.limits.Expiry = 3 * 24 * 3600 * 1e9
	w.restart()
	o := newOwner(w.rand)
	w.create(o) // for seven days
	w.pass(3 * day)
	_, err := w.open(o, nil)
	wantCode(t, "open", err, wire.CodeGone)
}

func TestChallenge(t *testing.T) {
	w := newWorld(t)
	o, _, _ := w.live(nil)
	stranger := newOwner(w.rand)
	body := func(fresh []byte) []byte { return o.body(t, statement.ActionState, fresh, 0, nil) }
	good := w.fresh(o)
	forged := bytes.Clone(good)
	forged[23] ^= 1
	later := bytes.Clone(good)
	later[7]++
	life := wire.ChallengeLife.Milliseconds()
	tests := []struct {
		name  string
		fresh []byte
		pass  int64
		want  wire.Code
	}{
		{"at once", good, 0, ""},
		{"for another share", w.fresh(stranger), 0, wire.CodeChallenge},
		{"forged", forged, 0, wire.CodeChallenge},
		{"another time", later, 0, wire.CodeChallenge},
		{"five minutes later", good, life, ""},
		{"too late", good, 1, wire.CodeChallenge},
	}
	for _, tt := range tests {
		w.pass(tt.pass)
		_, err := w.owner(o, body(tt.fresh))
		wantCode(t, tt.name, err, tt.want)
	}
	future := w.keys[0].challengeFor(o.id, w.now.Load()+1)
	_, err := w.owner(o, body(future[:]))
	wantCode(t, "from the future", err, wire.CodeChallenge)

	old := w.fresh(o)
	was := w.key
	w.key = RecordKey{2}
	w.restart(was)
	_, err = w.owner(o, body(old))
	wantCode(t, "made under the previous key", err, "")
	w.restart()
	_, err = w.owner(o, body(old))
	wantCode(t, "made under a forgotten key", err, wire.CodeChallenge)
}

func TestOwnerIsChecked(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(nil)
	thief := newOwner(w.rand)
	thief.id = o.id
	for _, action := range []statement.Action{statement.ActionUpload, statement.ActionDelete, statement.ActionState,
		statement.ActionLog, statement.ActionAdmit, statement.ActionMailbox} {
		_, err := w.owner(o, thief.body(t, action, w.fresh(o), 0, nil))
		wantCode(t, "somebody else's request", err, wire.CodeGone)
	}
	for _, action := range []statement.Action{statement.ActionAdmit, statement.ActionMailbox} {
		_, err := w.owner(o, o.body(t, action, w.fresh(o), 0, nil))
		wantCode(t, "an action that this share does not have", err, wire.CodeMalformed)
	}
	// The statement is the owner's, the request is not.
	n := d.next()
	o.sign(t, n)
	_, err := w.owner(o, thief.body(t, statement.ActionPublish, nil, n.st.Revision, &n.args))
	wantCode(t, "publish signed by somebody else", err, wire.CodeGone)
}

func TestState(t *testing.T) {
	w := newWorld(t)
	o := newOwner(w.rand)
	c := w.create(o)
	w.pass(hour)
	if r := w.state(o); r.State != wire.StateUploading || r.Stage != 0 || r.Now != c.Now {
		t.Errorf("state while uploading = %+v, want the time of create", r)
	}
	o, d, _ := w.live(withViews(2))
	if _, err := w.take(o, 1, 1); err != nil {
		t.Fatal(err)
	}
	r := w.state(o)
	if r.State != wire.StateLive || r.Stage != 2 || r.Taken != 1 || r.Now != uint64(w.now.Load()) {
		t.Errorf("state = %+v", r)
	}
	for _, f := range [][2][]byte{{r.Statement, d.args.Statement}, {r.Signature, d.args.Signature}, {r.Manifest, d.args.Manifest},
		{r.OwnerBox, d.args.OwnerBox}, {r.Pepper, d.args.Pepper}} {
		if !bytes.Equal(f[0], f[1]) {
			t.Errorf("state gives %.8x…, want %.8x…", f[0], f[1])
		}
	}
}

func (w *world) state(o *owner) *wire.StateReply {
	m, err := w.owner(o, o.body(w.t, statement.ActionState, w.fresh(o), 0, nil))
	wantCode(w.t, "state", err, "")
	if _, err := wire.Encode(m); err != nil {
		w.t.Fatal(err)
	}
	return m.(*wire.StateReply)
}

func TestUploads(t *testing.T) {
	w := newWorld(t)
	o := newOwner(w.rand)
	w.create(o)
	more := func() error {
		_, err := w.owner(o, o.body(t, statement.ActionUpload, w.fresh(o), 0, nil))
		return err
	}
	for range wire.MaxUploads - 2 {
		wantCode(t, "upload", more(), "")
	}
	wantCode(t, "one upload too many", more(), wire.CodeUpload)
}

func TestPut(t *testing.T) {
	w := newWorld(t)
	w.limits.ShareBytes = 2000
	w.restart()
	o, stranger := newOwner(w.rand), newOwner(w.rand)
	c := w.create(o)
	up, other := c.Uploads[0], w.create(stranger).Uploads[0]
	head, rest := sealedFile(w.rand, 1000), w.rand.bytes(900)
	_, err := w.Put(ctx, o.id, up.Upload, 2, up.Token, 5, [32]byte{}, bytes.NewReader([]byte("hello")))
	wantCode(t, "other bytes than announced", err, wire.CodeDigest)
	_, err = w.Put(ctx, o.id, up.Upload, 2, up.Token, 5, [32]byte{}, bytes.NewReader([]byte("hell")))
	wantCode(t, "cut off", err, wire.CodeDigest)
	_, err = w.Put(ctx, o.id, up.Upload, 0, up.Token, 500, [32]byte{}, bytes.NewReader(head[:100]))
	wantCode(t, "first part cut off", err, wire.CodeDigest)
	forged := up
	forged.Token[0] ^= 1
	swapped := up
	swapped.Upload = other.Upload
	tests := []struct {
		name    string
		g       wire.Grant
		n       uint32
		b       []byte
		want    wire.Code
		created bool
	}{
		{"wrong token", forged, 0, head, wire.CodeGone, false},
		{"upload of another share", swapped, 0, head, wire.CodeGone, false},
		{"not sealed", up, 0, rest, wire.CodeMalformed, false},
		{"too short to be sealed", up, 0, head[:100], wire.CodeMalformed, false},
		{"empty", up, 1, nil, wire.CodeMalformed, false},
		{"part number", up, wire.MaxParts, rest, wire.CodeMalformed, false},
		{"too large for a part", up, 1, make([]byte, wire.MaxPartSize+1), wire.CodeLarge, false},
		{"first", up, 0, head, "", true},
		{"second", up, 1, rest, "", true},
		{"the same again", up, 1, rest, "", false},
		{"other bytes", up, 1, rest[1:], wire.CodePart, false},
		{"too large for the share", c.Uploads[1], 1, make([]byte, 101), wire.CodeLarge, false},
		{"as large as the share may be", c.Uploads[1], 1, make([]byte, 100), "", true},
		{"the same again in a full share", c.Uploads[1], 1, make([]byte, 100), "", false},
	}
	for _, tt := range tests {
		created, err := w.put(o, tt.g, tt.n, tt.b)
		wantCode(t, tt.name, err, tt.want)
		if created != tt.created {
			t.Errorf("%s: Put = created %v, want %v", tt.name, created, tt.created)
		}
	}
}
