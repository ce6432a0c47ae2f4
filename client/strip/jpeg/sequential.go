package jpeg

// sequential checks the coded data of a baseline or extended scan: the fast pass. It decodes no values, only lengths.
type sequential struct {
	r    reader
	s    *scan
	odd  bool
	junk [][]byte
}

// unit is one block of an MCU.
type unit struct {
	c                *component
	dc, ac           *table
	dcStats, acStats *stats
	x, y             int // within the MCU
	h, v             int // the component's blocks in an MCU
	blocksX, blocksY int
	empty            bool   // the block of this MCU: same DC as before, nothing else
	seen             uint64 // which coefficients are not zero in some block
}

// run decodes the scan.
func (q *sequential) run() error {
	units := q.s.units()
	x, y := 0, 0
	for i := 0; i < q.s.mcus; i++ {
		if q.s.interval > 0 && i > 0 && i%q.s.interval == 0 {
			if err := q.restart(i/q.s.interval - 1); err != nil {
				return err
			}
		}
		edge := q.s.interleaved() && (x == q.s.mcusX-1 || i >= q.s.mcus-q.s.mcusX)
		for k := range units {
			u := &units[k]
			found := q.r.block(u)
			if found == plain {
				continue
			}
			if found == broken {
				return damaged("coded data")
			}
			if found == loose {
				q.odd = true
			}
		}
		if edge {
			q.edge(units, x, y)
		}
		if q.r.overrun() {
			return damaged("cut off in the coded data")
		}
		if x++; x == q.s.mcusX {
			x, y = 0, y+1
		}
	}
	if !q.r.align() {
		q.odd = true
	}
	for k := range units {
		units[k].c.seen |= units[k].seen
	}
	return nil
}

// edge looks at an MCU that reaches over the edge of the picture: blocks outside have to be empty.
func (q *sequential) edge(units []unit, x, y int) {
	for k := range units {
		u := &units[k]
		if !u.empty && (x*u.h+u.x >= u.blocksX || y*u.v+u.y >= u.blocksY) {
			q.odd = true
		}
	}
}

// What block found.
const (
	plain  = iota
	loose  // not coded as every encoder does: zeros before the end of block, or in its stead
	broken // not decodable
)

// block consumes one block and counts its symbols. It keeps the reader's state in registers: nearly all of the time of a
// strip is spent here.
func (r *reader) block(u *unit) int {
	if r.n < 32 {
		r.fill()
	}
	entry := u.dc.look[r.acc>>(64-lookBits)]
	if entry == 0 {
		var ok bool
		if entry, ok = u.dc.long(uint32(r.acc >> 48)); !ok {
			return broken
		}
	}
	symbol := byte(entry >> 16)
	if symbol > 15 {
		return broken
	}
	u.dcStats.count[symbol]++
	acc, n := r.acc<<(entry&63), r.n-int(entry&63)
	u.empty = false
	first := symbol == 0
	look, counts := &u.ac.look, &u.acStats.count
	found, seen := plain, uint64(0)
	for k := uint32(1); k < 64; {
		if n < 32 {
			r.acc, r.n = acc, n
			r.fill()
			acc, n = r.acc, r.n
		}
		entry := look[acc>>(64-lookBits)]
		if entry == 0 {
			var ok bool
			if entry, ok = u.ac.long(uint32(acc >> 48)); !ok {
				return broken
			}
		}
		acc <<= entry & 63
		n -= int(entry & 63)
		symbol := byte(entry >> 16)
		counts[symbol]++
		if symbol&15 == 0 {
			if symbol == 0 {
				u.empty = first && k == 1
				break
			}
			if symbol != 0xf0 {
				return broken
			}
			if k+16 > 63 || r.zerosFollow(u.ac, acc, n) {
				found = loose
			}
			if k += 16; k > 64 {
				return broken
			}
			continue
		}
		if k += entry >> 6 & 127; k > 64 {
			return broken
		}
		seen |= 1 << ((k - 1) & 63)
	}
	u.seen |= seen
	r.acc, r.n = acc, n
	return found
}

// zerosFollow reports whether an end of block is what comes next, so that the run of 16 zeros before it says nothing. The reader
// itself stays where it is.
func (r *reader) zerosFollow(t *table, acc uint64, n int) bool {
	ahead := *r
	ahead.acc, ahead.n = acc, n
	symbol, err := ahead.symbol(t)
	return err == nil && symbol == 0
}

func (q *sequential) restart(number int) error {
	if !q.r.align() {
		q.odd = true
	}
	exact, junk, err := q.r.restart(number)
	if !exact {
		q.odd = true
		q.junk = append(q.junk, junk)
	}
	return err
}

func (s *scan) units() []unit {
	var list []unit
	for i := range s.parts {
		part := &s.parts[i]
		u := unit{
			c: part.c, dc: part.dc, ac: part.ac, dcStats: part.dcStats, acStats: part.acStats, h: 1, v: 1,
			blocksX: part.c.blocksX, blocksY: part.c.blocksY,
		}
		if s.interleaved() {
			u.h, u.v = int(part.c.h), int(part.c.v)
		}
		for u.y = 0; u.y < u.v; u.y++ {
			for u.x = 0; u.x < u.h; u.x++ {
				list = append(list, u)
			}
		}
	}
	return list
}
