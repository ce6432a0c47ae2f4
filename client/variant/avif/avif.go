// Package avif makes AVIF files of the AV1 key frames that a browser's VideoEncoder gives.
//
//	file, err := avif.Mux(avif.Input{Color: chunk, Orientation: 6})
//
// The frames are copied as they are; delimiters, padding and whatever else lies beside them is left out, and what the file
// says of them is read from their own headers. The result is as client/strip/heif writes files: stripping it changes
// nothing.
package avif

import (
	"errors"
	"fmt"

	"safelight/client/bmff"
)

// Errors of Mux.
var (
	ErrFrame = errors.New("avif: not one AV1 key frame")
	ErrSize  = errors.New("avif: coded in another size than asked for, or than it says")
	ErrInput = errors.New("avif: orientation or labels that do not exist")
)

// Labels are the code points of ITU-T H.273 that say what the numbers of a picture mean.
type Labels struct {
	Primaries, Transfer, Matrix int
	FullRange                   bool
}

// Input is what a file is made of.
type Input struct {
	// Color is the coded picture: one temporal unit, with its sequence header.
	Color []byte
	// Alpha is the coded transparency, nil if there is none: the luma of a picture of the same size, in full range.
	Alpha []byte
	// Width and Height are what was asked of the encoder; 0 takes what it made.
	Width, Height int
	// Orientation is the number of EXIF, 1 to 8; 0 is 1.
	Orientation int
	// Labels say what an encoder does not write: the coded picture's own are kept where it has some. Firefox writes none
	// and turns RGB into {1, 13, 6, limited range}, which is what nil means.
	Labels *Labels
	// FullRange corrects the coded picture: its numbers have the full range though its header does not say so, as encoders
	// do that take planes as they are.
	FullRange bool
	// Profile is a colour profile, rebuilt by client/strip/icc; nil if the labels say all.
	Profile []byte
}

// Mux returns the file.
func Mux(in Input) ([]byte, error) {
	if in.Orientation < 0 || in.Orientation > 8 {
		return nil, ErrInput
	}
	color, err := picture(in.Color, in.FullRange)
	if err != nil {
		return nil, err
	}
	if in.Width != 0 && in.Width != color.Key.Width || in.Height != 0 && in.Height != color.Key.Height {
		return nil, fmt.Errorf("%w: %d×%d", ErrSize, color.Key.Width, color.Key.Height)
	}
	labels, err := in.labels(color.Sequence)
	if err != nil {
		return nil, err
	}
	q := base(color)
	q = append(q, bmff.ColourProperty(labels.Primaries, labels.Transfer, labels.Matrix, labels.FullRange))
	if in.Profile != nil {
		q = append(q, bmff.NewProperty("colr", false, append([]byte("prof"), in.Profile...)))
	}
	first := &bmff.StillItem{Kind: "av01", Data: color.Data, Properties: append(q, turn(in.Orientation)...)}
	s := bmff.Still{Major: "avif", Brands: brands(color.Sequence), Items: []*bmff.StillItem{first}}
	if in.Alpha != nil {
		if first.Alpha, err = in.alpha(color); err != nil {
			return nil, err
		}
		s.Items = append(s.Items, first.Alpha)
	}
	return s.Bytes(), nil
}

// alpha makes the item of the transparency.
func (in Input) alpha(color *bmff.AV1Picture) (*bmff.StillItem, error) {
	a, err := picture(in.Alpha, true)
	if err != nil {
		return nil, err
	}
	if a.Key.Width != color.Key.Width || a.Key.Height != color.Key.Height {
		return nil, fmt.Errorf("%w: transparency has %d×%d", ErrSize, a.Key.Width, a.Key.Height)
	}
	q := append(base(a), bmff.AuxiliaryProperty("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"))
	// Transparency lies over the picture as it is coded; both are turned.
	return &bmff.StillItem{Kind: "av01", Data: a.Data, Properties: append(q, turn(in.Orientation)...)}, nil
}

// picture takes a coded picture apart. With full its sequence header says that the range is.
func picture(b []byte, full bool) (*bmff.AV1Picture, error) {
	a, err := bmff.ParseAV1(b)
	if err != nil || a.Frames != 1 {
		return nil, ErrFrame
	}
	if a.Key.Width != a.Sequence.Width || a.Key.Height != a.Sequence.Height {
		// Readers go by the one or by the other, and client/strip/heif refuses it.
		return nil, fmt.Errorf("%w: the frame has %d×%d, its sequence %d×%d", ErrSize, a.Key.Width, a.Key.Height, a.Sequence.Width, a.Sequence.Height)
	}
	if !full || a.Sequence.FullRange {
		return a, nil
	}
	units, err := bmff.OBUs(a.Data)
	if err != nil {
		return nil, ErrFrame
	}
	var out []byte
	for _, u := range units {
		if u.Type == bmff.OBUSequence {
			u.Data = a.Sequence.WithRange(u.Data, true)
		}
		out = bmff.AppendOBU(out, u)
	}
	if a, err = bmff.ParseAV1(out); err != nil {
		return nil, ErrFrame
	}
	return a, nil
}

// labels returns what the file says of its colours: what the coded picture says, else what the caller knows.
func (in Input) labels(s *bmff.Sequence) (Labels, error) {
	l := Labels{1, 13, 6, s.FullRange}
	if in.Labels != nil {
		l = *in.Labels
		if l.FullRange != s.FullRange {
			return l, fmt.Errorf("%w: the range is coded", ErrInput)
		}
	}
	if s.Primaries != 2 || s.Transfer != 2 || s.Matrix != 2 {
		l = Labels{s.Primaries, s.Transfer, s.Matrix, s.FullRange}
	}
	for _, v := range []int{l.Primaries, l.Transfer, l.Matrix} {
		if v < 0 || v > 255 {
			return l, ErrInput
		}
	}
	return l, nil
}

// base returns size, depth and configuration.
func base(a *bmff.AV1Picture) []bmff.StillProperty {
	planes := 3
	if a.Sequence.Mono {
		planes = 1
	}
	depth := []byte{0, 0, 0, 0, byte(planes)}
	for range planes {
		depth = append(depth, byte(a.Sequence.BitDepth))
	}
	return []bmff.StillProperty{
		bmff.SizeProperty(a.Key.Width, a.Key.Height),
		bmff.NewProperty("pixi", false, depth),
		bmff.NewProperty("av1C", true, a.Sequence.Config()),
	}
}

// turn returns rotation and mirror for an orientation of EXIF.
func turn(orientation int) []bmff.StillProperty {
	t := [9][2]int{{}, {}, {0, 2}, {2, 0}, {0, 1}, {1, 1}, {3, 0}, {3, 1}, {1, 0}}[orientation]
	return bmff.TurnProperties(t[0], t[1])
}

// brands returns the compatible brands. Those of the AVIF profiles promise a level: encoders name too high a one for large
// photos, which then go without.
func brands(s *bmff.Sequence) []string {
	list := []string{"avif", "mif1", "miaf"}
	switch {
	case s.Profile == 0 && s.Level <= 13:
		list = append(list, "MA1B")
	case s.Profile == 1 && s.Level <= 16:
		list = append(list, "MA1A")
	}
	return list
}

// BaseQIdx returns the quantizer, 0 to 255, of the key frame in a temporal unit. It tells which range an encoder's own
// numbers have: encode a small frame with quantizer 63 and see.
func BaseQIdx(chunk []byte) (int, error) {
	a, err := bmff.ParseAV1(chunk)
	if err != nil {
		return 0, ErrFrame
	}
	return a.Key.BaseQIdx, nil
}
