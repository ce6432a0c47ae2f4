//go:build cgo

package native

import (
	"bytes"
	"image"

	"github.com/bep/gowebp/libwebp"
	"github.com/bep/gowebp/libwebp/webpoptions"

	"safelight/client/variant"
)

// encode uses libwebp. What its wrapper gets wrong is avoided here: it takes the premultiplied pixels of image.RGBA
// for straight ones and the right edge of the bounds for the width (so: image.NRGBA at the origin only), and quality
// 0 means lossless. The Photo preset made files larger, so none is set.
func encode(img *image.NRGBA, o variant.Options) ([]byte, variant.Media, error) {
	quality := o.Quality
	if o.Lossless {
		quality = 0
	}
	var b bytes.Buffer
	if err := libwebp.Encode(&b, img, webpoptions.EncodingOptions{Quality: quality}); err != nil {
		return nil, 0, err
	}
	data, err := withWebPProfile(b.Bytes(), img, o.Profile)
	return data, variant.WebP, err
}
