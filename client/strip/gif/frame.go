package gif

import "image"

// picture is a decoded frame: indices of its table, only what lies inside of the picture, row by row.
type picture struct {
	area        image.Rectangle
	pixels      []byte
	table       []byte
	transparent int
}

// pictures decodes frames one after the other.
type pictures struct {
	p       *parser
	decoder decoder
	whole   []byte // the frame as coded; is used again
	cut     []byte
	known   int // which frame was decoded last, one more than its index
	last    picture
}

// decode returns a frame. What it returns is good until the next call.
func (s *pictures) decode(index int) (*picture, error) {
	if s.known == index+1 {
		return &s.last, nil
	}
	f := &s.p.frames[index]
	w, h := f.area.Dx(), f.area.Dy()
	if cap(s.whole) < w*h {
		s.whole = make([]byte, w*h)
	}
	whole := s.whole[:w*h]
	used, more, err := s.decoder.decode(whole, f.data, f.bits)
	if err != nil {
		return nil, err
	}
	if !f.checked {
		f.checked = true
		s.report(f, used, more)
	}
	s.last = picture{area: f.area.Intersect(image.Rect(0, 0, s.p.width, s.p.height)), table: f.local, transparent: f.transparent}
	if f.local == nil {
		s.last.table = s.p.global
	}
	switch {
	case s.last.area.Empty():
		// It shows nothing, and keeps its time: one transparent pixel, which nothing takes away afterwards.
		f.disposal = min(f.disposal, 1)
		s.last.area, s.last.pixels, s.last.transparent = image.Rect(0, 0, 1, 1), []byte{0}, 0
	case !f.interlaced && s.last.area == f.area:
		s.last.pixels = whole
	default:
		s.last.pixels = s.inside(f, whole, s.last.area)
	}
	s.known = index + 1
	return &s.last, nil
}

func (s *pictures) report(f *frame, used int, more bool) {
	content := len(f.data)
	for at := 0; at < len(f.data); at += 1 + int(f.data[at]) {
		content--
	}
	if used < content || more {
		s.p.drop(Coded, f.data[len(f.data)-(content-used):])
	}
	if in := f.area.Intersect(image.Rect(0, 0, s.p.width, s.p.height)); in != f.area {
		s.p.parts = append(s.p.parts, Part{What: Outside, Width: f.area.Dx(), Height: f.area.Dy()})
	}
}

// inside puts rows into order and cuts them.
func (s *pictures) inside(f *frame, whole []byte, area image.Rectangle) []byte {
	s.cut = s.cut[:0]
	w, h := f.area.Dx(), f.area.Dy()
	left := area.Min.X - f.area.Min.X
	for y := area.Min.Y - f.area.Min.Y; y < area.Max.Y-f.area.Min.Y; y++ {
		row := y
		if f.interlaced {
			row = storedAt(y, h)
		}
		s.cut = append(s.cut, whole[row*w+left:row*w+left+area.Dx()]...)
	}
	return s.cut
}

// storedAt returns which of the stored rows of an interlaced frame of h rows is row y: first every eighth, then those
// half way between, and so on.
func storedAt(y, h int) int {
	n := 0
	for _, pass := range [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
		if y%pass[1] == pass[0] {
			return n + y/pass[1]
		}
		n += (h - pass[0] + pass[1] - 1) / pass[1]
	}
	return n
}

// use returns the indices of a frame's opaque pixels in the order in which they first come, and whether any is
// transparent.
func (f *picture) use() (order []byte, transparent bool, err error) {
	var seen [256]bool
	for _, v := range f.pixels {
		if seen[v] {
			continue
		}
		seen[v] = true
		switch {
		case int(v) == f.transparent:
			transparent = true
		case 3*int(v) >= len(f.table):
			return nil, false, damaged("a colour beyond the table")
		default:
			order = append(order, v)
		}
	}
	return order, transparent, nil
}

// palette is a colour table that grows.
type palette struct {
	colours []byte
	index   map[[3]byte]int
	size    int // entries that are needed, also for what is transparent
}

// add takes up the colours of a frame and returns what its indices become, and the index of its transparent pixels, -1 if
// it has none: the first that none of its own colours has.
func (t *palette) add(f *picture) (become [256]byte, transparent int, err error) {
	order, holes, err := f.use()
	if err != nil {
		return become, -1, err
	}
	if t.index == nil {
		t.index = map[[3]byte]int{}
	}
	var taken [257]bool
	for _, v := range order {
		colour := [3]byte(f.table[3*int(v):])
		i, ok := t.index[colour]
		if !ok {
			i = len(t.index)
			t.index[colour] = i
			t.colours = append(t.colours, colour[:]...)
		}
		become[v], taken[i] = byte(i), true
	}
	t.size = max(t.size, len(t.index))
	if !holes {
		return become, -1, nil
	}
	for taken[transparent] {
		transparent++
	}
	become[f.transparent] = byte(transparent)
	t.size = max(t.size, transparent+1)
	return become, transparent, nil
}

// bits returns how many bits an index takes: a table has 2, 4, … 256 entries.
func (t *palette) bits() int {
	bits := 1
	for 1<<bits < t.size {
		bits++
	}
	return bits
}

// bytes returns the table, filled up with zeros.
func (t *palette) bytes() []byte {
	return append(t.colours, make([]byte, 3<<t.bits()-len(t.colours))...)
}
