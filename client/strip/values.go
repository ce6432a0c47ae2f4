package strip

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"safelight/client/strip/exif"
)

// texts are EXIF tags whose text is reported as it is.
var texts = []struct {
	directory exif.Directory
	tag       uint16
	group     Group
	code      string
}{
	{exif.Main, 0x010e, Text, "description"},
	{exif.Main, 0x0131, History, "software"},
	{exif.Main, 0x013b, Person, "artist"},
	{exif.Main, 0x013c, Device, "computer"},
	{exif.Main, 0x8298, Person, "copyright"},
	{exif.Main, 0xc614, Device, "camera"},
	{exif.Main, 0xc62f, Device, "camera-serial"},
	{exif.Exif, 0xa420, Device, "image-id"},
	{exif.Exif, 0xa430, Person, "owner"},
	{exif.Exif, 0xa431, Device, "camera-serial"},
	{exif.Exif, 0xa434, Device, "lens"},
	{exif.Exif, 0xa435, Device, "lens-serial"},
	{exif.Exif, 0xa436, Text, "title"},
	{exif.Exif, 0xa437, Person, "photographer"},
	{exif.Exif, 0xa438, Person, "editor"},
	{exif.GPS, 0x001b, Place, "gps-method"},
	{exif.GPS, 0x001c, Place, "gps-area"},
}

// exifValues finds entries quickly.
type exifValues map[exif.Directory]map[uint16]exif.Entry

func (v exifValues) text(d exif.Directory, tag uint16) string { return v[d][tag].Text() }

func (v exifValues) rational(d exif.Directory, tag uint16) (float64, bool) {
	return v[d][tag].Rational(0)
}

// exif reports what an EXIF block says. A block of which nothing is understood is reported as one.
func (r *Report) exif(block []byte) {
	before := len(r.Findings)
	r.entries(exif.Entries(block), block)
	if len(r.Findings) == before {
		r.other("exif", len(block))
	}
}

func (r *Report) entries(entries []exif.Entry, block []byte) {
	v := exifValues{}
	for _, e := range entries {
		if v[e.Directory] == nil {
			v[e.Directory] = map[uint16]exif.Entry{}
		}
		if _, twice := v[e.Directory][e.Tag]; !twice {
			v[e.Directory][e.Tag] = e
		}
	}
	r.place(v, entries)
	r.text(Device, "camera", camera(clean(v.text(exif.Main, 0x010f)), clean(v.text(exif.Main, 0x0110))))
	for _, t := range texts {
		value := v.text(t.directory, t.tag)
		if t.tag == 0x001b && t.directory == exif.GPS {
			value = characters(v[exif.GPS][t.tag].Value)
		}
		r.text(t.group, t.code, value)
	}
	r.windows(v)
	r.times(v)
	r.text(Device, "settings", settings(v))
	if comment := v[exif.Exif][0x9286].Value; comment != nil {
		r.text(Text, "comment", characters(comment))
	}
	if note := v[exif.Exif][0x927c].Value; note != nil {
		r.add(Finding{Group: Device, Code: "maker-note", Bytes: len(note)})
	}
	r.notes(block, entries)
	r.thumbnail(v, block)
	r.embedded(v)
}

// noted is how the values of makers' notes are told: in the same words as those of EXIF.
var noted = map[exif.What]struct {
	group Group
	code  string
}{
	exif.Owner: {Person, "owner"}, exif.Serial: {Device, "camera-serial"}, exif.LensSerial: {Device, "lens-serial"},
	exif.PersonShown: {Person, "person-shown"}, exif.Identifier: {Device, "image-id"}, exif.Title: {Text, "title"},
	exif.Landmark: {Place, "location"}, exif.City: {Place, "city"}, exif.State: {Place, "state"}, exif.Country: {Place, "country"},
}

// notes reports what the maker's note says of people, places and numbers that tell one camera from all others.
func (r *Report) notes(block []byte, entries []exif.Entry) {
	for _, n := range exif.Notes(block, entries) {
		r.text(noted[n.What].group, noted[n.What].code, n.Text)
	}
}

// embedded reports the blocks of other kinds that a TIFF carries in entries of their own.
func (r *Report) embedded(v exifValues) {
	for _, t := range []struct {
		tag  uint16
		read func([]byte)
	}{
		{0x02bc, r.xmp}, {0x83bb, r.iptc}, {0x8649, r.photoshop},
		{0x8773, func(b []byte) { r.profile(b, "", b[:0]) }},
	} {
		if e := v[exif.Main][t.tag]; len(e.Value) > 4 {
			t.read(e.Value)
		}
	}
}

func camera(maker, model string) string {
	first, _, _ := strings.Cut(maker, " ")
	if first != "" && strings.HasPrefix(strings.ToLower(model), strings.ToLower(first)) {
		return model
	}
	return joined(" ", maker, model)
}

func (r *Report) place(v exifValues, entries []exif.Entry) {
	if latitude, longitude, ok := exif.Position(entries); ok {
		r.text(Place, "gps-position", fmt.Sprintf("%.5f, %.5f", latitude, longitude))
	}
	if height, ok := v.rational(exif.GPS, 0x0006); ok {
		if below, ok := v[exif.GPS][0x0005].Uint(); ok && below == 1 && height != 0 {
			height = -height
		}
		r.text(Place, "gps-altitude", fmt.Sprintf("%.0f m", height))
	}
	if direction, ok := v.rational(exif.GPS, 0x0011); ok {
		r.text(Place, "gps-direction", fmt.Sprintf("%.0f°", direction))
	}
	date := clean(v.text(exif.GPS, 0x001d))
	hour, ok := v.rational(exif.GPS, 0x0007)
	if ok {
		minute, _ := v[exif.GPS][0x0007].Rational(1)
		second, _ := v[exif.GPS][0x0007].Rational(2)
		r.text(Time, "gps-time", joined(" ", day(date), fmt.Sprintf("%02.0f:%02.0f:%02.0f UTC", hour, minute, second)))
	} else if date != "" {
		r.text(Time, "gps-time", day(date)+" UTC")
	}
}

// day writes a date with hyphens: EXIF has colons.
func day(s string) string {
	if len(s) >= 10 && s[4] == ':' && s[7] == ':' {
		return s[:4] + "-" + s[5:7] + "-" + s[8:]
	}
	return s
}

func (r *Report) times(v exifValues) {
	for _, t := range []struct {
		directory   exif.Directory
		tag, offset uint16
		code        string
	}{
		{exif.Exif, 0x9003, 0x9011, "taken"},
		{exif.Exif, 0x9004, 0x9012, "digitised"},
		{exif.Main, 0x0132, 0x9010, "modified"},
	} {
		if s := clean(v.text(t.directory, t.tag)); strings.Trim(s, "0: ") != "" {
			r.text(Time, t.code, joined(" ", day(s), clean(v.text(exif.Exif, t.offset))))
		}
	}
}

// settings puts what the camera was set to in one line.
func settings(v exifValues) string {
	var parts []string
	add := func(format string, value float64, ok bool) {
		if ok {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	if t, ok := v.rational(exif.Exif, 0x829a); ok && t > 0 && t < 0.5 {
		add("1/%.0f s", 1/t, true)
	} else {
		add("%.1f s", t, ok)
	}
	f, ok := v.rational(exif.Exif, 0x829d)
	add("f/%.1f", f, ok)
	if iso, ok := v[exif.Exif][0x8827].Uint(); ok {
		add("ISO %.0f", float64(iso), true)
	}
	length, ok := v.rational(exif.Exif, 0x920a)
	add("%.0f mm", length, ok)
	return strings.Join(parts, ", ")
}

// characters reads a text that says in its first eight bytes how it is coded.
func characters(b []byte) string {
	if len(b) <= 8 {
		return ""
	}
	if strings.HasPrefix(string(b), "UNICODE") {
		return wide(b[8:], b[8] == 0)
	}
	return clean(string(b[8:]))
}

// windows reports the texts that Windows Explorer writes.
func (r *Report) windows(v exifValues) {
	for i, t := range []struct {
		group Group
		code  string
	}{{Text, "title"}, {Text, "comment"}, {Person, "artist"}, {Text, "keywords"}, {Text, "subject"}} {
		if e, ok := v[exif.Main][0x9c9b+uint16(i)]; ok {
			r.text(t.group, t.code, wide(e.Value, false))
		}
	}
}

// wide decodes UTF-16.
func wide(b []byte, bigEndian bool) string {
	b = b[:min(len(b), 4*maxValue)]
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
		if bigEndian {
			units[i] = binary.BigEndian.Uint16(b[2*i:])
		}
	}
	return clean(string(utf16.Decode(units)))
}
