package bmff

import (
	"bytes"
	"errors"
)

// ErrSecond is returned where coded data holds more than one picture.
var ErrSecond = errors.New("bmff: a second picture behind the first")

// maxLayers is how many frames one picture may be made of.
const maxLayers = 4

// AV1Picture is one picture coded in AV1, taken apart.
type AV1Picture struct {
	// Data is the picture without what nobody needs to show it: one sequence header, HDR metadata, and the units of frames.
	Data     []byte
	Sequence *Sequence
	// Key is its first frame, the only one if Frames is 1. Others are layers above it.
	Key    *Frame
	Frames int
	// Dropped are the units that were left out, but for empty delimiters.
	Dropped []OBU

	header []byte // content of the sequence header
	next   int    // tile that comes next; -1 between frames
	light  [3]bool
}

// ParseAV1 takes a temporal unit apart. The first frame has to be a key frame that is shown, and its headers end where they
// say; frames behind it are taken only if they are shown and predicted from others, which makes them layers of the
// same picture.
func ParseAV1(b []byte) (*AV1Picture, error) {
	units, err := OBUs(b)
	if err != nil {
		return nil, err
	}
	a := &AV1Picture{next: -1}
	for _, u := range units {
		if err := a.unit(u); err != nil {
			return nil, err
		}
	}
	if a.Key == nil || a.next >= 0 {
		return nil, ErrFormat
	}
	return a, nil
}

func (a *AV1Picture) keep(u OBU) { a.Data = AppendOBU(a.Data, u) }

func (a *AV1Picture) unit(u OBU) error {
	switch u.Type {
	case OBUSequence:
		return a.sequence(u)
	case OBUFrame, OBUFrameHeader:
		return a.frame(u)
	case OBUTileGroup:
		if a.next < 0 {
			return ErrFormat
		}
		a.keep(u)
		return a.tiles(u.Data)
	case OBUTileList:
		return ErrSecond
	case OBUMetadata:
		if a.brightness(u) {
			a.keep(u)
			return nil
		}
	case OBUDelimiter:
		if len(u.Data) == 0 {
			return nil
		}
	}
	a.Dropped = append(a.Dropped, u)
	return nil
}

// brightness reports whether a unit is metadata about how bright the picture is: types 1 and 2, of exact size, once each, in
// front of the frame.
func (a *AV1Picture) brightness(u OBU) bool {
	if a.Sequence == nil || a.Frames > 0 || len(u.Data) == 0 {
		return false
	}
	kind := u.Data[0]
	size := map[byte]int{1: 4, 2: 24}[kind]
	if size == 0 || len(u.Data) != 2+size || u.Data[1+size] != 0x80 || a.light[kind] {
		return false
	}
	a.light[kind] = true
	return true
}

func (a *AV1Picture) sequence(u OBU) error {
	if a.Sequence != nil {
		if !bytes.Equal(a.header, u.Data) {
			return ErrSecond
		}
		return nil
	}
	s, err := ParseSequence(u.Data)
	if err != nil {
		return err
	}
	a.Sequence, a.header = s, u.Data
	u.Data = s.Untimed(u.Data)
	a.keep(u)
	return nil
}

func (a *AV1Picture) frame(u OBU) error {
	if a.Sequence == nil || a.next >= 0 {
		return ErrFormat
	}
	f, err := ParseFrame(u.Data, a.Sequence)
	if err != nil {
		return err
	}
	if a.Frames++; a.Frames == 1 && (f.Again || f.Type != KeyFrame) {
		return ErrFormat
	}
	if f.Again || !f.Shown || a.Frames > 1 && (f.Type != InterFrame || u.Type != OBUFrame) || a.Frames > maxLayers {
		return ErrSecond
	}
	a.keep(u)
	if a.Frames > 1 {
		return nil
	}
	a.Key, a.next = f, 0
	rest, err := f.Rest(u.Data, u.Type == OBUFrameHeader)
	if err != nil || u.Type == OBUFrameHeader {
		return err
	}
	return a.tiles(rest)
}

func (a *AV1Picture) tiles(b []byte) error {
	next, end, err := a.Key.Tiles(b, a.next)
	if err != nil {
		return err
	}
	if a.next = next; end {
		a.next = -1
	}
	return nil
}

// String names the type.
func (t OBUType) String() string {
	names := map[OBUType]string{
		OBUSequence: "sequence header", OBUDelimiter: "delimiter", OBUMetadata: "metadata", OBURedundant: "redundant header", OBUPadding: "padding",
	}
	if name, ok := names[t]; ok {
		return name
	}
	return "unknown unit"
}
