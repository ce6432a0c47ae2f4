package webp

// scanner goes from symbol to symbol of a picture.
type scanner struct {
	c     *lossless
	m     *picture
	g     *group
	write bool
}

// take reads a symbol of the k-th code and counts or writes it.
func (s *scanner) take(k int) int {
	symbol := s.g.codes[k].read(&s.c.in)
	if s.write {
		s.g.out[k].put(&s.c.out, symbol)
	} else {
		s.g.counts[k][symbol]++
	}
	return symbol
}

// number reads the bits behind the symbol of a length or distance.
func (s *scanner) number(symbol int) int {
	if symbol < 4 {
		return symbol + 1
	}
	n := (symbol - 2) >> 1
	v := s.c.in.read(n)
	if s.write {
		s.c.out.write(v, n)
	}
	return (2+symbol&1)<<n + v + 1
}

// symbol reads what stands for one pixel or more at a place and returns how many.
func (s *scanner) symbol(at, n int) (int, error) {
	green := s.take(0)
	switch {
	case green < literals:
		red, blue, alpha := s.take(1), s.take(2), s.take(3)
		s.add(uint32(alpha)<<24 | uint32(red)<<16 | uint32(green)<<8 | uint32(blue))
		return 1, nil
	case green < literals+prefixes:
		length := s.number(green - literals)
		distance := near(s.number(s.take(4)), s.m.width)
		if length > n-at || distance > at {
			return 0, damaged("VP8L reference")
		}
		if s.m.keep {
			for range length {
				s.add(s.m.pixels[len(s.m.pixels)-distance])
			}
		}
		return length, nil
	}
	if s.m.keep {
		s.add(s.m.cache[green-literals-prefixes])
	}
	return 1, nil
}

func (s *scanner) add(argb uint32) {
	if s.m.keep {
		s.m.pixels = append(s.m.pixels, argb)
		if s.m.cacheBits > 0 {
			s.m.cache[argb*0x1e35a7bd>>(32-s.m.cacheBits)] = argb
		}
	}
}

// nearby are the places of the 120 shortest distances: rows above, and 8 less columns to the left.
var nearby = [120]uint8{
	0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1a, 0x26, 0x2a, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1b, 0x36, 0x3a,
	0x25, 0x2b, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1c, 0x35, 0x3b, 0x46, 0x4a, 0x24, 0x2c, 0x58, 0x45, 0x4b, 0x34, 0x3c, 0x03,
	0x57, 0x59, 0x13, 0x1d, 0x56, 0x5a, 0x23, 0x2d, 0x44, 0x4c, 0x55, 0x5b, 0x33, 0x3d, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1e,
	0x66, 0x6a, 0x22, 0x2e, 0x54, 0x5c, 0x43, 0x4d, 0x65, 0x6b, 0x32, 0x3e, 0x78, 0x01, 0x77, 0x79, 0x53, 0x5d, 0x11, 0x1f,
	0x64, 0x6c, 0x42, 0x4e, 0x76, 0x7a, 0x21, 0x2f, 0x75, 0x7b, 0x31, 0x3f, 0x63, 0x6d, 0x52, 0x5e, 0x00, 0x74, 0x7c, 0x41,
	0x4f, 0x10, 0x20, 0x62, 0x6e, 0x30, 0x73, 0x7d, 0x51, 0x5f, 0x40, 0x72, 0x7e, 0x61, 0x6f, 0x50, 0x71, 0x7f, 0x60, 0x70,
}

// near turns a code for a distance into pixels.
func near(code, width int) int {
	if code > len(nearby) {
		return code - len(nearby)
	}
	v := int(nearby[code-1])
	return max(v>>4*width+8-v&15, 1)
}
