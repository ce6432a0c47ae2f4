package jxl

// reader reads bits, lowest first.
type reader struct {
	b     []byte
	at    int // bits
	ended bool
}

func (r *reader) read(n int) (v uint64) {
	for i := range n {
		if r.at>>3 >= len(r.b) {
			r.ended = true
			return 0
		}
		v |= uint64(r.b[r.at>>3]>>(r.at&7)&1) << i
		r.at++
	}
	return v
}

// align goes to the next byte and reports whether what was skipped is zero, as it has to be.
func (r *reader) align() bool { return r.read(-r.at&7) == 0 }

type writer struct {
	b  []byte
	at int
}

func (w *writer) write(v uint64, n int) {
	for i := range n {
		if w.at&7 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.at>>3] |= byte(v>>i&1) << (w.at & 7)
		w.at++
	}
}

func (w *writer) align() { w.at = 8 * len(w.b) }

// choice is one of the four forms of a number: so many bits, added to an offset.
type choice struct {
	bits   int
	offset uint64
}

func value(v uint64) choice { return choice{0, v} }

type choices [4]choice

var (
	sizes    = choices{{9, 1}, {13, 1}, {18, 1}, {30, 1}}
	enums    = choices{value(0), value(1), {4, 2}, {6, 18}}
	names    = choices{value(0), {4, 0}, {5, 16}, {10, 48}}
	offsets  = choices{{8, 0}, {11, 256}, {14, 2304}, {30, 18688}}
	powers   = choices{value(1), value(2), value(4), value(8)}
	entries  = choices{{10, 0}, {14, 1024}, {22, 17408}, {30, 4211712}}
	xy       = choices{{19, 0}, {19, 524288}, {20, 1048576}, {21, 2097152}}
	integers = choices{value(8), value(10), value(12), {6, 1}}
	floats   = choices{value(32), value(16), value(24), {6, 1}}
)

// bits copies a field of n bits.
func (c *codestream) bits(n int) uint64 {
	v := c.in.read(n)
	c.out.write(v, n)
	return v
}

func (c *codestream) flag() bool { return c.bits(1) == 1 }

// number copies a number, in its first form that can have it.
func (c *codestream) number(forms choices) uint64 {
	v := c.skipped(forms)
	c.put(forms, v)
	return v
}

func (c *codestream) skipped(forms choices) uint64 {
	form := forms[c.in.read(2)]
	return form.offset + c.in.read(form.bits)
}

func (c *codestream) put(forms choices, v uint64) {
	for i, form := range forms {
		if v >= form.offset && v-form.offset < 1<<form.bits {
			c.out.write(uint64(i), 2)
			c.out.write(v-form.offset, form.bits)
			return
		}
	}
}

// large reads a number of up to 64 bits.
func (c *codestream) large() uint64 {
	switch c.in.read(2) {
	case 0:
		return 0
	case 1:
		return 1 + c.in.read(4)
	case 2:
		return 17 + c.in.read(8)
	}
	v, shift := c.in.read(12), 12
	for c.in.read(1) == 1 {
		if shift == 60 {
			return v | c.in.read(4)<<60
		}
		v |= c.in.read(8) << shift
		shift += 8
	}
	return v
}

// putLarge writes one of those that we keep: they are small.
func (c *codestream) putLarge(v uint64) {
	switch {
	case v == 0:
		c.out.write(0, 2)
	case v <= 16:
		c.out.write(1|(v-1)<<2, 6)
	default:
		c.out.write(2|(v-17)<<2, 10)
	}
}

// extensions reads past what nobody knows, and says that there is none.
func (c *codestream) extensions() {
	mask := c.large()
	total := uint64(0)
	for i := range 64 {
		if mask>>i&1 == 1 {
			total += min(c.large(), 1<<40)
		}
	}
	if total > uint64(8*len(c.in.b)-c.in.at) {
		c.in.ended = true
		return
	}
	if mask != 0 {
		c.drop(Header)
	}
	c.in.at += int(total)
	c.out.write(0, 2)
}

// name reads past a name.
func (c *codestream) name() {
	n := c.skipped(names)
	if n > 0 {
		c.drop(Name)
	}
	for range n {
		c.in.read(8)
	}
	c.out.write(0, 2)
}

func (c *codestream) drop(what string) { c.parts = append(c.parts, Part{what, nil}) }
