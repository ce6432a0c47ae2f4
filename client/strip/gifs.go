package strip

import (
	"bytes"
	"strings"

	"safelight/client/strip/gif"
	"safelight/client/strip/icc"
)

// ofGIF makes the report of a GIF.
func ofGIF(_ []byte, m *gif.Image) Report {
	r := Report{Media: GIF, Format: "GIF", Width: m.Width, Height: m.Height, Orientation: 1, Alpha: m.Alpha, Animated: m.Frames > 1}
	for _, p := range m.Parts {
		switch p.What {
		case gif.Comment:
			r.add(Finding{Group: Text, Code: "comment", Value: string(p.Data), Bytes: len(p.Data)})
		case gif.PlainText:
			r.add(Finding{Group: Text, Code: "description", Value: string(p.Data), Bytes: len(p.Data)})
		case gif.Application:
			r.gifApplication(p)
		case gif.Outside:
			r.add(Finding{Group: Hidden, Code: "outside", Width: p.Width, Height: p.Height})
		case gif.Trailer:
			r.trailer(p.Data)
		case gif.Palette:
			r.other("unused-palette", len(p.Data))
		case gif.Coded:
			r.other("coded-junk", len(p.Data))
		case gif.Header:
			r.other("slack", len(p.Data))
		default:
			r.other("junk", len(p.Data))
		}
	}
	r.finish()
	return r
}

// gifApplication reports the extension of an application by its name.
func (r *Report) gifApplication(p gif.Part) {
	switch {
	case strings.HasPrefix(p.Name, "XMP Data"):
		r.xmp(p.Data)
	case strings.HasPrefix(p.Name, "ICCRGBG1"):
		// Browsers do not heed it.
		r.add(Finding{Group: Profile, Code: "colour-profile", Value: icc.Name(p.Data), Bytes: len(p.Data)})
	case strings.HasPrefix(p.Name, "C2PA_GIF"), bytes.Contains(p.Data, []byte("jumdc2pa")):
		r.provenance(p.Data)
	default:
		r.add(Finding{Group: Other, Code: "application", Value: p.Name, Bytes: len(p.Data)})
	}
}
