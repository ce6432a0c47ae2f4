//go:build js

package bridge

import (
	"bytes"
	"image"
	"image/gif"
	"image/png"
	"runtime"
	"syscall/js"

	"safelight/client/strip"
	"safelight/client/strip/heif"
	"safelight/client/strip/icc"
	"safelight/client/strip/jpeg"
	stripng "safelight/client/strip/png"
	"safelight/client/strip/webp"
	"safelight/client/variant"
)

// Pixels cross as Uint8Arrays of red, green, blue and alpha, colour apart from alpha, upright.

// fromPixels(pixels, width, height) makes a photo of pixels in sRGB: a PNG, stripped like any other, and answers as
// stripPhoto does.
func fromPixels(args []js.Value) (any, error) {
	defer runtime.GC()
	img, err := picture(args)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	quick := png.Encoder{CompressionLevel: png.BestSpeed} // the stripper deflates it anew
	if err := quick.Encode(&b, img); err != nil {
		return nil, err
	}
	return stripped(b.Bytes())
}

// decode(bytes) decodes what the browser cannot be trusted with: PNG, and the first picture of a GIF. It answers
// {data, width, height}.
func decode(args []js.Value) (any, error) {
	defer runtime.GC()
	src, err := bytesOf(args[0])
	if err != nil {
		return nil, err
	}
	r, err := strip.Inspect(src) // which refuses what has too many pixels
	if err != nil {
		return nil, refusal(err)
	}
	decoders := map[strip.Media]func() (image.Image, error){
		strip.PNG: func() (image.Image, error) { return png.Decode(bytes.NewReader(src)) },
		strip.GIF: func() (image.Image, error) { return gif.Decode(bytes.NewReader(src)) },
	}
	decoder, ok := decoders[r.Media]
	if !ok {
		return nil, fault("no-decoder")
	}
	img, err := decoder()
	if err != nil {
		return nil, fault("damaged")
	}
	if exact, ok := img.(*image.NRGBA); ok && r.Orientation == 1 && exact.Stride == 4*exact.Rect.Dx() {
		return raster(exact), nil // without the way over premultiplied colours, which rounds
	}
	b := img.Bounds()
	return raster(variant.Straight(variant.Orient(variant.Scale(img, b.Dx(), b.Dy()), r.Orientation))), nil
}

// scale(pixels, width, height, to width, to height) answers {data, width, height}.
func scale(args []js.Value) (any, error) {
	defer runtime.GC()
	img, err := picture(args)
	if err != nil {
		return nil, err
	}
	w, h := args[3].Int(), args[4].Int()
	if w < 1 || h < 1 || w > img.Rect.Dx() || h > img.Rect.Dy() {
		return nil, faultInternal
	}
	return raster(variant.Straight(variant.Scale(img, w, h))), nil
}

// toSRGB(pixels, width, height, bytes) converts pixels from the profile in the photo that they are of. Its answer says in
// asSRGB that there is one, and that it cannot be evaluated: the pixels are as they were.
func toSRGB(args []js.Value) (any, error) {
	defer runtime.GC()
	img, err := picture(args)
	if err != nil {
		return nil, err
	}
	src, err := bytesOf(args[3])
	if err != nil {
		return nil, err
	}
	profile := profileOf(src)
	t := icc.NewTransform(profile)
	if t != nil {
		t.Apply(img.Pix)
	}
	made := raster(img)
	made.Set("asSRGB", profile != nil && t == nil)
	return made, nil
}

// profileOf returns the profile of a photo; nil if there is none.
func profileOf(src []byte) []byte {
	switch media, _ := strip.Sniff(src); media {
	case strip.JPEG:
		if m, err := jpeg.Inspect(src, jpeg.Options{MaxPixels: strip.MaxPixels}); err == nil {
			return m.Profile
		}
	case strip.PNG:
		if m, err := stripng.Inspect(src, stripng.Options{MaxPixels: strip.MaxPixels}); err == nil {
			return m.Profile
		}
	case strip.WebP:
		if m, err := webp.Inspect(src, webp.Options{MaxPixels: strip.MaxPixels}); err == nil {
			return m.Profile
		}
	case strip.AVIF, strip.HEIC:
		if m, err := heif.Inspect(src, heif.Options{MaxPixels: strip.MaxPixels}); err == nil {
			return m.Profile
		}
	}
	return nil
}

// picture copies pixels in: bytes, width, height.
func picture(args []js.Value) (*image.NRGBA, error) {
	pix, err := bytesOf(args[0])
	if err != nil {
		return nil, err
	}
	w, h := args[1].Int(), args[2].Int()
	if w < 1 || h < 1 || w > strip.MaxPixels || h > strip.MaxPixels/w || len(pix) != 4*w*h {
		return nil, faultInternal
	}
	return &image.NRGBA{Pix: pix, Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}, nil
}

func raster(img *image.NRGBA) js.Value {
	object := js.Global().Get("Object").New()
	object.Set("data", array(img.Pix))
	object.Set("width", img.Rect.Dx())
	object.Set("height", img.Rect.Dy())
	return object
}
