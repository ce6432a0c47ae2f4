package main

import (
	"slices"

	"github.com/spf13/pflag"

	"safelight/client/strip"
)

// handling is how the photos of a share are treated.
type handling struct{ pixelsOnly, convert, keepCaption, avif bool }

func (h *handling) flags(p *pflag.FlagSet) {
	p.BoolVar(&h.pixelsOnly, "pixels-only", false, "send new pixels of at most 2048 without any trace of the camera's coding, and no original")
	p.BoolVar(&h.convert, "convert", false, "make a PNG of what cannot be sent as it is, such as TIFF and BMP")
	p.BoolVar(&h.avif, "avif", false, "make the views in AVIF too, where that is smaller; takes seconds longer, and half a gigabyte of memory")
	p.BoolVar(&h.keepCaption, "keep-caption", false, "show viewers the caption and the credit that the files hold")
}

// pixelsOnlyText says what --pixels-only takes out, and what it may not.
const pixelsOnlyText = `Only new pixels were sent, in one setting for everybody, and no original. That takes out what
the camera's coding tells: its quantisation tables, the habits of its encoder, hidden pictures.
It may not take out the noise of its sensor, by which photos of one camera can be matched.`

// asSRGBText says what became of colours that nothing here converts.
const asSRGBText = "nothing here converts from its kind of colour profile, so its colours were taken as sRGB and may look different; export it as sRGB to keep them."

// convertedText leads the line about a photo.
func convertedText(converted bool) string {
	if converted {
		return "made a PNG of its pixels; "
	}
	return ""
}

// builtWithout says what sets these pictures apart from those of all others.
func builtWithout(sent []strip.Report) string {
	if slices.ContainsFunc(sent, func(r strip.Report) bool { return r.Media == strip.JPEG }) {
		return "\nThis program was built without libwebp. Its pictures are JPEGs, where all others send WebP."
	}
	return ""
}
