package apitest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// testLife walks the whole way: create, put, commit, open, get, state, delete.
func testLife(t *testing.T, tg *Target) {
	s := tg.live(t, rules{})
	f := s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "").fields(t, 8)
	doc, sig := bin(t, f[0], -1), bin(t, f[1], 64)
	st, err := statement.Open(doc, sig, s.id())
	if err != nil || !bytes.Equal(doc, s.doc) {
		t.Fatalf("open returned another statement, or: %v", err)
	}
	sealed := bin(t, f[2], -1)
	if err := st.CheckManifest(sealed); err != nil {
		t.Error(err)
	}
	pepper := [32]byte(bin(t, f[4], 32))
	if _, err := seal.OpenPadded(s.owner.View().Root(pepper, s.gate).ManifestPassphrase(), sealed); err != nil {
		t.Errorf("the pepper does not fit the manifest: %v", err)
	}
	if len(bin(t, f[3], -1)) != 0 || number(t, f[5]) != 0 || number(t, f[6]) != stateLive {
		t.Errorf("open = locks %v, %v views, state %v; want none, 0, live", f[3], f[5], f[6])
	}
	if ms := number(t, f[7]); ms < st.Created || ms > st.Created+hour {
		t.Errorf("server time %d is not after creation %d", ms, st.Created)
	}
	if got := s.get(t, "GET", 0, s.unlock()).want(t, 200, ""); !bytes.Equal(got.body, s.bundles[0]) {
		t.Errorf("got %d bytes, want the %d that were put", len(got.body), len(s.bundles[0]))
	}
	f = s.act(t, statement.ActionState).want(t, 200, "").fields(t, 10)
	if !bytes.Equal(bin(t, f[0], -1), s.doc) || !bytes.Equal(bin(t, f[5], 32), s.pepper[:]) || number(t, f[6]) != 2 || number(t, f[9]) != stateLive {
		t.Error("state differs from what was published")
	}
	box, err := seal.Open(s.owner.BoxPassphrase([32]byte(bin(t, f[5], 32))), bin(t, f[4], statement.OwnerBoxSize))
	if err != nil || !bytes.Equal(box, s.gate.Box()) {
		t.Errorf("the owner box does not open: %v", err)
	}
	s.act(t, statement.ActionDelete).want(t, 200, "").fields(t, 1)
	s.wantGone(t)
}

// The states in replies.
const (
	stateUploading = 1
	stateLive      = 2
	stateDraining  = 3
)

// doors are all ways to a share, with the right tokens, by name: the route, what is asked and by whom.
func (s *share) doors(t testing.TB, knownTake []byte) map[string]func() answer {
	owner := func(action statement.Action) func() answer { return func() answer { return s.act(t, action) } }
	guess := func() answer { a, _ := s.guess(t, []byte("x"), s.st.Revision); return a }
	v := s.visitor()
	return map[string]func() answer{
		"POST open":                  func() answer { return s.open(t, s.readToken(), s.unlock(), nil) },
		"POST open, with a guess":    func() answer { return s.open(t, s.readToken(), s.unlock(), random(16)) },
		"POST guess":                 guess,
		"POST take":                  func() answer { return s.take(t, s.unlock(), s.st.Revision, random(16)) },
		"POST take, a known take id": func() answer { return s.take(t, s.unlock(), s.st.Revision, knownTake) },
		"POST knock":                 func() answer { return s.knock(t, s.readToken(), v) },
		"POST reveal":                func() answer { return s.reveal(t, s.readToken(), v) },
		"GET parts/{upload}":         func() answer { return s.get(t, "GET", 0, s.unlock()) },
		"GET parts/{upload}, a range": func() answer {
			return s.get(t, "GET", 0, s.unlock(), "Range", "bytes=0-0")
		},
		"HEAD parts/{upload}":    func() answer { return s.get(t, "HEAD", 0, s.unlock()) },
		"PUT parts/{upload}/{n}": func() answer { return s.tg.put(t, s.id(), s.grants[1], 0, random(100)) },
		"POST owner, upload":     owner(statement.ActionUpload),
		"POST owner, state":      owner(statement.ActionState),
		"POST owner, log":        owner(statement.ActionLog),
		"POST owner, admit":      owner(statement.ActionAdmit),
		"POST owner, mailbox":    owner(statement.ActionMailbox),
		"POST owner, publish":    func() answer { return s.republish(t) },
		"POST owner, delete":     owner(statement.ActionDelete),
	}
}

// republish extends the life of the share as far as its owner could, and changes nothing else.
func (s *share) republish(t testing.TB) answer {
	t.Helper()
	was, doc := s.st, s.doc
	defer func() { s.st, s.doc = was, doc }()
	st := s.st
	st.Revision++
	st.Expires = serverTime(s.challenge(t)) + hour
	return s.tg.do(t, s.ownerRequest(t, statement.ActionPublish, nil, st.Revision, s.sign(t, st)))
}

// wantGone checks that the share is gone for everybody, its owner included, whatever is asked.
func (s *share) wantGone(t *testing.T, takes ...[]byte) {
	t.Helper()
	known := append(takes, random(16))[0]
	for name, door := range s.doors(t, known) {
		a := door()
		if head := strings.HasPrefix(name, "HEAD"); a.status != 404 || !head && a.code() != "gone" || head && len(a.body) > 0 {
			t.Errorf("%s of a share that is gone: %d %q, want 404 gone", name, a.status, a.code())
		}
	}
}

// Doors returns the routes that a share and a mailbox are tried at when they are gone, as the router writes them, so
// that a test can find one that is missing.
func Doors() (routes []string) {
	seen := map[string]bool{}
	s := &share{owner: newOwner()}
	for name := range s.doors(nil, nil) {
		method, path, _ := strings.Cut(strings.Split(name, ",")[0], " ")
		seen[method+" /api/v1/shares/{id}/"+path] = true
	}
	for r := range seen {
		routes = append(routes, r)
	}
	return append(routes, "POST /api/v1/mailboxes/{id}/open", "POST /api/v1/mailboxes/{id}/posts") // wantNoMailbox
}

// testTwoStages publishes views first and originals behind.
func testTwoStages(t *testing.T, tg *Target) {
	s := tg.newShare(t)
	s.fill(t, 0, 1000)
	s.commit(t, rules{stage: statement.StageViews}).want(t, 200, "")
	f := s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "").fields(t, 8)
	old := bin(t, f[4], 32)
	s.get(t, "GET", 1, s.unlock()).want(t, 409, "changed")
	s.fill(t, 1, 2*partSize)
	s.publish(t, 2, s.grants[1].upload[:], rules{}).want(t, 200, "").fields(t, 1)
	f = s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "").fields(t, 8)
	if !bytes.Equal(bin(t, f[0], -1), s.doc) || bytes.Equal(bin(t, f[4], 32), old) {
		t.Error("open does not show the second stage, or still has the first pepper")
	}
	for i := range s.bundles {
		if got := s.get(t, "GET", i, s.unlock()).want(t, 200, ""); !bytes.Equal(got.body, s.bundles[i]) {
			t.Errorf("bundle %d differs", i)
		}
	}
	// A further upload replaces the second bundle.
	up := s.act(t, statement.ActionUpload).want(t, 200, "")
	dropped := s.grants[1]
	f = up.fields(t, 2)
	s.grants[1] = grant{statement.UploadID(bin(t, f[0], 16)), bin(t, f[1], 32)}
	s.fill(t, 1, 500)
	s.publish(t, 3, s.grants[1].upload[:], rules{}).want(t, 200, "")
	if got := s.get(t, "GET", 1, s.unlock()).want(t, 200, ""); !bytes.Equal(got.body, s.bundles[1]) {
		t.Error("the new second bundle differs")
	}
	s.grants[1] = dropped
	s.get(t, "GET", 1, s.unlock()).want(t, 409, "changed")
	if a := tg.put(t, s.id(), dropped, 0, random(partSize)); a.status != 409 && a.status != 404 {
		t.Errorf("a part of an upload that was replaced: %d %s", a.status, a.code())
	}
}

func testCreateAgain(t *testing.T, tg *Target) {
	s := tg.newShare(t)
	before := s.grants
	s.create(t, 2*hour).want(t, 409, "exists")
	// The client goes on with a further upload.
	s.grants = before
	f := s.act(t, statement.ActionUpload).want(t, 200, "").fields(t, 2)
	s.grants[0] = grant{statement.UploadID(bin(t, f[0], 16)), bin(t, f[1], 32)}
	s.fill(t, 0, 100)
	s.commit(t, rules{}).want(t, 200, "")
}

// testUploading checks that nothing is readable before the commit.
func testUploading(t *testing.T, tg *Target) {
	s := tg.newShare(t)
	s.open(t, s.readToken(), nil, nil).want(t, 409, "uploading")
	s.open(t, random(32), nil, nil).want(t, 404, "gone")
	s.fill(t, 0, partSize+5)
	s.open(t, s.readToken(), s.unlock(), nil).want(t, 409, "uploading")
	s.get(t, "GET", 0, s.unlock()).want(t, 404, "gone")
	f := s.act(t, statement.ActionState).want(t, 200, "").fields(t, 10)
	if number(t, f[6]) != 0 || number(t, f[9]) != stateUploading {
		t.Errorf("state = stage %v, state %v, want nothing committed, uploading", f[6], f[9])
	}
	s.commit(t, rules{}).want(t, 200, "")
	s.get(t, "GET", 0, s.unlock()).want(t, 200, "")
}

// testExpiry lets a share expire, and moves the expiry before it does.
func testExpiry(t *testing.T, tg *Target) {
	if tg.Advance == nil {
		return // the target's clock cannot be moved
	}
	s := tg.live(t, rules{life: 2 * hour, passphrase: true, askFirst: true})
	s.change(t, 2, rules{life: 3 * hour, passphrase: true, askFirst: true}).want(t, 200, "")
	tg.Advance(2*time.Hour + time.Second)
	s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "")
	tg.Advance(time.Hour)
	s.wantGone(t)
	minutes := tg.live(t, rules{life: 10 * hour})
	minutes.change(t, 2, rules{life: 60_000}).want(t, 200, "") // shortened to a minute
	tg.Advance(time.Minute)
	minutes.wantGone(t)
	if tg.Sweep != nil {
		tg.Sweep()
		s.wantGone(t)
	}
}

// testAbandoned leaves an upload for a day.
func testAbandoned(t *testing.T, tg *Target) {
	if tg.Advance == nil || tg.Sweep == nil {
		return // the target's clock cannot be moved, or its sweep not be run
	}
	s := tg.newShare(t)
	s.fill(t, 0, 100)
	tg.Advance(25 * time.Hour)
	tg.Sweep()
	if a := tg.put(t, s.id(), s.grants[0], 1, random(partSize)); a.status != 409 && a.status != 404 {
		t.Errorf("a part of an abandoned upload: %d %s", a.status, a.code())
	}
	if a := s.commit(t, rules{life: 100 * hour}); a.status == 200 {
		t.Error("an abandoned upload was committed")
	}
}
