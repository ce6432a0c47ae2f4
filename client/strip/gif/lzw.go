package gif

import "compress/lzw"

const (
	maxBits   = 12
	tableSize = 1 << maxBits
)

// decoder turns the codes of one frame into pixels. Its tables are used again for the next frame.
type decoder struct {
	prefix [tableSize]uint16
	suffix [tableSize]byte
	first  [tableSize]byte
	length [tableSize]uint16
}

// decode fills dst and returns how many bytes of the blocks' content were used, and whether codes were left over between
// the last pixel and the end code. It fails if there are not enough pixels.
func (d *decoder) decode(dst []byte, blocks []byte, bits byte) (used int, more bool, err error) {
	clear, end := 1<<bits, 1<<bits+1
	for i := range clear {
		d.suffix[i], d.first[i], d.length[i] = byte(i), byte(i), 1
	}
	width, next, last := int(bits)+1, end+1, -1
	in := reader{blocks: blocks}
	n := 0
	for {
		code := in.code(width)
		switch {
		case code == end || code < 0:
			if n < len(dst) {
				// Decoders differ in what they show of the rest.
				return 0, false, coding("a frame with too few pixels")
			}
			return in.used, more, nil
		case code == clear:
			width, next, last = int(bits)+1, end+1, -1
			continue
		case last < 0 && code > end, code > next, code == next && next == tableSize:
			if n == len(dst) {
				return in.used, true, nil
			}
			return 0, false, damaged("a code that stands for nothing")
		}
		if n == len(dst) {
			// No decoder shows these. Reading on only says whether anything else is there.
			return in.used, true, nil
		}
		if last >= 0 && next < tableSize {
			d.prefix[next], d.first[next], d.length[next] = uint16(last), d.first[last], d.length[last]+1
			if code == next {
				d.suffix[next] = d.first[last]
			} else {
				d.suffix[next] = d.first[code]
			}
			if next++; next == 1<<width && width < maxBits {
				width++
			}
		}
		n += d.expand(dst[n:], code, clear)
		last = code
	}
}

// expand writes the pixels of a code, as many as there is room for.
func (d *decoder) expand(dst []byte, code, clear int) int {
	n := int(d.length[code])
	for i := n - 1; i >= 0; i-- {
		if i < len(dst) {
			dst[i] = d.suffix[code]
		}
		if code >= clear {
			code = int(d.prefix[code])
		}
	}
	return min(n, len(dst))
}

// reader reads codes, lowest bits first, from blocks that begin with their length.
type reader struct {
	blocks []byte
	left   int // bytes of the current block
	buffer uint32
	count  int
	used   int
}

// code returns the next code, -1 if there is none.
func (r *reader) code(width int) int {
	for r.count < width {
		if r.left == 0 {
			if len(r.blocks) == 0 {
				return -1
			}
			r.left, r.blocks = int(r.blocks[0]), r.blocks[1:]
		}
		r.buffer |= uint32(r.blocks[0]) << r.count
		r.blocks, r.left, r.used, r.count = r.blocks[1:], r.left-1, r.used+1, r.count+8
	}
	code := int(r.buffer & (1<<width - 1))
	r.buffer >>= width
	r.count -= width
	return code
}

// blockWriter cuts what is written into blocks of 255 bytes.
type blockWriter struct {
	out   []byte
	start int // where the length of the current block stands
}

func (w *blockWriter) Write(b []byte) (int, error) {
	for _, c := range b {
		w.WriteByte(c)
	}
	return len(b), nil
}

// WriteByte keeps the coder from putting a buffer of its own in between.
func (w *blockWriter) WriteByte(c byte) error {
	if len(w.out)-w.start == 256 {
		w.out[w.start] = 255
		w.start = len(w.out)
		w.out = append(w.out, 0)
	}
	w.out = append(w.out, c)
	return nil
}

func (w *blockWriter) Flush() error { return nil }

// encode appends the pixels as blocks, with the empty one at the end.
func encode(out, pixels []byte, bits int) ([]byte, error) {
	out = append(out, byte(bits))
	w := &blockWriter{out: append(out, 0), start: len(out)}
	z := lzw.NewWriter(w, lzw.LSB, bits)
	if _, err := z.Write(pixels); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	w.out[w.start] = byte(len(w.out) - w.start - 1)
	return append(w.out, 0), nil
}
