package webp

import "encoding/binary"

// lossyWriter writes macroblocks with probabilities that are known beforehand.
type lossyWriter struct {
	first, tokens boolWriter
	probs         [len(defaultProbs)]uint8
	segments      int    // that differ; none is told if it is one
	become        [4]int // of the source's
	tree          [3]uint8
	skips         bool
	skipProb      uint8
	profile       int
}

// segment is what blocks of one segment have in common.
type segment struct{ quantizer, level int }

func newLossyWriter(h *header, s *statistics) (*lossyWriter, error) {
	w := &lossyWriter{first: newBoolWriter(), tokens: newBoolWriter()}
	list, counts := w.distinct(h, s)
	w.segments = len(list)
	w.tree = [3]uint8{best([2]int{counts[0] + counts[1], counts[2] + counts[3]}), best([2]int(counts[:2])), best([2]int(counts[2:]))}
	w.skips, w.skipProb = s.skip[1] > 0, best(s.skip)
	for i := range w.probs {
		w.probs[i] = chosen(i, s.tokens[i])
	}
	return w, w.header(h, list)
}

// distinct returns the segments that are used and differ, in the order in which they first come.
func (w *lossyWriter) distinct(h *header, s *statistics) (list []segment, counts [4]int) {
	for _, id := range s.order {
		g := segment{h.base, h.level}
		if h.segments {
			g = segment{h.quantizer[id], h.strength[id]}
			if h.relative {
				g.quantizer += h.base
				g.level += h.level
			}
		}
		if h.level == 0 {
			g.level = 0
		}
		at := 0
		for at < len(list) && list[at] != g {
			at++
		}
		if at == len(list) {
			list = append(list, g)
		}
		w.become[id] = at
		counts[at] += s.segments[id]
	}
	return list, counts
}

func (w *lossyWriter) header(h *header, list []segment) error {
	level, first := 0, list[0]
	for _, g := range list {
		least, limit := 0, 0
		if len(list) > 1 {
			least, limit = -127, -63
		}
		if g.quantizer < least || g.quantizer > 127 || g.level < limit || g.level > 63 {
			return coding("VP8 segment out of range")
		}
		level = max(level, g.level)
	}
	out := *h
	if h.level == 0 {
		out = header{base: h.base, deltas: h.deltas}
	} else if len(list) > 1 {
		level = max(level, 1) // zero would mean that nothing is filtered
	} else if level == 0 {
		if h.intra != 0 || h.detailed != 0 {
			return coding("VP8 filter level")
		}
		out.simple, out.sharpness = false, 0
	}
	if out.simple {
		w.profile = 1
	}
	f := &w.first
	f.uint(0, 2)
	w.writeSegments(list)
	f.flag(out.simple)
	f.uint(level, 6)
	f.uint(out.sharpness, 3)
	if deltas := out.intra != 0 || out.detailed != 0; deltas {
		f.uint(3, 2)
		for _, v := range [8]int{0: out.intra, 4: out.detailed} {
			f.optional(v, 6)
		}
	} else {
		f.flag(false)
	}
	f.uint(0, 2) // one partition
	f.uint(max(first.quantizer, 0), 7)
	for _, v := range h.deltas {
		f.optional(v, 4)
	}
	f.flag(false)
	for i, p := range w.probs {
		f.bit(updateProbs[i], p != defaultProbs[i])
		if p != defaultProbs[i] {
			f.uint(int(p), 8)
		}
	}
	f.flag(w.skips)
	if w.skips {
		f.uint(int(w.skipProb), 8)
	}
	return nil
}

func (w *lossyWriter) writeSegments(list []segment) {
	f := &w.first
	f.flag(len(list) > 1)
	if len(list) == 1 {
		return
	}
	f.uint(7, 3) // blocks say which; here is what they are; as they are, not as differences
	var all [4]segment
	copy(all[:], list)
	for _, g := range all {
		f.optional(g.quantizer, 7)
	}
	for _, g := range all {
		f.optional(g.level, 6)
	}
	for _, p := range w.tree {
		f.flag(p != 255)
		if p != 255 {
			f.uint(int(p), 8)
		}
	}
}

func (w *lossyWriter) block(b *macroblock) {
	f := &w.first
	if w.segments > 1 {
		g := w.become[b.segment]
		f.bit(w.tree[0], g > 1)
		f.bit(w.tree[1+g>>1], g&1 == 1)
	}
	if w.skips {
		f.bit(w.skipProb, b.empty)
	}
	for _, t := range b.modes {
		f.bit(t.prob, t.set)
	}
	if b.empty {
		return
	}
	for _, t := range b.tokens {
		prob := t.prob
		if t.at >= 0 {
			prob = w.probs[t.at]
		}
		w.tokens.bit(prob, t.set)
	}
}

func (w *lossyWriter) finish(src []byte) ([]byte, error) {
	first, tokens := w.first.finish(), w.tokens.finish()
	if len(first) >= 1<<19 {
		return nil, coding("VP8 modes that do not fit")
	}
	out := append24(make([]byte, 0, 10+len(first)+len(tokens)), w.profile<<1|0x10|len(first)<<5)
	out = append(out, src[3:6]...)
	for _, i := range []int{6, 8} {
		out = binary.LittleEndian.AppendUint16(out, binary.LittleEndian.Uint16(src[i:])&0x3fff)
	}
	return append(append(out, first...), tokens...), nil
}
