package bmff

import "bytes"

// Sequence is what a sequence header says (section 5.5 of the AV1 specification).
type Sequence struct {
	Profile, Level, Tier   int // of the first operating point
	Still, Reduced         bool
	Width, Height          int // the largest
	BitDepth               int
	Mono                   bool
	SubX, SubY             int
	SamplePosition         int
	Primaries, Transfer    int
	Matrix                 int
	FullRange              bool
	FilmGrain              bool
	OperatingPoints        []OperatingPoint
	InitialDelay           bool
	decoderModel, equal    bool
	removalBits, timeBits  int
	widthBits, heightBits  int
	idBits                 int // of frame ids, 0 if there are none
	hintBits               int
	large                  bool // superblocks of 128
	screenTools, integerMV int  // 2: each frame says
	superres, cdef         bool
	restoration            bool
	separateUV             bool
	// rangeAt is where the bit of the range is, timingAt where the timing is; 0 if not written.
	rangeAt, timingAt int
}

// OperatingPoint is a choice of layers.
type OperatingPoint struct {
	Layers int // operating_point_idc
	model  bool
}

// ParseSequence reads the content of a sequence header, to the last bit.
func ParseSequence(b []byte) (*Sequence, error) {
	r := BitsOf(b)
	s := &Sequence{Profile: r.U(3), Still: r.Flag(), Reduced: r.Flag()}
	if s.Reduced {
		s.Level = r.U(5)
		s.OperatingPoints = []OperatingPoint{{}}
	} else {
		s.operatingPoints(r)
	}
	s.widthBits, s.heightBits = r.U(4)+1, r.U(4)+1
	s.Width, s.Height = r.U(s.widthBits)+1, r.U(s.heightBits)+1
	if !s.Reduced && r.Flag() {
		delta := r.U(4) + 2
		s.idBits = r.U(3) + 1 + delta
	}
	s.large = r.Flag()
	r.Skip(2) // filter intra, edge filter
	s.screenTools, s.integerMV = 2, 2
	if !s.Reduced {
		s.tools(r)
	}
	s.superres, s.cdef, s.restoration = r.Flag(), r.Flag(), r.Flag()
	s.color(r)
	s.FilmGrain = r.Flag()
	if r.Failed() || s.Profile > 2 || s.Reduced && !s.Still || !r.Trailing() {
		return nil, ErrFormat
	}
	return s, nil
}

func (s *Sequence) operatingPoints(r *Bits) {
	delayBits := 0
	if r.Flag() {
		s.timingAt = r.Position()
		r.Skip(64)
		if s.equal = r.Flag(); s.equal {
			r.UE()
		}
		if s.decoderModel = r.Flag(); s.decoderModel {
			delayBits = r.U(5) + 1
			r.Skip(32)
			s.removalBits, s.timeBits = r.U(5)+1, r.U(5)+1
		}
	}
	s.InitialDelay = r.Flag()
	for i := range r.U(5) + 1 {
		p := OperatingPoint{Layers: r.U(12)}
		level, tier := r.U(5), 0
		if level > 7 {
			tier = r.U(1)
		}
		if i == 0 {
			s.Level, s.Tier = level, tier
		}
		if s.decoderModel && r.Flag() {
			p.model = true
			r.Skip(2*delayBits + 1)
		}
		if s.InitialDelay && r.Flag() {
			r.Skip(4)
		}
		s.OperatingPoints = append(s.OperatingPoints, p)
	}
}

func (s *Sequence) tools(r *Bits) {
	r.Skip(4) // compound modes, warped motion, dual filter
	hints := r.Flag()
	if hints {
		r.Skip(2)
	}
	if !r.Flag() {
		s.screenTools = r.U(1)
	}
	if s.screenTools > 0 && !r.Flag() {
		s.integerMV = r.U(1)
	}
	if hints {
		s.hintBits = r.U(3) + 1
	}
}

func (s *Sequence) color(r *Bits) {
	s.BitDepth = 8
	if r.Flag() {
		s.BitDepth = 10
		if s.Profile == 2 && r.Flag() {
			s.BitDepth = 12
		}
	}
	s.Mono = s.Profile != 1 && r.Flag()
	s.Primaries, s.Transfer, s.Matrix = 2, 2, 2
	if r.Flag() {
		s.Primaries, s.Transfer, s.Matrix = r.U(8), r.U(8), r.U(8)
	}
	if s.Primaries == 1 && s.Transfer == 13 && s.Matrix == 0 && !s.Mono {
		s.FullRange = true
		s.separateUV = r.Flag()
		return
	}
	s.rangeAt = r.Position()
	s.FullRange = r.Flag()
	switch {
	case s.Mono:
		s.SubX, s.SubY = 1, 1
		return
	case s.Profile == 0:
		s.SubX, s.SubY = 1, 1
	case s.Profile == 2 && s.BitDepth == 12:
		if s.SubX = r.U(1); s.SubX == 1 {
			s.SubY = r.U(1)
		}
	case s.Profile == 2:
		s.SubX = 1
	}
	if s.SubX+s.SubY == 2 {
		s.SamplePosition = r.U(2)
	}
	s.separateUV = r.Flag()
}

func (s *Sequence) planes() int {
	if s.Mono {
		return 1
	}
	return 3
}

// Config returns the content of the av1C box that belongs to a sequence header, without any units in it.
func (s *Sequence) Config() []byte {
	bit := func(v bool, at int) byte {
		if v {
			return 1 << at
		}
		return 0
	}
	return []byte{
		0x81, byte(s.Profile<<5 | s.Level),
		byte(s.Tier<<7) | bit(s.BitDepth > 8, 6) | bit(s.BitDepth == 12, 5) | bit(s.Mono, 4) | byte(s.SubX<<3|s.SubY<<2|s.SamplePosition), 0,
	}
}

// Untimed returns the content of a sequence header with clock rates that say nothing: a still has none. Nothing else
// depends on them.
func (s *Sequence) Untimed(b []byte) []byte {
	if s.timingAt == 0 {
		return b
	}
	b = bytes.Clone(b)
	for i := range 64 {
		at := s.timingAt + i
		b[at>>3] &^= 0x80 >> (at & 7)
		if i%32 == 31 {
			b[at>>3] |= 0x80 >> (at & 7)
		}
	}
	return b
}

// WithRange returns the content of a sequence header with the bit of the colour range set or not; the same if it cannot be
// said otherwise.
func (s *Sequence) WithRange(b []byte, full bool) []byte {
	if s.rangeAt == 0 || full == s.FullRange {
		return b
	}
	b = bytes.Clone(b)
	b[s.rangeAt>>3] ^= 0x80 >> (s.rangeAt & 7)
	return b
}
