package jpeg

// walker decodes a scan symbol by symbol and writes it again, symbol by symbol, in canonical form; without an emitter it
// only counts. It serves progressive scans, and those that the fast pass found odd.
type walker struct {
	r     reader
	s     *scan
	out   *emitter
	odd   bool
	junk  [][]byte
	bands bands
}

// emitter writes codes of the tables that the counts of an earlier walk have made.
type emitter struct{ writer }

type codebook struct {
	code   [256]uint16
	length [256]uint8
	table  *table
}

func newCodebook(t *table) *codebook {
	b := &codebook{table: t}
	code, index := uint16(0), 0
	for length := 1; length <= 16; length++ {
		for range t.counts[length-1] {
			b.code[t.values[index]], b.length[t.values[index]] = code, uint8(length)
			code++
			index++
		}
		code <<= 1
	}
	return b
}

// symbol counts and writes a symbol with its extra bits.
func (w *walker) symbol(st *stats, symbol byte, extra uint32, size int) {
	b := st.book
	if b == nil {
		st.count[symbol]++
		return
	}
	w.out.put(uint32(b.code[symbol]), uint(b.length[symbol]))
	w.out.put(extra, uint(size))
}

// bit copies one bit.
func (w *walker) bit() uint32 {
	v := w.r.take(1)
	if w.out != nil {
		w.out.put(v, 1)
	}
	return v
}

// run walks the whole scan, one restart interval after the other.
func (w *walker) run() error {
	step := w.s.interval
	if step == 0 {
		step = w.s.mcus
	}
	for from, number := 0, 0; from < w.s.mcus; from, number = from+step, number+1 {
		if number > 0 {
			exact, junk, err := w.r.restart(number - 1)
			if err != nil {
				return err
			}
			if !exact {
				w.odd = true
				w.junk = append(w.junk, junk)
			}
			if w.out != nil {
				w.out.out = append(w.out.out, 0xff, byte(rst0+(number-1)&7))
			}
		}
		if err := w.interval(from, min(from+step, w.s.mcus)); err != nil {
			return err
		}
		if w.r.overrun() {
			return damaged("cut off in the coded data")
		}
		if !w.r.align() {
			w.odd = true
		}
		if w.out != nil {
			w.out.align()
		}
	}
	return nil
}

// interval walks the MCUs from from to to.
func (w *walker) interval(from, to int) error {
	for i := range w.s.parts {
		w.s.parts[i].pred, w.s.parts[i].outPred = 0, 0
	}
	if w.s.ss > 0 {
		return w.band(from, to)
	}
	for i := from; i < to; i++ {
		if err := w.mcu(i); err != nil {
			return err
		}
		if w.r.overrun() {
			return damaged("cut off in the coded data")
		}
	}
	return nil
}

// mcu walks the blocks of a unit that has DC coefficients.
func (w *walker) mcu(i int) error {
	for p := range w.s.parts {
		part := &w.s.parts[p]
		h, v := 1, 1
		if w.s.interleaved() {
			h, v = int(part.c.h), int(part.c.v)
		}
		x0, y0 := i%w.s.mcusX*h, i/w.s.mcusX*v
		for b := range h * v {
			outside := x0+b%h >= part.c.blocksX || y0+b/h >= part.c.blocksY
			if err := w.block(part, outside); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) block(part *scanPart, outside bool) error {
	if w.s.ah > 0 {
		return w.dcRefine(outside)
	}
	symbol, err := w.r.symbol(part.dc)
	if err != nil {
		return err
	}
	if symbol > 15 {
		return damaged("coded data")
	}
	part.pred += value(int(symbol), w.r.take(int(symbol)))
	if part.pred > 16383 || part.pred < -16384 {
		return damaged("a coefficient out of range")
	}
	if outside {
		w.odd = w.odd || symbol != 0
		w.symbol(part.dcStats, 0, 0, 0)
	} else {
		size, extra := category(part.pred - part.outPred)
		part.outPred = part.pred
		w.symbol(part.dcStats, byte(size), extra, size)
	}
	switch {
	case part.ac == nil:
		return nil
	case outside:
		return w.acSequential(part, outside)
	}
	return w.acInside(part)
}

// dcRefine copies the next bit of a DC coefficient.
func (w *walker) dcRefine(outside bool) error {
	if !outside {
		w.bit()
		return nil
	}
	if w.r.take(1) != 0 {
		w.odd = true
	}
	if w.out != nil {
		w.out.put(0, 1)
	}
	return nil
}

// acSequential walks the AC coefficients of a block of a sequential scan.
func (w *walker) acSequential(part *scanPart, outside bool) error {
	zeros := 0 // runs of 16 that are not written yet
	for k := 1; k < 64; k++ {
		symbol, err := w.r.symbol(part.ac)
		if err != nil {
			return err
		}
		run, size := int(symbol>>4), int(symbol&15)
		extra := w.r.take(size)
		if size == 0 && run == 0 {
			break
		}
		if size == 0 && run != 15 {
			return damaged("coded data")
		}
		if k += run; k > 63 {
			return damaged("coded data")
		}
		if size == 0 {
			zeros++
		}
		if outside {
			w.odd = true
			continue
		}
		if size > 0 {
			for ; zeros > 0; zeros-- {
				w.symbol(part.acStats, 0xf0, 0, 0)
			}
			w.symbol(part.acStats, symbol, extra, size)
			if k == 63 {
				return nil
			}
		}
	}
	w.odd = w.odd || zeros > 0
	w.symbol(part.acStats, 0, 0, 0)
	return nil
}

// acInside does the same for a block of the picture, which nearly all are: with the reader's state in registers.
func (w *walker) acInside(part *scanPart) error {
	r, st := &w.r, part.acStats
	look, book := &part.ac.look, st.book
	acc, n := r.acc, r.n
	zeros := 0
	for k := uint32(1); k < 64; {
		if n < 32 {
			r.acc, r.n = acc, n
			r.fill()
			acc, n = r.acc, r.n
		}
		entry := look[acc>>(64-lookBits)]
		if entry == 0 {
			var ok bool
			if entry, ok = part.ac.long(uint32(acc >> 48)); !ok {
				return damaged("a code that is in no table")
			}
		}
		symbol, size := byte(entry>>16), uint(entry>>16&15)
		behind := acc << (entry >> 24 & 31)
		acc <<= entry & 63
		n -= int(entry & 63)
		if size == 0 {
			if symbol == 0 {
				break
			}
			if symbol != 0xf0 {
				return damaged("coded data")
			}
			zeros++
			if k += 16; k > 63 {
				return damaged("coded data")
			}
			continue
		}
		if k += entry >> 6 & 127; k > 64 {
			return damaged("coded data")
		}
		for ; zeros > 0; zeros-- {
			w.symbol(st, 0xf0, 0, 0)
		}
		if book == nil {
			st.count[symbol]++
			part.c.seen |= 1 << ((k - 1) & 63)
		} else {
			w.out.put(uint32(book.code[symbol])<<size|uint32(behind>>(64-size)), uint(book.length[symbol])+size)
		}
		if k == 64 {
			r.acc, r.n = acc, n
			return nil
		}
	}
	r.acc, r.n = acc, n
	w.odd = w.odd || zeros > 0
	w.symbol(st, 0, 0, 0)
	return nil
}
