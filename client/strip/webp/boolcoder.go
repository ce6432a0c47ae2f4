package webp

// boolReader is the arithmetic decoder of RFC 6386, section 7.
type boolReader struct {
	buf   []byte
	width uint32 // of the interval
	value uint32 // the bits that are loaded, less the interval's lower end; 8 of them count
	bits  int    // loaded behind those 8, -8 at first
	ended bool   // a bit was asked for that is not there
}

func newBoolReader(buf []byte) boolReader { return boolReader{buf: buf, width: 255, bits: -8} }

// bit decodes one that is 0 with a probability of prob/256.
func (r *boolReader) bit(prob uint8) bool {
	if r.bits < 0 {
		if len(r.buf) == 0 {
			r.ended = true
			return false
		}
		r.value = r.value<<8 | uint32(r.buf[0])
		r.buf = r.buf[1:]
		r.bits += 8
	}
	split := 1 + (r.width-1)*uint32(prob)>>8
	high := split << r.bits
	set := r.value >= high
	if set {
		r.value -= high
		r.width -= split
	} else {
		r.width = split
	}
	for r.width < 128 {
		r.width <<= 1
		r.bits--
	}
	return set
}

func (r *boolReader) flag() bool { return r.bit(128) }

func (r *boolReader) uint(n int) (v int) {
	for range n {
		v <<= 1
		if r.flag() {
			v |= 1
		}
	}
	return v
}

// optional reads a number that is there if a flag says so, its sign behind it.
func (r *boolReader) optional(n int) int {
	if !r.flag() {
		return 0
	}
	v := r.uint(n)
	if r.flag() {
		return -v
	}
	return v
}

// boolWriter is the encoder that belongs to it.
type boolWriter struct {
	out    []byte
	width  uint32
	bottom uint64 // of the interval; 32 bits that may still be carried into, one more for the carry
	shifts int
	before int // shifts before the last bit
	count  int // shifts until the next byte is put out
}

func newBoolWriter() boolWriter { return boolWriter{width: 255, count: 24} }

func (w *boolWriter) bit(prob uint8, set bool) {
	w.before = w.shifts
	split := 1 + (w.width-1)*uint32(prob)>>8
	if set {
		w.bottom += uint64(split)
		w.width -= split
	} else {
		w.width = split
	}
	for w.width < 128 {
		w.width <<= 1
		w.shift()
	}
}

func (w *boolWriter) shift() {
	if w.bottom&(1<<31) != 0 {
		w.carry()
	}
	w.bottom = w.bottom << 1 & (1<<32 - 1)
	w.shifts++
	if w.count--; w.count == 0 {
		w.out = append(w.out, byte(w.bottom>>24))
		w.bottom &= 1<<24 - 1
		w.count = 8
	}
}

func (w *boolWriter) carry() {
	i := len(w.out) - 1
	for ; i >= 0 && w.out[i] == 255; i-- {
		w.out[i] = 0
	}
	if i >= 0 {
		w.out[i]++
	}
}

func (w *boolWriter) flag(set bool) { w.bit(128, set) }

func (w *boolWriter) uint(v, n int) {
	for n--; n >= 0; n-- {
		w.flag(v>>n&1 == 1)
	}
}

func (w *boolWriter) optional(v, n int) {
	w.flag(v != 0)
	if v != 0 {
		w.uint(max(v, -v), n)
		w.flag(v < 0)
	}
}

// finish returns what a decoder loads until it has the last bit, and no byte more.
func (w *boolWriter) finish() []byte {
	need := (w.before + 8 + 7) / 8
	for range 32 {
		w.shift()
	}
	return w.out[:need]
}
