package striptest

import (
	"bytes"
	"errors"
	"fmt"
)

// gifAccountant reads a stripped GIF.
type gifAccountant struct {
	b      []byte
	w, h   int
	global []byte
	used   []byte // indices of the global table in the order in which they come
	frames int
}

func (a *gifAccountant) take(n int) []byte {
	b := a.b[:n]
	a.b = a.b[n:]
	return b
}

func u16(b []byte) int { return int(b[0]) | int(b[1])<<8 }

// accountGIF checks a stripped GIF: no block but those of frames and one of loops, no bit set that has no use, tables of
// colours that are all shown, and coded data that ends with the last pixel.
func accountGIF(b []byte) error {
	a := &gifAccountant{b: b}
	if string(a.take(6)) != "GIF89a" {
		return errors.New("gif: version")
	}
	screen := a.take(7)
	a.w, a.h = u16(screen), u16(screen[2:])
	if screen[4]&0x78 != 0x70 || screen[5] != 0 || screen[6] != 0 {
		return errors.New("gif: fields of the header that nobody heeds")
	}
	if screen[4]&0x80 != 0 {
		a.global = a.take(6 << (screen[4] & 7))
	} else if screen[4] != 0x70 {
		return errors.New("gif: size of no table")
	}
	loops := false
	if bytes.HasPrefix(a.b, []byte("\x21\xff\x0bNETSCAPE2.0\x03\x01")) {
		if loops = true; a.take(19)[18] != 0 {
			return errors.New("gif: loops")
		}
	}
	for a.b[0] != 0x3b {
		if err := a.frame(); err != nil {
			return err
		}
	}
	if a.take(1); len(a.b) != 0 {
		return errors.New("gif: bytes behind the end")
	}
	if a.frames == 0 || loops && a.frames == 1 {
		return errors.New("gif: number of frames")
	}
	if a.global != nil && len(a.used) == 0 && !bytes.Equal(a.global, make([]byte, 6)) {
		// Only if all of its frames are transparent may a table have no colour.
		return errors.New("gif: a table that nothing uses")
	}
	return accountTable(a.global, a.used)
}

func (a *gifAccountant) frame() error {
	a.frames++
	transparent, timed := -1, false
	if a.b[0] == 0x21 {
		c := a.take(8)
		if c[1] != 0xf9 || c[2] != 4 || c[3]&0xe2 != 0 || c[3]>>2 > 3 || c[7] != 0 || bytes.Equal(c[3:7], make([]byte, 4)) {
			return errors.New("gif: control block")
		}
		timed = c[4] != 0 || c[5] != 0 || c[3]>>2 != 0
		if c[3]&1 != 0 {
			transparent = int(c[6])
		} else if c[6] != 0 {
			return errors.New("gif: index of no transparency")
		}
	}
	head := a.take(10)
	x, y, w, h := u16(head[1:]), u16(head[3:]), u16(head[5:]), u16(head[7:])
	if head[0] != 0x2c || w == 0 || h == 0 || x+w > a.w || y+h > a.h || head[9]&0x78 != 0 {
		return errors.New("gif: frame header")
	}
	table := a.global
	if head[9]&0x80 != 0 {
		table = a.take(6 << (head[9] & 7))
	} else if head[9] != 0 {
		return errors.New("gif: size of no table")
	}
	pixels, err := a.coded(w*h, len(table)/3)
	if err != nil {
		return err
	}
	if timed && a.frames == 1 && a.b[0] == 0x3b {
		return errors.New("gif: a still picture that waits")
	}
	order, hole := []byte{}, false
	var taken [256]bool
	for _, v := range pixels {
		if int(v) == transparent {
			hole = true
		} else if !taken[v] {
			taken[v] = true
			order = append(order, v)
		}
	}
	if hole != (transparent >= 0) {
		return errors.New("gif: transparency that no pixel has")
	}
	for i := range max(transparent, 0) {
		if !taken[i] {
			return errors.New("gif: index of transparency")
		}
	}
	if head[9]&0x80 != 0 {
		return accountTable(table, order)
	}
	for _, v := range order {
		if bytes.IndexByte(a.used, v) < 0 {
			a.used = append(a.used, v)
		}
	}
	return nil
}

// accountTable wants the colours in order of use, each once, and zeros behind them.
func accountTable(table, used []byte) error {
	seen := map[string]bool{}
	for i, v := range used {
		colour := string(table[3*i : 3*i+3])
		if int(v) != i || seen[colour] {
			return fmt.Errorf("gif: entry %d of a colour table", i)
		}
		seen[colour] = true
	}
	if len(bytes.Trim(table[3*len(used):], "\x00")) > 0 {
		return errors.New("gif: unused colours")
	}
	return nil
}

// coded decodes the pixels of a frame, with a table of strings as the specification draws it.
func (a *gifAccountant) coded(n, entries int) ([]byte, error) {
	bits := int(a.take(1)[0])
	if want := max(2, len(fmt.Sprintf("%b", entries-1))); bits != want {
		return nil, fmt.Errorf("gif: codes begin with %d bits, want %d", bits, want)
	}
	var data []byte
	for {
		block := a.take(int(a.take(1)[0]))
		if len(block) == 0 {
			break
		}
		data = append(data, block...)
		if len(block) < 255 && a.b[0] != 0 {
			return nil, errors.New("gif: a block that could be longer")
		}
	}
	at := 0
	next := func(width int) (code int) {
		for i := range width {
			code |= int(data[at/8]>>(at%8)&1) << i
			at++
		}
		return code
	}
	var strings [][]byte
	var out, previous []byte
	width := bits + 1
	reset := func() {
		strings = strings[:0]
		for i := range 1<<bits + 2 {
			strings = append(strings, []byte{byte(i)})
		}
		width, previous = bits+1, nil
	}
	if reset(); next(width) != 1<<bits {
		return nil, errors.New("gif: codes without a start")
	}
	for {
		code := next(width)
		if code == 1<<bits+1 {
			break
		}
		if code == 1<<bits {
			reset()
			continue
		}
		var s []byte
		switch {
		case code < len(strings):
			s = strings[code]
		case code == len(strings) && previous != nil:
			s = append(bytes.Clone(previous), previous[0])
		default:
			return nil, errors.New("gif: code")
		}
		out = append(out, s...)
		if previous != nil && len(strings) < 4096 {
			strings = append(strings, append(bytes.Clone(previous), s[0]))
		}
		if len(strings) == 1<<width && width < 12 {
			width++
		}
		previous = s
	}
	if len(out) != n {
		return nil, fmt.Errorf("gif: %d pixels, want %d", len(out), n)
	}
	if at > 8*len(data) || 8*len(data)-at > 7 || data[len(data)-1]>>(8-(8*len(data)-at)) != 0 {
		return nil, errors.New("gif: bits behind the last code")
	}
	return out, nil
}
