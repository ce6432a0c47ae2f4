// Package png rebuilds a PNG, animated or not, so that nothing is left in it but what a decoder needs to show the same
// pixels.
//
// Carried over: header, palette (entries that are used), transparency, image data, and the chunks that say what colours
// the numbers mean, in one order, with checked lengths, each only where no other goes before it. Image data is inflated, checked row by row and deflated anew, as
// one chunk a frame: nothing behind the last row, behind the end of the stream, or in the unused bits of a row's last byte
// survives. The filter of each row stays. Where a pixel is fully transparent its colour becomes zero, which nobody sees.
// An animation's hidden default image gives way to its first frame. Orientation stays as an eXIf chunk of one tag.
package png

import (
	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
)

// Part is something that is not carried over as it was.
type Part struct {
	// Chunk is the name of the chunk it was in; of something else: Trailer and so on.
	Chunk string
	Data  []byte
}

// What lies elsewhere than in a chunk that is left out whole.
const (
	Trailer = "trailer"       // behind the end of the image
	Tail    = "tail"          // in or behind the compressed image data, but no row of it
	Hidden  = "hidden"        // the default image of an animation that does not show it
	Palette = "palette"       // palette entries that no pixel has
	Unseen  = "unseen colour" // colour of fully transparent pixels
)

// Image is what a file holds.
type Image struct {
	Width, Height int // as stored
	Orientation   int // 1–8
	Alpha         bool
	Frames        int // 1 if it is not animated
	Profile       []byte
	ProfileName   string
	Rebuilt       icc.Profile
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
	p, err := parse(src, o.MaxPixels)
	if err != nil {
		return nil, nil, err
	}
	p.plainSRGB = o.PlainSRGB
	m := p.image()
	out, err := p.write(m)
	if err != nil {
		return nil, nil, err
	}
	m.Parts = p.parts
	return out, m, nil
}

// Inspect reads the chunks without inflating image data.
func Inspect(src []byte, o Options) (*Image, error) {
	p, err := parse(src, o.MaxPixels)
	if err != nil {
		return nil, err
	}
	return p.image(), nil
}

func (p *parser) image() *Image {
	m := &Image{
		Width: p.width, Height: p.height, Orientation: max(p.orientation, 1), Frames: max(len(p.frames), 1),
		Alpha: p.kind&4 != 0 || p.chunks["tRNS"] != nil, ProfileName: p.profileName, Profile: p.profile,
	}
	if p.profile != nil {
		space := "RGB "
		if p.kind&2 == 0 {
			space = "GRAY"
		}
		rebuilt, err := icc.Rebuild(p.profile, space)
		if p.profiled = err == nil; p.profiled && !(p.plainSRGB && rebuilt.SRGB) {
			m.Rebuilt = rebuilt
		}
	}
	p.unheeded()
	m.Parts = p.parts
	return m
}

func damaged(detail string) error { return refuse.New(refuse.Damaged, detail) }
func coding(detail string) error  { return refuse.New(refuse.Coding, detail) }
