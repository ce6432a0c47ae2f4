package sqlite

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"safelight/server/store"
	"safelight/server/store/sqlrec"
	"safelight/server/store/storetest"
)

func openTest(t testing.TB, o options) (s *Records, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "records.db")
	return reopen(t, path, o), path
}

func reopen(t testing.TB, path string, o options) *Records {
	t.Helper()
	if o.migrations == nil {
		o.migrations = sqlrec.Migrations()
	}
	s, err := open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestPromises(t *testing.T) {
	storetest.RunRecords(t, func(t *testing.T) storetest.Database {
		s, err := Open(t.Context(), filepath.Join(t.TempDir(), "records ?#%.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	})
}

func TestFileModes(t *testing.T) {
	s, path := openTest(t, options{secureDelete: true})
	if err := s.Create(t.Context(), store.Record{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode of %s = %v, %v; want 0600", filepath.Base(name), info.Mode(), err)
		}
	}
}

func TestPragmas(t *testing.T) {
	s, _ := openTest(t, options{secureDelete: true})
	tests := []struct{ pragma, want string }{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"secure_delete", "1"}, {"busy_timeout", "10000"},
	}
	for _, tt := range tests {
		var got string
		if err := s.conn.writer.QueryRowContext(t.Context(), "PRAGMA "+tt.pragma).Scan(&got); err != nil || got != tt.want {
			t.Errorf("PRAGMA %s = %q, %v; want %q", tt.pragma, got, err, tt.want)
		}
	}
	if _, err := s.conn.readers.Exec("DELETE FROM record"); err == nil {
		t.Error("a reading connection can write")
	}
}

func TestReopen(t *testing.T) {
	s, path := openTest(t, options{secureDelete: true})
	want := store.Record{Key: store.Key{1}, Counter: 1, Due: 5, Value: []byte("kept")}
	if err := s.Create(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), store.Record{Key: store.Key{2}}); !errors.Is(err, errClosed) {
		t.Errorf("Create after Close = %v, want %v", err, errClosed)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Close left a WAL: %v", err)
	}
	got, err := reopen(t, path, options{secureDelete: true}).Load(t.Context(), want.Key)
	if err != nil || !bytes.Equal(got.Value, want.Value) || got.Counter != 1 || got.Due != 5 {
		t.Errorf("Load after Close and Open = %v, %v", got, err)
	}
}

func TestNotADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, filepath.Join(t.TempDir(), "missing", "records.db")} {
		if s, err := Open(t.Context(), path); err == nil {
			s.Close()
			t.Errorf("Open of %s = nil, want an error", path)
		}
	}
}

// TestOneBadStatement: what fails alone does not fail its neighbours in the group.
func TestOneBadStatement(t *testing.T) {
	s, _ := openTest(t, options{secureDelete: true})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	k := make([]byte, 16)
	group := []*request{
		{ctx: t.Context(), query: "INSERT INTO record (id, counter, due, size, value) VALUES (?1, 1, 0, 0, ?2)", args: []any{k, make([]byte, 5000)}},
		{ctx: cancelled, query: "DELETE FROM record"},
		{ctx: t.Context(), query: "INSERT INTO record (id, counter, due, size, value) VALUES (NULL, 1, 0, 0, NULL)"},
		{ctx: t.Context(), query: "UPDATE record SET due = 7"},
	}
	for _, r := range group {
		r.done = make(chan struct{})
	}
	s.conn.write(group)
	for i, want := range []struct {
		changed int64
		failed  bool
	}{{1, false}, {0, true}, {0, true}, {1, false}} {
		<-group[i].done
		if group[i].changed != want.changed || (group[i].err != nil) != want.failed {
			t.Errorf("request %d = %d, %v; want %d, failed: %v", i, group[i].changed, group[i].err, want.changed, want.failed)
		}
	}
	if r, err := s.Load(t.Context(), store.Key{}); err != nil || r.Due != 7 {
		t.Errorf("Load = %v, %v; want due 7", r, err)
	}
}

// TestTwoProcesses: an operator's command works beside the running server. (Two handles stand for two processes: SQLite
// tells them apart by nothing else than their locks.)
func TestTwoProcesses(t *testing.T) {
	a, path := openTest(t, options{secureDelete: true})
	b := reopen(t, path, options{secureDelete: true})
	if err := a.Create(t.Context(), store.Record{}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	const each = 100
	for _, s := range []*Records{a, b} {
		go func() {
			for range each {
				err := error(store.ErrConflict)
				for errors.Is(err, store.ErrConflict) {
					var r store.Record
					if r, err = s.Load(t.Context(), store.Key{}); err == nil {
						err = s.Swap(t.Context(), r)
					}
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- s.Scrub(t.Context())
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if r, err := a.Load(t.Context(), store.Key{}); err != nil || r.Counter != 2*each+1 {
		t.Errorf("counter = %d, %v; want %d", r.Counter, err, 2*each+1)
	}
}
