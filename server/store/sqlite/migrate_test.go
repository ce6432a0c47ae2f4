package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"safelight/server/store"
	"safelight/server/store/sqlrec"
)

// later returns the real migrations and more after them.
func later(t *testing.T, more ...string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(sqlrec.Migrations(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(sqlrec.Migrations(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: b}
	}
	for i, query := range more {
		files["000"+string(rune('1'+len(names)+i))+"_later.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + query)}
	}
	return files
}

// TestFromVersion1 opens a database as the first release left it (a dump with rows) with today's program.
func TestFromVersion1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	dump, err := os.ReadFile("testdata/version1.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(string(dump)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := reopen(t, path, options{secureDelete: true})
	r, err := s.Load(t.Context(), store.Key{0x11})
	if err != nil || r.Counter != 3 || r.Due != 1_700_000_000_000 || string(r.Value) != "version one" {
		t.Errorf("Load = %+v, %v", r, err)
	}
	m, err := s.Manifest(t.Context(), store.Key{0x11}, [32]byte{0x22})
	if err != nil || string(m) != "sealed manifest" {
		t.Errorf("Manifest = %q, %v", m, err)
	}
	if err := s.Swap(t.Context(), store.Record{Key: store.Key{0x11}, Counter: 3, Value: []byte("today")}); err != nil {
		t.Errorf("Swap = %v", err)
	}
}

// TestInterruptedMigration: a step that fails in its middle leaves nothing of itself, and runs whole the next time.
func TestInterruptedMigration(t *testing.T) {
	s, path := openTest(t, options{secureDelete: true})
	want := store.Record{Key: store.Key{1}, Counter: 1, Value: []byte("kept")}
	if err := s.Create(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	s.Close()
	first := "ALTER TABLE record ADD COLUMN extra BIGINT NOT NULL DEFAULT 7;\n"
	second := "CREATE TABLE note (id BYTEA); INSERT INTO note SELECT id FROM record;"
	broken := options{secureDelete: true, migrations: later(t, first, second+" INSERT INTO no_such_table VALUES (1);")}
	if s, err := open(t.Context(), path, broken); err == nil {
		s.Close()
		t.Fatal("Open with a broken migration = nil, want an error")
	}
	s = reopen(t, path, options{secureDelete: true, migrations: later(t, first, second)})
	var notes, extra int
	if err := s.conn.readers.QueryRow("SELECT count(*), sum(extra) FROM record JOIN note USING (id)").Scan(&notes, &extra); err != nil || notes != 1 || extra != 7 {
		t.Errorf("after the second try: %d notes, extra %d, %v; want 1, 7", notes, extra, err)
	}
	if r, err := s.Load(t.Context(), want.Key); err != nil || !bytes.Equal(r.Value, want.Value) {
		t.Errorf("Load = %v, %v", r, err)
	}
	s.Close()
	reopen(t, path, options{secureDelete: true, migrations: later(t, first, second)}).Close() // nothing runs twice
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "a newer program") {
		t.Errorf("Open by an older program = %v, want a refusal that says why", err)
	}
}

// TestRacingMigration: two processes that start at once migrate once.
func TestRacingMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	o := options{secureDelete: true, migrations: later(t, "CREATE TABLE note (id BYTEA); INSERT INTO note VALUES (x'01');")}
	done := make(chan error, 4)
	for range 4 {
		go func() {
			s, err := open(context.Background(), path, o)
			if err == nil {
				err = s.Close()
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	var n int
	s := reopen(t, path, o)
	if err := s.conn.readers.QueryRow("SELECT count(*) FROM note").Scan(&n); err != nil || n != 1 {
		t.Errorf("the migration ran %d times, %v", n, err)
	}
}

func TestMisnumberedMigrations(t *testing.T) {
	for _, name := range []string{"0003_gap.sql", "first.sql", "0001_again.sql"} {
		files := later(t).(fstest.MapFS)
		files[name] = &fstest.MapFile{Data: []byte("SELECT 1")}
		o := options{secureDelete: true, migrations: files}
		if s, err := open(t.Context(), filepath.Join(t.TempDir(), "records.db"), o); err == nil {
			s.Close()
			t.Errorf("Open with %s = nil, want an error", name)
		}
	}
}
