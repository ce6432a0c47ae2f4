package share

import (
	"errors"
	"testing"

	"filippo.io/age"

	"safelight/crypto/accesslog"
	"safelight/crypto/keys"
	"safelight/crypto/locks"
)

func named(t *testing.T) (locks.Recipient, age.Identity) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := locks.ParseRecipient(id.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	return to, id
}

// openedBy tries to open the share with what the link and an identity give.
func (h *host) openedBy(id age.Identity) error {
	h.t.Helper()
	o, err := Open(h.owner.View(), h.reply(), testNow)
	if err != nil {
		h.t.Fatal(err)
	}
	var g keys.Gate
	if o.HasLocks() {
		r, err := o.Release(id)
		if err != nil {
			return err
		}
		g.R = &r
	}
	pepper, _ := o.Pepper()
	_, err = o.Unseal(pepper, g)
	return err
}

// TestRelease changes who gets R, each time as a device that knows the manage link alone.
func TestRelease(t *testing.T) {
	ann, annID := named(t)
	bob, bobID := named(t)
	yes, no := true, false
	h := packed(t, func(c *Config) { c.Release = Release{Recipients: []locks.Recipient{ann}} })
	for _, tt := range []struct {
		name     string
		c        Change
		ann, bob error
		ask      bool
		sealed   bool // anew
	}{
		{"from the beginning", Change{}, nil, locks.ErrNotForYou, false, false},
		{"and ask first", Change{AskFirst: &yes}, nil, locks.ErrNotForYou, true, false},
		{"both are named", Change{Recipients: &[]locks.Recipient{ann, bob}}, nil, nil, true, true},
		{"one is left, and nobody is asked", Change{Recipients: &[]locks.Recipient{bob}, AskFirst: &no}, locks.ErrNotForYou, nil, false, true},
		{"ask first instead", Change{Recipients: &[]locks.Recipient{}, AskFirst: &yes}, ErrGate, ErrGate, true, true},
		{"anybody", Change{AskFirst: &no}, nil, nil, false, true},
		{"ask first alone", Change{AskFirst: &yes}, ErrGate, ErrGate, true, true},
		{"named beside", Change{Recipients: &[]locks.Recipient{ann}}, nil, locks.ErrNotForYou, true, true},
		{"the log", Change{Log: &yes}, nil, locks.ErrNotForYou, true, false},
		{"no log", Change{Log: &no}, nil, locks.ErrNotForYou, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.t = t
			before := h.rec
			if tt.c != (Change{}) {
				h.apply(h.edition().Revise(tt.c))
			}
			if (string(before.Pepper) != string(h.rec.Pepper)) != tt.sealed {
				t.Errorf("another pepper: %v, want %v", !tt.sealed, tt.sealed)
			}
			if got := h.doc.AskFirst == 1; got != tt.ask {
				t.Errorf("asks first: %v", got)
			}
			if err := h.openedBy(annID); !errors.Is(err, tt.ann) {
				t.Errorf("Ann: %v, want %v", err, tt.ann)
			}
			if err := h.openedBy(bobID); !errors.Is(err, tt.bob) {
				t.Errorf("Bob: %v, want %v", err, tt.bob)
			}
			e := h.edition()
			if r, ok := e.R(); ok != h.doc.UsesR() || ok && r == [32]byte{} {
				t.Errorf("the owner has R: %v", ok)
			}
			s, err := e.Share()
			if err != nil {
				t.Fatal(err)
			}
			checkShare(t, h, s, 1, 700) // the owner needs nobody
			if on := len(h.doc.LogKey) == accesslog.KeySize; on != (tt.name == "the log") {
				t.Errorf("the log is on: %v", on)
			}
		})
	}
}

// TestReleaseStays: what does not name who gets R leaves it as it is.
func TestReleaseStays(t *testing.T) {
	ann, annID := named(t)
	yes, no := true, false
	h := packed(t, func(c *Config) { c.Release, c.Log = Release{Recipients: []locks.Recipient{ann}, AskFirst: true}, true })
	later := uint64(expires + 5)
	h.apply(h.edition().Revise(Change{Expires: &later}))
	h.apply(h.edition().Revise(Change{Lock: &Lock{PW: keys.Random32(), Key: keys.Random32()}}))
	h.apply(h.edition().Revise(Change{Unlock: true}))
	if h.doc.AskFirst != 1 || len(h.doc.LogKey) == 0 {
		t.Error("asking first, or the log, is gone")
	}
	if err := h.openedBy(annID); err != nil {
		t.Errorf("Ann: %v", err)
	}
	for name, c := range map[string]Change{"ask": {AskFirst: &yes}, "log": {Log: &yes}} {
		if _, err := h.edition().Revise(c); !errors.Is(err, ErrSame) {
			t.Errorf("%s as it is already: %v", name, err)
		}
	}
	// Who was let in keeps R when nobody is asked any more and recipients stay; named again, they get another one.
	was, _ := h.edition().R()
	h.apply(h.edition().Revise(Change{AskFirst: &no}))
	if r, ok := h.edition().R(); !ok || r != was {
		t.Error("R is another one, or gone, with the same recipients")
	}
	h.apply(h.edition().Revise(Change{Recipients: &[]locks.Recipient{ann}}))
	if r, _ := h.edition().R(); r == was {
		t.Error("control: R is the same one with recipients named again")
	}
	none := packed(t, nil)
	if _, err := none.edition().Revise(Change{Recipients: &[]locks.Recipient{}}); !errors.Is(err, ErrSame) {
		t.Errorf("nobody where nobody is named: %v", err)
	}
}
