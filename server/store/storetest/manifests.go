package storetest

import (
	"bytes"
	"crypto/sha256"
	"sync"

	"safelight/server/store"
)

func wantManifest(t T, s Database, k store.Key, sum [32]byte, want []byte) {
	t.Helper()
	got, err := s.Manifest(t.Context(), k, sum)
	wantErr(t, "Manifest", err, nil)
	if !bytes.Equal(got, want) {
		t.Fatalf("Manifest = %d bytes, want %d", len(got), len(want))
	}
}

func wantNoManifest(t T, s Database, k store.Key, sum [32]byte) {
	t.Helper()
	_, err := s.Manifest(t.Context(), k, sum)
	wantErr(t, "Manifest", err, store.ErrNotFound)
}

func manifests(t T, s Database) {
	ctx := t.Context()
	small, large := []byte("sealed"), pattern(7, store.MaxManifest)
	a, b := sha256.Sum256(small), sha256.Sum256(large)
	wantNoManifest(t, s, key(1), a)
	wantErr(t, "DropManifest of nothing", s.DropManifest(ctx, key(1), a), nil)
	for range 2 {
		wantErr(t, "PutManifest", s.PutManifest(ctx, key(1), a, small), nil)
	}
	wantErr(t, "PutManifest", s.PutManifest(ctx, key(1), b, large), nil)
	wantErr(t, "PutManifest", s.PutManifest(ctx, key(2), a, small), nil)
	if err := s.PutManifest(ctx, key(1), [32]byte{9}, make([]byte, store.MaxManifest+1)); err == nil {
		t.Errorf("PutManifest took more than %d bytes", store.MaxManifest)
	}
	wantManifest(t, s, key(1), a, small)
	wantManifest(t, s, key(1), b, large)
	wantNoManifest(t, s, key(2), b)
	wantErr(t, "DropManifest", s.DropManifest(ctx, key(1), a), nil)
	wantNoManifest(t, s, key(1), a)
	wantManifest(t, s, key(1), b, large)
	wantManifest(t, s, key(2), a, small)

	errs := together(32, func(int) error { return s.PutManifest(ctx, key(3), a, small) })
	for _, err := range errs {
		wantErr(t, "racing PutManifest", err, nil)
	}
	wantManifest(t, s, key(3), a, small)
}

func dropManifests(t T, s Database) {
	ctx := t.Context()
	wantErr(t, "DropManifests of nothing", s.DropManifests(ctx, key(1)), nil)
	for i := range byte(3) {
		wantErr(t, "PutManifest", s.PutManifest(ctx, key(1), [32]byte{i}, []byte{i}), nil)
	}
	wantErr(t, "PutManifest", s.PutManifest(ctx, key(2), [32]byte{0}, []byte{0}), nil)
	wantErr(t, "DropManifests", s.DropManifests(ctx, key(1)), nil)
	for i := range byte(3) {
		wantNoManifest(t, s, key(1), [32]byte{i})
	}
	wantManifest(t, s, key(2), [32]byte{0}, []byte{0})
}

func scrub(t T, s Database) {
	sc, ok := s.(store.Scrubber)
	if !ok {
		return // a database that keeps nothing in files of its own
	}
	ctx := t.Context()
	wantErr(t, "Scrub of an empty store", sc.Scrub(ctx), nil)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for range 20 {
			if err := sc.Scrub(ctx); err != nil {
				t.Errorf("Scrub beside writers = %v", err)
			}
		}
	})
	errs := together(8, func(i int) error {
		k := key(byte(i + 1))
		if err := s.Create(ctx, store.Record{Key: k}); err != nil {
			return err
		}
		for counter := uint64(1); ; counter++ {
			if err := s.Swap(ctx, store.Record{Key: k, Counter: counter, Value: pattern(byte(counter), 100)}); err != nil {
				return err
			}
			if _, err := s.Load(ctx, k); err != nil {
				return err
			}
			select {
			case <-done:
				return nil
			default:
			}
		}
	})
	wg.Wait()
	for _, err := range errs {
		wantErr(t, "writer beside Scrub", err, nil)
	}
}

func stats(t T, s Database) {
	c, ok := s.(store.Counter)
	if !ok {
		return // counting is optional
	}
	check := func(want store.Stats) {
		t.Helper()
		got, err := c.Stats(t.Context())
		wantErr(t, "Stats", err, nil)
		if got != want {
			t.Fatalf("Stats = %+v, want %+v", got, want)
		}
	}
	check(store.Stats{})
	mustCreate(t, s, store.Record{Key: key(1), Value: make([]byte, 10)})
	mustCreate(t, s, store.Record{Key: key(2), Value: nil})
	wantErr(t, "PutManifest", s.PutManifest(t.Context(), key(1), [32]byte{1}, make([]byte, 100)), nil)
	check(store.Stats{Records: 2, Manifests: 1, Bytes: 110})
	wantErr(t, "DropManifests", s.DropManifests(t.Context(), key(1)), nil)
	wantErr(t, "Delete", s.Delete(t.Context(), key(1), 1), nil)
	check(store.Stats{Records: 1})
}
