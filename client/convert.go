package client

import (
	"errors"
	"image"

	"safelight/client/share"
	"safelight/client/strip"
	"safelight/client/strip/icc"
	"safelight/client/variant"
	"safelight/client/variant/native"
)

// Convert makes a stripped PNG of the pixels of a photo that cannot be stripped as it is: without loss, of several pictures
// the first, with the colours and the way up that it has. The report says what the file gave away. What cannot be
// converted here is refused with the error of strip.
func Convert(file []byte) ([]byte, strip.Report, error) {
	_, _, refused := strip.Strip(file)
	if refused == nil {
		return strip.Strip(file)
	}
	photo, err := decode(file, refused)
	if err != nil {
		return nil, strip.Report{}, err
	}
	png, err := native.PNG(photo)
	if err != nil {
		return nil, strip.Report{}, err
	}
	out, made, err := strip.Strip(png)
	if err != nil {
		return nil, strip.Report{}, err
	}
	r, _ := strip.Inspect(file)
	made.Before = len(file)
	return out, r.Told(made), nil
}

// decode returns the pixels of a file that was refused, if it is one of those that this is for, and they can be had here.
func decode(file []byte, refused error) (variant.Photo, error) {
	if e, ok := errors.AsType[*strip.Error](refused); !ok || !e.Convertible() {
		return variant.Photo{}, refused
	}
	photo, err := native.DecodeFile(file)
	if err != nil {
		return variant.Photo{}, undecodable{refused}
	}
	photo.ToSRGB = toSRGB(photo.Profile)
	return photo, nil
}

// undecodable is a refusal of a file that is convertible, and not here.
type undecodable struct{ refused error }

func (e undecodable) Error() string {
	return e.refused.Error() + "; it cannot be converted here, as nothing here decodes it"
}
func (e undecodable) Unwrap() error { return e.refused }

// Convertible reports whether err is the refusal of a photo that Convert may make something of.
func Convertible(err error) bool {
	if _, tried := errors.AsType[undecodable](err); tried {
		return false
	}
	e, ok := errors.AsType[*strip.Error](err)
	return ok && e.Convertible()
}

// toSRGB returns what turns pixels of a profile into sRGB; nil where there is none, or it works by tables.
func toSRGB(profile []byte) func(*image.NRGBA) {
	if t := icc.NewTransform(profile); t != nil {
		return func(img *image.NRGBA) { t.Apply(img.Pix) }
	}
	return nil
}

// pixelsOnly makes new pixels of a photo and nothing else: one setting for everybody (variant.PixelsOnly), in sRGB, and no
// original.
func pixelsOnly(file []byte) (prepared, error) {
	stripped, r, err := strip.Strip(file)
	var photo variant.Photo
	switch {
	case err == nil:
		photo, err = native.DecodeFile(stripped)
		photo.ToSRGB = toSRGB(photo.Profile)
		if errors.Is(err, native.ErrUnsupported) {
			err = errNoDecoder
		}
	default:
		if photo, err = decode(file, err); err == nil {
			r, _ = strip.Inspect(file)
		}
	}
	if err != nil {
		return prepared{}, err
	}
	w, h := photo.Image.Bounds().Dx(), photo.Image.Bounds().Dy()
	if photo.Orientation >= 5 {
		w, h = h, w
	}
	plan := variant.PixelsOnly(variant.Source{Width: w, Height: h})
	// What is told of the photo is what is sent: its own size would be the camera's. A pose has no size.
	p := prepared{report: r, photo: share.Photo{Width: plan[0].Width, Height: plan[0].Height, Pose: r.Pose}}
	if err := p.make(photo, plan); err != nil {
		return prepared{}, err
	}
	p.photo.Media = p.views[len(p.views)-1].Media
	p.report.Media, p.report.Orientation = strip.Media(p.photo.Media), 1
	p.report.Width, p.report.Height = p.photo.Width, p.photo.Height
	p.report.AsSRGB = photo.Profile != nil && photo.ToSRGB == nil
	return p, nil
}

var errNoDecoder = errors.New("it cannot be made into new pixels here, as nothing here decodes it; send it from the page")
