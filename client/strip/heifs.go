package strip

import (
	"bytes"
	"slices"
	"strings"

	"safelight/client/strip/heif"
)

// ofHEIF makes the report of an AVIF or HEIC.
func ofHEIF(src []byte, m *heif.Image) Report {
	r := Report{
		Media: AVIF, Format: "AVIF", Width: m.Width, Height: m.Height, Orientation: m.Orientation, Alpha: m.Alpha,
		ICC: m.Rebuilt.Data != nil, Wide: m.Wide,
	}
	if m.HEVC {
		r.Media, r.Format = HEIC, "HEIC"
	}
	if m.Profile != nil {
		r.profile(m.Profile, "", m.Rebuilt.Data)
	}
	for _, p := range m.Parts {
		r.part(src, p)
	}
	r.finish()
	return r
}

// usual are the names that programs give to every item.
var usual = []string{"Color", "Alpha", "Image", "Exif", "XMP"}

func (r *Report) part(src []byte, p heif.Part) {
	switch {
	case p.Kind == heif.Item:
		r.item(src, p)
	case p.Kind == heif.Box && (p.Name == "uuid" || p.Name == "jumb") && (bytes.Contains(p.Data, []byte("jumb")) || bytes.Contains(p.Data, []byte("c2pa"))):
		r.provenance(p.Data)
	case p.Kind == heif.Box && bytes.Contains(p.Data, []byte("<x:xmpmeta")):
		r.xmp(p.Data)
	case p.Kind == heif.Box && (p.Name == "moov" || p.Name == "mpvd"):
		r.add(Finding{Group: Hidden, Code: "motion-photo", Bytes: len(p.Data)})
	case p.Kind == heif.Name && p.Name == "hdlr":
		r.text(History, "software", string(p.Data))
	case p.Kind == heif.Name:
		if !slices.Contains(usual, string(p.Data)) {
			r.text(Text, "title", string(p.Data))
		}
	case p.Kind == heif.Coded && (p.Name == "sei" || p.Name == "metadata") && printable(p.Data) != "":
		r.add(Finding{Group: History, Code: "software", Value: printable(p.Data), Bytes: len(p.Data)})
	case p.Kind == heif.Coded:
		r.other("coded-junk", len(p.Data))
	case p.Kind == heif.Gap && p.Name == "trailer":
		r.trailer(p.Data)
	case p.Kind == heif.Gap:
		r.other("junk", len(p.Data))
	case p.Kind == heif.Property:
		r.add(Finding{Group: Other, Code: "chunk", Value: p.Name, Bytes: len(p.Data)})
	default:
		if p.Name != "dinf" && len(bytes.Trim(p.Data, "\x00")) > 0 {
			r.add(Finding{Group: Other, Code: "chunk", Value: p.Name, Bytes: len(p.Data)})
		}
	}
}

// item reports an item by what it is, or by what it is to the picture.
func (r *Report) item(src []byte, p heif.Part) {
	switch {
	case p.Name == "Exif":
		r.exif(p.Data)
	case bytes.HasPrefix(p.Data, []byte{0x1c, 2}):
		r.iptc(p.Data)
	case p.Name == "mime" && (strings.Contains(p.Role, "rdf") || bytes.Contains(p.Data, []byte("xmpmeta"))):
		r.xmp(p.Data)
	case bytes.HasPrefix(p.Data, []byte("\xff\xd8\xff")), p.Role == "thmb":
		code := "second-picture"
		if p.Role == "thmb" {
			code = "thumbnail"
		}
		r.stored(src, code, "", p)
	case strings.HasPrefix(p.Role, "urn:"):
		r.stored(src, "auxiliary-picture", p.Role[strings.LastIndexByte(p.Role, ':')+1:], p)
	case p.Width > 0:
		r.stored(src, "second-picture", "", p)
	default:
		r.add(Finding{Group: Other, Code: "chunk", Value: joined(" ", p.Name, p.Role), Bytes: len(p.Data)})
	}
}

// stored adds a picture that is an item: a JPEG, or one that is coded as the photo is.
func (r *Report) stored(src []byte, code, value string, p heif.Part) {
	if bytes.HasPrefix(p.Data, []byte("\xff\xd8\xff")) {
		r.hidden(code, p.Data, len(p.Data))
		return
	}
	f := Finding{Group: Hidden, Code: code, Value: value, Width: p.Width, Height: p.Height, Bytes: len(p.Data)}
	if r.pictures < maxPictures && r.stills < 2*maxPictures && p.Width > 0 && len(p.Data) <= maxPicture {
		r.stills++ // each reads the whole file again
		if still, _, err := heif.Still(src, p.ID, heif.Options{MaxPixels: maxPicturePixels}); err == nil && len(still) <= maxPicture {
			f.Picture = still
			r.pictures++
		}
	}
	r.add(f)
}

// printable returns the text that encoders leave behind the number that says who they are.
func printable(data []byte) string {
	if len(data) < 20 {
		return ""
	}
	at := bytes.IndexFunc(data[min(len(data), 16):], func(r rune) bool { return r >= ' ' && r < 0x7f })
	if at < 0 {
		return ""
	}
	text := clean(string(data[16+at:]))
	for _, c := range text {
		if c > 0x7e && c != '…' {
			return ""
		}
	}
	if len(text) < 6 {
		return ""
	}
	return text
}
