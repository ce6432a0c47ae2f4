// Package native decodes photos and codes variants outside the browser.
//
// With cgo, pictures become WebP by libwebp, which github.com/bep/gowebp compiles from source (no library has to be
// installed). Without cgo, opaque pictures become JPEG by the standard library and transparent or flat ones lossless
// WebP in pure Go: a lossless view of a photo would be thirty times the size (3.3 MB against 104 kB measured at
// 2048×1536) and take ten seconds, while a JPEG is about 8 % larger than the WebP at the same score and opens everywhere.
//
//	enc := native.Encoder{}
//	img, err := native.Decode(data, variant.JPEG)
package native

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"

	"safelight/client/variant"
)

// ErrUnsupported is returned for media that this program cannot decode; such a photo is sent without variants.
var ErrUnsupported = errors.New("no decoder for this format")

// maxPixels bounds what is decoded: 120 megapixels, as everywhere (FORMAT.md, Limits).
const maxPixels = 120_000_000

// Turned reports whether Decode turns pictures of this format upright by itself: what their files say of it is in boxes of
// theirs and no orientation of EXIF.
func Turned(media variant.Media) bool { return media == variant.HEIC || media == variant.AVIF }

// Decode returns the pixels of a photo as they are coded, of an animation the first picture.
func Decode(data []byte, media variant.Media) (image.Image, error) {
	decode, config, err := decoder(media)
	if err != nil {
		return nil, err
	}
	// The header is looked at first: a kilobyte can announce gigabytes of pixels.
	c, err := config(data)
	if unsupported(err) {
		return nil, ErrUnsupported
	}
	if err != nil {
		return nil, fmt.Errorf("decoding: %w", err)
	}
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPixels {
		return nil, fmt.Errorf("decoding: %d×%d pixels are too many", c.Width, c.Height)
	}
	img, err := decode(data)
	if unsupported(err) {
		return nil, ErrUnsupported
	}
	if err != nil {
		return nil, fmt.Errorf("decoding: %w", err)
	}
	return img, nil
}

// unsupported reports a file that is in order and uses what the standard library does not know, such as arithmetic
// coding.
func unsupported(err error) bool {
	_, jpegs := errors.AsType[jpeg.UnsupportedError](err)
	_, pngs := errors.AsType[png.UnsupportedError](err)
	return jpegs || pngs
}

func decoder(media variant.Media) (func([]byte) (image.Image, error), func([]byte) (image.Config, error), error) {
	switch media {
	case variant.JPEG:
		return func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
			func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) }, nil
	case variant.PNG:
		return func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
			func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) }, nil
	case variant.GIF:
		return func(b []byte) (image.Image, error) { return gif.Decode(bytes.NewReader(b)) },
			func(b []byte) (image.Config, error) { return gif.DecodeConfig(bytes.NewReader(b)) }, nil
	case variant.HEIC:
		return decodeHEIC, heifSize, nil
	case variant.AVIF:
		return decodeAVIF, heifSize, nil
	case variant.WebP:
		return decodeWebP,
			func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) }, nil
	default:
		return nil, nil, ErrUnsupported
	}
}

// decodeWebP mends the colours of lossy files: WebP codes video range (BT.601, 16–235), and x/image hands the planes out
// as an image.YCbCr, which stands for the full range of JPEG. Seen unmended, black is #0e1210.
func decodeWebP(data []byte) (image.Image, error) {
	img, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	switch img := img.(type) {
	case *image.YCbCr:
		fullRange(img)
	case *image.NYCbCrA:
		fullRange(&img.YCbCr)
	}
	return img, nil
}

func fullRange(img *image.YCbCr) {
	var luma, chroma [256]uint8
	for i := range 256 {
		luma[i] = uint8(min(255, max(0, ((i-16)*255+109)/219)))
		chroma[i] = uint8(min(255, max(0, ((i-128)*255+128*224+112)/224)))
	}
	for _, p := range []struct {
		plane []byte
		table *[256]uint8
	}{{img.Y, &luma}, {img.Cb, &chroma}, {img.Cr, &chroma}} {
		for i, v := range p.plane {
			p.plane[i] = p.table[v]
		}
	}
}

// Encoder codes pictures with what the build has. The zero value is ready.
type Encoder struct{}

var _ variant.Encoder = Encoder{}

// Encode implements variant.Encoder.
func (Encoder) Encode(img *image.NRGBA, o variant.Options) ([]byte, variant.Media, error) {
	if img.Rect.Min != (image.Point{}) || img.Rect.Empty() {
		return nil, 0, fmt.Errorf("encoding: bounds %v do not begin at the origin", img.Rect)
	}
	if !o.Lossless && (o.Quality < 1 || o.Quality > 100) {
		return nil, 0, fmt.Errorf("encoding: quality %d is not between 1 and 100", o.Quality)
	}
	return encode(img, o)
}
