// Package jxl rebuilds a JPEG XL still picture.
//
// Carried over: the codestream, as it was wrapped: alone, or in a container of a signature, a file type, the level if it is
// 10, and one box. Of the codestream the headers are read field by field and written anew, each number in its shortest
// form, without names, extensions and a size to be shown at; then the sections that the tables of contents tell of.
// Nothing behind the last frame survives, and no other box: neither EXIF, XMP and JUMBF, compressed or not, nor what
// restores a JPEG to the byte (which holds its metadata).
//
// Not accounted for: the inside of sections. They are copied as they are, so bits behind the last symbol of a section stay,
// and so do patches that no picture uses. Who wants to be sure of that has the picture converted.
//
// Refused, and to be converted: animations, previews, layers, crops, channels other than alpha, weights for enlarging by which
// nothing is enlarged, a colour profile within the codestream (cameras and encoders name common colour spaces by number
// instead) and reordered sections.
package jxl

import (
	"encoding/binary"

	"safelight/client/strip/refuse"
)

// Part is something that is not carried over as it was.
type Part struct {
	// Box is the type of the box it was in; of something else: Trailer and so on.
	Box  string
	Data []byte
}

// What lies elsewhere than in a box that is left out whole.
const (
	Trailer = "trailer" // behind the last frame
	Name    = "name"    // of a channel or frame
	Header  = "header"  // extensions and fields that decoders do not heed, or a longer form of a number
)

// Image is what a file holds.
type Image struct {
	Width, Height int // as stored
	Orientation   int // 1–8, as the codestream says; it stays there
	Alpha         bool
	Wide          bool // its colours may be outside of sRGB
	Container     bool
	Parts         []Part
}

// Options of a strip.
type Options struct {
	// MaxPixels is the largest accepted product of width and height.
	MaxPixels int
}

// Strip returns the rebuilt file.
func Strip(src []byte, o Options) ([]byte, *Image, error) {
	f, err := unwrap(src)
	if err != nil {
		return nil, nil, err
	}
	c := &codestream{in: reader{b: f.stream}, maxPixels: o.MaxPixels}
	if err := c.rewrite(); err != nil {
		return nil, nil, err
	}
	m := c.image(f)
	if !f.container {
		return c.out.b, m, nil
	}
	out := append([]byte(signature), fileType...)
	if f.level == 10 {
		out = append(out, "\x00\x00\x00\x09jxll\x0a"...)
	}
	n := uint64(len(c.out.b)) + 8
	if n >= 1<<32 {
		return nil, nil, refuse.New(refuse.LargeFile, "")
	}
	out = append(binary.BigEndian.AppendUint32(out, uint32(n)), "jxlc"...)
	return append(out, c.out.b...), m, nil
}

// Inspect reads boxes and headers.
func Inspect(src []byte, o Options) (*Image, error) {
	_, m, err := Strip(src, o)
	return m, err
}

func (c *codestream) image(f *file) *Image {
	return &Image{
		Width: c.width, Height: c.height, Orientation: c.orientation, Alpha: c.channels > 0, Wide: c.wide, Container: f.container,
		Parts: append(f.parts, c.parts...),
	}
}

func damaged(detail string) error { return refuse.New(refuse.Damaged, detail) }
func coding(detail string) error  { return refuse.New(refuse.Coding, detail) }
