package gif

import (
	"bytes"
	"encoding/binary"
)

func (p *parser) write() ([]byte, error) {
	s := &pictures{p: p}
	global, err := p.common(s)
	if err != nil {
		return nil, err
	}
	out := []byte("GIF89a")
	out = binary.LittleEndian.AppendUint16(out, uint16(p.width))
	out = binary.LittleEndian.AppendUint16(out, uint16(p.height))
	if global == nil {
		out = append(out, 0x70, 0, 0)
	} else {
		out = append(out, 0xf0|byte(global.bits()-1), 0, 0)
		out = append(out, global.bytes()...)
	}
	if p.loops != nil {
		out = append(append(out, "\x21\xff\x0bNETSCAPE2.0\x03\x01"...), p.loops[0], p.loops[1], 0)
	}
	for i := range p.frames {
		if out, err = p.frame(out, s, i, global); err != nil {
			return nil, err
		}
	}
	return append(out, 0x3b), nil
}

// common returns the table of the frames that have none of their own; nil if all have.
func (p *parser) common(s *pictures) (*palette, error) {
	var global *palette
	for i := range p.frames {
		if p.frames[i].local != nil {
			continue
		}
		if global == nil {
			global = &palette{}
		}
		f, err := s.decode(i)
		if err != nil {
			return nil, err
		}
		if _, _, err := global.add(f); err != nil {
			return nil, err
		}
	}
	if p.global != nil && (global == nil || !bytes.Equal(global.bytes(), p.global)) {
		p.drop(Palette, p.global)
	}
	return global, nil
}

func (p *parser) frame(out []byte, s *pictures, index int, table *palette) ([]byte, error) {
	f, err := s.decode(index)
	if err != nil {
		return nil, err
	}
	own := p.frames[index].local
	if own != nil {
		table = &palette{}
	}
	become, transparent, err := table.add(f)
	if err != nil {
		return nil, err
	}
	p.alpha = p.alpha || transparent >= 0
	out = p.frames[index].appendControl(out, transparent)
	out = append(out, 0x2c)
	for _, v := range []int{f.area.Min.X, f.area.Min.Y, f.area.Dx(), f.area.Dy()} {
		out = binary.LittleEndian.AppendUint16(out, uint16(v))
	}
	if own == nil {
		out = append(out, 0)
	} else {
		out = append(out, 0x80|byte(table.bits()-1))
		out = append(out, table.bytes()...)
		if !bytes.Equal(table.bytes(), own) {
			p.drop(Palette, own)
		}
	}
	for i, v := range f.pixels {
		f.pixels[i] = become[v]
	}
	s.known = 0 // its pixels are no longer those of the source
	return encode(out, f.pixels, max(table.bits(), 2))
}

// appendControl writes what is said of a frame before it, if anything is.
func (f *frame) appendControl(out []byte, transparent int) []byte {
	flags := f.disposal << 2
	if transparent >= 0 {
		flags |= 1
	}
	if flags == 0 && f.delay == [2]byte{} {
		return out
	}
	return append(out, 0x21, 0xf9, 4, flags, f.delay[0], f.delay[1], byte(max(transparent, 0)), 0)
}
