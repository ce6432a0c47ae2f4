package native

import (
	"bytes"
	"fmt"
	"image"

	"github.com/gen2brain/avif"

	"safelight/client/variant"
)

// AVIFEncoder codes pictures as AVIF, by libaom inside the program as WebAssembly: no library has to be installed, and
// the first picture of a process waits some ten seconds until it is compiled. What it makes is in sRGB.
type AVIFEncoder struct{}

var _ variant.Encoder = AVIFEncoder{}

// avifSpeed is libaom's fastest setting: 8 takes four times as long for five percent.
const avifSpeed = 10

// avifQuality is the one at which libaom, where it makes no more bytes than libwebp does for a view, is not worse than
// libwebp at the quality of a view (butteraugli, SSIM). At 70 it is, and to be so for every photo it takes 82 and half as
// many bytes again as libwebp.
const avifQuality = 74

// Encode implements variant.Encoder. It has one quality; lossless is not among what it does.
func (AVIFEncoder) Encode(img *image.NRGBA, o variant.Options) ([]byte, variant.Media, error) {
	if img.Rect.Min != (image.Point{}) || img.Rect.Empty() {
		return nil, 0, fmt.Errorf("encoding: bounds %v do not begin at the origin", img.Rect)
	}
	if o.Lossless || len(o.Profile) > 0 {
		return nil, 0, ErrUnsupported
	}
	var out bytes.Buffer
	err := avif.Encode(&out, img, avif.Options{Quality: avifQuality, QualityAlpha: 90, Speed: avifSpeed, ChromaSubsampling: image.YCbCrSubsampleRatio420})
	if err != nil {
		return nil, 0, fmt.Errorf("encoding AVIF: %w", err)
	}
	return out.Bytes(), variant.AVIF, nil
}
