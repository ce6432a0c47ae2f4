package sqlite

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"safelight/server/store"
)

// churn changes records at random, with values of all sizes, each with a secret of its own at a random place.
type churn struct {
	s     *Records
	rnd   *rand.Rand
	rows  []store.Record
	live  map[string][]byte // secrets that have to be there still, by key
	gone  [][]byte          // secrets that must not be
	sizes []int
}

func (c *churn) value() (value, secret []byte) {
	secret = make([]byte, 0, 32)
	for range 4 {
		secret = binary.LittleEndian.AppendUint64(secret, c.rnd.Uint64())
	}
	value = bytes.Repeat([]byte{'.'}, 32+c.rnd.IntN(c.sizes[c.rnd.IntN(len(c.sizes))]))
	copy(value[c.rnd.IntN(len(value)-31):], secret)
	return value, secret
}

// step does one of: create, swap, delete.
func (c *churn) step(t *testing.T) {
	t.Helper()
	value, secret := c.value()
	if len(c.rows) < 20 || c.rnd.IntN(4) == 0 {
		r := store.Record{Key: store.Key(secret[:16]), Counter: 1, Value: value}
		c.rows = append(c.rows, r)
		c.live[r.Key.String()] = secret[16:]
		if err := c.s.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		return
	}
	i := c.rnd.IntN(len(c.rows))
	r := &c.rows[i]
	c.gone = append(c.gone, c.live[r.Key.String()])
	if c.rnd.IntN(3) > 0 {
		r.Value = value
		if err := c.s.Swap(t.Context(), *r); err != nil {
			t.Fatal(err)
		}
		r.Counter++
		c.live[r.Key.String()] = secret[16:]
		return
	}
	if err := c.s.Delete(t.Context(), r.Key, r.Counter); err != nil {
		t.Fatal(err)
	}
	delete(c.live, r.Key.String())
	c.rows[i] = c.rows[len(c.rows)-1]
	c.rows = c.rows[:len(c.rows)-1]
}

// found counts the secrets that stand in the file or its WAL.
func found(t *testing.T, path string, secrets [][]byte) (n int) {
	t.Helper()
	var all []byte
	for _, name := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	// One pass over the file, however many secrets there are.
	want := make(map[[16]byte]bool, len(secrets))
	for _, s := range secrets {
		want[[16]byte(s)] = true
	}
	for i := 0; i+16 <= len(all); i++ {
		if want[[16]byte(all[i:])] {
			n++
			delete(want, [16]byte(all[i:]))
		}
	}
	return n
}

// churned runs 600 steps and ends with deletes, then counts the secrets that Scrub left in the files.
func churned(t *testing.T, o options, seed uint64, sizes ...int) (left int) {
	t.Helper()
	s, path := openTest(t, o)
	defer s.Close()
	c := &churn{s: s, rnd: rand.New(rand.NewPCG(seed, 0)), live: make(map[string][]byte), sizes: sizes}
	for range 600 {
		c.step(t)
	}
	for _, r := range c.rows[:10] {
		if err := s.Delete(t.Context(), r.Key, r.Counter); err != nil {
			t.Fatal(err)
		}
		c.gone = append(c.gone, c.live[r.Key.String()])
		delete(c.live, r.Key.String())
	}
	if found(t, path, c.gone) == 0 {
		t.Errorf("before Scrub no secret is found, so the search is broken")
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("WAL after Scrub = %v, %v; want 0 bytes", info, err)
	}
	live := slices.Collect(maps.Values(c.live))
	if n := found(t, path, live); n != len(live) {
		t.Errorf("%d of %d live secrets are found, so the search is broken", n, len(live))
	}
	return found(t, path, c.gone)
}

// TestErased: after Scrub no secret that was replaced or deleted stands in the file or the WAL, and each live one does.
func TestErased(t *testing.T) {
	for _, sizes := range [][]int{{400, 1500}, {1, 300, 4000, 20_000}} {
		seed := rand.Uint64()
		if n := churned(t, options{secureDelete: true}, seed, sizes...); n > 0 {
			t.Errorf("seed %d, sizes %v: %d erased secrets are still in the files", seed, sizes, n)
		}
	}
	if churned(t, options{}, 1, 400, 1500) == 0 {
		t.Error("control: nothing is left without secure_delete, so this test proves nothing")
	}
}

// TestErasedFromLeaves needs the frame: with secure_delete alone, one run in a few leaves a secret in the gap of a page.
func TestErasedFromLeaves(t *testing.T) {
	for seed := range uint64(60) {
		if churned(t, options{secureDelete: true, noFrame: true}, seed, 400, 1500) == 0 {
			continue
		}
		if n := churned(t, options{secureDelete: true}, seed, 400, 1500); n > 0 {
			t.Errorf("seed %d: %d erased secrets are still in the files in spite of the frame", seed, n)
		}
		return
	}
	t.Error("control: SQLite leaves nothing in leaves any more; the frame could go")
}

func TestErasedManifest(t *testing.T) {
	s, path := openTest(t, options{secureDelete: true})
	var secrets [][]byte
	for i := range 8 {
		secret := []byte(fmt.Sprintf("secret %08d.", i))
		secrets = append(secrets, secret)
		body := append(bytes.Repeat([]byte{'.'}, 16384), secret...)
		if err := s.PutManifest(t.Context(), store.Key{byte(i % 2)}, [32]byte{byte(i)}, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DropManifest(t.Context(), store.Key{0}, [32]byte{0}); err != nil {
		t.Fatal(err)
	}
	if err := s.DropManifests(t.Context(), store.Key{1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := found(t, path, secrets); n != 3 {
		t.Errorf("%d manifests are found, want the 3 that were not dropped", n)
	}
}
