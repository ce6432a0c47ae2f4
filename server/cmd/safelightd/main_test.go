package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"safelight/server/config"
)

func netDial(addr string) (net.Conn, error) { return net.Dial("tcp", addr) }

// command runs the program once.
func command(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(context.Background(), args, nil, &out, &err)
	return code, out.String(), err.String()
}

func TestUsage(t *testing.T) {
	const link = "https://photos.example/s#3ru9NkJr1Bu1GFzBVpCuRSPL8twt2cTLufhnCCMw6FvRrpi2M"
	tests := []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"flag", []string{"serve", "--lisen", "x"}, 2, `did you mean listen?`},
		{"value", []string{"serve", "--max-expiry", "soon"}, 2, "max-expiry (flag): want a time such as 90m, 12h or 7d"},
		{"database", []string{"serve", "--database", "postgres://x"}, 2, "PostgreSQL is not in this build yet"},
		{"bucket", []string{"serve", "--bucket", "s3://x"}, 2, "S3 is not in this build yet"},
		{"command", []string{"sevre"}, 2, "unknown command"},
		{"admin command", []string{"admin", "chek"}, 2, "there is no such command"},
		{"arguments", []string{"serve", "x"}, 2, "want no arguments, got 1"},
		{"no link", []string{"admin", "takedown"}, 2, "want one link or id, got 0 arguments"},
		{"cut link", []string{"admin", "takedown", link}, 2, "the link is damaged or its end is missing"},
		{"no data", []string{"admin", "stats", "--data", t.TempDir()}, 1, "there is no database in the data folder"},
		{"port", []string{"serve", "--listen", "127.0.0.1:99999", "--data", t.TempDir()}, 1, "listen:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := command(tt.args...)
			if code != tt.code || !strings.Contains(stderr, tt.stderr) || strings.Contains(stderr, link[30:]) {
				t.Errorf("%q = %d, %q, want %d, %q", tt.args, code, stderr, tt.code, tt.stderr)
			}
		})
	}
	if code, out, _ := command("--help"); code != 0 || !strings.Contains(out, "SAFELIGHT_LISTEN") {
		t.Errorf("--help = %d, %q", code, out)
	}
	for _, o := range config.Options {
		if _, out, _ := command("serve", "--help"); !strings.Contains(out, "--"+o.Name+" ") {
			t.Errorf("serve --help does not name --%s", o.Name)
		}
	}
	for _, how := range []string{"version", "--version"} {
		if code, out, _ := command(how); code != 0 || out != "safelightd development\n" {
			t.Errorf("%s = %d, %q", how, code, out)
		}
	}
}

func TestKeyFile(t *testing.T) {
	f := keyFile(filepath.Join(t.TempDir(), "record-key"))
	if _, err := f.load(true); err != errKeyMissing {
		t.Errorf("load beside a database = %v, want %v", err, errKeyMissing)
	}
	made, err := f.load(false)
	if err != nil || len(made) != 1 {
		t.Fatal(made, err)
	}
	again, err := f.load(true)
	if err != nil || len(again) != 1 || again[0] != made[0] {
		t.Errorf("load = another key, %v", err)
	}
	if st, err := os.Stat(string(f)); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", st.Mode(), err)
	}
	if err := f.create(); err != nil {
		t.Fatal(err)
	}
	if again, err = f.load(true); err != nil || again[0] != made[0] {
		t.Errorf("create replaced the key, or %v", err)
	}
	if err := f.replace(newKey(), made[0]); err != nil {
		t.Fatal(err)
	}
	if again, err = f.load(true); err != nil || len(again) != 2 || again[1] != made[0] {
		t.Errorf("load after replace = %d keys, %v", len(again), err)
	}
	for _, bad := range []string{"", "zz\n", strings.Repeat("a", 63) + "\n"} {
		if err := os.WriteFile(string(f), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := f.load(true); err == nil || strings.Contains(err.Error(), "aaa") {
			t.Errorf("load of %q = %v", bad, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(string(f)), ".*")); left != nil {
		t.Errorf("left over: %q", left)
	}
}

func TestBlindWriter(t *testing.T) {
	tests := map[string]string{
		"http: TLS handshake error from 192.0.2.1:99: EOF":                     "",
		"http: panic serving 192.0.2.1:99: secret\ngoroutine 1":                "a request panicked outside the router",
		"http: Accept error: accept tcp 192.0.2.1:80: too many; retrying in 1": "accepting connections fails",
		"http: superfluous response.WriteHeader call from x (x.go:1)":          "a handler answered twice",
		"http2: server: error reading preface from client 192.0.2.1:99":        "an HTTP/2 connection failed",
		"something of tomorrow with 192.0.2.1":                                 "of an unknown kind",
	}
	for report, want := range tests {
		var out bytes.Buffer
		errorLog(newLogger(&out)).Print(report)
		if got := out.String(); !strings.Contains(got, want) || (want == "" && got != "") || strings.Contains(got, "192.0.2") || strings.Contains(got, "secret") {
			t.Errorf("report %q is logged as %q, want %q", report, got, want)
		}
	}
}

func TestRedirect(t *testing.T) {
	w := httptest.NewRecorder()
	redirect("photos.example").ServeHTTP(w, httptest.NewRequest("GET", "http://elsewhere.example/s%23CODE?x=y", nil))
	if l := w.Header().Get("Location"); w.Code != http.StatusPermanentRedirect || l != "https://photos.example/#-" {
		t.Errorf("redirect = %d %q, want 308 to the domain, keeping nothing, with a fragment of its own", w.Code, l)
	}
}

func TestReachable(t *testing.T) {
	for in, same := range map[string]bool{"127.0.0.1:80": true, "photos.example:80": true, "0.0.0.0:80": false, "[::]:80": false, ":80": false} {
		got := reachable(in)
		if (got == in) != same || !strings.HasSuffix(got, ":80") || strings.HasPrefix(got, ":") {
			t.Errorf("reachable(%q) = %q", in, got)
		}
	}
}
