package jpeg

// scan is one pass over the picture, or over some of its components.
type scan struct {
	parts    []scanPart
	ss, se   int // coefficients, in zigzag order
	ah, al   int // bits of them: those below ah are known, those down to al are coded
	interval int // MCUs between restart markers, 0 for none
	start    int // of the coded data in the source
	end      int
	odd      bool // not canonical
	mcus     int
	mcusX    int
	blocks   int
}

// scanPart is a component's share of a scan.
type scanPart struct {
	c      *component
	index  int // of the component
	dc, ac *table
	td, ta byte
	// Counted while decoding.
	dcStats, acStats *stats
	pred             int // of the DC coefficient, as read
	outPred          int // and as written
}

func (s *scan) interleaved() bool { return len(s.parts) > 1 }

func (p *parser) readScan(body []byte) error {
	f := &p.frame
	if len(f.components) == 0 {
		return damaged("coded data before the frame header")
	}
	if len(p.scans) >= maxScans {
		return coding("more than 1,000 scans")
	}
	if len(body) < 1 || body[0] < 1 || body[0] > 4 || len(body) < 4+2*int(body[0]) {
		return damaged("scan header")
	}
	n := int(body[0])
	tail := body[1+2*n:]
	s := &scan{ss: int(tail[0]), se: int(tail[1]), ah: int(tail[2] >> 4), al: int(tail[2] & 15), interval: p.interval, start: p.pos}
	p.drop(Slack, tail[3:])
	if !f.progressive() {
		// Decoders ignore these here; some cameras write nonsense.
		s.odd = s.ss != 0 || s.se != 63 || s.ah != 0 || s.al != 0
		s.ss, s.se, s.ah, s.al = 0, 63, 0, 0
	}
	for i := range n {
		part := scanPart{index: -1, td: body[2+2*i] >> 4, ta: body[2+2*i] & 15}
		for k := range f.components {
			if f.components[k].id == body[1+2*i] {
				part.index, part.c = k, &f.components[k]
			}
		}
		if part.c == nil || i > 0 && part.index <= s.parts[i-1].index || part.td > 3 || part.ta > 3 {
			return damaged("scan header")
		}
		s.parts = append(s.parts, part)
	}
	if err := p.prepare(s); err != nil {
		return err
	}
	if err := s.progress(f.progressive()); err != nil {
		return err
	}
	p.scans = append(p.scans, s)
	if !p.decode {
		p.pos = skipCoded(p.src, p.pos)
		return nil
	}
	return p.decodeScan(s)
}

// skipCoded returns where the first marker lies that ends a scan.
func skipCoded(src []byte, pos int) int {
	for ; pos+1 < len(src); pos++ {
		if src[pos] == 0xff && src[pos+1] != 0 && src[pos+1] != 0xff && (src[pos+1] < rst0 || src[pos+1] > rst7) {
			return pos
		}
	}
	return len(src)
}

// prepare looks the tables up and computes the layout.
func (p *parser) prepare(s *scan) error {
	f := &p.frame
	blocks := 0
	for i := range s.parts {
		part := &s.parts[i]
		blocks += int(part.c.h) * int(part.c.v)
		q := p.quant[part.c.tq]
		if q == nil {
			return damaged("a quantisation table is missing")
		}
		if part.c.quant == nil {
			for _, v := range q.values {
				if v == 0 {
					return damaged("a quantisation step of zero")
				}
			}
			part.c.quant, q.used = q, true
		}
		if s.ss == 0 && s.ah == 0 {
			if part.dc = p.huff[0][part.td]; part.dc == nil {
				return damaged("a Huffman table is missing")
			}
			part.dc.used = true
		}
		if s.se > 0 {
			if part.ac = p.huff[1][part.ta]; part.ac == nil {
				return damaged("a Huffman table is missing")
			}
			part.ac.used = true
		}
	}
	if s.interleaved() {
		if blocks > 10 {
			return damaged("too many blocks in a unit")
		}
		s.mcusX, s.mcus = f.mcusX, f.mcusX*f.mcusY
	} else {
		c := s.parts[0].c
		s.mcusX, s.mcus = c.blocksX, c.blocksX*c.blocksY
	}
	s.blocks = s.mcus
	if s.interleaved() {
		s.blocks *= blocks
	}
	if s.interval >= s.mcus {
		s.interval = 0
	}
	s.newStats()
	return nil
}

// newStats gives parts that share a table one set of counts.
func (s *scan) newStats() {
	var shared [2][4]*stats
	pick := func(class int, t *table, id byte) *stats {
		if t == nil {
			return nil
		}
		if shared[class][id] == nil {
			shared[class][id] = new(stats)
		}
		return shared[class][id]
	}
	for i := range s.parts {
		part := &s.parts[i]
		part.dcStats, part.acStats = pick(0, part.dc, part.td), pick(1, part.ac, part.ta)
		part.pred, part.outPred = 0, 0
	}
}

// progress checks that the scan goes on where the others stopped: coding anything twice would hide what came first.
func (s *scan) progress(progressive bool) error {
	if s.ss > s.se || s.se > 63 || s.al > 13 {
		return damaged("scan header")
	}
	if progressive {
		if s.ss == 0 && s.se != 0 || s.ss > 0 && s.interleaved() || s.ah > 0 && s.ah != s.al+1 {
			return damaged("scan header")
		}
	}
	from := int8(s.ah)
	if s.ah == 0 {
		from = -1
	}
	for i := range s.parts {
		c := s.parts[i].c
		if s.ss > 0 && c.approx[0] < 0 {
			return damaged("details come before what they detail")
		}
		for k := s.ss; k <= s.se; k++ {
			if c.approx[k] != from {
				return damaged("a scan repeats or skips what another has coded")
			}
			c.approx[k] = int8(s.al)
		}
	}
	return nil
}

// decodeScan accounts for every bit of the scan and leaves p.pos behind the last byte of it.
func (p *parser) decodeScan(s *scan) error {
	// A scan visits its blocks whatever its length. Real files visit each block some ten times in all.
	p.visits += s.blocks
	if p.visits > 64*p.frame.blocks {
		return coding("too many scans for its size")
	}
	var err error
	if p.frame.progressive() {
		w := walker{r: reader{src: p.src, start: s.start, pos: s.start}, s: s}
		err = w.run()
		s.odd = s.odd || w.odd
		s.end = w.r.pos
		p.dropAll(w.junk)
	} else {
		q := sequential{r: reader{src: p.src, start: s.start, pos: s.start}, s: s}
		err = q.run()
		s.odd = s.odd || q.odd
		s.end = q.r.pos
		p.dropAll(q.junk)
	}
	if err != nil {
		return err
	}
	p.pos = s.end
	s.odd = s.odd || !s.canonicalTables()
	return nil
}

func (p *parser) dropAll(list [][]byte) {
	for _, junk := range list {
		if len(p.parts) < maxParts {
			p.drop(Coded, junk)
		}
	}
}

func (s *scan) canonicalTables() bool {
	checked := map[*table]bool{}
	check := func(t *table, st *stats) bool {
		if t == nil || checked[t] {
			return true
		}
		checked[t] = true
		return t.standard() || t.equal(st.optimum(t.class))
	}
	for i := range s.parts {
		part := &s.parts[i]
		if !check(part.dc, part.dcStats) || !check(part.ac, part.acStats) {
			return false
		}
	}
	return true
}
