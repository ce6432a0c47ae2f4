package webp

import "encoding/binary"

const (
	literals  = 256
	prefixes  = 24
	distances = 40
	maxGroups = 2600 // that libwebp makes
)

// lossless is a VP8L stream on its way from one coding to another.
type lossless struct {
	in  bitReader
	out bitWriter
	// odd says that it holds something that needs more than other codes: pixels have to be coded anew.
	odd     bool
	colours int // of the palette
}

// recodeStream writes what follows the header of a picture of w×h pixels, or an alpha channel. It returns nil if the
// stream holds what symbols alone do not tell.
func recodeStream(src []byte, w, h int) ([]byte, error) {
	c := &lossless{in: bitReader{buf: src}}
	width, packed := w, 0
	var seen [4]bool
	for c.in.flag() {
		kind := c.in.read(2)
		if seen[kind] {
			return nil, damaged("VP8L transform twice")
		}
		seen[kind] = true
		c.out.flag(true)
		c.out.write(kind, 2)
		var err error
		if packed, err = c.transform(kind, &width, h, packed); err != nil {
			return nil, err
		}
	}
	c.out.flag(false)
	m := picture{width: width, height: h, top: true, keep: seen[3]}
	if err := c.picture(&m); err != nil {
		return nil, err
	}
	if seen[3] {
		c.indices(&m, w, packed)
	}
	if c.in.ended {
		return nil, damaged("VP8L data cut off")
	}
	if c.odd {
		return nil, nil
	}
	return c.out.finish(), nil
}

// transform copies the data of a transform. Of colour indexing it returns how many pixels (as a power of two) are packed
// into one.
func (c *lossless) transform(kind int, width *int, h, packed int) (int, error) {
	switch kind {
	case 0, 1:
		size := c.in.read(3)
		c.out.write(size, 3)
		m := picture{width: tiles(*width, size+2), height: tiles(h, size+2), keep: true}
		if err := c.picture(&m); err != nil {
			return 0, err
		}
		free := uint32(0xff000000)
		if kind == 0 {
			free = 0xffff00ff
			for _, v := range m.pixels {
				c.odd = c.odd || v>>8&0xff > 13
			}
		}
		c.unused(m.pixels, free)
	case 3:
		n := c.in.read(8) + 1
		c.out.write(n-1, 8)
		m := picture{width: n, height: 1, keep: true}
		if err := c.picture(&m); err != nil {
			return 0, err
		}
		switch {
		case n <= 2:
			packed = 3
		case n <= 4:
			packed = 2
		case n <= 16:
			packed = 1
		}
		*width = tiles(*width, packed)
		c.palette(m.pixels)
	}
	return packed, nil
}

func tiles(n, bits int) int { return (n + 1<<bits - 1) >> bits }

// unused marks the stream as odd if the channels that nobody reads hold anything but what encoders fill them with.
func (c *lossless) unused(pixels []uint32, mask uint32) {
	for _, v := range pixels {
		if v &= mask; v != pixels[0]&mask || v != 0 && v != 0xff000000 {
			c.odd = true
			return
		}
	}
}

// palette wants every colour once.
func (c *lossless) palette(differences []uint32) {
	seen := map[uint32]bool{}
	last := uint32(0)
	for _, d := range differences {
		last = (last&0xff00ff00+d&0xff00ff00)&0xff00ff00 | (last&0x00ff00ff+d&0x00ff00ff)&0x00ff00ff
		c.odd = c.odd || seen[last]
		seen[last] = true
	}
	c.colours = len(differences)
}

// indices wants every colour of the palette to be used, and nothing in the bits that are not indices.
func (c *lossless) indices(m *picture, w, packed int) {
	c.unused(m.pixels, 0xffff00ff)
	var used [256]bool
	bits := 8 >> packed
	for i, v := range m.pixels {
		green := v >> 8 & 0xff
		n := min(1<<packed, w-i%m.width<<packed)
		for range n {
			used[green&(1<<bits-1)] = true
			green >>= bits
		}
		c.odd = c.odd || green != 0
	}
	for i := range used {
		c.odd = c.odd || used[i] != (i < c.colours)
	}
}

// picture is one entropy-coded picture of a stream.
type picture struct {
	width, height int
	top           bool // the picture itself: parts of it may have codes of their own
	keep          bool // its pixels are needed
	cacheBits     int
	pixels        []uint32
	cache         []uint32
	tileBits      int
	groupOf       []uint32
}

// group are the codes of one part: green with lengths and cache, red, blue, alpha, distance.
type group struct {
	codes  [5]*prefix
	counts [5][]int
	out    [5]written
}

// picture reads one and writes it.
func (c *lossless) picture(m *picture) error {
	if m.width*m.height > 1<<28 {
		return damaged("VP8L size")
	}
	cached := c.in.flag()
	c.out.flag(cached)
	if cached {
		m.cacheBits = c.in.read(4)
		c.out.write(m.cacheBits, 4)
		if m.cacheBits < 1 || m.cacheBits > 11 {
			return damaged("VP8L cache")
		}
	}
	n := 1
	if m.top {
		var err error
		if n, err = c.groups(m); err != nil {
			return err
		}
	}
	list := make([]group, n)
	for i := range list {
		if err := c.readGroup(&list[i], m.cacheBits); err != nil {
			return err
		}
	}
	start := c.in
	if err := c.symbols(m, list, false); err != nil {
		return err
	}
	for i := range list {
		for k, counts := range list[i].counts {
			list[i].out[k] = writePrefix(&c.out, counts)
		}
	}
	c.in = start
	return c.symbols(m, list, true)
}

// groups reads which group of codes each tile has. All have to be used.
func (c *lossless) groups(m *picture) (int, error) {
	meta := c.in.flag()
	c.out.flag(meta)
	if !meta {
		return 1, nil
	}
	m.tileBits = c.in.read(3) + 2
	c.out.write(m.tileBits-2, 3)
	which := picture{width: tiles(m.width, m.tileBits), height: tiles(m.height, m.tileBits), keep: true}
	if err := c.picture(&which); err != nil {
		return 0, err
	}
	c.unused(which.pixels, 0xff0000ff)
	m.groupOf = which.pixels
	last := uint32(0)
	for i, v := range m.groupOf {
		m.groupOf[i] = v >> 8 & 0xffff
		last = max(last, m.groupOf[i])
	}
	if last >= maxGroups {
		return 0, coding("VP8L codes")
	}
	used := make([]bool, last+1)
	for _, v := range m.groupOf {
		used[v] = true
	}
	for _, u := range used {
		c.odd = c.odd || !u
	}
	return int(last) + 1, nil
}

func (c *lossless) readGroup(g *group, cacheBits int) error {
	sizes := [5]int{literals + prefixes, literals, literals, literals, distances}
	if cacheBits > 0 {
		sizes[0] += 1 << cacheBits
	}
	for k, size := range sizes {
		p, err := readPrefix(&c.in, size)
		if err != nil {
			return err
		}
		if c.in.ended {
			return damaged("VP8L data cut off")
		}
		g.codes[k], g.counts[k] = p, make([]int, size)
	}
	return nil
}

// symbols decodes the picture; first to count, then to write.
func (c *lossless) symbols(m *picture, list []group, write bool) error {
	n := m.width * m.height
	s := scanner{c: c, m: m, write: write}
	if m.keep {
		if n > 64<<20 {
			return coding("VP8L picture of indices that is too large")
		}
		m.pixels, m.cache = make([]uint32, 0, min(n, 1<<16)), make([]uint32, 1<<m.cacheBits)
	}
	for at := 0; at < n; {
		s.g = &list[0]
		if m.groupOf != nil {
			s.g = &list[m.groupOf[at/m.width>>m.tileBits*tiles(m.width, m.tileBits)+at%m.width>>m.tileBits]]
		}
		length, err := s.symbol(at, n)
		if err != nil {
			return err
		}
		if c.in.ended {
			return damaged("VP8L data cut off")
		}
		at += length
	}
	return nil
}

// recodeLossless writes a VP8L picture anew. It reports whether colour was hidden under full transparency.
func recodeLossless(src []byte) (out []byte, hidden bool, err error) {
	v := binary.LittleEndian.Uint32(src[1:])
	w, h := int(v&0x3fff)+1, int(v>>14&0x3fff)+1
	stream, err := recodeStream(src[5:], w, h)
	if err != nil {
		return nil, false, err
	}
	pixels, hidden, err := decodePixels(src)
	if err != nil {
		return nil, false, err
	}
	if stream != nil && !hidden {
		return append(src[:5:5], stream...), false, nil
	}
	out, err = encodePixels(pixels, w, h, src[4]&0x10 != 0)
	return out, hidden, err
}
