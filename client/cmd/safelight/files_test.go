package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestCleanName(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "beach.jpg", "beach.jpg"},
		{"another extension", "beach.png", "beach.jpg"},
		{"no extension", "beach", "beach.jpg"},
		{"path", "../../etc/passwd", "passwd.jpg"},
		{"windows path", `C:\Users\x\beach.jpg`, "beach.jpg"},
		{"dots", "..", ""},
		{"hidden", ".bashrc", ""},
		{"hidden with stem", "..profile.jpg", "profile.jpg"},
		{"empty", "", ""},
		{"control", "a\x00b\x1b[31m.jpg", "ab[31m.jpg"},
		{"bidi", "photo\u202egpj.exe", "photogpj.jpg"},
		{"zero width", "a\u200bb.jpg", "ab.jpg"},
		{"invalid UTF-8", "a\xffb.jpg", "ab.jpg"},
		{"characters of shells", `a<b>:"|?*.jpg`, "a_b______.jpg"},
		{"device", "NUL.jpg", "NUL_.jpg"},
		{"device with number", "com1.jpg", "com1_.jpg"},
		{"long", strings.Repeat("ä", 80) + ".jpg", strings.Repeat("ä", 50) + ".jpg"},
		{"umlauts stay", "Grüße aus Köln.jpg", "Grüße aus Köln.jpg"},
	} {
		if got := cleanName(tt.in, ".jpg"); got != tt.want {
			t.Errorf("%s: cleanName(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestWriteNewNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	for i, want := range []string{"photo-001.jpg", "photo-001-2.jpg", "photo-001-3.jpg"} {
		path, err := writeNew(dir, "photo-001.jpg", []byte{byte(i)}, 0o644)
		if err != nil || filepath.Base(path) != want {
			t.Fatalf("writeNew = %s, %v, want %s", path, err, want)
		}
		if b, err := os.ReadFile(path); err != nil || len(b) != 1 || b[0] != byte(i) {
			t.Errorf("%s holds %v (%v), want %d", want, b, err, i)
		}
	}
	// A dangling link is a taken name too.
	if err := os.Symlink("/nowhere", filepath.Join(dir, "x.jpg")); err != nil {
		t.Fatal(err)
	}
	if path, err := writeNew(dir, "x.jpg", nil, 0o644); err != nil || filepath.Base(path) != "x-2.jpg" {
		t.Errorf("writeNew over a link = %s, %v", path, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".safelight-*")); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestUnwritten(t *testing.T) {
	here := filepath.Join(t.TempDir(), "x.jpg")
	tests := []struct {
		name string
		err  error
		want string
		code int
	}{
		{"full disk", &fs.PathError{Op: "write", Path: "/a/.safelight-X", Err: syscall.ENOSPC}, "/a/x.jpg cannot be written: no space left on device", exitFailed},
		{"no folder", &fs.PathError{Op: "open", Path: "/a/.safelight-X", Err: syscall.ENOENT}, "/a/x.jpg cannot be written: there is no folder /a", exitUsage},
		{"no right", &os.LinkError{Op: "link", Old: "/a/.safelight-X", New: "/a/x.jpg", Err: syscall.EACCES}, "/a/x.jpg cannot be written: permission denied", exitFailed},
		{"no file", io.ErrUnexpectedEOF, "unexpected EOF", exitFailed},
	}
	for _, tt := range tests {
		if err := unwritten("/a/x.jpg", tt.err); err.Error() != tt.want || exitCode(err) != tt.code {
			t.Errorf("%s: %v (%d), want %s (%d)", tt.name, err, exitCode(err), tt.want, tt.code)
		}
	}
	if err := writeExactly(here, nil, 0o600); err != nil {
		t.Errorf("writeExactly = %v", err)
	}
	gone := filepath.Join(filepath.Dir(here), "gone")
	_, err := writeNew(gone, "x.jpg", nil, 0o600)
	if want := gone + "/x.jpg cannot be written: there is no folder " + gone; err == nil || err.Error() != want {
		t.Errorf("writeNew = %v, want %s", err, want)
	}
}

// TestUmask: photos are as private as the person's other files.
func TestUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	path, err := writeNew(t.TempDir(), "a.jpg", nil, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600 under umask 077", info.Mode(), err)
	}
}

func TestWriteExactly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manage")
	if err := writeExactly(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
	if err := writeExactly(path, []byte("two"), 0o600); err == nil {
		t.Error("writeExactly replaced a file")
	}
	if b, _ := os.ReadFile(path); string(b) != "one" {
		t.Errorf("the file holds %q now", b)
	}
}
