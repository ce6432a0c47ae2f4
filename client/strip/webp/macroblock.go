package webp

// macroblock is 16×16 pixels as coded: bits, each with its probability.
type macroblock struct {
	segment  int
	empty    bool // all of its coefficients are zero
	detailed bool // its 4×4 blocks have modes of their own
	modes    []token
	tokens   []token
}

// token is one coded bit; at is the index of its probability if that is one of the coefficients', else -1.
type token struct {
	at   int16
	prob uint8
	set  bool
}

// mode reads a bit of the first partition.
func (d *lossy) mode(prob uint8) bool {
	set := d.first.bit(prob)
	d.block.modes = append(d.block.modes, token{-1, prob, set})
	return set
}

func (d *lossy) macroblock(r *boolReader, above *neighbour) error {
	b, h := &d.block, &d.header
	b.modes, b.tokens, b.segment = b.modes[:0], b.tokens[:0], 0
	if h.mapped {
		if d.first.bit(h.tree[0]) {
			b.segment = 2
			if d.first.bit(h.tree[2]) {
				b.segment = 3
			}
		} else if d.first.bit(h.tree[1]) {
			b.segment = 1
		}
	}
	b.empty = h.skips && d.first.bit(h.skipProb)
	b.detailed = !d.mode(145)
	if b.detailed {
		d.detailedModes(above)
	} else {
		d.plainMode(above)
	}
	if d.mode(142) && d.mode(114) {
		d.mode(183)
	}
	if b.empty {
		averages := [2]uint8{above.nonzero[8], d.left.nonzero[8]}
		above.nonzero, d.left.nonzero = [9]uint8{}, [9]uint8{}
		if b.detailed {
			above.nonzero[8], d.left.nonzero[8] = averages[0], averages[1]
		}
		return nil
	}
	any, err := d.coefficients(r, above)
	b.empty = !any
	return err
}

// Modes of 4×4 blocks, as their tree has them, and what a mode of a whole block counts as.
const (
	modeDC = iota
	modeTM
	modeVE
	modeHE
	modeRD
	modeVR
	modeLD
	modeVL
	modeHD
	modeHU
)

func (d *lossy) plainMode(above *neighbour) {
	m := uint8(modeDC)
	if !d.mode(156) {
		if d.mode(163) {
			m = modeVE
		}
	} else if d.mode(128) {
		m = modeTM
	} else {
		m = modeHE
	}
	above.modes, d.left.modes = [4]uint8{m, m, m, m}, [4]uint8{m, m, m, m}
}

func (d *lossy) detailedModes(above *neighbour) {
	for y := range 4 {
		m := d.left.modes[y]
		for x := range 4 {
			m = d.detailedMode(modeProbs[9*(10*int(above.modes[x])+int(m)):])
			above.modes[x] = m
		}
		d.left.modes[y] = m
	}
}

func (d *lossy) detailedMode(p []uint8) uint8 {
	switch {
	case !d.mode(p[0]):
		return modeDC
	case !d.mode(p[1]):
		return modeTM
	case !d.mode(p[2]):
		return modeVE
	case !d.mode(p[3]):
		if !d.mode(p[4]) {
			return modeHE
		}
		if !d.mode(p[5]) {
			return modeRD
		}
		return modeVR
	case !d.mode(p[6]):
		return modeLD
	case !d.mode(p[7]):
		return modeVL
	case !d.mode(p[8]):
		return modeHD
	}
	return modeHU
}

// coefficients reads those of all blocks and reports whether one is not zero.
func (d *lossy) coefficients(r *boolReader, above *neighbour) (any bool, err error) {
	left := &d.left
	one := func(plane, first int, a, l *uint8) {
		n, e := d.coded(r, plane, first, int(*a+*l))
		if e != nil {
			err = e
		}
		*a, *l = n, n
		any = any || n != 0
	}
	plane, first := 3, 0
	if !d.block.detailed {
		one(1, 0, &above.nonzero[8], &left.nonzero[8])
		plane, first = 0, 1
	}
	for y := range 4 {
		for x := range 4 {
			one(plane, first, &above.nonzero[x], &left.nonzero[y])
		}
	}
	for c := 4; c < 8; c += 2 {
		for y := range 2 {
			for x := range 2 {
				one(2, 0, &above.nonzero[c+x], &left.nonzero[c+y])
			}
		}
	}
	return any, err
}

var bands = [17]int{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0}

// extra are the probabilities of the bits of large numbers (RFC 6386, section 13.2).
var extra = [6][]uint8{
	{159}, {165, 145}, {173, 148, 140}, {176, 155, 140, 135}, {180, 157, 141, 134, 130},
	{254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129},
}

// coded reads the coefficients of one block, from the first on. Zeros behind the last that is not zero are not
// accepted: decoders filter such a block as if it were not empty, and how many there are could carry anything.
func (d *lossy) coded(r *boolReader, plane, n, context int) (nonzero uint8, err error) {
	at := func(context int) int { return nodes * (3*(8*plane+bands[n]) + context) }
	p := at(context)
	read := func(node int) bool {
		set := r.bit(d.probs[p+node])
		d.block.tokens = append(d.block.tokens, token{int16(p + node), 0, set})
		return set
	}
	fixed := func(prob uint8) {
		d.block.tokens = append(d.block.tokens, token{-1, prob, r.bit(prob)})
	}
	if !read(0) {
		return 0, nil
	}
	for n < 16 {
		n++
		if !read(1) {
			if n == 16 && !r.ended {
				return 0, coding("zeros behind the last coefficient")
			}
			p = at(0)
			continue
		}
		next := 1
		if read(2) {
			next = 2
			for _, prob := range d.large(read) {
				fixed(prob)
			}
		}
		fixed(128)
		if p = at(next); n == 16 || !read(0) {
			break
		}
	}
	return 1, nil
}

// large reads which range a number over 1 is in and returns the probabilities of its bits.
func (d *lossy) large(read func(int) bool) []uint8 {
	if !read(3) {
		if read(4) {
			read(5)
		}
		return nil
	}
	if !read(6) {
		if !read(7) {
			return extra[0]
		}
		return extra[1]
	}
	if !read(8) {
		if !read(9) {
			return extra[2]
		}
		return extra[3]
	}
	if !read(10) {
		return extra[4]
	}
	return extra[5]
}
