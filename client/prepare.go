package client

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"safelight/client/share"
	"safelight/client/strip"
	"safelight/client/variant"
	"safelight/client/variant/native"
)

// prepared is a photo ready to be packed.
type prepared struct {
	photo    share.Photo     // without what the sender says of it
	views    []share.Variant // with which the share opens
	later    []share.Variant // that go with the originals
	original share.Variant   // without data where there is none
	report   strip.Report

	converted bool  // what is sent was made of the pixels
	failed    error // the file could not be read
	refused   error // it is no photo that can be sent
}

// prepareAhead prepares photos in their order, on all cores: as one is packed, the next are on their way. No more than
// eight, for a decoded photo takes up to half a gigabyte. Each channel that comes out gives one photo; when ctx ends, no
// further ones come.
func (c SendConfig) prepareAhead(ctx context.Context, photos []Photo) <-chan chan prepared {
	queue := make(chan chan prepared, max(1, min(runtime.GOMAXPROCS(0), 8)-1))
	go func() {
		defer close(queue)
		for _, photo := range photos {
			made := make(chan prepared, 1)
			select {
			case queue <- made:
			case <-ctx.Done():
				return
			}
			go func() {
				file, err := photo.Read()
				if err != nil {
					made <- prepared{failed: err}
					return
				}
				p, err := c.prepare(file)
				p.refused = err
				made <- p
			}()
		}
	}()
	return queue
}

// prepare strips a photo and makes its smaller variants from what is left, so that nothing of the rest can get into
// them.
func (c SendConfig) prepare(file []byte) (prepared, error) {
	if c.PixelsOnly {
		return pixelsOnly(file)
	}
	data, r, err := strip.Strip(file)
	converted := err != nil && c.Convert
	if converted {
		data, r, err = Convert(file)
	}
	if err != nil {
		return prepared{}, err
	}
	media := variant.Media(r.Media)
	w, h := r.Displayed()
	p := prepared{
		photo:     share.Photo{Media: media, Width: w, Height: h, Orientation: r.Orientation, Pose: r.Pose},
		original:  share.Variant{Role: variant.Original, Media: media, Width: w, Height: h, Data: data},
		report:    r,
		converted: converted,
	}
	return p, p.makeViews(r.Alpha, c.AVIF)
}

// makeViews decodes the stripped photo and makes what the plan says. A photo that nothing here decodes is sent as its
// stripped original alone.
func (p *prepared) makeViews(alpha, avif bool) error {
	photo, err := native.DecodeFile(p.original.Data)
	if errors.Is(err, native.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	photo.ToSRGB = toSRGB(photo.Profile)
	source := variant.Source{Width: p.photo.Width, Height: p.photo.Height, Media: p.original.Media, Alpha: alpha, Animated: p.report.Animated}
	plan := variant.Plan(source)
	if err := p.make(photo, plan); err != nil {
		return err
	}
	if avif {
		if err := p.makeAVIF(photo, plan); err != nil {
			return err
		}
	}
	if _, ok := variant.PlanTiles(source); !ok {
		return nil
	}
	return p.makeTiles(photo)
}

// makeAVIF makes the view with which the share opens once more, as AVIF, and keeps it where that pays. One of
// colours beyond sRGB stays in its own profile, which the AVIF encoder here cannot carry.
func (p *prepared) makeAVIF(photo variant.Photo, plan []variant.Spec) error {
	if len(photo.Profile) > 0 {
		return nil
	}
	at := slices.IndexFunc(plan, func(s variant.Spec) bool { return s.Role == variant.View && !s.Later })
	first := slices.IndexFunc(p.views, func(v share.Variant) bool { return v.Role == variant.View })
	if at < 0 || first < 0 {
		return nil
	}
	spec := plan[at]
	spec.Lossless = false
	return variant.Make(photo, []variant.Spec{spec}, native.AVIFEncoder{}, func(v variant.Variant) error {
		data, err := strip.Variant(strip.Media(v.Media), v.Data)
		if err == nil && variant.Worth(len(data), len(p.views[first].Data)) {
			p.later = append(p.later, share.Variant{Role: v.Role, Media: v.Media, Width: v.Width, Height: v.Height, Data: data})
		}
		return err
	})
}

// makeTiles cuts a large photo into pieces, for who looks closely. A build whose encoder knows no one format for all of
// them leaves them out.
func (p *prepared) makeTiles(photo variant.Photo) error {
	var tiles [][]byte
	var media variant.Media
	err := variant.Tiles(photo, p.photo.Width, p.photo.Height, native.Encoder{}, func(data []byte, m variant.Media) error {
		data, err := strip.Variant(strip.Media(m), data)
		tiles, media = append(tiles, data), m
		return err
	})
	if errors.Is(err, variant.ErrFormats) {
		return nil
	}
	if err != nil {
		return err
	}
	set, err := share.Tiled(media, p.photo.Width, p.photo.Height, tiles)
	if err == nil {
		p.later = append(p.later, set)
	}
	return err
}

func (p *prepared) make(photo variant.Photo, plan []variant.Spec) error {
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
		if v.Later {
			p.later = append(p.later, made)
		} else {
			p.views = append([]share.Variant{made}, p.views...) // the smallest first
		}
		return nil
	})
}
