package bmff

import "bytes"

// setWriter writes the bits of a parameter set.
type setWriter struct {
	b []byte
	n int
}

func (w *setWriter) u(v, n int) {
	for n--; n >= 0; n-- {
		if w.n&7 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n>>3] |= byte(v>>n&1) << (7 - w.n&7)
		w.n++
	}
}

func (w *setWriter) flag(v bool) {
	if v {
		w.u(1, 1)
	} else {
		w.u(0, 1)
	}
}

func (w *setWriter) ue(v int) {
	size := 0
	for x := v + 1; x > 1; x >>= 1 {
		size++
	}
	w.u(0, size)
	w.u(v+1, size+1)
}

// copy writes the bits of b from one place to another.
func (w *setWriter) copy(b []byte, from, to int) {
	for ; from < to; from++ {
		w.u(int(b[from>>3]>>(7-from&7)), 1)
	}
}

// unit ends the set and returns it as a unit, with emulation prevention.
func (w *setWriter) unit(kind int) NAL {
	w.u(1, 1)
	out := NAL{byte(kind << 1), 1}
	zeros := 0
	for _, c := range w.b {
		if zeros >= 2 && c <= 3 {
			out = append(out, 3)
			zeros = 0
		}
		if zeros++; c != 0 {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}

// plainProfile clears what of the 96 bits of a profile and level decoders do not heed: compatibility with profiles that do
// not exist, and, of the profiles that have no constraints, the bits that are reserved for them.
func plainProfile(general []byte) []byte {
	g := bytes.Clone(general)
	g[2] &= 0xf0
	g[3], g[4] = 0, 0
	if profile := g[0] & 31; profile >= 1 && profile <= 3 {
		g[5] &= 0xf0
		clear(g[6:11])
	}
	return g
}

// VPSBytes returns a video parameter set for the sequence: one layer, no clock, nothing for players.
func (s *SPS) VPSBytes() NAL {
	var w setWriter
	w.u(s.VPS, 4)
	w.u(3, 2)
	w.u(0, 6)
	w.u(s.SubLayers-1, 3)
	w.flag(s.Nested)
	w.u(0xffff, 16)
	s.profile(&w)
	s.ordering(&w)
	w.u(0, 6) // layers
	w.ue(0)   // sets of them
	w.u(0, 2) // timing, extension
	return w.unit(NALVPS)
}

func (s *SPS) profile(w *setWriter) {
	for _, c := range s.General {
		w.u(int(c), 8)
	}
	w.copy(s.payload, 8+96, s.profileEnd)
}

// ordering says how many pictures a decoder holds, once for all layers.
func (s *SPS) ordering(w *setWriter) {
	w.u(0, 1)
	w.ue(s.held)
	w.ue(s.reordered)
	w.ue(0)
}

// Bytes returns the set anew, without what decoders of one picture do not need: clock rates, buffers, windows to be shown,
// and, where the picture is one that resets the decoder, sets of reference pictures.
func (s *SPS) Bytes(resets bool) NAL {
	var w setWriter
	w.copy(s.payload, 0, 8)
	s.profile(&w)
	w.copy(s.payload, s.profileEnd, s.orderingAt)
	s.ordering(&w)
	if resets {
		w.copy(s.payload, s.orderingEnd, s.setsAt)
		w.ue(0)
		w.u(0, 1)
	} else {
		w.copy(s.payload, s.orderingEnd, s.setsEnd)
	}
	w.copy(s.payload, s.setsEnd, s.setsEnd+2)
	s.appearance(&w)
	w.copy(s.payload, s.usabilityEnd, s.end)
	return w.unit(NALSPS)
}

// appearance writes of vui_parameters what colours the numbers mean and where those of chroma lie.
func (s *SPS) appearance(w *setWriter) {
	told := s.signal || s.chromaTold
	w.flag(told)
	if !told {
		return
	}
	w.u(0, 2) // shape of pixels, overscan
	if w.flag(s.signal); s.signal {
		w.u(5, 3) // of no format
		w.flag(s.FullRange)
		if w.flag(s.coloursTold); s.coloursTold {
			w.u(s.Primaries, 8)
			w.u(s.Transfer, 8)
			w.u(s.Matrix, 8)
		}
	}
	if w.flag(s.chromaTold); s.chromaTold {
		w.ue(s.chromaAt[0])
		w.ue(s.chromaAt[1])
	}
	// Neutral chroma, fields, fields in pictures, window, timing, restrictions.
	w.u(0, 6)
}
