package strip

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"safelight/client/strip/icc"
	"safelight/client/strip/jpeg"
	"safelight/client/strip/png"
)

// ofJPEG makes the report of a JPEG.
func ofJPEG(_ []byte, m *jpeg.Image) Report {
	r := Report{
		Media: JPEG, Format: "JPEG", Width: m.Width, Height: m.Height, Orientation: m.Orientation,
		ICC: m.Rebuilt.Data != nil, Wide: m.Rebuilt.Wide, Recoded: m.Recoded,
	}
	if m.Profile != nil {
		r.profile(m.Profile, "", m.Rebuilt.Data)
	}
	var credentials []byte // a claim of origin may go on from one segment to the next
	for _, p := range m.Parts {
		switch p.What {
		case 11:
			if bytes.HasPrefix(p.Data, []byte("JP")) {
				credentials = append(credentials, p.Data...)
			} else {
				r.application(11, p.Data)
			}
		case jpeg.Comment:
			r.add(Finding{Group: Text, Code: "comment", Value: string(p.Data), Bytes: len(p.Data)})
		case jpeg.Trailer:
			r.trailer(p.Data)
		case jpeg.Unknown, jpeg.Junk, jpeg.Slack, jpeg.Coded, jpeg.Table:
			r.other(map[jpeg.What]string{
				jpeg.Unknown: "unknown-segment", jpeg.Junk: "junk", jpeg.Slack: "slack", jpeg.Coded: "coded-junk", jpeg.Table: "unused-table",
			}[p.What], len(p.Data))
		default:
			r.application(int(p.What), p.Data)
		}
	}
	if credentials != nil {
		r.provenance(credentials)
	}
	r.finish()
	return r
}

// application reports an APPn segment.
func (r *Report) application(n int, data []byte) {
	has := func(prefix string) bool { return bytes.HasPrefix(data, []byte(prefix)) }
	switch {
	case n == 0 && has("JFIF\x00"):
		if len(data) > 14 && data[12] > 0 && data[13] > 0 {
			r.hidden("thumbnail", painted(uint64(data[12]), uint64(data[13]), data[14:]), len(data))
		} else if len(data) > 14 {
			r.other("slack", len(data)-14)
		}
	case n == 0 && has("JFXX\x00"):
		r.extension(data)
	case n == 1 && has("Exif\x00") && len(data) > 6:
		r.exif(data[6:])
	case n == 1 && has("http://ns.adobe.com/"):
		r.xmp(data)
	case n == 2 && has("ICC_PROFILE\x00"):
		// Reported as a whole.
	case n == 2 && has("MPF\x00"):
		r.add(Finding{Group: Hidden, Code: "multi-picture", Bytes: len(data)})
	case n == 2 && has("FPXR\x00"):
		r.other("flashpix", len(data))
	case n == 12 && has("Ducky"):
		r.add(Finding{Group: History, Code: "ducky", Value: "Adobe “Save for Web”", Bytes: len(data)})
		r.ducky(data[5:])
	case n == 13 && has("Photoshop 3.0\x00"):
		r.photoshop(data[14:])
	case n == 14 && has("Adobe"):
		if len(data) > 12 {
			r.other("slack", len(data)-12)
		}
	default:
		r.add(Finding{Group: Other, Code: "application", Value: "APP" + strconv.Itoa(n), Bytes: len(data)})
	}
}

// ofPNG makes the report of a PNG.
func ofPNG(src []byte, m *png.Image) Report {
	r := Report{
		Media: PNG, Format: "PNG", Width: m.Width, Height: m.Height, Orientation: m.Orientation, Alpha: m.Alpha, Animated: m.Frames > 1,
		ICC: m.Rebuilt.Data != nil, Wide: m.Rebuilt.Wide,
	}
	for _, p := range m.Parts {
		if p.Chunk == png.Hidden {
			r.hidden("hidden-frame", png.Still(src), len(p.Data))
			continue
		}
		r.chunk(m, p)
	}
	r.finish()
	return r
}

func (r *Report) chunk(m *png.Image, p png.Part) {
	switch p.Chunk {
	case "tEXt", "zTXt", "iTXt":
		r.pngText(p)
	case "tIME":
		if len(p.Data) == 7 {
			d := p.Data
			value := fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", binary.BigEndian.Uint16(d), d[2], d[3], d[4], d[5], d[6])
			r.add(Finding{Group: Time, Code: "modified", Value: value})
		}
	case "eXIf":
		r.exif(p.Data)
	case "iCCP":
		if m.Profile != nil {
			r.profile(m.Profile, m.ProfileName, m.Rebuilt.Data)
		} else {
			r.other("broken-profile", len(p.Data))
		}
	case "pHYs":
		if len(p.Data) == 9 && p.Data[8] == 1 {
			dpi := (uint64(binary.BigEndian.Uint32(p.Data))*254 + 5000) / 10000
			r.add(Finding{Group: Device, Code: "resolution", Value: fmt.Sprintf("%d dpi", dpi)})
		}
	case "caBX":
		r.provenance(p.Data)
	case png.Trailer:
		r.trailer(p.Data)
	case png.Palette:
		r.other("unused-palette", 0)
	case png.Unseen:
		r.add(Finding{Group: Hidden, Code: "colour-under-transparency"})
	case png.Tail:
		r.other("coded-junk", len(p.Data))
	default:
		// The name is up to four letters that the file chose: clean keeps it harmless.
		r.add(Finding{Group: Other, Code: "chunk", Value: p.Chunk, Bytes: len(p.Data)})
	}
}

func (r *Report) other(code string, n int) { r.add(Finding{Group: Other, Code: code, Bytes: n}) }

// profile reports a colour profile by its name, unless it is one that was rebuilt by us.
func (r *Report) profile(data []byte, name string, rebuilt []byte) {
	if bytes.Equal(data, rebuilt) {
		return
	}
	own := clean(icc.Name(data))
	if own == "" {
		own = name
	}
	r.add(Finding{Group: Profile, Code: "colour-profile", Value: own, Bytes: len(data)})
	if rebuilt == nil {
		r.other("broken-profile", len(data))
	}
}

// provenance reports a signed claim of origin, with what made it if that is readable. What is signed but is no claim of
// the Content Credentials is only bytes.
func (r *Report) provenance(data []byte) {
	if !bytes.Contains(data, []byte("jumb")) && !bytes.Contains(data, []byte("c2pa")) {
		r.add(Finding{Group: Other, Code: "application", Value: "JUMBF", Bytes: len(data)})
		return
	}
	value := joined(", ", "Content Credentials (C2PA)", generator(data))
	r.add(Finding{Group: Provenance, Code: "c2pa", Value: value, Bytes: len(data)})
	if bytes.Contains(data, []byte("rainedAlgorithmicMedia")) { // and compositeWithTrainedAlgorithmicMedia
		r.add(Finding{Group: Provenance, Code: "generated"})
	}
}

// generator finds the name of the program that made a claim: a CBOR text behind its key, or the name in the map that
// newer claims have.
func generator(data []byte) string {
	for _, key := range []string{"claim_generator", "claim_generator_info"} {
		for rest := data; ; {
			_, after, ok := bytes.Cut(rest, []byte(key))
			if !ok {
				break
			}
			rest = after
			if strings.HasSuffix(key, "info") {
				_, after, _ = bytes.Cut(after[:min(len(after), 200)], []byte("dname"))
			}
			if text := cborText(after); text != "" {
				return text
			}
		}
	}
	return ""
}

// cborText returns the text that b begins with.
func cborText(b []byte) string {
	if len(b) < 2 {
		return ""
	}
	n := int(b[0]) - 0x60
	switch {
	case n >= 0 && n < 24:
		b = b[1:]
	case n == 24:
		n, b = int(b[1]), b[2:]
	default:
		return ""
	}
	return clean(string(b[:min(n, len(b))]))
}

// pictureSize returns the size of a JPEG or PNG by its header alone; zero if there is none.
func pictureSize(data []byte) (width, height int) {
	if at := bytes.Index(data, []byte("\xff\xd8\xff")); at >= 0 {
		for data = data[at+2:]; len(data) >= 9 && data[0] == 0xff; {
			marker, n := data[1], int(binary.BigEndian.Uint16(data[2:]))
			if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
				return int(binary.BigEndian.Uint16(data[7:])), int(binary.BigEndian.Uint16(data[5:]))
			}
			if n < 2 || 2+n > len(data) {
				break
			}
			data = data[2+n:]
		}
	}
	return 0, 0
}

// finish sorts the findings by what they give away; within a group they stay in the order of the file. A panorama that moves,
// or is stored turned, is none: nothing says which way round its values are meant.
func (r *Report) finish() {
	if r.Orientation == 1 && !r.Animated {
		r.Pose = r.panorama.pose(r.Width, r.Height)
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return weight[a.Group] - weight[b.Group] })
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
}

// joined returns the parts that say something, with a separator.
func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), separator)
}
