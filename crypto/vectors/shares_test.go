package vectors

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"hash/crc32"
	"testing"

	"filippo.io/age"

	"safelight/crypto/keys"
	"safelight/crypto/locks"
	"safelight/crypto/manifest"
	"safelight/crypto/oprf"
	"safelight/crypto/passphrase"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// The pictures of the shares, of one pixel each; of the JPEG only the frame, for a preview.
const (
	tinyPNG  = "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000e49444154789c626a00040000ffff008600834c9e204b0000000049454e44ae426082"
	tinyWebP = "524946461a000000574542505650384c0d0000002f00000010071011118888fe0700"
	tinyJPEG = "ffd8ffe000104a46494600010100000100010000ffd9"
)

// entry is one picture in a bundle.
type entry struct {
	name   string
	bundle int
	role   manifest.Role
	media  manifest.Media
	data   []byte
}

// build makes shares; what a case changes is a field or a hook.
type build struct {
	name, passphrase, code string
	viewLimit, askFirst    uint64
	stage                  uint64
	index, named           bool
	entries                [][]entry // by photo

	tamper func(*Share)                 // what the server answers
	reseal func(bundle int, zip []byte) // what somebody with the key puts into a bundle
}

var quickPhoto = []entry{
	{"001/thumb.webp", 0, manifest.Thumb, manifest.WebP, unhex(tinyWebP)},
	{"001/view.webp", 0, manifest.View, manifest.WebP, unhex(tinyWebP)},
}

var wholePhoto = append(quickPhoto[:2:2], entry{"001/original.png", 1, manifest.Original, manifest.PNG, unhex(tinyPNG)})

var secondPhoto = []entry{
	{"002/thumb.webp", 0, manifest.Thumb, manifest.WebP, unhex(tinyWebP)},
	{"002/original.png", 1, manifest.Original, manifest.PNG, unhex(tinyPNG)},
}

func shares(t *testing.T) any {
	f := File[Share]{About: "Whole shares: what a server answers, and what a viewer finds. Every bundle is an age file over a ZIP."}
	flip := func(b []byte, i int) []byte { b = bytes.Clone(b); b[i] ^= 1; return b }
	other := build{name: "another", stage: 2, entries: [][]entry{wholePhoto}}.share(t)
	for _, b := range []build{
		{name: "one photo", stage: 2, entries: [][]entry{wholePhoto}},
		{name: "two photos with a passphrase", stage: 2, passphrase: "grüner tee", entries: [][]entry{wholePhoto, secondPhoto}},
		{name: "view limit and passphrase", stage: 2, viewLimit: 1, passphrase: "x", entries: [][]entry{wholePhoto}},
		{name: "views only, originals on their way", stage: 1, entries: [][]entry{quickPhoto}},
		{name: "index", stage: 2, index: true, entries: [][]entry{wholePhoto, secondPhoto}},
		{name: "index and passphrase", stage: 2, index: true, passphrase: "grüner tee", entries: [][]entry{wholePhoto}},
		{name: "the owner is asked first", stage: 2, askFirst: 1, entries: [][]entry{wholePhoto}},
		{name: "another statement's signature", code: "signature", stage: 2, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Signature = other.Signature }},
		{name: "another share's manifest", code: "manifest", stage: 2, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Manifest = other.Manifest }},
		{name: "locks that the statement does not name", code: "locks", stage: 2, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Locks = other.Manifest }},
		{name: "another pepper", code: "passphrase", stage: 2, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Pepper = flip(s.Pepper, 0) }},
		{name: "wrong passphrase", code: "passphrase", stage: 2, passphrase: "grüner tee", entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Passphrase = "gruner tee" }},
		{name: "another k", code: "passphrase", stage: 2, passphrase: "grüner tee", entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Key = append(Hex{1}, make(Hex, 31)...) }},
		{name: "a bundle's bit flipped", code: "damaged", stage: 2, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Bundles[0] = flip(s.Bundles[0], 200) }},
		{name: "a bundle cut by one", code: "damaged", stage: 2, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Bundles[1] = s.Bundles[1][:len(s.Bundles[1])-1] }},
		{name: "bundles swapped", code: "damaged", stage: 2, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Bundles[0], s.Bundles[1] = s.Bundles[1], s.Bundles[0] }},
		{name: "pixels swapped by another viewer", code: "variant", stage: 2, entries: [][]entry{wholePhoto}, reseal: func(bundle int, z []byte) {
			if bundle == 1 {
				copy(z, bytes.Replace(z, unhex(tinyPNG), flip(unhex(tinyPNG), 41), 1))
			}
		}},
		{name: "index swapped by another viewer", code: "index", stage: 2, index: true, entries: [][]entry{wholePhoto}, reseal: func(bundle int, z []byte) {
			if i := bytes.Index(z, []byte("index")); bundle == 0 {
				z[i+20] ^= 1
			}
		}},
		{name: "for a named recipient", stage: 2, named: true, entries: [][]entry{wholePhoto}},
		{name: "for a named recipient, with everything", stage: 2, named: true, askFirst: 1, viewLimit: 3, passphrase: "grüner tee", entries: [][]entry{wholePhoto}},
		{name: "locks missing", code: "locks", stage: 2, named: true, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Locks = nil }},
		{name: "locks of another share", code: "locks", stage: 2, named: true, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.Locks = flip(s.Locks, 4000) }},
		{name: "another R", code: "passphrase", stage: 2, named: true, entries: [][]entry{wholePhoto}, tamper: func(s *Share) { s.R = flip(s.R, 0) }},
	} {
		f.Cases = append(f.Cases, b.share(t))
	}
	return f
}

// share makes the case.
func (b build) share(t *testing.T) Share {
	t.Helper()
	o, pepper := keys.NewOwner(), keys.Random32()
	c := Share{Name: b.name, Link: o.View().Code().Text(), Manage: o.Code().Text(), Passphrase: b.passphrase, Pepper: pepper[:], Error: b.code}
	s := statement.Statement{
		Version: 1, ID: o.ID(), Owner: o.Public(), Revision: 1, Created: 1_767_225_600_000, Expires: 1_767_830_400_000,
		ViewLimit: b.viewLimit, Stage: b.stage, AskFirst: b.askFirst,
	}
	var gate keys.Gate
	if b.passphrase != "" {
		s.Suite, c.Key = statement.SuiteOPRF1, unhex(exampleK)
		pw := derivePW(t, c.Key, o.ID(), b.passphrase)
		gate.PW = &pw
	}
	if b.askFirst == 1 || b.named {
		r := keys.Random32()
		c.R, gate.R = r[:], &r
	}
	if b.named {
		to := must[*age.X25519Identity](t)(age.ParseX25519Identity(classicIdentity)).Recipient().String()
		c.Locks = must[[]byte](t)(locks.Seal(o.View(), *gate.R, []locks.Recipient{must[locks.Recipient](t)(locks.ParseRecipient(to))}))
		sum := sha256.Sum256(c.Locks)
		s.Locks = sum[:]
	}
	m := b.pack(t, o, &c, &s)
	sealed, err := m.Seal(o.View().Root(pepper, gate).ManifestPassphrase(), s.Bundles)
	if err != nil {
		t.Fatal(err)
	}
	c.Manifest, s.Manifest = sealed, sha256.Sum256(sealed)
	if c.OwnerBox, err = seal.Seal(o.BoxPassphrase(pepper), gate.Box()); err != nil {
		t.Fatal(err)
	}
	if c.Statement, err = s.Append(nil); err != nil {
		t.Fatal(err)
	}
	c.Signature = o.Sign(statement.TypeStatement, c.Statement)
	if b.tamper != nil {
		b.tamper(&c)
	}
	if b.code == "" {
		full, err := readShare(c)
		if err != nil {
			t.Fatalf("%s: %v", b.name, err)
		}
		c.Fields = fieldsOf(full)
	}
	return c
}

func derivePW(t *testing.T, key []byte, id statement.ID, p string) [32]byte {
	t.Helper()
	k, err := oprf.ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pw, err := passphrase.Derive(k, id, p)
	if err != nil {
		t.Fatal(err)
	}
	return pw
}

// pack fills in the bundles of c, s and the manifest.
func (b build) pack(t *testing.T, o keys.Owner, c *Share, s *statement.Statement) *manifest.Manifest {
	t.Helper()
	m := &manifest.Manifest{Title: "Sommer", Words: "Für dich."}
	count := 0
	for _, entries := range b.entries {
		p := manifest.Photo{Media: entries[len(entries)-1].media, Width: 1, Height: 1, Orientation: 1, Alt: "ein Pixel"}
		for _, e := range entries {
			p.Variants = append(p.Variants, manifest.Variant{
				Role: e.role, Media: e.media, Width: 1, Height: 1, Bundle: uint64(e.bundle), Size: uint64(len(e.data)), SHA256: sha256.Sum256(e.data),
			})
			count = max(count, e.bundle+1)
		}
		m.Photos = append(m.Photos, p)
	}
	photos := m.Photos
	for n := range count {
		z := zipOf(t, b.entries, n, photos, b.index && n == 0, m)
		key := keys.Random32()
		var out bytes.Buffer
		w, err := seal.NewWriter(&out, keys.BundlePassphrase(o.ID(), key))
		if err != nil {
			t.Fatal(err)
		}
		if b.reseal != nil {
			b.reseal(n, z)
		}
		if _, err := w.Write(z); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		c.Bundles = append(c.Bundles, out.Bytes())
		m.Bundles = append(m.Bundles, manifest.Bundle{Key: key, Header: w.Header()})
		upload := keys.Random32()
		s.Bundles = append(s.Bundles, statement.Bundle{Upload: statement.UploadID(upload[:16]), Size: uint64(out.Len()), PartSize: statement.MinPartSize})
	}
	return m
}

// zipOf writes the plaintext of bundle n with archive/zip, and the offsets into photos; with an index, into m.
func zipOf(t *testing.T, entries [][]entry, n int, photos []manifest.Photo, index bool, m *manifest.Manifest) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	directory := 0
	add := func(name string, data []byte) uint64 {
		h := &zip.FileHeader{Name: name, Method: zip.Store, ModifiedDate: 0x21, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data))}
		f, err := w.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		at := uint64(b.Len())
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
		directory += 46 + len(name)
		return at
	}
	for i, photo := range entries {
		for j, e := range photo {
			if e.bundle == n {
				photos[i].Variants[j].Offset = add(e.name, e.data)
			}
		}
	}
	if index {
		// The index tells offsets of bundle 1 too. Its one entry there follows from the name, as in the real packer.
		offset := uint64(0)
		for i, photo := range entries {
			for j, e := range photo {
				if e.bundle == 1 {
					photos[i].Variants[j].Offset = offset + 30 + uint64(len(e.name))
					offset += 30 + uint64(len(e.name)+len(e.data))
				}
			}
		}
		doc, err := manifest.EncodeIndex(photos)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.SetIndex(manifest.IndexRef{Offset: add("index", doc), Size: uint64(len(doc)), SHA256: sha256.Sum256(doc)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	const name = "padding"
	total := uint64(b.Len() + 30 + len(name) + directory + 46 + len(name) + 22)
	add(name, make([]byte, seal.Padme(total)-total))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := uint64(b.Len()); got != seal.Padme(got) || got != seal.Padme(total) {
		t.Fatalf("ZIP of %d bytes, want %d", got, seal.Padme(total))
	}
	return b.Bytes()
}
