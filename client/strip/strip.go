// Package strip takes everything out of a photo but its pixels and their colour, without touching the pixels.
//
// A file is rebuilt from an allow-list, never cleaned by a deny-list: what is not needed to show the picture is not
// carried over, whatever it is. The coded image data is decoded as far as it takes to account for every bit of it.
// Colour profiles are rebuilt with their colorimetric tags only; orientation survives as the one tag.
//
//	out, report, err := strip.Strip(src)
//
// Promises: the decoded pixels are identical (in PNG, colour under fully transparent pixels becomes zero, which shows
// no difference); Strip(Strip(x)) is Strip(x), byte for byte; hostile input neither panics nor takes more than a small
// multiple of its size, or of its declared pixels, in memory and time; src is not changed. What is refused is refused
// with a *Error that says what to do.
//
// The Report says what was found. Reading values is best effort and never decides what is kept.
package strip

import (
	"safelight/client/strip/gif"
	"safelight/client/strip/heif"
	"safelight/client/strip/jpeg"
	"safelight/client/strip/jxl"
	"safelight/client/strip/png"
	"safelight/client/strip/refuse"
	"safelight/client/strip/webp"
)

// Limits of one photo.
const (
	MaxBytes  = 128 << 20
	MaxPixels = 120_000_000
)

// Error is why a file was refused: a stable Code, a sentence, a coarse Class, and whether converting it may help.
type Error = refuse.Error

// Strip returns the photo without its metadata, and what that was.
func Strip(src []byte) ([]byte, Report, error) {
	f, err := accept(src)
	if err != nil {
		return nil, Report{}, err
	}
	out, r, err := f.strip(src)
	if err != nil {
		return nil, Report{}, err
	}
	r.Before, r.After = len(src), len(out)
	return out, r, nil
}

// Inspect returns what Strip would take out, faster: coded image data is not checked, so it accepts some damaged files.
// Of a file that is refused it returns, beside the *Error, what can be read of it all the same: a raw file or a film
// tells no less about its owner than a photo.
func Inspect(src []byte) (Report, error) {
	f, err := accept(src)
	var r Report
	if err == nil {
		r, err = f.inspect(src)
	}
	if err != nil {
		r = ofRefused(src)
	}
	r.Before = len(src)
	return r, err
}

// format is how one kind of file is taken apart.
type format struct {
	strip   func([]byte) ([]byte, Report, error)
	inspect func([]byte) (Report, error)
}

// formats are those that are stripped.
var formats = map[Media]format{
	JPEG: of(
		func(b []byte) ([]byte, *jpeg.Image, error) { return jpeg.Strip(b, jpeg.Options{MaxPixels: MaxPixels}) },
		func(b []byte) (*jpeg.Image, error) { return jpeg.Inspect(b, jpeg.Options{MaxPixels: MaxPixels}) },
		ofJPEG),
	PNG: of(
		func(b []byte) ([]byte, *png.Image, error) { return png.Strip(b, png.Options{MaxPixels: MaxPixels}) },
		func(b []byte) (*png.Image, error) { return png.Inspect(b, png.Options{MaxPixels: MaxPixels}) },
		ofPNG),
	GIF: of(
		func(b []byte) ([]byte, *gif.Image, error) { return gif.Strip(b, gif.Options{MaxPixels: MaxPixels}) },
		func(b []byte) (*gif.Image, error) { return gif.Inspect(b, gif.Options{MaxPixels: MaxPixels}) },
		ofGIF),
	WebP: of(
		func(b []byte) ([]byte, *webp.Image, error) { return webp.Strip(b, webp.Options{MaxPixels: MaxPixels}) },
		func(b []byte) (*webp.Image, error) { return webp.Inspect(b, webp.Options{MaxPixels: MaxPixels}) },
		ofWebP),
	JXL: of(
		func(b []byte) ([]byte, *jxl.Image, error) { return jxl.Strip(b, jxl.Options{MaxPixels: MaxPixels}) },
		func(b []byte) (*jxl.Image, error) { return jxl.Inspect(b, jxl.Options{MaxPixels: MaxPixels}) },
		ofJXL),
	AVIF: ofISO,
	HEIC: ofISO,
}

// ofISO takes both apart that are made of boxes: which one it is follows from how it is coded, not from its brand.
var ofISO = of(
	func(b []byte) ([]byte, *heif.Image, error) { return heif.Strip(b, heif.Options{MaxPixels: MaxPixels}) },
	func(b []byte) (*heif.Image, error) { return heif.Inspect(b, heif.Options{MaxPixels: MaxPixels}) },
	ofHEIF)

// of joins what a format's package knows of a file with how that is reported.
func of[I any](strip func([]byte) ([]byte, I, error), inspect func([]byte) (I, error), report func([]byte, I) Report) format {
	return format{
		func(src []byte) ([]byte, Report, error) {
			out, image, err := strip(src)
			if err != nil {
				return nil, Report{}, err
			}
			return out, report(src, image), nil
		},
		func(src []byte) (Report, error) {
			image, err := inspect(src)
			if err != nil {
				return Report{}, err
			}
			return report(src, image), nil
		},
	}
}

// accept returns how a file is taken apart, or why it is not.
func accept(src []byte) (format, error) {
	if len(src) == 0 {
		return format{}, refuse.New(refuse.Empty, "")
	}
	media, ok := Sniff(src)
	switch {
	case !ok:
		return format{}, refuse.New(foreign(src), "")
	case len(src) > MaxBytes:
		return format{}, refuse.New(refuse.LargeFile, "")
	}
	return formats[media], nil
}
