// Package heif rebuilds AVIF and HEIC stills so that nothing is left in them but what a decoder needs to show the same
// pixels.
//
// The result is a new file, written from its first byte: ftyp with known brands; meta with a nameless handler, the primary
// image, its grid tiles and their alpha, nameless, with the properties that show; one mdat. Grid descriptions are written
// anew (in HEIC in idat, where phones have them), decoder configurations are made of the parameter sets, colour profiles
// are rebuilt. Coded images are taken apart: of AV1 the sequence header, frames, tile groups and HDR metadata stay, of HEVC
// the slices and the parameter sets; of both everything else goes. One item holds one picture (AV1: up to four layers of
// it); a second one refuses the file. Sizes are checked against the coded images, so that nothing hides outside of the
// frame but what pads the last block or tile.
//
// Headers of AV1 and parameter sets of HEVC are parsed to the last bit, and extensions in which anything could be are
// refused. Of HEVC the video and sequence parameters are written anew: without clock rates, buffers and windows for players,
// without reserved bits, and, where the picture starts afresh, without lists of reference pictures; clock rates of AV1 are
// overwritten. Not accounted for is what lies within entropy-coded data: behind the last symbol of an AV1 tile or a HEVC
// slice segment bytes could follow that only a full decoder would find (zeros there are cut off in HEVC). Nor are the headers
// of HEVC slices and of AV1 layers above the first, behind their first fields. Who wants to be sure of that has the picture
// converted, or sends pixels only.
package heif

import (
	"safelight/client/strip/icc"
)

// Kind says what kind of thing a Part is.
type Kind int

// The closed list.
const (
	Box      Kind = 1 + iota // a box beside the picture; Name is its type
	Item                     // an item; Name is its type, such as Exif, mime, jpeg, hvc1
	Property                 // a property of a kept item; Name is its type
	Name                     // the name of an item or of the handler
	Coded                    // within a coded image; Name is sei, aud, padding and so on
	Gap                      // bytes that nothing refers to
)

// Part is something that is not carried over.
type Part struct {
	Kind Kind
	Name string
	// Role of an item: thmb, cdsc, dimg, or the type of an auxiliary image, such as urn:com:apple:photo:2020:aux:hdrgainmap;
	// or the content type of a mime item. It comes from the file.
	Role string
	// Data is its content, without what wraps it: of an Exif item the TIFF block, of an image item the coded image.
	Data []byte
	// Width and Height are those of an image item, 0 if unknown.
	Width, Height int
	// ID is the number of an item, for Still.
	ID int
}

// Image is what a file holds.
type Image struct {
	Width, Height int  // as stored
	Orientation   int  // 1–8, of irot and imir
	HEVC          bool // else AV1
	Alpha         bool
	// Profile is the colour profile as stored, Rebuilt what of it is carried over; decoders that give plain pixels
	// (libheif in the page) need it to say what their numbers mean.
	Profile []byte
	Rebuilt icc.Profile
	// Primaries, Transfer and Matrix are the code points of the picture (2 if nothing says).
	Primaries, Transfer, Matrix int
	// Wide says that its gamut is larger than that of sRGB.
	Wide  bool
	Parts []Part
}

// Details of refusals that lie in what the file is: to leave out the rest of it, it has to be made anew of its pixels.
const (
	Cropped  = "cropped, with what was cut off still in it"
	Sequence = "a sequence of pictures"
)

// Options of a strip.
type Options struct {
	// MaxPixels is the largest accepted product of width and height.
	MaxPixels int
	// PlainSRGB leaves a profile out that only says sRGB, which is what a file without a profile means.
	PlainSRGB bool
}

// Strip returns the rebuilt file.
func Strip(src []byte, o Options) ([]byte, *Image, error) {
	p, err := parse(src, o)
	if err != nil {
		return nil, nil, err
	}
	if err := p.clean(p.root); err != nil {
		return nil, nil, err
	}
	out, err := p.write()
	if err != nil {
		return nil, nil, err
	}
	p.m.Parts = p.parts
	p.m.judge()
	return out, p.m, nil
}

// Inspect reads the boxes without looking into the coded images.
func Inspect(src []byte, o Options) (*Image, error) {
	p, err := parse(src, o)
	if err != nil {
		return nil, err
	}
	p.m.Parts = p.parts
	return p.m, nil
}

// Still returns a picture within a file, such as its thumbnail or its map of depths, as a stripped file of its own.
func Still(src []byte, item int, o Options) ([]byte, *Image, error) {
	p, err := newParser(src, o)
	if err != nil {
		return nil, nil, err
	}
	p.primary = item
	if err := p.pick(); err != nil {
		return nil, nil, err
	}
	p.gathered = 0
	if err := p.clean(p.root); err != nil {
		return nil, nil, err
	}
	out, err := p.write()
	return out, p.m, err
}
