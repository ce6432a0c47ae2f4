package strip

import (
	"slices"

	"safelight/client/strip/heif"
	"safelight/client/strip/jpeg"
	"safelight/client/strip/png"
	"safelight/client/strip/refuse"
	"safelight/client/strip/webp"
)

// Variant takes out of what an encoder has just made whatever it wrote beside the picture: browsers name themselves by
// the colour profiles and private chunks that they add. A profile that tells sRGB is left out, as pixels without one are
// sRGB; any other is rebuilt. Media is what the encoder was asked for; bytes of another format are refused, and so is
// what is animated or broken.
func Variant(media Media, src []byte) ([]byte, error) {
	if found, _ := Sniff(src); found != media || len(src) > MaxBytes {
		return nil, refuse.New(refuse.Damaged, "not the format that was asked for")
	}
	switch media {
	case JPEG:
		out, _, err := jpeg.Strip(src, jpeg.Options{MaxPixels: MaxPixels, PlainSRGB: true})
		return out, err
	case PNG:
		out, _, err := png.Strip(src, png.Options{MaxPixels: MaxPixels, PlainSRGB: true})
		return out, err
	case AVIF:
		out, _, err := heif.Strip(src, heif.Options{MaxPixels: MaxPixels, PlainSRGB: true})
		return out, err
	case WebP:
		return variantWebP(src)
	}
	return nil, refuse.New(refuse.Unknown, "no encoder makes it")
}

// variantWebP rebuilds a still WebP of the chunks that hold the picture.
func variantWebP(src []byte) ([]byte, error) {
	out, m, err := webp.Strip(src, webp.Options{MaxPixels: MaxPixels, PlainSRGB: true, Fresh: true})
	if err != nil {
		return nil, err
	}
	second := func(p webp.Part) bool { return p.Chunk == webp.Second }
	if m.Animated || slices.ContainsFunc(m.Parts, second) {
		return nil, refuse.New(refuse.Damaged, "not one still picture")
	}
	return out, nil
}
