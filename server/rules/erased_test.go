package rules

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"safelight/crypto/accesslog"
	"safelight/server/store/sqlite"
)

// TestErased: nothing of log, knocks, posts and hashes is left once a share or a mailbox was deleted, or has expired and was
// swept, in memory and in the files of SQLite.
func TestErased(t *testing.T) {
	ends := map[string]func(w *world, ids ...*owner){
		"delete": func(w *world, ids ...*owner) {
			for _, o := range ids {
				wantCode(w.t, "delete", w.delete(o), "")
			}
		},
		"expiry": func(w *world, _ ...*owner) { w.pass(8 * day); w.sweep() },
	}
	for name, end := range ends {
		t.Run(name+" in memory", func(t *testing.T) {
			w := newWorld(t)
			testErased(t, w, w.records.Holds, end)
		})
		t.Run(name+" in SQLite", func(t *testing.T) {
			w, path := newWorld(t), filepath.Join(t.TempDir(), "records.db")
			db, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			w.over(db)
			testErased(t, w, func(secret []byte) bool { return inFiles(t, path, secret) }, end)
		})
	}
}

// inFiles looks for secret in the database and its log.
func inFiles(t *testing.T, path string, secret []byte) bool {
	t.Helper()
	for _, name := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, secret) {
			return true
		}
	}
	return false
}

func testErased(t *testing.T, w *world, holds func([]byte) bool, end func(*world, ...*owner)) {
	w.sizes.logRow, w.sizes.postRow = 2, 2
	o, d := w.asking()
	n := d.next()
	withLog(n)
	wantCode(t, "publish", w.publish(o, n, nil), "")
	v, _ := w.revealed(o)
	w.admitted(o, v)
	for range 5 {
		w.open(o, o.unlock[:])
	}
	box := w.mailbox()
	for i := range 5 {
		wantCode(t, "post", w.post(box, byte(i)), "")
	}
	secrets := w.inside(o.id, box.id)
	if len(secrets) < 25 {
		t.Fatalf("only %d things to look for", len(secrets))
	}
	for name, b := range secrets {
		if !holds(b) {
			t.Fatalf("control: %s is not found before", name)
		}
	}
	end(w, o, box)
	for name, b := range secrets {
		if holds(b) {
			t.Errorf("%s is still in the database", name)
		}
	}
}

// inside returns what records hold that has to go with them, by name.
func (w *world) inside(ids ...ID) map[string][]byte {
	w.t.Helper()
	all := make(map[string][]byte)
	for _, id := range ids {
		row, err := w.Shares.records.Load(ctx, id)
		if err != nil {
			w.t.Fatal(err)
		}
		r, err := decodeRecord(row.Value)
		if err != nil {
			w.t.Fatal(err)
		}
		add := func(name string, b []byte, size int) {
			for i := 0; i+size <= len(b); i += size {
				all[fmt.Sprintf("%s %d of %v", name, i/size, id)] = bytes.Clone(b[i:min(i+size, i+64)])
			}
		}
		for _, c := range []struct {
			name string
			c    *chain
			size int
		}{{"event", &r.Log, accesslog.SealedSize}, {"post", &r.Posts, postEntry}} {
			entries, err := w.entries(ctx, id, c.c)
			if err != nil {
				w.t.Fatal(err)
			}
			add(c.name, entries, c.size)
			add(c.name+" row", c.c.Rows, sha256.Size)
		}
		add("statement", r.Statement, len(r.Statement))
		add("hash of a post", r.PostSums, sha256.Size)
		add("read hash", r.Read[:], 32)
		if r.State == stateMailbox {
			add("post hash", r.PostHash[:], 32)
		} else {
			add("unlock hash", r.Unlock[:], 32)
		}
		for _, k := range r.Knocks {
			add("commitment", k.Commit[:], 32)
			for _, b := range [][]byte{k.Answer, k.Key, k.Box} {
				if len(b) > 0 {
					add(fmt.Sprintf("knock, %d bytes", len(b)), b, len(b))
				}
			}
		}
	}
	return all
}
