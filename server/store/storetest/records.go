package storetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"safelight/server/store"
)

func mustCreate(t T, s store.Records, r store.Record) {
	t.Helper()
	wantErr(t, "Create", s.Create(t.Context(), r), nil)
}

func mustLoad(t T, s store.Records, k store.Key) store.Record {
	t.Helper()
	r, err := s.Load(t.Context(), k)
	wantErr(t, "Load", err, nil)
	return r
}

func wantRecord(t T, s store.Records, want store.Record) {
	t.Helper()
	got := mustLoad(t, s, want.Key)
	if got.Key != want.Key || got.Counter != want.Counter || got.Due != want.Due || !bytes.Equal(got.Value, want.Value) {
		t.Fatalf("Load = %v counter %d due %d, %d bytes; want %v counter %d due %d, %d bytes",
			got.Key, got.Counter, got.Due, len(got.Value), want.Key, want.Counter, want.Due, len(want.Value))
	}
}

func createLoad(t T, s Database) {
	_, err := s.Load(t.Context(), key(1))
	wantErr(t, "Load of nothing", err, store.ErrNotFound)
	mustCreate(t, s, store.Record{Key: key(1), Counter: 77, Due: 1000, Value: []byte("one")})
	wantRecord(t, s, store.Record{Key: key(1), Counter: 1, Due: 1000, Value: []byte("one")})
	_, err = s.Load(t.Context(), key(2))
	wantErr(t, "Load of another", err, store.ErrNotFound)
}

func createTwice(t T, s Database) {
	mustCreate(t, s, store.Record{Key: key(1), Due: 1, Value: []byte("first")})
	err := s.Create(t.Context(), store.Record{Key: key(1), Due: 2, Value: []byte("second")})
	wantErr(t, "second Create", err, store.ErrExists)
	wantRecord(t, s, store.Record{Key: key(1), Counter: 1, Due: 1, Value: []byte("first")})
}

func values(t T, s Database) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	const farFuture = 253_402_300_799_999 // the end of the year 9999
	tests := []store.Record{
		{Key: store.Key{}, Due: 0, Value: []byte("the clock's own record")},
		{Key: key(0x27), Due: 0, Value: nil},
		{Key: key(0x80), Due: farFuture, Value: every},
		{Key: key(0xff), Due: 1, Value: pattern(3, store.MaxValue)},
		{Key: store.Key(every[:16]), Due: 2, Value: []byte("'; DROP TABLE record; --\x00%s$1?1")},
	}
	for _, tt := range tests {
		mustCreate(t, s, tt)
	}
	for _, tt := range tests {
		tt.Counter = 1
		wantRecord(t, s, tt)
		wantErr(t, "Swap", s.Swap(t.Context(), tt), nil)
		tt.Counter = 2
		wantRecord(t, s, tt)
	}
	big := store.Record{Key: key(5), Value: make([]byte, store.MaxValue+1)}
	if err := s.Create(t.Context(), big); err == nil {
		t.Errorf("Create took %d bytes", len(big.Value))
	}
	big.Key, big.Counter = key(0xff), 2
	if err := s.Swap(t.Context(), big); err == nil {
		t.Errorf("Swap took %d bytes", len(big.Value))
	}
}

func aliasing(t T, s Database) {
	v := []byte("mine")
	mustCreate(t, s, store.Record{Key: key(1), Value: v})
	v[0] = 'X'
	r := mustLoad(t, s, key(1))
	if string(r.Value) != "mine" {
		t.Fatalf("the store kept the caller's slice: %q", r.Value)
	}
	r.Value[0] = 'Y'
	if got := mustLoad(t, s, key(1)).Value; string(got) != "mine" {
		t.Fatalf("the store gave its own slice away: %q", got)
	}
}

func swap(t T, s Database) {
	ctx := t.Context()
	err := s.Swap(ctx, store.Record{Key: key(1), Counter: 1})
	wantErr(t, "Swap of nothing", err, store.ErrNotFound)
	mustCreate(t, s, store.Record{Key: key(1), Due: 10, Value: []byte("a")})
	mustCreate(t, s, store.Record{Key: key(2), Due: 10, Value: []byte("other")})
	wantErr(t, "Swap", s.Swap(ctx, store.Record{Key: key(1), Counter: 1, Due: 20, Value: []byte("b")}), nil)
	for _, stale := range []uint64{0, 1, 3, 1 << 40} {
		err := s.Swap(ctx, store.Record{Key: key(1), Counter: stale, Due: 30, Value: []byte("c")})
		wantErr(t, fmt.Sprintf("Swap with counter %d", stale), err, store.ErrConflict)
	}
	wantRecord(t, s, store.Record{Key: key(1), Counter: 2, Due: 20, Value: []byte("b")})
	wantRecord(t, s, store.Record{Key: key(2), Counter: 1, Due: 10, Value: []byte("other")})
}

func swapRace(t T, s Database) {
	const racers, rounds = 200, 5
	mustCreate(t, s, store.Record{Key: key(1)})
	for counter := uint64(1); counter <= rounds; counter++ {
		errs := together(racers, func(i int) error {
			return s.Swap(t.Context(), store.Record{Key: key(1), Counter: counter, Due: int64(i), Value: []byte{byte(i)}})
		})
		winner := oneWinner(t, errs, store.ErrConflict)
		wantRecord(t, s, store.Record{Key: key(1), Counter: counter + 1, Due: int64(winner), Value: []byte{byte(winner)}})
	}
}

// swapLoop adds one, 20 × 8 times, by load and swap, again on conflict: the way rules use the store.
func swapLoop(t T, s Database) {
	const writers, each = 8, 20
	mustCreate(t, s, store.Record{Key: key(1), Value: make([]byte, 8)})
	add := func() error {
		for {
			r, err := s.Load(t.Context(), key(1))
			if err != nil {
				return err
			}
			r.Value = binary.BigEndian.AppendUint64(nil, binary.BigEndian.Uint64(r.Value)+1)
			if err := s.Swap(t.Context(), r); !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
	}
	errs := together(writers, func(int) error {
		for range each {
			if err := add(); err != nil {
				return err
			}
		}
		return nil
	})
	for _, err := range errs {
		wantErr(t, "add", err, nil)
	}
	sum := binary.BigEndian.AppendUint64(nil, writers*each)
	wantRecord(t, s, store.Record{Key: key(1), Counter: writers*each + 1, Value: sum})
}

func createRace(t T, s Database) {
	for round := range 5 {
		k := key(byte(round + 1))
		errs := together(32, func(i int) error {
			return s.Create(t.Context(), store.Record{Key: k, Due: int64(i), Value: []byte{byte(i)}})
		})
		winner := oneWinner(t, errs, store.ErrExists)
		wantRecord(t, s, store.Record{Key: k, Counter: 1, Due: int64(winner), Value: []byte{byte(winner)}})
	}
}

func due(t T, s Database) {
	ctx := t.Context()
	at := map[byte]int64{1: 500, 2: 300, 3: 400, 4: 1000, 5: 100}
	for b, ms := range at {
		mustCreate(t, s, store.Record{Key: key(b), Due: ms})
	}
	mustCreate(t, s, store.Record{Key: store.Key{}, Due: 1})
	tests := []struct {
		now   int64
		limit int
		want  []byte
	}{
		{99, 10, nil},
		{100, 10, []byte{5}},
		{500, 10, []byte{5, 2, 3, 1}},
		{500, 3, []byte{5, 2, 3}},
		{500, 0, nil},
		{1 << 50, 10, []byte{5, 2, 3, 1, 4}},
	}
	check := func(now int64, limit int, want []byte) {
		t.Helper()
		got, err := s.Due(ctx, now, limit)
		wantErr(t, "Due", err, nil)
		var keys []store.Key
		for _, b := range want {
			keys = append(keys, key(b))
		}
		if !slices.Equal(got, keys) {
			t.Fatalf("Due(%d, %d) = %v, want %v", now, limit, got, keys)
		}
	}
	for _, tt := range tests {
		check(tt.now, tt.limit, tt.want)
	}
	wantErr(t, "Swap", s.Swap(ctx, store.Record{Key: key(5), Counter: 1, Due: 450}), nil)
	wantErr(t, "Delete", s.Delete(ctx, key(3), 1), nil)
	check(500, 10, []byte{2, 5, 1})
}

func deleteRecord(t T, s Database) {
	ctx := t.Context()
	wantErr(t, "Delete of nothing", s.Delete(ctx, key(1), 1), nil)
	mustCreate(t, s, store.Record{Key: key(1), Due: 5, Value: []byte("a")})
	mustCreate(t, s, store.Record{Key: key(2), Due: 5, Value: []byte("b")})
	wantErr(t, "Swap", s.Swap(ctx, store.Record{Key: key(1), Counter: 1, Due: 5, Value: []byte("aa")}), nil)
	wantErr(t, "Delete with the old counter", s.Delete(ctx, key(1), 1), store.ErrConflict)
	wantRecord(t, s, store.Record{Key: key(1), Counter: 2, Due: 5, Value: []byte("aa")})
	wantErr(t, "Delete", s.Delete(ctx, key(1), 2), nil)
	wantErr(t, "Delete again", s.Delete(ctx, key(1), 2), nil)
	_, err := s.Load(ctx, key(1))
	wantErr(t, "Load after Delete", err, store.ErrNotFound)
	wantErr(t, "Swap after Delete", s.Swap(ctx, store.Record{Key: key(1), Counter: 2}), store.ErrNotFound)
	wantRecord(t, s, store.Record{Key: key(2), Counter: 1, Due: 5, Value: []byte("b")})
	mustCreate(t, s, store.Record{Key: key(1), Due: 6, Value: []byte("new")})
	wantRecord(t, s, store.Record{Key: key(1), Counter: 1, Due: 6, Value: []byte("new")})
}

func cancelledRecords(t T, s Database) {
	mustCreate(t, s, store.Record{Key: key(1), Due: 1, Value: []byte("a")})
	wantErr(t, "PutManifest", s.PutManifest(t.Context(), key(1), [32]byte{1}, []byte("m")), nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantErr(t, "Create", s.Create(ctx, store.Record{Key: key(2)}), context.Canceled)
	wantErr(t, "Swap", s.Swap(ctx, store.Record{Key: key(1), Counter: 1}), context.Canceled)
	wantErr(t, "Delete", s.Delete(ctx, key(1), 1), context.Canceled)
	wantErr(t, "PutManifest", s.PutManifest(ctx, key(1), [32]byte{2}, []byte("m")), context.Canceled)
	wantErr(t, "DropManifest", s.DropManifest(ctx, key(1), [32]byte{1}), context.Canceled)
	wantErr(t, "DropManifests", s.DropManifests(ctx, key(1)), context.Canceled)
	_, err := s.Load(ctx, key(1))
	wantErr(t, "Load", err, context.Canceled)
	_, err = s.Manifest(ctx, key(1), [32]byte{1})
	wantErr(t, "Manifest", err, context.Canceled)
	_, err = s.Due(ctx, 1, 1)
	wantErr(t, "Due", err, context.Canceled)

	wantRecord(t, s, store.Record{Key: key(1), Counter: 1, Due: 1, Value: []byte("a")})
	wantManifest(t, s, key(1), [32]byte{1}, []byte("m"))
	_, err = s.Load(t.Context(), key(2))
	wantErr(t, "Load of what a cancelled Create would have made", err, store.ErrNotFound)
}
