package jpeg

import (
	"encoding/binary"

	"safelight/client/strip/refuse"
)

type frame struct {
	sof           byte
	width, height int
	components    []component
	h, v          int // greatest sampling factors
	mcusX, mcusY  int
	blocks        int // of all components
}

type component struct {
	id, h, v, tq byte
	quant        *quantTable
	// Blocks that show something, and the blocks that an interleaved scan codes: some of these may lie outside.
	blocksX, blocksY int
	paddedX, paddedY int
	// approx is, per coefficient, the lowest bit that was coded so far, -1 before the first.
	approx [64]int8
	// nonzero is the set of coefficients that are not zero, per block, of a progressive image.
	nonzero []uint64
	// seen is the set of coefficients that are not zero in some block.
	seen uint64
}

func (f *frame) progressive() bool { return f.sof == sof2 }

func (p *parser) readFrame(marker byte, body []byte) error {
	if len(p.frame.components) > 0 {
		return damaged("a second picture within the picture")
	}
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return damaged("frame header")
	}
	f := frame{sof: marker, height: int(binary.BigEndian.Uint16(body[1:])), width: int(binary.BigEndian.Uint16(body[3:]))}
	n := int(body[5])
	switch {
	case body[0] != 8:
		return coding("not 8 bits a sample")
	case f.height == 0:
		return coding("its height comes late")
	case f.width == 0:
		return damaged("no width")
	case n != 1 && n != 3 && n != 4:
		return coding("not 1, 3 or 4 colour components")
	case f.width*f.height > p.maxPixels:
		return refuse.New(refuse.LargeSize, "")
	}
	for i := range n {
		b := body[6+3*i:]
		c := component{id: b[0], h: b[1] >> 4, v: b[1] & 15, tq: b[2]}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.tq > 3 {
			return damaged("frame header")
		}
		for _, other := range f.components {
			if other.id == c.id {
				return damaged("two colour components of one name")
			}
		}
		for k := range c.approx {
			c.approx[k] = -1
		}
		f.h, f.v = max(f.h, int(c.h)), max(f.v, int(c.v))
		f.components = append(f.components, c)
	}
	p.drop(Slack, body[6+3*n:])
	p.frame = f
	return p.frame.layout(len(p.src))
}

// layout computes sizes in blocks. Each block takes a bit at least: a small file that declares a large picture is cut
// off, and is not worth the memory.
func (f *frame) layout(fileSize int) error {
	f.mcusX, f.mcusY = ceil(f.width, 8*f.h), ceil(f.height, 8*f.v)
	for i := range f.components {
		c := &f.components[i]
		c.blocksX = ceil(ceil(f.width*int(c.h), f.h), 8)
		c.blocksY = ceil(ceil(f.height*int(c.v), f.v), 8)
		c.paddedX, c.paddedY = f.mcusX*int(c.h), f.mcusY*int(c.v)
		f.blocks += c.paddedX * c.paddedY
	}
	if f.blocks/8 > fileSize {
		return damaged("cut off")
	}
	if f.progressive() {
		for i := range f.components {
			c := &f.components[i]
			c.nonzero = make([]uint64, c.paddedX*c.paddedY)
		}
	}
	return nil
}

func ceil(a, b int) int { return (a + b - 1) / b }
