package share

import (
	"bytes"
	"errors"
	"testing"

	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/statement"
)

// again returns the owner as another device has it: from the manage code alone.
func (h *host) again() keys.Owner {
	h.t.Helper()
	c, err := link.Parse(h.owner.Code().Text())
	if err != nil {
		h.t.Fatal(err)
	}
	o, ok := keys.OwnerOf(c)
	if !ok {
		h.t.Fatal("not a manage code")
	}
	return o
}

func (h *host) edition() *Edition {
	h.t.Helper()
	e, err := OpenState(h.again(), h.state())
	if err != nil {
		h.t.Fatal(err)
	}
	return e
}

// TestRevise changes everything one after the other, each time as a device that knows the manage code alone.
func TestRevise(t *testing.T) {
	first, second := &Lock{PW: keys.Random32(), Key: keys.Random32()}, &Lock{PW: keys.Random32(), Key: keys.Random32()}
	ms := func(n uint64) *uint64 { return &n }
	h := packed(t, nil)
	for _, tt := range []struct {
		name   string
		c      Change
		lock   *Lock // afterwards
		sealed bool  // anew
	}{
		{"longer", Change{Expires: ms(expires + 1)}, nil, false},
		{"limit", Change{ViewLimit: ms(5)}, nil, false},
		{"first passphrase", Change{Lock: first}, first, true},
		{"shorter, beside a passphrase", Change{Expires: ms(expires - 1)}, first, false},
		{"another passphrase and no limit", Change{Lock: second, ViewLimit: ms(0)}, second, true},
		{"the same passphrase", Change{Lock: second}, second, true},
		{"no passphrase", Change{Unlock: true}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.t = t
			before := h.rec
			h.apply(h.edition().Revise(tt.c))
			for _, f := range []struct {
				name          string
				before, after []byte
			}{
				{"pepper", before.Pepper, h.rec.Pepper},
				{"manifest", before.Manifest, h.rec.Manifest},
				{"owner box", before.OwnerBox, h.rec.OwnerBox},
			} {
				if bytes.Equal(f.before, f.after) == tt.sealed {
					t.Errorf("%s changed: %v, want %v", f.name, !tt.sealed, tt.sealed)
				}
			}
			if tt.c.Expires != nil && h.doc.Expires != *tt.c.Expires || tt.c.ViewLimit != nil && h.doc.ViewLimit != *tt.c.ViewLimit {
				t.Errorf("statement says %d and %d", h.doc.Expires, h.doc.ViewLimit)
			}
			if (len(h.rec.OPRFKey) == 32) != (tt.lock != nil) {
				t.Errorf("k has %d bytes", len(h.rec.OPRFKey))
			}
			if !bytes.Equal(before.ReadHash, h.rec.ReadHash) || h.doc.Created != created {
				t.Error("what never changes changed")
			}
			checkShare(t, h, h.open(tt.lock), 1, 700)
			s, err := h.edition().Share()
			if err != nil {
				t.Fatal(err)
			}
			checkShare(t, h, s, 1, 700) // the owner needs no passphrase
		})
	}
}

func TestReviseRefuses(t *testing.T) {
	one, same := uint64(1), uint64(expires)
	lock := &Lock{PW: keys.Random32(), Key: keys.Random32()}
	h := packed(t, nil)
	quick := newHost(t)
	p := newPacker(t, quick.config())
	packQuick(t, p, 1)
	quick.apply(p.CommitQuick())
	past := uint64(created)
	for _, tt := range []struct {
		name string
		h    *host
		c    Change
		want error
	}{
		{"nothing", h, Change{}, ErrSame},
		{"what it is already", h, Change{Expires: &same}, ErrSame},
		{"no passphrase where there is none", h, Change{Unlock: true}, ErrSame},
		{"a passphrase and none", h, Change{Lock: lock, Unlock: true}, nil},
		{"before it was created", h, Change{Expires: &past}, statement.ErrRules},
		{"a limit while originals are on their way", quick, Change{ViewLimit: &one}, ErrPartial},
	} {
		body, err := tt.h.edition().Revise(tt.c)
		if err == nil || body != nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: Revise = %d bytes, %v, want %v", tt.name, len(body), err, tt.want)
		}
	}
	quick.apply(quick.edition().Revise(Change{Complete: true, ViewLimit: &one}))
	if quick.doc.Stage != statement.StageComplete || quick.doc.ViewLimit != 1 {
		t.Errorf("stage %d, limit %d", quick.doc.Stage, quick.doc.ViewLimit)
	}
}

func TestOpenStateRefuses(t *testing.T) {
	h, other := packed(t, nil), packed(t, nil)
	for _, tt := range []struct {
		name string
		mend func(*State)
		want error
	}{
		{"nothing committed", func(s *State) { *s = State{} }, ErrEmpty},
		{"another statement", func(s *State) { s.Statement, s.Signature = other.rec.Statement, other.rec.Signature }, statement.ErrID},
		{"another manifest", func(s *State) { s.Manifest = other.rec.Manifest }, statement.ErrManifest},
		{"another pepper", func(s *State) { s.Pepper = other.rec.Pepper }, ErrOwnerBox},
		{"no pepper", func(s *State) { s.Pepper = nil }, ErrOwnerBox},
		{"another box", func(s *State) { s.OwnerBox = other.rec.OwnerBox }, ErrOwnerBox},
		{"locks", func(s *State) { s.Locks = []byte{1} }, statement.ErrLocks},
	} {
		st := h.state()
		tt.mend(&st)
		if _, err := OpenState(h.owner, st); !errors.Is(err, tt.want) || Code(err) == "other" {
			t.Errorf("%s: OpenState = %v (%s), want %v", tt.name, err, Code(err), tt.want)
		}
	}
}

func TestRequests(t *testing.T) {
	o := keys.NewOwner()
	fresh := make([]byte, statement.FreshnessSize)
	for name, f := range map[statement.Action]func(statement.Signer, []byte) ([]byte, error){
		statement.ActionUpload: UploadRequest, statement.ActionState: StateRequest, statement.ActionDelete: DeleteRequest,
	} {
		body, err := f(o, fresh)
		if err != nil {
			t.Fatal(err)
		}
		r, err := statement.ParseRequest(body)
		if err != nil || r.Action != name || r.Verify(o.Public()) != nil || r.ID != o.ID() {
			t.Errorf("action %d: %+v, %v", name, r, err)
		}
		if _, err := f(o, fresh[1:]); err == nil {
			t.Errorf("action %d: a short challenge was signed", name)
		}
	}
	body, err := CreateRequest(o, expires)
	if err != nil {
		t.Fatal(err)
	}
	r, err := statement.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	args, err := r.CreateArgs()
	if err != nil || args.Owner != o.Public() || args.ReadHash != o.View().ReadToken().Hash() || args.Expires != expires {
		t.Errorf("create: %+v, %v", args, err)
	}
}
