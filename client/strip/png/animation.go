package png

import "encoding/binary"

// animation reads the chunks of APNG. A file that begins to be animated only after its image data is not animated.
func (p *parser) animation(name string, data []byte) error {
	if name == "acTL" {
		if len(p.idat) > 0 || p.animated || len(data) != 8 || binary.BigEndian.Uint32(data) == 0 {
			p.drop(name, data)
			return nil
		}
		p.animated, p.plays = true, data[4:8]
		return nil
	}
	if !p.animated {
		p.drop(name, data)
		return nil
	}
	if len(data) < 4 || binary.BigEndian.Uint32(data) != p.sequence {
		return damaged("frames out of order")
	}
	p.sequence++
	if name == "fcTL" {
		return p.frameControl(data)
	}
	last := len(p.frames) - 1
	if last < 0 || last == p.defaultIs || len(p.idat) == 0 {
		return damaged("frame data without a frame")
	}
	p.frames[last].data = append(p.frames[last].data, data[4:])
	return nil
}

func (p *parser) frameControl(data []byte) error {
	if len(data) != 26 {
		return damaged("frame header")
	}
	w, h := uint64(binary.BigEndian.Uint32(data[4:])), uint64(binary.BigEndian.Uint32(data[8:]))
	x, y := uint64(binary.BigEndian.Uint32(data[12:])), uint64(binary.BigEndian.Uint32(data[16:]))
	if w == 0 || h == 0 || x+w > uint64(p.width) || y+h > uint64(p.height) || data[24] > 2 || data[25] > 1 {
		return damaged("frame header")
	}
	if len(p.frames) >= maxFrames {
		return coding("too many frames")
	}
	if p.pixels += int(w * h); p.pixels > maxAnimation*p.maxPixels {
		return coding("too many frames for its size")
	}
	f := frame{width: int(w), height: int(h), control: data[12:]}
	if len(p.idat) == 0 {
		if len(p.frames) > 0 || f.width != p.width || f.height != p.height || x != 0 || y != 0 {
			return damaged("frame header")
		}
		p.defaultIs = 0
	}
	p.frames = append(p.frames, f)
	return nil
}

// full reports whether the frame can stand as the default image.
func (p *parser) full(f *frame) bool {
	return f.width == p.width && f.height == p.height && binary.BigEndian.Uint64(f.control) == 0
}

// Still returns the file as one without animation: what shows is its default image. Broken files come back in part.
func Still(src []byte) []byte {
	out := append(make([]byte, 0, len(src)), src[:min(len(src), len(signature))]...)
	for rest := src[len(out):]; len(rest) >= 12; {
		n := uint64(binary.BigEndian.Uint32(rest)) + 12
		if n > uint64(len(rest)) {
			break
		}
		if name := string(rest[4:8]); name != "acTL" && name != "fcTL" && name != "fdAT" {
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
	return out
}
