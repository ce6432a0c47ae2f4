package striptest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"math"
	"slices"
)

// Segment returns one JPEG segment: marker, length, payload.
func Segment(marker byte, payload ...[]byte) []byte {
	body := slices.Concat(payload...)
	out := []byte{0xff, marker}
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(out, body...)
}

func writeJPEGMetadata(out *bytes.Buffer, w, h int, o Options) {
	out.Write(Segment(0xe0, []byte("JFIF\x00\x01\x02\x01\x01\x2c\x01\x2c\x00\x00")))
	out.Write(Segment(0xe1, []byte("Exif\x00\x00"), EXIF(w, h, o)))
	if o.XMP != "" {
		out.Write(Segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"), XMP(o.XMP)))
	}
	if o.Panorama {
		out.Write(Segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"), PanoramaXMP(w, h)))
	}
	if o.Profile != "" {
		out.Write(Segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), o.icc()))
	}
	if o.Comment != "" {
		out.Write(Segment(0xfe, []byte(o.Comment)))
	}
}

// XMP returns a packet with a history of edits that mentions text.
func XMP(text string) []byte {
	return []byte(`<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" xmp:CreatorTool="Darkroom 4.2 ` + text + `" xmp:CreateDate="2026-05-04T11:12:13+02:00">` +
		`<dc:creator><rdf:Seq><rdf:li>` + text + `</rdf:li></rdf:Seq></dc:creator>` +
		`<xmpMM:History><rdf:Seq><rdf:li stEvt:action="created" stEvt:softwareAgent="Darkroom 4.2"/><rdf:li stEvt:action="cropped" stEvt:softwareAgent="Darkroom 4.2"/></rdf:Seq></xmpMM:History>` +
		`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`)
}

// PanoramaXMP returns a packet that says of a picture of w × h pixels that it is a whole sphere, held a little crookedly, with
// where north was, when and with what it was made.
func PanoramaXMP(w, h int) []byte {
	return fmt.Appendf(nil, `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">`+
		`<rdf:Description rdf:about="" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular" GPano:UsePanoramaViewer="True"`+
		` GPano:FullPanoWidthPixels="%[1]d" GPano:FullPanoHeightPixels="%[2]d" GPano:CroppedAreaImageWidthPixels="%[1]d" GPano:CroppedAreaImageHeightPixels="%[2]d"`+
		` GPano:PoseHeadingDegrees="217.3" GPano:PosePitchDegrees="2.51" GPano:PoseRollDegrees="-1.24" GPano:StitchingSoftware="Seamless 9">`+
		`<GPano:CroppedAreaLeftPixels>0</GPano:CroppedAreaLeftPixels><GPano:CroppedAreaTopPixels>0</GPano:CroppedAreaTopPixels>`+
		`<GPano:FirstPhotoDate>2026-05-04T11:12:13Z</GPano:FirstPhotoDate></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`, w, h)
}

// EXIF returns a TIFF block, little endian, as cameras write it.
func EXIF(w, h int, o Options) []byte {
	orientation := o.Orientation
	if orientation == 0 {
		orientation = 1
	}
	main := directory{
		ascii(0x010f, "Safelight Optical"), ascii(0x0110, "SO-7 Mark II"), short(0x0112, uint16(orientation)),
		ascii(0x0131, "Firmware 1.21"), ascii(0x0132, "2026:05:04 11:12:13"),
	}
	exif := directory{
		rational(0x829a, 1, 250), rational(0x829d, 28, 10), short(0x8827, 200), ascii(0x9003, "2026:05:04 11:12:13"),
		ascii(0x9010, "+02:00"), long(0xa002, uint32(w)), long(0xa003, uint32(h)), ascii(0xa434, "SO 24-70mm F2.8"),
	}
	if o.Owner != "" {
		main = append(main, ascii(0x013b, o.Owner), ascii(0x8298, "(c) "+o.Owner))
		exif = append(exif, ascii(0xa430, o.Owner))
	}
	if o.Comment != "" {
		exif = append(exif, field{0x9286, 7, uint32(len(o.Comment) + 8), []byte("ASCII\x00\x00\x00" + o.Comment)})
	}
	if o.MakerNote != "" {
		exif = append(exif, field{0x927c, 7, uint32(len(o.MakerNote) + 8), []byte("SAFELIT\x00" + o.MakerNote)})
	}
	if o.Serial != "" {
		exif = append(exif, ascii(0xa431, o.Serial))
	}
	var gps directory
	if o.GPS != nil {
		gps = directory{
			{0x0000, 1, 4, []byte{2, 3, 0, 0}},
			ascii(0x0001, side(o.GPS.Latitude, "N", "S")), degrees(0x0002, o.GPS.Latitude),
			ascii(0x0003, side(o.GPS.Longitude, "E", "W")), degrees(0x0004, o.GPS.Longitude),
			// Below sea level by nothing, as some phones write it.
			{0x0005, 1, 1, []byte{1, 0, 0, 0}}, rational(0x0006, 0, 100), ascii(0x001d, "2026:05:04"),
		}
	}
	var thumbnail []byte
	if o.Thumbnail {
		thumbnail = EncodeJPEG(Landscape(160, 120, o.Seed+1), 70)
	}
	return tiff(main, exif, gps, thumbnail)
}

func side(v float64, positive, negative string) string {
	if v < 0 {
		return negative
	}
	return positive
}

// field is one TIFF entry, its value little endian.
type field struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

type directory []field

func ascii(tag uint16, s string) field {
	return field{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}
func short(tag, v uint16) field {
	return field{tag, 3, 1, binary.LittleEndian.AppendUint16(nil, v)}
}
func long(tag uint16, v uint32) field {
	return field{tag, 4, 1, binary.LittleEndian.AppendUint32(nil, v)}
}
func rational(tag uint16, v ...uint32) field {
	var b []byte
	for _, n := range v {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return field{tag, 5, uint32(len(v) / 2), b}
}

// degrees writes degrees, minutes and ten-thousandths of seconds.
func degrees(tag uint16, v float64) field {
	n := uint64(math.Round(math.Abs(v) * 3600 * 10000))
	return rational(tag, uint32(n/36_000_000), 1, uint32(n/600_000%60), 1, uint32(n%600_000), 10000)
}

// size is what the directory takes with its values.
func (d directory) size() uint32 {
	n := 2 + 12*uint32(len(d)) + 4
	for _, f := range d {
		if len(f.value) > 4 {
			n += uint32(len(f.value)+1) &^ 1
		}
	}
	return n
}

// append writes the directory as it lies at offset, with the offset of the next one.
func (d directory) append(out []byte, offset, next uint32) []byte {
	slices.SortFunc(d, func(a, b field) int { return int(a.tag) - int(b.tag) })
	values := offset + 2 + 12*uint32(len(d)) + 4
	out = binary.LittleEndian.AppendUint16(out, uint16(len(d)))
	var tail []byte
	for _, f := range d {
		out = binary.LittleEndian.AppendUint16(out, f.tag)
		out = binary.LittleEndian.AppendUint16(out, f.kind)
		out = binary.LittleEndian.AppendUint32(out, f.count)
		if len(f.value) <= 4 {
			out = append(out, f.value...)
			out = append(out, make([]byte, 4-len(f.value))...)
			continue
		}
		out = binary.LittleEndian.AppendUint32(out, values+uint32(len(tail)))
		tail = append(tail, f.value...)
		tail = append(tail, make([]byte, len(f.value)&1)...)
	}
	out = binary.LittleEndian.AppendUint32(out, next)
	return append(out, tail...)
}

func tiff(main, exif, gps directory, thumbnail []byte) []byte {
	main = append(main, long(0x8769, 0))
	if gps != nil {
		main = append(main, long(0x8825, 0))
	}
	exifAt := 8 + main.size()
	gpsAt := exifAt + exif.size()
	thumbAt := gpsAt
	if gps != nil {
		thumbAt += gps.size()
	}
	for i := range main {
		switch main[i].tag {
		case 0x8769:
			main[i] = long(0x8769, exifAt)
		case 0x8825:
			main[i] = long(0x8825, gpsAt)
		}
	}
	var next uint32
	if thumbnail != nil {
		next = thumbAt
	}
	out := main.append([]byte("II*\x00\x08\x00\x00\x00"), 8, next)
	out = exif.append(out, exifAt, 0)
	if gps != nil {
		out = gps.append(out, gpsAt, 0)
	}
	if thumbnail != nil {
		d := directory{short(0x0103, 6), long(0x0201, 0), long(0x0202, uint32(len(thumbnail)))}
		d[1] = long(0x0201, thumbAt+d.size())
		out = append(d.append(out, thumbAt, 0), thumbnail...)
	}
	return out
}

// ThumbnailSize is the size of the thumbnail that Options.Thumbnail embeds.
var ThumbnailSize = image.Pt(160, 120)
