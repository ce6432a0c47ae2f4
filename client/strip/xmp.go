package strip

import (
	"fmt"
	"strconv"
	"strings"
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
	{"Iptc4xmpExt:Sublocation", Place, "location"},
	{"Iptc4xmpExt:City", Place, "city"},
	{"Iptc4xmpExt:ProvinceState", Place, "state"},
	{"Iptc4xmpExt:CountryName", Place, "country"},
	{"dc:creator", Person, "artist"},
	{"dc:rights", Person, "copyright"},
	{"photoshop:Credit", Person, "credit"},
	{"exifEX:CameraOwnerName", Person, "owner"},
	{"aux:OwnerName", Person, "owner"},
	{"xmpRights:Owner", Person, "copyright"},
	{"photoshop:CaptionWriter", Person, "editor"},
	{"Iptc4xmpCore:CiEmailWork", Person, "contact"},
	{"Iptc4xmpExt:PersonInImage", Person, "person-shown"},
	{"exif:DateTimeOriginal", Time, "taken"},
	{"xmp:CreateDate", Time, "taken"},
	{"photoshop:DateCreated", Time, "taken"},
	{"xmp:ModifyDate", Time, "modified"},
	{"aux:SerialNumber", Device, "camera-serial"},
	{"exifEX:BodySerialNumber", Device, "camera-serial"},
	{"drone-dji:DroneSerialNumber", Device, "camera-serial"},
	{"drone-dji:CameraSerialNumber", Device, "camera-serial"},
	{"aux:LensSerialNumber", Device, "lens-serial"},
	{"exifEX:LensSerialNumber", Device, "lens-serial"},
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
	if strings.Contains(s, "xap") {
		s = strings.NewReplacer("xap:", "xmp:", "xapMM:", "xmpMM:").Replace(s) // as it was called once
	}
	for _, p := range properties {
		r.text(p.group, p.code, property(s, p.name))
	}
	r.text(Device, "camera", camera(property(s, "tiff:Make"), property(s, "tiff:Model")))
	// Faces, each in a region of its own.
	for _, name := range []string{"mwg-rs:Name", "MPReg:PersonDisplayName"} {
		for _, shown := range eachOf(s, name) {
			r.text(Person, "person-shown", shown)
		}
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
	r.flown(property(s, "drone-dji:GpsLatitude"), property(s, "drone-dji:GpsLongitude"))
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

// maxRegions bounds how many faces of one photo are told of.
const maxRegions = 20

// eachOf returns the values of all properties of a name.
func eachOf(packet, name string) (values []string) {
	for range maxRegions {
		at := strings.Index(packet, name)
		if at < 1 {
			return values
		}
		if value := property(packet[at-1:], name); value != "" {
			values = append(values, value)
		}
		packet = packet[at+len(name):]
	}
	return values
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

// flown reports the place that drones tell as decimal degrees.
func (r *Report) flown(latitude, longitude string) {
	a, errA := strconv.ParseFloat(latitude, 64)
	b, errB := strconv.ParseFloat(longitude, 64)
	if errA == nil && errB == nil && a >= -90 && a <= 90 && b >= -180 && b <= 180 {
		r.text(Place, "gps-position", fmt.Sprintf("%.5f, %.5f", a, b))
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
