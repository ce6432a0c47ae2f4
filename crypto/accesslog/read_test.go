package accesslog

import (
	"errors"
	"testing"

	"safelight/crypto/statement"
)

func TestRead(t *testing.T) {
	id, other := statement.ID{1}, statement.ID{2}
	k, thief := DeriveKey([32]byte{1}), DeriveKey([32]byte{2})
	pub, err := ParseKey(func() []byte { b := k.Public(); return b[:] }())
	if err != nil {
		t.Fatal(err)
	}
	const now = 10_000_000
	early, late := uint64(now)-uint64(GuessTime.Milliseconds())-1, uint64(now)-1000
	a, b, c := Tag([]byte("a")), Tag([]byte("b")), Tag([]byte("c"))
	events := []struct {
		e    Event
		want Meaning
	}{
		{Event{Kind: Opened, At: early, Revision: 1, Tag: b}, MeansOpened},
		{Event{Kind: Tried, At: early, Revision: 1, Tag: a}, MeansRight},
		{Event{Kind: Tried, At: early, Revision: 1, Tag: b}, MeansWrong}, // what carries its tag came before it
		{Event{Kind: Tried, At: early, Revision: 1, Tag: c}, MeansWrong},
		{Event{Kind: Tried, At: late, Revision: 2, Tag: Tag([]byte("d"))}, MeansTried},
		{Event{Kind: Taken, At: late, Revision: 2, Tag: a}, MeansTaken},
		{Event{Kind: Opened, At: late, Revision: 2}, MeansOpened},
		{Event{Kind: Commented, At: late, Revision: 2}, MeansComment},
		{Event{Kind: Knocked, At: late, Revision: 2}, MeansKnocked},
		{Event{Kind: 77, At: late, Revision: 2}, MeansUnknown},
	}
	var ring []byte
	for _, e := range events {
		sealed, err := pub.Seal(id, e.e)
		if err != nil {
			t.Fatal(err)
		}
		ring = append(ring, sealed...)
	}
	entries, unreadable, err := k.Read(id, ring, now)
	if err != nil || unreadable != 0 || len(entries) != len(events) {
		t.Fatalf("%d entries, %d unreadable, %v", len(entries), unreadable, err)
	}
	for i, e := range events {
		if entries[i].Event != e.e || entries[i].Meaning != e.want {
			t.Errorf("%d: %v, want %v", i, entries[i], e)
		}
	}
	for name, try := range map[string]func() (int, error){
		"a thief":          func() (int, error) { _, n, err := thief.Read(id, ring, now); return n, err },
		"of another share": func() (int, error) { _, n, err := k.Read(other, ring, now); return n, err },
	} {
		if n, err := try(); err != nil || n != len(events) {
			t.Errorf("%s: %d unreadable, %v", name, n, err)
		}
	}
	if _, _, err := k.Read(id, ring[1:], now); !errors.Is(err, ErrEvent) {
		t.Errorf("a cut ring: %v", err)
	}
	if _, _, err := k.Read(id, make([]byte, (Ring+1)*SealedSize), now); !errors.Is(err, ErrEvent) {
		t.Errorf("a ring too long: %v", err)
	}
}

// FuzzRead: whatever the server keeps, each event is read or counted, and nothing panics.
func FuzzRead(f *testing.F) {
	k, id := DeriveKey([32]byte{1}), statement.ID{1}
	public := k.Public()
	pub, err := ParseKey(public[:])
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := pub.Seal(id, Event{Kind: Tried, At: 1, Revision: 1, Tag: Tag([]byte("a"))})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed, uint64(1))
	f.Add(append(make([]byte, SealedSize), sealed...), uint64(1)<<60)
	f.Fuzz(func(t *testing.T, ring []byte, now uint64) {
		entries, unreadable, err := k.Read(id, ring, now)
		if err == nil && len(entries)+unreadable != len(ring)/SealedSize {
			t.Errorf("%d entries and %d unreadable of %d bytes", len(entries), unreadable, len(ring))
		}
	})
}
