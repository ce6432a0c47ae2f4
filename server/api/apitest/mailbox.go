package apitest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"filippo.io/age"

	"safelight/crypto/statement"
)

// A mailbox is what its maker's device holds.
type mailbox struct {
	*share // for its owner, and how he asks
	m      statement.Mailbox
	doc    []byte
	post   []byte // token
	seal   func(n byte) []byte
}

func (b *mailbox) box() string { return "mailboxes/" + b.id().String() }

// newMailbox makes one that is not stored yet.
func (tg *Target) newMailbox(t testing.TB) *mailbox {
	t.Helper()
	b := &mailbox{share: &share{tg: tg, owner: newOwner()}, post: random(32)}
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	b.seal = func(n byte) []byte {
		var sealed bytes.Buffer
		w, err := age.Encrypt(&sealed, identity.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		w.Write(append(make([]byte, statement.PostPlainSize-1), n))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return sealed.Bytes()
	}
	b.m = statement.Mailbox{Version: 1, ID: b.id(), Owner: b.owner.Public(), Revision: 1, Open: 1, Recipient: [1216]byte{7}}
	return b
}

// send signs the mailbox and makes or changes it.
func (b *mailbox) send(t testing.TB) answer {
	t.Helper()
	fresh := b.challenge(t)
	if b.m.Created == 0 {
		b.m.Created = serverTime(fresh)
		b.m.Expires = b.m.Created + hour
	}
	return b.tg.do(t, b.request(t, fresh))
}

func (b *mailbox) request(t testing.TB, fresh []byte) request {
	t.Helper()
	doc, err := b.m.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.doc = doc
	args := &statement.MailboxArgs{
		Document: doc, Signature: [64]byte(b.owner.Sign(statement.TypeMailbox, doc)),
		ReadHash: b.owner.View().ReadToken().Hash(), PostHash: [32]byte(hash(b.post)),
	}
	return b.ownerRequest(t, statement.ActionMailbox, fresh, b.m.Revision, args)
}

func (b *mailbox) put(t testing.TB, token, sealed []byte) answer {
	t.Helper()
	return b.tg.post(t, b.box()+"/posts", array(token, sealed))
}

func (b *mailbox) look(t testing.TB) answer {
	t.Helper()
	return b.act(t, statement.ActionMailbox)
}

// testMailbox walks the whole way: make, open, post, look, close, delete.
func testMailbox(t *testing.T, tg *Target) {
	b := tg.newMailbox(t)
	b.send(t).want(t, 200, "").fields(t, 1)
	b.send(t).want(t, 200, "") // a retry
	f := tg.post(t, b.box()+"/open", array(b.readToken())).want(t, 200, "").fields(t, 4)
	if m, err := statement.OpenMailbox(bin(t, f[0], -1), bin(t, f[1], 64), b.id()); err != nil || m != b.m || number(t, f[2]) != 0 {
		t.Errorf("open = %+v, %v stored; %v", m, f[2], err)
	}
	var posts [][]byte
	for n := range byte(20) {
		posts = append(posts, b.seal(n))
		b.put(t, b.post, posts[n]).want(t, 200, "").fields(t, 1)
	}
	b.put(t, b.post, posts[3]).want(t, 200, "")
	f = b.look(t).want(t, 200, "").fields(t, 4)
	list := f[2].([]any)
	if len(list) != len(posts) || !bytes.Equal(bin(t, f[0], -1), b.doc) {
		t.Fatalf("%d posts are there, want %d", len(list), len(posts))
	}
	for i, p := range list {
		if p := p.([]any); !bytes.Equal(bin(t, p[1], statement.PostSize), posts[i]) || number(t, p[0]) < b.m.Created {
			t.Errorf("post %d differs", i)
		}
	}
	b.m.Revision, b.m.Open = 2, 0
	b.send(t).want(t, 200, "")
	b.put(t, b.post, b.seal(99)).want(t, 409, "closed")
	b.put(t, b.post, posts[3]).want(t, 200, "") // it was delivered
	f = tg.post(t, b.box()+"/open", array(b.readToken())).want(t, 200, "").fields(t, 4)
	if number(t, f[2]) != uint64(len(posts)) {
		t.Errorf("%v stored, want %d", f[2], len(posts))
	}
	b.act(t, statement.ActionDelete).want(t, 200, "")
	b.wantNoMailbox(t)
}

func (b *mailbox) wantNoMailbox(t testing.TB) {
	t.Helper()
	b.tg.post(t, b.box()+"/open", array(b.readToken())).want(t, 404, "gone")
	b.put(t, b.post, b.seal(1)).want(t, 404, "gone")
	b.look(t).want(t, 404, "gone")
	b.act(t, statement.ActionDelete).want(t, 404, "gone")
}

// testMailboxRefused sends what a mailbox does not take.
func testMailboxRefused(t *testing.T, tg *Target) {
	b, other := tg.newMailbox(t), tg.newMailbox(t)
	b.send(t).want(t, 200, "")
	stored := b.doc
	good := b.seal(1)
	tg.post(t, b.box()+"/open", array(random(32))).want(t, 404, "gone")
	tg.post(t, b.box()+"/open", array(b.post)).want(t, 404, "gone")
	tg.post(t, b.box()+"/open", array(b.readToken(), 1)).want(t, 400, "malformed")
	b.put(t, b.readToken(), good).want(t, 404, "gone")
	b.put(t, b.post, random(statement.PostSize)).want(t, 400, "malformed")
	b.put(t, b.post, good[:len(good)-1]).want(t, 400, "malformed")
	b.put(t, b.post, make([]byte, 3000)).want(t, 413, "large")
	tg.do(t, request{"GET", b.box() + "/posts", nil, nil}).want(t, 405, "method")
	tg.post(t, "mailboxes/78b1/open", array(b.readToken())).want(t, 400, "malformed")

	// The doors of shares are not those of mailboxes.
	b.open(t, b.readToken(), nil, nil).want(t, 404, "gone")
	b.take(t, b.post, 1, random(16)).want(t, 404, "gone")
	b.knock(t, b.readToken(), b.visitor()).want(t, 404, "gone")
	for _, action := range []statement.Action{statement.ActionState, statement.ActionUpload, statement.ActionLog} {
		b.act(t, action).want(t, 400, "malformed")
	}
	s := tg.live(t, rules{})
	tg.post(t, "mailboxes/"+s.id().String()+"/open", array(s.readToken())).want(t, 404, "gone")
	s.act(t, statement.ActionMailbox).want(t, 400, "malformed")

	other.m.Created, other.m.Expires = 5, 6
	other.send(t).want(t, 400, "statement")
	other.m.Created = 0
	other.challenged(t, func(created uint64) { other.m.Created, other.m.Expires = created, created+10*365*24*hour }).want(t, 400, "expires")
	other.challenged(t, func(created uint64) { other.m.Expires = created + hour; other.m.Open = 2; other.m.Created = created }).want(t, 400, "statement")
	b.m.Expires++
	b.send(t).want(t, 409, "exists")
	for name, edit := range map[string]func(){
		"revision":  func() { b.m.Revision = 3 },
		"recipient": func() { b.m.Revision = 2; b.m.Recipient[0]++ },
		"created":   func() { b.m.Revision = 2; b.m.Created++ },
	} {
		was := b.m
		edit()
		a := b.send(t).want(t, 409, "revision")
		var p struct{ Statement, Signature []byte }
		if err := json.Unmarshal(a.body, &p); err != nil || !bytes.Equal(p.Statement, stored) || len(p.Signature) != 64 {
			t.Errorf("%s: the refusal does not carry the stored mailbox; %v", name, err)
		}
		b.m = was
		b.m.Revision = 2
	}
	testMailboxEnds(t, tg)
}

// challenged sends a mailbox after the time of its challenge is known.
func (b *mailbox) challenged(t testing.TB, edit func(created uint64)) answer {
	t.Helper()
	fresh := b.challenge(t)
	edit(serverTime(fresh))
	return b.tg.do(t, b.request(t, fresh))
}

func testMailboxEnds(t *testing.T, tg *Target) {
	if tg.Advance == nil {
		return // the target's clock cannot be moved
	}
	b := tg.newMailbox(t)
	b.send(t).want(t, 200, "")
	b.put(t, b.post, b.seal(1)).want(t, 200, "")
	tg.Advance(time.Hour)
	b.wantNoMailbox(t)
}

// testAdmitByPost creates in the name of a mailbox where the site asks for a token.
func testAdmitByPost(t *testing.T, tg *Target) {
	b := tg.newMailbox(t)
	b.send(t).want(t, 200, "")
	without := *tg
	without.Admit = ""
	create := func(authorization string) answer {
		t.Helper()
		s := &share{tg: &without, owner: newOwner()}
		return s.createAs(t, authorization)
	}
	name := func(id string, token []byte) string {
		return "Post " + id + "." + base64.RawURLEncoding.EncodeToString(token)
	}
	create(name(b.id().String(), b.post)).want(t, 200, "")
	if tg.Admit == "" {
		return // everybody may create
	}
	for what, authorization := range map[string]string{
		"another token": name(b.id().String(), random(32)), "read token": name(b.id().String(), b.readToken()),
		"no such mailbox": name(statement.ID(random(16)).String(), b.post), "no id": name("", b.post), "no token": "Post " + b.id().String() + ".",
		"nothing": "Post ", "bearer": "Bearer " + base64.RawURLEncoding.EncodeToString(b.post),
	} {
		t.Run(what, func(t *testing.T) { create(authorization).want(t, 401, "token") })
	}
	// A mailbox itself needs the operator's token.
	m := without.newMailbox(t)
	m.send(t).want(t, 401, "token")
	b.m.Revision, b.m.Open = 2, 0
	b.send(t).want(t, 200, "")
	create(name(b.id().String(), b.post)).want(t, 409, "closed")
}

// wantRetry checks for later, at most so many seconds.
func (a answer) wantRetry(t testing.TB, most int) {
	t.Helper()
	a.want(t, http.StatusTooManyRequests, "later")
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > most {
		t.Errorf("Retry-After %q, want 1 to %d", a.header.Get("Retry-After"), most)
	}
}
