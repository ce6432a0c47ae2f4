//go:build !cgo

package native

import (
	"bytes"
	"image"
	"image/jpeg"

	"github.com/HugoSmits86/nativewebp"

	"safelight/client/variant"
)

// encode: see the package comment for why JPEG.
func encode(img *image.NRGBA, o variant.Options) ([]byte, variant.Media, error) {
	var b bytes.Buffer
	if o.Lossless || !img.Opaque() {
		if err := nativewebp.Encode(&b, img, nil); err != nil {
			return nil, 0, err
		}
		data, err := withWebPProfile(b.Bytes(), img, o.Profile)
		return data, variant.WebP, err
	}
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: o.Quality}); err != nil {
		return nil, 0, err
	}
	return withJPEGProfile(b.Bytes(), o.Profile), variant.JPEG, nil
}
