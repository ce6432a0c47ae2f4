// Package jpeg rebuilds a JPEG so that nothing is left in it but what a decoder needs to show the same pixels.
//
// Carried over: frame header, the quantisation and Huffman tables that are used (one to a segment), restart interval,
// scan headers, entropy-coded data; a JFIF header and an Adobe header rewritten to fixed bytes, because both decide
// what colours the numbers mean; orientation as an EXIF block of one tag; the colour profile, rebuilt. The entropy-coded
// data is decoded to its symbols, so that every bit is accounted for. Where all is canonical (each Huffman table is one of
// the standard four or the optimum for what it codes, padding is ones, blocks outside of the picture are empty, no bytes
// lie behind the last block) it is copied, else the same symbols are written anew with optimal tables. The
// coefficients, and so the pixels, are the same either way.
package jpeg

import (
	"bytes"

	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
)

// What names the place that a Part was found in.
type What int

// App is the APPn segment with number n; the payload follows the length.
const (
	App0    What = 0
	App15   What = 15
	Comment What = iota + 14 // COM
	Unknown                  // another segment that decoders skip
	Junk                     // bytes between two segments
	Slack                    // bytes of a segment that its content does not need
	Coded                    // bytes within or behind the entropy-coded data
	Table                    // a table that nothing uses
	Trailer                  // everything behind the end of the image
)

// Part is something that is not carried over as it was. Data points into the source.
type Part struct {
	What What
	Data []byte
}

// Image is what a file holds.
type Image struct {
	Width, Height int // as stored
	Components    int
	Progressive   bool
	Orientation   int // 1–8
	Recoded       bool
	Profile       []byte      // as stored, put together; nil if there is none
	Rebuilt       icc.Profile // what of it is carried over; zero if nothing
	Parts         []Part
}

// Options of a strip.
type Options struct {
	// MaxPixels is the largest accepted product of width and height.
	MaxPixels int
	// PlainSRGB leaves a profile out that only says sRGB, which is what a file without a profile means.
	PlainSRGB bool
}

// Strip returns the rebuilt file.
func Strip(src []byte, o Options) ([]byte, *Image, error) {
	p, err := parse(src, o.MaxPixels, true)
	if err != nil {
		return nil, nil, err
	}
	p.plainSRGB = o.PlainSRGB
	image := p.image()
	out, err := p.write(image)
	if err != nil {
		return nil, nil, err
	}
	return out, image, nil
}

// Inspect reads the segments without decoding the entropy-coded data.
func Inspect(src []byte, o Options) (*Image, error) {
	p, err := parse(src, o.MaxPixels, false)
	if err != nil {
		return nil, err
	}
	return p.image(), nil
}

func (p *parser) image() *Image {
	m := &Image{
		Width: p.frame.width, Height: p.frame.height, Components: len(p.frame.components), Progressive: p.frame.progressive(),
		Orientation: max(p.orientation, 1), Parts: p.parts,
	}
	m.Profile = p.profile()
	if m.Profile != nil {
		space := map[int]string{1: "GRAY", 3: "RGB ", 4: "CMYK"}[m.Components]
		if rebuilt, err := icc.Rebuild(m.Profile, space); err == nil && !(p.plainSRGB && rebuilt.SRGB) {
			m.Rebuilt = rebuilt
		}
	}
	for _, s := range p.scans {
		m.Recoded = m.Recoded || s.odd
	}
	return m
}

const iccHead = "ICC_PROFILE\x00"

// profile puts the pieces of the colour profile together; nil if one is missing or comes twice.
func (p *parser) profile() []byte {
	var pieces [256][]byte
	total, found := 0, 0
	for _, part := range p.parts {
		if part.What != 2 || !bytes.HasPrefix(part.Data, []byte(iccHead)) || len(part.Data) < len(iccHead)+2 {
			continue
		}
		number, of, data := int(part.Data[12]), int(part.Data[13]), part.Data[14:]
		if number == 0 || number > of || total != 0 && of != total || pieces[number] != nil || len(data) == 0 {
			return nil
		}
		pieces[number], total = data, of
		found++
	}
	if found == 0 || found != total {
		return nil
	}
	return bytes.Join(pieces[1:total+1], nil)
}

func damaged(detail string) error { return refuse.New(refuse.Damaged, detail) }
func coding(detail string) error  { return refuse.New(refuse.Coding, detail) }
