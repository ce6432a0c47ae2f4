package share

import (
	"errors"
	"slices"
	"testing"

	"safelight/client/strip"
	"safelight/client/variant"
	"safelight/crypto/keys"
	"safelight/crypto/manifest"
	"safelight/crypto/statement"
)

// The numbers of strip, variant and manifest are the same ones.
var _ = [1]struct{}{}[int(strip.JPEG)-int(manifest.JPEG)+int(strip.WebP)-int(manifest.WebP)+int(strip.JXL)-int(manifest.JXL)]
var _ = [1]struct{}{}[int(variant.Thumb)-int(manifest.Thumb)+int(variant.View)-int(manifest.View)+int(variant.Original)-int(manifest.Original)]
var _ = [1]struct{}{}[int(variant.JPEG)-int(manifest.JPEG)+int(variant.WebP)-int(manifest.WebP)+int(variant.JXL)-int(manifest.JXL)]
var _ = [1]struct{}{}[variant.MaxPreview-manifest.MaxPreview]

func newPacker(t *testing.T, c Config) *Packer {
	t.Helper()
	p, err := NewPacker(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTwoCommits is the usual life: views first, originals behind.
func TestTwoCommits(t *testing.T) {
	const n, size = 3, 300_000
	h := newHost(t)
	p := newPacker(t, h.config())
	packQuick(t, p, n)
	h.apply(p.CommitQuick())
	if h.doc.Stage != statement.StageViews || len(h.doc.Bundles) != 1 {
		t.Fatalf("stage %d with %d bundles", h.doc.Stage, len(h.doc.Bundles))
	}
	early := h.open(nil)
	checkShare(t, h, early, n, 0)
	firstPepper := h.rec.Pepper

	packFull(t, p, n, size)
	h.apply(p.Publish())
	if h.doc.Stage != statement.StageComplete || len(h.doc.Bundles) != 2 {
		t.Fatalf("stage %d with %d bundles", h.doc.Stage, len(h.doc.Bundles))
	}
	checkShare(t, h, h.open(nil), n, size)
	if slices.Equal(firstPepper, h.rec.Pepper) {
		t.Error("publish kept the pepper")
	}
	o, err := Open(h.owner.View(), h.reply(), testNow)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Unseal([32]byte(firstPepper), keys.Gate{}); !errors.Is(err, ErrPepper) {
		t.Errorf("the first pepper opens the second manifest: %v", err)
	}

	first, _ := p.Publish()
	again, err := p.Publish()
	if err != nil || !slices.Equal(first, again) {
		t.Errorf("Publish again differs, or %v: a lost answer could not be asked for", err)
	}
	if err := p.Add(0, Full, originalOf(0, 100)); !errors.Is(err, ErrDone) {
		t.Errorf("Add after Publish = %v, want ErrDone", err)
	}
	if _, err := p.CommitQuick(); !errors.Is(err, ErrDone) {
		t.Errorf("CommitQuick after Publish = %v, want ErrDone", err)
	}
}

func TestOneCommit(t *testing.T) {
	lock := &Lock{PW: keys.Random32(), Key: keys.Random32()}
	for _, tt := range []struct {
		name  string
		views uint64
		lock  *Lock
		full  int // bytes of each original, 0: none
	}{
		{"view limit", 3, nil, 1000},
		{"no limit", 0, nil, 1000},
		{"passphrase", 0, lock, 1000},
		{"passphrase and limit", 1, lock, 70_000},
		{"views only", 0, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			c := h.config()
			c.ViewLimit, c.Lock = tt.views, tt.lock
			p := newPacker(t, c)
			packQuick(t, p, 2)
			if tt.full > 0 {
				packFull(t, p, 2, tt.full)
			}
			if tt.views > 0 {
				if _, err := p.CommitQuick(); !errors.Is(err, ErrOnce) {
					t.Fatalf("CommitQuick = %v, want ErrOnce", err)
				}
			}
			h.apply(p.Publish())
			if h.doc.Revision != 1 || h.doc.Stage != statement.StageComplete || h.doc.ViewLimit != tt.views {
				t.Errorf("revision %d, stage %d, limit %d", h.doc.Revision, h.doc.Stage, h.doc.ViewLimit)
			}
			if (h.doc.Suite != 0) != (tt.lock != nil) || (len(h.rec.OPRFKey) == 32) != (tt.lock != nil) {
				t.Errorf("suite %d, k of %d bytes", h.doc.Suite, len(h.rec.OPRFKey))
			}
			checkShare(t, h, h.open(tt.lock), 2, tt.full)
		})
	}
}

// TestOriginalsAlone is a share whose photos nothing here can decode.
func TestOriginalsAlone(t *testing.T) {
	h := newHost(t)
	p := newPacker(t, h.config())
	if err := p.Describe(0, Photo{Media: variant.JPEG, Width: 10, Height: 10}); err != nil {
		t.Fatal(err)
	}
	packFull(t, p, 1, 500)
	h.apply(p.Publish())
	if len(h.doc.Bundles) != 1 || h.doc.Bundles[0].Upload != h.uploads[Full] {
		t.Errorf("bundles %v", h.doc.Bundles)
	}
	if photos, err := h.open(nil).Photos(h.fetch); err != nil || len(photos) != 1 || photos[0].Variants[0].Bundle != 0 {
		t.Errorf("Photos = %v, %v", photos, err)
	}
}

// TestIndex packs more photos than a manifest holds.
func TestIndex(t *testing.T) {
	const n = 700
	t.Run("two commits", func(t *testing.T) {
		h := newHost(t)
		p := newPacker(t, h.config())
		packQuick(t, p, n)
		h.apply(p.CommitQuick())
		checkShare(t, h, h.open(nil), n, 0)
		packFull(t, p, n, 50)
		h.apply(p.Publish())
		if h.doc.Bundles[0].Upload != h.uploads[Full] {
			t.Error("the index has to lie in bundle 0, and the quick bundle was closed already")
		}
		checkShare(t, h, h.open(nil), n, 50)
	})
	t.Run("one commit", func(t *testing.T) {
		h := newHost(t)
		p := newPacker(t, h.config())
		packQuick(t, p, n)
		packFull(t, p, n, 50)
		h.apply(p.Publish())
		if h.doc.Bundles[0].Upload != h.uploads[Quick] {
			t.Error("bundle 0 is not the quick one")
		}
		checkShare(t, h, h.open(nil), n, 50)
	})
	t.Run("originals never came", func(t *testing.T) {
		h := newHost(t)
		p := newPacker(t, h.config())
		packQuick(t, p, n)
		h.apply(p.CommitQuick())
		h.apply(p.Publish())
		checkShare(t, h, h.open(nil), n, 0)
	})
	t.Run("passphrase changes later", func(t *testing.T) {
		h := newHost(t)
		p := newPacker(t, h.config())
		packQuick(t, p, n)
		h.apply(p.Publish())
		lock := &Lock{PW: keys.Random32(), Key: keys.Random32()}
		e, err := OpenState(h.owner, h.state())
		if err != nil {
			t.Fatal(err)
		}
		h.apply(e.Revise(Change{Lock: lock}))
		checkShare(t, h, h.open(lock), n, 0)
	})
}

// TestRebase publishes after somebody else did.
func TestRebase(t *testing.T) {
	later, lock := uint64(expires+1000), &Lock{PW: keys.Random32(), Key: keys.Random32()}
	h := newHost(t)
	p := newPacker(t, h.config())
	packQuick(t, p, 2)
	h.apply(p.CommitQuick())
	for _, c := range []Change{{Expires: &later}, {Lock: lock}} {
		e, err := OpenState(h.owner, h.state())
		if err != nil {
			t.Fatal(err)
		}
		h.apply(e.Revise(c))
	}
	packFull(t, p, 2, 1000)
	stale, err := p.Publish()
	if err != nil {
		t.Fatal(err)
	}
	if r, err := statement.ParseRequest(stale); err != nil || r.Revision != 2 {
		t.Fatalf("before Rebase: revision %d, %v", r.Revision, err)
	}
	if err := p.Rebase(h.state()); err != nil {
		t.Fatal(err)
	}
	h.apply(p.Publish())
	if h.doc.Expires != later || h.doc.Revision != 4 || h.doc.Suite != statement.SuiteOPRF1 {
		t.Errorf("expires %d, revision %d, suite %d: what the other device changed is lost", h.doc.Expires, h.doc.Revision, h.doc.Suite)
	}
	checkShare(t, h, h.open(lock), 2, 1000)
}

func TestPackerRefuses(t *testing.T) {
	h := newHost(t)
	good := h.config()
	for _, tt := range []struct {
		name string
		mend func(*Config)
	}{
		{"part size below", func(c *Config) { c.PartSize = statement.MinPartSize - 65536 }},
		{"part size above", func(c *Config) { c.PartSize = statement.MaxPartSize + 65536 }},
		{"part size between steps", func(c *Config) { c.PartSize++ }},
		{"expired", func(c *Config) { c.Expires = c.Created }},
		{"no emit", func(c *Config) { c.Emit = nil }},
		{"one upload", func(c *Config) { c.Uploads[1] = c.Uploads[0] }},
	} {
		c := good
		tt.mend(&c)
		if _, err := NewPacker(c); err == nil {
			t.Errorf("%s: NewPacker succeeded", tt.name)
		}
	}

	p := newPacker(t, good)
	for _, f := range []func() ([]byte, error){p.CommitQuick, p.Publish} {
		if _, err := f(); !errors.Is(err, ErrNothing) {
			t.Errorf("commit of nothing = %v, want ErrNothing", err)
		}
	}
	packQuick(t, p, 2)
	for _, tt := range []struct {
		name   string
		photo  int
		bundle Bundle
		v      Variant
		want   error
	}{
		{"earlier photo", 0, Quick, quickOf(0)[0], ErrOrder},
		{"no bytes", 1, Quick, Variant{Role: variant.View, Media: variant.JPEG}, ErrLimit},
		{"photo 2,001", manifest.MaxPhotos, Quick, quickOf(0)[0], ErrLimit},
		{"photo -1", -1, Quick, quickOf(0)[0], ErrLimit},
		{"unknown bundle", 1, 2, quickOf(0)[0], nil},
		{"preview", 1, Quick, Variant{Role: variant.Preview, Media: variant.JPEG, Data: []byte{1}}, nil},
		{"unknown media", 1, Quick, Variant{Role: variant.View, Media: 99, Data: []byte{1}}, nil},
	} {
		err := p.Add(tt.photo, tt.bundle, tt.v)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: Add = %v, want %v", tt.name, err, tt.want)
		}
	}
	for i := range manifest.MaxVariants - 2 {
		if err := p.Add(1, Quick, quickOf(1)[0]); err != nil {
			t.Fatalf("variant %d: %v", i+3, err)
		}
	}
	if err := p.Add(1, Quick, quickOf(1)[0]); !errors.Is(err, ErrLimit) {
		t.Errorf("variant 33: %v, want ErrLimit", err)
	}
	h.apply(p.CommitQuick()) // the refused ones changed nothing
}

// TestAPhotoWithoutVariants must not be committed: readers refuse such a manifest.
func TestAPhotoWithoutVariants(t *testing.T) {
	h := newHost(t)
	p := newPacker(t, h.config())
	packQuick(t, p, 1)
	if err := p.Describe(1, photoOf(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Publish(); !errors.Is(err, manifest.ErrInvalid) {
		t.Errorf("Publish = %v, want ErrInvalid", err)
	}
}

// TestEmit holds back-pressure: Add returns only when Emit has taken the parts, and an error of Emit ends the packing.
func TestEmit(t *testing.T) {
	lost := errors.New("lost")
	h := newHost(t)
	c := h.config()
	var emitted int
	c.Emit = func(p Part) error {
		if emitted++; emitted == 3 {
			return lost
		}
		return h.put(p)
	}
	p := newPacker(t, c)
	packQuick(t, p, 1)
	if err := p.Add(0, Full, originalOf(0, 3*statement.MinPartSize)); !errors.Is(err, lost) || emitted != 3 {
		t.Errorf("Add = %v after %d parts, want the error of the third", err, emitted)
	}
	if want := []string{"1/0", "1/1"}; !slices.Equal(h.order, want) {
		t.Errorf("parts %v, want %v", h.order, want)
	}
}

// TestSetPartSize changes the size between the bundles, as a sender does who has measured the line with the first.
func TestSetPartSize(t *testing.T) {
	h := newHost(t)
	p := newPacker(t, h.config())
	packQuick(t, p, 1)
	h.apply(p.CommitQuick())
	if err := p.SetPartSize(statement.MinPartSize + 1); err == nil {
		t.Error("SetPartSize takes what is no multiple of the step")
	}
	if err := p.SetPartSize(2 * statement.MinPartSize); err != nil {
		t.Fatal(err)
	}
	packFull(t, p, 1, 3*statement.MinPartSize)
	h.apply(p.Publish())
	if q, f := h.doc.Bundles[0].PartSize, h.doc.Bundles[1].PartSize; q != statement.MinPartSize || f != 2*statement.MinPartSize {
		t.Errorf("part sizes %d and %d, want %d and twice that", q, f, statement.MinPartSize)
	}
	checkShare(t, h, h.open(nil), 1, 3*statement.MinPartSize)
}

// TestThumbsSideBySide looks whether one range fetches a screen of thumbs.
func TestThumbsSideBySide(t *testing.T) {
	const n = 5
	for _, views := range []uint64{0, 2} { // two commits, and one
		h := newHost(t)
		c := h.config()
		c.ViewLimit = views
		p := newPacker(t, c)
		packQuick(t, p, n)
		if views == 0 {
			h.apply(p.CommitQuick())
		}
		packFull(t, p, n, 1000)
		h.apply(p.Publish())
		photos, err := h.open(nil).Photos(h.fetch)
		if err != nil {
			t.Fatal(err)
		}
		if !sideBySide(t, photos, manifest.Thumb) {
			t.Errorf("limit %d: something lies between the thumbs", views)
		}
		photos[1].Variants[0].Offset += 500
		if sideBySide(t, photos, manifest.Thumb) {
			t.Error("control: a thumb that lies elsewhere was not seen")
		}
	}
}

// sideBySide says whether only the headers of a ZIP lie between the variants of a role.
func sideBySide(t *testing.T, photos []manifest.Photo, role manifest.Role) bool {
	t.Helper()
	const header = 60
	var end uint64
	for i := range photos {
		for _, v := range photos[i].Variants {
			if v.Role != role {
				continue
			}
			if end != 0 && v.Offset-end > header {
				return false
			}
			end = v.Offset + v.Size
		}
	}
	if end == 0 {
		t.Fatalf("no variant of role %d", role)
	}
	return true
}
