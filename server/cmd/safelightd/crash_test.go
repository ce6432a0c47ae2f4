package main

import (
	"context"
	"errors"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"safelight/client/transfer"
	"safelight/server/config"
	"safelight/server/rules"
)

// count returns how often a test repeats, which the soak sets higher in the environment.
func count(t *testing.T, variable string, usual int) int {
	t.Helper()
	v := os.Getenv(variable)
	if v == "" {
		return usual
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		t.Fatalf("%s=%q is not a number", variable, v)
	}
	return n
}

// TestNothingLost kills the server with SIGKILL at random moments while people send, change, open and delete, and
// starts it again on the same data. Afterwards every share whose commit was acknowledged opens whole, counted views
// stay counted, nothing else is readable, and a sweep leaves no orphan. SAFELIGHT_KILLS sets how often.
func TestNothingLost(t *testing.T) {
	kills := count(t, "SAFELIGHT_KILLS", 50)
	if testing.Short() {
		kills = min(kills, 8)
	}
	d := launch(t, "--creates-per-hour", "0")
	w := crowdOf(t, d, 6)
	r := mathrand.New(mathrand.NewPCG(w.seed, 1<<32))
	for n := range kills {
		time.Sleep(time.Duration(r.IntN(250)) * time.Millisecond)
		d.kill()
		w.cut(r)
		if n%8 == 7 { // once more while it starts
			if err := d.spawn(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond)
			d.kill()
		}
		if err := d.start(); err != nil {
			t.Fatalf("start after kill %d: %v", n+1, err)
		}
	}
	finish(t, d, w)
}

func crowdOf(t *testing.T, d *daemon, people int) *crowd {
	t.Helper()
	seed := mathrand.Uint64()
	t.Logf("seed %d", seed)
	w, err := gather(d, people, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.home() })
	return w
}

// nothingElse finds the four rows of "admin stats" that are 0 when there is nothing but live shares.
var nothingElse = regexp.MustCompile(`(?m)^(uploading|draining|gone, not yet forgotten|unreadable records) +0$`)

// finish sends the crowd home and looks at everything it left, before and after a sweep two days later.
func finish(t *testing.T, d *daemon, w *crowd) {
	t.Helper()
	for _, err := range w.home() {
		t.Error(err)
	}
	auditAll(t, w, "after the last start")
	if err := d.stop(); err != nil {
		t.Errorf("the server ends with %v", err)
	}
	sweepLater(t, d, 25*time.Hour) // abandoned, drained and deleted shares go
	sweepLater(t, d, 50*time.Hour) // and are forgotten
	if left, err := filepath.Glob(filepath.Join(d.data, "tmp", "*")); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
	out, err := d.admin("check")
	if err != nil || strings.Contains(out, "belong to no share") || !strings.Contains(out, "Nothing is lost.") {
		t.Errorf("admin check: %v\n%s", err, out)
	}
	if err := d.start(); err != nil {
		t.Fatal(err)
	}
	for _, e := range w.entries {
		e.swept = true
	}
	open := auditAll(t, w, "after the sweep")
	wantUploads(t, d, w)
	if out, err = d.admin("stats"); err != nil || len(nothingElse.FindAllString(out, -1)) != 4 {
		t.Errorf("admin stats: %v\n%s\nwant live shares only", err, out)
	}
	t.Logf("%d shares, %d of them open at the end, %d steps acknowledged", len(w.entries), open, w.steps.Load())
	if open == 0 {
		t.Error("no share is left: nothing was proved")
	}
	if err := d.stop(); err != nil {
		t.Errorf("the server ends with %v", err)
	}
}

// auditAll looks at every share and returns how many open.
func auditAll(t *testing.T, w *crowd, when string) (open int) {
	t.Helper()
	for i, e := range w.entries {
		if err := w.insist(func(ctx context.Context) error { return e.audit(ctx, w.client) }); err != nil {
			t.Errorf("%s, share %d: %v", when, i, err)
		}
		if e.acked > 0 && !e.deleted && !e.mayBeGone() {
			open++
		}
	}
	return open
}

// sweepLater sweeps with a clock that is ahead, as the server does when that time has come.
func sweepLater(t *testing.T, d *daemon, ahead time.Duration) {
	t.Helper()
	s, err := openStack(t.Context(), config.Config{Data: d.data}, looking)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	later, err := rules.New(rules.Config{
		Records: s.records, Manifests: s.records, Parts: s.parts, RecordKey: s.ring[0],
		Now: func() time.Time { return time.Now().Add(ahead) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := later.Sweep(t.Context()); err != nil {
		t.Errorf("sweep %v later: %v", ahead, err)
	}
	rep, err := later.Check(t.Context())
	if err != nil || !rep.OK() || len(rep.Orphans) > 0 {
		t.Errorf("check %v later: %+v, %v", ahead, rep, err)
	}
}

// wantUploads checks that the folder of parts holds the bundles of shares that open, and nothing else.
func wantUploads(t *testing.T, d *daemon, w *crowd) {
	t.Helper()
	want := 0
	for _, e := range w.entries {
		if e.acked == 0 || e.deleted {
			continue
		}
		st, err := w.client.State(t.Context(), e.owner)
		switch {
		case err == nil && st.Stage == 2 && e.photos[1] != nil:
			want += 2
		case err == nil:
			want++
		case transfer.CodeOf(err) != "gone":
			t.Error(err)
		}
	}
	got := 0
	err := filepath.WalkDir(filepath.Join(d.data, "parts"), func(path string, f fs.DirEntry, err error) error {
		if err == nil && f.IsDir() && len(f.Name()) == 32 {
			got++
		}
		return err
	})
	if err != nil || got != want {
		t.Errorf("%d uploads on the disk, want %d, %v", got, want, err)
	}
}

// TestLossIsFound is the control: what a bad disk or an older database does to an acknowledged share is noticed.
func TestLossIsFound(t *testing.T) {
	d := launch(t, "--creates-per-hour", "0")
	c, err := transfer.New(transfer.Config{Server: anywhere, Transport: d.transport(), FirstWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w := &crowd{client: c}
	tests := []struct {
		name string
		harm func(t *testing.T, created, committed map[string][]byte)
		want string
	}{
		{"nothing", func(*testing.T, map[string][]byte, map[string][]byte) {}, ""},
		{"a part", func(t *testing.T, _, _ map[string][]byte) { removeParts(t, d.data) }, "changed"},
		{"the commit", func(t *testing.T, created, _ map[string][]byte) { restore(t, d.data, created) }, "the share is gone"},
		{"a take", func(t *testing.T, _, committed map[string][]byte) { restore(t, d.data, committed) }, "0 views are counted; 1 were"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := mathrand.New(mathrand.NewPCG(1, 2))
			e := newEntry(r)
			e.limit = 3
			created := asleep(t, d, func() map[string][]byte { return database(t, d.data) })
			must(t, w.send(t.Context(), r, e))
			committed := asleep(t, d, func() map[string][]byte { return database(t, d.data) })
			id := [16]byte{1}
			_, err := c.Take(t.Context(), e.owner.ID(), e.unlock(1), 1, id, nil)
			e.takes[id] = true
			must(t, errors.Join(err, e.audit(t.Context(), c)))
			asleep(t, d, func() map[string][]byte { tt.harm(t, created, committed); return nil })
			err = e.audit(t.Context(), c)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("audit = %v, want %q", err, tt.want)
			}
		})
	}
}

// asleep stops the server, calls f, and starts the server again.
func asleep(t *testing.T, d *daemon, f func() map[string][]byte) map[string][]byte {
	t.Helper()
	must(t, d.stop())
	files := f()
	must(t, d.start())
	return files
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func removeParts(t *testing.T, data string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(data, "parts")); err != nil {
		t.Fatal(err)
	}
}

// database returns the files of the database by name.
func database(t *testing.T, data string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(data, "records.db*"))
	for _, name := range names {
		var b []byte
		if b, err = os.ReadFile(name); err != nil {
			break
		}
		files[name] = b
	}
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of the database, %v", len(files), err)
	}
	return files
}

// restore puts back what database returned.
func restore(t *testing.T, data string, files map[string][]byte) {
	t.Helper()
	for name := range database(t, data) {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range files {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
