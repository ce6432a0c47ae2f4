package native

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"safelight/client/strip"
	"safelight/client/strip/exif"
	"safelight/client/variant"
)

// DecodeFile decodes whatever can be decoded here, by its content: the formats of Decode, TIFF and BMP; of what holds several
// pictures the first.
func DecodeFile(file []byte) (variant.Photo, error) {
	if media, ok := strip.Sniff(file); ok {
		m := variant.Media(media)
		img, err := Decode(file, m)
		p := variant.Photo{Image: img, Orientation: 1, Profile: Profile(file, m)}
		if r, _ := strip.Inspect(file); !Turned(m) && r.Orientation > 1 {
			p.Orientation = r.Orientation
		}
		return p, err
	}
	switch {
	case bytes.HasPrefix(file, []byte("II*\x00")), bytes.HasPrefix(file, []byte("MM\x00*")):
		return decodeTIFF(file)
	case bytes.HasPrefix(file, []byte("BM")):
		img, err := bounded(file, func(b []byte) (image.Config, error) { return bmp.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return bmp.Decode(bytes.NewReader(b)) })
		return variant.Photo{Image: img, Orientation: 1}, err
	}
	return variant.Photo{}, ErrUnsupported
}

func decodeTIFF(file []byte) (variant.Photo, error) {
	img, err := bounded(file, func(b []byte) (image.Config, error) { return tiff.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return tiff.Decode(bytes.NewReader(b)) })
	if _, ok := errors.AsType[tiff.UnsupportedError](err); ok {
		err = ErrUnsupported
	}
	p := variant.Photo{Image: img, Orientation: max(exif.Orientation(file), 1)}
	for _, e := range exif.Entries(file) {
		if e.Directory == exif.Main && e.Tag == 0x8773 && len(e.Value) > 128 && string(e.Value[16:20]) == "RGB " {
			p.Profile = e.Value
		}
	}
	return p, err
}

// bounded looks at the header first, and turns a decoder's panic into an error: these two are less used than the others.
func bounded(file []byte, config func([]byte) (image.Config, error), decode func([]byte) (image.Image, error)) (img image.Image, err error) {
	defer func() {
		if recover() != nil {
			img, err = nil, errors.New("decoding: the file breaks its decoder")
		}
	}()
	c, err := config(file)
	if err != nil {
		return nil, fmt.Errorf("decoding: %w", err)
	}
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPixels {
		return nil, fmt.Errorf("decoding: %d×%d pixels are too many", c.Width, c.Height)
	}
	img, err = decode(file)
	if err != nil {
		return nil, fmt.Errorf("decoding: %w", err)
	}
	return img, nil
}

// PNG codes a photo without loss, with its orientation and its profile. It is meant for strip, which packs it better.
func PNG(p variant.Photo) ([]byte, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, p.Image); err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	const head = 8 + 25 // signature and header
	out := bytes.Clone(b.Bytes()[:head])
	if len(p.Profile) > 0 {
		out = append(out, pngProfileChunk(p.Profile)...)
	}
	if p.Orientation > 1 {
		out = append(out, pngChunk("eXIf", exif.OrientationTIFF(p.Orientation))...)
	}
	return append(out, b.Bytes()[head:]...), nil
}
