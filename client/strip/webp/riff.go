package webp

import (
	"bytes"
	"encoding/binary"

	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
)

const (
	maxParts  = 10_000
	maxFrames = 10_000
	// All frames of an animation together may have this many times the pixels that one image may have.
	maxAnimation = 8
	// A byte of VP8L can stand for any number of pixels. Pictures of one colour are accepted up to freePixels; beyond that
	// each byte may have so many.
	freePixels    = 1 << 24
	pixelsPerByte = 20_000
)

type parser struct {
	maxPixels     int
	width, height int
	extended      []byte // VP8X
	animated      bool
	loops         []byte
	profile       []byte
	frames        []frame
	pending       []byte // ALPH, which belongs to the VP8 that follows
	pixels        int
	coded         int // bytes of pictures,
	shown         int // and their pixels
	parts         []Part
	fresh         bool
}

// frame is one picture, as stored.
type frame struct {
	x, y, width, height int
	timing              []byte // duration and flags of a frame of an animation
	lossless            bool
	data                []byte
	alpha               []byte // ALPH, nil if there is none
}

// hasAlpha says what the header of a VP8L stream does.
func (f *frame) hasAlpha() bool { return f.data[4]&0x10 != 0 }

// chunks calls yield with each chunk. What remains is returned: it is none.
func chunks(b []byte, yield func(name string, data []byte) error) (rest []byte, err error) {
	for len(b) >= 8 {
		n := uint64(binary.LittleEndian.Uint32(b[4:]))
		if 8+n > uint64(len(b)) {
			return nil, damaged("cut off")
		}
		if err := yield(string(b[:4]), b[8:8+n]); err != nil {
			return nil, err
		}
		if b = b[8+n:]; n%2 == 1 && len(b) > 0 {
			if b[0] != 0 {
				if err := yield("pad ", b[:1]); err != nil {
					return nil, err
				}
			}
			b = b[1:]
		}
	}
	return b, nil
}

func parse(src []byte, maxPixels int) (*parser, error) {
	if len(src) < 12 || string(src[:4]) != "RIFF" || string(src[8:12]) != "WEBP" {
		return nil, damaged("no signature")
	}
	n := uint64(binary.LittleEndian.Uint32(src[4:])) + 8
	if n < 12 || n > uint64(len(src))+1 {
		return nil, damaged("cut off")
	}
	n = min(n, uint64(len(src))) // the byte that makes the length even may be missing
	p := &parser{maxPixels: maxPixels}
	body, trailer := src[12:n], src[n:]
	if len(trailer) == 1 && trailer[0] == 0 && n%2 == 1 {
		trailer = nil
	}
	rest, err := chunks(body, p.chunk)
	if err != nil {
		return nil, err
	}
	p.drop(Trailer, append(rest[:len(rest):len(rest)], trailer...))
	return p, p.finish()
}

func (p *parser) drop(name string, data []byte) {
	if len(data) > 0 {
		p.parts = append(p.parts, Part{name, data})
	}
}

func (p *parser) chunk(name string, data []byte) error {
	if len(p.parts) > maxParts {
		return coding("too many chunks")
	}
	switch name {
	case "VP8X":
		if p.extended != nil || len(p.frames) > 0 || len(p.parts) > 0 {
			p.drop(name, data)
			return nil
		}
		return p.readExtended(data)
	case "ICCP":
		if p.profile == nil && p.extended != nil && p.extended[0]&0x20 != 0 {
			p.profile = data
		}
		if len(p.profile) > icc.MaxSize {
			return refuse.New(refuse.LargeICC, "")
		}
		p.drop(name, data)
	case "ANIM":
		if !p.animated || p.loops != nil || len(data) < 6 {
			p.drop(name, data)
			return nil
		}
		p.loops = data[4:6]
		if !bytes.Equal(data[:4], make([]byte, 4)) || len(data) > 6 {
			p.drop(Header, data)
		}
	case "ANMF":
		if !p.animated {
			p.drop(Second, data)
			return nil
		}
		return p.animationFrame(data)
	case "ALPH", "VP8 ", "VP8L":
		if p.animated || len(p.frames) > 0 {
			p.drop(Second, data)
			return nil
		}
		if name != "ALPH" {
			f := frame{}
			return p.picture(f, name, data)
		}
		p.hold(data)
	default:
		p.drop(name, data)
		if len(data) == 0 {
			p.parts = append(p.parts, Part{name, nil})
		}
	}
	return nil
}

// hold keeps an alpha channel until its picture comes.
func (p *parser) hold(data []byte) {
	if p.pending != nil || p.extended == nil || len(data) == 0 {
		p.drop(Second, data)
		return
	}
	p.pending = data
}

func (p *parser) readExtended(data []byte) error {
	if len(data) < 10 {
		return damaged("header")
	}
	u24 := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
	p.extended, p.animated = data, data[0]&2 != 0
	p.width, p.height = u24(data[4:])+1, u24(data[7:])+1
	if p.width*p.height > p.maxPixels {
		return refuse.New(refuse.LargeSize, "")
	}
	if len(data) > 10 || data[0]&0xc1 != 0 || data[1] != 0 || data[2] != 0 || data[3] != 0 {
		p.drop(Header, data)
	}
	return nil
}

func (p *parser) animationFrame(data []byte) error {
	if len(data) < 16 {
		return damaged("frame header")
	}
	if len(p.frames) >= maxFrames {
		return coding("too many frames")
	}
	u24 := func(i int) int { return int(data[i]) | int(data[i+1])<<8 | int(data[i+2])<<16 }
	f := frame{x: 2 * u24(0), y: 2 * u24(3), width: u24(6) + 1, height: u24(9) + 1, timing: bytes.Clone(data[12:16])}
	if f.x+f.width > p.width || f.y+f.height > p.height {
		return damaged("a frame outside of the picture")
	}
	if f.timing[3]&0xfc != 0 {
		p.drop(Header, data[:16])
		f.timing[3] &= 3
	}
	if p.pixels += f.width * f.height; p.pixels > maxAnimation*p.maxPixels {
		return coding("too many frames for its size")
	}
	count := len(p.frames)
	rest, err := chunks(data[16:], func(name string, data []byte) error {
		switch {
		case len(p.parts) > maxParts:
			return coding("too many chunks")
		case name == "ALPH" && len(p.frames) == count:
			p.hold(data)
		case (name == "VP8 " || name == "VP8L") && len(p.frames) == count:
			return p.picture(f, name, data)
		default:
			p.drop(name, append([]byte{}, data...))
			if len(data) == 0 {
				p.parts = append(p.parts, Part{name, nil})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.drop(Trailer, rest)
	if len(p.frames) == count {
		return damaged("a frame without a picture")
	}
	return nil
}

// picture takes a coded picture up, whose size has to be that of its frame.
func (p *parser) picture(f frame, name string, data []byte) error {
	f.lossless, f.data = name == "VP8L", data
	var w, h int
	if f.lossless {
		if len(data) < 6 || data[0] != 0x2f || data[4]>>5 != 0 {
			return damaged("VP8L header")
		}
		v := binary.LittleEndian.Uint32(data[1:])
		w, h = int(v&0x3fff)+1, int(v>>14&0x3fff)+1
		p.drop(Second, p.pending) // of a lossless picture alpha is a part
	} else {
		if len(data) < 10 || data[0]&1 != 0 || string(data[3:6]) != "\x9d\x01\x2a" {
			return damaged("VP8 header")
		}
		w, h = int(binary.LittleEndian.Uint16(data[6:])&0x3fff), int(binary.LittleEndian.Uint16(data[8:])&0x3fff)
		f.alpha = p.pending
	}
	p.pending = nil
	if w == 0 || h == 0 || f.width != 0 && (f.width != w || f.height != h) {
		return damaged("size of a picture")
	}
	if f.width == 0 {
		if p.extended != nil && (p.width != w || p.height != h) {
			return damaged("two sizes of one picture")
		}
		p.width, p.height, f.width, f.height = w, h, w, h
	}
	if w*h > p.maxPixels {
		return refuse.New(refuse.LargeSize, "")
	}
	p.coded += len(data)
	if p.shown += w * h; p.shown > freePixels+pixelsPerByte*p.coded {
		return coding("far more pixels than data")
	}
	p.frames = append(p.frames, f)
	return nil
}

func (p *parser) finish() error {
	p.drop(Second, p.pending)
	if len(p.frames) == 0 {
		return damaged("no picture")
	}
	if p.animated && p.loops == nil {
		return damaged("an animation without its header")
	}
	if len(p.frames) == 1 && p.animated {
		// A picture that does not move has no time, and is not repeated.
		f := &p.frames[0]
		if !bytes.Equal(f.timing[:3], []byte{0, 0, 0}) || !bytes.Equal(p.loops, []byte{0, 0}) {
			p.drop(Header, bytes.Clone(f.timing))
		}
		clear(f.timing[:3])
		p.loops = []byte{0, 0}
	}
	return nil
}

func appendChunk(out []byte, name string, parts ...[]byte) []byte {
	start := len(out)
	out = append(append(out, name...), 0, 0, 0, 0)
	for _, part := range parts {
		out = append(out, part...)
	}
	binary.LittleEndian.PutUint32(out[start+4:], uint32(len(out)-start-8))
	return append(out, make([]byte, len(out)&1)...)
}

func append24(out []byte, values ...int) []byte {
	for _, v := range values {
		out = append(out, byte(v), byte(v>>8), byte(v>>16))
	}
	return out
}

func (p *parser) write(m *Image) ([]byte, error) {
	var body []byte
	layered := false
	for i := range p.frames {
		f := &p.frames[i]
		coded, err := p.recode(f)
		if err != nil {
			return nil, err
		}
		layered = layered || f.alpha != nil
		if p.animated {
			head := append24(nil, f.x/2, f.y/2, f.width-1, f.height-1)
			coded = appendChunk(nil, "ANMF", head, f.timing, coded)
		}
		body = append(body, coded...)
	}
	out := append(make([]byte, 0, len(body)+64), "RIFF\x00\x00\x00\x00WEBP"...)
	if m.Rebuilt.Data != nil || layered || p.animated {
		flags := byte(0)
		if m.Rebuilt.Data != nil {
			flags |= 0x20
		}
		if p.alpha() {
			flags |= 0x10
		}
		if p.animated {
			flags |= 2
		}
		out = appendChunk(out, "VP8X", append24([]byte{flags, 0, 0, 0}, p.width-1, p.height-1))
	}
	if m.Rebuilt.Data != nil {
		out = appendChunk(out, "ICCP", m.Rebuilt.Data)
	}
	if p.animated {
		out = appendChunk(out, "ANIM", []byte{0, 0, 0, 0}, p.loops)
	}
	out = append(out, body...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

// recode writes the chunks of one frame.
func (p *parser) recode(f *frame) ([]byte, error) {
	if p.fresh {
		return f.asCoded(), nil
	}
	if f.lossless {
		coded, hidden, err := recodeLossless(f.data)
		if err != nil {
			return nil, err
		}
		p.changed(f.data, coded)
		if hidden {
			p.parts = append(p.parts, Part{Unseen, nil})
		}
		f.data = coded
		return appendChunk(nil, "VP8L", coded), nil
	}
	var out []byte
	if f.alpha != nil {
		alpha, err := recodeAlpha(f.alpha, f.width, f.height)
		if err != nil {
			return nil, err
		}
		p.changed(f.alpha, alpha)
		out = appendChunk(out, "ALPH", alpha)
	}
	coded, err := recodeLossy(f.data)
	if err != nil {
		return nil, err
	}
	p.changed(f.data, coded)
	return appendChunk(out, "VP8 ", coded), nil
}

// asCoded returns the chunks as they were.
func (f *frame) asCoded() []byte {
	if f.lossless {
		return appendChunk(nil, "VP8L", f.data)
	}
	var out []byte
	if f.alpha != nil {
		out = appendChunk(out, "ALPH", f.alpha)
	}
	return appendChunk(out, "VP8 ", f.data)
}

// changed says that something was written in another way. Most encoders leave some of it; it is not worth a byte count.
func (p *parser) changed(before, after []byte) {
	if !bytes.Equal(before, after) {
		p.parts = append(p.parts, Part{Coded, nil})
	}
}
