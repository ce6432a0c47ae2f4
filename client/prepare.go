package client

import (
	"errors"

	"safelight/client/share"
	"safelight/client/strip"
	"safelight/client/variant"
	"safelight/client/variant/native"
)

// prepared is a photo ready to be packed.
type prepared struct {
	photo    share.Photo // without what the sender says of it
	views    []share.Variant
	original share.Variant
	report   strip.Report
}

// prepare strips a photo and makes its smaller variants from what is left, so that nothing of the rest can get into
// them.
func prepare(file []byte) (prepared, error) {
	data, r, err := strip.Strip(file)
	if err != nil {
		return prepared{}, err
	}
	media := variant.Media(r.Media)
	w, h := r.Displayed()
	p := prepared{
		photo:    share.Photo{Media: media, Width: w, Height: h, Orientation: r.Orientation},
		original: share.Variant{Role: variant.Original, Media: media, Width: w, Height: h, Data: data},
		report:   r,
	}
	return p, p.makeViews(r.Alpha)
}

// makeViews decodes the stripped photo and makes what the plan says. A photo that nothing here decodes is sent as its
// stripped original alone.
func (p *prepared) makeViews(alpha bool) error {
	img, err := native.Decode(p.original.Data, p.original.Media)
	if errors.Is(err, native.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	plan := variant.Plan(variant.Source{Width: p.photo.Width, Height: p.photo.Height, Media: p.original.Media, Alpha: alpha})
	photo := variant.Photo{
		Image: img, Orientation: p.photo.Orientation,
		Profile: native.Profile(p.original.Data, p.original.Media),
	}
	return variant.Make(photo, plan, native.Encoder{}, func(v variant.Variant) error {
		// Takes out a profile that says no more than sRGB, and would anything else that an encoder might write.
		data, err := strip.Variant(strip.Media(v.Media), v.Data)
		if err != nil {
			return err
		}
		v.Data = data
		if v.Role == variant.Preview {
			p.photo.Preview = v.Data
			return nil
		}
		made := share.Variant{Role: v.Role, Media: v.Media, Width: v.Width, Height: v.Height, Data: v.Data}
		p.views = append([]share.Variant{made}, p.views...) // the smallest first
		return nil
	})
}
