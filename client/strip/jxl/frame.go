package jxl

import "math"

// Kinds of frames.
const (
	regular = iota
	eighth  // the picture at an eighth of its size
	patches // pictures that others take pieces from
	skipped
)

// Flags of frames.
const (
	usesPatches = 2
	usesEighth  = 32
	knownFlags  = 1 | usesPatches | 16 | usesEighth | 128
)

// frame is what the number of sections follows from.
type frame struct {
	kind          int
	modular       bool
	flags         uint64
	width, height int
	upsampling    int
	shift         int // of the size of groups
	passes        int
	last          bool
}

// frame copies a frame and reports whether it is the last.
func (c *codestream) frame() (last bool, err error) {
	f := frame{width: c.width, height: c.height, upsampling: 1, shift: 1, passes: 1, last: true}
	if !c.flag() {
		if err := c.frameHeader(&f); err != nil {
			return false, err
		}
	}
	if err := c.accept(&f); err != nil {
		return false, err
	}
	return f.last, c.sections(&f)
}

// accept wants pictures that are not shown to be of use to the one that is.
func (c *codestream) accept(f *frame) error {
	switch {
	case f.kind == eighth && !c.smaller:
		c.smaller = true
		c.pieced = c.pieced || f.flags&usesPatches != 0
	case f.kind == patches && !c.patches:
		c.patches = true
	case f.kind == regular && f.last:
		if c.patches != (c.pieced || f.flags&usesPatches != 0) || c.smaller != (f.flags&usesEighth != 0) {
			return coding("a frame that nothing uses")
		}
	default:
		return coding("layers")
	}
	return nil
}

func (c *codestream) frameHeader(f *frame) error {
	f.kind, f.modular = int(c.bits(2)), c.flag()
	f.flags = c.large()
	if f.flags&^knownFlags != 0 {
		return coding("unknown flags of a frame")
	}
	c.putLarge(f.flags)
	ycc := !c.xyb && c.flag()
	if f.flags&usesEighth == 0 {
		if ycc {
			c.bits(6)
		}
		f.upsampling = int(c.number(powers))
		c.enlarged |= uint64(f.upsampling) >> 1
		for range c.channels {
			c.enlarged |= c.number(powers) >> 1
		}
	}
	if f.modular {
		f.shift = int(c.bits(2))
	} else if c.xyb {
		c.bits(6)
	}
	if f.kind != patches {
		c.passes(f)
	}
	if err := c.place(f); err != nil {
		return err
	}
	f.last = false
	if f.kind == regular || f.kind == skipped {
		for range 1 + c.channels {
			if c.number(choices{value(0), value(1), value(2), {2, 3}}) != 0 {
				return coding("layers")
			}
		}
		f.last = c.flag()
		if !f.last {
			return coding("layers")
		}
	}
	if f.kind == patches {
		c.bits(2) // where it is kept
		c.flag()  // before colours are converted
	}
	c.name()
	c.filter(f)
	c.extensions()
	if c.in.ended {
		return damaged("frame header cut off")
	}
	return nil
}

func (c *codestream) passes(f *frame) {
	f.passes = int(c.number(choices{value(1), value(2), value(3), {3, 4}}))
	if f.passes == 1 {
		return
	}
	n := int(c.number(choices{value(0), value(1), value(2), {1, 3}}))
	c.bits(2 * (f.passes - 1))
	for range n {
		c.number(powers)
	}
	for range n {
		c.number(choices{value(0), value(1), value(2), {3, 0}})
	}
}

// place reads which part of the picture the frame is. What is shown has to be all of it.
func (c *codestream) place(f *frame) error {
	if f.kind == eighth {
		level := c.number(choices{value(1), value(2), value(3), value(4)})
		if level != 1 {
			return coding("frames of frames")
		}
		f.width, f.height = (f.width+7)/8, (f.height+7)/8
		return nil
	}
	if !c.flag() {
		return nil
	}
	if f.kind != patches {
		return coding("a part of a picture")
	}
	w, h := c.number(offsets), c.number(offsets)
	if w == 0 || h == 0 || w > uint64(c.maxPixels) || h > uint64(c.maxPixels) || w*h > uint64(c.maxPixels) {
		return coding("size of a frame")
	}
	f.width, f.height = int(w), int(h)
	return nil
}

func (c *codestream) filter(f *frame) {
	if c.flag() {
		return
	}
	if c.flag() && c.flag() {
		c.halves(6)
	}
	if c.bits(2) > 0 {
		if !f.modular && c.flag() {
			c.halves(8)
		}
		if c.flag() {
			c.halves(5)
		}
		if c.flag() {
			if !f.modular {
				c.halves(1)
			}
			c.halves(3)
		}
		if f.modular {
			c.halves(1)
		}
	}
	c.extensions()
}

// sections copies the table of contents and what it tells of.
func (c *codestream) sections(f *frame) error {
	if c.flag() {
		return coding("sections in another order")
	}
	up := func(n, by int) int { return (n + by - 1) / by }
	w, h, side := up(f.width, f.upsampling), up(f.height, f.upsampling), 128<<f.shift
	groups := up(w, side) * up(h, side)
	n := 1
	if groups > 1 || f.passes > 1 {
		n = 2 + up(w, 8*side)*up(h, 8*side) + groups*f.passes
	}
	clean := c.in.align()
	c.out.align()
	// Each entry takes 12 bits.
	if n > 8*len(c.in.b)/12 {
		return damaged("more sections than there is room for")
	}
	total := 0
	for range n {
		total += int(c.number(entries))
	}
	clean = c.in.align() && clean
	c.out.align()
	if !clean {
		c.drop(Header)
	}
	at := c.in.at / 8
	if c.in.ended || total > len(c.in.b)-at || total > math.MaxInt/16 {
		return damaged("sections cut off")
	}
	c.out.b = append(c.out.b, c.in.b[at:at+total]...)
	c.out.align()
	c.in.at += 8 * total
	return nil
}
