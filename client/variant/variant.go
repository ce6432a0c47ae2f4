// Package variant decides which smaller pictures of a photo are made, and makes them.
//
// Plan is pure: from what is known of a photo it lists what to make, for the page (whose browser decodes, scales and
// encodes) and for the command line (which uses Make and the package native) alike. Nothing is ever scaled up.
//
// # Colour
//
// Pixels are taken as they are coded. A photo without a colour profile is sRGB; the pixels of a photo with another
// profile stay in that profile, so its variants have to carry the profile too: Make hands it to the Encoder. Only what has
// no room for a profile, or is to have none, is converted to sRGB, by whoever makes the Photo.
package variant

import "image"

// Media is a media type, with the numbers of the manifest (FORMAT.md, Manifest).
type Media uint8

// The closed list.
const (
	JPEG Media = 1 + iota
	PNG
	WebP
	AVIF
	GIF
	HEIC
	JXL
)

// Role says what a variant is for, with the numbers of the manifest. A preview has none: it lies in the manifest.
type Role uint8

// The roles of this release.
const (
	Preview  Role = 0
	Thumb    Role = 1
	View     Role = 2
	TileSet  Role = 3
	Original Role = 4
)

// Long edges, in pixels. A screen of a phone, and a window on most desks, shows a photo at no more than ViewEdge;
// LargeEdge is for the others, where the original is no better. As a view that opens a share, 2048 pixels would take two
// and a half times as long to make and to fetch.
const (
	PreviewEdge = 32
	ThumbEdge   = 320
	ViewEdge    = 1280
	LargeEdge   = 2048
)

// MaxPreview is the most bytes that a preview may have in the manifest.
const MaxPreview = 4096

// Qualities from 1 to 100 of lossy variants. 80 is where WebP reaches the same score as a camera's JPEG seen at this
// size; a preview is shown blurred, so that half of that does.
const (
	viewQuality    = 80
	thumbQuality   = 75
	previewQuality = 50
)

// Source is what the plan needs to know of a photo.
type Source struct {
	Width, Height int // as displayed, after orientation
	Media         Media
	Alpha         bool
	Animated      bool
}

// Spec is one variant to make.
type Spec struct {
	Role          Role
	Width, Height int // as displayed
	Quality       int // 1–100
	// Lossless asks to try lossless coding too where the picture is flat (Flat), and to keep the smaller result:
	// text on a screenshot is smaller that way, and exact. Never set for what came from a camera.
	Lossless bool
	// Plain asks for sRGB without a profile.
	Plain bool
	// Later marks what is not needed for a share to open; it goes with the originals.
	Later bool
}

// Plan lists what to make of a photo, the smallest last, so that each may be scaled from the one before. The original
// is not in the list: it is the stripped file itself.
func Plan(s Source) []Spec {
	var specs []Spec
	lossless := s.Media == PNG || s.Media == GIF || s.Media == WebP
	edge := ViewEdge
	if lossless {
		edge = LargeEdge // text suffers from scaling, and is small
	} else if large := largeEdge(s); large > 0 {
		specs = append(specs, view(s, large))
		specs[0].Later = true
	}
	main := view(s, edge)
	main.Lossless = lossless
	return append(specs, main, thumb(s), preview(s))
}

// PixelsOnly is what is made of a photo that leaves no trace of its camera: the same pinned setting for everybody, and
// always fewer pixels than the camera had, so that no block of its coding stays where it was. No original goes with it.
func PixelsOnly(s Source) []Spec {
	specs := []Spec{view(s, max(1, min(LargeEdge, max(s.Width, s.Height)*9/10))), thumb(s), preview(s)}
	for i := range specs {
		specs[i].Width, specs[i].Height = min(specs[i].Width, specs[0].Width), min(specs[i].Height, specs[0].Height)
		specs[i].Plain = specs[i].Role != Preview
	}
	return specs
}

// largeEdge is that of a second view; 0 where the original itself is the next step, as it is up to 24 megapixels where
// browsers show it. A second view of each camera photo would take longer to make than all else together.
func largeEdge(s Source) int {
	hidden := s.Media == HEIC || s.Media == JXL // from most browsers
	long := max(s.Width, s.Height)
	switch {
	case s.Width*s.Height > 24_000_000, hidden && long >= ViewEdge*5/4:
		return min(long, LargeEdge)
	}
	return 0
}

func view(s Source, edge int) Spec { return of(s, View, edge, viewQuality) }
func thumb(s Source) Spec          { return of(s, Thumb, ThumbEdge, thumbQuality) }
func preview(s Source) Spec        { return of(s, Preview, PreviewEdge, previewQuality) }
func of(s Source, r Role, edge, quality int) Spec {
	w, h := Fit(s.Width, s.Height, edge)
	return Spec{Role: r, Width: w, Height: h, Quality: quality}
}

// Fit returns the size of a w×h picture whose long edge is at most edge, in proportion and never below 1×1.
func Fit(w, h, edge int) (int, int) {
	if w <= edge && h <= edge {
		return max(w, 1), max(h, 1)
	}
	if w >= h {
		return edge, max(1, (h*edge+w/2)/w)
	}
	return max(1, (w*edge+h/2)/h), edge
}

// Options is how a picture is to be coded.
type Options struct {
	Quality  int    // 1–100, where Lossless is not set
	Lossless bool   // every visible pixel exactly
	Profile  []byte // ICC profile of the pixels; empty means sRGB
}

// Encoder codes a picture in the format that it has. It is safe for concurrent use and does not keep img.
type Encoder interface {
	// Encode codes img, whose bounds begin at the origin, and says what it made: an encoder without a lossy coder for
	// transparent pictures may answer with a lossless one.
	Encode(img *image.NRGBA, o Options) ([]byte, Media, error)
}
