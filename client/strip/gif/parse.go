package gif

import (
	"bytes"
	"encoding/binary"
	"image"

	"safelight/client/strip/refuse"
)

const (
	maxParts  = 10_000
	maxFrames = 10_000
	// All frames of an animation together may have this many times the pixels that one image may have.
	maxAnimation = 8
)

type parser struct {
	rest          []byte
	maxPixels     int
	width, height int
	global        []byte
	loops         []byte // as stored; nil if the animation is shown once
	control       control
	frames        []frame
	pixels        int
	alpha         bool
	parts         []Part
}

// control is what a graphic control extension says of the next frame.
type control struct {
	delay       [2]byte
	disposal    byte
	transparent int // an index, -1 for none
}

// frame is one picture, as stored.
type frame struct {
	control
	area       image.Rectangle
	interlaced bool
	local      []byte // colour table, nil if it is the global one
	bits       byte   // the least size of a code
	data       []byte // blocks with their lengths, without the empty one at the end
	checked    bool   // what lies behind its pixels is in the parts
}

func parse(src []byte, maxPixels int) (*parser, error) {
	if !bytes.HasPrefix(src, []byte("GIF87a")) && !bytes.HasPrefix(src, []byte("GIF89a")) {
		return nil, damaged("no signature")
	}
	p := &parser{rest: src[6:], maxPixels: maxPixels, control: control{transparent: -1}}
	if err := p.header(); err != nil {
		return nil, err
	}
	for {
		rest, parts := p.rest, len(p.parts)
		done, err := p.block()
		if err == errCut && len(p.frames) > 0 {
			// Decoders show the frames that are whole; so the file ends behind the last of them.
			p.parts = p.parts[:parts]
			p.drop(Trailer, rest)
			break
		}
		if err != nil {
			return nil, err
		}
		if len(p.parts) > maxParts {
			return nil, coding("too many blocks")
		}
		if done {
			break
		}
	}
	if len(p.frames) == 0 {
		return nil, damaged("no picture")
	}
	if p.width == 0 || p.height == 0 {
		// Decoders take the first frame for the picture where the header has none.
		p.width, p.height = p.frames[0].area.Max.X, p.frames[0].area.Max.Y
	}
	if p.width*p.height > maxPixels {
		return nil, refuse.New(refuse.LargeSize, "")
	}
	if len(p.frames) == 1 {
		// What a still picture waits for, and how it would be taken away.
		f := &p.frames[0]
		if f.delay != [2]byte{} || f.disposal != 0 {
			p.drop(Header, nil)
		}
		f.delay, f.disposal, p.loops = [2]byte{}, 0, nil
	}
	return p, nil
}

func (p *parser) drop(what What, data []byte) {
	p.parts = append(p.parts, Part{What: what, Data: data})
}

// errCut says that the file ends in the middle of a block.
var errCut = damaged("cut off")

func (p *parser) take(n int) ([]byte, error) {
	if n > len(p.rest) {
		return nil, errCut
	}
	b := p.rest[:n]
	p.rest = p.rest[n:]
	return b, nil
}

func (p *parser) header() error {
	b, err := p.take(7)
	if err != nil {
		return err
	}
	p.width, p.height = int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
	if p.width*p.height > p.maxPixels {
		return refuse.New(refuse.LargeSize, "")
	}
	if b[4]&0x80 != 0 {
		if p.global, err = p.take(6 << (b[4] & 7)); err != nil {
			return err
		}
	}
	if b[4]&8 != 0 || b[5] != 0 || b[6] != 0 {
		p.drop(Header, b[4:7])
	}
	return nil
}

// block reads one block and reports whether it was the last.
func (p *parser) block() (done bool, err error) {
	if len(p.rest) == 0 {
		// Many writers forget the end; decoders do not miss it.
		return true, nil
	}
	kind := p.rest[0]
	p.rest = p.rest[1:]
	switch kind {
	case 0x21:
		return false, p.extension()
	case 0x2c:
		return false, p.picture()
	case 0x3b:
		if len(p.rest) > 0 {
			p.drop(Trailer, p.rest)
		}
		return true, nil
	case 0:
		// An empty block too many is skipped by decoders.
		n := len(p.rest) - len(bytes.TrimLeft(p.rest, "\x00"))
		p.drop(Junk, p.rest[:n])
		p.rest = p.rest[n:]
		return false, nil
	}
	// Whatever else stands between blocks ends the picture, for decoders that have a frame by then.
	if len(p.frames) == 0 {
		return false, damaged("no block where one should begin")
	}
	p.drop(Trailer, p.rest)
	return true, nil
}

// blocks returns the data blocks that follow with their lengths, and their content put together. The empty block at the
// end is in neither.
func (p *parser) blocks() (raw, joined []byte, err error) {
	start := p.rest
	for {
		head, err := p.take(1)
		if err != nil {
			return nil, nil, err
		}
		if head[0] == 0 {
			return start[:len(start)-len(p.rest)-1], joined, nil
		}
		data, err := p.take(int(head[0]))
		if err != nil {
			return nil, nil, err
		}
		joined = append(joined, data...)
	}
}

func (p *parser) extension() error {
	label, err := p.take(1)
	if err != nil {
		return err
	}
	raw, joined, err := p.blocks()
	if err != nil {
		return err
	}
	switch label[0] {
	case 0xf9:
		p.readControl(raw, joined)
	case 0xfe:
		p.drop(Comment, joined)
	case 0x01:
		p.drop(PlainText, joined)
	case 0xff:
		p.application(raw, joined)
	default:
		p.drop(Extension, joined)
	}
	return nil
}

func (p *parser) readControl(raw, joined []byte) {
	if len(raw) < 5 || raw[0] < 4 {
		p.drop(Extension, joined)
		return
	}
	if len(raw) > 5 {
		p.drop(Junk, joined[4:])
	}
	flags := joined[0]
	// Some writers say 4 for 3, which is to restore what was there before; the rest means nothing.
	disposal := [8]byte{0, 1, 2, 3, 3, 0, 0, 0}[flags>>2&7]
	if flags&0xe2 != 0 || flags>>2&7 > 4 || flags&1 == 0 && joined[3] != 0 {
		p.drop(Header, joined[:4])
	}
	p.control = control{delay: [2]byte(joined[1:3]), disposal: disposal, transparent: -1}
	if flags&1 != 0 {
		p.control.transparent = int(joined[3])
	}
}

func (p *parser) application(raw, joined []byte) {
	if len(raw) < 12 || raw[0] != 11 {
		p.drop(Application, joined)
		return
	}
	name, body := string(raw[1:12]), raw[12:]
	if name == "NETSCAPE2.0" || name == "ANIMEXTS1.0" {
		if len(body) >= 4 && body[0] >= 3 && body[1]&7 == 1 {
			p.loops = bytes.Clone(body[2:4])
			if len(body) == 4 && body[1] == 1 && name == "NETSCAPE2.0" {
				return
			}
		}
	}
	data := joined[11:]
	if name == "XMP DataXMP" {
		data = body
	}
	p.parts = append(p.parts, Part{What: Application, Name: name, Data: data})
}

func (p *parser) picture() error {
	b, err := p.take(9)
	if err != nil {
		return err
	}
	at := func(i int) int { return int(binary.LittleEndian.Uint16(b[2*i:])) }
	f := frame{control: p.control, interlaced: b[8]&0x40 != 0}
	f.area = image.Rect(0, 0, at(2), at(3)).Add(image.Pt(at(0), at(1)))
	p.control = control{transparent: -1}
	if at(2) == 0 || at(3) == 0 {
		return damaged("a frame without size")
	}
	if b[8]&0x38 != 0 {
		p.drop(Header, b[8:])
	}
	if b[8]&0x80 != 0 {
		if f.local, err = p.take(6 << (b[8] & 7)); err != nil {
			return err
		}
	}
	bits, err := p.take(1)
	if err != nil {
		return err
	}
	f.bits = bits[0]
	start := p.rest
	if p.skip() == nil {
		f.data = start[:len(start)-len(p.rest)-1]
		return p.add(f)
	}
	p.rest, f.data = nil, shortened(start)
	if !p.whole(f) {
		return errCut
	}
	return p.add(f)
}

// shortened makes the last of the blocks, which is cut off, one of the bytes that there are.
func shortened(blocks []byte) []byte {
	at := 0
	for at < len(blocks) && at+1+int(blocks[at]) <= len(blocks) {
		at += 1 + int(blocks[at])
	}
	if left := len(blocks) - at; left > 1 {
		blocks = bytes.Clone(blocks)
		blocks[at] = byte(left - 1)
		return blocks
	}
	return blocks[:at]
}

// whole reports whether a frame whose blocks are cut off has all of its pixels nevertheless.
func (p *parser) whole(f frame) bool {
	n := f.area.Dx() * f.area.Dy()
	if n > p.maxPixels || f.possible() != nil {
		return false
	}
	_, _, err := new(decoder).decode(make([]byte, n), f.data, f.bits)
	return err == nil
}

// skip goes behind the empty block that ends data blocks.
func (p *parser) skip() error {
	for {
		head, err := p.take(1)
		if err != nil || head[0] == 0 {
			return err
		}
		if _, err = p.take(int(head[0])); err != nil {
			return err
		}
	}
}

// add takes a frame up if it can be what it says.
func (p *parser) add(f frame) error {
	n := f.area.Dx() * f.area.Dy()
	switch {
	case n > p.maxPixels:
		return refuse.New(refuse.LargeSize, "")
	case len(p.frames) >= maxFrames:
		return coding("too many frames")
	case f.local == nil && p.global == nil:
		return coding("no colour table")
	}
	if err := f.possible(); err != nil {
		return err
	}
	if p.pixels += n; p.pixels > maxAnimation*p.maxPixels {
		return coding("too many frames for its size")
	}
	p.frames = append(p.frames, f)
	return nil
}

// possible says why a frame cannot have the pixels that it should.
func (f *frame) possible() error {
	switch {
	case f.bits < 1 || f.bits > 8:
		return damaged("size of codes")
	case f.area.Dx()*f.area.Dy() > most(8*len(f.data)/int(f.bits+1)):
		return damaged("a frame of more pixels than its data can hold")
	}
	return nil
}

// most returns how many pixels a number of codes can stand for: each code at most one more than the one before, and
// none more than the table has entries.
func most(codes int) int {
	if codes < tableSize {
		return codes * (codes + 1) / 2
	}
	return codes * tableSize
}
