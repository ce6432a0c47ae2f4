package striptest

import "errors"

var errCoded = errors.New("jpeg: coded data")

// decoding is one scan, decoded in the plainest way there is.
type decoding struct {
	a              *accountant
	parts          []*accounted
	ss, se, ah, al int
	acc            byte
	left           int
	ended          int
	open           bool // the last run of ended bands could have gone on
	refined        int  // bits in it
	err            error
}

func (s *decoding) bit() int {
	if s.left == 0 {
		b := s.a.b
		if len(b) < 2 || b[0] == 0xff && b[1] != 0 {
			s.err = errCoded
			return 0
		}
		s.acc, s.left = b[0], 8
		s.a.b = b[1:]
		if b[0] == 0xff {
			s.a.b = b[2:]
		}
	}
	s.left--
	return int(s.acc >> s.left & 1)
}

func (s *decoding) bits(n int) (v int) {
	for range n {
		v = v<<1 | s.bit()
	}
	return v
}

func (s *decoding) signed(n int) int {
	v := s.bits(n)
	if n > 0 && v < 1<<(n-1) {
		return v - 1<<n + 1
	}
	return v
}

func (s *decoding) symbol(table byte) int {
	delete(s.a.needed, table)
	t, code := s.a.huff[table], uint32(0)
	for length := uint32(1); length <= 16; length++ {
		code = code<<1 | uint32(s.bit())
		if v, ok := t[length<<16|code]; ok {
			return int(v)
		}
	}
	s.err = errCoded
	return 0
}

// pad takes the rest of a byte, which has to be ones.
func (s *decoding) pad() {
	for s.left > 0 {
		if s.bit() != 1 {
			s.err = errors.New("jpeg: padding")
		}
	}
}

func (s *decoding) run() error {
	a := s.a
	perX := (a.w + 8*a.hMax - 1) / (8 * a.hMax)
	count := perX * ((a.h + 8*a.vMax - 1) / (8 * a.vMax))
	if len(s.parts) == 1 {
		perX, count = s.parts[0].bx, s.parts[0].bx*s.parts[0].by
	}
	if a.interval >= count && a.interval > 0 {
		return errors.New("jpeg: a restart interval that never ends")
	}
	for i := range count {
		if i == 0 || a.interval > 0 && i%a.interval == 0 {
			if i > 0 {
				s.pad()
				if len(a.b) < 2 || a.b[0] != 0xff || int(a.b[1]) != 0xd0+(i/a.interval-1)&7 {
					return errors.New("jpeg: restart marker")
				}
				a.b = a.b[2:]
			}
			if s.ended > 0 {
				return errors.New("jpeg: a band ends beyond the interval")
			}
			s.open = false
			for _, p := range s.parts {
				p.predicted = 0
			}
		}
		for _, p := range s.parts {
			h, v := 1, 1
			if len(s.parts) > 1 {
				h, v = p.h, p.v
			}
			for b := range h * v {
				x, y := i%perX*h+b%h, i/perX*v+b/h
				before := p.predicted
				block := &p.coefficients[y*p.padded+x]
				s.block(p, block)
				if x >= p.bx || y >= p.by {
					if p.predicted != before || *block != [64]int{block[0]} || s.ah > 0 && block[0]>>s.al&1 != 0 {
						return errors.New("jpeg: a block outside of the picture holds something")
					}
				}
			}
		}
		if s.err != nil {
			return s.err
		}
	}
	s.pad()
	if s.ended > 0 {
		return errors.New("jpeg: a band ends beyond the scan")
	}
	return s.err
}

func (s *decoding) block(p *accounted, b *[64]int) {
	k := s.ss
	if k == 0 {
		if s.ah > 0 {
			b[0] = b[0]&^(1<<s.al) | s.bit()<<s.al
		} else {
			p.predicted += s.signed(s.symbol(p.dc))
			b[0] = p.predicted << s.al
		}
		k = 1
	}
	switch {
	case s.se == 0:
	case s.ah > 0:
		s.refine(p, b, k)
	case s.ended > 0:
		s.ended--
	default:
		zeros := false
		for k <= s.se && s.err == nil {
			v := s.symbol(p.ac)
			run, size := v>>4, v&15
			if size == 0 && run < 15 {
				if s.a.sof != 0xc2 && run > 0 || zeros {
					s.err = errCoded
				}
				s.end(run)
				s.ended--
				return
			}
			zeros, s.open = size == 0, false
			if k += run; k > s.se || k == s.se && size == 0 {
				s.err = errCoded
				return
			}
			b[k] = s.signed(size) << s.al
			k++
		}
	}
}

// end reads how long a run of ended bands is. It must not follow one that could have gone on.
func (s *decoding) end(run int) {
	s.ended = 1<<run + s.bits(run)
	if s.open {
		s.err = errors.New("jpeg: a run that is in two")
	}
	s.open, s.refined = s.a.sof == 0xc2 && s.ended < 0x7fff, 0
}

// refine adds a bit to what is known of a block.
func (s *decoding) refine(p *accounted, b *[64]int, k int) {
	bits := 0
	correct := func(zeros int) {
		bits = 0
		for ; k <= s.se; k++ {
			if b[k] == 0 {
				if zeros == 0 {
					return
				}
				zeros--
				continue
			}
			if bits++; s.bit() == 1 {
				if b[k] > 0 {
					b[k] += 1 << s.al
				} else {
					b[k] -= 1 << s.al
				}
			}
		}
	}
	zeros := false
	for s.ended == 0 && k <= s.se && s.err == nil {
		v := s.symbol(p.ac)
		run, size := v>>4, v&15
		if size == 0 && run < 15 {
			if s.end(run); zeros {
				s.err = errors.New("jpeg: zeros that an end covers")
			}
			break
		}
		zeros, s.open = size == 0, false
		fresh := 0
		if size == 1 {
			fresh = 2*s.bit() - 1
		}
		correct(run)
		if k > s.se {
			s.err = errCoded
			return
		}
		b[k] = fresh << s.al
		k++
	}
	if s.ended > 0 {
		correct(64)
		s.ended--
		if s.refined += bits; s.refined > 1000-63 {
			// libjpeg begins a new run here.
			if s.open = false; s.ended > 0 {
				s.err = errors.New("jpeg: a run of too many bits")
			}
		}
	} else if zeros {
		s.err = errors.New("jpeg: zeros that an end covers")
	}
}
