package dir

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"safelight/server/store"
	"safelight/server/store/storetest"
)

func open(t testing.TB, c Config) *Parts {
	t.Helper()
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestPromises(t *testing.T) {
	storetest.RunParts(t, func(t *testing.T) store.Parts { return open(t, Config{Path: t.TempDir()}) })
}

func put(t testing.TB, s *Parts, u store.Upload, n uint32, b []byte) error {
	t.Helper()
	_, err := s.Put(t.Context(), u, n, bytes.NewReader(b), int64(len(b)), sha256.Sum256(b))
	return err
}

// files lists what lies below path, without directories.
func files(t *testing.T, path string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(path, func(p string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	s := open(t, Config{Path: path})
	if err := put(t, s, store.Upload{0x3f, 15: 1}, 10, []byte("bytes")); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(path, "parts", "3f", "3f000000000000000000000000000001", "0000000a")
	if got := files(t, path); len(got) != 1 || got[0] != want {
		t.Errorf("files = %v, want %v", got, want)
	}
	for p, mode := range map[string]os.FileMode{want: 0o600, filepath.Dir(want): 0o700, path: 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode of %s = %v, %v; want %v", p, info.Mode().Perm(), err, mode)
		}
	}
}

func TestStrangersAreIgnored(t *testing.T) {
	path := t.TempDir()
	s := open(t, Config{Path: path})
	u := store.Upload{0x3f}
	if err := put(t, s, u, 1, []byte("bytes")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lost+found", "parts/3f/.DS_Store", "parts/3f/3F000000000000000000000000000002", "parts/40/3f000000000000000000000000000003"} {
		if err := os.MkdirAll(filepath.Join(path, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"1", "0000000A", "00000002.bak"} {
		if err := os.WriteFile(filepath.Join(path, "parts/3f", u.String(), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if ids, err := s.Uploads(t.Context(), store.Upload{}, 10); err != nil || len(ids) != 1 || ids[0] != u {
		t.Errorf("Uploads = %v, %v; want %v", ids, err, u)
	}
	if list, err := s.List(t.Context(), u); err != nil || len(list) != 1 || list[0].N != 1 {
		t.Errorf("List = %v, %v; want part 1", list, err)
	}
}

// TestSymlinksDoNotLeadOut: somebody who can write into the directory still cannot make the server write elsewhere.
func TestSymlinksDoNotLeadOut(t *testing.T) {
	path, outside := t.TempDir(), t.TempDir()
	s := open(t, Config{Path: path})
	if err := os.Symlink(outside, filepath.Join(path, "parts/3f")); err != nil {
		t.Fatal(err)
	}
	if err := put(t, s, store.Upload{0x3f}, 0, []byte("bytes")); err == nil {
		t.Error("Put through a link that leads out = nil, want an error")
	}
	if got := files(t, outside); len(got) > 0 {
		t.Errorf("outside lie %v", got)
	}
}

func TestBadBodiesLeaveNoFile(t *testing.T) {
	path := t.TempDir()
	s := open(t, Config{Path: path})
	b := []byte("bytes")
	for _, size := range []int64{4, 6} {
		_, err := s.Put(t.Context(), store.Upload{1}, 0, bytes.NewReader(b), size, sha256.Sum256(b))
		if !errors.Is(err, store.ErrMismatch) {
			t.Errorf("Put of 5 bytes as %d = %v, want %v", size, err, store.ErrMismatch)
		}
	}
	if got := files(t, path); len(got) > 0 {
		t.Errorf("files = %v, want none", got)
	}
}

func TestFull(t *testing.T) {
	tests := []struct {
		name          string
		minFree, free int64
		want          error
	}{
		{"room", 1000, 1100, nil},
		{"one byte short", 1000, 1099, store.ErrFull},
		{"already below", 1000, 10, store.ErrFull},
		{"no minimum", 0, 100, nil},
		{"no minimum, no room", 0, 99, store.ErrFull},
	}
	for _, tt := range tests {
		s := open(t, Config{Path: t.TempDir(), MinFree: tt.minFree})
		s.free = func() (int64, error) { return tt.free, nil }
		body := bytes.NewReader(make([]byte, 100))
		_, err := s.Put(t.Context(), store.Upload{1}, 0, body, 100, sha256.Sum256(make([]byte, 100)))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: Put = %v, want %v", tt.name, err, tt.want)
		}
		if body.Len() != 0 {
			t.Errorf("%s: Put left %d bytes of the body unread", tt.name, body.Len())
		}
		if list, err := s.List(t.Context(), store.Upload{1}); err != nil || len(list) > 0 != (tt.want == nil) {
			t.Errorf("%s: List = %v, %v", tt.name, list, err)
		}
		if s.writing.Load() != 0 {
			t.Errorf("%s: %d bytes stay reserved", tt.name, s.writing.Load())
		}
	}
}

func TestRunningPutsReserveSpace(t *testing.T) {
	s := open(t, Config{Path: t.TempDir()})
	s.free = func() (int64, error) { return 150, nil }
	b := make([]byte, 100)
	r, w := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := s.Put(t.Context(), store.Upload{1}, 0, r, 100, sha256.Sum256(b))
		done <- err
	}()
	w.Write(b[:1]) // returns when the first Put reads, so it has reserved
	if err := put(t, s, store.Upload{1}, 1, b); !errors.Is(err, store.ErrFull) {
		t.Errorf("second Put = %v, want %v", err, store.ErrFull)
	}
	w.Write(b[1:])
	w.Close()
	if err := <-done; err != nil {
		t.Errorf("first Put = %v", err)
	}
}

// TestDiskFull fills a real, small file system, where the container allows one to be mounted, and /dev/full otherwise.
func TestDiskFull(t *testing.T) {
	path := t.TempDir()
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=2m"); err != nil {
		f, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b := make([]byte, 100)
		if err := putError(write(f, bytes.NewReader(b), 100, sha256.Sum256(b))); !errors.Is(err, store.ErrFull) {
			t.Errorf("write to a full device = %v, want %v", err, store.ErrFull)
		}
		return
	}
	t.Cleanup(func() { syscall.Unmount(path, 0) })
	s := open(t, Config{Path: path})
	s.free = func() (int64, error) { return 1 << 40, nil } // whoever measured was wrong
	b := make([]byte, 3<<19)
	rand.Read(b)
	if err := put(t, s, store.Upload{1}, 0, b); err != nil {
		t.Fatal(err)
	}
	if err := put(t, s, store.Upload{1}, 1, b); !errors.Is(err, store.ErrFull) {
		t.Fatalf("Put on a full disk = %v, want %v", err, store.ErrFull)
	}
	if got := files(t, path); len(got) != 1 {
		t.Errorf("files after a full disk = %v, want the first part alone", got)
	}
	if err := s.Delete(t.Context(), store.Upload{1}); err != nil {
		t.Errorf("Delete on a full disk = %v", err)
	}
	if err := put(t, s, store.Upload{1}, 1, b); err != nil {
		t.Errorf("Put after room was made = %v", err)
	}
}

func TestOpenSweepsWhatNobodyWrites(t *testing.T) {
	path := t.TempDir()
	first := open(t, Config{Path: path})
	stale := filepath.Join(path, "tmp", store.Upload{7}.String()+"-STALE")
	if err := os.WriteFile(stale, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ids, err := first.Uploads(t.Context(), store.Upload{}, 10); err != nil || len(ids) != 1 || ids[0] != (store.Upload{7}) {
		t.Errorf("Uploads with a half-written part = %v, %v", ids, err)
	}
	r, w := io.Pipe()
	b := []byte("whole")
	done := make(chan error)
	go func() {
		_, err := first.Put(t.Context(), store.Upload{8}, 0, r, 5, sha256.Sum256(b))
		done <- err
	}()
	w.Write(b[:1])
	open(t, Config{Path: path}) // an operator's command beside the running server
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open left the stale file: %v", err)
	}
	w.Write(b[1:])
	w.Close()
	if err := <-done; err != nil {
		t.Errorf("a Put that ran while the directory was opened again = %v", err)
	}
}

func TestDeleteUnderPut(t *testing.T) {
	path := t.TempDir()
	s := open(t, Config{Path: path})
	r, w := io.Pipe()
	b := []byte("whole")
	done := make(chan error)
	go func() {
		_, err := s.Put(t.Context(), store.Upload{8}, 0, r, 5, sha256.Sum256(b))
		done <- err
	}()
	w.Write(b[:1])
	if err := s.Delete(t.Context(), store.Upload{8}); err != nil {
		t.Fatal(err)
	}
	w.Write(b[1:])
	w.Close()
	if err := <-done; !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Put whose upload was deleted = %v, want %v", err, store.ErrNotFound)
	}
	if ids, err := s.Uploads(t.Context(), store.Upload{}, 10); err != nil || len(ids) > 0 {
		t.Errorf("Uploads = %v, %v; want none", ids, err)
	}
}

// fileTaker notes what net/http would see.
type fileTaker struct {
	bytes.Buffer
	files int
}

func (w *fileTaker) ReadFrom(r io.Reader) (int64, error) {
	if l, ok := r.(*io.LimitedReader); ok {
		if _, ok := l.R.(*os.File); ok {
			w.files++
		}
	}
	return w.Buffer.ReadFrom(r)
}

func TestBodyIsMadeForSendfile(t *testing.T) {
	s := open(t, Config{Path: t.TempDir()})
	for n := range uint32(2) {
		if err := put(t, s, store.Upload{1}, n, []byte("0123456789")); err != nil {
			t.Fatal(err)
		}
	}
	body, err := s.Read(t.Context(), store.Upload{1}, []store.PartRange{{N: 0, Offset: 5, Length: 5}, {N: 1, Length: 3}})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	var w fileTaker
	if n, err := body.WriteTo(&w); n != 8 || err != nil || w.String() != "56789012" || w.files != 2 {
		t.Errorf("WriteTo = %d, %v; %q by %d files, want 8, nil, 56789012 by 2 files", n, err, w.String(), w.files)
	}
}

func BenchmarkPut(b *testing.B) {
	for name, size := range map[string]int{"256KiB": 256 << 10, "8MiB": 8 << 20} {
		b.Run(name, func(b *testing.B) {
			s := open(b, Config{Path: b.TempDir()})
			part := make([]byte, size)
			rand.Read(part)
			b.SetBytes(int64(size))
			n := uint32(0)
			for b.Loop() {
				if err := put(b, s, store.Upload{1}, n, part); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}

// hidden is a response writer as gin's is: without ReadFrom.
type hidden struct{ http.ResponseWriter }

// BenchmarkServe compares a body that reaches net/http's writer with one that meets a wrapper on the way.
func BenchmarkServe(b *testing.B) {
	const size = 1 << 20
	s := open(b, Config{Path: b.TempDir()})
	if err := put(b, s, store.Upload{1}, 0, make([]byte, size)); err != nil {
		b.Fatal(err)
	}
	serve := func(w http.ResponseWriter, r *http.Request) {
		body, err := s.Read(r.Context(), store.Upload{1}, []store.PartRange{{N: 0, Length: size}})
		if err != nil {
			b.Error(err)
			return
		}
		defer body.Close()
		w.Header().Set("Content-Length", "1048576")
		if r.URL.Path == "/hidden" {
			w = hidden{w}
		}
		body.WriteTo(w)
	}
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	for _, path := range []string{"/sendfile", "/hidden"} {
		b.Run(path[1:], func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				r, err := http.Get(server.URL + path)
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, r.Body); n != size || err != nil {
					b.Fatalf("body = %d bytes, %v", n, err)
				}
				r.Body.Close()
			}
		})
	}
}
