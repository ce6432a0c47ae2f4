package share

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"safelight/client/variant"
	"safelight/crypto/keys"
	"safelight/crypto/manifest"
	"safelight/crypto/statement"
)

// Times of every test.
const (
	created = 1_790_000_000_000
	expires = created + 7*24*3600*1000
)

var testNow = time.UnixMilli(created + 1000)

// host keeps what a server would, as far as a share shows: parts, and the record that requests change. The real rules
// live in server/rules; here only what the client's side depends on is checked.
type host struct {
	t       *testing.T
	owner   keys.Owner
	parts   map[statement.UploadID][][]byte
	uploads [2]statement.UploadID
	rec     statement.CommitArgs
	doc     statement.Statement
	order   []string // parts as they came: "0/0", "0/1", "1/0" …
}

func newHost(t *testing.T) *host {
	return &host{t: t, owner: keys.NewOwner(), parts: map[statement.UploadID][][]byte{}, uploads: [2]statement.UploadID{{1}, {2}}}
}

func (h *host) config() Config {
	return Config{Owner: h.owner, Created: created, Expires: expires, Uploads: h.uploads, PartSize: statement.MinPartSize, Emit: h.put}
}

func (h *host) put(p Part) error {
	u := h.uploads[p.Bundle]
	if int(p.N) != len(h.parts[u]) || sha256.Sum256(p.Data) != p.Sum {
		h.t.Errorf("part %d of bundle %d came after %d parts, or with a wrong sum", p.N, p.Bundle, len(h.parts[u]))
	}
	h.parts[u] = append(h.parts[u], p.Data)
	h.order = append(h.order, fmt.Sprintf("%d/%d", p.Bundle, p.N))
	return nil
}

// apply takes a commit or publish as the server does and fails the test when the server would not.
func (h *host) apply(body []byte, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("making the request: %v", err)
	}
	r, err := statement.ParseRequest(body)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := r.Verify(h.owner.Public()); err != nil {
		h.t.Fatal(err)
	}
	args, err := r.CommitArgs()
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := statement.Open(args.Statement, args.Signature, h.owner.ID())
	if err != nil {
		h.t.Fatal(err)
	}
	if s.Revision != h.doc.Revision+1 || s.Revision != r.Revision || (s.Revision == 1) != (r.Action == statement.ActionCommit) {
		h.t.Fatalf("action %d with revision %d after %d", r.Action, s.Revision, h.doc.Revision)
	}
	h.checkFreshness(r, s)
	h.merge(args)
	h.doc = s
	if err := s.CheckManifest(h.rec.Manifest); err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) checkFreshness(r statement.Request, s statement.Statement) {
	h.t.Helper()
	var want []byte
	for _, b := range s.Bundles {
		known := false
		for _, old := range h.doc.Bundles {
			known = known || old == b
		}
		if !known {
			want = b.Upload[:]
		}
		var size uint64
		for n, p := range h.parts[b.Upload] {
			size += uint64(len(p))
			if int64(len(p)) != b.PartLength(uint32(n)) {
				h.t.Errorf("part %d has %d bytes, want %d", n, len(p), b.PartLength(uint32(n)))
			}
		}
		if size != b.Size || len(h.parts[b.Upload]) != int(b.Parts()) {
			h.t.Errorf("upload %v has %d bytes in %d parts, the statement says %d in %d", b.Upload, size, len(h.parts[b.Upload]), b.Size, b.Parts())
		}
	}
	if !bytes.Equal(r.Freshness, want) {
		h.t.Errorf("freshness %x, want %x", r.Freshness, want)
	}
}

func (h *host) merge(a statement.CommitArgs) {
	for _, f := range []struct{ to, from *[]byte }{
		{&h.rec.Statement, &a.Statement}, {&h.rec.Signature, &a.Signature}, {&h.rec.Manifest, &a.Manifest},
		{&h.rec.Locks, &a.Locks}, {&h.rec.OwnerBox, &a.OwnerBox}, {&h.rec.ReadHash, &a.ReadHash},
		{&h.rec.UnlockHash, &a.UnlockHash}, {&h.rec.CommentHash, &a.CommentHash}, {&h.rec.Pepper, &a.Pepper}, {&h.rec.OPRFKey, &a.OPRFKey},
	} {
		if *f.from != nil {
			*f.to = *f.from
		}
	}
}

func (h *host) state() State {
	return State{
		Statement: h.rec.Statement, Signature: h.rec.Signature, Manifest: h.rec.Manifest, Locks: h.rec.Locks,
		OwnerBox: h.rec.OwnerBox, Pepper: h.rec.Pepper, Stage: h.doc.Stage, Now: created + 1,
	}
}

func (h *host) reply() Reply {
	return Reply{Statement: h.rec.Statement, Signature: h.rec.Signature, Manifest: h.rec.Manifest, Locks: h.rec.Locks, Pepper: h.rec.Pepper}
}

// fetch reads from the stored parts.
func (h *host) fetch(bundle int, from, to int64) ([]byte, error) {
	runtime.Gosched() // js/wasm has one thread and nobody to interrupt it: the collector finishes only when asked in
	out := make([]byte, 0, to-from)
	for _, part := range h.parts[h.doc.Bundles[bundle].Upload] {
		n := int64(len(part))
		out = append(out, part[min(max(from, 0), n):min(max(to, 0), n)]...)
		from, to = from-n, to-n
	}
	if len(out) < cap(out) {
		return nil, errors.New("range outside the upload")
	}
	return out, nil
}

// open opens the share as a viewer with the view link and, where there is one, the passphrase.
func (h *host) open(lock *Lock) *Share {
	h.t.Helper()
	o, err := Open(h.owner.View(), h.reply(), testNow)
	if err != nil {
		h.t.Fatalf("Open: %v", err)
	}
	var g keys.Gate
	if lock != nil {
		g.PW = &lock.PW
	}
	if got := sha256.Sum256(o.Unlock(g).Bytes()); !bytes.Equal(got[:], h.rec.UnlockHash) {
		h.t.Fatal("the unlock token is not the one that the server knows")
	}
	pepper, ok := o.Pepper()
	if !ok {
		h.t.Fatal("no pepper in the answer")
	}
	s, err := o.Unseal(pepper, g)
	if err != nil {
		h.t.Fatalf("Unseal: %v", err)
	}
	return s
}

// jpeg returns n bytes that sniff as a JPEG and differ by seed.
func jpeg(n int, seed byte) []byte {
	b := []byte("\xff\xd8\xff\xe0")
	x := uint32(seed) + 1
	for len(b) < n {
		x = x*1664525 + 1013904223
		b = append(b, byte(x>>24))
	}
	return b
}

func webp(n int, seed byte) []byte {
	return append([]byte("RIFF\x00\x00\x00\x00WEBP"), jpeg(n, seed)[12:]...)
}

// pictures are the variants that a test packs of photo i.
func quickOf(i int) []Variant {
	return []Variant{
		{Role: variant.Thumb, Media: variant.WebP, Width: 320, Height: 240, Data: webp(500+i, byte(2*i))},
		{Role: variant.View, Media: variant.WebP, Width: 2048, Height: 1536, Data: webp(3000+i, byte(2*i+1))},
	}
}

func originalOf(i, size int) Variant {
	return Variant{Role: variant.Original, Media: variant.JPEG, Width: 4032, Height: 3024, Data: jpeg(size, byte(100+i))}
}

func photoOf(i int) Photo {
	return Photo{
		Name: fmt.Sprintf("IMG_%04d.jpg", i), Media: variant.JPEG, Width: 4032, Height: 3024, Orientation: 6,
		Alt: fmt.Sprintf("photo number %d", i), Preview: webp(200, byte(i)),
	}
}

// packQuick describes n photos and packs their views.
func packQuick(t *testing.T, p *Packer, n int) {
	t.Helper()
	for i := range n {
		if err := p.Describe(i, photoOf(i)); err != nil {
			t.Fatal(err)
		}
		for _, v := range quickOf(i) {
			if err := p.Add(i, Quick, v); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func packFull(t *testing.T, p *Packer, n, size int) {
	t.Helper()
	for i := range n {
		if err := p.Add(i, Full, originalOf(i, size)); err != nil {
			t.Fatal(err)
		}
	}
}

// checkShare reads every variant and compares it with what was packed.
func checkShare(t *testing.T, h *host, s *Share, n int, size int) {
	t.Helper()
	photos, err := s.Photos(h.fetch)
	if err != nil || len(photos) != n {
		t.Fatalf("Photos: %d, %v, want %d", len(photos), err, n)
	}
	for i, p := range photos {
		want := quickOf(i)
		if size > 0 {
			want = append(want, originalOf(i, size))
		}
		if len(p.Variants) != len(want) || p.Alt != manifest.Text(photoOf(i).Alt) || p.Orientation != 6 {
			t.Fatalf("photo %d is %+v with %d variants, want %d", i, p, len(p.Variants), len(want))
		}
		for j, v := range p.Variants {
			got, err := s.Read(v, h.fetch)
			if err != nil || !bytes.Equal(got, want[j].Data) {
				t.Fatalf("variant %d of photo %d: %d bytes, %v", j, i, len(got), err)
			}
		}
	}
}
