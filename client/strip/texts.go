package strip

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"safelight/client/strip/png"
)

// properties are what is read of XMP. The packet is searched, not parsed: it is about showing, and a packet that is
// broken gives away as much as one that is not.
var properties = []struct {
	name  string
	group Group
	code  string
}{
	{"photoshop:City", Place, "city"},
	{"photoshop:State", Place, "state"},
	{"photoshop:Country", Place, "country"},
	{"Iptc4xmpCore:Location", Place, "location"},
	{"dc:creator", Person, "artist"},
	{"dc:rights", Person, "copyright"},
	{"photoshop:Credit", Person, "credit"},
	{"Iptc4xmpExt:PersonInImage", Person, "person-shown"},
	{"xmp:CreateDate", Time, "taken"},
	{"photoshop:DateCreated", Time, "taken"},
	{"xmp:ModifyDate", Time, "modified"},
	{"aux:SerialNumber", Device, "camera-serial"},
	{"aux:LensSerialNumber", Device, "lens-serial"},
	{"aux:Lens", Device, "lens"},
	{"dc:title", Text, "title"},
	{"dc:description", Text, "description"},
	{"dc:subject", Text, "keywords"},
	{"photoshop:Headline", Text, "title"},
	{"xmp:CreatorTool", History, "software"},
	{"xmpMM:OriginalDocumentID", History, "document-id"},
	{"xmpMM:DocumentID", History, "document-id"},
	{"GPano:FirstPhotoDate", Time, "taken"},
	{"GPano:LastPhotoDate", Time, "taken"},
	{"GPano:CaptureSoftware", History, "software"},
	{"GPano:StitchingSoftware", History, "software"},
}

// xmp reports an XMP packet, in a JPEG segment or a PNG text.
func (r *Report) xmp(packet []byte) {
	before := len(r.Findings)
	s := string(packet)
	for _, p := range properties {
		r.text(p.group, p.code, property(s, p.name))
	}
	if steps := strings.Count(s, "stEvt:action"); steps > 0 {
		// An element has an end tag as well.
		steps -= strings.Count(s, "</stEvt:action")
		r.add(Finding{Group: History, Code: "edit-history", Value: property(s, "stEvt:softwareAgent"), Count: steps})
	}
	if r.panorama == nil {
		r.panorama = readPanorama(s)
	}
	if north := property(s, "GPano:PoseHeadingDegrees"); north != "" && r.panorama != nil {
		r.text(Place, "gps-direction", north+"°")
	}
	r.position(property(s, "exif:GPSLatitude"), property(s, "exif:GPSLongitude"))
	if picture := encoded(s); picture != nil {
		r.hidden("thumbnail", picture, len(picture))
	}
	if strings.Contains(s, "GCamera:") || strings.Contains(s, "Container:Directory") {
		r.add(Finding{Group: Hidden, Code: "further-pictures-named"})
	}
	if len(r.Findings) == before {
		r.add(Finding{Group: History, Code: "xmp", Bytes: len(packet)})
	}
}

// property returns the value of an attribute or the text of an element.
func property(packet, name string) string {
	if _, after, ok := strings.Cut(packet, " "+name+"=\""); ok {
		value, _, _ := strings.Cut(after[:min(len(after), 8*maxValue)], "\"")
		return unescape(value)
	}
	_, after, ok := strings.Cut(packet, "<"+name)
	if !ok || after == "" || !strings.ContainsRune("> \t\r\n", rune(after[0])) {
		return ""
	}
	value, _, _ := strings.Cut(after[:min(len(after), 32*maxValue)], "</"+name)
	var b strings.Builder
	for _, piece := range strings.SplitAfter(value, ">") {
		text, _, _ := strings.Cut(piece, "<")
		if text = strings.TrimSuffix(text, ">"); strings.TrimSpace(text) != "" && strings.Contains(piece, "<") {
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			b.WriteString(strings.TrimSpace(text))
		}
	}
	if b.Len() == 0 {
		_, text, _ := strings.Cut(value, ">")
		b.WriteString(text)
	}
	return unescape(b.String())
}

// unescape puts characters in the place of the references that XML knows. The table of HTML would be a good part of the
// engine.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "&")
		b.WriteString(before)
		name, rest, ended := strings.Cut(after[:min(len(after), 12)], ";")
		switch r := reference(name); {
		case !found:
			return b.String()
		case ended && r != 0:
			b.WriteRune(r)
			s = rest + after[min(len(after), 12):]
		default:
			b.WriteByte('&')
			s = after
		}
	}
}

func reference(name string) rune {
	digits, numeric := strings.CutPrefix(name, "#")
	if !numeric {
		return map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}[name]
	}
	base := 10
	if hexadecimal, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hexadecimal, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil {
		return 0
	}
	return rune(n)
}

// photoshop reports image resources: captions by IPTC, thumbnails, whatever else.
func (r *Report) photoshop(data []byte) {
	before := len(r.Findings)
	total := len(data)
	for len(data) >= 12 && string(data[:4]) == "8BIM" {
		id := binary.BigEndian.Uint16(data[4:])
		name := 7 + int(data[6])
		name += name & 1
		if len(data) < name+4 {
			break
		}
		n := uint64(binary.BigEndian.Uint32(data[name:]))
		body := data[name+4:]
		if n > uint64(len(body)) {
			break
		}
		r.resource(id, body[:n])
		data = body[min(n+n&1, uint64(len(body))):]
	}
	if len(r.Findings) == before {
		r.add(Finding{Group: History, Code: "photoshop", Bytes: total})
	}
}

func (r *Report) resource(id uint16, body []byte) {
	switch id {
	case 0x0404:
		r.iptc(body)
	case 0x0409, 0x040c:
		if len(body) > 28 {
			r.hidden("thumbnail", body[28:], len(body))
		}
	case 0x0422, 0x0423:
		r.exif(body)
	case 0x0424:
		r.xmp(body)
	}
}

var datasets = map[byte]struct {
	group Group
	code  string
}{
	5: {Text, "title"}, 25: {Text, "keywords"}, 40: {Text, "instructions"}, 55: {Time, "taken"}, 65: {History, "software"},
	80: {Person, "artist"}, 85: {Person, "artist"}, 90: {Place, "city"}, 92: {Place, "location"}, 95: {Place, "state"},
	101: {Place, "country"}, 105: {Text, "title"}, 110: {Person, "credit"}, 115: {Person, "credit"}, 116: {Person, "copyright"},
	118: {Person, "contact"}, 120: {Text, "description"}, 122: {Person, "editor"},
}

func (r *Report) iptc(data []byte) {
	for len(data) >= 5 && data[0] == 0x1c {
		n := int(binary.BigEndian.Uint16(data[3:]))
		if n > len(data)-5 {
			return
		}
		if d, ok := datasets[data[2]]; ok && data[1] == 2 {
			r.text(d.group, d.code, string(data[5:5+n]))
		}
		data = data[5+n:]
	}
}

// pngText reports a text chunk by its key.
func (r *Report) pngText(p png.Part) {
	key, value, _ := strings.Cut(string(p.Data[:min(len(p.Data), 1<<20)]), "\x00")
	switch p.Chunk {
	case "zTXt":
		if value != "" {
			value = inflate(value[1:])
		}
	case "iTXt":
		value = internationalText(value)
	}
	switch {
	case key == "XML:com.adobe.xmp":
		r.xmp([]byte(value))
		return
	case strings.HasPrefix(key, "Raw profile type"):
		r.rawProfile(strings.TrimPrefix(key, "Raw profile type "), value, len(p.Data))
		return
	}
	known := map[string]struct {
		group Group
		code  string
	}{
		"Author": {Person, "artist"}, "Copyright": {Person, "copyright"}, "Creation Time": {Time, "taken"}, "Software": {History, "software"},
		"Title": {Text, "title"}, "Description": {Text, "description"}, "Comment": {Text, "comment"}, "Source": {Device, "camera"},
		"parameters": {History, "prompt"}, "prompt": {History, "prompt"}, "workflow": {History, "prompt"},
	}
	if k, ok := known[key]; ok {
		r.add(Finding{Group: k.group, Code: k.code, Value: value, Bytes: len(p.Data)})
		return
	}
	r.add(Finding{Group: Text, Code: "png-text", Value: joined(": ", clean(key), clean(value)), Bytes: len(p.Data)})
}

// rawProfile reads a block that ImageMagick wrote in hexadecimal digits: a line with its name, one with its length, the
// digits.
func (r *Report) rawProfile(kind, value string, n int) {
	before := len(r.Findings)
	_, value, _ = strings.Cut(strings.TrimLeft(value, "\n"), "\n")
	_, value, _ = strings.Cut(value, "\n")
	block, _ := hex.DecodeString(strings.ReplaceAll(value, "\n", ""))
	switch {
	case bytes.HasPrefix(block, []byte("Exif\x00\x00")):
		r.exif(block[6:])
	case bytes.HasPrefix(block, []byte("Photoshop 3.0\x00")):
		r.photoshop(block[14:])
	case bytes.HasPrefix(block, []byte("8BIM")):
		r.photoshop(block)
	case bytes.Contains(block[:min(len(block), 200)], []byte("xmpmeta")), bytes.Contains(block[:min(len(block), 200)], []byte("xpacket")):
		r.xmp(block)
	}
	if len(r.Findings) == before {
		r.add(Finding{Group: Other, Code: "raw-profile", Value: kind, Bytes: n})
	}
}

// position reports the place that XMP tells as degrees and minutes, such as 52,22.212N.
func (r *Report) position(latitude, longitude string) {
	a, okA := degrees(latitude, "NS", 90)
	b, okB := degrees(longitude, "EW", 180)
	switch {
	case okA && okB:
		r.text(Place, "gps-position", fmt.Sprintf("%.5f, %.5f", a, b))
	default:
		r.text(Place, "gps-latitude", latitude)
		r.text(Place, "gps-longitude", longitude)
	}
}

func degrees(s, sides string, most float64) (float64, bool) {
	if s == "" || !strings.Contains(sides, s[len(s)-1:]) {
		return 0, false
	}
	sum, unit := 0.0, 1.0
	for _, part := range strings.Split(s[:len(s)-1], ",") {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || v < 0 {
			return 0, false
		}
		sum += v / unit
		unit *= 60
	}
	if s[len(s)-1] == sides[1] {
		sum = -sum
	}
	return sum, sum <= most && sum >= -most
}

// internationalText returns the text of an iTXt chunk: compression flag and method, language, translated key, text.
func internationalText(s string) string {
	if len(s) < 2 {
		return ""
	}
	packed := s[0] == 1
	_, s, _ = strings.Cut(s[2:], "\x00")
	_, s, _ = strings.Cut(s, "\x00")
	if packed {
		return inflate(s)
	}
	return s
}

// inflate returns the first megabyte of a zlib stream.
func inflate(s string) string {
	z, err := zlib.NewReader(strings.NewReader(s))
	if err != nil {
		return ""
	}
	var b bytes.Buffer
	io.Copy(&b, io.LimitReader(z, 1<<20))
	return b.String()
}
