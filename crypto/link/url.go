package link

import "strings"

// URL returns the whole link below base, such as "https://host/": base, page, # and the code.
func (c Code) URL(base string) string {
	return strings.TrimSuffix(base, "/") + "/" + string(c.Page()) + "#" + c.Text()
}

// ParseURL reads a whole link, or a code alone. base is what stands before the page, ending in "/", and is empty for a
// code alone; the code has to belong on the page that the link names.
func ParseURL(s string) (base string, c Code, err error) {
	s = strings.TrimSpace(s)
	if i := strings.Index(s, "%23"); i >= 0 && !strings.Contains(s[:i], "#") {
		return "", Code{}, ErrRewritten
	}
	before, fragment, ok := strings.Cut(s, "#")
	if !ok {
		if strings.Contains(s, "/") {
			return "", Code{}, ErrCut // a link that lost everything from # on
		}
		c, err = Parse(s)
		return "", c, err
	}
	if c, err = Parse(fragment); err != nil {
		return "", Code{}, err
	}
	before, _, _ = strings.Cut(before, "?")
	slash := strings.LastIndexByte(before, '/') + 1
	if err := c.On(Page(before[slash:])); err != nil {
		return "", Code{}, err
	}
	return before[:slash], c, nil
}

// maxPlain is the longest run of letters and digits that Redact leaves alone: a share id in a path has 32.
const maxPlain = 32

// Redact returns s with everything taken out that could be part of a code: what follows # or %23, and every run of
// more than 32 letters and digits. It is for log lines and errors about links that did not parse.
func Redact(s string) string {
	for _, mark := range []string{"#", "%23"} {
		if i := strings.Index(s, mark); i >= 0 {
			s = s[:i] + mark + "redacted"
		}
	}
	var out strings.Builder
	for len(s) > 0 {
		n := 0
		for n < len(s) && isAlnum(s[n]) {
			n++
		}
		switch {
		case n > maxPlain:
			out.WriteString("redacted")
		case n > 0:
			out.WriteString(s[:n])
		default:
			n = 1
			out.WriteByte(s[0])
		}
		s = s[n:]
	}
	return out.String()
}
