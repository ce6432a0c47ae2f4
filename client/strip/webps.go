package strip

import (
	"safelight/client/strip/webp"
)

// ofWebP makes the report of a WebP.
func ofWebP(_ []byte, m *webp.Image) Report {
	r := Report{
		Media: WebP, Format: "WebP", Width: m.Width, Height: m.Height, Orientation: 1, Alpha: m.Alpha, Animated: m.Animated,
		ICC: m.Rebuilt.Data != nil, Wide: m.Rebuilt.Wide,
	}
	if m.Profile != nil {
		r.profile(m.Profile, "", m.Rebuilt.Data)
	}
	for _, p := range m.Parts {
		switch p.Chunk {
		case "EXIF":
			r.exif(bareEXIF(p.Data))
		case "XMP ":
			r.xmp(p.Data)
		case "ICCP":
			// Reported as a whole.
		case "C2PA":
			r.provenance(p.Data)
		case webp.Trailer:
			r.trailer(p.Data)
		case webp.Second:
			r.add(Finding{Group: Hidden, Code: "second-picture", Bytes: len(p.Data)})
		case webp.Coded:
			r.other("coded-junk", len(p.Data))
		case webp.Header:
			r.other("slack", len(p.Data))
		case webp.Unseen:
			r.add(Finding{Group: Hidden, Code: "colour-under-transparency"})
		default:
			r.add(Finding{Group: Other, Code: "chunk", Value: p.Chunk, Bytes: len(p.Data)})
		}
	}
	r.finish()
	return r
}

// bareEXIF cuts off what some programs put in front of the block, as in a JPEG.
func bareEXIF(data []byte) []byte {
	if len(data) > 6 && string(data[:6]) == "Exif\x00\x00" {
		return data[6:]
	}
	return data
}
