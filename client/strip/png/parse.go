package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"

	"safelight/client/strip/exif"
	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
)

const (
	signature = "\x89PNG\r\n\x1a\n"
	maxParts  = 10_000
	maxFrames = 10_000
	// All frames of an animation together may have this many times the pixels that one image may have.
	maxAnimation = 8
)

type parser struct {
	width, height int
	maxPixels     int
	plainSRGB     bool
	depth, kind   byte // colour type: 1 palette, 2 colour, 4 alpha
	interlaced    bool

	chunks      map[string][]byte // that are carried over
	idat        [][]byte
	pastIDAT    bool // another chunk has come after the first IDAT
	animated    bool // acTL came before IDAT
	plays       []byte
	sequence    uint32
	frames      []frame
	defaultIs   int // which frame the default image is, -1 for none
	pixels      int
	orientation int
	profile     []byte
	profileName string
	profiled    bool // the profile says what colours the numbers mean
	parts       []Part
}

// frame is one picture of an animation.
type frame struct {
	width, height int
	control       []byte // x, y, delay, disposal, blending
	data          [][]byte
}

func parse(src []byte, maxPixels int) (*parser, error) {
	if !bytes.HasPrefix(src, []byte(signature)) {
		return nil, damaged("no signature")
	}
	p := &parser{maxPixels: maxPixels, chunks: map[string][]byte{}, defaultIs: -1}
	for rest := src[len(signature):]; ; {
		if len(rest) < 12 {
			return nil, damaged("cut off")
		}
		n := uint64(binary.BigEndian.Uint32(rest))
		if n+12 > uint64(len(rest)) {
			return nil, damaged("cut off")
		}
		name, data := string(rest[4:8]), rest[8:8+n]
		intact := crc32.ChecksumIEEE(rest[4:8+n]) == binary.BigEndian.Uint32(rest[8+n:])
		rest = rest[12+n:]
		critical := name[0]&0x20 == 0
		switch {
		case critical && !intact:
			return nil, damaged("a chunk's checksum is wrong")
		case p.width == 0 && name == "CgBI":
			return nil, coding("made for iPhone applications")
		case p.width == 0 && name != "IHDR":
			return nil, damaged("no header")
		case name == "IEND":
			p.drop("IEND", data)
			p.drop(Trailer, rest)
			return p, p.finish()
		case !intact:
			p.drop(name, data)
		default:
			if err := p.chunk(name, data); err != nil {
				return nil, err
			}
		}
		if len(p.parts) > maxParts {
			return nil, coding("too many chunks")
		}
	}
}

func (p *parser) drop(name string, data []byte) {
	if len(data) > 0 {
		p.parts = append(p.parts, Part{name, data})
	}
}

func (p *parser) finish() error {
	if len(p.idat) == 0 {
		return damaged("no image data")
	}
	if p.kind == 3 && p.chunks["PLTE"] == nil {
		return damaged("no palette")
	}
	if len(p.frames) > 0 && p.defaultIs != 0 {
		p.drop(Hidden, p.idat[0])
	}
	for i := range p.frames {
		if i != p.defaultIs && len(p.frames[i].data) == 0 {
			return damaged("a frame without data")
		}
	}
	return nil
}

func (p *parser) chunk(name string, data []byte) error {
	if name != "IDAT" && len(p.idat) > 0 {
		p.pastIDAT = true
	}
	switch name {
	case "IHDR":
		return p.header(data)
	case "IDAT":
		if p.pastIDAT {
			return damaged("image data in two places")
		}
		p.idat = append(p.idat, data)
	case "PLTE":
		return p.palette(data)
	case "tRNS":
		p.keep(name, p.transparency(data), data)
	case "sBIT":
		p.keep(name, p.significant(data), data)
	case "gAMA", "cHRM", "sRGB", "cICP", "mDCV", "cLLI":
		kept := data
		if len(data) != sizes[name] || name == "sRGB" && data[0] > 3 {
			kept = nil
		}
		p.keep(name, kept, data)
	case "iCCP":
		p.drop(name, data)
		return p.readProfile(data)
	case "eXIf":
		if p.orientation == 0 {
			p.orientation = exif.Orientation(data)
		}
		if p.orientation < 2 || !bytes.Equal(data, exif.OrientationTIFF(p.orientation)) {
			p.drop(name, data)
		}
	case "acTL", "fcTL", "fdAT":
		return p.animation(name, data)
	default:
		if name[0]&0x20 == 0 {
			return coding("a chunk that readers must know and do not")
		}
		p.drop(name, data)
		if len(data) == 0 {
			p.parts = append(p.parts, Part{name, nil})
		}
	}
	return nil
}

var sizes = map[string]int{"gAMA": 4, "cHRM": 32, "sRGB": 1, "cICP": 4, "mDCV": 24, "cLLI": 8}

// keep carries kept over unless the chunk came before; nil, or what comes a second time or too late, is left out.
func (p *parser) keep(name string, kept, data []byte) {
	if kept == nil || p.chunks[name] != nil || len(p.idat) > 0 {
		p.drop(name, data)
		return
	}
	p.chunks[name] = kept
}

func (p *parser) header(b []byte) error {
	if p.width != 0 || len(b) != 13 {
		return damaged("header")
	}
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w == 0 || h == 0 || w >= 1<<31 || h >= 1<<31 {
		return damaged("header")
	}
	if uint64(w)*uint64(h) > uint64(p.maxPixels) {
		return refuse.New(refuse.LargeSize, "")
	}
	depths := map[byte]string{0: "\x01\x02\x04\x08\x10", 2: "\x08\x10", 3: "\x01\x02\x04\x08", 4: "\x08\x10", 6: "\x08\x10"}
	if bytes.IndexByte([]byte(depths[b[9]]), b[8]) < 0 || b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return damaged("header")
	}
	p.width, p.height, p.depth, p.kind, p.interlaced = int(w), int(h), b[8], b[9], b[12] == 1
	return nil
}

func (p *parser) palette(data []byte) error {
	if p.kind != 3 {
		// A suggestion for displays of 256 colours.
		p.drop("PLTE", data)
		return nil
	}
	if len(data) == 0 || len(data)%3 != 0 || len(data) > 3<<p.depth || p.chunks["PLTE"] != nil || len(p.idat) > 0 {
		return damaged("palette")
	}
	p.chunks["PLTE"] = data
	return nil
}

// transparency returns the part of a tRNS chunk that counts, nil if it is none.
func (p *parser) transparency(data []byte) []byte {
	switch {
	case p.kind == 3 && p.chunks["PLTE"] != nil && len(data) > 0:
		return data[:min(len(data), len(p.chunks["PLTE"])/3)]
	case p.kind == 0 && len(data) == 2, p.kind == 2 && len(data) == 6:
		// Bits above the depth do not count.
		kept := bytes.Clone(data)
		for i := 0; i < len(kept); i += 2 {
			v := binary.BigEndian.Uint16(kept[i:]) & uint16(1<<p.depth-1)
			binary.BigEndian.PutUint16(kept[i:], v)
		}
		return kept
	}
	return nil
}

func (p *parser) significant(data []byte) []byte {
	n := map[byte]int{0: 1, 2: 3, 3: 3, 4: 2, 6: 4}[p.kind]
	most := p.depth
	if p.kind == 3 {
		most = 8
	}
	if len(data) != n {
		return nil
	}
	for _, v := range data {
		if v == 0 || v > most {
			return nil
		}
	}
	return data
}

// readProfile inflates an iCCP chunk: name, zero, method zero, zlib stream.
func (p *parser) readProfile(data []byte) error {
	end := bytes.IndexByte(data, 0)
	if end < 0 || end+2 > len(data) || data[end+1] != 0 || p.profile != nil || len(p.idat) > 0 {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(data[end+2:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(z, icc.MaxSize+1))
	if len(profile) > icc.MaxSize {
		return refuse.New(refuse.LargeICC, "")
	}
	if err == nil {
		p.profile, p.profileName = profile, string(data[:end])
	}
	return nil
}
