package rules

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"safelight/crypto/statement"
	"safelight/server/store"
	"safelight/server/store/mem"
	"safelight/server/wire"
)

const (
	hour = int64(time.Hour / time.Millisecond)
	day  = 24 * hour
	// epoch is when tests begin, Unix ms.
	epoch = int64(1_800_000_000_000)
)

// random is a source of bytes that repeats itself from run to run, so that a model run can be repeated.
type random struct{ n atomic.Uint64 }

func (r *random) Read(p []byte) (int, error) {
	for i := 0; i < len(p); i += 32 {
		block := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("random"), r.n.Add(1)))
		copy(p[i:], block[:])
	}
	return len(p), nil
}

func (r *random) bytes(n int) []byte {
	b := make([]byte, n)
	r.Read(b)
	return b
}

// sealedFile returns n bytes that begin like a sealed file.
func sealedFile(r *random, n int) []byte {
	b := r.bytes(n)
	head := "age-encryption.org/v1\n-> scrypt " + strings.Repeat("A", 22) + " 1\n" + strings.Repeat("A", 43) + "\n--- " + strings.Repeat("A", 43) + "\n"
	copy(b, head)
	return b
}

func sealedManifest(r *random) []byte {
	return sealedFile(r, int(statement.SealedSize(uint64(statement.ManifestClasses[0]))))
}

// owner holds what a manage link gives.
type owner struct {
	key                   ed25519.PrivateKey
	id                    ID
	read, unlock, comment [32]byte
}

func newOwner(r *random) *owner {
	o := &owner{key: ed25519.NewKeyFromSeed(r.bytes(32))}
	o.id = ID(o.Public().ID())
	for _, t := range []*[32]byte{&o.read, &o.unlock, &o.comment} {
		r.Read(t[:])
	}
	return o
}

func (o *owner) Public() statement.PublicKey {
	return statement.PublicKey(o.key.Public().(ed25519.PublicKey))
}
func (o *owner) Sign(docType string, body []byte) []byte {
	return statement.Sign(o.key, docType, body)
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func (o *owner) body(t fataler, action statement.Action, fresh []byte, revision uint64, args msgp.Marshaler) []byte {
	t.Helper()
	q, err := statement.NewRequest(statement.ID(o.id), action, fresh, revision, args)
	if err != nil {
		t.Fatalf("NewRequest = %v", err)
	}
	b, err := q.Seal(o)
	if err != nil {
		t.Fatalf("Seal = %v", err)
	}
	return b
}

// draft is an edition that an owner is about to send.
type draft struct {
	st   statement.Statement
	args statement.CommitArgs

	clears bool // it has another log key than the edition before
}

// first returns revision 1 of a share whose only bundle lies in up.
func (o *owner) first(r *random, created int64, up [16]byte, size int) *draft {
	d := &draft{st: statement.Statement{
		Version: 1, ID: statement.ID(o.id), Owner: o.Public(), Revision: 1, Created: uint64(created),
		Expires: uint64(created + 7*day), Stage: statement.StageComplete,
		Bundles: []statement.Bundle{{Upload: up, Size: uint64(size), PartSize: statement.MinPartSize}},
	}}
	d.manifest(r)
	d.args.Locks, d.args.OPRFKey = []byte{}, []byte{}
	d.args.ReadHash, d.args.UnlockHash, d.args.CommentHash = sum(o.read), sum(o.unlock), sum(o.comment)
	return d
}

func sum(token [32]byte) []byte {
	h := sha256.Sum256(token[:])
	return h[:]
}

// manifest gives d a new manifest, with a new pepper.
func (d *draft) manifest(r *random) {
	d.args.Manifest, d.args.Pepper, d.args.OwnerBox = sealedManifest(r), r.bytes(32), sealedFile(r, statement.OwnerBoxSize)
	d.st.Manifest = sha256.Sum256(d.args.Manifest)
}

// next returns the revision after d, with nothing else changed.
func (d *draft) next() *draft {
	n := &draft{st: d.st}
	n.st.Revision++
	return n
}

func (o *owner) sign(t testing.TB, d *draft) {
	t.Helper()
	doc, err := d.st.Append(nil)
	if err != nil {
		t.Fatalf("Append = %v", err)
	}
	d.args.Statement, d.args.Signature = doc, o.Sign(statement.TypeStatement, doc)
}

// request returns the body that commits or publishes d; fresh is the last new upload, or nil.
func (o *owner) request(t testing.TB, action statement.Action, d *draft, fresh []byte) []byte {
	t.Helper()
	o.sign(t, d)
	return o.body(t, action, fresh, d.st.Revision, &d.args)
}

// world is shares over memory, with a clock that stands still.
type world struct {
	t       testing.TB
	now     atomic.Int64
	rand    *random
	records *mem.Records
	parts   *mem.Parts
	key     RecordKey
	limits  Limits
	events  []Kind
	*Shares
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, rand: new(random), records: new(mem.Records), parts: new(mem.Parts), key: RecordKey{1}}
	w.now.Store(epoch)
	w.restart()
	return w
}

// restart is a new process over the same stores.
func (w *world) restart(previous ...RecordKey) {
	w.t.Helper()
	s, err := New(Config{
		Records: w.records, Manifests: w.records, Parts: w.parts, RecordKey: w.key, PreviousRecordKeys: previous,
		Limits: w.limits, Now: func() time.Time { return time.UnixMilli(w.now.Load()) }, Rand: w.rand,
	})
	if err != nil {
		w.t.Fatalf("New = %v", err)
	}
	w.Shares = s
}

// database is both halves of what a store of records is.
type database interface {
	store.Records
	store.Manifests
}

// over moves to another database. w.records stays empty then.
func (w *world) over(db database) {
	w.Shares.records, w.Shares.manifests, w.Shares.clock.records = db, db, db
}

func (w *world) pass(ms int64) { w.now.Add(ms) }

var ctx = context.Background()

func codeOf(err error) wire.Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if err != nil {
		return "failure"
	}
	return ""
}

func wantCode(t testing.TB, what string, err error, want wire.Code) {
	t.Helper()
	if got := codeOf(err); got != want {
		t.Fatalf("%s = %v, want code %q", what, err, want)
	}
}

func (w *world) fresh(o *owner) []byte {
	c, err := w.Challenge(ctx, o.id)
	wantCode(w.t, "Challenge", err, "")
	return c.Freshness[:]
}

func (w *world) owner(o *owner, body []byte) (wire.Message, error) {
	return w.Owner(ctx, o.id, body, Admission{})
}

// create makes a share that is uploading.
func (w *world) create(o *owner) *wire.CreateReply {
	w.t.Helper()
	args := &statement.CreateArgs{Owner: o.Public(), ReadHash: [32]byte(sum(o.read)), Expires: uint64(w.now.Load() + 7*day)}
	m, err := w.owner(o, o.body(w.t, statement.ActionCreate, nil, 0, args))
	wantCode(w.t, "create", err, "")
	return m.(*wire.CreateReply)
}

func (w *world) put(o *owner, g wire.Grant, n uint32, b []byte) (bool, error) {
	return w.Put(ctx, o.id, g.Upload, n, g.Token, int64(len(b)), sha256.Sum256(b), bytes.NewReader(b))
}

// live makes a share with one bundle of 200 bytes; change may alter the draft.
func (w *world) live(change func(*draft)) (o *owner, d *draft, bundle []byte) {
	w.t.Helper()
	o = newOwner(w.rand)
	c := w.create(o)
	bundle = sealedFile(w.rand, 200)
	_, err := w.put(o, c.Uploads[0], 0, bundle)
	wantCode(w.t, "Put", err, "")
	d = o.first(w.rand, int64(c.Now), c.Uploads[0].Upload, len(bundle))
	if change != nil {
		change(d)
	}
	_, err = w.owner(o, o.request(w.t, statement.ActionCommit, d, c.Uploads[0].Upload[:]))
	wantCode(w.t, "commit", err, "")
	return o, d, bundle
}

func (w *world) publish(o *owner, d *draft, fresh []byte) error {
	_, err := w.owner(o, o.request(w.t, statement.ActionPublish, d, fresh))
	return err
}

func (w *world) open(o *owner, unlock []byte) (*wire.OpenReply, error) {
	return w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: unlock, Guess: make([]byte, 16)}, nil)
}

func (w *world) take(o *owner, revision uint64, take byte) (*wire.TakeReply, error) {
	return w.Take(ctx, o.id, &wire.TakeRequest{Unlock: o.unlock, Revision: revision, Take: [16]byte{take}})
}

func (w *world) bundle(o *owner, up [16]byte) ([]byte, error) {
	body, err := w.Read(ctx, o.id, up, o.unlock, func(size int64) (int64, int64, error) { return 0, size, nil })
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var b bytes.Buffer
	_, err = body.WriteTo(&b)
	return b.Bytes(), err
}

func (w *world) delete(o *owner) error {
	_, err := w.owner(o, o.body(w.t, statement.ActionDelete, w.fresh(o), 0, nil))
	return err
}

func (w *world) sweep() {
	w.t.Helper()
	if _, err := w.Sweep(ctx); err != nil {
		w.t.Fatalf("Sweep = %v", err)
	}
}
