package webp

import (
	"encoding/binary"
	"math"
)

// lossy is a VP8 key frame on its way from one coding to another.
type lossy struct {
	width, height int // in macroblocks
	first         boolReader
	tokens        []boolReader
	header        header
	probs         [len(defaultProbs)]uint8

	above []neighbour
	left  neighbour
	block macroblock
	stats statistics
}

// header is what counts of a frame header.
type header struct {
	segments  bool
	mapped    bool // blocks say which segment they are in
	relative  bool
	quantizer [4]int
	strength  [4]int
	tree      [3]uint8
	simple    bool
	level     int
	sharpness int
	intra     int // what is added to the level of all blocks,
	detailed  int // and of those whose 4×4 blocks have modes of their own
	base      int
	deltas    [5]int
	skips     bool
	skipProb  uint8
}

// neighbour is what the next blocks want to know of one.
type neighbour struct {
	modes   [4]uint8
	nonzero [9]uint8 // four of luma, two of each chroma, and the one of luma's averages
}

// statistics count, for each probability, how often it was needed for a 0 and for a 1.
type statistics struct {
	tokens   [len(defaultProbs)][2]int
	skip     [2]int
	segments [4]int
	order    []int // segments as they first come
}

// recodeLossy writes a VP8 frame anew.
func recodeLossy(src []byte) ([]byte, error) {
	d := &lossy{}
	if err := d.open(src); err != nil {
		return nil, err
	}
	if err := d.walk(d.count); err != nil {
		return nil, err
	}
	stats := d.stats
	second := &lossy{}
	if err := second.open(src); err != nil {
		return nil, err
	}
	w, err := newLossyWriter(&d.header, &stats)
	if err != nil {
		return nil, err
	}
	if err := second.walk(w.block); err != nil {
		return nil, err
	}
	return w.finish(src)
}

func (d *lossy) open(src []byte) error {
	head := int(src[0]) | int(src[1])<<8 | int(src[2])<<16
	size := head >> 5
	if head>>1&7 > 3 || head&0x10 == 0 {
		return coding("VP8 frame that is not to be shown")
	}
	if size > len(src)-10 {
		return damaged("VP8 partition")
	}
	d.width = (int(binary.LittleEndian.Uint16(src[6:])&0x3fff) + 15) / 16
	d.height = (int(binary.LittleEndian.Uint16(src[8:])&0x3fff) + 15) / 16
	d.first = newBoolReader(src[10 : 10+size])
	if err := d.readHeader(src[10+size:]); err != nil {
		return err
	}
	// The modes of a block take over half a bit: a picture of many that has few bytes is no picture.
	if d.width*d.height > 16*size {
		return damaged("more blocks than its data can hold")
	}
	d.above = make([]neighbour, d.width)
	return nil
}

func (d *lossy) readHeader(rest []byte) error {
	r, h := &d.first, &d.header
	r.uint(2) // colour space and clamping, which decoders ignore
	h.tree = [3]uint8{255, 255, 255}
	if h.segments = r.flag(); h.segments {
		d.readSegments()
	}
	h.simple, h.level, h.sharpness = r.flag(), r.uint(6), r.uint(3)
	if r.flag() && r.flag() {
		var deltas [8]int
		for i := range deltas {
			deltas[i] = r.optional(6)
		}
		h.intra, h.detailed = deltas[0], deltas[4]
	}
	if err := d.split(rest, 1<<r.uint(2)); err != nil {
		return err
	}
	h.base = r.uint(7)
	for i := range h.deltas {
		h.deltas[i] = r.optional(4)
	}
	r.flag() // whether probabilities are kept for frames that follow
	d.probs = defaultProbs
	for i := range d.probs {
		if r.bit(updateProbs[i]) {
			d.probs[i] = uint8(r.uint(8))
		}
	}
	if h.skips = r.flag(); h.skips {
		h.skipProb = uint8(r.uint(8))
	}
	if r.ended {
		return damaged("VP8 header cut off")
	}
	return nil
}

func (d *lossy) readSegments() {
	r, h := &d.first, &d.header
	h.mapped = r.flag()
	if r.flag() {
		h.relative = !r.flag()
		for i := range h.quantizer {
			h.quantizer[i] = r.optional(7)
		}
		for i := range h.strength {
			h.strength[i] = r.optional(6)
		}
	}
	if h.mapped {
		for i := range h.tree {
			if r.flag() {
				h.tree[i] = uint8(r.uint(8))
			}
		}
	}
}

// split finds the partitions of coefficients.
func (d *lossy) split(rest []byte, n int) error {
	if len(rest) < 3*(n-1) {
		return damaged("VP8 partitions")
	}
	sizes, rest := rest[:3*(n-1)], rest[3*(n-1):]
	for i := range n {
		size := len(rest)
		if i < n-1 {
			size = int(sizes[3*i]) | int(sizes[3*i+1])<<8 | int(sizes[3*i+2])<<16
		}
		if size > len(rest) {
			return damaged("VP8 partitions")
		}
		d.tokens = append(d.tokens, newBoolReader(rest[:size]))
		rest = rest[size:]
	}
	return nil
}

// walk decodes all macroblocks and hands each to visit.
func (d *lossy) walk(visit func(*macroblock)) error {
	for y := range d.height {
		d.left = neighbour{}
		r := &d.tokens[y&(len(d.tokens)-1)]
		for x := range d.width {
			if err := d.macroblock(r, &d.above[x]); err != nil {
				return err
			}
			visit(&d.block)
		}
		if d.first.ended || r.ended {
			return damaged("VP8 data cut off")
		}
	}
	return nil
}

func (d *lossy) count(b *macroblock) {
	s := &d.stats
	if s.segments[b.segment]++; s.segments[b.segment] == 1 {
		s.order = append(s.order, b.segment)
	}
	if b.empty {
		s.skip[1]++
		return
	}
	s.skip[0]++
	for _, t := range b.tokens {
		if t.at >= 0 {
			if t.set {
				s.tokens[t.at][1]++
			} else {
				s.tokens[t.at][0]++
			}
		}
	}
}

// best is the probability that costs least for what was counted.
func best(n [2]int) uint8 {
	if n[0]+n[1] == 0 {
		return 255
	}
	return uint8(min(max(256*n[0]/(n[0]+n[1]), 1), 255))
}

// cost is what a 0 of each probability takes, in 1/256 bit. None lies near a half, so all machines round it the same way.
var cost = func() (c [257]int) {
	for i := 1; i <= 256; i++ {
		c[i] = int(math.Round(-256 * math.Log2(float64(i)/256)))
	}
	return c
}()

// chosen is the probability that a token is coded with: the standard one, if another would not pay.
func chosen(i int, n [2]int) uint8 {
	p, standard := best(n), defaultProbs[i]
	price := func(p uint8) int { return n[0]*cost[p] + n[1]*cost[256-int(p)] }
	with := price(p) + 8*256 + cost[256-int(updateProbs[i])]
	if n == [2]int{} || with >= price(standard)+cost[updateProbs[i]] {
		return standard
	}
	return p
}
