package jpeg

import (
	"bytes"
	"encoding/binary"

	"safelight/client/strip/exif"
	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
)

// Markers, the second byte of each.
const (
	sof0 = 0xc0
	sof1 = 0xc1
	sof2 = 0xc2
	dht  = 0xc4
	jpg  = 0xc8
	dac  = 0xcc
	rst0 = 0xd0
	rst7 = 0xd7
	soi  = 0xd8
	eoi  = 0xd9
	sos  = 0xda
	dqt  = 0xdb
	dnl  = 0xdc
	dri  = 0xdd
	dhp  = 0xde
	exp  = 0xdf
	app0 = 0xe0
	app1 = 0xe1
	app2 = 0xe2
	appE = 0xee
	appF = 0xef
	com  = 0xfe
	tem  = 0x01
)

const (
	maxScans = 1000
	maxParts = 10_000
)

type parser struct {
	src       []byte
	pos       int
	maxPixels int
	decode    bool // decode what is entropy-coded
	plainSRGB bool

	frame       frame
	scans       []*scan
	quant       [4]*quantTable
	huff        [2][4]*table
	interval    int
	jfif        bool
	adobe       bool
	transform   byte
	orientation int
	visits      int
	parts       []Part
}

// parse reads a file up to its end-of-image marker; what follows becomes the Trailer.
func parse(src []byte, maxPixels int, decode bool) (*parser, error) {
	p := &parser{src: src, pos: 2, maxPixels: maxPixels, decode: decode}
	if len(src) < 4 || src[0] != 0xff || src[1] != soi {
		return nil, damaged("no start of image")
	}
	for {
		marker, ok := p.marker()
		if !ok {
			return p, p.finish(false)
		}
		if marker == eoi {
			if p.pos < len(src) {
				p.drop(Trailer, src[p.pos:])
			}
			return p, p.finish(true)
		}
		if marker == soi {
			return nil, damaged("an image begins within the image")
		}
		body, err := p.body()
		if err != nil {
			return nil, err
		}
		if err := p.segment(marker, body); err != nil {
			return nil, err
		}
		if len(p.parts) > maxParts {
			return nil, coding("too many segments")
		}
	}
}

// finish checks that the picture is whole. Without an end-of-image marker only the last scan's data can tell.
func (p *parser) finish(ended bool) error {
	if len(p.frame.components) == 0 || len(p.scans) == 0 {
		return damaged("no picture")
	}
	if !ended && p.frame.progressive() {
		return damaged("cut off between two scans")
	}
	for i := range p.frame.components {
		if c := &p.frame.components[i]; c.approx[0] < 0 {
			return damaged("a colour component is missing")
		}
	}
	size := 0
	for _, part := range p.parts {
		if part.What == 2 && bytes.HasPrefix(part.Data, []byte(iccHead)) {
			size += len(part.Data)
		}
	}
	if size > icc.MaxSize {
		return refuse.New(refuse.LargeICC, "")
	}
	return nil
}

// drop notes what is not carried over.
func (p *parser) drop(w What, data []byte) {
	if len(data) > 0 {
		p.parts = append(p.parts, Part{w, data})
	}
}

// marker goes behind the next marker. Whatever lies before it, restart markers of a scan that has ended included, is junk.
func (p *parser) marker() (byte, bool) {
	start := p.pos
	for i := p.pos; ; {
		next := bytes.IndexByte(p.src[i:], 0xff)
		if next < 0 {
			p.junk(start, len(p.src))
			p.pos = len(p.src)
			return 0, false
		}
		i += next
		at := i
		for i < len(p.src) && p.src[i] == 0xff {
			i++
		}
		if i == len(p.src) {
			p.junk(start, len(p.src))
			p.pos = i
			return 0, false
		}
		if m := p.src[i]; m != 0 && m != tem && (m < rst0 || m > rst7) {
			p.junk(start, at)
			p.pos = i + 1
			return m, true
		}
		i++
	}
}

func (p *parser) junk(from, to int) {
	where := Junk
	if len(p.scans) > 0 {
		where = Coded
	}
	p.drop(where, p.src[from:to])
}

// body returns the payload of the segment whose marker was just read.
func (p *parser) body() ([]byte, error) {
	if p.pos+2 > len(p.src) {
		return nil, damaged("cut off in a segment")
	}
	n := int(binary.BigEndian.Uint16(p.src[p.pos:]))
	if n < 2 || p.pos+n > len(p.src) {
		return nil, damaged("cut off in a segment")
	}
	b := p.src[p.pos+2 : p.pos+n]
	p.pos += n
	return b, nil
}

func (p *parser) segment(marker byte, body []byte) error {
	switch {
	case marker == sof0 || marker == sof1 || marker == sof2:
		return p.readFrame(marker, body)
	case marker == dht:
		return p.readHuffman(body)
	case marker == dqt:
		return p.readQuant(body)
	case marker == dri:
		if len(body) < 2 {
			return damaged("restart interval")
		}
		p.interval = int(binary.BigEndian.Uint16(body))
		p.drop(Slack, body[2:])
	case marker == sos:
		return p.readScan(body)
	case marker == dnl, marker == dhp, marker == exp:
		return coding("hierarchical, or its height comes late")
	case marker > sof2 && marker < 0xd0 && marker != dac && marker != jpg:
		return coding("lossless, hierarchical or arithmetic")
	case marker >= app0 && marker <= appF:
		p.application(marker, body)
	case marker == com:
		p.drop(Comment, body)
	default:
		p.drop(Unknown, body)
	}
	return nil
}

// application takes from an APPn segment what decides how the picture looks. The segment itself is never carried over.
func (p *parser) application(marker byte, body []byte) {
	switch {
	case marker == app0 && bytes.HasPrefix(body, []byte("JFIF\x00")):
		// Only before the first scan do all decoders heed it.
		p.jfif = p.jfif || len(p.scans) == 0
		if bytes.Equal(body, jfifBody) {
			return
		}
	case marker == appE && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12:
		if len(p.scans) == 0 {
			p.adobe, p.transform = true, body[11]
		}
		if bytes.Equal(body, adobeBody(body[11])) {
			return
		}
	case marker == app1 && bytes.HasPrefix(body, []byte("Exif\x00")) && len(body) > 6:
		if p.orientation == 0 {
			p.orientation = exif.Orientation(body[6:])
		}
		if p.orientation > 1 && bytes.Equal(body, exif.OrientationBlock(p.orientation)) {
			return
		}
	}
	p.drop(What(marker-app0), body)
	if len(body) == 0 {
		p.parts = append(p.parts, Part{What(marker - app0), p.src[p.pos-2 : p.pos]})
	}
}

// quantTable has its values in zigzag order.
type quantTable struct {
	values [64]uint16
	used   bool
	raw    []byte
}

func (p *parser) readQuant(body []byte) error {
	for len(body) > 0 {
		wide, id := body[0]>>4, body[0]&15
		size := 1 + 64*(int(wide)+1)
		if wide > 1 || id > 3 || len(body) < size {
			p.drop(Slack, body)
			return nil
		}
		q := &quantTable{raw: body[:size]}
		for i := range q.values {
			if wide == 1 {
				q.values[i] = binary.BigEndian.Uint16(body[1+2*i:])
			} else {
				q.values[i] = uint16(body[1+i])
			}
		}
		old := p.quant[id]
		switch {
		case old != nil && old.values == q.values:
			p.drop(Table, q.raw)
		case old != nil && len(p.scans) > 0 && old.used:
			return coding("a quantisation table changes between scans")
		default:
			if old != nil {
				p.drop(Table, old.raw)
			}
			p.quant[id] = q
		}
		body = body[size:]
	}
	return nil
}

func (p *parser) readHuffman(body []byte) error {
	for len(body) > 0 {
		class, id := body[0]>>4, body[0]&15
		if class > 1 || id > 3 || len(body) < 17 {
			p.drop(Slack, body)
			return nil
		}
		n := 0
		for _, c := range body[1:17] {
			n += int(c)
		}
		if n > 256 || len(body) < 17+n {
			p.drop(Slack, body)
			return nil
		}
		t, err := newTable(class, body[1:17], body[17:17+n])
		if err != nil {
			p.drop(Slack, body)
			return nil
		}
		if old := p.huff[class][id]; old != nil && !old.used {
			p.drop(Table, old.raw)
		}
		t.raw = body[:17+n]
		p.huff[class][id] = t
		body = body[17+n:]
	}
	return nil
}
