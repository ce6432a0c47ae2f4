package bmff

// SPS is what a sequence parameter set says.
type SPS struct {
	ID, VPS       int
	General       []byte // profile, compatibility, constraints and level: the 12 bytes that hvcC repeats
	SubLayers     int
	Nested        bool
	Chroma        int // chroma_format_idc
	DepthLuma     int
	DepthChroma   int
	Width, Height int // after the conformance window
	// Cropped is how many columns and rows the window hides.
	CroppedX, CroppedY          int
	Primaries, Transfer, Matrix int
	FullRange                   bool
	payload                     []byte
	// Where parts of payload begin and end, in bits.
	profileEnd, orderingAt, orderingEnd int
	setsAt, setsEnd, usabilityEnd, end  int
	held, reordered                     int // pictures, of the last layer
	signal, coloursTold, chromaTold     bool
	chromaAt                            [2]int
	pocBits                             int
	sets                                [][]int // short-term reference picture sets: the distances of each
}

// ParseVPS checks a video parameter set, to the last bit, and returns its id.
func ParseVPS(n NAL) (id int, err error) {
	r := BitsOf(n.Payload())
	id = r.U(4)
	r.Skip(2)
	r.Skip(6) // layers above the first
	sub := r.U(3)
	r.Skip(1)
	if r.U(16) != 0xffff {
		return 0, ErrFormat
	}
	profile(r, sub)
	ordering(r, sub)
	top := r.U(6)
	for range bounded(r, 1023) {
		r.Skip(top + 1)
	}
	if r.Flag() {
		r.Skip(64)
		if r.Flag() {
			r.UE()
		}
		for i := range bounded(r, 1023) {
			r.UE()
			reference(r, i == 0 || r.Flag(), sub)
		}
	}
	if r.Flag() || !n.Escaped() || !r.Trailing() {
		return 0, ErrFormat
	}
	return id, nil
}

// bounded reads a count of things that cannot be more than most.
func bounded(r *Bits, most int) int {
	n := r.UE()
	if n > most {
		r.failed = true
	}
	if r.failed {
		return 0
	}
	return n
}

// profile reads profile_tier_level.
func profile(r *Bits, sub int) {
	r.Skip(96)
	var has [8][2]bool
	for i := range sub {
		has[i] = [2]bool{r.Flag(), r.Flag()}
	}
	if sub > 0 {
		r.Skip(2 * (8 - sub))
	}
	for _, h := range has[:sub] {
		if h[0] {
			r.Skip(88)
		}
		if h[1] {
			r.Skip(8)
		}
	}
}

// ordering reads how many pictures a decoder holds and puts in another order, and returns the last of these.
func ordering(r *Bits, sub int) (held, reordered int) {
	n := 1
	if r.Flag() {
		n = sub + 1
	}
	for range n {
		held, reordered = bounded(r, 15), bounded(r, 15)
		r.UE()
	}
	return held, reordered
}

// reference reads hrd_parameters.
func reference(r *Bits, common bool, sub int) {
	nal, vcl, pictures := false, false, false
	if common {
		nal, vcl = r.Flag(), r.Flag()
		if nal || vcl {
			if pictures = r.Flag(); pictures {
				r.Skip(19)
			}
			r.Skip(8)
			if pictures {
				r.Skip(4)
			}
			r.Skip(15)
		}
	}
	for range sub + 1 {
		fixed := r.Flag() || r.Flag()
		low := false
		if fixed {
			r.UE()
		} else {
			low = r.Flag()
		}
		count := 1
		if !low {
			count += bounded(r, 31)
		}
		for _, present := range []bool{nal, vcl} {
			for i := 0; present && i < count; i++ {
				r.UE()
				r.UE()
				if pictures {
					r.UE()
					r.UE()
				}
				r.Skip(1)
			}
		}
	}
}

// ParseSPS reads a sequence parameter set, to the last bit. Extensions are accepted where they are known.
func ParseSPS(n NAL) (*SPS, error) {
	payload := n.Payload()
	r := BitsOf(payload)
	s := &SPS{VPS: r.U(4)}
	sub := r.U(3)
	s.SubLayers, s.Nested = sub+1, r.Flag()
	profile(r, sub)
	if r.Failed() || sub > 6 {
		return nil, ErrFormat
	}
	s.payload, s.General, s.profileEnd = payload, plainProfile(payload[1:13]), r.Position()
	s.ID = bounded(r, 15)
	s.Chroma = bounded(r, 3)
	if s.Chroma == 3 && r.Flag() {
		return nil, ErrFormat // planes coded apart
	}
	s.size(r)
	s.DepthLuma, s.DepthChroma = 8+bounded(r, 8), 8+bounded(r, 8)
	s.pocBits = 4 + bounded(r, 12)
	s.orderingAt = r.Position()
	s.held, s.reordered = ordering(r, sub)
	s.orderingEnd = r.Position()
	for range 6 {
		r.UE() // block sizes
	}
	if r.Flag() && r.Flag() {
		scaling(r)
	}
	r.Skip(2)
	if r.Flag() {
		r.Skip(8)
		r.UE()
		r.UE()
		r.Skip(1)
	}
	s.setsAt = r.Position()
	s.pictureSets(r)
	s.setsEnd = r.Position()
	r.Skip(2)
	s.Primaries, s.Transfer, s.Matrix = 2, 2, 2
	if r.Flag() {
		s.usability(r, sub)
	}
	s.usabilityEnd = r.Position()
	if r.Flag() {
		ranges, layers := r.Flag(), r.Flag()
		if r.U(6) != 0 {
			return nil, ErrFormat
		}
		if ranges {
			r.Skip(9)
		}
		if layers {
			r.Skip(1)
		}
	}
	s.end = r.Position()
	if !n.Escaped() || !r.Trailing() || s.Width <= 0 || s.Height <= 0 {
		return nil, ErrFormat
	}
	return s, nil
}

func (s *SPS) size(r *Bits) {
	s.Width, s.Height = bounded(r, 1<<16), bounded(r, 1<<16)
	if r.Flag() {
		x, y := 1, 1
		if s.Chroma == 1 || s.Chroma == 2 {
			x = 2
		}
		if s.Chroma == 1 {
			y = 2
		}
		s.CroppedX = x * (bounded(r, 1<<16) + bounded(r, 1<<16))
		s.CroppedY = y * (bounded(r, 1<<16) + bounded(r, 1<<16))
		s.Width -= s.CroppedX
		s.Height -= s.CroppedY
	}
}

// scaling reads scaling_list_data.
func scaling(r *Bits) {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for matrix := 0; matrix < 6; matrix += step {
			if !r.Flag() {
				r.UE()
				continue
			}
			if size > 1 {
				r.SE()
			}
			for range min(64, 1<<(4+2*size)) {
				r.SE()
			}
		}
	}
}

func (s *SPS) pictureSets(r *Bits) {
	for i := range bounded(r, 64) {
		if i > 0 && r.Flag() {
			s.sets = append(s.sets, predicted(r, s.sets[i-1]))
			continue
		}
		before, after := bounded(r, 16), bounded(r, 16)
		var set []int
		for _, part := range [][2]int{{before, -1}, {after, 1}} {
			at := 0
			for range part[0] {
				at += part[1] * (r.UE() + 1)
				set = append(set, at)
				r.Skip(1)
			}
		}
		s.sets = append(s.sets, set)
	}
	if r.Flag() {
		for range bounded(r, 32) {
			r.Skip(s.pocBits + 1)
		}
	}
}

// predicted reads a set that is told by its difference from the one before. Only its number of pictures matters for
// what follows, but which of them coincide with the picture itself depends on their distances.
func predicted(r *Bits, last []int) []int {
	sign := r.Flag()
	shift := r.UE() + 1
	if sign {
		shift = -shift
	}
	var set []int
	for _, distance := range append(append([]int(nil), last...), 0) {
		used := r.Flag()
		if (used || r.Flag()) && distance+shift != 0 {
			set = append(set, distance+shift)
		}
	}
	return set
}

// usability reads vui_parameters.
func (s *SPS) usability(r *Bits, sub int) {
	if r.Flag() && r.U(8) == 255 {
		r.Skip(32)
	}
	if r.Flag() {
		r.Skip(1)
	}
	if s.signal = r.Flag(); s.signal {
		r.Skip(3)
		s.FullRange = r.Flag()
		if s.coloursTold = r.Flag(); s.coloursTold {
			s.Primaries, s.Transfer, s.Matrix = r.U(8), r.U(8), r.U(8)
		}
	}
	if s.chromaTold = r.Flag(); s.chromaTold {
		s.chromaAt = [2]int{bounded(r, 5), bounded(r, 5)}
	}
	r.Skip(3)
	if r.Flag() {
		for range 4 {
			r.UE()
		}
	}
	if r.Flag() {
		r.Skip(64)
		if r.Flag() {
			r.UE()
		}
		if r.Flag() {
			reference(r, true, sub)
		}
	}
	if r.Flag() {
		r.Skip(3)
		for range 5 {
			r.UE()
		}
	}
}

// ParsePPS checks a picture parameter set, to the last bit. One that lets slices carry extensions is refused, as anything
// could be in them.
func ParsePPS(n NAL) (id, sps int, err error) {
	r := BitsOf(n.Payload())
	id, sps = bounded(r, 63), bounded(r, 15)
	r.Skip(7)
	bounded(r, 14) // references, which a still has none of
	bounded(r, 14)
	r.SE()
	r.Skip(1)
	skips := r.Flag()
	if r.Flag() {
		r.UE()
	}
	r.SE()
	r.SE()
	r.Skip(4)
	tiles := r.Flag()
	r.Skip(1)
	if tiles {
		columns, rows := bounded(r, 64), bounded(r, 64)
		if !r.Flag() {
			for range columns + rows {
				r.UE()
			}
		}
		r.Skip(1)
	}
	r.Skip(1)
	if r.Flag() {
		r.Skip(1)
		if !r.Flag() {
			r.SE()
			r.SE()
		}
	}
	if r.Flag() {
		scaling(r)
	}
	r.Skip(1)
	r.UE()
	extended := r.Flag()
	if r.Flag() {
		ranges := r.Flag()
		if r.U(7) != 0 {
			return 0, 0, ErrFormat
		}
		if ranges {
			rangeExtension(r, skips)
		}
	}
	if extended || !n.Escaped() || !r.Trailing() {
		return 0, 0, ErrFormat
	}
	return id, sps, nil
}

func rangeExtension(r *Bits, skips bool) {
	if skips {
		r.UE()
	}
	r.Skip(1)
	if r.Flag() {
		r.UE()
		for range 2 * (bounded(r, 5) + 1) {
			r.SE()
		}
	}
	r.UE()
	r.UE()
}
