package main

import (
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
