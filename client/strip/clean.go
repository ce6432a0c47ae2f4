package strip

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes one short line of what a file says: no control, direction or invisible characters, runs of space become
// one. What is not UTF-8 is taken for Latin-1. Zero bytes end a text, as in C.
func clean(s string) string { return cleanTo(s, maxValue) }

// cleanTo is clean for a text of another length.
func cleanTo(s string, limit int) string {
	s = strings.TrimLeft(s, "\x00 ")
	if end := strings.IndexByte(s, 0); end >= 0 {
		s = s[:end]
	}
	// Nothing that is cut off here could be shown: a rune has four bytes at most.
	most := 8 * limit
	cut := len(s) > most
	if cut {
		s = strings.ToValidUTF8(s[:most], "")
	}
	if !utf8.ValidString(s) {
		runes := make([]rune, len(s))
		for i := range len(s) {
			runes[i] = rune(s[i])
		}
		s = string(runes)
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	if cut && s != "" {
		s += "…"
	}
	return s
}
