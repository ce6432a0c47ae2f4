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
	"safelight/client/strip/jpeg"
	"safelight/client/strip/png"
	"safelight/client/strip/refuse"
)

// Limits of one photo.
const (
	MaxBytes  = 128 << 20
	MaxPixels = 120_000_000
)

// Error is why a file was refused: a stable Code, a sentence, and a coarse Class.
type Error = refuse.Error

// Strip returns the photo without its metadata, and what that was.
func Strip(src []byte) ([]byte, Report, error) {
	media, err := accept(src)
	if err != nil {
		return nil, Report{}, err
	}
	var out []byte
	var r Report
	switch media {
	case JPEG:
		rebuilt, image, err := jpeg.Strip(src, jpeg.Options{MaxPixels: MaxPixels})
		if err != nil {
			return nil, Report{}, err
		}
		out, r = rebuilt, ofJPEG(image)
	default:
		rebuilt, image, err := png.Strip(src, png.Options{MaxPixels: MaxPixels})
		if err != nil {
			return nil, Report{}, err
		}
		out, r = rebuilt, ofPNG(image)
	}
	r.Before, r.After = len(src), len(out)
	return out, r, nil
}

// Inspect returns what Strip would take out, faster: coded image data is not checked. It accepts some damaged files.
func Inspect(src []byte) (Report, error) {
	media, err := accept(src)
	if err != nil {
		return Report{}, err
	}
	var r Report
	switch media {
	case JPEG:
		image, err := jpeg.Inspect(src, jpeg.Options{MaxPixels: MaxPixels})
		if err != nil {
			return Report{}, err
		}
		r = ofJPEG(image)
	default:
		image, err := png.Inspect(src, png.Options{MaxPixels: MaxPixels})
		if err != nil {
			return Report{}, err
		}
		r = ofPNG(image)
	}
	r.Before = len(src)
	return r, nil
}

// accept returns JPEG or PNG, or the refusal of everything else.
func accept(src []byte) (Media, error) {
	if len(src) == 0 {
		return 0, refuse.New(refuse.Empty, "")
	}
	media, _ := Sniff(src)
	switch {
	case media == JPEG || media == PNG:
	case media == 0:
		return 0, refuse.New(foreign(src), "")
	default:
		return 0, refuse.New(refusals[media], "")
	}
	if len(src) > MaxBytes {
		return 0, refuse.New(refuse.LargeFile, "")
	}
	return media, nil
}

var refusals = map[Media]refuse.Code{WebP: refuse.WebP, AVIF: refuse.AVIF, GIF: refuse.GIF, HEIC: refuse.HEIC, JXL: refuse.JXL}
