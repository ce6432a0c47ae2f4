package share

import (
	"errors"
	"testing"
	"time"

	"safelight/crypto/keys"
	"safelight/crypto/manifest"
	"safelight/crypto/statement"
)

// packed returns a host with a small complete share of one photo.
func packed(t *testing.T, mend func(*Config)) *host {
	t.Helper()
	h := newHost(t)
	c := h.config()
	if mend != nil {
		mend(&c)
	}
	p := newPacker(t, c)
	packQuick(t, p, 1)
	packFull(t, p, 1, 700)
	h.apply(p.Publish())
	return h
}

func TestOpenSaysWhatIsNeeded(t *testing.T) {
	lock := &Lock{PW: keys.Random32(), Key: keys.Random32()}
	for _, tt := range []struct {
		name             string
		mend             func(*Config)
		passphrase, take bool
	}{
		{"nothing", nil, false, false},
		{"passphrase", func(c *Config) { c.Lock = lock }, true, false},
		{"limit", func(c *Config) { c.ViewLimit = 2 }, false, true},
		{"both", func(c *Config) { c.ViewLimit, c.Lock = 2, lock }, true, true},
	} {
		h := packed(t, tt.mend)
		r := h.reply()
		r.Pepper = nil
		o, err := Open(h.owner.View(), r, testNow)
		if err != nil {
			t.Fatal(err)
		}
		if o.NeedsPassphrase() != tt.passphrase || o.NeedsTake() != tt.take || o.NeedsRelease() {
			t.Errorf("%s: passphrase %v, take %v, release %v", tt.name, o.NeedsPassphrase(), o.NeedsTake(), o.NeedsRelease())
		}
		if _, ok := o.Pepper(); ok {
			t.Errorf("%s: a pepper out of nowhere", tt.name)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	h, other := packed(t, nil), packed(t, nil)
	for _, tt := range []struct {
		name string
		view keys.View
		mend func(*Reply)
		now  time.Time
		want error
	}{
		{"another share", other.owner.View(), nil, testNow, statement.ErrID},
		{"another owner's statement", h.owner.View(), func(r *Reply) { *r = other.reply() }, testNow, statement.ErrID},
		{"another signature", h.owner.View(), func(r *Reply) { r.Signature = other.rec.Signature }, testNow, statement.ErrSignature},
		{"another manifest", h.owner.View(), func(r *Reply) { r.Manifest = other.rec.Manifest }, testNow, statement.ErrManifest},
		{"locks out of nowhere", h.owner.View(), func(r *Reply) { r.Locks = other.rec.Manifest }, testNow, statement.ErrLocks},
		{"expired", h.owner.View(), nil, time.UnixMilli(expires).Add(time.Hour + time.Second), ErrExpired},
		{"no answer", h.owner.View(), func(r *Reply) { *r = Reply{} }, testNow, statement.ErrHeader},
	} {
		r := h.reply()
		if tt.mend != nil {
			tt.mend(&r)
		}
		if _, err := Open(tt.view, r, tt.now); !errors.Is(err, tt.want) || Code(err) == "other" {
			t.Errorf("%s: Open = %v (%s), want %v", tt.name, err, Code(err), tt.want)
		}
	}
	if _, err := Open(h.owner.View(), h.reply(), time.UnixMilli(expires).Add(time.Hour-time.Second)); err != nil {
		t.Errorf("within the leeway of an hour: %v", err)
	}
}

func TestUnsealRefuses(t *testing.T) {
	lock, wrong := &Lock{PW: keys.Random32(), Key: keys.Random32()}, keys.Random32()
	h := packed(t, func(c *Config) { c.Lock = lock })
	o, err := Open(h.owner.View(), h.reply(), testNow)
	if err != nil {
		t.Fatal(err)
	}
	pepper, _ := o.Pepper()
	for _, tt := range []struct {
		name   string
		pepper [32]byte
		gate   keys.Gate
		want   error
	}{
		{"right", pepper, keys.Gate{PW: &lock.PW}, nil},
		{"wrong passphrase", pepper, keys.Gate{PW: &wrong}, ErrPepper},
		{"wrong pepper", wrong, keys.Gate{PW: &lock.PW}, ErrPepper},
		{"no passphrase", pepper, keys.Gate{}, ErrGate},
		{"a release that nobody asked for", pepper, keys.Gate{PW: &lock.PW, R: &wrong}, ErrGate},
	} {
		if _, err := o.Unseal(tt.pepper, tt.gate); !errors.Is(err, tt.want) {
			t.Errorf("%s: Unseal = %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestReadPassesErrorsOn(t *testing.T) {
	h := packed(t, nil)
	s := h.open(nil)
	photos, err := s.Photos(h.fetch)
	if err != nil {
		t.Fatal(err)
	}
	away := errors.New("away")
	if _, err := s.Read(photos[0].Variants[0], func(int, int64, int64) ([]byte, error) { return nil, away }); !errors.Is(err, away) {
		t.Errorf("Read = %v, want the error of fetch", err)
	}
	lying := photos[0].Variants[0]
	lying.Media = manifest.PNG
	if b, err := s.Read(lying, h.fetch); !errors.Is(err, ErrVariant) || b != nil {
		t.Errorf("a WebP called PNG: %d bytes, %v", len(b), err)
	}
}
