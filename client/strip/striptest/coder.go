package striptest

import (
	"encoding/binary"
	"math/bits"
)

// Layout is how a JPEG is coded. Its picture is noise: coefficients are drawn at random, the same for the same seed
// whatever the layout of the scans. The Huffman tables give every symbol a code of eight bits, which no encoder does, so
// that such a file always has to be recoded.
type Layout struct {
	Width, Height int
	Sampling      [][2]int // horizontal and vertical factors of each component
	Progressive   bool
	Separate      bool // one scan for each component
	Restart       int  // MCUs between restart markers
	Adobe         int  // transform byte of an Adobe segment plus 1; 0 for none
	IDs           []byte
	Seed          uint64
	Extended      bool // SOF1
	// Outside puts noise into the blocks that lie outside of the picture too.
	Outside bool
	// Broken ends runs of bands that have ended before they have to end: those for which it returns true, told the number
	// of the block.
	Broken func(block int) bool
	// Zeros puts runs of 16 zeros in front of ends of bands that cover them, in scans that refine.
	Zeros bool
	// Between is called with each scan and may change what is written.
	Between func(scan []byte) []byte
}

// Code returns the file.
func (l Layout) Code() []byte {
	c := coder{l: l}
	c.layout()
	out := []byte{0xff, 0xd8}
	if l.Adobe > 0 {
		out = append(out, Segment(0xee, []byte{'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, byte(l.Adobe - 1)})...)
	}
	quant := make([]byte, 65)
	for i := range 64 {
		quant[i+1] = byte(3 + i)
	}
	out = append(out, Segment(0xdb, quant)...)
	frame := []byte{8, byte(l.Height >> 8), byte(l.Height), byte(l.Width >> 8), byte(l.Width), byte(len(l.Sampling))}
	for i, s := range l.Sampling {
		frame = append(frame, c.id(i), byte(s[0]<<4|s[1]), 0)
	}
	sof := byte(0xc0)
	if l.Extended {
		sof = 0xc1
	}
	if l.Progressive {
		sof = 0xc2
	}
	out = append(out, Segment(sof, frame)...)
	if l.Restart > 0 {
		out = append(out, Segment(0xdd, binary.BigEndian.AppendUint16(nil, uint16(l.Restart)))...)
	}
	for _, s := range c.script() {
		scan := c.scan(s)
		if l.Between != nil {
			scan = l.Between(scan)
		}
		out = append(out, scan...)
	}
	return append(out, 0xff, 0xd9)
}

type coder struct {
	l            Layout
	h, v         int
	mcusX, mcusY int
	planes       []plane

	// Of the scan at hand: what is to be written, with symbols not coded yet.
	events []event
	eobrun int
	held   []byte // correction bits of blocks that ended
	done   int    // blocks that ended
}

type plane struct {
	blocksX, blocksY, paddedX int
	blocks                    [][64]int
}

// event is a symbol with extra bits, bits alone, or the end of an interval.
type event struct {
	class  int // 0 DC, 1 AC, 2 bits alone, 3 restart marker
	symbol byte
	extra  uint32
	size   int
}

type script struct {
	components     []int
	ss, se, ah, al int
}

func (c *coder) id(i int) byte {
	if c.l.IDs != nil {
		return c.l.IDs[i]
	}
	return byte(i + 1)
}

func (c *coder) layout() {
	for _, s := range c.l.Sampling {
		c.h, c.v = max(c.h, s[0]), max(c.v, s[1])
	}
	up := func(a, b int) int { return (a + b - 1) / b }
	c.mcusX, c.mcusY = up(c.l.Width, 8*c.h), up(c.l.Height, 8*c.v)
	r := random(c.l.Seed*977 + 12345)
	for _, s := range c.l.Sampling {
		p := plane{blocksX: up(up(c.l.Width*s[0], c.h), 8), blocksY: up(up(c.l.Height*s[1], c.v), 8), paddedX: c.mcusX * s[0]}
		p.blocks = make([][64]int, p.paddedX*c.mcusY*s[1])
		dc := 0
		for i := range p.blocks {
			x, y := i%p.paddedX, i/p.paddedX
			noise := r.next()
			dc = max(min(dc+int(noise%41)-20, 250), -250)
			b := &p.blocks[i]
			b[0] = dc
			for range noise >> 8 % 12 {
				v := r.next()
				k := 1 + int(v%63)
				if v>>20&3 > 0 {
					k = 1 + int(v%9)
				}
				b[k] = int(v>>8%15) - 7
			}
			if x >= p.blocksX || y >= p.blocksY {
				if !c.l.Outside {
					*b = [64]int{}
				}
			}
		}
		c.planes = append(c.planes, p)
	}
}

func (c *coder) script() []script {
	var all []int
	for i := range c.planes {
		all = append(all, i)
	}
	groups := [][]int{all}
	if c.l.Separate {
		groups = nil
		for _, i := range all {
			groups = append(groups, []int{i})
		}
	}
	var list []script
	for _, g := range groups {
		if !c.l.Progressive {
			list = append(list, script{g, 0, 63, 0, 0})
			continue
		}
		list = append(list, script{g, 0, 0, 0, 1})
	}
	if c.l.Progressive {
		for _, i := range all {
			one := []int{i}
			list = append(list, script{one, 1, 5, 0, 2}, script{one, 6, 63, 0, 2}, script{one, 1, 63, 2, 1})
		}
		for _, g := range groups {
			list = append(list, script{g, 0, 0, 1, 0})
		}
		for _, i := range all {
			list = append(list, script{[]int{i}, 1, 63, 1, 0})
		}
	}
	return list
}

// scan returns tables, header and coded data.
func (c *coder) scan(s script) []byte {
	c.events = nil
	mcusX, mcus := c.mcusX, c.mcusX*c.mcusY
	if len(s.components) == 1 {
		p := &c.planes[s.components[0]]
		mcusX, mcus = p.blocksX, p.blocksX*p.blocksY
	}
	pred := map[int]int{}
	for i := range mcus {
		if c.l.Restart > 0 && i > 0 && i%c.l.Restart == 0 {
			c.flush()
			c.events = append(c.events, event{class: 3, symbol: byte(i/c.l.Restart-1) & 7})
			clear(pred)
		}
		for _, k := range s.components {
			p := &c.planes[k]
			h, v := 1, 1
			if len(s.components) > 1 {
				h, v = c.l.Sampling[k][0], c.l.Sampling[k][1]
			}
			for b := range h * v {
				x, y := i%mcusX*h+b%h, i/mcusX*v+b/h
				block := &p.blocks[y*p.paddedX+x]
				if !c.l.Outside && (x >= p.blocksX || y >= p.blocksY) {
					var empty [64]int
					empty[0] = pred[k] << s.al
					block = &empty
				}
				c.block(s, block, k, pred)
			}
		}
	}
	c.flush()
	return c.write(s)
}

func (c *coder) block(s script, b *[64]int, component int, pred map[int]int) {
	if s.ss == 0 {
		if s.ah > 0 {
			c.events = append(c.events, event{class: 2, extra: uint32(b[0]>>s.al) & 1, size: 1})
			return
		}
		v := b[0] >> s.al
		c.value(0, 0, v-pred[component])
		pred[component] = v
	}
	switch {
	case !c.l.Progressive:
		run := 0
		for k := 1; k < 64; k++ {
			if b[k] == 0 {
				run++
				continue
			}
			for ; run > 15; run -= 16 {
				c.value(1, 15, 0)
			}
			c.value(1, run, b[k])
			run = 0
		}
		if run > 0 {
			c.value(1, 0, 0)
		}
	case s.ss > 0 && s.ah == 0:
		c.first(s, b)
	case s.ss > 0:
		c.refine(s, b)
	}
}

func (c *coder) value(class, run, v int) {
	size := bits.Len(uint(max(v, -v)))
	if v < 0 {
		v--
	}
	c.events = append(c.events, event{class, byte(run<<4 | size), uint32(v) & (1<<size - 1), size})
}

// flush writes how many blocks have ended, and the corrections they had.
func (c *coder) flush() {
	if c.eobrun > 0 {
		size := bits.Len(uint(c.eobrun)) - 1
		c.events = append(c.events, event{1, byte(size << 4), uint32(c.eobrun) & (1<<size - 1), size})
	}
	c.corrections(c.held)
	c.eobrun, c.held = 0, nil
}

func (c *coder) corrections(list []byte) {
	for _, v := range list {
		c.events = append(c.events, event{class: 2, extra: uint32(v), size: 1})
	}
}

func scaled(v, al int) int {
	if v < 0 {
		return -(-v >> al)
	}
	return v >> al
}

func (c *coder) first(s script, b *[64]int) {
	run := 0
	for k := s.ss; k <= s.se; k++ {
		v := scaled(b[k], s.al)
		if v == 0 {
			run++
			continue
		}
		c.flush()
		for ; run > 15; run -= 16 {
			c.value(1, 15, 0)
		}
		c.value(1, run, v)
		run = 0
	}
	if run > 0 {
		if c.eobrun++; c.eobrun == 0x7fff {
			c.flush()
		}
		c.tear()
	}
}

// tear ends a run early.
func (c *coder) tear() {
	if c.done++; c.l.Broken != nil && c.l.Broken(c.done) {
		c.flush()
	}
}

// refine follows ITU T.81, figure G.7.
func (c *coder) refine(s script, b *[64]int) {
	last := 0
	for k := s.ss; k <= s.se; k++ {
		if v := scaled(b[k], s.al); v == 1 || v == -1 {
			last = k
		}
	}
	run := 0
	var own []byte
	for k := s.ss; k <= s.se; k++ {
		v := scaled(b[k], s.al)
		if v == 0 {
			run++
			continue
		}
		for run > 15 && k <= last {
			c.flush()
			c.events = append(c.events, event{class: 1, symbol: 0xf0})
			run -= 16
			c.corrections(own)
			own = nil
		}
		if v > 1 || v < -1 {
			own = append(own, byte(max(v, -v)&1))
			continue
		}
		c.flush()
		sign := uint32(1)
		if v < 0 {
			sign = 0
		}
		c.events = append(c.events, event{1, byte(run<<4 | 1), sign, 1})
		c.corrections(own)
		own, run = nil, 0
	}
	if c.l.Zeros && run > 16 && len(own) == 0 {
		c.flush()
		c.events = append(c.events, event{class: 1, symbol: 0xf0})
	}
	if run > 0 || len(own) > 0 {
		c.eobrun++
		c.held = append(c.held, own...)
		if c.eobrun == 0x7fff || len(c.held) > 1000-63 {
			c.flush()
		}
		c.tear()
	}
}
