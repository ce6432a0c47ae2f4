package jpeg

import "math/bits"

// Bounds of a run of bands that have ended: of its length, which the format sets, and of the bits in it that refine, where
// libjpeg begins a new run. Whoever codes as most do codes runs in no other way.
const (
	longestRun = 0x7fff
	mostHeld   = 1000 - 64 + 1
)

// bands is what of a scan of a band waits to be written: how many blocks have ended since the last coefficient, and the bits
// that refine coefficients, which stand behind the symbol of the run or of the next coefficient. A source may part runs as
// it likes, and may code zeros that an end would cover: either way of saying nothing could say something else.
type bands struct {
	left  int    // blocks that the source's run still covers
	ended int    // blocks of the run that is to be written
	held  []byte // the bits of that run, one a byte
	own   []byte // those of the block at hand that stand behind no symbol yet
	zeros []int  // runs of 16 zeros that are not written yet: how many bits are its own at the end of each
}

// band walks blocks of one component, for a band of its coefficients.
func (w *walker) band(from, to int) error {
	part := &w.s.parts[0]
	w.bands = bands{held: w.bands.held[:0], own: w.bands.own[:0], zeros: w.bands.zeros[:0]}
	block := w.acFirst
	if w.s.ah > 0 {
		block = w.acRefine
	}
	for i := from; i < to; i++ {
		if w.bands.left == 0 {
			if err := block(part, part.c.set(i), to-i); err != nil {
				return err
			}
		} else if w.s.ah > 0 {
			w.refine(*part.c.set(i), w.s.ss)
		}
		if w.bands.left > 0 {
			w.end(part)
		}
		if w.r.overrun() {
			return damaged("cut off in the coded data")
		}
	}
	w.flush(part)
	return nil
}

// set returns the set of nonzero coefficients of block i, counted without those outside of the picture.
func (c *component) set(i int) *uint64 { return &c.nonzero[i/c.blocksX*c.paddedX+i%c.blocksX] }

// acFirst walks a block of the first scan of a band of coefficients.
func (w *walker) acFirst(part *scanPart, nonzero *uint64, blocks int) error {
	zeros := 0
	for k := w.s.ss; k <= w.s.se; k++ {
		symbol, err := w.r.symbol(part.ac)
		if err != nil {
			return err
		}
		run, size := int(symbol>>4), int(symbol&15)
		if size == 0 && run < 15 {
			w.odd = w.odd || zeros > 0
			return w.endOfBand(run, blocks)
		}
		extra := w.r.take(size)
		if k += run; k > w.s.se {
			return damaged("coded data")
		}
		if size == 0 {
			zeros++
			continue
		}
		w.flush(part)
		for ; zeros > 0; zeros-- {
			w.symbol(part.acStats, 0xf0, 0, 0)
		}
		w.symbol(part.acStats, symbol, extra, size)
		*nonzero |= 1 << k
	}
	if zeros > 0 {
		w.endByZeros()
	}
	return nil
}

// endOfBand reads how many blocks end here, this one included. Decoders do not agree on what more than are left means.
func (w *walker) endOfBand(size, blocks int) error {
	w.bands.left = 1<<size | int(w.r.take(size))
	if w.bands.left > blocks {
		return damaged("a band ends beyond the scan")
	}
	// The run before could have gone on.
	w.odd = w.odd || w.bands.ended > 0
	return nil
}

// endByZeros is for a band that ends by a run of zeros, without the end that encoders write.
func (w *walker) endByZeros() {
	w.odd = true
	w.bands.left = 1
}

// end adds a block to the run that is to be written.
func (w *walker) end(part *scanPart) {
	b := &w.bands
	b.held, b.own = append(b.held, b.own...), b.own[:0]
	b.left--
	b.ended++
	if b.ended == longestRun || len(b.held) > mostHeld {
		w.flush(part)
		w.odd = w.odd || b.left > 0
	}
}

// flush writes the run of bands that have ended, with its bits.
func (w *walker) flush(part *scanPart) {
	b := &w.bands
	if b.ended == 0 {
		return
	}
	size := bits.Len(uint(b.ended)) - 1
	w.symbol(part.acStats, byte(size<<4), uint32(b.ended)&(1<<size-1), size)
	w.refined(b.held)
	b.ended, b.held = 0, b.held[:0]
}

// refined writes bits that refine coefficients.
func (w *walker) refined(list []byte) {
	if w.out == nil {
		return
	}
	for _, bit := range list {
		w.out.put(uint32(bit), 1)
	}
}

// acRefine walks a block of a scan that adds a bit to a band of coefficients.
func (w *walker) acRefine(part *scanPart, nonzero *uint64, blocks int) error {
	b := &w.bands
	for k := w.s.ss; k <= w.s.se; k++ {
		symbol, err := w.r.symbol(part.ac)
		if err != nil {
			return err
		}
		run, size := int(symbol>>4), int(symbol&15)
		if size == 0 && run < 15 {
			w.odd = w.odd || len(b.zeros) > 0
			b.zeros = b.zeros[:0]
			if err := w.endOfBand(run, blocks); err != nil {
				return err
			}
			w.refine(*nonzero, k)
			return nil
		}
		if size > 1 {
			return damaged("coded data")
		}
		extra := w.r.take(size)
		if k = w.correct(*nonzero, k, run); k > w.s.se {
			return damaged("coded data")
		}
		if size == 0 {
			b.zeros = append(b.zeros, len(b.own))
			continue
		}
		w.found(part, symbol, extra)
		*nonzero |= 1 << k
	}
	if len(b.zeros) > 0 {
		b.zeros = b.zeros[:0]
		w.endByZeros()
	}
	return nil
}

// found writes a coefficient that was zero so far, behind all that waits: the run with its bits, and zeros with theirs.
func (w *walker) found(part *scanPart, symbol byte, extra uint32) {
	b := &w.bands
	w.flush(part)
	done := 0
	for _, n := range b.zeros {
		w.symbol(part.acStats, 0xf0, 0, 0)
		w.refined(b.own[done:n])
		done = n
	}
	w.symbol(part.acStats, symbol, extra, 1)
	w.refined(b.own[done:])
	b.own, b.zeros = b.own[:0], b.zeros[:0]
}

// refine takes the bits of all coefficients from k on that are not zero. Most blocks have none.
func (w *walker) refine(nonzero uint64, k int) {
	for m := nonzero & (2<<w.s.se - 1) >> k << k; m != 0; m &= m - 1 {
		w.bands.own = append(w.bands.own, byte(w.r.take(1)))
	}
}

// correct takes the bits that refine coefficients from k on, past run zeros, and returns where the next zero is.
func (w *walker) correct(nonzero uint64, k, run int) int {
	for ; k <= w.s.se; k++ {
		if nonzero>>k&1 != 0 {
			w.bands.own = append(w.bands.own, byte(w.r.take(1)))
		} else if run--; run < 0 {
			break
		}
	}
	return k
}
