package sqlite

import (
	"testing"

	"safelight/server/store"
)

// TestFrame computes, for every size of a value and everything that may stand before it, what SQLite keeps in the leaf.
func TestFrame(t *testing.T) {
	for _, u := range []int{1024, 4096, 65536} {
		f := frame(u)
		m, x := (u-12)*32/255-23, u-35
		for size := 0; size <= 3*u; size++ {
			stored := f.Size(size)
			if stored < f.Offset+size || stored > f.Offset+size+u {
				t.Fatalf("page %d: a value of %d bytes at %d in a frame of %d", u, size, f.Offset, stored)
			}
			for before := 20; before <= 90; before += 5 {
				p := before + stored
				leaf := m + (p-m)%(u-4)
				if leaf > x {
					leaf = m
				}
				if p <= x || leaf > before+f.Offset {
					t.Fatalf("page %d: of a value of %d bytes behind %d, the leaf keeps %d", u, size, before, leaf-before-f.Offset)
				}
			}
		}
	}
}

// TestRowsFitTheFrame: what stands before a value has the size that frame reckons with, at both extremes.
func TestRowsFitTheFrame(t *testing.T) {
	s, _ := openTest(t, options{secureDelete: true})
	for i, due := range []int64{0, 1 << 62} {
		if err := s.Create(t.Context(), store.Record{Key: store.Key{byte(i)}, Due: due, Value: make([]byte, i*store.MaxValue)}); err != nil {
			t.Fatal(err)
		}
		if err := s.PutManifest(t.Context(), store.Key{byte(i)}, [32]byte{}, make([]byte, i*store.MaxManifest)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.conn.Exec(t.Context(), "UPDATE record SET counter = ?1 WHERE due > 0", int64(1)<<62); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"record", "manifest"} {
		// dbstat: each cell's payload, from which the value's own bytes are taken.
		query := `SELECT sum(payload) - (SELECT sum(length(value)) FROM ` + table + `), count(*) FROM dbstat WHERE name = '` + table + `' AND pagetype <> 'internal'`
		var before, pages int64
		if err := s.conn.readers.QueryRow(query).Scan(&before, &pages); err != nil {
			t.Fatal(err)
		}
		if before < 2*20 || before > 2*90 {
			t.Errorf("%s: two rows have %d bytes before their values, want 40 to 180", table, before)
		}
	}
}
