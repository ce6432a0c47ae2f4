package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// ParseDuration reads 90m, 12h, 7d: a positive whole number and a unit.
func ParseDuration(s string) (time.Duration, error) {
	for _, u := range []struct {
		suffix string
		unit   time.Duration
	}{{"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", day}} {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n <= 0 || n > int64(3650*day/u.unit) {
			break
		}
		return time.Duration(n) * u.unit, nil
	}
	return 0, errors.New("want a time such as 90m, 12h or 7d")
}

// ParseSize reads 512kB, 10MB, 2GB, 1TB (powers of 1000), 8MiB (powers of 1024), or bytes without a unit.
func ParseSize(s string) (int64, error) {
	for _, u := range []struct {
		suffix string
		unit   int64
	}{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
		{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
	} {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/u.unit {
			break
		}
		return n * u.unit, nil
	}
	return 0, errors.New("want a size such as 10MB or 2GB")
}

// Unknown says that no option is called name, and which one was probably meant.
func Unknown(name string) error {
	return unknown("setting", name, func(o Option) string { return o.Name })
}

func unknown(kind, name string, spelled func(Option) string) error {
	best, least := "", len(name)/2+1
	for _, o := range Options {
		if d := distance(strings.ToLower(name), strings.ToLower(spelled(o))); d < least {
			best, least = spelled(o), d
		}
	}
	if best == "" {
		return fmt.Errorf("unknown %s %q", kind, name)
	}
	return fmt.Errorf("unknown %s %q; did you mean %s?", kind, name, best)
}

// distance is the number of letters to insert, delete or replace between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
