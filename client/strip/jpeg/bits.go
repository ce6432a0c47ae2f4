package jpeg

import (
	"encoding/binary"
	"math/bits"
)

// reader takes bits from entropy-coded data, without the zero bytes stuffed behind 0xff.
type reader struct {
	src   []byte
	start int // of the data
	pos   int // of the next byte to load
	// acc holds n bits at its top. The last fake of them are made up: they lie behind the end of the data.
	acc  uint64
	n    int
	fake int
}

// fill makes n at least 32.
func (r *reader) fill() {
	if r.pos+8 <= len(r.src) {
		v := binary.BigEndian.Uint64(r.src[r.pos:])
		// No byte of v is 0xff if no byte of ^v is zero.
		if (^v-0x0101010101010101)&v&0x8080808080808080 == 0 {
			// Bits below n may be set already: to those of the same bytes.
			r.acc |= v >> uint(r.n)
			r.pos += (63 - r.n) >> 3
			r.n |= 56
			return
		}
	}
	r.fillSlowly()
}

func (r *reader) fillSlowly() {
	for r.n <= 56 {
		if r.pos >= len(r.src) {
			r.fake += 64 - r.n
			r.n = 64
			return
		}
		b := r.src[r.pos]
		if b == 0xff {
			if r.pos+1 >= len(r.src) || r.src[r.pos+1] != 0 {
				r.fake += 64 - r.n
				r.n = 64
				return
			}
			r.pos++
		}
		r.pos++
		r.acc |= uint64(b) << uint(56-r.n)
		r.n += 8
	}
}

// take consumes count bits, 0 to 16.
func (r *reader) take(count int) uint32 {
	if r.n < count {
		r.fill()
	}
	v := uint32(r.acc >> 32 >> uint(32-count))
	r.acc <<= uint(count)
	r.n -= count
	return v
}

// symbol consumes one code.
func (r *reader) symbol(t *table) (byte, error) {
	if r.n < 16 {
		r.fill()
	}
	entry := t.look[r.acc>>(64-lookBits)]
	if entry == 0 {
		var ok bool
		if entry, ok = t.long(uint32(r.acc >> 48)); !ok {
			return 0, damaged("a code that is in no table")
		}
	}
	length := entry >> 24
	r.acc <<= length
	r.n -= int(length)
	return byte(entry >> 16), nil
}

// overrun reports whether more bits were taken than there are.
func (r *reader) overrun() bool { return r.n < r.fake }

// align ends an interval: it goes to the byte behind the last one that was begun, and reports whether the bits that
// fill it up are ones.
func (r *reader) align() (ones bool) {
	left := r.n - r.fake
	pad := left & 7
	ones = pad == 0 || r.acc>>(64-pad) == 1<<pad-1
	for range left / 8 {
		r.pos--
		if r.pos > r.start && r.src[r.pos] == 0 && r.src[r.pos-1] == 0xff {
			r.pos--
		}
	}
	r.acc, r.n, r.fake = 0, 0, 0
	return ones
}

// restart expects restart marker number and goes behind it. Exact is false if anything lies before it.
func (r *reader) restart(number int) (exact bool, junk []byte, err error) {
	from := r.pos
	for i := r.pos; i+1 < len(r.src); i++ {
		if r.src[i] != 0xff || r.src[i+1] == 0 || r.src[i+1] == 0xff {
			continue
		}
		if r.src[i+1] != byte(rst0+number&7) {
			break
		}
		r.pos = i + 2
		r.start = r.pos
		return i == from, r.src[from:i], nil
	}
	return false, nil, damaged("a restart marker is missing")
}

// writer appends bits, with a zero byte stuffed behind each 0xff. Of acc the low n bits wait, 31 at most.
type writer struct {
	out []byte
	acc uint64
	n   uint
}

// put appends the low count bits of v, at most 32.
func (w *writer) put(v uint32, count uint) {
	w.acc = w.acc<<count | uint64(v)
	w.n += count
	if w.n >= 32 {
		w.n -= 32
		four := uint32(w.acc >> w.n)
		// No byte is 0xff if no byte of its complement is zero.
		if (^four-0x01010101)&four&0x80808080 == 0 {
			w.out = binary.BigEndian.AppendUint32(w.out, four)
			return
		}
		w.stuffed(four)
	}
}

func (w *writer) stuffed(four uint32) {
	for shift := 24; shift >= 0; shift -= 8 {
		b := byte(four >> shift)
		if w.out = append(w.out, b); b == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

// align fills the last byte up with ones and writes all that waits.
func (w *writer) align() {
	pad := -w.n & 7
	w.acc, w.n = w.acc<<pad|(1<<pad-1), w.n+pad
	for ; w.n > 0; w.n -= 8 {
		b := byte(w.acc >> (w.n - 8))
		if w.out = append(w.out, b); b == 0xff {
			w.out = append(w.out, 0)
		}
	}
	w.acc = 0
}

// category returns how many bits the magnitude of v takes, and those bits as JPEG writes them.
func category(v int) (size int, extra uint32) {
	if v < 0 {
		size = bits.Len(uint(-v))
		return size, uint32(v-1) & (1<<size - 1)
	}
	return bits.Len(uint(v)), uint32(v)
}

// value is the inverse of category.
func value(size int, extra uint32) int {
	if size > 0 && extra>>(size-1) == 0 {
		return int(extra) - 1<<size + 1
	}
	return int(extra)
}
