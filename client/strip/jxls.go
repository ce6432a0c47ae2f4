package strip

import (
	"encoding/binary"

	"safelight/client/strip/jxl"
)

// ofJXL makes the report of a JPEG XL. Its boxes may be compressed by Brotli, which nothing here undoes: of those the name
// is told.
func ofJXL(_ []byte, m *jxl.Image) Report {
	r := Report{Media: JXL, Format: "JPEG XL", Width: m.Width, Height: m.Height, Orientation: m.Orientation, Alpha: m.Alpha, Wide: m.Wide}
	for _, p := range m.Parts {
		switch p.Box {
		case "Exif":
			r.exif(boxedEXIF(p.Data))
		case "xml ":
			r.xmp(p.Data)
		case "jumb":
			r.provenance(p.Data)
		case "brob":
			r.packed(p.Data)
		case jxl.Trailer:
			r.trailer(p.Data)
		case jxl.Name:
			r.text(Text, "title", string(p.Data))
		case jxl.Header:
			r.other("slack", len(p.Data))
		default:
			r.add(Finding{Group: Other, Code: "chunk", Value: p.Box, Bytes: len(p.Data)})
		}
	}
	r.finish()
	return r
}

// boxedEXIF goes to where the block begins: its offset stands in front.
func boxedEXIF(data []byte) []byte {
	if len(data) < 4 {
		return nil
	}
	at := uint64(binary.BigEndian.Uint32(data)) + 4
	return data[min(at, uint64(len(data))):]
}

// packed reports a compressed box by the name of what is in it.
func (r *Report) packed(data []byte) {
	name := string(data[:min(len(data), 4)])
	switch name {
	case "Exif":
		r.other("exif", len(data))
	case "xml ":
		r.add(Finding{Group: History, Code: "xmp", Bytes: len(data)})
	case "jumb":
		r.add(Finding{Group: Provenance, Code: "c2pa", Value: "Content Credentials (C2PA)", Bytes: len(data)})
	default:
		r.add(Finding{Group: Other, Code: "chunk", Value: name, Bytes: len(data)})
	}
}
