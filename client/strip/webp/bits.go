package webp

// bitReader reads bits of a VP8L stream, lowest first.
type bitReader struct {
	buf   []byte
	cache uint64
	count int
	// missing counts bytes that were asked for and are not there; ended says that one of their bits was needed.
	missing int
	ended   bool
}

// fill makes 32 bits ready; behind the end they are zeros.
func (r *bitReader) fill() {
	for r.count < 32 {
		if len(r.buf) > 0 {
			r.cache |= uint64(r.buf[0]) << r.count
			r.buf = r.buf[1:]
		} else {
			r.missing++
		}
		r.count += 8
	}
}

func (r *bitReader) skip(n int) {
	r.cache >>= n
	r.count -= n
	// Bits that were made up lie above all others.
	r.ended = r.ended || r.count < 8*r.missing
}

// read returns n bits, 24 at most.
func (r *bitReader) read(n int) int {
	r.fill()
	v := int(r.cache & (1<<n - 1))
	r.skip(n)
	return v
}

func (r *bitReader) flag() bool { return r.read(1) == 1 }

// bitWriter writes them; what is left of the last byte is zero.
type bitWriter struct {
	out   []byte
	cache uint64
	count int
}

func (w *bitWriter) write(v, n int) {
	w.cache |= uint64(v) << w.count
	for w.count += n; w.count >= 8; w.count -= 8 {
		w.out = append(w.out, byte(w.cache))
		w.cache >>= 8
	}
}

func (w *bitWriter) flag(set bool) {
	v := 0
	if set {
		v = 1
	}
	w.write(v, 1)
}

func (w *bitWriter) finish() []byte {
	if w.count > 0 {
		w.out = append(w.out, byte(w.cache))
	}
	return w.out
}
