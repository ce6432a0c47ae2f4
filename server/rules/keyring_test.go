package rules

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"safelight/server/store"
	"safelight/server/wire"
)

func sumOf(b []byte) [32]byte { return sha256.Sum256(b) }

func TestRotate(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(withPassphrase)
	plain, _, _ := w.live(nil)
	before := w.key
	w.key = RecordKey{2}

	w.restart(before)
	r, err := w.open(o, o.unlock[:])
	if err != nil || !bytes.Equal(r.Pepper, d.args.Pepper) {
		t.Fatalf("open with the previous key at hand = %v, %v", r, err)
	}
	w.restart()
	if _, err := w.open(o, o.unlock[:]); !errors.Is(err, errNoKey) {
		t.Errorf("open without the previous key = %v, want errNoKey", err)
	}
	if _, err := w.Rotate(ctx); !errors.Is(err, errNoKey) {
		t.Errorf("Rotate without the previous key = %v, want errNoKey", err)
	}
	w.restart(before)
	for _, want := range []int{2, 0} {
		if n, err := w.Rotate(ctx); n != want || err != nil {
			t.Errorf("Rotate = %d, %v; want %d", n, err, want)
		}
	}
	w.restart()
	for _, o := range []*owner{o, plain} {
		if r, err := w.open(o, o.unlock[:]); err != nil || len(r.Pepper) != 32 {
			t.Errorf("open after Rotate, without the previous key = %v", err)
		}
	}
	_, err = w.guess(o, 1)
	wantCode(t, "guess after Rotate", err, "")
}

func TestSealedFields(t *testing.T) {
	ring, err := newKeyring(RecordKey{1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	id, secret := ID{1}, []byte("secret")
	b, err := ring.seal(new(random), id, fieldPepper, secret)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ring.open(id, fieldPepper, b); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("open = %q, %v", got, err)
	}
	flipped := bytes.Clone(b)
	flipped[len(b)-1] ^= 1
	other := bytes.Clone(b)
	other[0] ^= 1
	tests := []struct {
		name  string
		id    ID
		field string
		b     []byte
		want  error
	}{
		{"another share", ID{2}, fieldPepper, b, errSealed},
		{"another field", id, fieldOPRFKey, b, errSealed},
		{"a flipped bit", id, fieldPepper, flipped, errSealed},
		{"another key", id, fieldPepper, other, errNoKey},
		{"cut", id, fieldPepper, b[:27], errSealed},
		{"empty", id, fieldPepper, nil, errSealed},
	}
	for _, tt := range tests {
		if got, err := ring.open(tt.id, tt.field, tt.b); !errors.Is(err, tt.want) || got != nil {
			t.Errorf("%s: open = %q, %v; want %v", tt.name, got, err, tt.want)
		}
	}
	if s := fmt.Sprintf("%v %x %s %+v", RecordKey{1}, RecordKey{1}, RecordKey{1}, Config{RecordKey: RecordKey{1}}.RecordKey); s != "redacted redacted redacted redacted" {
		t.Errorf("a record key prints as %q", s)
	}
}

func TestNewRefuses(t *testing.T) {
	w := newWorld(t)
	good := Config{Records: w.records, Manifests: w.records, Parts: w.parts, RecordKey: RecordKey{1}}
	tests := []struct {
		name   string
		change func(*Config)
		ok     bool
	}{
		{"complete", func(*Config) {}, true},
		{"no parts", func(c *Config) { c.Parts = nil }, false},
		{"a key of zeros", func(c *Config) { c.RecordKey = RecordKey{} }, false},
		{"a previous key of zeros", func(c *Config) { c.PreviousRecordKeys = []RecordKey{{}} }, false},
		{"more views than a record holds", func(c *Config) { c.Limits.Views = wire.MaxViews + 1 }, false},
	}
	for _, tt := range tests {
		c := good
		tt.change(&c)
		if _, err := New(c); (err == nil) != tt.ok {
			t.Errorf("%s: New = %v", tt.name, err)
		}
	}
}

// TestLargestRecord: the largest locks, as many takes as a site may allow and every upload fit into a row.
func TestLargestRecord(t *testing.T) {
	r := record{
		State: stateDraining, Statement: make([]byte, 400), Signature: make([]byte, 64), Locks: make([]byte, 262_400),
		OwnerBox: make([]byte, 245), Pepper: make([]byte, 76), OPRFKey: make([]byte, 76),
		Takes: make([]byte, 32*wire.MaxViews), Refunds: make([]byte, 32*maxRefunds), Stale: make([]byte, 3200),
		Uploads: make([]upload, wire.MaxUploads),
		annex: annex{
			Logged: wire.LogRing, Log: chain{Rows: make([]byte, 32*11), Tail: make([]byte, 100*112)}, Knocks: make([]knock, maxKnocks),
		},
	}
	for i := range r.Knocks {
		r.Knocks[i] = knock{Answer: make([]byte, 96), Key: make([]byte, 64), Box: make([]byte, 144)}
	}
	b, err := r.encode()
	if err != nil || len(b) > store.MaxValue*9/10 {
		t.Errorf("encode = %d bytes, %v; want at most nine tenths of %d", len(b), err, store.MaxValue)
	}
}

func FuzzRecord(f *testing.F) {
	w := newWorld(f)
	o, _, _ := w.live(withPassphrase)
	row, err := w.records.Load(ctx, o.id)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(row.Value)
	f.Add([]byte{recordVersion})
	o, _ = w.asking()
	_, err = w.knockAt(o, 1)
	wantCode(f, "knock", err, "")
	box := w.mailbox()
	wantCode(f, "post", w.post(box, 1), "")
	for _, id := range []ID{o.id, box.id} {
		row, err := w.records.Load(ctx, id)
		if err != nil || row.Value[0] != annexVersion {
			f.Fatal(err)
		}
		f.Add(row.Value)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRecord(b)
		if err != nil {
			return
		}
		r.due()
		r.settle(epoch)
		r.refund(epoch, []byte("guess"))
		r.forgetKnocks(epoch + hour)
		r.told()
		r.erase(epoch)
	})
}
