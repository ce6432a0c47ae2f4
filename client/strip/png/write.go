package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"

	"safelight/client/strip/exif"
)

// level is zlib's default: the level of most writers, and deterministic, so that stripping twice changes nothing.
const level = zlib.DefaultCompression

// order is how the chunks before the image data stand. Decoders want the palette after what tells of colours and before
// its transparency.
var order = []string{"cICP", "mDCV", "cLLI", "iCCP", "sRGB", "gAMA", "cHRM", "sBIT", "eXIf", "acTL", "PLTE", "tRNS"}

type output struct {
	b        []byte
	sequence uint32
}

func (o *output) chunk(name string, parts ...[]byte) {
	start := len(o.b)
	o.b = append(o.b, 0, 0, 0, 0)
	o.b = append(o.b, name...)
	for _, part := range parts {
		o.b = append(o.b, part...)
	}
	o.seal(start)
}

// seal writes length and checksum of the chunk that begins at start.
func (o *output) seal(start int) {
	binary.BigEndian.PutUint32(o.b[start:], uint32(len(o.b)-start-8))
	o.b = binary.BigEndian.AppendUint32(o.b, crc32.ChecksumIEEE(o.b[start+4:]))
}

// Write appends; so deflated data goes straight to its place.
func (o *output) Write(b []byte) (int, error) {
	o.b = append(o.b, b...)
	return len(b), nil
}

// pictures returns what is shown: the default image first. Its data is nil if it is not shown and cannot give way.
func (p *parser) pictures() []frame {
	if len(p.frames) == 0 {
		return []frame{{width: p.width, height: p.height, data: p.idat}}
	}
	frames := slices.Clone(p.frames)
	if p.defaultIs == 0 {
		frames[0].data = p.idat
		return frames
	}
	if p.full(&frames[0]) {
		return frames
	}
	return append([]frame{{width: p.width, height: p.height}}, frames...)
}

func (p *parser) write(m *Image) ([]byte, error) {
	pictures := p.pictures()
	if p.kind == 3 {
		if err := p.prune(pictures); err != nil {
			return nil, err
		}
	}
	p.complete(m)
	size := 4096
	for _, f := range pictures {
		for _, d := range f.data {
			size += len(d)
		}
	}
	o := &output{b: make([]byte, 0, size+size/8)}
	o.b = append(o.b, signature...)
	header := binary.BigEndian.AppendUint32(nil, uint32(p.width))
	header = binary.BigEndian.AppendUint32(header, uint32(p.height))
	interlaced := byte(0)
	if p.interlaced {
		interlaced = 1
	}
	o.chunk("IHDR", header, []byte{p.depth, p.kind, 0, 0, interlaced})
	for _, name := range order {
		if data := p.chunks[name]; data != nil {
			o.chunk(name, data)
		}
	}
	for i := range pictures {
		if err := p.picture(o, &pictures[i], i); err != nil {
			return nil, err
		}
	}
	o.chunk("IEND")
	return o.b, nil
}

// unheeded leaves chunks about colour out that another goes before: where there is a profile, or it is sRGB, no decoder looks at
// gamma and primaries, and brightness is told for code points. (Where there are code points alone those two stay, for who does
// not know them.)
func (p *parser) unheeded() {
	leave := func(names ...string) {
		for _, name := range names {
			if data := p.chunks[name]; data != nil && !slices.Contains(usual[name], string(data)) {
				p.drop(name, data)
			}
			delete(p.chunks, name)
		}
	}
	if p.profiled || p.chunks["sRGB"] != nil {
		leave("gAMA", "cHRM")
	}
	if p.chunks["cICP"] == nil {
		leave("mDCV", "cLLI")
	}
}

// usual is what nearly all writers put beside sRGB: 1/2.2, and its primaries. To tell of it would be to tell of nothing.
var usual = map[string][]string{
	"gAMA": {"\x00\x00\xb1\x8f", "\x00\x00\xb1\x8e", "\x00\x00\xb1\x90"},
	"cHRM": {"\x00\x00\x7a\x26\x00\x00\x80\x84\x00\x00\xfa\x00\x00\x00\x80\xe8\x00\x00\x75\x30\x00\x00\xea\x60\x00\x00\x3a\x98\x00\x00\x17\x70"},
}

// complete adds the chunks that are written anew.
func (p *parser) complete(m *Image) {
	if m.Rebuilt.Data != nil {
		var b bytes.Buffer
		b.WriteString("c\x00\x00")
		z, _ := zlib.NewWriterLevel(&b, level)
		z.Write(m.Rebuilt.Data)
		z.Close()
		p.chunks["iCCP"] = b.Bytes()
	}
	if m.Orientation > 1 {
		p.chunks["eXIf"] = exif.OrientationTIFF(m.Orientation)
	}
	if len(p.frames) > 0 {
		p.chunks["acTL"] = append(binary.BigEndian.AppendUint32(nil, uint32(len(p.frames))), p.plays...)
	}
}

// picture writes a frame: its header if it is one of an animation, and its data as one chunk.
func (p *parser) picture(o *output, f *frame, index int) error {
	if f.control != nil {
		o.chunk("fcTL", o.next(), size(f), f.control)
	}
	start := len(o.b)
	o.b = append(o.b, 0, 0, 0, 0)
	if index == 0 {
		o.b = append(o.b, "IDAT"...)
	} else {
		o.b = append(o.b, "fdAT"...)
		o.b = append(o.b, o.next()...)
	}
	z, err := zlib.NewWriterLevel(o, level)
	if err != nil {
		return err
	}
	r := p.rows(f.width, f.height)
	if f.data == nil {
		err = r.blank(z)
	} else {
		var tail []byte
		tail, err = r.copy(z, f.data)
		p.drop(Tail, tail)
	}
	if err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	o.seal(start)
	if r.unseen {
		p.parts = append(p.parts, Part{Unseen, nil})
	}
	return nil
}

func (o *output) next() []byte {
	o.sequence++
	return binary.BigEndian.AppendUint32(nil, o.sequence-1)
}

func size(f *frame) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(f.width)), uint32(f.height))
}

// blank writes rows of zeros.
func (r *rows) blank(w io.Writer) error {
	for _, p := range r.passes {
		row := make([]byte, 1+(p.width*r.bits+7)/8)
		for range p.height {
			if _, err := w.Write(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// prune finds out which palette entries are used, cuts the palette behind the last and zeroes the others, and those that
// are fully transparent.
func (p *parser) prune(pictures []frame) error {
	var used [256]bool
	for i := range pictures {
		if pictures[i].data == nil {
			used[0] = true
			continue
		}
		r := p.rows(pictures[i].width, pictures[i].height)
		r.used = &used
		if _, err := r.copy(io.Discard, pictures[i].data); err != nil {
			return err
		}
	}
	palette, alpha := p.chunks["PLTE"], p.chunks["tRNS"]
	last := 0
	for i, u := range used {
		if u && 3*i >= len(palette) {
			return damaged("a colour beyond the palette")
		}
		if u {
			last = i
		}
	}
	colours := bytes.Clone(palette[:3*(last+1)])
	opaque := bytes.Repeat([]byte{255}, last+1)
	copy(opaque, alpha)
	for i := range opaque {
		if !used[i] {
			opaque[i] = 255
		}
		if !used[i] || opaque[i] == 0 {
			clear(colours[3*i : 3*i+3])
		}
	}
	if !bytes.Equal(colours, palette) {
		p.drop(Palette, palette)
	}
	p.chunks["PLTE"] = colours
	delete(p.chunks, "tRNS")
	for len(opaque) > 0 && opaque[len(opaque)-1] == 255 {
		opaque = opaque[:len(opaque)-1]
	}
	if len(opaque) > 0 {
		p.chunks["tRNS"] = opaque
	}
	return nil
}
