package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want time.Duration
	}{
		{"90s", 90 * time.Second}, {"90m", 90 * time.Minute}, {"12h", 12 * time.Hour}, {"7d", 168 * time.Hour}, {"2w", 336 * time.Hour},
		{"0d", 0}, {"-1d", 0}, {"7", 0}, {"d", 0}, {"", 0}, {"1.5h", 0}, {"1h30m", 0}, {"7 d", 0}, {"9999999d", 0}, {"99999999999999999999d", 0},
	} {
		got, err := parseDuration(tt.in)
		if got != tt.want || (err != nil) != (tt.want == 0) {
			t.Errorf("parseDuration(%q) = %v, %v, want %v", tt.in, got, err, tt.want)
		}
		if err == nil && tt.in != "2w" && tt.in != "90s" && printDuration(got) != tt.in {
			t.Errorf("printDuration(%v) = %q, want %q", got, printDuration(got), tt.in)
		}
	}
}

// TestStopped: a command that a signal ends says so in one line, without what the signal is called.
func TestStopped(t *testing.T) {
	photo := filepath.Join(t.TempDir(), "a.jpg")
	if err := os.WriteFile(photo, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	const link = "http://127.0.0.1:1/s#3ru9NkJr1Bu1GFzBVpCuRSPL8twt2cTLufhnCCMw6FvRrpi2M5"
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"info", link}, "safelight: stopped.\n"},
		{[]string{"get", "-o", t.TempDir(), link}, "safelight: stopped.\n"},
		{[]string{"send", "--server", "http://127.0.0.1:1", photo}, "safelight: stopped. Nothing that was half sent can be opened.\n"},
	} {
		ctx, stop := context.WithCancelCause(t.Context())
		stop(errors.New("interrupt signal received"))
		var out, note bytes.Buffer
		if code := run(ctx, tt.args, streams{strings.NewReader(""), &out, &note}); code != exitFailed || note.String() != tt.want || out.Len() > 0 {
			t.Errorf("%s = %d, %q %q, want %q", tt.args[0], code, out.String(), note.String(), tt.want)
		}
	}
}

func TestLeft(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{7*24*time.Hour - time.Second, "7 days"}, {36 * time.Hour, "2 days"}, {24 * time.Hour, "24 hours"}, {89 * time.Minute, "89 minutes"},
		{time.Minute, "1 minute"}, {10 * time.Second, "less than a minute"}, {-time.Hour, "less than a minute"},
	} {
		if got := left(now.Add(tt.d), now); got != tt.want {
			t.Errorf("left(%v) = %s, want %s", tt.d, got, tt.want)
		}
	}
}

func TestLinkArgument(t *testing.T) {
	if got, err := linkArgument("x", strings.NewReader("y")); got != "x" || err != nil {
		t.Errorf("linkArgument(x) = %q, %v", got, err)
	}
	if got, err := linkArgument("-", strings.NewReader("  y\r\n")); got != "y" || err != nil {
		t.Errorf("linkArgument(-) = %q, %v", got, err)
	}
	for _, in := range []string{"", "\n", strings.Repeat("x", maxLine+1)} {
		if _, err := linkArgument("-", strings.NewReader(in)); exitCode(err) != exitUsage {
			t.Errorf("%d bytes on standard input: %v", len(in), err)
		}
	}
}

func TestPassphraseFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p")
	for _, tt := range []struct {
		in, want string
		ok       bool
	}{
		{"a b \n", "a b ", true}, {"a\r\n", "a", true}, {"a\n\n", "a\n", true}, {"a", "a", true},
		{"", "", false}, {"\n", "", false}, {"\xff", "", false}, {strings.Repeat("x", 1025), "", false}, {strings.Repeat("x", 1<<20), "", false},
	} {
		if err := os.WriteFile(path, []byte(tt.in), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := passphraseFile(path)
		if got != tt.want || (err == nil) != tt.ok || err != nil && exitCode(err) != exitUsage {
			t.Errorf("a file of %q holds %q, %v, want %q", tt.in[:min(20, len(tt.in))], got, err, tt.want)
		}
	}
	if _, err := passphraseFile(path + "x"); exitCode(err) != exitUsage || strings.Contains(err.Error(), path) {
		t.Errorf("no file: %v", err)
	}
	if exitCode(errors.New("x")) != exitFailed {
		t.Error("an unknown error is not exit code 1")
	}
}
