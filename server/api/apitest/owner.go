package apitest

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"safelight/crypto/keys"
	"safelight/crypto/statement"
)

// testRevisions publishes in and out of order.
func testRevisions(t *testing.T, tg *Target) {
	s := tg.live(t, rules{})
	s.change(t, 2, rules{views: 9}).want(t, 200, "")
	stored, storedSig := s.doc, s.owner.Sign(statement.TypeStatement, s.doc)
	for _, revision := range []uint64{1, 2, 4} {
		a := s.change(t, revision, rules{views: 8}).want(t, 409, "revision")
		var p struct{ Statement, Signature []byte }
		if err := json.Unmarshal(a.body, &p); err != nil || !bytes.Equal(p.Statement, stored) || !bytes.Equal(p.Signature, storedSig) {
			t.Errorf("revision %d: the refusal does not carry the stored statement; %v", revision, err)
		}
	}
	s.change(t, 3, rules{views: 8}).want(t, 200, "")

	// Two devices publish the same revision: one wins, the other is told.
	won, err := atOnce(8, func() (bool, error) {
		st := s.nextStatement(4, rules{})
		st.ViewLimit = 1 + uint64(random(1)[0])
		doc, err := st.Append(nil)
		if err != nil {
			return false, err
		}
		args := &statement.CommitArgs{Statement: doc, Signature: s.owner.Sign(statement.TypeStatement, doc)}
		a, err := tg.try(s.ownerRequest(t, statement.ActionPublish, nil, 4, args))
		return a.status == 200, err
	})
	if err != nil || won < 1 {
		t.Errorf("%d of 8 devices published, %v", won, err)
	}
}

// testRetry sends what was answered already once more, as a client does that lost the answer.
func testRetry(t *testing.T, tg *Target) {
	s := tg.newShare(t)
	s.fill(t, 0, 2000)
	args := s.edition(t, 1, rules{})
	commit := s.ownerRequest(t, statement.ActionCommit, s.grants[0].upload[:], 1, args)
	tg.do(t, commit).want(t, 200, "")
	tg.do(t, commit).want(t, 200, "")
	publish := s.ownerRequest(t, statement.ActionPublish, nil, 2, s.sign(t, s.nextStatement(2, rules{views: 4})))
	tg.do(t, publish).want(t, 200, "")
	tg.do(t, publish).want(t, 200, "")
	tg.do(t, commit).want(t, 409, "revision")
}

// testChallenge tries freshness that is not the server's.
func testChallenge(t *testing.T, tg *Target) {
	s, other := tg.live(t, rules{}), tg.live(t, rules{})
	good := s.challenge(t)
	flip := func(i int) []byte { b := bytes.Clone(good); b[i] ^= 1; return b }
	for name, fresh := range map[string][]byte{"forged": random(24), "for another share": other.challenge(t), "time changed": flip(7), "MAC changed": flip(23)} {
		t.Run(name, func(t *testing.T) {
			tg.do(t, s.ownerRequest(t, statement.ActionState, fresh, 0, nil)).want(t, 400, "challenge")
		})
	}
	tg.do(t, s.ownerRequest(t, statement.ActionState, good, 0, nil)).want(t, 200, "")
	unknown := &share{tg: tg, owner: newOwner()}
	if n := len(unknown.challenge(t)); n != 24 {
		t.Errorf("a challenge for an unknown id has %d bytes", n)
	}
	if tg.Advance != nil {
		tg.Advance(5*time.Minute + time.Second)
		tg.do(t, s.ownerRequest(t, statement.ActionState, good, 0, nil)).want(t, 400, "challenge")
	}
}

// testForged sends requests that the owner did not sign.
func testForged(t *testing.T, tg *Target) {
	s, mallory := tg.live(t, rules{}), newOwner()
	fresh := s.challenge(t)
	r := s.ownerRequest(t, statement.ActionDelete, fresh, 0, nil)
	for _, i := range []int{0, 31, 63, 64 + 3, len(r.body) - 1} {
		body := bytes.Clone(r.body)
		body[i] ^= 1
		if a := tg.do(t, request{r.method, r.path, r.header, body}); a.status < 400 || a.status >= 500 {
			t.Errorf("byte %d changed: %d", i, a.status)
		}
	}
	req, err := statement.NewRequest(s.id(), statement.ActionDelete, fresh, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	signedByMallory, err := req.Seal(mallory)
	if err != nil {
		t.Fatal(err)
	}
	tg.do(t, request{r.method, r.path, r.header, signedByMallory}).want(t, 404, "gone")
	other := tg.live(t, rules{})
	tg.do(t, request{r.method, other.path() + "/owner", r.header, r.body}).want(t, 400, "malformed")
	s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "")
	tg.do(t, r).want(t, 200, "")
}

// testStatements commits what the rules refuse.
func testStatements(t *testing.T, tg *Target) {
	tests := []struct {
		name   string
		change func(*share, *statement.CommitArgs)
		status int
		code   string
	}{
		{"expired", func(s *share, a *statement.CommitArgs) {
			s.resign(a, func(st *statement.Statement) { st.Expires = st.Created + 1 })
			time.Sleep(10 * time.Millisecond)
		}, 400, "expires"},
		{"too far", func(s *share, a *statement.CommitArgs) {
			s.resign(a, func(st *statement.Statement) { st.Expires = st.Created + 10*365*24*hour })
		}, 400, "expires"},
		{"too many views", func(s *share, a *statement.CommitArgs) {
			s.resign(a, func(st *statement.Statement) { st.ViewLimit = 1 << 40 })
		}, 400, "views"},
		{"other creation", func(s *share, a *statement.CommitArgs) { s.resign(a, func(st *statement.Statement) { st.Created-- }) }, 400, "statement"},
		{"other manifest", func(_ *share, a *statement.CommitArgs) { a.Manifest = bytes.Clone(a.Manifest); a.Manifest[500] ^= 1 }, 400, "statement"},
		{"other signature", func(_ *share, a *statement.CommitArgs) { a.Signature = random(64) }, 400, "statement"},
		{"suite without key", func(s *share, a *statement.CommitArgs) { s.resign(a, func(st *statement.Statement) { st.Suite = 1 }) }, 400, "statement"},
		{"bundle longer than its parts", func(s *share, a *statement.CommitArgs) {
			s.resign(a, func(st *statement.Statement) {
				st.Bundles = []statement.Bundle{{Upload: st.Bundles[0].Upload, Size: 9 * partSize, PartSize: partSize}}
			})
		}, 409, "upload"},
		{"upload of another share", func(s *share, a *statement.CommitArgs) {
			s.resign(a, func(st *statement.Statement) {
				st.Bundles = []statement.Bundle{{Upload: statement.UploadID(random(16)), Size: 2000, PartSize: partSize}}
			})
		}, 409, "upload"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tg.newShare(t)
			s.fill(t, 0, 2000)
			args := s.edition(t, 1, rules{})
			tt.change(s, args)
			fresh := s.st.Bundles[0].Upload
			tg.do(t, s.ownerRequest(t, statement.ActionCommit, fresh[:], 1, args)).want(t, tt.status, tt.code)
			s.open(t, s.readToken(), s.unlock(), nil).want(t, 409, "uploading")
		})
	}
	s := tg.live(t, rules{})
	stranger := keys.NewOwner()
	st := s.nextStatement(2, rules{views: 3})
	doc, err := st.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	args := &statement.CommitArgs{Statement: doc, Signature: stranger.Sign(statement.TypeStatement, doc)}
	tg.do(t, s.ownerRequest(t, statement.ActionPublish, nil, 2, args)).want(t, 400, "statement")
}

// resign changes the statement in a and signs it again, as an owner with a faulty client would.
func (s *share) resign(a *statement.CommitArgs, change func(*statement.Statement)) {
	change(&s.st)
	doc, err := s.st.Append(nil)
	if err != nil {
		panic(err)
	}
	a.Statement, a.Signature = doc, s.owner.Sign(statement.TypeStatement, doc)
}
