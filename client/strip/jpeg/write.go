package jpeg

import (
	"encoding/binary"
	"slices"

	"safelight/client/strip/exif"
)

// jfifBody says JFIF 1.01, no density, square pixels, no thumbnail.
var jfifBody = []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")

func adobeBody(transform byte) []byte {
	return []byte{'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform}
}

// output collects the rebuilt file.
type output struct {
	b    []byte
	huff [2][4]*table // as defined last
	rest int          // restart interval as defined last
}

func (o *output) segment(marker byte, body ...[]byte) {
	n := 2
	for _, b := range body {
		n += len(b)
	}
	o.b = append(o.b, 0xff, marker, byte(n>>8), byte(n))
	for _, b := range body {
		o.b = append(o.b, b...)
	}
}

// write puts the rebuilt file together.
func (p *parser) write(m *Image) ([]byte, error) {
	size := 4096 + len(m.Rebuilt.Data)
	for _, s := range p.scans {
		size += s.end - s.start + 1024
	}
	o := &output{b: make([]byte, 0, size)}
	o.b = append(o.b, 0xff, soi)
	p.writeHead(o, m)
	if m.Recoded {
		if err := p.recount(); err != nil {
			return nil, err
		}
	}
	p.writeFrame(o)
	if m.Recoded {
		if err := p.recode(o); err != nil {
			return nil, err
		}
	} else {
		for _, s := range p.scans {
			o.scan(s, &p.frame)
			o.b = append(o.b, p.src[s.start:s.end]...)
		}
	}
	return append(o.b, 0xff, eoi), nil
}

func (p *parser) writeHead(o *output, m *Image) {
	if p.jfif {
		o.segment(app0, jfifBody)
	}
	if m.Orientation > 1 {
		o.segment(app1, exif.OrientationBlock(m.Orientation))
	}
	const most = 0xffff - 2 - len(iccHead) - 2
	pieces := slices.Collect(slices.Chunk(m.Rebuilt.Data, most))
	for i, piece := range pieces {
		o.segment(app2, []byte(iccHead), []byte{byte(i + 1), byte(len(pieces))}, piece)
	}
	if p.adobe && m.Components > 1 {
		// What is none of the three is taken for YCbCr or YCCK by decoders.
		transform := p.transform
		if transform > 2 {
			transform = byte(m.Components - 2)
		}
		o.segment(appE, adobeBody(transform))
	}
}

// writeFrame writes the quantisation tables that are used, each once, and the frame header.
func (p *parser) writeFrame(o *output) {
	var tables [][64]uint16
	f := &p.frame
	steps := f.steps()
	header := []byte{8, byte(f.height >> 8), byte(f.height), byte(f.width >> 8), byte(f.width), byte(len(f.components))}
	names := f.names()
	for i := range f.components {
		c := &f.components[i]
		id := slices.Index(tables, steps[i])
		if id < 0 {
			id = len(tables)
			tables = append(tables, steps[i])
			o.segment(dqt, quantBody(id, steps[i]))
		}
		header = append(header, names[i], c.h<<4|c.v, byte(id))
	}
	o.segment(0xc0|f.sof&3, header)
}

// steps returns the quantisation steps of each component. The step of a coefficient that is zero in all blocks of all
// components of a table says nothing, and becomes that of the coefficient before it.
func (f *frame) steps() [][64]uint16 {
	list := make([][64]uint16, len(f.components))
	for i := range f.components {
		c := &f.components[i]
		for _, set := range c.nonzero {
			c.seen |= set
		}
	}
	for i := range f.components {
		list[i] = f.components[i].quant.values
		seen := uint64(1)
		for k := range f.components {
			if other := &f.components[k]; other.quant.values == list[i] {
				seen |= other.seen
			}
		}
		for k := 1; k < 64; k++ {
			if seen>>k&1 == 0 {
				list[i][k] = list[i][k-1]
			}
		}
	}
	return list
}

func quantBody(id int, values [64]uint16) []byte {
	b := []byte{byte(id)}
	for _, v := range values {
		if v > 255 {
			b[0] |= 0x10
		}
	}
	for _, v := range values {
		if b[0]&0x10 != 0 {
			b = binary.BigEndian.AppendUint16(b, v)
		} else {
			b = append(b, byte(v))
		}
	}
	return b
}

// names returns the components' ids. Only R, G, B mean anything to decoders; all others become 1, 2, 3, 4.
func (f *frame) names() []byte {
	n := make([]byte, len(f.components))
	for i := range n {
		n[i] = f.components[i].id
	}
	if string(n) == "RGB" {
		return n
	}
	return []byte{1, 2, 3, 4}[:len(n)]
}

// scan writes what a scan needs before its coded data: tables that are not in force yet, the restart interval, the header.
func (o *output) scan(s *scan, f *frame) {
	header := []byte{byte(len(s.parts))}
	names := f.names()
	for i := range s.parts {
		part := &s.parts[i]
		var td, ta byte
		if part.dc != nil {
			td = part.td
			o.table(part.dc, td)
		}
		if part.ac != nil {
			ta = part.ta
			o.table(part.ac, ta)
		}
		header = append(header, names[part.index], td<<4|ta)
	}
	if s.interval != o.rest {
		o.segment(dri, binary.BigEndian.AppendUint16(nil, uint16(s.interval)))
		o.rest = s.interval
	}
	o.segment(sos, header, []byte{byte(s.ss), byte(s.se), byte(s.ah<<4 | s.al)})
}

func (o *output) table(t *table, id byte) {
	if t.equal(o.huff[t.class][id]) {
		return
	}
	o.huff[t.class][id] = t
	o.segment(dht, []byte{t.class<<4 | id}, t.counts[:], t.values)
}

// recode writes all scans anew. Each is walked twice, to count and to write, so that no symbols have to be kept.
func (p *parser) recode(o *output) error {
	p.frame.forget()
	for _, s := range p.scans {
		e := &emitter{}
		w := walker{r: reader{src: p.src, start: s.start, pos: s.start}, s: s, out: e}
		books := s.codebooks()
		o.scan(books, &p.frame)
		e.out = o.b
		if err := w.run(); err != nil {
			return err
		}
		o.b = e.out
	}
	return nil
}

// recount counts the symbols of the canonical form. The fast pass has counted those of the file.
func (p *parser) recount() error {
	p.frame.forget()
	for i := range p.frame.components {
		p.frame.components[i].seen = 0
	}
	for _, s := range p.scans {
		s.newStats()
		w := walker{r: reader{src: p.src, start: s.start, pos: s.start}, s: s}
		if err := w.run(); err != nil {
			return err
		}
	}
	return nil
}

// forget takes back what earlier scans have told of the coefficients.
func (f *frame) forget() {
	for i := range f.components {
		clear(f.components[i].nonzero)
	}
}

// codebooks makes the optimal tables of a scan and returns the scan as it is written: with these.
func (s *scan) codebooks() *scan {
	made := *s
	made.parts = slices.Clone(s.parts)
	book := func(class byte, st *stats) *table {
		if st.book == nil {
			st.book = newCodebook(st.optimum(class))
		}
		return st.book.table
	}
	for i := range made.parts {
		part := &made.parts[i]
		if part.dc != nil {
			part.dc = book(0, part.dcStats)
		}
		if part.ac != nil {
			part.ac = book(1, part.acStats)
		}
	}
	return &made
}
