package variant

import (
	"errors"
	"fmt"
	"image"
)

// Variant is one coded picture.
type Variant struct {
	Role          Role
	Media         Media
	Width, Height int // as displayed
	Later         bool
	Data          []byte
}

// Photo is a decoded photo.
type Photo struct {
	Image       image.Image // as coded
	Orientation int         // EXIF, 1–8
	Profile     []byte      // ICC profile of the pixels; empty means sRGB
	// ToSRGB converts pixels of the profile to sRGB, for pictures that are made without one; nil where they are sRGB, or
	// where nobody can.
	ToSRGB func(*image.NRGBA)
}

// Make yields the variants of a plan in its order: upright, each scaled from the one before. It stops at the first
// error of the encoder or of yield. A preview that does not fit the manifest is left out.
func Make(p Photo, plan []Spec, enc Encoder, yield func(Variant) error) error {
	if p.Image.Bounds().Empty() {
		return errors.New("scaling: the picture is empty")
	}
	var last *image.RGBA
	for _, spec := range plan {
		last = scaled(p, last, spec)
		o := Options{Quality: amended(p, spec), Profile: p.Profile}
		img := Straight(last)
		if spec.Role == Preview || spec.Plain {
			// 500 bytes of profile would be most of a preview.
			o.Profile = nil
			if p.ToSRGB != nil {
				p.ToSRGB(img)
			}
		}
		v, err := encode(img, spec, o, enc)
		if err != nil {
			return err
		}
		if v.Role == Preview && len(v.Data) > MaxPreview {
			continue
		}
		if err := yield(v); err != nil {
			return err
		}
	}
	return nil
}

// amends is what the quality of a scaled view makes up for: the decoder of JPEG repeats colours where others smooth them,
// and one kernel rings otherwise than another. With it six of six photos, and a blurred one, reach the scores (butteraugli,
// SSIM) that libwebp's viewQuality reaches on what another program scaled by Lanczos; with one less the blurred one does not.
const amends = 4

// amended is the quality to code a picture of a plan at. The setting of PixelsOnly is the same for everybody, and pinned.
func amended(p Photo, spec Spec) int {
	b := p.Image.Bounds()
	if spec.Role != View || spec.Plain || spec.Width*spec.Height == b.Dx()*b.Dy() {
		return spec.Quality
	}
	return min(spec.Quality+amends, 100)
}

// scaled makes the first picture from the photo and each further one from the one before. Turning comes after scaling
// down, when there are few pixels left to turn.
func scaled(p Photo, last *image.RGBA, spec Spec) *image.RGBA {
	if last != nil {
		if last.Rect.Dx() == spec.Width && last.Rect.Dy() == spec.Height {
			return last
		}
		return Scale(last, spec.Width, spec.Height)
	}
	w, h := spec.Width, spec.Height
	if p.Orientation >= 5 && p.Orientation <= 8 {
		w, h = h, w
	}
	return Orient(Scale(p.Image, w, h), p.Orientation)
}

func encode(img *image.NRGBA, spec Spec, o Options, enc Encoder) (Variant, error) {
	v := Variant{Role: spec.Role, Width: spec.Width, Height: spec.Height, Later: spec.Later}
	var err error
	if v.Data, v.Media, err = enc.Encode(img, o); err != nil {
		return v, fmt.Errorf("encoding at %d×%d: %w", spec.Width, spec.Height, err)
	}
	if !spec.Lossless || !Flat(img) {
		return v, nil
	}
	o.Lossless = true
	exact, media, err := enc.Encode(img, o)
	if err != nil {
		return v, fmt.Errorf("encoding losslessly at %d×%d: %w", spec.Width, spec.Height, err)
	}
	if len(exact) < len(v.Data) {
		v.Data, v.Media = exact, media
	}
	return v, nil
}

// Worth reports whether a view in AVIF goes along beside one in WebP, by their bytes: where it is a tenth smaller. Of 48 photos
// all for which a view from libaom had a spot that was worse than libwebp's at viewQuality (butteraugli, up to 1.17 times as
// far off) were among those that saved less.
func Worth(avif, webp int) bool { return 10*avif <= 9*webp }
