package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"safelight/crypto/passphrase"
)

// parseDuration reads 90s, 90m, 12h, 7d, 2w; one number and one unit.
func parseDuration(s string) (time.Duration, error) {
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	for suffix, unit := range units {
		digits, ok := strings.CutSuffix(s, suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 31)
		if err != nil || n == 0 || n > uint64(10*365*24*time.Hour/unit) {
			break
		}
		return time.Duration(n) * unit, nil
	}
	return 0, fmt.Errorf("%q is not a duration; write 90m, 12h or 7d", s)
}

// duration is a flag value.
type duration time.Duration

func (d *duration) Set(s string) error {
	v, err := parseDuration(s)
	*d = duration(v)
	return err
}
func (d *duration) String() string { return printDuration(time.Duration(*d)) }
func (d *duration) Type() string   { return "duration" }

// views is a flag value: how often a link can be opened.
type views uint64

func (v *views) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return errors.New("write a whole number, such as 3; 0 is any number of views")
	}
	*v = views(n)
	return nil
}
func (v *views) String() string { return strconv.FormatUint(uint64(*v), 10) }
func (v *views) Type() string   { return "views" }

// printDuration writes d in its largest unit that divides it.
func printDuration(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// left says how long it is until t, in words and rounded: nobody wants to read "6 days" about a week that has just begun.
func left(t, now time.Time) string {
	switch d := t.Sub(now); {
	case d >= 36*time.Hour:
		return plural(int((d+12*time.Hour)/(24*time.Hour)), "day")
	case d >= 90*time.Minute:
		return plural(int((d+30*time.Minute)/time.Hour), "hour")
	case d >= 30*time.Second:
		return plural(int((d+30*time.Second)/time.Minute), "minute")
	}
	return "less than a minute"
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// bytesText writes a size as people read it.
func bytesText(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%d kB", n/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}

// maxLine is the most that is read where one line is expected: a link, or a passphrase before its own limit is checked.
const maxLine = 8 << 10

var errLong = errors.New("longer than any link or passphrase can be")

// linkArgument returns the link that an argument stands for: "-" reads it from standard input, so that it does not
// stand in the list of processes.
func linkArgument(arg string, stdin io.Reader) (string, error) {
	if arg != "-" {
		return arg, nil
	}
	b, err := io.ReadAll(io.LimitReader(stdin, maxLine+1))
	if err != nil {
		return "", fmt.Errorf("reading the link from standard input: %w", err)
	}
	if len(b) > maxLine {
		return "", usage("standard input: %v", errLong)
	}
	link := strings.TrimSpace(string(b))
	if link == "" {
		return "", usage("standard input holds no link")
	}
	return link, nil
}

// passphraseFile reads a passphrase: the whole file without one final LF or CRLF, and nothing else trimmed.
func passphraseFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", usage("the passphrase file cannot be opened: %v", errors.Unwrap(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxLine))
	if err != nil {
		return "", usage("the passphrase file cannot be read: %v", errors.Unwrap(err))
	}
	p, err := passphrase.FromFile(b)
	if err != nil {
		return "", usage("the passphrase file holds no passphrase: it is %s", strings.TrimPrefix(err.Error(), "passphrase: "))
	}
	return p, nil
}
