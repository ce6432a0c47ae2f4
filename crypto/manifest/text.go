package manifest

import (
	"strings"
	"unicode/utf8"
)

// lineRule says what a text may hold beside ordinary characters.
type lineRule int

const (
	oneLine  lineRule = iota
	lines             // line feeds too
	fileName          // one line without / and \
)

// refused reports whether r may not stand in a text: control characters, line and paragraph separators, characters that
// change the direction of text around them, and U+FEFF, which decoders swallow at the start.
func refused(r rune, rule lineRule) bool {
	switch {
	case r == '\n':
		return rule != lines
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	case r == 0x2028, r == 0x2029, r == 0xfeff:
		return true
	}
	return rule == fileName && (r == '/' || r == '\\')
}

func checkText(what string, t Text, limit int, rule lineRule) error {
	switch {
	case len(t) > limit:
		return invalid("%s of %d bytes", what, len(t))
	case !utf8.ValidString(string(t)):
		return invalid("%s is not UTF-8", what)
	case strings.IndexFunc(string(t), func(r rune) bool { return refused(r, rule) }) >= 0:
		return invalid("%s holds a control character", what)
	}
	return nil
}

// CleanName returns s as a display name: control and direction characters, slashes and whatever is not UTF-8 taken
// out, cut to MaxName bytes.
func CleanName(s string) Text { return clean(s, MaxName, fileName) }

// CleanLine returns s as a title or credit: one line, cut to MaxText bytes.
func CleanLine(s string) Text { return clean(s, MaxText, oneLine) }

// CleanLines returns s as words, alt text or caption: line feeds stay, CR LF and CR become line feeds, cut to MaxText
// bytes.
func CleanLines(s string) Text { return clean(s, MaxText, lines) }

func clean(s string, limit int, rule lineRule) Text {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		switch {
		case !refused(r, rule):
			return r
		case r == '\n' || r == '\t' || r == 0x2028 || r == 0x2029:
			return ' ' // words stay apart
		}
		return -1
	}, s)
	if len(s) > limit {
		s = s[:limit]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return Text(s)
}
