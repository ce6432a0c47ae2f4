// Package gif rebuilds a GIF, animated or not, so that nothing is left in it but what a decoder needs to show the same
// pixels.
//
// Carried over: the size, the number of loops of an animation, and of each frame its place, delay, disposal, colours and
// pixels. All else is written anew. Every frame is decoded to its pixels and coded again, not interlaced, from the first
// clear code to the end code, in full blocks: nothing behind the last pixel, behind the end code or between the blocks
// survives. A colour table holds the colours that some pixel shows, each once, in the order in which pixels first show
// them: neither unused entries, nor the order of the table, nor a choice among equal entries can carry anything. Frames are
// cut where they reach over the edge of the picture (that is where the rest of a cropped picture hides). The background
// colour, the shape of pixels and whether a person's click is waited for, which no browser heeds, become zero.
//
// Of a file that is cut off the frames stay that are whole. One whose first frame is not, or that has a frame of too few
// pixels between others, is refused: Firefox fills that up, Chromium shows none of it.
//
// Frames are decoded one at a time; memory is a small multiple of the largest frame.
package gif

import "safelight/client/strip/refuse"

// What names the place that a Part was found in.
type What int

// Where something lay that is not carried over.
const (
	Comment     What = iota // the text of a comment
	PlainText               // a text that decoders would draw, and none does
	Application             // an application's extension; Name says whose
	Extension               // another extension
	Junk                    // bytes between two blocks, or of a block that its content does not need
	Coded                   // bytes or pixels behind the last pixel of a frame
	Palette                 // colours that no pixel shows
	Header                  // fields that decoders do not heed
	Outside                 // pixels outside of the picture
	Trailer                 // everything behind the end
)

// Part is something that is not carried over as it was.
type Part struct {
	What What
	// Name is what an application calls itself: eleven bytes, such as "XMP DataXMP" or "ICCRGBG1012".
	Name string
	// Data is nil where a place is known and bytes would say nothing. Of an XMP packet it also has the lengths that the
	// format puts in between, which are letters of the text.
	Data []byte
	// Width and Height are those of the whole frame whose pixels lie outside.
	Width, Height int
}

// Image is what a file holds.
type Image struct {
	Width, Height int
	Alpha         bool // after Strip: a pixel is transparent; after Inspect: one may be
	Frames        int
	Parts         []Part
}

// Options of a strip.
type Options struct {
	// MaxPixels is the largest accepted product of width and height.
	MaxPixels int
}

// Strip returns the rebuilt file.
func Strip(src []byte, o Options) ([]byte, *Image, error) {
	p, err := parse(src, o.MaxPixels)
	if err != nil {
		return nil, nil, err
	}
	out, err := p.write()
	if err != nil {
		return nil, nil, err
	}
	return out, p.image(), nil
}

// Inspect reads the blocks without decoding any frame.
func Inspect(src []byte, o Options) (*Image, error) {
	p, err := parse(src, o.MaxPixels)
	if err != nil {
		return nil, err
	}
	for i := range p.frames {
		p.alpha = p.alpha || p.frames[i].transparent >= 0
	}
	return p.image(), nil
}

func (p *parser) image() *Image {
	return &Image{Width: p.width, Height: p.height, Alpha: p.alpha, Frames: len(p.frames), Parts: p.parts}
}

func damaged(detail string) error { return refuse.New(refuse.Damaged, detail) }
func coding(detail string) error  { return refuse.New(refuse.Coding, detail) }
