package apitest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"testing"

	"safelight/crypto/keys"
	"safelight/crypto/oprf"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// A grant is the right to put the parts of one upload.
type grant struct {
	upload statement.UploadID
	token  []byte
}

// A share is what its owner's device holds.
type share struct {
	tg      *Target
	owner   keys.Owner
	gate    keys.Gate
	oprfKey []byte // empty without a passphrase
	pepper  [32]byte
	grants  [2]grant
	st      statement.Statement // the last one published
	doc     []byte
	bundles [2][]byte // sealed
}

// rules are what a test varies of a share.
type rules struct {
	views      int
	passphrase bool
	stage      uint64 // 0: complete
	life       uint64 // ms; 0: an hour
	logKey     []byte // of the access log; empty: none
	askFirst   bool
}

const hour = 3600_000

// newShare makes an owner and creates the share on the server.
func (tg *Target) newShare(t testing.TB) *share {
	t.Helper()
	s := &share{tg: tg, owner: keys.NewOwner()}
	s.create(t, 2*hour).want(t, 200, "")
	return s
}

func (s *share) id() statement.ID  { return s.owner.ID() }
func (s *share) path() string      { return "shares/" + s.id().String() }
func (s *share) readToken() []byte { return s.owner.View().ReadToken().Bytes() }
func (s *share) unlock() []byte    { return s.owner.View().UnlockToken(s.gate).Bytes() }

// create asks for the share; life is what the owner intends, in ms.
func (s *share) create(t testing.TB, life uint64) answer {
	t.Helper()
	a := s.tg.do(t, s.createRequest(t, life))
	if a.status == 200 {
		f := a.fields(t, 2)
		s.st = statement.Statement{Version: 1, ID: s.id(), Owner: s.owner.Public(), Created: number(t, f[0])}
		for i, g := range f[1].([]any) {
			s.grants[i] = readGrant(t, g)
		}
	}
	return a
}

func (s *share) createRequest(t testing.TB, life uint64) request {
	t.Helper()
	read := s.owner.View().ReadToken().Hash()
	args := &statement.CreateArgs{Owner: s.owner.Public(), ReadHash: read, Expires: serverTime(s.challenge(t)) + life}
	return s.ownerRequest(t, statement.ActionCreate, nil, 0, args)
}

// createAs creates with an Authorization of the test's own.
func (s *share) createAs(t testing.TB, authorization string) answer {
	t.Helper()
	r := s.createRequest(t, hour)
	r.header = append(r.header, "Authorization", authorization)
	return s.tg.do(t, r)
}

func readGrant(t testing.TB, v any) grant {
	t.Helper()
	pair := v.([]any)
	return grant{statement.UploadID(bin(t, pair[0], 16)), bin(t, pair[1], 32)}
}

// ownerRequest signs a request. args is a *CreateArgs, a *CommitArgs, an *AdmitArgs, a *MailboxArgs or nil.
func (s *share) ownerRequest(t testing.TB, action statement.Action, fresh []byte, revision uint64, args any) request {
	t.Helper()
	var r statement.Request
	var err error
	switch a := args.(type) {
	case *statement.CreateArgs:
		r, err = statement.NewRequest(s.id(), action, fresh, revision, a)
	case *statement.CommitArgs:
		r, err = statement.NewRequest(s.id(), action, fresh, revision, a)
	case *statement.AdmitArgs:
		r, err = statement.NewRequest(s.id(), action, fresh, revision, a)
	case *statement.MailboxArgs:
		r, err = statement.NewRequest(s.id(), action, fresh, revision, a)
	default:
		r, err = statement.NewRequest(s.id(), action, fresh, revision, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	body, err := r.Seal(s.owner)
	if err != nil {
		t.Fatal(err)
	}
	header := []string{"Content-Type", msgpack}
	if s.tg.Admit != "" && (action == statement.ActionCreate || action == statement.ActionMailbox) {
		header = append(header, "Authorization", "Bearer "+s.tg.Admit)
	}
	return request{"POST", s.path() + "/owner", header, body}
}

// challenge asks the server for a freshness.
func (s *share) challenge(t testing.TB) []byte {
	t.Helper()
	a := s.tg.do(t, request{"POST", s.path() + "/challenge", nil, []byte{}}).want(t, 200, "")
	return bin(t, a.fields(t, 1)[0], statement.FreshnessSize)
}

// serverTime returns when a challenge was made, in Unix ms.
func serverTime(challenge []byte) uint64 { return binary.BigEndian.Uint64(challenge) }

// act sends an owner request that needs a challenge.
func (s *share) act(t testing.TB, action statement.Action) answer {
	t.Helper()
	return s.tg.do(t, s.ownerRequest(t, action, s.challenge(t), 0, nil))
}

// fill seals size random bytes and puts them as the bundle with the number i.
func (s *share) fill(t testing.TB, i, size int) {
	t.Helper()
	plain := make([]byte, size)
	rand.Read(plain)
	sealed, err := seal.Seal(keys.BundlePassphrase(s.id(), keys.Random32()), plain)
	if err != nil {
		t.Fatal(err)
	}
	s.bundles[i] = sealed
	for n := 0; n*partSize < len(sealed); n++ {
		s.tg.put(t, s.id(), s.grants[i], n, part(sealed, n)).want(t, 201, "")
	}
}

const partSize = statement.MinPartSize

func part(sealed []byte, n int) []byte { return sealed[n*partSize : min((n+1)*partSize, len(sealed))] }

// edition seals a manifest under a new pepper and returns the arguments of a commit or publish of revision.
func (s *share) edition(t testing.TB, revision uint64, r rules) *statement.CommitArgs {
	t.Helper()
	s.pepper = keys.Random32()
	manifest, err := seal.SealPadded(s.owner.View().Root(s.pepper, s.gate).ManifestPassphrase(), []byte{0x90})
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.Seal(s.owner.BoxPassphrase(s.pepper), s.gate.Box())
	if err != nil {
		t.Fatal(err)
	}
	st := s.nextStatement(revision, r)
	st.Manifest = sha256.Sum256(manifest)
	args := s.sign(t, st)
	unlock := s.owner.View().UnlockToken(s.gate).Hash()
	read := s.owner.View().ReadToken().Hash()
	comment := s.owner.Comment().Token().Hash()
	args.Manifest, args.OwnerBox, args.Pepper = manifest, box, s.pepper[:]
	args.Locks = []byte{}
	args.ReadHash, args.UnlockHash, args.CommentHash = read[:], unlock[:], comment[:]
	args.OPRFKey = append([]byte{}, s.oprfKey...)
	return args
}

// nextStatement fills in what follows from the share; the manifest hash stays as it was.
func (s *share) nextStatement(revision uint64, r rules) statement.Statement {
	st := s.st
	st.Revision, st.ViewLimit, st.Stage = revision, uint64(r.views), r.stage
	st.Expires = st.Created + hour
	if r.life != 0 {
		st.Expires = st.Created + r.life
	}
	if st.Stage == 0 {
		st.Stage = statement.StageComplete
	}
	if r.passphrase {
		st.Suite = statement.SuiteOPRF1
	}
	st.LogKey, st.AskFirst = r.logKey, 0
	if r.askFirst {
		st.AskFirst = 1
	}
	st.Bundles = nil
	for i, b := range s.bundles {
		if b != nil {
			st.Bundles = append(st.Bundles, statement.Bundle{Upload: s.grants[i].upload, Size: uint64(len(b)), PartSize: partSize})
		}
	}
	return st
}

// sign makes st the share's statement and returns arguments that change nothing else.
func (s *share) sign(t testing.TB, st statement.Statement) *statement.CommitArgs {
	t.Helper()
	doc, err := st.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.st, s.doc = st, doc
	return &statement.CommitArgs{Statement: doc, Signature: s.owner.Sign(statement.TypeStatement, doc)}
}

// commit publishes revision 1 with everything that was filled.
func (s *share) commit(t testing.TB, r rules) answer {
	t.Helper()
	args := s.edition(t, 1, r)
	return s.tg.do(t, s.ownerRequest(t, statement.ActionCommit, s.grants[0].upload[:], 1, args))
}

// publish publishes a further revision with a new manifest; fresh is the last new upload, or nil.
func (s *share) publish(t testing.TB, revision uint64, fresh []byte, r rules) answer {
	t.Helper()
	args := s.edition(t, revision, r)
	return s.tg.do(t, s.ownerRequest(t, statement.ActionPublish, fresh, revision, args))
}

// change publishes a revision in which only rules differ.
func (s *share) change(t testing.TB, revision uint64, r rules) answer {
	t.Helper()
	args := s.sign(t, s.nextStatement(revision, r))
	return s.tg.do(t, s.ownerRequest(t, statement.ActionPublish, nil, revision, args))
}

// live returns a share with one bundle of two parts.
func (tg *Target) live(t testing.TB, r rules) *share {
	t.Helper()
	s := tg.newShare(t)
	if r.passphrase {
		k, err := oprf.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		pw := keys.Random32()
		s.oprfKey, s.gate.PW = k[:], &pw
	}
	s.fill(t, 0, partSize+1000)
	s.commit(t, r).want(t, 200, "")
	return s
}

// open asks for the sealed things.
func (s *share) open(t testing.TB, read, unlock, guess []byte) answer {
	t.Helper()
	return s.tg.post(t, s.path()+"/open", array(read, unlock, guess))
}

// take asks for the pepper and counts a view.
func (s *share) take(t testing.TB, unlock []byte, revision uint64, take []byte) answer {
	t.Helper()
	return s.tg.post(t, s.path()+"/take", array(unlock, revision, take, []byte{}))
}

// get asks for the bytes of bundle i.
func (s *share) get(t testing.TB, method string, i int, unlock []byte, header ...string) answer {
	t.Helper()
	return s.tg.do(t, request{method, s.path() + "/parts/" + s.grants[i].upload.String(),
		append([]string{"Authorization", bearer(unlock), "Accept-Encoding", "identity"}, header...), nil})
}

func hash(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}
