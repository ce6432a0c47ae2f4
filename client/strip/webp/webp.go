// Package webp rebuilds a WebP, still or animated, so that nothing is left in it but what a decoder needs to show the same
// pixels.
//
// Carried over: the size, the frames with place, time and how they are put on each other, the colour profile, rebuilt, and
// the coded pictures. Those are decoded to their symbols and the symbols written anew:
//
//   - VP8: one partition; probabilities are the best for what they code, or the standard ones; segments are those that
//     differ and are used, in order of use; empty blocks are skipped; fields that decoders ignore are zero.
//   - VP8L, also as the alpha channel of VP8: each Huffman code is the best for what it codes; side images say nothing in
//     channels that nobody reads; what is fully transparent has no colour.
//
// So nothing survives behind the last symbol of a partition or stream, in unused tables or in a second way to say the same.
// A VP8L stream that says more than that is decoded to its pixels and coded anew, without loss. What an encoder may choose
// freely (modes, predictors, matches) stays as it was; so does the colour of a lossy picture below its transparent parts.
package webp

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
	Trailer = "trailer"       // behind the end
	Second  = "second image"  // another coded picture, which no decoder shows
	Coded   = "coded"         // in the coded pictures, but needed for no pixel
	Header  = "header"        // bits and fields that decoders do not heed
	Unseen  = "unseen colour" // colour of fully transparent pixels
)

// Image is what a file holds.
type Image struct {
	Width, Height int
	Alpha         bool
	Frames        int // 1 if it is not animated
	Animated      bool
	Lossless      bool // all of its frames are
	Profile       []byte
	Rebuilt       icc.Profile
	Parts         []Part
}

// Options of a strip.
type Options struct {
	// MaxPixels is the largest accepted product of width and height.
	MaxPixels int
	// PlainSRGB leaves a profile out that only says sRGB, which is what a file without a profile means.
	PlainSRGB bool
	// Fresh copies the coded pictures: they come from an encoder that has just made them of pixels, and holds nothing else
	// that it could have written. Coding a view of 2048 × 1536 anew takes 100 to 150 ms and saves 64 bytes; this takes less
	// than one.
	Fresh bool
}

// Strip returns the rebuilt file.
func Strip(src []byte, o Options) ([]byte, *Image, error) {
	p, err := parse(src, o.MaxPixels)
	if err != nil {
		return nil, nil, err
	}
	p.fresh = o.Fresh
	m := p.image(o)
	out, err := p.write(m)
	if err != nil {
		return nil, nil, err
	}
	m.Alpha = p.alpha()
	m.Parts = p.parts
	return out, m, nil
}

// Inspect reads the chunks without decoding any picture.
func Inspect(src []byte, o Options) (*Image, error) {
	p, err := parse(src, o.MaxPixels)
	if err != nil {
		return nil, err
	}
	return p.image(o), nil
}

func (p *parser) image(o Options) *Image {
	m := &Image{
		Width: p.width, Height: p.height, Frames: len(p.frames), Animated: p.animated, Alpha: p.alpha(), Lossless: true,
		Profile: p.profile, Parts: p.parts,
	}
	for _, f := range p.frames {
		m.Lossless = m.Lossless && f.lossless
	}
	if p.profile != nil {
		if rebuilt, err := icc.Rebuild(p.profile, "RGB "); err == nil && !(o.PlainSRGB && rebuilt.SRGB) {
			m.Rebuilt = rebuilt
		}
	}
	return m
}

func (p *parser) alpha() bool {
	for _, f := range p.frames {
		if f.alpha != nil || f.lossless && f.hasAlpha() {
			return true
		}
	}
	return false
}

func damaged(detail string) error { return refuse.New(refuse.Damaged, detail) }
func coding(detail string) error  { return refuse.New(refuse.Coding, detail) }
