package heif

import (
	"bytes"

	"safelight/client/bmff"
)

// maxLayers is how many frames one picture may be made of.
const maxLayers = 4

// av1 takes a coded image apart.
type av1 struct {
	p        *parser
	out      []byte
	sequence *bmff.Sequence
	raw      []byte // of the sequence header
	frame    *bmff.Frame
	key      *bmff.Frame
	next     int // tile that comes next; -1 between frames
	frames   int
	metadata map[byte]bool
}

// cleanAV1 rebuilds the data of an AV1 item.
func (p *parser) cleanAV1(pic *picture, b []byte) error {
	units, err := bmff.OBUs(b)
	if err != nil {
		return damaged("coded picture")
	}
	a := &av1{p: p, next: -1, metadata: map[byte]bool{}}
	for _, u := range units {
		if err := a.unit(u); err != nil {
			return err
		}
	}
	if a.key == nil || a.next >= 0 {
		return damaged("coded picture")
	}
	if a.frames == 1 && (a.key.Width != pic.width || a.key.Height != pic.height) || a.sequence.Width < pic.width || a.sequence.Height < pic.height {
		return p.refuse("coded in another size than it says")
	}
	pic.data, pic.properties.coded = a.out, a.sequence.Config()
	if c := pic.properties.config; len(c) > 4 {
		p.drop(Part{Kind: Coded, Name: "av1C", Data: c[4:]})
	}
	if (pic.role == primary || pic.role == tile) && p.m.Primaries == 2 {
		p.m.Primaries, p.m.Transfer, p.m.Matrix = a.sequence.Primaries, a.sequence.Transfer, a.sequence.Matrix
	}
	return nil
}

func (a *av1) drop(name string, u bmff.OBU) {
	a.p.drop(Part{Kind: Coded, Name: name, Data: u.Data})
}

func (a *av1) keep(u bmff.OBU) { a.out = bmff.AppendOBU(a.out, u) }

func (a *av1) unit(u bmff.OBU) error {
	switch u.Type {
	case bmff.OBUSequence:
		return a.header(u)
	case bmff.OBUFrame, bmff.OBUFrameHeader:
		return a.picture(u)
	case bmff.OBUTileGroup:
		if a.next < 0 {
			return damaged("coded picture")
		}
		a.keep(u)
		return a.tiles(u.Data)
	case bmff.OBUMetadata:
		if a.light(u) {
			a.keep(u)
		} else {
			a.drop("metadata", u)
		}
	case bmff.OBUDelimiter:
		if len(u.Data) > 0 {
			a.drop("delimiter", u)
		}
	case bmff.OBURedundant:
		a.drop("redundant header", u)
	case bmff.OBUTileList:
		return a.p.refuse("tile lists")
	case bmff.OBUPadding:
		a.drop("padding", u)
	default:
		a.drop("unknown unit", u)
	}
	return nil
}

// light reports whether a unit is metadata about how bright the picture is: types 1 and 2, of exact size, once each, in front
// of the frame.
func (a *av1) light(u bmff.OBU) bool {
	if a.sequence == nil || a.frames > 0 || len(u.Data) == 0 || a.metadata[u.Data[0]] {
		return false
	}
	size := map[byte]int{1: 4, 2: 24}[u.Data[0]]
	if size == 0 || len(u.Data) != 2+size || u.Data[1+size] != 0x80 {
		return false
	}
	a.metadata[u.Data[0]] = true
	return true
}

func (a *av1) header(u bmff.OBU) error {
	if a.sequence != nil {
		if !bytes.Equal(a.raw, u.Data) {
			return a.p.refuse("a second picture behind the first")
		}
		a.drop("sequence header", u)
		return nil
	}
	s, err := bmff.ParseSequence(u.Data)
	if err != nil {
		return damaged("coded picture")
	}
	a.sequence, a.raw = s, u.Data
	u.Data = s.Untimed(u.Data)
	a.keep(u)
	return nil
}

// picture takes a frame: the first is a key frame that is shown, the others are layers above it, which only a difference
// from the one below can be.
func (a *av1) picture(u bmff.OBU) error {
	if a.sequence == nil || a.next >= 0 {
		return damaged("coded picture")
	}
	f, err := bmff.ParseFrame(u.Data, a.sequence)
	if err != nil {
		return damaged("coded picture")
	}
	if a.frames++; a.frames == 1 && (f.Again || f.Type != bmff.KeyFrame) {
		return damaged("coded picture")
	}
	if f.Again || !f.Shown || a.frames > 1 && f.Type != bmff.InterFrame || a.frames > maxLayers {
		return a.p.refuse("a second picture behind the first")
	}
	a.frame = f
	a.keep(u)
	if a.frames > 1 {
		if u.Type == bmff.OBUFrameHeader {
			return a.p.refuse("a layer in pieces")
		}
		return nil
	}
	a.key = f
	rest, err := f.Rest(u.Data, u.Type == bmff.OBUFrameHeader)
	if err != nil {
		return damaged("coded picture")
	}
	a.next = 0
	if u.Type == bmff.OBUFrameHeader {
		return nil
	}
	return a.tiles(rest)
}

func (a *av1) tiles(b []byte) error {
	next, end, err := a.frame.Tiles(b, a.next)
	if err != nil {
		return damaged("coded picture")
	}
	if a.next = next; end {
		a.next = -1
	}
	return nil
}
