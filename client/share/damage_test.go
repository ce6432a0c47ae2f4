package share

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"safelight/crypto/keys"
	"safelight/crypto/manifest"
	"safelight/crypto/statement"
)

// readAll opens a share from an answer and reads every variant. It returns the bytes that were released before the
// first refusal, and that.
func (h *host) readAll(r Reply, fetch Fetch) (released [][]byte, err error) {
	o, err := Open(h.owner.View(), r, testNow)
	if err != nil {
		return nil, err
	}
	pepper, _ := o.Pepper()
	s, err := o.Unseal(pepper, keys.Gate{})
	if err != nil {
		return nil, err
	}
	return readVariants(s, fetch)
}

// readVariants is the second half of readAll.
func readVariants(s *Share, fetch Fetch) (released [][]byte, err error) {
	photos, err := s.Photos(fetch)
	if err != nil {
		return nil, err
	}
	for _, p := range photos {
		for _, v := range p.Variants {
			b, err := s.Read(v, fetch)
			if err != nil {
				return released, err
			}
			released = append(released, b)
		}
	}
	return released, nil
}

// damages yields b with every bit flipped, cut at every length, and with one byte and a copy of itself behind it.
func damages(b []byte, yield func(what string, damaged []byte)) {
	for i := range b {
		for bit := range 8 {
			d := bytes.Clone(b)
			d[i] ^= 1 << bit
			yield(fmt.Sprintf("bit %d of byte %d", bit, i), d)
		}
		yield(fmt.Sprintf("cut to %d", i), b[:i:i])
	}
	yield("a zero behind it", append(bytes.Clone(b), 0))
	yield("twice", append(bytes.Clone(b), b...))
}

// TestDamagedDocuments flips, cuts and lengthens statement, signature, manifest and pepper of a small share: each is
// refused with a code, and nothing is released.
func TestDamagedDocuments(t *testing.T) {
	h := packed(t, nil)
	if got, err := h.readAll(h.reply(), h.fetch); err != nil || len(got) != 3 {
		t.Fatalf("undamaged: %d variants, %v", len(got), err)
	}
	for _, tt := range []struct {
		name  string
		field func(*Reply) *[]byte
		codes string // that may come out
	}{
		{"statement", func(r *Reply) *[]byte { return &r.Statement }, "header version form id signature"},
		{"signature", func(r *Reply) *[]byte { return &r.Signature }, "signature"},
		{"manifest", func(r *Reply) *[]byte { return &r.Manifest }, "manifest"},
		{"pepper", func(r *Reply) *[]byte { return &r.Pepper }, "pepper"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			whole := h.reply()
			count := 0
			damages(*tt.field(&whole), func(what string, damaged []byte) {
				count++
				r := whole
				*tt.field(&r) = damaged
				released, err := h.readAll(r, h.fetch)
				if len(released) > 0 || err == nil || !slices.Contains(strings.Fields(tt.codes), Code(err)) {
					t.Errorf("%s: %d variants, %v (%s)", what, len(released), err, Code(err))
				}
			})
			t.Logf("%d damages", count)
		})
	}
}

// TestDamagedBundle does the same to the sealed bytes of a bundle. Its header lies in the manifest and is not read
// from the bundle; everything behind it counts.
func TestDamagedBundle(t *testing.T) {
	h := packed(t, nil)
	quick := h.doc.Bundles[0].Upload
	whole := bytes.Join(h.parts[quick], nil)
	s := h.open(nil)
	want, err := readVariants(s, h.fetch)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	damages(whole, func(what string, damaged []byte) {
		count++
		fetch := func(bundle int, from, to int64) ([]byte, error) {
			if bundle != 0 {
				return h.fetch(bundle, from, to)
			}
			return bytes.Clone(damaged[min(from, int64(len(damaged))):min(to, int64(len(damaged)))]), nil
		}
		released, err := readVariants(s, fetch)
		harmless := len(damaged) >= len(whole) && bytes.Equal(damaged[statement.HeaderSize:len(whole)], whole[statement.HeaderSize:])
		switch {
		case harmless && (err != nil || len(released) != len(want)):
			t.Errorf("%s: %v, though no byte that is read changed", what, err)
		case !harmless && (len(released) > 0 || Code(err) != "seal-chunk"):
			t.Errorf("%s: %d variants, %v (%s)", what, len(released), err, Code(err))
		}
	})
	t.Logf("%d damages", count)
}

// TestSwappedParts stores parts of a larger bundle in another order, or twice, or in the other bundle.
func TestSwappedParts(t *testing.T) {
	h := newHost(t)
	p := newPacker(t, h.config())
	packQuick(t, p, 1)
	packFull(t, p, 1, 3*statement.MinPartSize)
	h.apply(p.Publish())
	full := h.parts[h.uploads[Full]]
	if len(full) < 4 {
		t.Fatalf("%d parts, want four at least", len(full))
	}
	for _, tt := range []struct {
		name  string
		order []int
	}{
		{"first two", []int{1, 0, 2, 3}},
		{"middle two", []int{0, 2, 1, 3}},
		{"one twice", []int{0, 1, 1, 3}},
		{"last to the front", []int{3, 0, 1, 2}},
	} {
		var parts [][]byte
		for _, n := range tt.order {
			parts = append(parts, full[n])
		}
		h.parts[h.uploads[Full]] = parts
		released, err := h.readAll(h.reply(), h.fetch)
		if len(released) != 2 || Code(err) != "seal-chunk" {
			t.Errorf("%s: %d variants, %v, want the two of the other bundle and a refusal", tt.name, len(released), err)
		}
	}
	h.parts[h.uploads[Full]] = full
	swapped := func(bundle int, from, to int64) ([]byte, error) {
		b := bytes.Join(h.parts[h.uploads[1-bundle]], nil)
		return bytes.Clone(b[min(from, int64(len(b))):min(to, int64(len(b)))]), nil
	}
	if released, err := h.readAll(h.reply(), swapped); len(released) > 0 || Code(err) != "seal-chunk" {
		t.Errorf("the other bundle: %d variants, %v", len(released), err)
	}
}

// reseal makes what a viewer who can write to storage would put in the place of a bundle: the same header and so the
// same keys, right tags, the plaintext changed by f, the length kept.
func reseal(t *testing.T, sealed []byte, passphrase string, f func(plain []byte)) []byte {
	t.Helper()
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	fileKey, err := age.DecryptHeader(sealed[:statement.HeaderSize-16], id)
	if err != nil {
		t.Fatal(err)
	}
	key, err := hkdf.Key(sha256.New, fileKey, sealed[statement.HeaderSize-16:statement.HeaderSize], "payload", 32)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, 12)
	nonce[11] = 1 // the bundles of these tests are one chunk, which is the last
	plain, err := aead.Open(nil, nonce, sealed[statement.HeaderSize:], nil)
	if err != nil {
		t.Fatal(err)
	}
	f(plain)
	return aead.Seal(bytes.Clone(sealed[:statement.HeaderSize]), nonce, plain, nil)
}

// readUnchecked is the control: a reader that trusts the seal and does not compare hashes, as a reader of the format
// without SHA-256 in the manifest would be. It takes the swapped picture.
func readUnchecked(s *Share, v manifest.Variant, fetch Fetch) ([]byte, error) {
	return s.read(v.Bundle, v.Offset, v.Size, fetch)
}

func TestResealedByAViewer(t *testing.T) {
	h := packed(t, nil)
	s := h.open(nil)
	photos, err := s.Photos(h.fetch)
	if err != nil {
		t.Fatal(err)
	}
	bundles, _ := s.Passphrases()
	upload := h.doc.Bundles[0].Upload
	view := photos[0].Variants[1]
	forged := reseal(t, h.parts[upload][0], bundles[0], func(plain []byte) {
		picture := webp(int(view.Size), 99)
		copy(plain[view.Offset:view.Offset+view.Size], picture)
	})
	h.parts[upload][0] = forged
	if got, err := readUnchecked(s, view, h.fetch); err != nil || !bytes.Equal(got, webp(int(view.Size), 99)) {
		t.Fatalf("the control refuses the forged picture (%v): this test proves nothing", err)
	}
	if got, err := s.Read(view, h.fetch); Code(err) != "variant" || got != nil {
		t.Errorf("Read of a forged picture: %d bytes, %v (%s)", len(got), err, Code(err))
	}
	if got, err := s.Read(photos[0].Variants[0], h.fetch); err != nil || len(got) == 0 {
		t.Errorf("the picture beside it: %v", err)
	}
}

// TestForgedManifest is what a viewer can make who knows root: a manifest sealed with the right key. The hash in the
// signed statement refuses it; the control, a reader that skips that check, takes it.
func TestForgedManifest(t *testing.T) {
	h := packed(t, nil)
	pass := h.owner.View().Root([32]byte(h.rec.Pepper), keys.Gate{}).ManifestPassphrase()
	m, err := manifest.Open(h.rec.Manifest, pass, &h.doc)
	if err != nil {
		t.Fatal(err)
	}
	m.Title = "forged"
	forged, err := m.Seal(pass, h.doc.Bundles)
	if err != nil {
		t.Fatal(err)
	}
	r := h.reply()
	r.Manifest = forged
	if _, err := h.readAll(r, h.fetch); Code(err) != "manifest" {
		t.Errorf("a forged manifest: %v (%s)", err, Code(err))
	}
	trusting := h.doc
	trusting.Manifest = sha256.Sum256(forged)
	if got, err := manifest.Open(forged, pass, &trusting); err != nil || got.Title != "forged" {
		t.Fatalf("the control refuses the forged manifest (%v): this test proves nothing", err)
	}
}
