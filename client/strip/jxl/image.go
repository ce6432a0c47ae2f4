package jxl

import "safelight/client/strip/refuse"

// codestream is one on its way from one form to another.
type codestream struct {
	in            reader
	out           writer
	maxPixels     int
	width, height int
	orientation   int
	channels      int // beside colour: one of alpha, or none
	xyb           bool
	wide          bool
	patches       bool   // a frame of patches has come
	pieced        bool   // a frame has taken pieces from it
	smaller       bool   // a frame of an eighth of the size has come
	weights       uint64 // bits for enlarging by two, four and eight: the file has numbers of its own,
	enlarged      uint64 // and a frame is enlarged so
	parts         []Part
}

func (c *codestream) rewrite() error {
	if c.bits(16) != 0x0aff {
		return damaged("codestream")
	}
	c.width, c.height = c.size()
	if c.in.ended {
		return damaged("codestream cut off")
	}
	if c.width > c.maxPixels || c.height > c.maxPixels || c.width*c.height > c.maxPixels {
		return refuse.New(refuse.LargeSize, "")
	}
	if err := c.metadata(); err != nil {
		return err
	}
	for {
		if !c.in.align() {
			c.drop(Header)
		}
		c.out.align()
		if c.in.ended {
			return damaged("codestream cut off")
		}
		last, err := c.frame()
		if err != nil {
			return err
		}
		if last {
			break
		}
	}
	if c.weights&^c.enlarged != 0 {
		return coding("weights that nothing is enlarged by")
	}
	rest := c.in.b[c.in.at/8:]
	if len(rest) > 0 {
		c.parts = append(c.parts, Part{Trailer, rest})
	}
	if len(c.parts) == 0 && len(rest) == 0 && string(c.out.b) != string(c.in.b) {
		c.drop(Header)
	}
	return nil
}

// size copies the size of the picture.
func (c *codestream) size() (w, h int) {
	small := c.flag()
	one := func() int {
		if small {
			return 8 * (1 + int(c.bits(5)))
		}
		return int(c.number(sizes))
	}
	h = one()
	ratio := c.bits(3)
	if ratio == 0 {
		return one(), h
	}
	r := [8][2]int{1: {1, 1}, 2: {12, 10}, 3: {4, 3}, 4: {3, 2}, 5: {16, 9}, 6: {5, 4}, 7: {2, 1}}[ratio]
	return h * r[0] / r[1], h
}

func (c *codestream) metadata() error {
	c.orientation, c.xyb = 1, true
	if !c.flag() {
		if err := c.details(); err != nil {
			return err
		}
	}
	if c.flag() { // the transform is the default
		return nil
	}
	if c.xyb && !c.flag() {
		c.halves(16)
	}
	c.weights = c.bits(3)
	for i, n := range []int{15, 55, 210} {
		if c.weights>>i&1 == 1 {
			c.halves(n)
		}
	}
	return nil
}

// halves copies numbers of 16 bits.
func (c *codestream) halves(n int) {
	for range n {
		c.bits(16)
	}
}

func (c *codestream) details() error {
	extra := c.flag()
	if extra {
		c.orientation = int(c.bits(3)) + 1
		c.shownSize()
		if c.flag() {
			return coding("preview")
		}
		if c.flag() {
			return coding("animation")
		}
	}
	c.depth()
	c.flag()
	c.channels = int(c.number(choices{value(0), value(1), {4, 2}, {12, 1}}))
	if c.channels > 1 {
		return coding("more than one channel beside colour")
	}
	if c.channels == 1 {
		if err := c.channel(); err != nil {
			return err
		}
	}
	c.xyb = c.flag()
	if err := c.colour(); err != nil {
		return err
	}
	if extra && !c.flag() {
		c.halves(2)
		c.flag()
		c.halves(1)
	}
	c.extensions()
	return nil
}

// shownSize leaves the size out at which the picture asks to be shown: it is nothing that decoders heed.
func (c *codestream) shownSize() {
	if c.in.read(1) == 1 {
		ignored := &codestream{in: c.in}
		ignored.size()
		c.in = ignored.in
		c.drop(Header)
	}
	c.out.write(0, 1)
}

func (c *codestream) depth() {
	if c.flag() {
		c.number(floats)
		c.bits(4)
		return
	}
	c.number(integers)
}

func (c *codestream) channel() error {
	if c.flag() {
		return nil
	}
	if c.number(enums) != 0 {
		return coding("a channel that is neither colour nor alpha")
	}
	c.depth()
	if c.number(choices{value(0), value(3), value(4), {3, 1}}) != 0 {
		return coding("alpha of another size")
	}
	c.name()
	c.flag()
	return nil
}

// colour copies a colour space that has a name, or is described by numbers.
func (c *codestream) colour() error {
	if c.flag() {
		return nil
	}
	if c.flag() {
		return coding("colour profile in the codestream")
	}
	space := c.number(enums)
	if space != 2 {
		if c.number(enums) == 2 {
			c.point()
		}
		if space != 1 {
			primaries := c.number(enums)
			c.wide = primaries != 1
			if primaries == 2 {
				for range 3 {
					c.point()
				}
			}
		}
		if c.flag() {
			c.bits(24)
		} else {
			c.number(enums)
		}
	}
	c.number(enums)
	return nil
}

func (c *codestream) point() {
	c.number(xy)
	c.number(xy)
}
